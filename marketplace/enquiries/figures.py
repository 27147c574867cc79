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
from marketplace.enquiries.models import DECLINED, DEMANDER, ENDED, SUPPLIER, Enquiry, EnquiryProduct, Outcome
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
    "met": Text("已会面", "Met"),
    "pilot": Text("验证", "Pilot"),
    "bought": Text("采购", "Bought"),
}


@dataclass(frozen=True, slots=True)
class Funnel:
    """How many talks came how far (keys of STAGES), and why others did not: (reason, count)."""

    stages: dict[str, int]
    causes: Sequence[tuple[Text, int]]


def _confirmed(kind: str) -> sa.ColumnElement[bool]:
    return sa.exists().where(Outcome.enquiry_id == Enquiry.id, Outcome.kind == kind, Outcome.state == "confirmed")


# Each stage as a condition on the table; a vendor who opens a talk has answered the need by that.
REACHED: dict[str, sa.ColumnElement[bool]] = {
    "opened": sa.true(),
    "invited": Enquiry.opened_side == DEMANDER,
    "answered": (Enquiry.opened_side == SUPPLIER) | Enquiry.state.in_(("accepted", "agreed", "ended")),
    "met": Enquiry.met_on.is_not(None),
    "pilot": _confirmed("pilot"),
    "bought": _confirmed("purchase"),
}


def funnel(which: sa.ColumnElement[bool]) -> Funnel:
    """The counts of some talks: two statements."""
    counts = [sa.func.count(sa.case((condition, 1))) for condition in REACHED.values()]
    row = db.session.execute(sa.select(*counts).select_from(Enquiry).where(which)).one()
    select = sa.select(Enquiry.state, Enquiry.cause, sa.func.count()).where(which, Enquiry.cause != "")
    found = db.session.execute(select.group_by(Enquiry.state, Enquiry.cause)).all()
    causes = [(_cause(state, cause), count) for state, cause, count in found]
    return Funnel(dict(zip(REACHED, row, strict=True)), sorted(causes, key=lambda each: (-each[1], each[0].zh)))


def funnel_of_scenario(scenario_id: int) -> Funnel:
    """How far the talks about a need came."""
    return funnel(Enquiry.scenario_id == scenario_id)


def funnel_of(actor: Actor) -> Funnel:
    """How far the talks of the actor's organizations came."""
    return funnel(visible_to(actor))


def _cause(state: str, cause: str) -> Text:
    return (DECLINED if state == "declined" else ENDED)[cause]


@dataclass(frozen=True, slots=True)
class PairTalk:
    """What came of a match: the number of the last talk about the pair, how far they came, why one last declined."""

    number: str
    stage: str
    declined: Text | None

    @property
    def reached(self) -> Text:
        """The furthest stage in words."""
        return STAGES[self.stage]


Pair = tuple[int | None, int]


def talks_of_pairs(scenario_ids: Sequence[int], product_ids: Sequence[int], actor: Actor) -> dict[Pair, PairTalk]:
    """(scenario, product) → what came of it, of talks that the actor may read: shown with the reasons of a match."""
    if not actor.organization_ids:
        return {}
    flags = [sa.case((condition, 1), else_=0) for condition in REACHED.values()]
    select = (
        sa.select(Enquiry, EnquiryProduct.product_id, *flags)
        .join(EnquiryProduct, EnquiryProduct.enquiry_id == Enquiry.id)
        .where(Enquiry.scenario_id.in_(scenario_ids), EnquiryProduct.product_id.in_(product_ids))
        .where(visible_to(actor))
        .order_by(Enquiry.id)
    )
    order, found = list(REACHED), dict[Pair, PairTalk]()
    for enquiry, product_id, *reached in db.session.execute(select):
        pair = enquiry.scenario_id, product_id
        before = found.get(pair)
        stages = [name for name, flag in zip(order, reached, strict=True) if flag] + ([before.stage] if before else [])
        declined = DECLINED[enquiry.cause] if enquiry.state == "declined" else before.declined if before else None
        found[pair] = PairTalk(enquiry.number, max(stages, key=order.index), declined)
    return found


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
