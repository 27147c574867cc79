"""Selects of awards and of what hangs on them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from marketplace.awards.models import (
    LIVE,
    Acceptance,
    Award,
    Contract,
    Extension,
    Milestone,
    Opinion,
    Payment,
    Termination,
)
from marketplace.awards.policy import seats_of, sees_inside
from marketplace.bids.models import Bid, Participation
from marketplace.challenges.content import funds_published
from marketplace.challenges.models import Challenge
from marketplace.core.actor import Actor
from marketplace.core.errors import NotFound
from marketplace.foundation.db import Base, db
from marketplace.foundation.files import StoredFile
from marketplace.panels.models import Assignment

Row = TypeVar("Row", bound=Base)
WHOLE = (
    joinedload(Award.challenge).joinedload(Challenge.organization),
    joinedload(Award.bid).selectinload(Bid.participations).joinedload(Participation.organization),
    joinedload(Award.organization),
    joinedload(Award.notice),
    joinedload(Award.contract),
    selectinload(Award.milestones),
)


def awards_of(challenge: Challenge) -> Sequence[Award]:
    """Every award there was, by the place of the challenge and then in the order of time; read anew each time."""
    select = sa.select(Award).where(Award.challenge_id == challenge.id).options(*WHOLE)
    return db.session.scalars(select.order_by(Award.lot, Award.id).execution_options(populate_existing=True)).all()


def live_of(challenge: Challenge, *states: str) -> Sequence[Award]:
    """Those that hold a place, all or those in ``states``."""
    return [each for each in awards_of(challenge) if each.state in (states or LIVE)]


def funds_left(award: Award) -> Decimal | None:
    """What the challenge published less what other awards of it, in a race, have contracts for; in 万元, None: no sum.

    The sum is that of the whole challenge, as its winners share it (domain.md 1.1 and 1.6).
    """
    most = funds_published(award.challenge.content)
    if most is None:
        return None
    others = [each.contract for each in live_of(award.challenge) if each.id != award.id and each.contract]
    return most - sum((each.amount for each in others), Decimal(0))


def award_of(challenge: Challenge) -> Award | None:
    """The award that is carried out, or was, of the first place: what a pilot or a site may come from."""
    done = live_of(challenge, "executing", "fulfilled", "partly_fulfilled")
    return done[0] if done else None


def award_by_key(number: str, actor: Actor) -> Award:
    """An award with what hangs on it, for who reads that.

    Raises:
        NotFound: there is none, or it is not for him to know.
    """
    found = db.session.scalar(sa.select(Award).where(Award.id == _key(number)).options(*WHOLE))
    if found is None or not sees_inside(actor, found):
        raise NotFound
    return found


def _key(number: str) -> int:
    return int(number) if number.isascii() and number.isdigit() and len(number) < 10 else 0


def _hanging(model: type[Row], number: str, actor: Actor, award: Any) -> Row:
    found = db.session.get(model, _key(number))
    if found is None or not sees_inside(actor, award(found)):
        raise NotFound
    return found


def contract_by_key(number: str, actor: Actor) -> Contract:
    """A contract; raises NotFound."""
    return _hanging(Contract, number, actor, lambda each: each.award)


def milestone_by_key(number: str, actor: Actor) -> Milestone:
    """A milestone; raises NotFound."""
    return _hanging(Milestone, number, actor, lambda each: each.award)


def extension_by_key(number: str, actor: Actor) -> Extension:
    """A request for a later day; raises NotFound."""
    return _hanging(Extension, number, actor, lambda each: each.milestone.award)


def payment_by_key(number: str, actor: Actor) -> Payment:
    """A payment; raises NotFound."""
    return _hanging(Payment, number, actor, lambda each: each.award)


def acceptance_by_key(number: str, actor: Actor) -> Acceptance:
    """An acceptance; raises NotFound."""
    return _hanging(Acceptance, number, actor, lambda each: each.award)


def acceptance_by_number(number: str, actor: Actor) -> Acceptance:
    """The same by what its panel calls it ("C-2026-000001-V7"); raises NotFound."""
    found = acceptance_by_key(number.rpartition("-V")[2], actor)
    if found.number != number:
        raise NotFound
    return found


def opinions_of(acceptance: Acceptance) -> Sequence[Opinion]:
    """What experts have handed in, in the order of the draw, whether their seats still count or not."""
    select = sa.select(Opinion).join(Assignment, Assignment.id == Opinion.assignment_id)
    given = (Opinion.acceptance_id == acceptance.id) & Opinion.submitted_at.is_not(None)
    whole = joinedload(Opinion.assignment)
    return db.session.scalars(select.where(given).options(whole).order_by(Assignment.place)).all()


def opinion_of(number: str, actor: Actor) -> Opinion:
    """An expert's own opinion on an acceptance, as long as he has his seat and the panel is in office.

    Raises:
        NotFound: there is none.
    """
    own = seats_of(actor).where(Opinion.acceptance_id == _key(number))
    found = db.session.scalar(sa.select(Opinion).where(Opinion.id.in_(own)))
    if found is None:
        raise NotFound
    return found


def termination_by_key(number: str, actor: Actor) -> Termination:
    """A termination; raises NotFound."""
    return _hanging(Termination, number, actor, lambda each: each.award)


def extensions_of(milestone: Milestone) -> Sequence[Extension]:
    """Every request for a later day, the newest first."""
    select = sa.select(Extension).where(Extension.milestone_id == milestone.id)
    return db.session.scalars(select.order_by(Extension.id.desc())).all()


def payments_of(award: Award) -> Sequence[Payment]:
    """What was paid, by the payment of the plan and then in the order of time."""
    select = sa.select(Payment).where(Payment.award_id == award.id)
    return db.session.scalars(select.order_by(Payment.plan, Payment.id)).all()


def acceptances_of(award: Award) -> Sequence[Acceptance]:
    """Every time it was applied for, the newest first."""
    select = sa.select(Acceptance).where(Acceptance.award_id == award.id)
    return db.session.scalars(select.order_by(Acceptance.id.desc())).all()


def returned_of(award: Award) -> Sequence[Acceptance]:
    """Those that were sent back to be mended, the newest first."""
    return [each for each in acceptances_of(award) if each.state == "returned"]


def termination_of(award: Award) -> Termination | None:
    """Why it was ended."""
    return db.session.scalar(sa.select(Termination).where(Termination.award_id == award.id))


def files_of(kind: str, keys: Sequence[int]) -> Sequence[StoredFile]:
    """The files of objects of one kind, in the order in which they came."""
    of_it = (StoredFile.owner_type == kind) & StoredFile.owner_id.in_(keys)
    return db.session.scalars(sa.select(StoredFile).where(of_it).order_by(StoredFile.id)).all()


# ---- what waits, and what is due ----


def unanswered(day: Any) -> Sequence[Award]:
    """Awards whose last day to answer is before ``day``."""
    due = (Award.state == "awarded") & (Award.answer_by < day)
    return db.session.scalars(sa.select(Award).where(due).order_by(Award.id)).all()


def overdue(day: Any) -> Sequence[Milestone]:
    """Milestones being worked on whose day is before ``day``."""
    due = Milestone.state.in_(("planned", "returned")) & (Milestone.until < day) & (Award.state == "executing")
    return db.session.scalars(sa.select(Milestone).join(Award).where(due).order_by(Milestone.id)).all()


def extensions_with(keys: Sequence[int]) -> Sequence[Extension]:
    """Requests with these keys, for the desk."""
    whole = joinedload(Extension.milestone).joinedload(Milestone.award).options(
        joinedload(Award.challenge), joinedload(Award.organization)
    )  # fmt: skip
    return db.session.scalars(sa.select(Extension).where(Extension.id.in_(keys)).options(whole)).all()


def acceptances_with(keys: Sequence[int]) -> Sequence[Acceptance]:
    """Acceptances with these keys, for the desk."""
    whole = joinedload(Acceptance.award).options(joinedload(Award.challenge), joinedload(Award.organization))
    return db.session.scalars(sa.select(Acceptance).where(Acceptance.id.in_(keys)).options(whole)).all()


def of_organizations(actor: Actor) -> Sequence[Award]:
    """The live awards in which one of the actor's organizations leads or owns the challenge, the newest first."""
    own = sorted(actor.organization_ids)
    ours = sa.select(Challenge.id).where(Challenge.organization_id.in_(own))
    select = sa.select(Award).where(
        Award.state.in_(LIVE), Award.organization_id.in_(own) | Award.challenge_id.in_(ours)
    )  # fmt: skip
    return db.session.scalars(select.options(joinedload(Award.challenge)).order_by(Award.id.desc())).all()
