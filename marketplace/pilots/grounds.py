"""What a plan may be begun from beside two sides' own wish: an agreed talk, an awarded challenge.

A ground names the two sides, the need and the products that were agreed on; the plan keeps its number for good.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from marketplace.awards.queries import live_of
from marketplace.challenges.lifecycle import SHOWN
from marketplace.challenges.models import Challenge
from marketplace.challenges.queries import challenge_by_number
from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.errors import NotFound, Refused
from marketplace.core.text import Text
from marketplace.enquiries.lifecycle import ENQUIRY
from marketplace.enquiries.models import Enquiry
from marketplace.enquiries.policy import side_of
from marketplace.enquiries.queries import enquiry_by_number, published_products
from marketplace.foundation.db import db, lock
from marketplace.organizations.models import Organization
from marketplace.pilots import services
from marketplace.pilots.models import Pilot
from marketplace.pilots.services import Origin
from marketplace.products.models import Product
from marketplace.scenarios.models import Scenario


@dataclass(frozen=True, slots=True)
class Ground:
    """Something agreed that a plan may be begun from.

    ``subject``: the row that is locked while a plan is begun, so that two at once begin one. ``products``: what was
    agreed on. ``first_day``: when the trial was said to begin; None when nothing was said, or the day is over.
    """

    origin: Origin
    subject: Any
    title: Text
    scenario: Scenario | None
    demander: Organization
    products: Sequence[Product]
    first_day: date | None = None


def of_enquiry(number: str, actor: Actor) -> Ground:
    """The ground that an agreed talk is, for whoever acts for one of its sides.

    Raises:
        NotFound: no such talk of the actor's, or he acts for neither side. Refused: no pilot was agreed on.
    """
    enquiry = enquiry_by_number(number, actor)
    if not side_of(actor, enquiry):
        raise NotFound
    refusal = not_agreed(enquiry)
    if refusal is not None:
        raise refusal
    return _ground(enquiry)


def not_agreed(enquiry: Enquiry) -> Refused | None:
    """Why no pilot can be begun from a talk: both sides have to have confirmed that there shall be one."""
    if enquiry.state == "agreed" and _agreed_day(enquiry) is not None:
        return None
    return Refused(
        Text("双方确认了“开展场景验证”的对接，才能据此拟订方案", "A plan is begun from a talk that agreed on a pilot"),
        Text("这次对接现在是“%(state)s”，没有双方确认的场景验证", "This talk is “%(state)s” without an agreed pilot")
        % {"state": ENQUIRY.mark(enquiry.state).label},
        Text("请先在对接里提出结果并由对方确认", "Propose that outcome in the talk and have it confirmed"),
    )


def _agreed_day(enquiry: Enquiry) -> date | None:
    """The day on which the pilot of a talk is to begin, as both confirmed it; the newest counts."""
    days = [each.on_day for each in enquiry.outcomes if each.kind == "pilot" and each.state == "confirmed"]
    return days[-1] if days else None


def _ground(enquiry: Enquiry) -> Ground:
    day = _agreed_day(enquiry)
    return Ground(
        ("enquiry", enquiry.number), enquiry, enquiry.title, enquiry.scenario, enquiry.demander, enquiry.offered,
        day if day is not None and day >= clock.today() else None,
    )  # fmt: skip


def of_challenge(number: str, actor: Actor) -> Ground:
    """The ground that an awarded challenge is, for its owner and for who carries it out.

    Raises:
        NotFound: no such challenge, or he is on neither side, or on both. Refused: it is not carried out.
    """
    challenge = challenge_by_number(number, actor)
    winners = carried_out_by(challenge)
    own, supplies = actor.belongs_to(challenge.organization_id), [each for each in winners if actor.belongs_to(each)]
    if own == bool(supplies):
        raise NotFound
    products = published_products(supplies or winners)
    if not products:
        raise _nothing_to_try(challenge, winners)
    return Ground(
        ("challenge", challenge.number),
        challenge,
        challenge.label,
        challenge.scenario,
        challenge.organization,
        products,
    )


def carried_out_by(challenge: Challenge) -> Sequence[int]:
    """The keys of the organizations that carry out a challenge, or have."""
    return [each.organization_id for each in live_of(challenge, "executing", "fulfilled", "partly_fulfilled")]


def _nothing_to_try(challenge: Challenge, winners: Sequence[int]) -> Refused:
    fact = Text("中榜单位还没有公开的产品", "The winner has no public product")
    if not winners:
        fact = Text("榜单现在是“%(state)s”，还没有签约执行", "It is “%(state)s”; no contract is carried out") % {
            "state": SHOWN[challenge.shown_state].label,
        }  # fmt: skip
    return Refused(
        Text("签约执行的榜单，用中榜单位公开的产品开展验证",
             "A challenge under contract is tried with a public product of its winner"),
        fact, Text("请待签约，或由中榜单位先发布产品", "Wait for the contract, or have the winner publish its product"),
    )  # fmt: skip


# Kind of origin → the ground with a number.
GROUNDS: Mapping[str, Callable[[str, Actor], Ground]] = {"enquiry": of_enquiry, "challenge": of_challenge}


def ground(kind: str, number: str, actor: Actor) -> Ground:
    """The ground of a kind with a number, for the actor.

    Raises:
        NotFound, Refused: as the function of the kind.
    """
    if kind not in GROUNDS:
        raise NotFound
    return GROUNDS[kind](number, actor)


def begun_from(origin: Origin) -> Sequence[Pilot]:
    """The pilots that came from something, those given up left out; whoever asks belongs to its sides."""
    mine = (Pilot.origin == origin[0]) & (Pilot.origin_number == origin[1]) & (Pilot.state != "aborted")
    return db.session.scalars(sa.select(Pilot).where(mine).order_by(Pilot.id)).all()


def begin_plan(found: Ground, product: Product, actor: Actor) -> Pilot:
    """The plan for trying one of the agreed products: a new one, or the one that the other side has begun already.

    Raises:
        Refused: as ``services.start_plan``.
    """
    lock(found.subject)
    for pilot in begun_from(found.origin):
        if pilot.product_id == product.id:
            return pilot
    return services.start_plan(actor, product, found.scenario, found.demander, found.origin, found.first_day)
