"""The plate of challenges."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from flask import Flask, get_template_attribute, url_for
from markupsafe import Markup

from marketplace.challenges import (
    chained,
    export,
    leaving,
    lifecycle,
    notify,
    policy,
    queries,
    searchdoc,
    services,
    showing,
    timetable,
    views,
)
from marketplace.challenges.addenda import ADDENDUM
from marketplace.challenges.lifecycle import CHALLENGE, REVIEW_DAYS, SHOWN
from marketplace.challenges.models import Addendum, Challenge
from marketplace.challenges.questions import QUESTION, digest_due
from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.text import Text
from marketplace.foundation import dirty
from marketplace.foundation.db import db, transaction
from marketplace.foundation.files import StoredFile
from marketplace.foundation.letters import DECISIONS, DESK
from marketplace.foundation.outbox import Message
from marketplace.foundation.worker import Task
from marketplace.notices.models import Notice
from marketplace.scenarios.models import Scenario
from marketplace.web.languages import current_language
from marketplace.web.limits import A_MINUTE, Limit, figure
from marketplace.web.plate import Capability, Duty, FooterLink, Named, NavItem, Queue, Recorded, SearchSource, Waiting

EVERY = 5.0
A_MINUTE_LONG = 60.0
ASKING = figure("challenges.questions", Text("对榜单提问", "Questions on challenges"), 20, A_MINUTE)


def _by_the_clock() -> bool:
    with transaction():
        services.publish_due()
    with transaction():
        services.close_due()
    return False


def _digest() -> bool:
    with transaction():
        digest_due()
    return False


def can_read_file(actor: Actor, file: StoredFile) -> bool:
    """Files that the terms name, for who may see the challenge; a file that was taken out, for its owner."""
    challenge = db.session.get(Challenge, file.owner_id)
    if challenge is None or not policy.can_view(actor, challenge):
        return False
    named = {each["id"] for each in showing.files(challenge)}
    return file.id in named or policy.can_edit(actor, challenge)


def notice_closed(message: Message) -> None:
    """A notice is over: a challenge that was on it is found under another word."""
    notice = db.session.get_one(Notice, message.subject_id)
    if notice.about_type == searchdoc.KIND:
        dirty.note(searchdoc.KIND, notice.about_id)


# ---- what waits for somebody ----


def _waiting(ids: Sequence[int]) -> list[Waiting]:
    return [_row(each.id, each, Text("榜单", "Challenge"), each.submitted_at) for each in queries.challenges_with(ids)]


def _waiting_addenda(ids: Sequence[int]) -> list[Waiting]:
    kind = {True: Text("实质性更正", "Material change"), False: Text("说明", "Clarification")}
    return [_row(each.id, each.challenge, kind[each.material], each.submitted_at) for each in queries.addenda_with(ids)]


def _row(key: int, challenge: Challenge, what: Text, at: object) -> Waiting:
    return Waiting(
        key=key, title=challenge.label, number=challenge.number, href=views.href(challenge), what=what,
        organization=challenge.organization.label, at=at,  # type: ignore[arg-type]
    )  # fmt: skip


QUEUES = (
    Queue(
        key="challenges", label=Text("榜单", "Challenges"), verb=Text("审核", "Review"), model=Challenge,
        held=lambda actor: actor.has_duty("challenge"), waits=queries.waits_for_decision, rows=_waiting,
        days=REVIEW_DAYS,
    ),
    Queue(
        key="addenda", label=Text("更正", "Addenda"), verb=Text("审核", "Review"), model=Addendum,
        held=lambda actor: actor.has_duty("challenge"), waits=queries.waits_to_issue, rows=_waiting_addenda,
        days=REVIEW_DAYS,
    ),
)  # fmt: skip


def duties(actor: Actor) -> list[Duty]:
    """What waits for members of an owner: returned challenges, and questions to answer."""
    if not actor.organization_ids:
        return []
    return [_duty(each) for each in db.session.scalars(queries.owner_duties(actor))]


def _duty(challenge: Challenge) -> Duty:
    title = challenge.label.say(current_language()) or challenge.number
    if challenge.state == "returned":
        why = Text("榜单被退回", "This challenge was returned")
        return Duty(Text("补正", "Correct"), title, views.href(challenge), why, challenge.updated_at)
    due = clock.last_day(challenge.answers_until) if challenge.answers_until else None
    return Duty(
        Text("答复", "Answer"), title, url_for("challenges.answer", number=challenge.number),
        Text("有提问待答复", "Questions wait for an answer"), challenge.updated_at, due,
    )  # fmt: skip


def duty_selects(actor: Actor) -> list[sa.Select[Challenge]]:
    """The same, a row each."""
    return [queries.owner_duties(actor)] if actor.organization_ids else []


# ---- what other pages show ----


def workspace_panel(actor: Actor) -> Markup | None:
    """The challenges of one's organizations."""
    found = queries.mine(actor) if actor.organization_ids else []
    if not found:
        return None
    return Markup(get_template_attribute("challenges/panels.html", "workspace_panel")(found, SHOWN))


def scenario_panel(scenario: Scenario, actor: Actor) -> Markup | None:
    """For the owner of a need its challenges, and the way to post it as one; everybody reads them on its chain."""
    if not actor.belongs_to(scenario.organization_id):
        return None
    posted = queries.of_scenario(scenario, actor)
    offers = scenario.state == "published" and policy.can_post(actor, scenario.organization)
    if not posted and not offers:
        return None
    draw = get_template_attribute("challenges/panels.html", "scenario_panel")
    return Markup(draw(scenario, posted, SHOWN, offers))


def _init(app: Flask) -> None:
    app.extensions.setdefault("workspace_panels", []).append(workspace_panel)
    app.extensions.setdefault("listing_panels", {}).setdefault("scenario", []).append(scenario_panel)


# ---- the logs ----


def _named(ids: Sequence[int]) -> dict[int, Named]:
    return {each.id: Named(each.number, views.href(each)) for each in queries.challenges_with(ids)}


def _named_addenda(ids: Sequence[int]) -> dict[int, Named]:
    return {each.id: Named(each.challenge.number, views.href(each.challenge)) for each in queries.addenda_with(ids)}


RECORDS = (
    Recorded("challenge", CHALLENGE.label, acts=showing.OTHER_ACTS, lifecycle=CHALLENGE, named=_named,
             key_of=queries.key_of),
    Recorded("addendum", ADDENDUM.label, acts={"propose": Text("提出更正", "Proposed")}, lifecycle=ADDENDUM,
             named=_named_addenda),
    Recorded("question", QUESTION.label, acts={"ask": Text("提问", "Asked")}, lifecycle=QUESTION),
)  # fmt: skip

SOURCE = SearchSource(
    kind=searchdoc.KIND,
    label=Text("揭榜挂帅", "Challenges"),
    keys=searchdoc.keys,
    documents=searchdoc.documents,
    versions=searchdoc.versions,
    visible=searchdoc.visible,
    cards=export.cards,
    texts=searchdoc.texts,
    order=40,
)

CHALLENGES = Capability(
    name="challenges",
    chain=chained.CHAIN,
    blueprints=views.blueprints,
    navigation=(NavItem("challenges", Text("揭榜挂帅", "Challenges"), "challenges.home", 30),),
    footer=(FooterLink(0, Text("揭榜挂帅", "Challenges"), "challenges.home", 40),),
    topics={"notice.close": notice_closed},
    letters={
        "challenge.submit": notify.submitted,
        **{f"challenge.{step}": notify.changed for step in notify.TOLD},
        "challenge.digest": notify.digest,
        "addendum.propose": notify.proposed,
        "addendum.issue": notify.addendum_decided,
        "addendum.decline": notify.addendum_decided,
        "question.ask": notify.asked,
        "question.decline": notify.question_declined,
    },
    letter_groups=(DESK, DECISIONS, notify.OWN, notify.FOLLOWED),
    tasks=(
        Task("challenge.by_the_clock", _by_the_clock, EVERY),
        Task("challenge.digest", _digest, A_MINUTE_LONG),
    ),
    settings=(*timetable.SETTINGS, lifecycle.REVIEW_DAYS),
    limits=(Limit(ASKING, ("challenges.ask",), methods=("POST",)),),
    sources=(SOURCE,),
    records=RECORDS,
    queues=lambda: QUEUES,
    duties=duties,
    duty_selects=duty_selects,
    file_policies={"challenge": can_read_file},
    personal=leaving.personal,
    forget=leaving.forget,
    init=_init,
)
