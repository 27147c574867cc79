"""Sites for tests, brought to a state by the commands that bring them there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.experts.models import Expert
from marketplace.foundation.db import db, transaction
from marketplace.notices import services as notices
from marketplace.panels import services as panels
from marketplace.pilots import services as pilot_services
from marketplace.pilots.models import Pilot
from marketplace.sites import deciding, services
from marketplace.sites.content import CHECKLIST
from marketplace.sites.figures import CRITERIA
from marketplace.sites.models import Site
from marketplace.sites.queries import sheets
from tests.factories import accounts, pilots

REASON = "因为试验"
MARKS = {"technology": "16", "fit": "17", "effect": "21", "copying": "16", "safety": "8", "economy": "4"}
VISIT = {"visitors": "甲、乙", "findings": "与申报一致"}


@dataclass
class Hands:
    """A verified pilot and who acts on what stands on it."""

    pilot: Pilot
    applicant: Actor
    vendor: Actor
    city: Actor
    province: Actor
    experts: Mapping[int, Actor]


def hands(experts: list[Expert]) -> Hands:
    """A pilot verified today, its sides, a city official, a province official and experts who may judge it."""
    made, who = pilots.pilot("reporting")
    pilots.sign(made, who)
    province = accounts.actor(accounts.official(accounts.PROVINCE, ("demonstrate",), "省工业和信息化厅"))
    visit = {"day": clock.today().isoformat(), "who": "二人", "seen": "一致"}
    with transaction():
        pilot_services.verify(made, "verify", province, "", None, visit=visit)
    city = accounts.actor(accounts.official(accounts.HEFEI, ("demonstrate",), "合肥市工业和信息化局"))
    judges = {each.user_id: accounts.actor(db.session.get_one(User, each.user_id)) for each in experts}
    return Hands(made, who.demander, who.supplier, city, province, judges)


def content(**changes: Any) -> dict[str, Any]:
    """An application that lacks nothing."""
    since = (clock.today() - timedelta(days=200)).isoformat()
    texts = dict.fromkeys(("building", "running", "effects", "copying", "safety"), "写明")
    return {
        "title": "变电站巡检示范点", "address": "某变电站", "running_since": since, "safety_officer": "王工", **texts,
        "checklist": list(CHECKLIST), "robots": [{"name": "巡检机器人", "product": "", "count": "2"}], **changes,
    }  # fmt: skip


def draft(who: Hands, kind: str = "place", **changes: Any) -> Site:
    """A draft that can be submitted."""
    by_demander = who.applicant.belongs_to(who.pilot.demander_id)
    with transaction():
        organization = who.pilot.demander if by_demander else who.pilot.supplier
        site = services.create(organization, who.applicant, kind, [who.pilot])
        columns = {"kind": kind, "region": accounts.HEFEI, "domain": "special", "title": "变电站巡检示范点",
                   "title_en": "", "longitude": 117.28, "latitude": 31.86}  # fmt: skip
        services.save(site, columns, content(**changes), [who.pilot], (), who.applicant, None)
    return site


def site(state: str, who: Hands, kind: str = "place") -> Site:
    """A site that walked to ``state``: draft, submitted, recommended, under_evaluation, notice or designated."""
    made = draft(who, kind)
    ways = ("submitted", "recommended", "under_evaluation", "notice", "designated")
    for step in ways[: ways.index(state) + 1] if state != "draft" else ():
        advance(made, step, who)
    return made


def advance(made: Site, state: str, who: Hands) -> None:
    """One step further, with everything that it rests on."""
    with transaction():
        if state == "submitted":
            services.take_step(made, "submit", who.applicant)
        elif state == "recommended":
            services.advise(made, "recommend", who.city, "同意推荐", None)
        elif state == "under_evaluation":
            deciding.decide(made, "evaluate", who.province)
        elif state == "notice":
            judge(made, who)
            deciding.announce(made, who.province, None)
        else:
            with clock.standing_at(clock.now() + timedelta(days=20)):
                notices.close_due()
                deciding.designate(made, who.province, None)


def judge(made: Site, who: Hands, marks: Mapping[str, str] = MARKS) -> None:
    """A panel of three is drawn, visits and hands in."""
    panel = panels.convene(who.province, made, [f"domain.{made.domain}"], 3, 0)
    for one in panel.assignments:
        if one.state == "proposed":
            panels.accept(one, who.experts[one.expert.user_id])
    deciding.record_visit(made, VISIT | {"day": clock.today().isoformat()}, (), who.province)
    for sheet in sheets(made):
        written = {key: {"marks": marks[key], "reason": "看过"} for key in CRITERIA}
        deciding.save_sheet(sheet, written, "", who.experts[sheet.user_id])
        deciding.hand_in(sheet, who.experts[sheet.user_id])
