"""What several pages of sites show: files, pictures, history, the chain, and what the register has beside its list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

import segno
import sqlalchemy as sa
from flask import url_for
from markupsafe import Markup

from marketplace.core.actor import Actor
from marketplace.core.text import Text
from marketplace.foundation import ledger
from marketplace.foundation.db import db
from marketplace.foundation.files import StoredFile
from marketplace.organizations.queries import organizations_with
from marketplace.posts.queries import signatures
from marketplace.reference import regions
from marketplace.settings.queries import value
from marketplace.sites import items, mapping, queries, register, wording
from marketplace.sites.content import KINDS
from marketplace.sites.figures import MAP_APPROVAL
from marketplace.sites.models import Site
from marketplace.sites.policy import can_view_inside, in_force, is_in_force
from marketplace.web.paging import address

MOST_MARKS = 500


def files(named: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Documents that content names, to be downloaded."""
    return [_file(each["file"], each["name"], each["size"]) for each in named]


def stored(rows: Sequence[StoredFile]) -> list[dict[str, Any]]:
    """The same from rows of files."""
    return [_file(each.id, each.name, each.size) for each in rows]


def _file(key: int, name: str, size: int) -> dict[str, Any]:
    return {
        "href": url_for("files.show", file_id=key, name=name), "title": name, "kind": name.rpartition(".")[2].upper(),
        "size": f"{max(1, round(size / 1024))} KB",
    }  # fmt: skip


def pictures(content: Mapping[str, Any], title: Any) -> list[dict[str, Any]]:
    """Pictures that content names, for the macro ``picture_list``."""
    return [
        {"src": url_for("files.show", file_id=each["file"], name=each["name"]), "width": each["width"],
         "height": each["height"], "alt": title, "caption": ""}
        for each in content.get("pictures", ())
    ]  # fmt: skip


def history(site: Site, actor: Actor) -> list[dict[str, Any]]:
    """History for the macro ``log``, the newest first."""
    entries = wording.told(list(ledger.history(site)), inside=can_view_inside(actor, site))
    signed = signatures(entries, named=False)
    sides = {each.id: each.label for each in organizations_with([site.organization_id])}
    return [
        {"at": each.at, "text": wording.act_of(each),
         "who": signed.get(each.id) or sides.get(each.organization_id or 0) or wording.WHO[each.actor_kind]}
        for each in entries
    ]  # fmt: skip


# ---- the register ----


def the_map(asked: register.Question, seen: register.Counts) -> dict[str, Any]:
    """The map beside the list: counts by city, marks of the sites found, tiles for narrow screens."""
    counts = {city.code: seen.of("city", city.code) for city in regions.cities()}
    select = sa.select(Site).where(in_force(), Site.longitude.is_not(None), *register.narrowing(asked))
    found = db.session.scalars(select.order_by(Site.id.desc()).limit(MOST_MARKS)).all()
    return {
        "drawing": regions.drawing(), "counts": counts, "marks": mapping.marks(found), "href": city_href,
        "tiles": mapping.tiles(counts, city_href), "approval": value(MAP_APPROVAL),
    }  # fmt: skip


def city_href(code: str) -> str:
    """The same list in one city."""
    return address(city=code, page=None)


# ---- the plate ----


def plate_code(site: Site) -> Markup:
    """The QR code that leads to the page of a plate, as SVG without styles, so that the security policy passes it."""
    return Markup(_code(site).svg_inline(scale=6, border=4, dark="#0e2136", light="#fff", title=None))


def plate_picture(site: Site) -> bytes:
    """The same as a whole SVG file, to be printed on the plate."""
    picture = BytesIO()
    _code(site).save(picture, kind="svg", scale=10, border=4, dark="#0e2136", light="#fff")
    return picture.getvalue()


def _code(site: Site) -> segno.QRCode:
    return segno.make_qr(items.address("plates.show", plate=site.plate), error="m")


# ---- visits and statements ----


def visits(site: Site) -> list[dict[str, Any]]:
    """The visits with their files."""
    rows = queries.visits(site)
    held = queries.files_of("site_visit", [each.id for each in rows])
    return [{"visit": each, "files": stored(held[each.id])} for each in rows]


def statements(site: Site, *, inside: bool) -> list[dict[str, Any]]:
    """What was stated; everybody reads the figures of yearly reports, the rest is for those who deal with it."""
    rows = [each for each in queries.statements(site) if inside or each.kind == "yearly"]
    held = queries.files_of("site_statement", [each.id for each in rows]) if inside else {}
    return [
        {
            "row": each, "title": wording.STATEMENTS[each.kind], "files": stored(held.get(each.id, ())),
            "pairs": [
                (wording.STATED[key], words)
                for key, words in each.content.items()
                if words and (inside or key in ("hours", "tasks", "incidents"))
            ],
        }
        for each in rows
    ]  # fmt: skip


# ---- hits of the search ----


def cards(ids: Sequence[int], _actor: Actor) -> list[Mapping[str, Any]]:
    """Sites as hits are drawn, in the order given."""
    found = {each.id: each for each in queries.sites_with(ids) if is_in_force(each)}
    return [_card(found[key]) for key in ids if key in found]


def _card(site: Site) -> Mapping[str, Any]:
    content = site.filed["content"]
    return {
        "id": site.id, "number": site.number, "href": url_for("sites.show", number=site.number), "title": site.label,
        "text": Text(content["building"], content["building_en"] or content["building"]),
        "meta": [KINDS[site.kind], wording.domain(site), regions.name(site.region), site.organization.label],
        "state": wording.mark(site), "kind": KINDS[site.kind], "plate": site.plate, "valid_until": site.valid_until,
        "updated": site.designated_on, "demo": site.demo,
    }  # fmt: skip
