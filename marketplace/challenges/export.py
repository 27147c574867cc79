"""The list of challenges beside its page: the question of its address, its twins as files, and what programs read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response, current_app, request, url_for

from marketplace.challenges import queries, showing
from marketplace.challenges.content import BLANK, in_beijing
from marketplace.challenges.lifecycle import SHOWN
from marketplace.challenges.models import Challenge
from marketplace.config import Config
from marketplace.core import clock
from marketplace.core.actor import VISITOR, Actor
from marketplace.core.errors import NotFound
from marketplace.core.text import Text
from marketplace.foundation.db import db
from marketplace.reference import catalogue
from marketplace.web.feed import AT_MOST
from marketplace.web.forms import clean
from marketplace.web.languages import current_language
from marketplace.web.twins import NAMES, asked_status, items_answer, table_answer

TITLE = Text("揭榜挂帅清单", "Challenges")
WORDS_MOST = 100


def question() -> dict[str, str]:
    """State, domain and words that the address asks for; raises NotFound for a state or domain that is none."""
    domain = request.args.get("domain", "")
    if domain and domain not in {each.code for each in catalogue.domains()}:
        raise NotFound
    return {
        "state": asked_status(SHOWN),
        "domain": domain,
        "words": clean(request.args.get("q"))[:WORDS_MOST],
    }


def downloads() -> list[tuple[str, str]]:
    """The twins of the list in the address."""
    asked = question()
    named = {"status": asked["state"], "domain": asked["domain"], "q": asked["words"]}
    wanted: dict[str, Any] = {key: value for key, value in named.items() if value}
    return [(name, url_for("challenge_list.twin", ending=ending, **wanted)) for name, ending in NAMES]


def found() -> Sequence[Challenge]:
    """Every challenge that the question finds, as a visitor sees it."""
    return db.session.scalars(queries.challenges(VISITOR, **question())).all()


def newest() -> Sequence[Challenge]:
    """The challenges published last."""
    select = queries.challenges(VISITOR).order_by(None).order_by(Challenge.published_at.desc(), Challenge.id.desc())
    return db.session.scalars(select.limit(AT_MOST)).all()


HEAD = (
    Text("编号", "Number"), Text("榜单名称", "Title"), Text("需求单位", "Owner"), Text("领域", "Domain"),
    Text("状态", "State"), Text("资金", "Funds"), Text("发榜", "Published"), Text("提问截止", "Questions until"),
    Text("揭榜截止", "Deadline"), Text("摘要值", "SHA-256"),
)  # fmt: skip


def cells(challenge: Challenge, language: str) -> list[str]:
    """One row of the table."""
    domain = catalogue.domain(challenge.domain).label.say(language) if challenge.domain else ""
    money = showing.funds(challenge.content)
    return [
        challenge.number, challenge.label.say(language), challenge.organization.label.say(language), domain,
        SHOWN[challenge.shown_state].label.say(language), money.say(language) if money else "",
        *(in_beijing(at) or "" for at in (challenge.published_at, challenge.questions_until, challenge.deadline)),
        challenge.digest,
    ]  # fmt: skip


def answer(ending: str) -> Response:
    """The list as a file."""
    rows, language, name = found(), current_language(), f"challenges-{clock.today().isoformat()}"
    if ending == "json":
        return items_answer(name, [item(each) for each in rows])
    head = [each.say(language) for each in HEAD]
    return table_answer(name, ending, head, (cells(each, language) for each in rows), TITLE.say(language))


def item(challenge: Challenge) -> dict[str, Any]:
    """A published challenge as programs read it. Of bids it says nothing, and of questions only what was answered."""
    config: Config = current_app.extensions["config"]
    base = config.base_url.rstrip("/")
    content = challenge.content
    return {
        "number": challenge.number, "url": f"{base}/challenges/{challenge.number}", "title": challenge.title,
        "title_en": challenge.title_en, "state": challenge.shown_state,
        "organization": challenge.organization.label.zh, "organization_en": challenge.organization.label.en,
        "scenario": challenge.scenario.number if challenge.scenario else None, "domain": challenge.domain,
        "task": content["task"], "task_en": content["task_en"], "indicators": content["indicators"],
        "criteria": content["criteria"], "payments": content["payments"], "tie_rule": content["tie_rule"],
        "funds": content["funds"] if content["funds_kind"] == "amount" else None, "mode": challenge.mode,
        "min_bids": challenge.min_bids, "blind": challenge.blind,
        **{key: in_beijing(getattr(challenge, key)) for key in _INSTANTS},
        "edition": challenge.edition, "sha256": challenge.digest,
    }  # fmt: skip


_INSTANTS = ("published_at", "questions_until", "answers_until", "deadline", "opening_at")


def whole(challenge: Challenge) -> dict[str, Any]:
    """The same with its answers and addenda."""
    return {
        **item(challenge),
        "answers": [
            {"number": each.number, "question": each.question, "question_en": each.question_en, "answer": each.answer,
             "answer_en": each.answer_en, "published_at": in_beijing(each.published_at)}
            for each in queries.answers(challenge)
        ],
        "addenda": [
            {"number": each.number, "material": each.material, "text": each.text, "text_en": each.text_en,
             "difference": each.difference, "deadline": in_beijing(each.deadline), "edition": each.edition,
             "issued_at": in_beijing(each.issued_at)}
            for each in queries.addenda(challenge)
        ],
    }  # fmt: skip


def cards(ids: Sequence[int], actor: Actor) -> list[Mapping[str, Any]]:
    """Challenges as hits are drawn, in the order given; drafts are left out even for their owner."""
    found = {each.id: each for each in queries.challenges_with(ids) if each.published_at is not None}
    return [_card(found[key]) for key in ids if key in found]


def _card(challenge: Challenge) -> Mapping[str, Any]:
    content = {**BLANK, **challenge.content}
    domain = catalogue.domain(challenge.domain).label if challenge.domain else None
    return {
        "id": challenge.id, "number": challenge.number,
        "href": url_for("challenges.show", number=challenge.number), "title": challenge.label,
        "text": Text(content["task"], content["task_en"] or content["task"]),
        "meta": [challenge.organization.label, domain], "state": SHOWN[challenge.shown_state],
        "deadline": challenge.deadline, "funds": showing.funds(content), "updated": challenge.published_at,
        "demo": challenge.demo,
    }  # fmt: skip
