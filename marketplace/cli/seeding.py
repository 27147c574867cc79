"""The demonstration: real products and scenarios as compiled from public material, and invented units marked 演示."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from flask import current_app

from marketplace.accounts import services as accounts
from marketplace.accounts.models import User
from marketplace.admin import checks
from marketplace.cli.demo import ACCOUNTS, PASSWORD
from marketplace.cli.seeding_awards import load_awards
from marketplace.cli.seeding_bids import load_bids
from marketplace.cli.seeding_challenges import load_challenges
from marketplace.cli.seeding_enquiries import load_enquiries, open_before_it_ends
from marketplace.cli.seeding_experts import load_experts
from marketplace.cli.seeding_library import load_library
from marketplace.cli.seeding_organizations import bring_organizations
from marketplace.cli.seeding_pilots import load_pilots
from marketplace.cli.seeding_scores import load_scores
from marketplace.cli.seeding_sites import load_sites
from marketplace.config import Config
from marketplace.core import clock
from marketplace.core.actor import SYSTEM, Actor
from marketplace.core.text import Text
from marketplace.foundation import outbox
from marketplace.foundation.db import db, transaction
from marketplace.foundation.outbox import OutboxMessage
from marketplace.listings import services
from marketplace.listings.kind import Kind
from marketplace.listings.loading import Loaded, load
from marketplace.listings.models import Listing
from marketplace.notifications import services as notifications
from marketplace.notifications.models import Delivery, Notification
from marketplace.organizations.models import Member, Organization
from marketplace.organizations.queries import actor_of
from marketplace.organizations.services import load_organization
from marketplace.posts.services import give_post
from marketplace.products.kind import PRODUCT
from marketplace.reference import catalogue, regions
from marketplace.reference.calendar import YearUnknown, known_year
from marketplace.reference.services import overrides, set_workday
from marketplace.sample import demo, organizations, products, scenarios
from marketplace.sample.listing import DemoListing, with_dates
from marketplace.scenarios.kind import SCENARIO
from marketplace.web.letters import letters_of

# When the demo listings were filed: the expired one before its validity ended, the others a few days ago.
LONG_AGO = timedelta(days=40)
# Since when the officials of the demonstration hold their posts: before anything that it tells of.
IN_OFFICE = timedelta(days=700)
RECENTLY = timedelta(days=3)


def load_sample() -> str:
    """Load everything in one transaction and say what was loaded."""
    with transaction():
        know_working_days()
        segments = _segments()
        units = {each.key: _organization(each, segments.get(each.key, [])) for each in organizations.organizations()}
        people = _accounts(units)
        compiled_products = load(PRODUCT, [
            Loaded(units[each.maker], each.content, compiled=True) for each in products.products()
        ])  # fmt: skip
        compiled_scenarios = load(SCENARIO, [
            Loaded(units[each.owner], {**each.content, "owner_note": each.owner_type}, compiled=True)
            for each in scenarios.scenarios()
        ])  # fmt: skip
        walk = Walk(people)
        for product in demo.demo_products():
            walk.bring(PRODUCT, units[product.account], product)
        for scenario in demo.demo_scenarios():
            walk.bring(SCENARIO, units[scenario.account], scenario)
        load_enquiries(people, walk.listings)
        bring_organizations(units, people)
        load_experts(people, units)
        load_pilots(people, walk.listings)
        load_sites(people)
        load_library(people, walk.listings)
        load_challenges(people, units)
        load_bids(people, units)
        load_scores(people, units)
        load_awards(people, units)
        _read_and_refused(people["vendor"])
        _office(people)
    return f"{len(units)} organizations, {len(compiled_products)} products, {len(compiled_scenarios)} scenarios"


def know_working_days() -> None:
    """Every year that the demonstration counts in, also one not announced yet: New Year's Day is off in each."""
    this_year = clock.today().year
    for year in (this_year - 1, this_year, this_year + 1):
        try:
            known_year(year, overrides())
        except YearUnknown:
            set_workday(date(year, 1, 1), False, "元旦（演示）")


def _read_and_refused(reader: User) -> None:
    """The first thing that a person was told: he has read it here, and its mail found no mailbox."""
    messages = db.session.scalars(
        sa.select(OutboxMessage).where(OutboxMessage.topic == "revision.approve").order_by(OutboxMessage.id)
    )
    told = next(each for each in messages if reader.email in {letter.to for letter in letters_of(each)})
    config: Config = current_app.extensions["config"]
    notifications.tell_readers(told, letters_of(told), config.base_url)
    notifications.mark_all_read(actor_of(reader), db.session.query(Notification).filter_by(user_id=reader.id).one().id)
    mail = db.session.query(Delivery).filter_by(user_id=reader.id).one()
    notifications.note_failure(mail, "550 5.1.1 no such mailbox（演示）", final=True, dead_address=True)


def _segments() -> dict[str, list[str]]:
    """Maker → the value-chain segments of its compiled products."""
    found: dict[str, dict[str, None]] = {}
    for each in products.products():
        found.setdefault(each.maker, {})[catalogue.category(each.content["category"]).segment] = None
    return {maker: list(codes) for maker, codes in found.items()}


def _organization(each: organizations.SampleOrganization, segments: list[str]) -> Organization:
    invented = each.name.startswith("演示单位")
    place = Text("", "") if each.region else Text(each.city or "地点未公开", each.city_en or "Place not published")
    return load_organization(
        name=each.name, name_en=each.name_en, kind=each.kind, credit_code=each.credit_code, region=each.region,
        place=place.zh, place_en=place.en, website=each.website, segments=segments,
        compiled=not invented, demo=invented,
    )  # fmt: skip


def _accounts(units: dict[str, Organization]) -> dict[str, User]:
    departments = {each.key: each for each in organizations.DEPARTMENTS}
    people: dict[str, User] = {}
    for account in ACCOUNTS:
        user = accounts.make_demo_account(account.email, account.name, PASSWORD, administrator=account.administrator)
        key = account.email.partition("@")[0]
        people[key] = user
        if key in units:
            db.session.add(Member(organization=units[key], user=user, role="owner"))
        if account.department:
            department = departments[account.department]
            names = Text(department.name, department.name_en)
            give_post(user, names, department.region, account.duties, since=clock.now() - IN_OFFICE)
    db.session.flush()
    return people


def _office(people: dict[str, User]) -> None:
    """What administrators find: a day of the table, a message that gave up, a check of the whole history."""
    operator, auditor = actor_of(people["operator"]), actor_of(people["auditor"])
    set_workday(date(2026, 10, 1), False, "国庆节（演示）", operator, "演示：与公布的安排一致")
    _failed_message(people["vendor2"])
    checks.request_check(auditor, "演示：月度检查")
    while checks.go_on():
        pass


def _failed_message(user: User) -> None:
    """A message that was tried to the end."""
    db.session.add(
        OutboxMessage(
            topic="user.registered_again", subject_type=user.subject_type, subject_id=user.id, payload={},
            created_at=clock.now(), due_at=clock.now(), attempts=len(outbox.PAUSES) + 1, failed_at=clock.now(),
            error="ConnectionRefusedError: the mail server did not answer（演示）",
        )
    )  # fmt: skip
    db.session.flush()


class Walk:
    """Brings a demo listing to its state by walking its life cycle, with the people who would do it."""

    def __init__(self, people: dict[str, User]) -> None:
        self._actors = {key: actor_of(user) for key, user in people.items()}
        # Key of the sample → the listing.
        self.listings: dict[str, Listing] = {}

    def bring(self, kind: Kind, organization: Organization, wanted: DemoListing) -> Listing:
        """Create the listing and take the steps that lead to the state it shall have."""
        owner, official = self._actors[wanted.account], self._actors["province"]
        if regions.city_of(organization.region) == self._city:
            official = self._actors["city"]
        content = with_dates(wanted.content, clock.today())
        usual = LONG_AGO if wanted.state == "expired" else RECENTLY
        past = clock.now() - (timedelta(days=wanted.filed) if wanted.filed else usual)
        with clock.standing_at(past):
            listing = self.listings[wanted.sample_id] = services.create(kind, organization, owner, content)
            for act in self._way(kind, wanted, listing, owner, official):
                act()
        if wanted.state == "expired":
            services.take_step(kind, listing, kind.lifecycle.by_name["expire"], SYSTEM, "", None)
        if wanted.revision is not None:
            revision = services.revise(kind, listing, owner)
            changed = {**revision.content, **with_dates(wanted.revision, clock.today())}
            services.save(kind, listing, changed, owner, None)
            services.submit(kind, listing, owner, None)
        return listing

    _city = "340100"

    def _way(
        self, kind: Kind, wanted: DemoListing, listing: Listing, owner: Actor, official: Actor
    ) -> Iterable[Callable[[], Any]]:
        if wanted.state == "draft":
            return
        yield lambda: services.submit(kind, listing, owner, None)
        if wanted.state == "in_review":
            return
        if wanted.state == "returned":
            yield lambda: services.send_back(kind, listing, official, wanted.reason, None)
            return
        yield lambda: services.approve(kind, listing, official)
        if wanted.state not in ("published", "expired"):
            yield lambda: open_before_it_ends(self._actors, self.listings, wanted.sample_id)
            yield lambda: self._end(kind, listing, wanted, owner, official)

    def _end(self, kind: Kind, listing: Listing, wanted: DemoListing, owner: Actor, official: Actor) -> None:
        step = next(
            step for step in kind.lifecycle.steps if step.target == wanted.state and "published" in step.sources
        )
        actor = owner if step.who(owner, listing) else official
        services.take_step(kind, listing, step, actor, wanted.reason, None)
