"""Opening a talk: a vendor answers a need with products, a demander invites a product; and why one cannot."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy.exc import IntegrityError

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.errors import FieldError, Invalid, Refused
from marketplace.core.setting import Setting
from marketplace.core.text import Text
from marketplace.enquiries import queries, refusals
from marketplace.enquiries.models import DEMANDER, LIVE, SUPPLIER, Enquiry, EnquiryProduct
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
from marketplace.settings.queries import values

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


class About(NamedTuple):
    """Between whom a talk would be, and about what: a scenario, or a product where no scenario is named."""

    supplier_id: int
    demander_id: int
    scenario_id: int | None
    product_id: int | None


class Bars:
    """What stands against talks of these organizations that ``side`` would open; read at once, however many.

    The one place of the rule: asked before a form is shown, beside each row of a list, and again when a talk is opened.
    """

    def __init__(self, supplier_ids: Collection[int], demander_ids: Collection[int], side: str) -> None:
        self._side = side
        self._standing = queries.standing_between(supplier_ids, demander_ids)
        self._declines = queries.last_declines(supplier_ids, demander_ids, side)
        self._waiting = queries.unanswered_counts(supplier_ids if side == SUPPLIER else demander_ids, side)
        figures = values((AGAIN_DAYS, WAITING_MOST))
        self._days, self._most = timedelta(days=figures[AGAIN_DAYS.key]), figures[WAITING_MOST.key]

    def against(self, about: About) -> refusals.Barred | None:
        """One talk at a time about the same thing, not at once after a decline, and not by the hundred."""
        for each in self._standing:
            if each.state in LIVE and about_of(each) == about:
                return refusals.already_open(each.number)
        declined = self._declines.get((about.supplier_id, about.demander_id, about.scenario_id))
        if declined is not None and clock.now() < declined + self._days:
            return refusals.wait_after_decline(declined + self._days, self._side)
        asks = about.supplier_id if self._side == SUPPLIER else about.demander_id
        return refusals.too_many(self._most) if self._waiting.get(asks, 0) >= self._most else None


def about_of(enquiry: Enquiry) -> About:
    """Between whom a talk is, and about what."""
    return About(enquiry.supplier_id, enquiry.demander_id, enquiry.scenario_id, enquiry.product_id)


def refusal_to_answer(scenario: Scenario, actor: Actor) -> Refused | None:
    """Why the actor cannot answer a need at all, or None."""
    refusal = _refusal(scenario, actor)
    if refusal is not None:
        return refusal
    choices = products_to_offer(scenario, actor)
    return _none_left([bar for _product, bar in choices]) if choices else refusals.no_product()


def refusal_to_invite(product: Product, actor: Actor) -> Refused | None:
    """Why the actor cannot invite a product at all, or None."""
    return _refusal(product, actor) or _none_left([bar for _need, bar in needs_to_offer(product, actor)])


def refusal_to_ask_again(enquiry: Enquiry, actor: Actor) -> Refused | None:
    """Why the side that opened a talk that was declined cannot begin another now, or None."""
    if enquiry.opened_side == SUPPLIER and enquiry.scenario is not None:
        return refusal_to_answer(enquiry.scenario, actor)
    bars = Bars([enquiry.supplier_id], [enquiry.demander_id], DEMANDER)
    return refusal_to_invite(enquiry.offered[0], actor) or bars.against(about_of(enquiry))


def _none_left(bars: Sequence[Refused | None]) -> Refused | None:
    return None if None in bars else bars[0]


def _refusal(listing: Listing, actor: Actor) -> Refused | None:
    """What holds for both ways in."""
    refusal = _closed(listing, actor, queries.with_people([listing.organization_id]))
    if refusal is not None:
        return refusal
    if not actor.memberships:
        return refusals.no_organization()
    if not queries.verified_of(actor):
        return refusals.not_verified(db.session.get_one(Organization, actor.memberships[0].organization_id))
    return None


def _closed(listing: Listing, actor: Actor, peopled: Collection[int]) -> refusals.Barred | None:
    """What stands against any talk about a listing of another organization. ``peopled``: who can answer."""
    if listing.state != "published":
        return refusals.not_open(listing)
    other = listing.organization
    if actor.belongs_to(other.id):
        return refusals.own(other)
    if other.id not in peopled:
        return refusals.unclaimed(listing)
    if other.state != "verified":
        return refusals.resting(other)
    last = listing.content.get("answer_by") if isinstance(listing, Scenario) else None
    if last and clock.today() > date.fromisoformat(last):
        return refusals.too_late(date.fromisoformat(last))
    return None


def bars_of_pairs(pairs: Sequence[tuple[Scenario, Product]], side: str, actor: Actor) -> list[refusals.Barred | None]:
    """Why the actor's side cannot begin now, for each pair of an own listing with one of somebody else, or None."""
    suppliers = {product.organization_id for _scenario, product in pairs}
    demanders = {scenario.organization_id for scenario, _product in pairs}
    peopled = queries.with_people(demanders if side == SUPPLIER else suppliers)
    bars = Bars(suppliers, demanders, side)
    return [
        _closed(scenario if side == SUPPLIER else product, actor, peopled)
        or bars.against(About(product.organization_id, scenario.organization_id, scenario.id, None))
        for scenario, product in pairs
    ]


def bars_of_products(products: Sequence[Product], actor: Actor) -> list[refusals.Barred | None]:
    """What stands against any talk about each of some products, whoever it is for, or None."""
    peopled = queries.with_people({each.organization_id for each in products})
    return [_closed(each, actor, peopled) for each in products]


def products_to_offer(scenario: Scenario, actor: Actor) -> Sequence[tuple[Product, refusals.Barred | None]]:
    """The actor's published products, each with what stands against answering a need with it."""
    products = queries.published_products([each.id for each in queries.verified_of(actor)])
    bars = Bars({each.organization_id for each in products}, [scenario.organization_id], SUPPLIER)
    return [(each, bars.against(_answering(scenario, each))) for each in products]


def needs_to_offer(product: Product, actor: Actor) -> Sequence[tuple[Scenario | Organization, refusals.Barred | None]]:
    """For what the actor invites a product: his open needs, or his organization where no need is named."""
    own = queries.verified_of(actor)
    scenarios = queries.published_scenarios([each.id for each in own])
    needs: list[Scenario | Organization] = [*scenarios, *own]
    bars = Bars([product.organization_id], [each.id for each in own], DEMANDER)
    return [(each, bars.against(_inviting(product, each))) for each in needs]


def no_more_open(numbers: Sequence[str], actor: Actor) -> list[tuple[Listing, refusals.Barred]]:
    """The actor's products or needs of these numbers that left the public, each with what stands against a talk."""
    return [(each, refusals.not_open(each)) for each in queries.no_more_open(numbers[:MOST_PRODUCTS], actor)]


def agreed_already(
    pairs: Sequence[tuple[Scenario | Organization, Product]],
) -> list[tuple[Scenario | Organization, Product, Enquiry]]:
    """(need, product, talk) for each agreed talk about one of the pairs; another may be opened beside it."""
    abouts = [_inviting(product, need) for need, product in pairs]
    standing = queries.standing_between({each.supplier_id for each in abouts}, {each.demander_id for each in abouts})
    agreed = [each for each in standing if each.state == "agreed"]
    return [
        (need, product, talk)
        for (need, product), about in zip(pairs, abouts, strict=True)
        for talk in agreed
        if about_of(talk) == about and product in talk.offered
    ]


def _answering(scenario: Scenario, product: Product) -> About:
    return About(product.organization_id, scenario.organization_id, scenario.id, None)


def _inviting(product: Product, need: Scenario | Organization) -> About:
    if isinstance(need, Scenario):
        return _answering(need, product)
    return About(product.organization_id, need.id, None, product.id)


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
    offered = {each.number: (each, bar) for each, bar in products_to_offer(scenario, actor)}
    taken = [offered[number] for number in dict.fromkeys(numbers) if number in offered]
    chosen, barred = [each for each, _bar in taken], [bar for _each, bar in taken if bar is not None]
    wrong = barred[0].fact if barred else _wrong_choice(numbers, chosen)
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
    need, _bar = _need(product, number, actor)
    if isinstance(need, Scenario):
        lock(need)
    lock(product)
    refusal = refusal_to_invite(product, actor)
    if refusal is not None:
        raise refusal
    need, bar = _need(product, number, actor)
    if need is None or bar is not None:
        wrong = bar.fact if bar is not None else Text("请选择一项需求", "Choose one of your needs")
        raise Invalid([FieldError("need", wrong)])
    scenario = need if isinstance(need, Scenario) else None
    demander = scenario.organization if scenario else need
    enquiry = Enquiry(
        supplier_id=product.organization_id, demander_id=demander.id, opened_side=DEMANDER,
        scenario_id=scenario.id if scenario else None, product_id=None if scenario else product.id,
    )  # fmt: skip
    return _open(enquiry, demander, [product], actor, text, prepared)


def _need(product: Product, number: str, actor: Actor) -> tuple[Any, Refused | None]:
    return next((each for each in needs_to_offer(product, actor) if each[0].number == number), (None, None))


def _open(
    enquiry: Enquiry, organization: Organization, products: Sequence[Product], actor: Actor, text: str,
    prepared: Sequence[Prepared],
) -> Enquiry:  # fmt: skip
    if not text:
        raise Invalid([FieldError("text", Text("请写几句话，说明来意", "Say in a few words what it is about"))])
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
    live = queries.standing_between([enquiry.supplier_id], [enquiry.demander_id])
    same = next(each for each in live if each.state in LIVE and about_of(each) == about_of(enquiry))
    return refusals.already_open(same.number)


def sent_already(bars: Iterable[Refused | None], actor: Actor, text: str) -> str:
    """The number of the talk that stands in the way, where the actor has opened it with the same words; or ""."""
    talks = [each.talk for each in bars if isinstance(each, refusals.Barred) and each.talk]
    return next((each for each in talks if text and queries.first_words(each, actor.user_id) == text), "")
