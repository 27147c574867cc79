"""Every address in every role: what it answers, and that a changed number in address or form reaches nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from marketplace.experts.models import Expert
from marketplace.foundation.db import db
from marketplace.foundation.files import StoredFile
from marketplace.listings.models import Listing, Revision
from marketplace.organizations.models import Organization
from marketplace.pilots.models import Pilot
from marketplace.products.kind import PRODUCT
from marketplace.products.models import Product
from marketplace.scenarios.kind import SCENARIO
from marketplace.scenarios.models import Scenario
from marketplace.sites.models import Site
from tests.architecture.matrix import APART, MATRIX
from tests.architecture.questions import FURTHER, OBJECTS, ROLES, Row
from tests.architecture.world import World
from tests.factories import accounts
from tests.support.site import Client


def test_a_write_is_noticed(world: World) -> None:
    """What the other tests rest on."""
    before = world.fingerprint()
    assert world.people["visitor"].get("/help").status_code == 200
    assert world.fingerprint() == before
    assert world.people["vendor"].submit("/account/", {"name": "演示供方甲", "language": "en"}).status_code == 302
    assert world.fingerprint() != before


# ---- the matrix -----------------------------------------------------------------------------------------------------


def test_every_address_has_its_rows(world: World) -> None:
    """A new address is not on the site before somebody wrote down who may do what there."""
    asked = {(row.endpoint, row.method) for row in MATRIX} | APART
    ways = {
        (rule.endpoint, method)
        for rule in world.app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert ways - asked == set(), "write their rows in tests/architecture/matrix.py"
    known = {rule.endpoint for rule in world.app.url_map.iter_rules()}
    assert {row.endpoint for row in MATRIX} <= known, "rows of addresses that are gone"


def test_every_row_belongs_to_its_address(world: World) -> None:
    adapter = world.app.url_map.bind("localhost")
    wrong = []
    for row in MATRIX:
        path = re.sub(r"\{(.+?)\}", lambda found: world.numbers[found[1]], row.path).partition("?")[0]
        method = row.method if row.answers != "405" else "POST"
        found, _arguments = adapter.match(path, method=method)
        wrong += [str(row)] if found != row.endpoint and row.answers not in ("404", "405") else []
    assert not wrong


def test_every_kind_of_user_is_asked(world: World) -> None:
    """Visitor, two vendors, a firm, officials of the city, another city and the province, expert, administrators."""
    assert set(world.people) == {*ROLES, *FURTHER}
    assert {row.method for row in MATRIX} >= {"GET", "POST"}
    for row in MATRIX:
        assert set(row.expected()) == set(world.people), row


# Addresses without an object of somebody's: a token, a name of a list, a part of the catalogue.
NOBODYS = {
    "static", "accounts.confirm", "lists.twin", "lists.template", "workspace.listings", "notifications.unsubscribe",
    "accounts.reset", "accounts.confirm_address", "invitations.answer", "experts.edit",
    "site_list.twin", "products.compare_file",
}  # fmt: skip


def test_every_address_of_an_object_is_asked_with_own_and_foreign_ones(world: World) -> None:
    """Who owns what stands in the name of the object: "product.vendor2.expired"."""
    alone = []
    for rule in world.app.url_map.iter_rules():
        if not rule.arguments or rule.endpoint in NOBODYS:
            continue
        rows = [row for row in MATRIX if row.endpoint == rule.endpoint]
        owners = {name.partition(".")[2] for row in rows for name in re.findall(r"\{(.+?)\}", row.path)}
        different = [
            row
            for row in rows
            if len({status for role, status in row.expected().items() if role != "visitor"}) > 1
            or row.answers in ("404", "405")
        ]
        if len(owners) < 2 and not different:
            alone.append(rule.endpoint)
    assert not alone, f"write rows with an object of the asking role and with another's: {alone}"


@pytest.mark.parametrize("row", MATRIX, ids=str)
def test_the_matrix(world: World, row: Row) -> None:
    before = world.fingerprint()
    got = {role: world.ask(role, row).status_code for role in world.people}
    assert got == row.expected()
    assert world.fingerprint() == before, "none of these answers may change anything"


def test_who_must_sign_in_is_led_back(world: World) -> None:
    answer = world.people["visitor"].get("/workspace/products?state=draft")
    assert answer.location == "/account/sign-in?next=/workspace/products?state%3Ddraft"


def test_signing_out_ends_one_session(world: World) -> None:
    client = world.app.test_client()
    assert isinstance(client, Client)
    accounts.sign_in(client, "vendor2@demo.example", "jiyu-demo-2026")
    assert client.get("/account/").status_code == 200
    assert client.submit("/account/sign-out").status_code == 302
    assert client.get("/account/").status_code == 302
    assert world.people["vendor2"].get("/account/").status_code == 200
    assert world.people["visitor"].submit("/account/sign-out").status_code == 302


# ---- changed numbers ------------------------------------------------------------------------------------------------


# Public, with no revision open: a step of a revision meets nothing (409) before the right to it is asked for.
NOTHING_OPEN = {
    "product.vendor2.published", "product.vendor2.expired", "scenario.soe.expired", "scenario.soe.closed",
    "scenario.soe2.fulfilled",
}  # fmt: skip


def foreign_to(role: str, endpoint: str) -> list[str]:
    """Objects of the kind of an address that are not the role's and that it has no charge over."""
    own = {"vendor": "vendor", "soe": "soe"}.get(role, "")
    kinds = {
        "products": "product",
        "scenarios": "scenario",
        "organizations": "organization",
        "experts": "expert",
        "pilots": "pilot",
        "api_writing": "pilot",
        "sites": "site",
    }
    # What is named by other numbers is for the walk over foreign objects.
    kind = "expert" if endpoint == "review.expert" else kinds.get(endpoint.partition(".")[0], "")
    every = endpoint.startswith("review.") and not kind
    if role == "vendor" and kind == "pilot":
        own = "soe"  # in whose pilots he is the other side
    names = [name for name in OBJECTS if (every or name.startswith(f"{kind}.")) and f".{own}." not in name]
    return [name for name in names if ".wuhu." in name] if role == "city" else names


def forms(app: Flask, endpoint: str, subject: Any) -> Iterator[dict[str, str]]:
    """Forms that would be carried out if nobody asked for the right: with the true version of the object."""
    kind = {"product": PRODUCT, "scenario": SCENARIO}.get(subject.subject_type)
    revision = db.session.query(Revision).filter_by(listing_type=subject.subject_type, listing_id=subject.id)
    latest = revision.order_by(Revision.id.desc()).first() if kind else None
    version = str((latest or subject).version)
    name = endpoint.rpartition(".")[2]
    if name.startswith("act_"):
        from marketplace.experts.lifecycle import EXPERT
        from marketplace.listings.lifecycle import REVISION
        from marketplace.organizations.lifecycle import ORGANIZATION
        from marketplace.pilots.lifecycle import PILOT
        from marketplace.sites.lifecycle import SITE

        others = {"organization": ORGANIZATION, "expert": EXPERT, "pilot": PILOT, "site": SITE}
        table = REVISION if name == "act_revision" else kind.lifecycle if kind else others[subject.subject_type]
        version = str(subject.version) if name == "act_do" else version
        state = latest.state if latest and name == "act_revision" else subject.state
        for each in (each for each in table.steps if state in each.sources):
            yield {"transition": each.name, "version": version, "reason": "借道"}
    elif name in ("decide", "verify", "expert"):
        for choice in ("approve", "return", "verify"):
            yield {"decision": choice, "version": version, "note": "借道", "reasons": "material"}
    else:
        yield {"title": "借道", "name": "借道", "category": "quadruped", "domain": "special", "version": version,
               "organization": subject.number, "go": "draft"}  # fmt: skip


@pytest.mark.parametrize("role", ["vendor", "soe", "city", "admin"])
def test_a_changed_number_reaches_nothing(world: World, role: str) -> None:
    before, wrong, tried = world.fingerprint(), [], 0
    for rule in world.app.url_map.iter_rules():
        if "POST" not in (rule.methods or ()) or "number" not in rule.arguments:
            continue
        if rule.endpoint.startswith("enquiry_ways."):  # made for what belongs to others; the matrix says who may
            continue
        for name in foreign_to(role, rule.endpoint):
            kind = name.partition(".")[0]
            if rule.endpoint == "review.verify" and kind != "organization":
                continue
            if rule.endpoint == "review.decide" and kind in ("organization", "expert"):
                continue
            path = str(rule.rule).replace("<number>", world.numbers[name]).replace("<plural>", f"{kind}s")
            path = path.replace("<step>", "basics" if kind == "product" else "what")
            with world.app.app_context():
                subject = find(kind, world.numbers[name])
                filled = list(forms(world.app, rule.endpoint, subject))
            for form in filled:
                status = world.people[role].submit(path, form).status_code
                tried += 1
                allowed = (
                    (403, 404, 409) if rule.endpoint.endswith(".act_revision") and name in NOTHING_OPEN else (403, 404)
                )
                if rule.endpoint.startswith("api_writing."):
                    allowed = (401,)  # a cookie is no token
                if status not in allowed:
                    wrong.append((path, form.get("transition") or form.get("decision"), status))
    assert not wrong, f"{role} was not refused: {wrong}"
    assert tried > 20
    assert world.fingerprint() == before


def find(kind: str, number: str) -> Any:
    model: Any = {
        "product": Product,
        "scenario": Scenario,
        "organization": Organization,
        "expert": Expert,
        "pilot": Pilot,
        "site": Site,
    }[kind]
    return db.session.query(model).filter_by(number=number).one()


def test_a_changed_number_in_a_field_reaches_nothing(world: World) -> None:
    """A foreign organization to file for, a foreign file in one's own draft, foreign products side by side."""
    vendor, numbers = world.people["vendor"], world.numbers
    before = world.fingerprint()
    for plural in ("products", "scenarios"):
        for name in ("organization.hefei.pending", "organization.wuhu.pending"):
            number = numbers[name]
            form = {
                "title": "借道",
                "category": "quadruped",
                "domain": "special",
                "organization": number,
                "go": "draft",
            }
            assert vendor.submit(f"/{plural}/new", form).status_code == 404
            assert vendor.get(f"/{plural}/new?organization={number}").status_code == 404
    hidden = [numbers[name] for name in OBJECTS if name.startswith("product.") and name.split(".")[1] != "vendor"]
    page = vendor.get("/products/compare", query_string={"no": hidden}).text
    with world.app.app_context():
        unseen = db.session.query(Product).filter(
            Product.number.in_(hidden), Product.state.in_(("returned", "suspended"))
        )
        titles = [each.title for each in unseen]
    assert titles
    assert not [title for title in titles if title in page]
    assert world.fingerprint() == before


def test_a_foreign_file_gets_into_no_draft(world: World) -> None:
    vendor, number = world.people["vendor"], world.numbers["product.vendor.draft"]
    foreign, own = world.numbers["file.in_review"], world.numbers["file.draft"]
    page = vendor.get(f"/products/{number}/edit/files").text
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version
    form = {"version": version[1], "pictures-0-file": foreign, "files-0-file": foreign, "remove": foreign, "go": "stay"}
    status = vendor.submit(f"/products/{number}/edit/files", form).status_code
    assert status in (302, 422)
    with world.app.app_context():
        listing: Listing = find("product", number)
        content = listing.open_revision.content if listing.open_revision else {}
        kept = [row["file"] for row in content["pictures"]]
        assert int(foreign) not in kept
        assert not [row for row in content["files"] if row["file"] == int(foreign)]
        assert db.session.get(StoredFile, int(foreign)) is not None
        assert kept == [int(own)]
    assert vendor.get(f"/files/{foreign}/x.png").status_code == 404
