"""How panels judge sites: who is concerned, who draws, and what happens when experts take or leave their seats."""

from __future__ import annotations

from collections.abc import Sequence

from flask import url_for

from marketplace.core import clock
from marketplace.core.text import Text
from marketplace.foundation.db import add_once, db
from marketplace.panels import queries as panels
from marketplace.panels.models import Panel
from marketplace.panels.subjects import SubjectKind, register
from marketplace.sites import queries
from marketplace.sites.models import Site, SiteSheet
from marketplace.sites.policy import DUTY, can_decide

ROLES = {
    "applicant": Text("申报单位", "Applicant"),
    "operator": Text("运营单位", "Operator"),
    "vendor": Text("供方", "Vendor"),
}


def load(key: int) -> Site:
    """The site with this key, whoever asks."""
    return db.session.get_one(Site, key, options=queries.WHOLE)


def parties(site: Site) -> Sequence[tuple[int, Text]]:
    """The organizations that an expert must not be tied to."""
    return [
        (site.organization_id, ROLES["applicant"]),
        *((each.organization_id, ROLES[each.role]) for each in site.parties),
    ]


def seated(panel: Panel) -> None:
    """Everybody who judges has a sheet; who stepped in later gets his then."""
    site = load(panel.about_id)
    for each in panels.clean_members(panel):
        add_once(
            SiteSheet, site_id=site.id, assignment_id=each.id, round=site.round, user_id=each.expert.user_id, marks={},
            opinion="", saved_at=clock.now(), version=1,
        )  # fmt: skip


KIND = SubjectKind(
    name="site",
    label=Text("示范应用", "Demonstration site"),
    duty=DUTY,
    find=queries.site_by_number,
    load=load,
    parties=parties,
    runs=can_decide,
    judged=lambda site: site.state == "under_evaluation",
    fields=lambda site: [f"domain.{site.domain}"],
    home=lambda site: url_for("sites.show", number=site.number),
    work=lambda site: url_for("sites.sheet", number=site.number),
    seated=seated,
)


def init() -> None:
    """Have panels judge sites."""
    register(KIND)
