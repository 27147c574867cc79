"""What is counted: how far talks came, why they did not, and how soon an organization answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median

import sqlalchemy as sa

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.setting import Setting
from marketplace.core.text import Text
from marketplace.enquiries.lifecycle import ENQUIRY
from marketplace.enquiries.models import (
    DECLINED,
    DEMANDER,
    ENDED,
    ENDING,
    SIDES,
    SUPPLIER,
    Enquiry,
    EnquiryProduct,
    Outcome,
)
from marketplace.enquiries.policy import visible_to
from marketplace.foundation.db import db
from marketplace.reference.calendar import Overrides, YearUnknown, workdays_between
from marketplace.reference.services import overrides

ANSWER_DAYS = Setting(
    "enquiries.answer_days", Text("对接答复时限", "Time to answer a talk"), 10,
    Text("工作台按它显示截止日；过了还能答复", "The workspace shows the deadline; later answers are still accepted"),
    Text("个工作日", "working days"), least=1, most=60,
)  # fmt: skip
RESPONSE_LEAST = Setting(
    "enquiries.response_least", Text("公布答复用时至少要几次答复", "Answers needed before a response time is shown"), 3,
    least=1, most=100,
)  # fmt: skip

STAGES = {
    "opened": Text("发起", "Opened"),
    "invited": Text("需方邀请", "Invited"),
    "answered": Text("供方答复", "Answered"),
    "met": Text("已会面", "Had a meeting"),
    "pilot": Text("约定验证", "Pilot agreed"),
    "bought": Text("采购", "Bought"),
}


@dataclass(frozen=True, slots=True)
class Funnel:
    """How many talks came how far (keys of STAGES), which had no answer of the vendor, and why others ended: (what,
    count) each.
    """

    stages: dict[str, int]
    unanswered: Sequence[tuple[Text, int]]
    causes: Sequence[tuple[Text, int]]


def _confirmed(kind: str) -> sa.ColumnElement[bool]:
    return sa.exists().where(Outcome.enquiry_id == Enquiry.id, Outcome.kind == kind, Outcome.state == "confirmed")


# What counts as an answer of the vendor: one of his own, or that he accepted an invitation. What was withdrawn or has
# lapsed is none.
_OWN_ANSWER = (Enquiry.opened_side == SUPPLIER) & Enquiry.state.not_in(("withdrawn", "lapsed"))
ANSWERED = _OWN_ANSWER | Enquiry.state.in_(("accepted", "agreed", "ended"))
# Each stage as a condition on the table.
REACHED: dict[str, sa.ColumnElement[bool]] = {
    "opened": sa.true(),
    "invited": Enquiry.opened_side == DEMANDER,
    "answered": ANSWERED,
    "met": Enquiry.met_on.is_not(None),
    "pilot": _confirmed("pilot"),
    "bought": _confirmed("purchase"),
}

# Every talk without an answer of the vendor is one of these: with them the counts add up.
UNANSWERED: tuple[tuple[Text, sa.ColumnElement[bool]], ...] = (
    (Text("撤回或失效", "withdrawn or lapsed"), Enquiry.state.in_(("withdrawn", "lapsed"))),
    (Text("邀请待答复", "invitations that wait"), (Enquiry.opened_side == DEMANDER) & (Enquiry.state == "opened")),
    (Text("邀请被谢绝", "invitations declined"), (Enquiry.opened_side == DEMANDER) & (Enquiry.state == "declined")),
)


def funnel(which: sa.ColumnElement[bool]) -> Funnel:
    """The counts of some talks: two statements."""
    conditions = [*REACHED.values(), *(condition for _words, condition in UNANSWERED)]
    counts = [sa.func.count(sa.case((condition, 1))) for condition in conditions]
    row = db.session.execute(sa.select(*counts).select_from(Enquiry).where(which)).one()
    unanswered = [(words, count) for (words, _), count in zip(UNANSWERED, row[len(REACHED) :], strict=True) if count]
    select = sa.select(Enquiry.state, Enquiry.cause, sa.func.count()).where(which, Enquiry.cause != "")
    found = db.session.execute(select.group_by(Enquiry.state, Enquiry.cause)).all()
    causes = [(_cause(state, cause), count) for state, cause, count in found]
    stages = dict(zip(REACHED, row[: len(REACHED)], strict=True))
    return Funnel(stages, unanswered, sorted(causes, key=lambda each: (-each[1], each[0].zh)))


def funnel_of_scenario(scenario_id: int) -> Funnel:
    """How far the talks about a need came."""
    return funnel(Enquiry.scenario_id == scenario_id)


def funnel_of(actor: Actor) -> Funnel:
    """How far the talks of the actor's organizations came."""
    return funnel(visible_to(actor))


def _cause(state: str, cause: str) -> Text:
    return (DECLINED if state == "declined" else ENDED)[cause]


# A talk that is over without a result: what it reached is told together with that.
OVER = ("declined", "withdrawn", "lapsed", "ended")
LEFT = {
    "declined": Text("%(side)s曾谢绝：%(why)s", "%(side)s declined: %(why)s"),
    "ended": Text("%(side)s曾提出结束：%(why)s", "%(side)s proposed to end it: %(why)s"),
}


@dataclass(frozen=True, slots=True)
class PairTalk:
    """What came of a match: number and state of the last talk about the pair, how far they came, why one was left."""

    number: str
    state: str
    stage: str
    left: Text | None

    @property
    def reached(self) -> Text:
        """The furthest stage in words; where the last talk is over without a result, that too."""
        stage = STAGES[self.stage]
        if self.state not in OVER:
            return stage
        return Text("%(stage)s，%(state)s", "%(stage)s, %(state)s") % {
            "stage": stage,
            "state": ENQUIRY.mark(self.state).label,
        }


Pair = tuple[int | None, int]


def talks_of_pairs(scenario_ids: Sequence[int], product_ids: Sequence[int], actor: Actor) -> dict[Pair, PairTalk]:
    """(scenario, product) → what came of it, of talks that the actor may read: shown with the reasons of a match."""
    if not actor.organization_ids:
        return {}
    flags = [sa.case((condition, 1), else_=0) for condition in REACHED.values()]
    ends = (Outcome.enquiry_id == Enquiry.id) & (Outcome.kind == ENDING) & (Outcome.state == "confirmed")
    ended_by = sa.select(Outcome.side).where(ends).limit(1).scalar_subquery()
    select = (
        sa.select(Enquiry, EnquiryProduct.product_id, ended_by, *flags)
        .join(EnquiryProduct, EnquiryProduct.enquiry_id == Enquiry.id)
        .where(Enquiry.scenario_id.in_(scenario_ids), EnquiryProduct.product_id.in_(product_ids))
        .where(visible_to(actor))
        .order_by(Enquiry.id)
    )
    order, found = list(REACHED), dict[Pair, PairTalk]()
    for enquiry, product_id, ender, *reached in db.session.execute(select):
        pair = enquiry.scenario_id, product_id
        before = found.get(pair)
        stages = [name for name, flag in zip(order, reached, strict=True) if flag] + ([before.stage] if before else [])
        left = _left(enquiry, ender) or (before.left if before else None)
        found[pair] = PairTalk(enquiry.number, enquiry.state, max(stages, key=order.index), left)
    return found


def _left(enquiry: Enquiry, ender: str | None) -> Text | None:
    """Which side left a talk, and why; None where neither did."""
    if enquiry.state not in LEFT:
        return None
    side = enquiry.asked_side if enquiry.state == "declined" else ender or ""
    return LEFT[enquiry.state] % {"side": SIDES[side], "why": _cause(enquiry.state, enquiry.cause)}


# ---- response times -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ResponseTimes:
    """How an organization answers: talks it was asked for, those answered, and the median in working days.

    ``days`` is None while there are too few answers to say. ``overdue``: unanswered beyond the time to answer.
    """

    asked: int
    answered: int
    days: float | None
    overdue: int


def response_times(organization_id: int, least: int, allowed: int) -> ResponseTimes:
    """The response times of an organization; talks that were withdrawn or lapsed before an answer are left out.

    ``least``: answers needed; ``allowed``: working days to answer.
    """
    theirs = ((Enquiry.opened_side == DEMANDER) & (Enquiry.supplier_id == organization_id)) | (
        (Enquiry.opened_side == SUPPLIER) & (Enquiry.demander_id == organization_id)
    )
    select = sa.select(Enquiry.opened_at, Enquiry.answered_at)
    rows = db.session.execute(select.where(theirs, Enquiry.state.not_in(("withdrawn", "lapsed")))).all()
    known = overrides()
    taken = [days for opened, at in rows if at and (days := _workdays(opened, at, known)) is not None]
    waited = [_workdays(opened, clock.now(), known) for opened, at in rows if at is None]
    return ResponseTimes(
        asked=len(rows),
        answered=len(taken),
        days=median(taken) if len(taken) >= least else None,
        overdue=sum(days is not None and days > allowed for days in waited),
    )


def _workdays(since: datetime, until: datetime, known: Overrides) -> int | None:
    """Working days between two instants by the Beijing calendar; None where that of the year is not known."""
    try:
        return workdays_between(clock.beijing(since).date(), clock.beijing(until).date(), known)
    except YearUnknown:
        return None
