"""Every address in every role: what it answers, and that a changed number in address or form reaches nothing."""

from __future__ import annotations

import io
import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from PIL import Image
from sqlalchemy.orm import configure_mappers

from marketplace.accounts.models import User
from marketplace.foundation.db import db
from marketplace.foundation.files import StoredFile
from marketplace.listings.models import Listing, Revision
from marketplace.organizations.models import Member, Organization
from marketplace.products.kind import PRODUCT
from marketplace.products.models import Product
from marketplace.scenarios.kind import SCENARIO
from marketplace.scenarios.models import Scenario
from tests.architecture.matrix import APART, FURTHER, MATRIX, OBJECTS, ROLES, Row
from tests.factories import accounts, listings, products, scenarios
from tests.support.databases import Databases
from tests.support.sample_site import sample_site
from tests.support.site import Client


@dataclass
class World:
    """The site, its people, and the numbers of the objects."""

    app: Flask
    people: Mapping[str, Client]
    numbers: Mapping[str, str]
    watch: sqlite3.Connection

    def ask(self, role: str, row: Row) -> Any:
        path = re.sub(r"\{(.+?)\}", lambda found: self.numbers[found[1]], row.path)
        client = self.people[role]
        answer = client.get(path, buffered=True) if row.method == "GET" else client.submit(path, row.form)
        answer.close()
        return answer

    def fingerprint(self) -> int:
        """Another number as soon as anybody has written anything (SQLite counts the commits of other connections)."""
        number: int = self.watch.execute("PRAGMA data_version").fetchone()[0]
        return number


def picture() -> tuple[io.BytesIO, str]:
    data = io.BytesIO()
    Image.new("RGB", (900, 600), "navy").save(data, "PNG")
    data.seek(0)
    return data, "现场.png"


def upload(client: Client, number: str) -> None:
    """Put a picture into a draft product through the guided form."""
    page = client.get(f"/products/{number}/edit/files").text
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version
    answer = client.submit(f"/products/{number}/edit/files", {"version": version[1], "new_pictures": picture()})
    assert answer.status_code == 302, answer.text


def more_objects(people: Mapping[str, Client]) -> None:
    """What the sample lacks: organizations on their way, a vendor of another city, and pictures."""
    accounts.organization("registered")
    accounts.organization("pending")
    accounts.organization("pending", region=accounts.WUHU)
    elsewhere = accounts.organization(region=accounts.WUHU).id
    owner = people["visitor"].application.test_client()
    assert isinstance(owner, Client)
    accounts.sign_in(owner, db.session.query(Member).filter_by(organization_id=elsewhere).one().user)
    scenarios.scenario("in_review", db.session.get_one(Organization, elsewhere))
    for state in ("in_review", "published"):
        made = products.product("draft", db.session.get_one(Organization, elsewhere))
        key, number = made.id, made.number
        upload(owner, number)
        listings.walk(PRODUCT, db.session.get_one(Product, key), state)
    upload(people["vendor"], db.session.query(Product).filter_by(state="draft", demo=True).one().number)


def object_numbers() -> Iterator[tuple[str, str]]:
    """Name of OBJECTS → number; files by the state of their product."""
    for name in OBJECTS:
        kind, whose, state = name.split(".")
        model: Any = {"product": Product, "scenario": Scenario, "organization": Organization}[kind]
        select = sa.select(model).where(model.state == state)
        if kind == "organization":
            region = accounts.WUHU if whose == "wuhu" else accounts.HEFEI
            select = select.where(model.region == region, model.demo == (whose == "vendor"))
        elif whose == "wuhu":
            select = select.where(model.region == accounts.WUHU)
        if whose not in ("wuhu", "hefei"):
            owner = sa.select(Member.organization_id).join(User).where(User.email == f"{whose}@demo.example")
            select = select.where((model.id if kind == "organization" else model.organization_id).in_(owner))
        yield name, db.session.scalars(select.order_by(model.id)).first().number
    for file in db.session.scalars(sa.select(StoredFile)):
        yield f"file.{db.session.get_one(Product, file.owner_id).state}", str(file.id)


@pytest.fixture(scope="module")
def world(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The demonstration with a few things more, and a browser for every role."""
    configure_mappers()
    with sample_site(databases, tmp_path_factory.mktemp("matrix")) as site:
        people = {role: site.visitor() if role == "visitor" else site.person(role) for role in (*ROLES, *FURTHER)}
        with site.app.app_context():
            more_objects(people)
            numbers = dict(object_numbers())
            path = str(db.engine.url.database)
        with closing(sqlite3.connect(path)) as watch:
            yield World(site.app, people, numbers, watch)


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


@pytest.mark.parametrize("row", MATRIX, ids=str)
def test_the_matrix(world: World, row: Row) -> None:
    before = world.fingerprint()
    got = {role: world.ask(role, row).status_code for role in row.expected()}
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
    kind = {"products": "product", "scenarios": "scenario", "organizations": "organization"}.get(
        endpoint.partition(".")[0]
    )
    names = [name for name in OBJECTS if (kind is None or name.startswith(f"{kind}.")) and f".{own}." not in name]
    return [name for name in names if ".wuhu." in name] if role == "city" else names


def forms(app: Flask, endpoint: str, subject: Any) -> Iterator[dict[str, str]]:
    """Forms that would be carried out if nobody asked for the right: with the true version of the object."""
    kind = {"product": PRODUCT, "scenario": SCENARIO}.get(subject.subject_type)
    revision = db.session.query(Revision).filter_by(listing_type=subject.subject_type, listing_id=subject.id)
    latest = revision.order_by(Revision.id.desc()).first() if kind else None
    version = str((latest or subject).version)
    name = endpoint.rpartition(".")[2]
    if name.startswith("act_"):
        from marketplace.listings.lifecycle import REVISION
        from marketplace.organizations.lifecycle import ORGANIZATION

        table = REVISION if name == "act_revision" else kind.lifecycle if kind else ORGANIZATION
        version = str(subject.version) if name == "act_do" else version
        state = latest.state if latest and name == "act_revision" else subject.state
        for each in (each for each in table.steps if state in each.sources):
            yield {"transition": each.name, "version": version, "reason": "借道"}
    elif name in ("decide", "verify"):
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
        for name in foreign_to(role, rule.endpoint):
            kind = name.partition(".")[0]
            if rule.endpoint == "review.verify" and kind != "organization":
                continue
            if rule.endpoint == "review.decide" and kind == "organization":
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
                if status not in allowed:
                    wrong.append((path, form.get("transition") or form.get("decision"), status))
    assert not wrong, f"{role} was not refused: {wrong}"
    assert tried > 20
    assert world.fingerprint() == before


def find(kind: str, number: str) -> Any:
    model: Any = {"product": Product, "scenario": Scenario, "organization": Organization}[kind]
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
