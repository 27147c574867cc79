"""The plate of awards: pages, letters, what waits, the clock, and what a challenge demands behind its ranking."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from flask import Flask, url_for

from marketplace.awards import carrying, duties, leaving, lifecycle, notify, panels, policy, queries, services, views
from marketplace.awards.accepting_views import KIND
from marketplace.awards.models import (
    Acceptance,
    Award,
    Contract,
    Extension,
    Milestone,
    Opinion,
    Payment,
    Termination,
)
from marketplace.awards.stages import init_stages
from marketplace.awards.wording import ACTS
from marketplace.challenges.models import Challenge
from marketplace.core.actor import Actor
from marketplace.core.text import Text
from marketplace.foundation.db import db, transaction
from marketplace.foundation.files import StoredFile
from marketplace.foundation.letters import DECISIONS, DESK
from marketplace.foundation.outbox import Message
from marketplace.foundation.worker import Task
from marketplace.notices.models import Notice
from marketplace.panels.notify import ASSIGNMENTS
from marketplace.panels.subjects import register
from marketplace.posts.policy import may_decide
from marketplace.web.plate import Capability, Named, Queue, Recorded, Waiting

EVERY = 60.0


def annulled(message: Message) -> None:
    """A notice was annulled by an objection: what it proposed is dropped."""
    services.notice_annulled(db.session.get_one(Notice, message.subject_id))


def _by_the_clock() -> bool:
    with transaction():
        services.lapse_due()
    with transaction():
        carrying.miss_due()
    return False


# ---- files ----

# Of these the experts of an acceptance panel read the files as well.
JUDGED = (Milestone, Acceptance)


def _of(model: type[Any]) -> Any:
    def can_read(actor: Actor, file: StoredFile) -> bool:
        found = db.session.get(model, file.owner_id)
        if found is None:
            return False
        judges = model in JUDGED and policy.judges_work_of(actor, found.award)
        return judges or policy.sees_inside(actor, found.award)

    return can_read


# ---- what officials decide ----


def _waits(model: Any, state: str) -> Any:
    def waits(actor: Actor) -> sa.ColumnElement[bool]:
        return (model.state == state) & may_decide(actor, "challenge", model.region, model.organization_id)

    return waits


def _waiting_extensions(ids: Sequence[int]) -> list[Waiting]:
    return [
        _row(each, each.milestone.award, views.milestone_href(each.milestone), Text("里程碑延期", "Extension"))
        for each in queries.extensions_with(ids)
    ]


def _waiting_acceptances(ids: Sequence[int]) -> list[Waiting]:
    return [
        _row(each, each.award, views.acceptance_href(each), Text("验收", "Acceptance"))
        for each in queries.acceptances_with(ids)
    ]


def _row(waiting: Any, award: Award, href: str, what: Text) -> Waiting:
    return Waiting(
        key=waiting.id, title=award.challenge.label, number=award.challenge.number, href=href, what=what,
        organization=award.organization.label, at=waiting.submitted_at,
    )  # fmt: skip


def _queue(key: str, label: Text, verb: Text, model: Any, state: str, rows: Any, days: Any) -> Queue:
    return Queue(
        key=key, label=label, verb=verb, model=model, held=lambda actor: actor.has_duty("challenge"),
        waits=_waits(model, state), rows=rows, days=days,
    )  # fmt: skip


QUEUES = (
    _queue("extensions", Text("里程碑延期", "Extensions"), Text("审批", "Decide"), Extension, "asked",
           _waiting_extensions, lifecycle.DECISION_DAYS),
    _queue("acceptances", Text("揭榜验收", "Acceptances"), Text("验收", "Accept"), Acceptance, "endorsed",
           _waiting_acceptances, lifecycle.ACCEPTANCE_DAYS),
)  # fmt: skip


# ---- the logs ----


def _named(join: Any) -> Any:
    """Objects that hang on an award, by the number of their challenge."""

    def named(ids: Sequence[int]) -> Mapping[int, Named]:
        return {key: Named(number, url_for("award_lots.show", number=award))
                for key, number, award in db.session.execute(join(ids))}  # fmt: skip

    return named


def _direct(model: type[Any]) -> Any:
    return _named(
        lambda ids: (
            sa.select(model.id, Challenge.number, Award.id)
            .join(Award, Award.id == (model.id if model is Award else model.award_id))
            .join(Challenge, Challenge.id == Award.challenge_id)
            .where(model.id.in_(ids))
        )
    )


def _award_names(ids: Sequence[int]) -> Mapping[int, Named]:
    select = sa.select(Award.id, Challenge.number).join(Challenge).where(Award.id.in_(ids))
    return {key: Named(number, url_for("award_lots.show", number=key)) for key, number in db.session.execute(select)}


_extension_names = _named(
    lambda ids: (
        sa.select(Extension.id, Challenge.number, Award.id)
        .join(Milestone, Milestone.id == Extension.milestone_id)
        .join(Award, Award.id == Milestone.award_id)
        .join(Challenge, Challenge.id == Award.challenge_id)
        .where(Extension.id.in_(ids))
    )
)


_opinion_names = _named(
    lambda ids: (
        sa.select(Opinion.id, Challenge.number, Award.id)
        .join(Acceptance, Acceptance.id == Opinion.acceptance_id)
        .join(Award, Award.id == Acceptance.award_id)
        .join(Challenge, Challenge.id == Award.challenge_id)
        .where(Opinion.id.in_(ids))
    )
)


def _case_names(ids: Sequence[int]) -> Mapping[int, Named]:
    found = db.session.execute(sa.select(Challenge.id, Challenge.number).where(Challenge.id.in_(ids)))
    return {key: Named(number, url_for("awards.case", challenge=number)) for key, number in found}


RECORDS = (
    Recorded("award", lifecycle.AWARD.label, acts=ACTS["award"], lifecycle=lifecycle.AWARD, named=_award_names),
    Recorded("contract", lifecycle.CONTRACT.label, acts=ACTS["contract"], lifecycle=lifecycle.CONTRACT,
             named=_direct(Contract)),
    Recorded("milestone", lifecycle.MILESTONE.label, acts=ACTS["milestone"], lifecycle=lifecycle.MILESTONE,
             named=_direct(Milestone)),
    Recorded("extension", lifecycle.EXTENSION.label, acts=ACTS["extension"], lifecycle=lifecycle.EXTENSION,
             named=_extension_names),
    Recorded("payment", lifecycle.PAYMENT.label, acts=ACTS["payment"], lifecycle=lifecycle.PAYMENT,
             named=_direct(Payment)),
    Recorded("acceptance", lifecycle.ACCEPTANCE.label, acts=ACTS["acceptance"], lifecycle=lifecycle.ACCEPTANCE,
             named=_direct(Acceptance)),
    Recorded("opinion", Text("验收专家意见", "Expert's opinion on an acceptance"), acts=ACTS["opinion"],
             named=_opinion_names),
    Recorded("termination", lifecycle.EXEMPTION.label, acts=ACTS["termination"], lifecycle=lifecycle.EXEMPTION,
             named=_direct(Termination)),
    Recorded("case_file", Text("案卷", "Case file"), acts={"give": Text("下载案卷", "Case file given out")},
             named=_case_names),
)  # fmt: skip


def _init(app: Flask) -> None:
    init_stages()
    register(KIND)
    app.extensions.setdefault("challenge_panels", []).append(panels.of_challenge)
    app.extensions.setdefault("workspace_panels", []).append(panels.workspace)


AWARDS = Capability(
    name="awards",
    blueprints=views.blueprints,
    topics={"notice.annul": annulled},
    letters={
        **{f"award.{step}": notify.award_moved for step in notify.AWARD_STEPS},
        **{f"{kind}.{step}": notify.hanging_moved for kind, steps in notify.HANGING.items() for step in steps},
        **{f"opinion.{step}": notify.opinion_moved for step in notify.OPINIONS},
        **{f"challenge.{step}": notify.results for step in notify.ENDS},
        "challenge.fail": notify.ended,
        "challenge.accept": notify.ended,
        "challenge.accept_partly": notify.ended,
    },
    letter_groups=(DECISIONS, DESK, ASSIGNMENTS, notify.AWARDS),
    tasks=(Task("awards.by_the_clock", _by_the_clock, EVERY),),
    settings=lifecycle.SETTINGS,
    records=RECORDS,
    queues=lambda: QUEUES,
    duties=duties.duties,
    duty_selects=duties.selects,
    file_policies={each.__tablename__.removeprefix("award_"): _of(each)
                   for each in (Contract, Milestone, Payment, Acceptance, Termination)},
    personal=leaving.personal,
    init=_init,
)  # fmt: skip
