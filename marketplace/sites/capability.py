"""The plate of sites: pages, panels, letters, the queue of officials, duties of operators and experts, the clock."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Flask, url_for

from marketplace.core.actor import Actor
from marketplace.core.text import Text
from marketplace.foundation.db import db, transaction
from marketplace.foundation.files import StoredFile
from marketplace.foundation.letters import DECISIONS, DESK
from marketplace.foundation.worker import Task
from marketplace.sites import (
    chained,
    evaluators,
    leaving,
    notify,
    panels,
    queries,
    running,
    searchdoc,
    showing,
    views,
    wording,
)
from marketplace.sites.figures import DECISION_DAYS, SETTINGS
from marketplace.sites.lifecycle import SITE
from marketplace.sites.models import Site, SiteSheet, SiteStatement, SiteVisit
from marketplace.sites.policy import DUTY, can_view, can_view_inside, waits_for
from marketplace.web.languages import current_language
from marketplace.web.plate import (
    Capability,
    Duty,
    FooterLink,
    Named,
    NavItem,
    Queue,
    Recorded,
    SearchSource,
    Waiting,
)

EVERY = 60.0


def _by_the_clock() -> bool:
    with transaction():
        running.expire_due()
    with transaction():
        running.remind_due()
    return False


# ---- what waits for somebody ----

STAGES = {
    "submitted": ("sites.advise", Text("市级推荐", "City’s advice")),
    "recommended": ("sites.show", Text("开始评审", "Evaluation to begin")),
    "under_evaluation": ("sites.evaluate", Text("评审", "Evaluation")),
    "notice": ("sites.show", Text("公示", "Notice")),
}
CHECK = ("sites.supervise", Text("运行报告、整改或陈述", "Report, rectification or reply"))


def _waiting(ids: Sequence[int]) -> list[Waiting]:
    return [_row(each) for each in queries.sites_with(ids)]


def _row(site: Site) -> Waiting:
    endpoint, what = STAGES.get(site.state, CHECK)
    return Waiting(
        key=site.id, title=site.label, number=site.number, href=url_for(endpoint, number=site.number), what=what,
        organization=site.organization.label, at=site.submitted_at,
    )  # fmt: skip


QUEUE = Queue(
    key="sites", label=Text("示范应用", "Sites"), verb=Text("办理", "Attend to"), model=Site,
    held=lambda actor: actor.has_duty(DUTY), waits=waits_for, rows=_waiting, days=DECISION_DAYS,
)  # fmt: skip


def duties(actor: Actor) -> list[Duty]:
    """What waits for members of an operator, and the sheets of an expert."""
    found = []
    if actor.organization_ids:
        found += [_duty(each) for each in db.session.scalars(queries.own_duties(actor))]
    if actor.expert_id is not None:
        found += [_sheet(each) for each in db.session.scalars(queries.sheets_waiting(actor))]
    return found


def _duty(site: Site) -> Duty:
    verb, why, due = {
        "returned": (Text("补正", "Correct"), Text("申报被退回", "The application was returned"), None),
        "rectifying": (
            Text("整改", "Put right"),
            Text("要求限期整改", "Something has to be put right"),
            site.rectify_until,
        ),
        "warned": (
            Text("陈述", "Reply"),
            Text("拟摘牌，可以陈述", "A revocation is proposed; you may reply"),
            site.reply_until,
        ),
    }.get(site.state, (Text("报告", "Report"), Text("年度运行报告到期", "A yearly report is due"), site.report_due))
    return Duty(verb, site.label.say(current_language()) or site.number, views.href(site), why, site.updated_at, due)


def _sheet(sheet: SiteSheet) -> Duty:
    site = sheet.site
    return Duty(
        Text("评审", "Evaluate"), site.label.say(current_language()), url_for("sites.sheet", number=site.number),
        Text("示范应用评审表待提交", "A sheet on a site waits for you"), sheet.saved_at,
    )  # fmt: skip


# ---- files ----


def can_read_file(actor: Actor, file: StoredFile) -> bool:
    """Pictures that were filed are for whoever sees the site, everything else for those who deal with it."""
    site = db.session.get(Site, file.owner_id)
    if site is None or not can_view(actor, site):
        return False
    shown = {each["file"] for each in site.filed.get("content", {}).get("pictures", ())}
    return file.id in shown or can_view_inside(actor, site)


def can_read_visit(actor: Actor, file: StoredFile) -> bool:
    """Files of a visit are for those who deal with the site."""
    visit = db.session.get(SiteVisit, file.owner_id)
    return visit is not None and can_view_inside(actor, visit.site)


def can_read_statement(actor: Actor, file: StoredFile) -> bool:
    """So are those of a statement."""
    statement = db.session.get(SiteStatement, file.owner_id)
    return statement is not None and can_view_inside(actor, statement.site)


# ---- the logs ----


def _named(ids: Sequence[int]) -> dict[int, Named]:
    return {each.id: Named(each.number, views.href(each)) for each in queries.sites_with(ids)}


RECORDED = Recorded("site", SITE.label, acts=wording.ACTS, lifecycle=SITE, named=_named, key_of=queries.key_of)
SOURCE = SearchSource(
    kind=searchdoc.KIND, label=Text("示范应用", "Sites"), keys=searchdoc.keys, documents=searchdoc.documents,
    versions=searchdoc.versions, visible=searchdoc.visible, cards=showing.cards, texts=searchdoc.texts, order=60,
)  # fmt: skip


def _init(app: Flask) -> None:
    evaluators.init()
    app.extensions.setdefault("pilot_panels", []).append(panels.of_pilot)
    app.extensions.setdefault("organization_panels", []).append(panels.of_organization)
    app.extensions.setdefault("workspace_panels", []).append(panels.workspace)


SITES = Capability(
    name="sites",
    blueprints=views.blueprints,
    navigation=(NavItem("sites", Text("示范应用", "Sites"), "sites.table", 50),),
    footer=(
        FooterLink(0, Text("示范应用名录", "Demonstration sites"), "sites.table", 60),
        FooterLink(1, Text("申报示范应用", "Apply for a site"), "sites.new", 40),
    ),
    letters={
        "site.submit": notify.submitted,
        **{f"site.{step}": notify.stepped for step in notify.TOLD if step != "recommend"},
        "site.recommend": notify.recommended,
        "site.stated": notify.stated,
        "site.due": notify.due,
    },
    letter_groups=(notify.SITES, DECISIONS, DESK),
    tasks=(Task("site.by_the_clock", _by_the_clock, EVERY),),
    settings=SETTINGS,
    sources=(SOURCE,),
    records=(RECORDED,),
    queues=lambda: (QUEUE,),
    duties=duties,
    duty_selects=queries.duty_selects,
    file_policies={"site": can_read_file, "site_visit": can_read_visit, "site_statement": can_read_statement},
    personal=leaving.personal,
    chain=chained.CHAIN,
    init=_init,
)  # fmt: skip
