"""Opening a talk: a vendor answers a need with products, a demander invites a product; and why one cannot."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy.exc import IntegrityError

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.errors import FieldError, Invalid, Refused
from marketplace.core.setting import Setting
from marketplace.core.text import Text
from marketplace.enquiries import queries, refusals
from marketplace.enquiries.models import DEMANDER, SUPPLIER, Enquiry, EnquiryProduct
from marketplace.enquiries.services import DAYS, add_message
from marketplace.foundation import ledger
from marketplace.foundation.db import db, lock
from marketplace.foundation.files import Prepared
from marketplace.foundation.numbers import next_number
from marketplace.foundation.outbox import emit
from marketplace.listings.models import Listing
from marketplace.organizations.models import Organization
from marketplace.products.models import Product
from marketplace.scenarios.models import Scenario
from marketplace.settings.queries import value

WAITING_MOST = Setting(
    "enquiries.waiting_most",
    Text("一个单位最多几次对接等待对方答复", "Unanswered talks per organization (maximum)"), 30,
    least=1, most=1000,
)  # fmt: skip
AGAIN_DAYS = Setting(
    "enquiries.again_days",
    Text("被谢绝后多少天才能再次发起", "Waiting time before asking again after being declined"), 30,
    unit=DAYS, least=0, most=365,
)  # fmt: skip
MOST_PRODUCTS = 5


def refusal_to_answer(scenario: Scenario, actor: Actor) -> Refused | None:
    """Why the actor cannot answer a need at all, or None."""
    refusal = _refusal(scenario, actor)
    if refusal is not None:
        return refusal
    last = scenario.content.get("answer_by")
    if last and clock.today() > date.fromisoformat(last):
        return refusals.too_late(date.fromisoformat(last))
    products = queries.published_products([each.id for each in queries.verified_of(actor)])
    if not products:
        return refusals.no_product()
    live = queries.live_about_scenario(scenario.id, [each.organization_id for each in products])
    if all(each.organization_id in live for each in products):
        return refusals.already_open(next(iter(live.values())).number)
    return None


def refusal_to_invite(product: Product, actor: Actor) -> Refused | None:
    """Why the actor cannot invite a product at all, or None."""
    refusal = _refusal(product, actor)
    if refusal is not None or needs_to_offer(product, actor):
        return refusal
    own = [each.id for each in queries.verified_of(actor)]
    return refusals.already_open(queries.live_with_supplier(product.organization_id, own)[0].number)


def _refusal(listing: Listing, actor: Actor) -> Refused | None:
    """What holds for both ways in."""
    other = listing.organization
    if listing.state != "published":
        return refusals.not_open(listing)
    if actor.belongs_to(other.id):
        return refusals.own(other)
    if not queries.has_people(other.id):
        return refusals.unclaimed(other)
    if other.state != "verified":
        return refusals.resting(other)
    if not actor.memberships:
        return refusals.no_organization()
    if not queries.verified_of(actor):
        return refusals.not_verified(db.session.get_one(Organization, actor.memberships[0].organization_id))
    return None


def products_to_offer(scenario: Scenario, actor: Actor) -> Sequence[Product]:
    """The products with which the actor may answer a need."""
    products = queries.published_products([each.id for each in queries.verified_of(actor)])
    live = queries.live_about_scenario(scenario.id, [each.organization_id for each in products])
    return [each for each in products if each.organization_id not in live]


def needs_to_offer(product: Product, actor: Actor) -> Sequence[Scenario | Organization]:
    """For what the actor may invite a product: his open needs, or his organization where no need is named."""
    own = queries.verified_of(actor)
    live = queries.live_with_supplier(product.organization_id, [each.id for each in own])
    scenarios = {each.scenario_id for each in live}
    asked = {each.demander_id for each in live if each.product_id == product.id}
    needs = queries.published_scenarios([each.id for each in own])
    return [*(each for each in needs if each.id not in scenarios), *(each for each in own if each.id not in asked)]


def answer_scenario(
    scenario: Scenario, numbers: Sequence[str], actor: Actor, text: str, prepared: Sequence[Prepared] = ()
) -> Enquiry:
    """A vendor answers a need.

    Args:
        numbers: of the products, all of one organization.

    Raises:
        Invalid: on "products" or "text".
        Refused: a rule stands against it.
    """
    lock(scenario)
    refusal = refusal_to_answer(scenario, actor)
    if refusal is not None:
        raise refusal
    offered = {each.number: each for each in products_to_offer(scenario, actor)}
    chosen = [offered[number] for number in dict.fromkeys(numbers) if number in offered]
    wrong = _wrong_choice(numbers, chosen)
    if wrong is not None:
        raise Invalid([FieldError("products", wrong)])
    for product in sorted(chosen, key=lambda each: each.id):
        lock(product)
    supplier = chosen[0].organization
    enquiry = Enquiry(
        supplier_id=supplier.id, demander_id=scenario.organization_id, scenario_id=scenario.id, opened_side=SUPPLIER
    )
    return _open(enquiry, supplier, chosen, actor, text, prepared)


def _wrong_choice(numbers: Sequence[str], chosen: Sequence[Product]) -> Text | None:
    if not chosen or len(chosen) != len(set(numbers)):
        return Text("请选择本单位已发布的产品", "Choose published products of your organization")
    if len(chosen) > MOST_PRODUCTS:
        return Text("最多选 %(most)d 个产品", "At most %(most)d products") % {"most": MOST_PRODUCTS}
    if len({each.organization_id for each in chosen}) > 1:
        return Text("一次对接只用一个单位的产品", "A talk takes products of one organization")
    return None


def invite_product(
    product: Product, number: str, actor: Actor, text: str, prepared: Sequence[Prepared] = ()
) -> Enquiry:
    """A demander invites a product.

    Args:
        number: of his need, or of his organization where no need is named.

    Raises:
        Invalid: on "need" or "text".
        Refused: a rule stands against it.
    """
    # First the need, then the product, as an answer to the need takes them: both sides may begin at once.
    need = _need(product, number, actor)
    if isinstance(need, Scenario):
        lock(need)
    lock(product)
    refusal = refusal_to_invite(product, actor)
    if refusal is not None:
        raise refusal
    need = _need(product, number, actor)
    if need is None:
        raise Invalid([FieldError("need", Text("请选择一项需求", "Choose one of your needs"))])
    scenario = need if isinstance(need, Scenario) else None
    demander = scenario.organization if scenario else need
    enquiry = Enquiry(
        supplier_id=product.organization_id, demander_id=demander.id, opened_side=DEMANDER,
        scenario_id=scenario.id if scenario else None, product_id=None if scenario else product.id,
    )  # fmt: skip
    return _open(enquiry, demander, [product], actor, text, prepared)


def _need(product: Product, number: str, actor: Actor) -> Any:
    return next((each for each in needs_to_offer(product, actor) if each.number == number), None)


def _open(
    enquiry: Enquiry, organization: Organization, products: Sequence[Product], actor: Actor, text: str,
    prepared: Sequence[Prepared],
) -> Enquiry:  # fmt: skip
    if not text:
        raise Invalid([FieldError("text", Text("请写几句话，说明来意", "Say in a few words what it is about"))])
    _check_pace(enquiry, organization)
    enquiry.number, enquiry.opened_by, enquiry.opened_at = next_number("Q"), actor.user_id, clock.now()
    try:
        with db.session.begin_nested():
            db.session.add(enquiry)
    except IntegrityError as error:  # opened twice in the same moment
        raise _twice(enquiry) from error
    db.session.add_all(EnquiryProduct(enquiry_id=enquiry.id, product_id=each.id) for each in products)
    add_message(enquiry, enquiry.opened_side, actor, text, prepared)
    data = {"products": [each.number for each in products]}
    entry = ledger.record(enquiry, "open", actor, organization_id=organization.id, after="opened", data=data)
    emit("enquiry.open", enquiry, {"entry": entry.id})
    return enquiry


def _twice(enquiry: Enquiry) -> Refused:
    live = queries.live_with_supplier(enquiry.supplier_id, [enquiry.demander_id])
    same = next(
        each for each in live if (each.scenario_id, each.product_id) == (enquiry.scenario_id, enquiry.product_id)
    )
    return refusals.already_open(same.number)


def _check_pace(enquiry: Enquiry, organization: Organization) -> None:
    """Not at once after a decline, and not by the hundred."""
    declined = queries.declined_at(enquiry.supplier_id, enquiry.demander_id, enquiry.scenario_id, enquiry.opened_side)
    again = declined + timedelta(days=value(AGAIN_DAYS)) if declined else None
    if again is not None and clock.now() < again:
        raise refusals.wait_after_decline(again)
    if queries.unanswered_count(organization.id, enquiry.opened_side) >= value(WAITING_MOST):
        raise refusals.too_many(value(WAITING_MOST))
