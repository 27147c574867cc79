"""The invented talks of the demonstration, brought to their state by the commands that bring them there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.enquiries import opening, services
from marketplace.enquiries.lifecycle import ENQUIRY, OUTCOME
from marketplace.enquiries.models import Enquiry
from marketplace.foundation.db import db
from marketplace.listings.models import Listing
from marketplace.organizations.models import Organization
from marketplace.organizations.queries import actor_of
from marketplace.products.models import Product
from marketplace.sample.demo_enquiries import LAPSED, DemoEnquiry, Turn, demo_enquiries
from marketplace.scenarios.models import Scenario


def load_enquiries(people: Mapping[str, User], listings: Mapping[str, Listing]) -> None:
    """Walk every talk; ``listings`` are the demo listings by their keys."""
    actors = {key: actor_of(user) for key, user in people.items()}
    for each in demo_enquiries():
        enquiry = _open(each, actors, listings)
        for turn in each.turns:
            with clock.standing_at(enquiry.opened_at + timedelta(hours=turn.hours)):
                _take(enquiry, turn, actors[turn.who])
    services.lapse_about("scenario", listings[LAPSED.scenario].id)


def open_before_it_ends(actors: Mapping[str, Actor], listings: Mapping[str, Listing], key: str) -> None:
    """The talk that lapses is opened while its need is public."""
    if key == LAPSED.scenario:
        _open(LAPSED, actors, listings)


def _open(each: DemoEnquiry, actors: Mapping[str, Actor], listings: Mapping[str, Listing]) -> Enquiry:
    actor, product = actors[each.opener], listings[each.product]
    assert isinstance(product, Product)
    with clock.standing_at(clock.now() - timedelta(hours=each.hours_ago)):
        if each.opener.startswith("vendor"):
            scenario = listings[each.scenario]
            assert isinstance(scenario, Scenario)
            return opening.answer_scenario(scenario, [product.number], actor, each.text)
        own = actor.memberships[0].organization_id
        need = listings[each.scenario].number if each.scenario else _number_of(own)
        return opening.invite_product(product, need, actor, each.text)


def _number_of(organization_id: int) -> str:
    return db.session.get_one(Organization, organization_id).number


def _take(enquiry: Enquiry, turn: Turn, actor: Actor) -> None:
    match turn.act:
        case "accept" | "withdraw":
            services.take_step(enquiry, ENQUIRY.by_name[turn.act], actor, "", None)
        case "decline":
            services.decline(enquiry, actor, turn.detail, turn.text, None)
        case "end":
            services.propose_end(enquiry, actor, turn.detail, turn.text, None)
        case "write":
            services.write_message(enquiry, actor, turn.text)
        case "meet":
            services.note_meeting(enquiry, actor, clock.today(), None)
        case "read":
            services.read_contact(enquiry, actor)
        case "propose":
            amount = None if turn.detail == "pilot" else Decimal(turn.detail)
            kind = "pilot" if amount is None else "purchase"
            services.propose(enquiry, actor, kind, amount, clock.today(), turn.text, None)
        case "confirm":
            assert enquiry.proposal is not None
            services.answer_outcome(enquiry.proposal, OUTCOME.by_name["confirm"], actor, "", None)
