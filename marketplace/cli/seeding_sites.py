"""The invented sites of the demonstration, brought to their state by the commands that bring them there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.core.actor import SYSTEM, Actor
from marketplace.experts.services import months_on
from marketplace.foundation.db import db
from marketplace.notices import services as notices
from marketplace.organizations.queries import actor_of
from marketplace.panels import services as panels
from marketplace.pilots.models import Pilot
from marketplace.sample.demo_sites import (
    ADVICE,
    CONTENT,
    LEVEL,
    MARK_REASON,
    MARKS,
    REPLY,
    VISIT,
    YEARLY,
    DemoSite,
    demo_sites,
)
from marketplace.sites import deciding, running, services
from marketplace.sites.content import CHECKLIST
from marketplace.sites.lifecycle import SITE
from marketplace.sites.models import Site
from marketplace.sites.queries import sheets
from marketplace.sites.services import moved

MORNING = time(9, 0)
SEATS = 3
# What the experts of the demonstration were approved for.
FIELDS = ("domain.logistics", "domain.special")
# Steps behind the notice: how long after it was filed.
NOTICE_AFTER, DECIDED_AFTER = 8, 22


@dataclass(frozen=True)
class Hands:
    """Who acts on a site."""

    applicant: Actor
    city: Actor
    province: Actor
    experts: Mapping[int, Actor]


def load_sites(people: Mapping[str, User]) -> int:
    """Load them on the verified pilots of the demonstration. Returns how many."""
    pilots = _pilots()
    demander = pilots[0].demander_id
    owner = next(user for user in people.values() if actor_of(user).belongs_to(demander))
    experts = db.session.scalars(sa.select(User).where(User.email.like("expert%@demo.example"))).all()
    hands = Hands(
        actor_of(owner), actor_of(people["city"]), actor_of(people["province"]),
        {each.id: actor_of(each) for each in experts},
    )  # fmt: skip
    wanted = list(demo_sites())
    for each in wanted:
        _bring(each, pilots[each.pilot], hands)
    return len(wanted)


def _pilots() -> list[Pilot]:
    """The verified pilots with a recommendation to go on, the one decided last first."""
    found = db.session.scalars(
        sa.select(Pilot).where(Pilot.state == "verified").order_by(Pilot.started_on.desc())
    ).all()
    return [each for each in found if each.report.get("verdict") == "scale"]


@contextmanager
def _ago(days: int) -> Iterator[None]:
    with clock.standing_at(datetime.combine(clock.today() - timedelta(days=days), MORNING, clock.BEIJING)):
        yield


def _bring(each: DemoSite, pilot: Pilot, hands: Hands) -> Site:
    with _ago(each.began + 1):
        site = services.create(pilot.demander, hands.applicant, each.kind, [pilot])
        _write(each, site, pilot, hands.applicant)
    if each.state == "draft":
        return site
    with _ago(each.began):
        services.take_step(site, "submit", hands.applicant)
    if each.state == "submitted":
        return site
    with _ago(each.began - 1):
        name = "return" if each.state == "returned" else "recommend"
        services.advise(site, name, hands.city, each.reason or ADVICE if name == "return" else ADVICE, None)
    if each.state in ("returned", "recommended"):
        return site
    _evaluate(each, site, hands)
    if each.state in SITE.states and each.state not in ("under_evaluation", "refused", "notice"):
        _designate(each, site, hands)
    return site


def _write(each: DemoSite, site: Site, pilot: Pilot, actor: Actor) -> None:
    place = each.place or (None, None)
    columns = {
        "kind": each.kind, "region": pilot.region, "domain": site.domain, "title": each.title,
        "title_en": each.title_en, "longitude": place[0], "latitude": place[1],
    }  # fmt: skip
    since = months_on(clock.today(), -4).isoformat()
    robots = [{**CONTENT["robots"][0], "product": pilot.product.number}]
    written = {**CONTENT, "title": each.title, "title_en": each.title_en, "running_since": since, "robots": robots,
               "checklist": [] if each.state == "draft" else list(CHECKLIST)}  # fmt: skip
    services.save(site, columns, written, [pilot], (), actor, None)


def _evaluate(each: DemoSite, site: Site, hands: Hands) -> None:
    with _ago(each.began - 3):
        deciding.decide(site, "evaluate", hands.province)
        panel = panels.convene(hands.province, site, FIELDS, SEATS, 0, seed=f"{site.id:032x}")
        for one in list(panel.assignments):
            if one.state == "proposed":
                panels.accept(one, hands.experts[one.expert.user_id])
        deciding.record_visit(site, VISIT | {"day": clock.today().isoformat()}, (), hands.province)
    given = sheets(site)[: 1 if each.state == "under_evaluation" else SEATS]
    with _ago(each.began - 6):
        for sheet in given:
            expert = hands.experts[sheet.user_id]
            marks = {key: {"marks": value, "reason": MARK_REASON} for key, value in MARKS.items()}
            deciding.save_sheet(sheet, marks, "", expert)
            deciding.hand_in(sheet, expert)
    if each.state == "under_evaluation":
        return
    with _ago(each.began - NOTICE_AFTER):
        if each.state == "refused":
            deciding.decide(site, "refuse", hands.province, each.reason)
        else:
            deciding.announce(site, hands.province, None)


def _designate(each: DemoSite, site: Site, hands: Hands) -> None:
    with _ago(each.began - DECIDED_AFTER):
        notices.close_due()
        deciding.designate(site, hands.province, None)
    assert site.designated_on is not None
    assert site.valid_until is not None
    {"rechecked": _rechecked, "rectifying": _rectifying, "warned": _warned, "revoked": _revoked, "expired": _expired,
     "designated": lambda *_: None}[each.state](each, site, hands)  # fmt: skip


def _rechecked(each: DemoSite, site: Site, hands: Hands) -> None:
    with _ago(9):
        running.state_of_it(site, "yearly", YEARLY, (), hands.applicant)
    with _ago(5):
        running.supervise(site, "recheck", hands.province, "", None)
        basis = LEVEL | {"day": clock.today().isoformat()}
        running.set_level(site, each.level, basis, hands.province, None)


def _rectifying(each: DemoSite, site: Site, hands: Hands) -> None:
    with _ago(20):
        until = clock.today() + timedelta(days=60)
        running.supervise(site, "rectify", hands.province, each.reason, None, until=until)


def _warned(each: DemoSite, site: Site, hands: Hands) -> None:
    with _ago(1):
        running.supervise(site, "warn", hands.province, each.reason, None)


def _revoked(each: DemoSite, site: Site, hands: Hands) -> None:
    with _ago(40):
        running.supervise(site, "warn", hands.province, each.reason, None)
    with _ago(36):
        running.state_of_it(site, "reply", REPLY, (), hands.applicant)
    with _ago(30):
        running.supervise(site, "revoke", hands.province, each.reason, None)


def _expired(_each: DemoSite, site: Site, _hands: Hands) -> None:
    assert site.valid_until is not None
    last: date = site.valid_until
    with clock.standing_at(clock.end_of_day(last)):
        moved(site, "expire", SYSTEM)
        running.end(site)
