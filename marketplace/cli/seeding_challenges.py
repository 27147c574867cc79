"""The invented challenges and notices of the demonstration, brought to their state by the commands that do it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import sqlalchemy as sa

from marketplace.accounts.models import User
from marketplace.challenges import addenda, questions, services
from marketplace.challenges.addenda import Change
from marketplace.challenges.lifecycle import CHALLENGE
from marketplace.challenges.models import Challenge, Question
from marketplace.challenges.timetable import ANSWER_DAYS, workdays_from
from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.text import Text
from marketplace.foundation.db import db
from marketplace.foundation.files import Prepared, prepare_document
from marketplace.notices import services as notices
from marketplace.notices.content import section
from marketplace.notices.models import Notice
from marketplace.organizations.models import Organization
from marketplace.organizations.queries import actor_of
from marketplace.sample.demo_challenges import DemoChallenge, demo_challenges, terms
from marketplace.scenarios.models import Scenario
from marketplace.settings.queries import value

# State → the steps behind the draft; time takes "publish" and "close".
WAYS = {
    "draft": (), "in_review": ("submit",), "returned": ("submit", "return"), "approved": ("submit", "approve"),
    "published": ("submit", "approve", "publish"), "closed": ("submit", "approve", "publish", "close"),
    "withdrawn": ("submit", "approve", "publish", "withdraw"),
}  # fmt: skip
OFFICE = Text("省工业和信息化厅（演示）", "Provincial industry department (demo)")
OPEN_DAYS = 32


def load_challenges(people: Mapping[str, User], units: Mapping[str, Organization]) -> int:
    """Load them with their questions, addenda and notices; returns how many."""
    actors = {key: actor_of(user) for key, user in people.items()}
    wanted = list(demo_challenges())
    withdrawn = []
    template = prepare_document(BytesIO("合同范本（演示）\n".encode()), "合同范本（演示）.txt")
    for each in wanted:
        made = bring(each, units[each.account], actors, template)
        if each.asked:
            _ask_and_amend(made, each, units, actors)
        if each.state == "withdrawn":
            withdrawn.append(made)
    _notices(withdrawn, units, actors)
    return len(wanted)


def bring(
    wanted: DemoChallenge, owner: Organization, actors: Mapping[str, Actor], template: Prepared
) -> Challenge:  # fmt: skip
    """One of them, from its draft to its state; ``actors``: account → who acts for it."""
    begun = clock.now() - timedelta(days=wanted.days_ago)
    person = actors[wanted.account]
    with clock.standing_at(begun):
        made = services.create(
            owner, person, scenario=_need(owner) if wanted.needs else None,
            columns=_columns(wanted, begun), content=terms(wanted),
        )  # fmt: skip
        services.attach(made, template, (), person)
        for name in WAYS[wanted.state][:3]:
            _take(made, name, wanted, actors)
    for name in WAYS[wanted.state][3:]:
        at = begun + timedelta(days=10) if name == "withdraw" else made.deadline
        assert at is not None
        with clock.standing_at(at):
            _take(made, name, wanted, actors)
    return made


def _take(made: Challenge, name: str, wanted: DemoChallenge, actors: Mapping[str, Actor]) -> None:
    if name == "publish":
        services.publish(made)
    elif name == "close":
        services.close(made)
    else:
        actor = actors[wanted.account] if name == "submit" else actors["province"]
        step = CHALLENGE.by_name[name]
        services.take_step(made, step, actor, wanted.reason if step.asks_reason else "", None)


def _need(owner: Organization) -> Scenario | None:
    published = (Scenario.organization_id == owner.id) & (Scenario.state == "published")
    return db.session.scalars(sa.select(Scenario).where(published).order_by(Scenario.id).limit(1)).first()


def _columns(wanted: DemoChallenge, begun: datetime) -> dict[str, Any]:
    at = clock.beijing(begun).replace(hour=17, minute=0, second=0, microsecond=0)
    race = wanted.mode == "race"
    deadline = at + timedelta(days=OPEN_DAYS)
    answers_until = answered_before(deadline)
    return {
        "title": wanted.title, "title_en": wanted.title_en, "domain": wanted.domain, "mode": wanted.mode,
        "most_winners": 2 if race else 1, "min_bids": 2 if race else 1,
        "publish_at": at + timedelta(days=8) if wanted.state == "approved" else None,
        "questions_until": answers_until - timedelta(days=5), "answers_until": answers_until,
        "deadline": deadline, "opening_at": deadline + timedelta(days=1),
    }  # fmt: skip


def answered_before(deadline: datetime) -> datetime:
    """When the last answer is due: nine days before the deadline, earlier where a festival takes most of them."""
    until = deadline - timedelta(days=9)
    while workdays_from(until, deadline) < value(ANSWER_DAYS):
        until -= timedelta(days=1)
    return until


def _ask_and_amend(
    made: Challenge, wanted: DemoChallenge, units: Mapping[str, Organization], actors: Mapping[str, Actor]
) -> None:
    """Two vendors ask the same, one of them something else; two are answered together; one indicator is corrected."""
    owner = actors[wanted.account]
    with clock.standing_at(clock.now() - timedelta(days=10)):
        for body, key in zip(wanted.asked, ("vendor", "vendor2", "vendor"), strict=True):
            questions.ask(made, units[key], actors[key], body)
    same = db.session.scalars(
        sa.select(Question.id).where(Question.challenge_id == made.id).order_by(Question.id)
    ).all()
    with clock.standing_at(clock.now() - timedelta(days=8)):
        questions.answer(
            made,
            same[:2],
            owner,
            Text("能否在变电所内加装轨道？", "May rails be mounted in the substation?"),
            Text("允许，吊挂点须避开电缆桥架（演示）。", "Yes; keep the hangers clear of the cable trays (demo)."),
        )
    with clock.standing_at(clock.now() - timedelta(days=6)):
        _amend(made, owner, actors["province"])
    with clock.standing_at(clock.now() - timedelta(days=4)):
        said = Text("现场踏勘请与需求单位预约（演示）。", "Visits to the site are arranged with the owner (demo).")
        note = addenda.propose(made, Change(False, said.zh, said.en), owner)
        addenda.issue(note, actors["province"], None)


def _amend(made: Challenge, owner: Actor, official: Actor) -> None:
    rows = [dict(row) for row in made.content["indicators"]]
    rows[-1]["threshold"] = "2"
    assert made.deadline is not None
    deadline = made.deadline + timedelta(days=10)
    instants = {
        "questions_until": _asked_until(made), "answers_until": answered_before(deadline),
        "deadline": deadline, "opening_at": deadline + timedelta(days=1),
    }  # fmt: skip
    change = Change(
        True, "“测温误差”由不大于 3 ℃更正为不大于 2 ℃（演示）。", "The error of temperature may be 2 ℃, not 3 (demo).",
        {"indicators": rows}, instants,
    )  # fmt: skip
    addenda.issue(addenda.propose(made, change, owner), official, None)


def _asked_until(made: Challenge) -> datetime:
    assert made.questions_until is not None
    return made.questions_until


# ---- notices ----


def _notices(withdrawn: list[Challenge], units: Mapping[str, Organization], actors: Mapping[str, Actor]) -> None:
    """One in each state: over with a dismissed objection, annulled by an upheld one, standing still, and open."""
    first, second = withdrawn
    over = _open(first, actors, 30)
    _decide(over, 29, "dismiss", "异议所称工程已复工，经查不属实（演示）。", units, actors)
    with clock.standing_at(clock.now() - timedelta(days=8)):
        notices.close_due()
    annulled = _open(second, actors, 7)
    _decide(annulled, 6, "uphold", "公示的撤榜理由表述不准确，更正后重新公示（演示）。", units, actors)
    standing = _open(second, actors, 3)
    with clock.standing_at(clock.now() - timedelta(days=1)):
        _object(standing, units, actors)
    _open(first, actors, 1)


def _open(challenge: Challenge, actors: Mapping[str, Actor], days_ago: int) -> Notice:
    told = section(
        Text("公示内容", "What is announced"),
        Text(f"拟撤销榜单“{challenge.title}”。理由：{challenge.remark}",
             f"The challenge “{challenge.title_en}” is to be withdrawn. Reason as published in Chinese."),
    )  # fmt: skip
    title = Text(f"关于撤销“{challenge.title}”榜单的公示", f"Notice: withdrawal of “{challenge.title_en}”")
    decision = notices.Decision(
        "withdrawal", "challenge", "challenge", challenge.id, challenge.number, challenge.organization, title, OFFICE,
        (told,),
    )  # fmt: skip
    with clock.standing_at(clock.now() - timedelta(days=days_ago)):
        actor = actors["province"]
        return notices.open_notice(decision, actor, actor.post_for("challenge", challenge.region))


def _object(notice: Notice, units: Mapping[str, Organization], actors: Mapping[str, Actor]) -> Any:
    said = {
        "name": "演示供方甲", "phone": "0551-62990000", "subject": "撤榜理由（演示）",
        "facts": "我单位已为此投入样机研制，请核实撤榜理由（演示）。",
    }  # fmt: skip
    return notices.object_to(notice, actors["vendor"], said, (), units["vendor"])


def _decide(
    notice: Notice, days_ago: int, name: str, reply: str, units: Mapping[str, Organization],
    actors: Mapping[str, Actor],
) -> None:  # fmt: skip
    with clock.standing_at(clock.now() - timedelta(days=days_ago)):
        objection = _object(notice, units, actors)
    with clock.standing_at(clock.now() - timedelta(days=days_ago - 1)):
        said = {"gist": "对撤榜理由有异议（演示）。", "reply": reply, "reply_en": ""}
        notices.decide(objection, name, actors["province2"], said)
