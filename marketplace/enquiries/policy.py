"""Who may see a talk and act in it: the members of its two sides, and nobody else."""

from __future__ import annotations

import sqlalchemy as sa

from marketplace.core.actor import Actor
from marketplace.enquiries.models import DEMANDER, OTHER, SIDES, SUPPLIER, Enquiry, Outcome


def can_view(actor: Actor, enquiry: Enquiry) -> bool:
    """Members of either side. Officials and administrators read no talk: product.md 5 gives it to neither."""
    return actor.belongs_to(enquiry.supplier_id) or actor.belongs_to(enquiry.demander_id)


def visible_to(actor: Actor) -> sa.ColumnElement[bool]:
    """``can_view`` as a condition on the table."""
    mine = sorted(actor.organization_ids)
    return Enquiry.supplier_id.in_(mine) | Enquiry.demander_id.in_(mine) if mine else sa.false()


def side_of(actor: Actor, enquiry: Enquiry) -> str:
    """The side for which the actor can act; "" for nobody's, and for who belongs to both: nobody answers himself."""
    sides = [each for each in SIDES if actor.belongs_to(_organization_id(enquiry, each))]
    return sides[0] if len(sides) == 1 else ""


def _organization_id(enquiry: Enquiry, side: str) -> int:
    return enquiry.supplier_id if side == SUPPLIER else enquiry.demander_id


def takes_part(actor: Actor, enquiry: Enquiry) -> bool:
    """Whoever acts for one side."""
    return bool(side_of(actor, enquiry))


def ends_it(actor: Actor, enquiry: Enquiry) -> bool:
    """Whoever acts for one side, or time for who does not answer."""
    return actor.is_system or takes_part(actor, enquiry)


def is_asked(actor: Actor, enquiry: Enquiry) -> bool:
    """Whoever acts for the side that is to answer."""
    return side_of(actor, enquiry) == enquiry.asked_side


def has_opened(actor: Actor, enquiry: Enquiry) -> bool:
    """Whoever acts for the side that opened it."""
    return side_of(actor, enquiry) == enquiry.opened_side


def has_proposed(actor: Actor, outcome: Outcome) -> bool:
    """Whoever acts for the side that proposed the outcome."""
    return side_of(actor, outcome.enquiry) == outcome.side


def answers_proposal(actor: Actor, outcome: Outcome) -> bool:
    """Whoever acts for the other side."""
    return side_of(actor, outcome.enquiry) == OTHER[outcome.side]


def asked_of(actor: Actor) -> sa.ColumnElement[bool]:
    """``is_asked`` as a condition on the table."""
    mine = sorted(actor.organization_ids)
    if not mine:
        return sa.false()
    supplies, demands = Enquiry.supplier_id.in_(mine), Enquiry.demander_id.in_(mine)
    return ((Enquiry.opened_side == DEMANDER) & supplies & ~demands) | (
        (Enquiry.opened_side == SUPPLIER) & demands & ~supplies
    )


def proposed_to(actor: Actor) -> sa.ColumnElement[bool]:
    """``answers_proposal`` as a condition on outcomes joined with their talks."""
    mine = sorted(actor.organization_ids)
    if not mine:
        return sa.false()
    supplies, demands = Enquiry.supplier_id.in_(mine), Enquiry.demander_id.in_(mine)
    return ((Outcome.side == DEMANDER) & supplies & ~demands) | ((Outcome.side == SUPPLIER) & demands & ~supplies)
