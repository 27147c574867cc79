"""Commands on an application: begin, write, attach, submit, withdraw, recommend, return. They never commit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from marketplace.core import clock
from marketplace.core.actor import Actor, PostHeld
from marketplace.core.errors import Conflict, FieldError, Invalid, NotFound
from marketplace.core.text import Text
from marketplace.foundation import dirty, ledger, once
from marketplace.foundation.db import db, lock
from marketplace.foundation.files import Prepared, StoredFile, keep
from marketplace.foundation.lifecycle import move
from marketplace.foundation.numbers import next_number
from marketplace.notices import queries as notices
from marketplace.notices.services import annul
from marketplace.organizations.models import Organization
from marketplace.organizations.policy import no_verified_member
from marketplace.panels import queries as panels
from marketplace.panels.services import close
from marketplace.pilots.items import item
from marketplace.pilots.models import Pilot
from marketplace.sites.content import BLANK, FILES_MOST, PICTURES_MOST, canonical, digest
from marketplace.sites.lifecycle import SITE
from marketplace.sites.models import Site, SiteParty, SitePilot
from marketplace.sites.policy import WRITABLE, can_apply, owns, recommending_post

LETTER = "D"
# "pictures" and "files" → those that came with a form.
Uploads = Mapping[str, Sequence[Prepared]]
# State after a step → for whom the site waits then.
TURNS = {
    "submitted": "city", "recommended": "province", "under_evaluation": "province", "notice": "province",
    "returned": "applicant", "rectifying": "applicant", "warned": "applicant",
}  # fmt: skip
FOR_OFFICIALS = ("city", "province")
FROM_EVALUATION = ("announce", "send_back", "refuse", "withdraw")


def create(organization: Organization, actor: Actor, kind: str, pilots: Sequence[Pilot], form_key: str = "") -> Site:
    """Begin a draft on verified pilots of the organization; what they know of the place is filled in.

    ``form_key``: the form that it came with (foundation/once.py).

    Raises:
        Refused: the actor is no member, or the organization is not verified. Invalid: a pilot is not its own.
    """
    if not can_apply(actor, organization):
        raise no_verified_member(
            Text("示范应用由已认证单位的成员申报", "A site is applied for by a member of a verified organization")
        )
    first = pilots[0] if pilots else None
    title = first.label if first else Text("", "")
    site = Site(
        number=next_number(LETTER), organization_id=organization.id, kind=kind, created_by=actor.user_id,
        region=first.region if first else organization.region, demo=organization.demo, title=title.zh[:100],
        title_en=title.en[:200] if title.en != title.zh else "", created_at=clock.now(),
        content=BLANK | _known(first, title),
    )  # fmt: skip
    db.session.add(site)
    db.session.flush()
    _stand_on(site, pilots)
    ledger.record(site, "create", actor, organization_id=organization.id,
                  data={"pilots": [each.number for each in pilots], **once.noted(form_key)})  # fmt: skip
    return site


def _known(pilot: Pilot | None, title: Text) -> dict[str, Any]:
    """What a pilot already says about the place, as the form would store it."""
    if pilot is None:
        return {}
    product = pilot.product
    return {
        "title": title.zh[:100], "title_en": title.en[:200] if title.en != title.zh else "",
        "address": str(pilot.plan.get("place", "")),
        "robots": [{"name": product.label.zh, "product": product.number, "count": ""}],
    }  # fmt: skip


def _stand_on(site: Site, pilots: Sequence[Pilot], partners: Sequence[Organization] = ()) -> None:
    """Write which pilots a site stands on, and whom it concerns: their sides and further vendors."""
    own = [each for each in pilots if site.organization_id in (each.supplier_id, each.demander_id)]
    if len(own) != len(pilots):
        raise Invalid([FieldError("pilots", Text("请选择本单位参与的场景验证", "Choose pilots of your own"))])
    for table in (SitePilot, SiteParty):
        db.session.execute(sa.delete(table).where(table.site_id == site.id))
    db.session.add_all(SitePilot(site_id=site.id, pilot_id=each.id) for each in pilots)
    vendors = {each.supplier_id for each in pilots} | {each.id for each in partners}
    operators = {each.demander_id for each in pilots}
    for role, ids in (("vendor", vendors), ("operator", operators)):
        db.session.add_all(SiteParty(site_id=site.id, organization_id=key, role=role) for key in sorted(ids))
    need = next((each.scenario for each in pilots if each.scenario), None)
    site.scenario_id = need.id if need else None
    if not site.domain and need is not None:
        site.domain = need.domain
    db.session.flush()
    db.session.expire(site, ["pilots", "parties", "scenario"])


def save(
    site: Site, columns: Mapping[str, Any], content: Mapping[str, Any], pilots: Sequence[Pilot],
    partners: Sequence[Organization], actor: Actor, seen: int | None, uploads: Uploads | None = None,
) -> None:  # fmt: skip
    """Keep what was written; ``uploads``: new "pictures" and "files", put behind those that ``content`` keeps.

    Raises:
        NotFound: the actor may not write. Conflict: it changed since he saw it, or is no draft any more.
        Invalid: a pilot is not the applicant's, or there are too many files; nothing was written.
    """
    lock(site)
    if not owns(actor, site):
        raise NotFound
    if site.state not in WRITABLE or (seen is not None and seen != site.version):
        message = Text("没有保存：这份申报刚刚被别人改过或已提交",
                       "Not saved: somebody else has just changed or submitted this application")  # fmt: skip
        raise Conflict(message, ledger.latest(site))
    sent = uploads or {}
    _check_room(content, sent)
    site.kind, site.region, site.domain = columns["kind"], columns["region"], columns["domain"]
    site.title, site.title_en = columns["title"], columns["title_en"]
    site.longitude, site.latitude = columns["longitude"], columns["latitude"]
    _stand_on(site, pilots, partners)
    added = {
        key: [*content.get(key, ()), *(_named(keep(each, site, actor)) for each in prepared)]
        for key, prepared in sent.items()
    }
    site.content = {**site.content, **content, **added}
    ledger.record(site, "write", actor, organization_id=site.organization_id, data={"sha256": digest(site.content)})


def _check_room(content: Mapping[str, Any], uploads: Uploads) -> None:
    most = {"pictures": PICTURES_MOST, "files": FILES_MOST}
    for key, prepared in uploads.items():
        if len(content.get(key, ())) + len(prepared) > most[key]:
            message = Text("最多 %(most)s 个，请先去掉一些", "At most %(most)s; take some out first")
            raise Invalid([FieldError(f"new_{key}", message % {"most": most[key]})])


def _named(file: StoredFile) -> dict[str, Any]:
    found = {"file": file.id, "name": file.name, "size": file.size, "sha256": file.sha256}
    return found | ({"width": file.width, "height": file.height} if file.width else {})


# ---- steps ----


def take_step(site: Site, name: str, actor: Actor, reason: str = "", seen: int | None = None) -> None:
    """Take a step of the applicant: submit or withdraw.

    Raises:
        Refused, Conflict, Invalid: as ``move``.
    """
    lock(site)
    db.session.expire(site, ["pilots", "parties"])
    if name == "withdraw":
        _end_notice(site, reason)
    moved(site, name, actor, reason, seen=seen, data=_frozen(site) if name == "submit" else None)
    if name == "submit":
        site.filed, site.filed_at, site.remark = filing(site), clock.now(), ""
        site.filed_sha256 = digest(site.filed)
        db.session.flush()


def filing(site: Site) -> dict[str, Any]:
    """What is frozen at submission: the application, and the results of its pilots as a machine reads them now."""
    return {
        "number": site.number, "kind": site.kind, "organization": site.organization.number,
        "region": site.region, "domain": site.domain, "longitude": site.longitude, "latitude": site.latitude,
        "content": site.content, "pilots": [item(each, whole=True) for each in site.pilots],
    }  # fmt: skip


def filed_text(site: Site) -> str:
    """These very bytes have the digest that the page shows."""
    return canonical(site.filed)


def _frozen(site: Site) -> dict[str, Any]:
    return {"sha256": digest(filing(site)), "pilots": [each.number for each in site.pilots]}


def _end_notice(site: Site, reason: str) -> None:
    running = notices.running("site", site.id)
    if running is not None and reason.strip():
        annul(running, "申报单位撤回 Withdrawn by the applicant")


def advise(site: Site, name: str, actor: Actor, reason: str, seen: int | None) -> None:
    """The city recommends or returns, with its reason.

    Raises:
        Refused, Conflict, Invalid: as ``move``.
    """
    lock(site)
    moved(site, name, actor, reason, post=recommending_post(actor, site), seen=seen)


def moved(
    site: Site, name: str, actor: Actor, reason: str = "", *, post: PostHeld | None = None, seen: int | None = None,
    data: Mapping[str, Any] | None = None,
) -> None:  # fmt: skip
    """Take a step, and note for whom the site waits from then on."""
    own = site.organization_id if post is None and owns(actor, site) else None
    trace = post.trace if post else {}
    move(
        SITE,
        site,
        name,
        actor,
        reason,
        post=post,
        organization_id=own,
        seen=seen,
        data={**(data or {}), **trace} or None,
    )
    if name in FROM_EVALUATION:
        _close_panel(site)
    if name in ("return", "send_back", "refuse", "rectify", "warn", "revoke"):
        site.remark = reason.strip()
    wait(site, TURNS.get(site.state, ""))


def _close_panel(site: Site) -> None:
    """The experts are not needed any more, however the evaluation ended."""
    panel = panels.panel_of(site)
    if panel is not None:
        close(panel)


def wait(site: Site, turn: str) -> None:
    """Note for whom the site waits; officials count their days from now on."""
    site.turn = turn
    site.submitted_at = clock.now() if turn in FOR_OFFICIALS else None
    db.session.flush()
    if site.plate is not None:
        dirty.note("site", site.id)
