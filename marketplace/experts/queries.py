"""Selects of the register, and the two questions that challenges ask: who may be drawn, and what ties he has."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from marketplace.accounts.models import User
from marketplace.accounts.queries import can_sign_in
from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.errors import NotFound
from marketplace.experts.lifecycle import REGISTERED, RENEWAL_DAYS
from marketplace.experts.models import Declaration, Expert, ExpertField
from marketplace.experts.policy import decides, visible_to
from marketplace.experts.ties import Tie, folded, widest
from marketplace.foundation.db import asked_anew, db
from marketplace.organizations.models import Member, Organization
from marketplace.posts.policy import in_region
from marketplace.settings.queries import value

# States in which something new of an expert may wait for an official.
WAITING_STATES = ("in_review", "approved", "expired")


@dataclass(frozen=True, slots=True)
class Interest:
    """A tie of an expert with what it is to. ``organization_id``: the organization of this site that it names."""

    tie: Tie
    organization_id: int | None


def approved(fields: Collection[str] = (), region: str = "") -> Sequence[Expert]:
    """The experts who may be drawn today, by number.

    Args:
        fields: "domain.<code>" and "category.<code>"; who was approved for one of them counts. Empty: all.
        region: a GB/T 2260 code: a city's experts; the province or "" stands for everybody.

    The day of the clock decides, not the stored state: a late job lets nobody in.
    """
    select = (
        sa.select(Expert)
        .join(Expert.user)
        .where(Expert.state == "approved", Expert.valid_until >= clock.today(), can_sign_in())
        .options(joinedload(Expert.user))
        .order_by(Expert.number)
    )
    if region:
        select = select.where(in_region(region, Expert.region))
    if fields:
        known = sa.select(ExpertField.expert_id).where(ExpertField.field.in_(sorted(fields)))
        select = select.where(Expert.id.in_(known))
    return db.session.scalars(select).all()


def interests(expert_id: int, on: date) -> list[Interest]:
    """The ties of an expert as far as they were declared by the end of a Beijing day: see ``interests_of``."""
    return interests_of([expert_id], on)[expert_id]


def interests_of(expert_ids: Collection[int], on: date) -> dict[int, list[Interest]]:
    """Expert → all his ties, with kind and period: never less than he ever declared by the end of ``on``.

    Past ties are among them; ``Tie.holds_on`` and ``Tie.until`` tell which. Organizations are found by credit code,
    else by their full name. What the site itself knows, his memberships, is among them as kind "member".
    Four statements, however many experts.
    """
    end = clock.end_of_day(on)
    declared: dict[int, list[tuple[date, Mapping[str, Any]]]] = {key: [] for key in expert_ids}
    rows = db.session.scalars(
        sa.select(Declaration)
        .where(Declaration.expert_id.in_(sorted(declared)), Declaration.declared_at < end)
        .order_by(Declaration.expert_id, Declaration.number)
    )
    for row in rows:
        declared[row.expert_id].append((clock.beijing(row.declared_at).date(), row.content))
    ties = {key: widest(each) for key, each in declared.items()}
    known = _named(tie for each in ties.values() for tie in each)
    found = {
        key: [Interest(tie, known.get(tie.code) or known.get(folded(tie.organization))) for tie in each]
        for key, each in ties.items()
    }
    for key, tie, organization_id in _memberships(sorted(declared), on):
        found[key].append(Interest(tie, organization_id))
    return found


def _named(ties: Iterable[Tie]) -> dict[str, int]:
    """Credit code, or folded name, → the organization of this site."""
    wanted = [tie for tie in ties if tie.organization or tie.code]
    codes, names = {tie.code for tie in wanted if tie.code}, {tie.organization for tie in wanted if tie.organization}
    if not wanted:
        return {}
    rows = db.session.execute(
        sa.select(Organization.id, Organization.credit_code, Organization.name).where(
            Organization.credit_code.in_(sorted(codes)) | Organization.name.in_(sorted(names))
        )
    ).all()
    return {row.credit_code: row.id for row in rows} | {folded(row.name): row.id for row in rows}


def _memberships(expert_ids: Sequence[int], on: date) -> list[tuple[int, Tie, int]]:
    rows = db.session.execute(
        sa.select(Expert.id, Member.joined_at, Organization)
        .join(Member, Member.user_id == Expert.user_id)
        .join(Organization, Organization.id == Member.organization_id)
        .where(Expert.id.in_(expert_ids), Member.joined_at < clock.end_of_day(on))
        .order_by(Member.id)
    )
    return [
        (key, Tie("member", one.name, one.credit_code, since=clock.beijing(joined).date()), one.id)
        for key, joined, one in rows
    ]


# ---- the register ----


def expert_of(user_id: int | None) -> Expert | None:
    """The expert that a user is or wants to be."""
    return db.session.scalar(sa.select(Expert).where(Expert.user_id == user_id)) if user_id else None


def registered_id(user: User) -> int | None:
    """The key of the expert that a user is: somebody approved at some time who has not left."""
    return db.session.scalar(sa.select(Expert.id).where(Expert.user_id == user.id, Expert.state.in_(REGISTERED)))


def expert_by_number(number: str, actor: Actor) -> Expert:
    """The expert if the actor may see him.

    Raises:
        NotFound: there is none, or it is not for him to know.
    """
    found = db.session.scalar(sa.select(Expert).where(Expert.number == number, visible_to(actor)))
    if found is None:
        raise NotFound
    return found


def expert_by_id(expert_id: int) -> Expert:
    """The expert with this key, whoever asks (for what runs without an actor)."""
    return db.session.get_one(Expert, expert_id)


def declaration(expert: Expert, number: int) -> Declaration | None:
    """One declaration of his."""
    return db.session.scalar(
        sa.select(Declaration).where(Declaration.expert_id == expert.id, Declaration.number == number)
    )


def declarations(expert: Expert) -> Sequence[Declaration]:
    """All of them, the newest first."""
    select = sa.select(Declaration).where(Declaration.expert_id == expert.id)
    return db.session.scalars(select.order_by(Declaration.number.desc())).all()


def register(actor: Actor, state: str = "", field: str = "") -> sa.Select[Expert]:
    """The experts an official sees, by number; of one state or field when given."""
    # Declared ones only: an official who is an expert himself finds his own draft on his own page.
    select = sa.select(Expert).where(visible_to(actor), Expert.declared > 0).order_by(Expert.number)
    if state:
        select = select.where(Expert.state == state)
    if field:
        select = select.where(Expert.id.in_(sa.select(ExpertField.expert_id).where(ExpertField.field == field)))
    return select


def register_states(actor: Actor) -> dict[str, int]:
    """How many of them there are in each state."""
    rows = db.session.execute(
        sa.select(Expert.state, sa.func.count()).where(visible_to(actor), Expert.declared > 0).group_by(Expert.state)
    )
    return dict(rows.all())


def fields_of_experts(experts: Sequence[Expert]) -> dict[int, list[str]]:
    """Expert → the fields he was approved for."""
    found: dict[int, list[str]] = {expert.id: [] for expert in experts}
    rows = db.session.scalars(
        sa.select(ExpertField).where(ExpertField.expert_id.in_(sorted(found))).order_by(ExpertField.field)
    )
    for row in rows:
        found[row.expert_id].append(row.field)
    return found


# ---- what waits ----


def waits_for_decision(actor: Actor) -> sa.ColumnElement[bool]:
    """The experts of whom something new waits for the actor, as a condition; never himself."""
    allowed = sa.true() if decides(actor) else sa.false()
    waits = Expert.submitted_at.is_not(None) & Expert.state.in_(WAITING_STATES)
    return allowed & waits & (Expert.user_id != actor.user_id)


def experts_with(ids: Sequence[int]) -> Sequence[Expert]:
    """The experts with these keys, whoever asks (for a queue)."""
    return db.session.scalars(sa.select(Expert).where(Expert.id.in_(ids))).all()


def key_of(number: str) -> int | None:
    """The key of a number, None when no expert has it."""
    return db.session.scalar(sa.select(Expert.id).where(Expert.number == number))


def waits_for_self() -> sa.ColumnElement[bool]:
    """Those who have something to do themselves: correct, or renew."""
    ends = asked_anew(lambda: clock.today() + timedelta(days=value(RENEWAL_DAYS)))
    renews = Expert.state.in_(("approved", "expired")) & (Expert.valid_until <= ends)
    return (Expert.state == "returned") | (renews & Expert.renewal_asked_at.is_(None))


def duty_selects(actor: Actor) -> list[sa.Select[Any]]:
    """What waits for the expert that the actor is, one row at the most."""
    return [sa.select(Expert.id).where(Expert.user_id == actor.user_id, waits_for_self())]


def own_duty(actor: Actor) -> Expert | None:
    """The expert that the actor is, when something waits for him."""
    return db.session.scalar(sa.select(Expert).where(Expert.user_id == actor.user_id, waits_for_self()))
