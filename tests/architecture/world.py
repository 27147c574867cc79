"""The demonstration with objects in many states, and a browser for every role: what the tests of all addresses ask."""

from __future__ import annotations

import io
import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask
from PIL import Image
from sqlalchemy.orm import configure_mappers

from marketplace.accounts.models import User
from marketplace.awards.models import Acceptance, Award, Extension, Payment, Termination
from marketplace.bids.models import Bid, Participation
from marketplace.challenges.models import Addendum, Challenge
from marketplace.cultivation.models import LibraryEntry
from marketplace.enquiries.models import Enquiry
from marketplace.experts.models import Expert
from marketplace.foundation.db import db
from marketplace.foundation.files import StoredFile
from marketplace.foundation.outbox import handle_next
from marketplace.notices.models import Notice, Objection
from marketplace.notifications.models import Notification
from marketplace.organizations.models import Member, Organization
from marketplace.panels.models import Panel
from marketplace.pilots.models import Pilot, Reading
from marketplace.posts.models import Post
from marketplace.products.kind import PRODUCT
from marketplace.products.models import Product
from marketplace.saved_searches.models import SavedSearch
from marketplace.scenarios.models import Scenario
from marketplace.search import services as search
from marketplace.sites.models import Site
from marketplace.takeovers.models import Takeover
from marketplace.vocabulary.models import SynonymGroup
from tests.architecture import rows
from tests.architecture.questions import FURTHER, OBJECTS, ROLES, Row
from tests.factories import accounts, experts, listings, products, scenarios
from tests.support.databases import Databases
from tests.support.sample_site import SampleSite, sample_site
from tests.support.site import Client


@dataclass(eq=False)
class World:
    """The site, its people, and the numbers of the objects."""

    app: Flask
    people: Mapping[str, Client]
    numbers: Mapping[str, str]
    watch: sqlite3.Connection
    kept: sqlite3.Connection
    # The cookies each browser had when the world was made: some walks sign their own person out.
    jars: Mapping[str, Mapping[Any, Any]]

    def address(self, row: Row) -> str:
        """The row's path with the numbers of its objects."""
        return re.sub(r"\{(.+?)\}", lambda found: self.numbers[found[1]], row.path)

    def ask(self, role: str, row: Row) -> Any:
        path = self.address(row)
        client = self.people[role]
        answer = client.get(path, buffered=True) if row.method == "GET" else client.submit(path, row.form)
        answer.close()
        return answer

    def foreign_files(self, organizations: frozenset[int]) -> Iterator[str]:
        """The keys of files whose listing belongs to none of these organizations."""
        query = "SELECT f.id, p.organization_id FROM stored_file f JOIN product p ON p.id = f.owner_id"
        for key, organization in self.kept.execute(query):
            if organization not in organizations:
                yield str(key)

    def restore(self) -> None:
        """Put back everything that stood in the database and in the browsers when the world was made."""
        self.kept.backup(self.watch)
        for role, client in self.people.items():
            client.keep(self.jars[role])

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
    for state in ("draft", "in_review"):
        experts.expert(state)
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
    assert people["vendor"].submit(f"/workspace/inbox/{told_to('vendor').id}/read").status_code == 302
    for role in ("vendor", "soe"):
        saved = {"name": "巡检", "rhythm": "daily"}
        assert people[role].submit("/workspace/searches/new?q=巡检", saved).status_code == 302
    words = {"words": "机械臂\n机器手臂", "reason": "试"}
    assert people["operator"].submit("/admin/synonyms/new", words).status_code == 302


def told_to(who: str) -> Notification:
    """The first notification of a demo account."""
    mine = sa.select(Notification).join(User).where(User.email == f"{who}@demo.example").order_by(Notification.id)
    found: Notification = db.session.scalars(mine.limit(1)).one()
    return found


def talks_and_readings() -> Iterator[tuple[str, str]]:
    """What lies in talks and pilots, and what a vendor was told."""
    yield "notification.vendor", str(told_to("vendor").id)
    running = sa.select(Reading.id).join(Pilot, Pilot.id == Reading.pilot_id).where(Pilot.state == "running")
    yield "reading.vendor", str(db.session.scalars(running.order_by(Reading.id).limit(1)).one())
    for enquiry in db.session.scalars(sa.select(Enquiry).order_by(Enquiry.id)):
        whose = "vendor2" if "供方二" in enquiry.supplier.name else "vendor"
        yield f"enquiry.{whose}.{enquiry.state}", enquiry.number
        if enquiry.proposal is not None:
            yield f"outcome.{whose}.proposed", str(enquiry.proposal.id)


# Kind → the column that says whose it is, where it is another one.
OWNED = {"organization": "id", "pilot": "demander_id"}


MODELS: dict[str, Any] = {
    "product": Product, "scenario": Scenario, "organization": Organization, "expert": Expert, "pilot": Pilot,
    "site": Site,
}  # fmt: skip


def object_numbers() -> Iterator[tuple[str, str]]:
    """Name of OBJECTS → number; files by the state of their product."""
    for name in OBJECTS:
        kind, whose, state = name.split(".")
        model: Any = MODELS[kind]
        select = sa.select(model).where(model.state == state)
        if kind == "organization":
            region = accounts.WUHU if whose == "wuhu" else accounts.HEFEI
            select = select.where(model.region == region, model.demo == (whose == "vendor"))
        elif kind == "expert":
            # What was never declared has no region yet.
            region = accounts.WUHU if whose == "wuhu" else accounts.HEFEI
            select = select.where(model.region == ("" if state == "draft" else region))
        elif whose == "wuhu":
            select = select.where(model.region == accounts.WUHU)
        if whose not in ("wuhu", "hefei"):
            owner = sa.select(Member.organization_id).join(User).where(User.email == f"{whose}@demo.example")
            select = select.where(getattr(model, OWNED.get(kind, "organization_id")).in_(owner))
        yield name, db.session.scalars(select.order_by(model.id)).first().number
    yield from talks_and_readings()
    yield from challenge_numbers()
    yield from site_numbers()
    yield from judged_numbers()
    yield from award_numbers()
    compiled = sa.select(Organization.number).where(Organization.compiled, Organization.demo)
    yield "organization.hefei.compiled", str(db.session.scalars(compiled).one())
    yield from keys_of_the_rest()


def keys_of_the_rest() -> Iterator[tuple[str, str]]:
    """Claims, saved searches, synonyms, a post, and files, which are named by their keys."""
    model: Any
    for name, model, email in (
        ("takeover.vendor2", Takeover, "vendor2"), ("saved_search.vendor", SavedSearch, "vendor"),
    ):  # fmt: skip
        theirs = sa.select(model.id).join(User, User.id == model.user_id).where(User.email == f"{email}@demo.example")
        yield name, str(db.session.scalars(theirs.order_by(model.id)).first())
    yield "synonyms.first", str(db.session.scalars(sa.select(SynonymGroup.id).limit(1)).one())
    official = db.session.query(User).filter_by(email="province@demo.example").one()
    yield "post.province", str(db.session.query(Post).filter_by(user_id=official.id).one().id)
    pending = db.session.query(Organization).filter_by(state="pending", demo=True).one()
    yield "file.licence", str(pending.licence_id)
    for file in db.session.scalars(sa.select(StoredFile).where(StoredFile.owner_type == "product")):
        yield f"file.{db.session.get_one(Product, file.owner_id).state}", str(file.id)


def site_numbers() -> Iterator[tuple[str, str]]:
    """Plates of sites, and the need that climbed highest in the library."""
    for state in ("designated", "revoked"):
        plates = sa.select(Site.plate).where(Site.state == state).order_by(Site.id).limit(1)
        yield f"plate.{state}", str(db.session.scalars(plates).one())
    mature = sa.select(Scenario.number).join(LibraryEntry).where(LibraryEntry.tier == "mature")
    yield "scenario.library", str(db.session.scalars(mature).one())


def challenge_numbers() -> Iterator[tuple[str, str]]:
    """Challenges of the sample by owner and state; notices, an objection and an addendum by theirs."""
    for whose, states in {"soe": ("published", "draft", "closed"), "soe2": ("in_review",)}.items():
        owner = sa.select(Member.organization_id).join(User).where(User.email == f"{whose}@demo.example")
        for state in states:
            mine = (Challenge.state == state) & Challenge.organization_id.in_(owner)
            yield f"challenge.{whose}.{state}", db.session.scalars(sa.select(Challenge).where(mine)).one().number
    asked = db.session.scalars(sa.select(Participation).where(Participation.state == "asked")).one()
    yield "invitation.vendor2", str(asked.id)
    for whose, states in {"vendor": ("draft", "sealed", "opened", "qualified"), "soe2": ("opened",)}.items():
        owner = sa.select(Member.organization_id).join(User).where(User.email == f"{whose}@demo.example")
        for state in states:
            mine = (Bid.state == state) & Bid.organization_id.in_(owner)
            bid = db.session.scalars(sa.select(Bid).where(mine).order_by(Bid.id).limit(1)).one()
            yield f"bid.{whose}.{state}", bid.number
            yield f"challenge.bid.{state}", bid.challenge.number
    for state in ("open", "closed"):
        found = db.session.query(Notice).filter_by(state=state, kind="withdrawal").order_by(Notice.id).first()
        yield f"notice.{state}", found.number
    yield "objection.raised", str(db.session.query(Objection).filter_by(state="raised").one().id)
    yield "addendum.issued", str(db.session.query(Addendum).filter_by(state="issued").order_by(Addendum.id).first().id)


def judged_numbers() -> Iterator[tuple[str, str]]:
    """The challenges that experts judge, and the panel of the one whose experts are being asked."""
    for panel in db.session.query(Panel).filter_by(about_type="challenge").order_by(Panel.id):
        challenge = db.session.get_one(Challenge, panel.about_id)
        yield f"challenge.judged.{'asked' if challenge.state == 'opened' else challenge.state}", challenge.number
        blocked = next((each for each in panel.assignments if each.state == "blocked"), None)
        if challenge.state == "ranked" and blocked is not None:
            yield "assignment.elsewhere", str(blocked.id)
        if challenge.state != "opened":
            continue
        assert blocked is not None
        yield "panel.asked", str(panel.id)
        yield "draw.asked", str(panel.draws[0].id)
        yield "assignment.blocked", str(blocked.id)
        yield "assignment.expert1", str(next(each.id for each in panel.assignments if each.state == "proposed"))


def award_numbers() -> Iterator[tuple[str, str]]:
    """The awarded challenges, and what hangs on the awards; of two in one state the first."""
    for award in db.session.query(Award).order_by(Award.id.desc()):
        yield f"challenge.award.{award.challenge.state}", award.challenge.number
        yield f"award.{award.state}", str(award.id)
        if award.state == "executing":
            yield "contract.signed", str(award.contract.id)
            for each in award.milestones:
                yield f"milestone.{each.state}", str(each.id)
    for model in (Extension, Payment, Acceptance, Termination):
        for one in db.session.query(model).order_by(model.id.desc()):
            yield f"{one.subject_type}.{getattr(one, 'state', 'ended')}", str(one.id)
    yield "acceptance.number", db.session.query(Acceptance).filter_by(state="endorsed").one().number


@contextmanager
def open_world(databases: Databases, folder: Path) -> Iterator[World]:
    """The demonstration with a few things more, and a browser for every role."""
    configure_mappers()
    with sample_site(databases, folder) as site:
        people = {role: arrive(site, role) for role in (*ROLES, *FURTHER)}
        with site.app.app_context():
            more_objects(people)
            while handle_next(site.app.extensions["schedule"].subscriptions):  # nothing that /readyz would complain of
                pass
            while search.catch_up():
                pass
            numbers = dict(object_numbers())
            path = str(db.engine.url.database)
        with closing(sqlite3.connect(path)) as watch, closing(sqlite3.connect(":memory:")) as kept:
            rows.watch(watch)
            watch.backup(kept)
            jars = {role: client.jar() for role, client in people.items()}
            yield World(site.app, people, numbers, watch, kept, jars)


def arrive(site: SampleSite, role: str) -> Client:
    """A browser in which the role is signed in."""
    if role == "visitor":
        return site.visitor()
    if role != "wuhu":
        return site.person(role)
    client = site.visitor()
    with site.app.app_context():
        accounts.sign_in(client, accounts.official(accounts.WUHU, ("verify", "review", "challenge", "demonstrate")))
    return client
