"""Pages of the ways in, of the answers to a need side by side, and what pages of listings show of talks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask import flash, get_template_attribute, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from marketplace.core.actor import Actor
from marketplace.core.errors import Invalid, NotFound, Refused
from marketplace.core.text import Text
from marketplace.enquiries import figures, forms, opening, queries
from marketplace.enquiries.answers import answers_to, evidence_head, items_of, table_of
from marketplace.enquiries.lifecycle import ENQUIRY
from marketplace.enquiries.models import SUPPLIER, Enquiry
from marketplace.enquiries.policy import side_of
from marketplace.enquiries.refusals import Barred
from marketplace.foundation.db import transaction
from marketplace.listings.queries import listing_by_number
from marketplace.organizations.models import Organization
from marketplace.products.kind import PRODUCT
from marketplace.products.models import Product
from marketplace.products.sheet import comparison
from marketplace.scenarios.fitting import cells, heads, verdict
from marketplace.scenarios.kind import SCENARIO
from marketplace.scenarios.models import Scenario
from marketplace.settings.queries import values as setting_values
from marketplace.web.fields import refuse
from marketplace.web.forms import form_page
from marketplace.web.identity import current_actor
from marketplace.web.languages import current_language
from marketplace.web.languages import gettext as _
from marketplace.web.twins import NAMES, items_answer, table_answer

MOST_COMPARED = 8
# What can be chosen when a talk is opened (products, or needs and organizations), each with what stands against it.
Choices = Sequence[tuple[Any, Barred | None]]


# ---- the ways in ----------------------------------------------------------------------------------------------------


def answer(number: str) -> ResponseReturnValue:
    """Answer a need with products; GET with ``?product=`` chooses one."""
    form = forms.AnswerForm(data={"products": request.args.getlist("product")[: opening.MOST_PRODUCTS]})
    wanted = form.products.data or []

    def choices() -> Sequence[tuple[Product, Barred | None]]:
        return opening.products_to_offer(_scenario(number), current_actor())

    def command(prepared: Any) -> Enquiry:
        return opening.answer_scenario(_scenario(number), wanted, current_actor(), form.text.data or "", prepared)

    scenario, found = _scenario(number), choices()
    sent = _sent_already(form, found, wanted)
    if sent is not None:
        return sent
    _stop(opening.refusal_to_answer(scenario, current_actor()))
    free = [product for product, bar in found if bar is None]
    form.offer({each.number: _offered(each, scenario) for each in free})
    return _opened(form, form.products, command, choices, wanted) or form_page(
        "enquiries/answer.html", form, scenario=_scenario(number), barred=_barred(choices(), _numbered),
        agreed=opening.agreed_already([(scenario, each) for each in free]),
    )  # fmt: skip


def invite(number: str) -> ResponseReturnValue:
    """Invite a product; GET with ``?need=`` chooses the need."""
    form = forms.InviteForm(data={"need": request.args.get("need", "")})
    wanted = form.need.data or ""

    def choices() -> Sequence[tuple[Scenario | Organization, Barred | None]]:
        return opening.needs_to_offer(_product(number), current_actor())

    def command(prepared: Any) -> Enquiry:
        return opening.invite_product(_product(number), wanted, current_actor(), form.text.data or "", prepared)

    product, found = _product(number), choices()
    sent = _sent_already(form, found, [wanted])
    if sent is not None:
        return sent
    _stop(opening.refusal_to_invite(product, current_actor()))
    free = [need for need, bar in found if bar is None]
    form.offer({each.number: _asked(each, product) for each in free})
    return _opened(form, form.need, command, choices, [wanted]) or form_page(
        "enquiries/invite.html", form, product=_product(number), barred=_barred(choices(), _asked_for),
        agreed=opening.agreed_already([(each, product) for each in free]),
    )  # fmt: skip


def again(enquiry: Enquiry) -> tuple[str, Refused | None] | None:
    """(the form, what stands against it) for the side that was declined; None for everybody else."""
    actor = current_actor()
    if enquiry.state != "declined" or side_of(actor, enquiry) != enquiry.opened_side:
        return None
    scenario = enquiry.scenario
    if enquiry.opened_side == SUPPLIER and scenario is not None:
        way = url_for("enquiry_ways.answer", number=scenario.number)
    else:
        need = scenario.number if scenario else None
        way = url_for("enquiry_ways.invite", number=enquiry.offered[0].number, need=need)
    return way, opening.refusal_to_ask_again(enquiry, actor)


def _barred(choices: Choices, label: Callable[[Any], Text]) -> list[tuple[Text, Barred]]:
    """What cannot be chosen now, and why not."""
    return [(label(each), bar) for each, bar in choices if bar is not None]


def _opened(
    form: forms.MessageForm, field: Any, command: Callable[[Any], Enquiry], choices: Callable[[], Choices],
    wanted: Sequence[str],
) -> ResponseReturnValue | None:  # fmt: skip
    """Where it leads when the form was sent and taken; None when the form is to be shown. ``field``: of the choice."""
    if request.method != "POST":
        return None
    prepared = form.taken()
    if prepared is None:
        _say_why(field, choices(), wanted)
        return None
    try:
        with transaction():
            enquiry = command(prepared)
    except (Invalid, Refused) as error:
        sent = _sent_already(form, choices(), wanted)  # by another press at the same moment
        if sent is None and isinstance(error, Invalid):
            form.refuse(error)
        elif sent is None:
            raise
        return sent
    flash(_("已发出，对方会收到提醒；答复会发到您的邮箱，也显示在工作台。"))
    return redirect(url_for("enquiries.show", number=enquiry.number))


def _say_why(field: Any, choices: Choices, wanted: Sequence[str]) -> None:
    """At a choice that was open when the page was drawn: what stands against it now."""
    gone = opening.no_more_open(wanted, current_actor())
    bars = [bar for each, bar in (*choices, *gone) if bar is not None and each.number in wanted]
    if bars:
        field.errors = []
        refuse(field, Text("%(rule)s：%(fact)s", "%(rule)s: %(fact)s") % {"rule": bars[0].rule, "fact": bars[0].fact})


def _sent_already(form: forms.MessageForm, choices: Choices, wanted: Sequence[str]) -> ResponseReturnValue | None:
    """To the talk that the same words have opened already, when a form comes twice; else None."""
    if request.method != "POST":
        return None
    bars = [bar for each, bar in choices if each.number in wanted]
    number = opening.sent_already(bars, current_actor(), form.text.data or "")
    if not number:
        return None
    flash(_("已经发出过了，没有重复发送。"))
    return redirect(url_for("enquiries.show", number=number))


def _stop(refusal: Refused | None) -> None:
    if refusal is not None:
        raise refusal


def _offered(product: Product, scenario: Scenario) -> Text:
    """A product as a choice, with how it meets the must-haves."""
    return _with_fit(_numbered(product), scenario, product)


def _asked(need: Scenario | Organization, product: Product) -> Text:
    """A need as a choice, with how the product meets its must-haves."""
    return _with_fit(_asked_for(need), need, product) if isinstance(need, Scenario) else _asked_for(need)


def _asked_for(need: Scenario | Organization) -> Text:
    if isinstance(need, Organization):
        return Text("不针对具体需求（%(name)s）", "No particular need (%(name)s)") % {"name": need.label}
    return _numbered(need)


def _numbered(listing: Scenario | Product) -> Text:
    """Two of the same name are told apart by their numbers."""
    return Text("%(number)s %(label)s", "%(number)s %(label)s") % {"number": listing.number, "label": listing.label}


def _with_fit(label: Text, scenario: Scenario, product: Product) -> Text:
    rows = scenario.content.get("requirements") or []
    if not rows:
        return label
    found = cells(rows, product.content.get("specs") or {})
    words = {
        "yes": Text("硬性要求全部满足", "meets every must-have"),
        "no": Text("有硬性要求不满足", "fails a must-have"),
        "unknown": Text("有硬性要求未公开", "leaves a must-have unknown"),
    }[verdict(found)]
    return Text("%(label)s（%(fit)s）", "%(label)s (%(fit)s)") % {"label": label, "fit": words}


def _scenario(number: str) -> Any:
    return listing_by_number(SCENARIO, number, current_actor())


def _product(number: str) -> Any:
    return listing_by_number(PRODUCT, number, current_actor())


# ---- the answers side by side ---------------------------------------------------------------------------------------


def compare(number: str) -> ResponseReturnValue:
    """The answers to one's own need, side by side."""
    scenario = _own_scenario(number)
    found = answers_to(scenario)
    products = list({each.product.id: each.product for each in found}.values())[:MOST_COMPARED]
    rows, _different, _same = comparison(products)
    return render_template(
        "enquiries/answers.html", scenario=scenario, answers=found, lifecycle=ENQUIRY,
        heads=heads(scenario.content.get("requirements") or []), evidence_head=evidence_head(scenario), rows=rows,
        columns=[_column(each) for each in products], funnel=figures.funnel_of_scenario(scenario.id),
        stages=figures.STAGES, downloads=NAMES,
    )  # fmt: skip


def compare_file(number: str, ending: str) -> ResponseReturnValue:
    """The same as a file."""
    scenario = _own_scenario(number)
    name, found = f"{scenario.number}-answers", answers_to(scenario)
    if ending == "json":
        return items_answer(name, items_of(found))
    columns, rows = table_of(scenario, found, current_language())
    return table_answer(name, ending, columns, rows, scenario.number)


def _column(product: Product) -> dict[str, Any]:
    href = url_for("products.show", number=product.number)
    return {"title": product.label, "href": href, "sub": product.organization.label, "remove_href": ""}


def _own_scenario(number: str) -> Scenario:
    scenario: Scenario = _scenario(number)
    if not current_actor().belongs_to(scenario.organization_id):
        raise NotFound
    return scenario


# ---- on pages of listings and organizations -------------------------------------------------------------------------


def scenario_acts(listing: Any, actor: Actor) -> Markup | str:
    """Beside a need: the way to answer it, or why not; for its owner the answers."""
    if actor.belongs_to(listing.organization_id):
        draw = get_template_attribute("enquiries/panels.html", "owner_panel")
        if not listing.edition:
            return ""
        waiting = queries.waiting_about(listing.id)
        return Markup(draw(listing, figures.funnel_of_scenario(listing.id), figures.STAGES, waiting))
    live = queries.live_about_scenario(listing.id, sorted(actor.organization_ids)) if actor.organization_ids else {}
    way = url_for("enquiry_ways.answer", number=listing.number)
    return _way_in(listing, actor, list(live.values()), way, Text("表达对接意向", "Answer this need"),
                   opening.refusal_to_answer)  # fmt: skip


def product_acts(listing: Any, actor: Actor) -> Markup | str:
    """Beside a product: the way to invite it, or why not; its owner finds his talks in the workspace."""
    if actor.belongs_to(listing.organization_id):
        return ""
    own = sorted(actor.organization_ids)
    live = queries.live_with_supplier(listing.organization_id, own) if own else []
    way = url_for("enquiry_ways.invite", number=listing.number)
    return _way_in(listing, actor, live, way, Text("邀请对接", "Invite to talk"), opening.refusal_to_invite)


def compare_ways(products: Sequence[Product], need: str, actor: Actor) -> list[Markup | str]:
    """Below each product of a comparison the way to invite it for the need, or why nobody can now; nothing for who can
    invite no product.
    """
    if _elsewhere(actor) or (actor.signed_in and not queries.verified_of(actor)):
        return [""] * len(products)
    draw = get_template_attribute("enquiries/panels.html", "compare_way")
    return [
        Markup(draw(product, url_for("enquiry_ways.invite", number=product.number, need=need or None), bar))
        for product, bar in zip(products, opening.bars_of_products(products, actor), strict=True)
    ]


def _elsewhere(actor: Actor) -> bool:
    """Officials, experts and administrators who belong to no organization have nothing to do here."""
    return bool(actor.posts or actor.administrator or actor.expert_id) and not actor.memberships


def _way_in(
    listing: Any, actor: Actor, live: Sequence[Enquiry], way: str, words: Text,
    refuse: Callable[[Any, Actor], Refused | None],
) -> Markup | str:  # fmt: skip
    if listing.state != "published" or _elsewhere(actor):
        return ""
    # Only what was compiled from public material may have nobody.
    if listing.organization.compiled and not queries.has_people(listing.organization_id):
        return ""  # the page says already that nobody has claimed it
    refusal = refuse(listing, actor) if actor.signed_in else None
    draw = get_template_attribute("enquiries/panels.html", "way_in")
    # A visitor reads them on the page of the organization: this one is drawn for him with as few questions as can be.
    times = times_of(listing.organization_id) if actor.signed_in else None
    return Markup(draw(words, way, live, refusal, times))


def times_of(organization_id: int) -> figures.ResponseTimes:
    """The response times of an organization, by the settings of now."""
    known = setting_values((figures.RESPONSE_LEAST, figures.ANSWER_DAYS))
    return figures.response_times(organization_id, known[figures.RESPONSE_LEAST.key], known[figures.ANSWER_DAYS.key])


def organization_panel(organization: Organization, _actor: Actor) -> Markup | str:
    """How soon an organization answers, on its page; nothing while there are too few answers to say."""
    times = times_of(organization.id)
    if times.days is None:
        return ""
    return Markup(get_template_attribute("enquiries/panels.html", "response_panel")(times))


def workspace_panel(actor: Actor) -> Markup | str:
    """The talks of the person's organizations by their states."""
    if not actor.organization_ids:
        return ""
    counts = queries.states_of(actor)
    rows = [(key, mark, counts[key]) for key, mark in ENQUIRY.states.items() if key in counts]
    return Markup(get_template_attribute("enquiries/panels.html", "workspace_panel")(rows))
