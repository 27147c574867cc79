"""Commands of the province on an application: evaluation with experts and a visit, notice, designation, refusal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.errors import Conflict, FieldError, Invalid, NotFound
from marketplace.core.text import Text
from marketplace.experts.services import months_on
from marketplace.foundation import dirty, ledger
from marketplace.foundation.db import db, lock
from marketplace.foundation.files import Prepared, keep
from marketplace.foundation.numbers import next_number
from marketplace.notices.models import Notice
from marketplace.notices.services import Decision, open_notice
from marketplace.panels.services import judged
from marketplace.posts.queries import posts_by_id
from marketplace.settings.queries import value
from marketplace.sites import wording
from marketplace.sites.figures import CRITERIA, VALID_MONTHS, WEIGHTS
from marketplace.sites.models import Site, SiteSheet, SiteVisit
from marketplace.sites.policy import DUTY, concerned, deciding_post
from marketplace.sites.running import next_report_due
from marketplace.sites.services import moved

PLATE = "DP"


def decide(site: Site, name: str, actor: Actor, reason: str = "", seen: int | None = None) -> None:
    """Begin or begin again the evaluation, return the application, or refuse it.

    Raises:
        Refused, Conflict, Invalid: as ``move``.
    """
    lock(site)
    moved(site, name, actor, reason, post=deciding_post(actor, site), seen=seen)
    if name in ("evaluate", "reopen"):
        site.round += 1
        db.session.flush()


# ---- sheets of experts ----


def save_sheet(sheet: SiteSheet, marks: Mapping[str, Mapping[str, str]], opinion: str, actor: Actor) -> None:
    """Keep what an expert has written so far.

    Raises:
        NotFound: it is not his. Conflict: it was handed in, or the evaluation is over.
    """
    lock(sheet)
    site = sheet.site
    if sheet.user_id != actor.user_id:
        raise NotFound
    if sheet.submitted_at is not None or site.state != "under_evaluation" or sheet.round != site.round:
        message = Text(
            "没有保存：评审表已提交，或评审已结束", "Not saved: the sheet was handed in, or the evaluation is over"
        )
        raise Conflict(message, ledger.latest(site))
    sheet.marks, sheet.opinion, sheet.saved_at = dict(marks), opinion, clock.now()
    db.session.flush()


def hand_in(sheet: SiteSheet, actor: Actor) -> None:
    """Hand the sheet in, for good: every criterion with marks and a reason.

    Raises:
        Invalid: something is missing. NotFound, Conflict: as ``save_sheet``.
    """
    save_sheet(sheet, sheet.marks, sheet.opinion, actor)
    missing = [
        FieldError(f"{part}_{key}", Text("请填写此项", "Please fill this in"))
        for key in CRITERIA
        for part in ("marks", "reason")
        if not sheet.marks.get(key, {}).get(part)
    ]
    if missing:
        raise Invalid(missing)
    sheet.total, sheet.submitted_at = float(total(sheet.marks)), clock.now()
    db.session.flush()
    judged(sheet.assignment, actor)
    ledger.record(sheet.site, "assess", actor, data={"round": sheet.round, "sheet": sheet.id})


def total(marks: Mapping[str, Mapping[str, str]]) -> Decimal:
    """The marks of 100: what was given of the weights that count today."""
    weights = sum(value(each) for each in WEIGHTS.values())
    given = sum((Decimal(marks[key]["marks"]) for key in CRITERIA), Decimal(0))
    return round(100 * given / weights, 2) if weights else Decimal(0)


# ---- visits ----


def record_visit(site: Site, visit: Mapping[str, str], files: Sequence[Prepared], actor: Actor) -> SiteVisit:
    """Keep a visit to the place: before the decision, or when it is checked again.

    ``visit``: day (ISO), visitors, findings.

    Raises:
        NotFound: the actor does not decide on it, or there is nothing to be visited. Invalid: a day in the future.
    """
    lock(site)
    occasion = {"under_evaluation": "evaluation", "designated": "recheck", "rechecked": "recheck",
                "rectifying": "recheck", "warned": "recheck"}.get(site.state)  # fmt: skip
    post = deciding_post(actor, site)
    if post is None or occasion is None:
        raise NotFound
    day = date.fromisoformat(visit["day"])
    if day > clock.today():
        raise Invalid([FieldError("day", Text("查看日期不能晚于今天", "The day of the visit lies in the future"))])
    made = SiteVisit(
        site_id=site.id, occasion=occasion, round=site.round, day=day, visitors=visit["visitors"],
        findings=visit["findings"], user_id=actor.user_id, at=clock.now(),
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    for each in files:
        keep(each, made, actor)
    ledger.record(site, "visit", actor, post=post, data={"day": visit["day"], "visit": made.id, **post.trace})
    return made


# ---- notice and designation ----


def announce(site: Site, actor: Actor, seen: int | None) -> Notice:
    """Put the designation on public notice.

    Raises:
        Refused, Conflict: as ``move`` and ``open_notice``.
    """
    lock(site)
    post = deciding_post(actor, site)
    moved(site, "announce", actor, post=post, seen=seen)
    assert post is not None
    issuer = posts_by_id([post.post_id])[post.post_id].label
    decision = Decision(
        kind="site", duty=DUTY, about_type="site", about_id=site.id, about_number=site.number,
        organization=site.organization, title=wording.notice_title(site), issuer=issuer,
        sections=wording.notice_sections(site), concerned=concerned(site),
    )  # fmt: skip
    return open_notice(decision, actor, post)


def designate(site: Site, actor: Actor, seen: int | None) -> str:
    """Give the plate: its number comes from a series of its own and is never given out again.

    Raises:
        Refused, Conflict: as ``move``.
    """
    lock(site)
    post = deciding_post(actor, site)
    moved(site, "designate", actor, post=post, seen=seen)
    plate, today, months = next_number(PLATE), clock.today(), value(VALID_MONTHS)
    with db.session.no_autoflush:  # plate, day and validity are one fact
        site.plate, site.designated_on, site.valid_until = plate, today, months_on(today, months)
        site.checked_at, site.report_due = clock.now(), next_report_due(site, 1)
    db.session.flush()
    data: dict[str, Any] = {"plate": site.plate, "valid_until": site.valid_until.isoformat()}
    ledger.record(site, "plate", actor, post=post, data=data)
    dirty.note("site", site.id)
    return site.plate
