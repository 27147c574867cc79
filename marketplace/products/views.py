"""The pages of products: one product, its hits and panels; the guided form and its acts come from listings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, get_template_attribute, render_template
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from marketplace.core.actor import Actor
from marketplace.core.errors import NotFound
from marketplace.core.text import Text
from marketplace.listings.files import file_href
from marketplace.listings.kind import Content
from marketplace.listings.policy import PUBLIC_STATES, can_see_contact
from marketplace.listings.queries import covers_of, listing_by_number, log_lines
from marketplace.listings.views import Desk, ListingPages, added_panels, ended
from marketplace.listings.wording import both
from marketplace.organizations.models import Organization
from marketplace.organizations.policy import can_view as can_view_organization
from marketplace.organizations.views import place_of
from marketplace.products import compare_views, sheet
from marketplace.products.content import EVIDENCE
from marketplace.products.kind import PRODUCT
from marketplace.products.models import Product
from marketplace.products.queries import evidence_of, products_by_id
from marketplace.reference import catalogue
from marketplace.web.identity import current_actor
from marketplace.web.ready import ready_for_visitors

products = Blueprint("products", __name__, url_prefix="/products")
products.get("/compare")(compare_views.compare)
products.get("/compare.<any(csv, xlsx, json):ending>")(compare_views.compare_file)
pages = ListingPages(PRODUCT, products)


@products.get("/<number>")
@ready_for_visitors
def show(number: str) -> ResponseReturnValue:
    """The page of a product, with what each reader may see of it and do."""
    actor = current_actor()
    product: Any = listing_by_number(PRODUCT, number, actor)
    desk = pages.desk(product)
    content, lines = _shown_content(product, desk), log_lines(PRODUCT, product, actor)
    return render_template(
        "products/show.html", listing=product, kind=PRODUCT, content=content, shown=sheet.sheet_of(product, content),
        desk=desk, lines=lines, ended=ended(PRODUCT, product, lines), public=product.state in PUBLIC_STATES,
        sees_contact=can_see_contact(actor, product),
        sees_maker=can_view_organization(actor, product.organization), added=added_panels(product, actor),
        acts=added_panels(product, actor, "listing_acts"),
    )  # fmt: skip


def _shown_content(product: Product, desk: Desk | None) -> Content:
    """What is public, or, before the first approval, the draft as far as the viewer may read it."""
    if product.edition:
        return product.content
    if desk is None or desk.revision is None:
        raise NotFound
    return desk.revision.content


# ---- hits of a search ----


def cards(ids: Sequence[int], actor: Actor) -> list[Mapping[str, Any]]:
    """Products for the macro ``hit_product``, in the order given; what the actor may not see is left out.

    Two statements, and one for the smaller pictures, however many there are.
    """
    found = products_by_id(ids, actor)
    covers = covers_of(found)
    return [_card(each, covers.get(each.id)) for each in found]


def _card(product: Product, cover: Any) -> Mapping[str, Any]:
    content, claims = product.content, product.content.get("specs") or {}
    category = catalogue.category(content["category"])
    mark = PRODUCT.lifecycle.mark(product.state)
    marks = [(catalogue.mark(code).short, "", "") for code in content["marks"]]
    state = [] if product.state == "published" else [(mark.label, mark.tone, mark.sign)]
    return {
        "id": product.id,
        "kind": category.drawing,
        "number": product.number,
        "href": pages.href(product),
        "title": product.label,
        "text": both(content, "summary"),
        "meta": [product.organization.label, place_of(product.organization), category.label],
        "facts": sheet.headline(category, claims),
        "evidence": sheet.best_evidence(claims),
        "updated": product.published_at,
        "compare": {"value": product.number, "checked": False},
        "tags": [*state, *marks],
        "state": mark,
        "demo": product.demo,
        "picture": _picture(cover),
    }


def _picture(cover: Any) -> dict[str, Any] | None:
    """The smaller picture of a list; beside the title it says nothing new, so that it has no words."""
    if cover is None:
        return None
    drawn = cover.variant("list") or cover
    src = file_href(cover, "list" if drawn is not cover else "")
    return {"src": src, "width": drawn.width, "height": drawn.height, "alt": Text("", "")}


def evidence_panel(organization: Organization, _actor: Actor) -> Markup | str:
    """What an organization has proved of its products, for its page; nothing where nothing is claimed."""
    counts = evidence_of(organization.id)
    if not counts:
        return ""
    draw = get_template_attribute("products/evidence_panel.html", "evidence_panel")
    return Markup(draw([(level, counts[level]) for level in reversed(EVIDENCE)]))
