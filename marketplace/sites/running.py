"""Commands on a designated site: what its operator states, checks, levels, renewal, revocation, and the clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from marketplace.core import clock
from marketplace.core.actor import SYSTEM, Actor
from marketplace.core.errors import Conflict, FieldError, Invalid, NotFound, Refused
from marketplace.core.text import Text
from marketplace.experts.services import months_on
from marketplace.foundation import dirty, ledger
from marketplace.foundation.db import db, lock
from marketplace.foundation.files import Prepared, keep
from marketplace.foundation.outbox import emit
from marketplace.reference.calendar import add_workdays
from marketplace.reference.services import overrides
from marketplace.settings.queries import value
from marketplace.sites import queries
from marketplace.sites.figures import (
    RECTIFY_MONTHS,
    REMIND_DAYS,
    RENEWAL_MONTHS,
    REPLY_DAYS,
    REPORT_DAYS,
    VALID_MONTHS,
)
from marketplace.sites.models import Site, SiteStatement
from marketplace.sites.policy import IN_FORCE, deciding_post, is_in_force, operating_organization
from marketplace.sites.services import moved, wait


def next_report_due(site: Site, year: int) -> date | None:
    """The last day for the report of a year of the designation, counted from 1; None past its end."""
    assert site.designated_on is not None
    assert site.valid_until is not None
    full = months_on(site.designated_on, 12 * year)
    return full + timedelta(days=value(REPORT_DAYS)) if full <= site.valid_until else None


# ---- what the operator states ----


def open_statements(site: Site) -> list[str]:
    """The kinds of statement that can be made now."""
    if not is_in_force(site):
        return []
    if site.state == "warned":
        replied = queries.stated_since_check(site, "reply") is not None
        in_time = site.reply_until is not None and clock.today() <= site.reply_until
        return ["reply"] if in_time and not replied else []
    if site.state == "rectifying":
        return ["rectification"]
    kinds = ["yearly"] if report_open(site) else []
    if _renewal_begun(site) and queries.stated_since_check(site, "renewal") is None:
        kinds.append("renewal")
    return kinds


def report_open(site: Site) -> bool:
    """A yearly report is taken from when the reminder goes out."""
    return site.report_due is not None and clock.today() >= report_from(site)


def report_from(site: Site) -> date:
    """The first day on which the next report is taken: some days before the year is full."""
    assert site.report_due is not None
    return site.report_due - timedelta(days=value(REPORT_DAYS) + value(REMIND_DAYS))


def _renewal_begun(site: Site) -> bool:
    assert site.valid_until is not None
    return clock.today() >= months_on(site.valid_until, -value(RENEWAL_MONTHS))


def state_of_it(
    site: Site, kind: str, content: Mapping[str, Any], files: Sequence[Prepared], actor: Actor
) -> SiteStatement:
    """Keep what the operator states; the province looks at it next.

    Raises:
        NotFound: the actor belongs to none who runs it. Refused: nothing of that kind is asked for now.
        Conflict: a colleague has just reported on the same year.
    """
    lock(site)
    own = operating_organization(actor, site)
    if own is None:
        raise NotFound
    if kind not in open_statements(site):
        raise _not_now(site, kind)
    period = queries.years_reported(site) + 1 if kind == "yearly" else 0
    made = SiteStatement(
        site_id=site.id, kind=kind, period=period, content=dict(content), user_id=actor.user_id, at=clock.now()
    )
    try:
        with db.session.begin_nested():
            db.session.add(made)
    except IntegrityError as error:
        raise Conflict(Text("没有提交：这一年的报告已经有了", "Not filed: that year has its report already")) from error
    for each in files:
        keep(each, made, actor)
    if kind == "yearly":
        site.report_due = next_report_due(site, period + 1)
    entry = ledger.record(
        site, f"state_{kind}", actor, organization_id=own, data={"statement": made.id, "year": period}
    )
    emit("site.stated", site, {"entry": entry.id, "kind": kind})
    wait(site, "province")
    return made


def _not_now(site: Site, kind: str) -> Refused:
    facts = {
        "yearly": Text("还没到提交下一年度报告的时间", "The next yearly report is not due yet"),
        "rectification": Text("现在没有整改要求", "Nothing has to be put right now"),
        "reply": Text("现在没有拟摘牌告知，或陈述期已过，或已提交陈述",
                      "No revocation is proposed, the time to reply is over, or a reply was filed"),
        "renewal": Text("还没到续期申请时间，或已申请", "It is too early to ask for a renewal, or it was asked for"),
    }  # fmt: skip
    return Refused(
        Text("运营单位在规定的时间内报告、整改、陈述和申请续期",
             "Operators report, put right, reply and ask for renewal within set times"),
        facts[kind], Text("请看页面上的时限", "See the dates on its page"),
    )  # fmt: skip


# ---- what the province decides ----


def supervise(
    site: Site, name: str, actor: Actor, reason: str, seen: int | None, *, until: date | None = None
) -> None:  # fmt: skip
    """Confirm after a check, renew, order to put right, propose to revoke, keep, or revoke.

    ``until``: the last day to put it right.

    Raises:
        Refused, Conflict, Invalid: as ``move``; Invalid also for a last day that is past or too late.
    """
    lock(site)
    if name == "rectify":
        _check_until(until)
    moved(site, name, actor, reason, post=deciding_post(actor, site), seen=seen,
          data={"until": until.isoformat()} if name == "rectify" and until else None)  # fmt: skip
    site.checked_at, site.rectify_until, site.reply_until = clock.now(), None, None
    if name == "rectify":
        site.rectify_until = until
    if name == "warn":
        site.reply_until = add_workdays(clock.today(), value(REPLY_DAYS), overrides())
    if name == "renew":
        assert site.valid_until is not None
        site.valid_until = months_on(site.valid_until, value(VALID_MONTHS))
        site.report_due = next_report_due(site, queries.years_reported(site) + 1)
    if name in ("recheck", "keep", "renew"):
        site.remark = ""
    if name == "revoke":
        end(site)
    db.session.flush()
    dirty.note("site", site.id)


def _check_until(until: date | None) -> None:
    latest = months_on(clock.today(), value(RECTIFY_MONTHS))
    if until is not None and clock.today() < until <= latest:
        return
    message = Text("整改期限在明天和 %(day)s 之间", "The last day lies between tomorrow and %(day)s")
    raise Invalid([FieldError("until", message % {"day": latest.isoformat()})])


def end(site: Site) -> None:
    """Its plate is no more: from when on, and nothing is due any longer."""
    site.ended_on, site.report_due = clock.today(), None
    db.session.flush()


def set_level(site: Site, level: str, basis: Mapping[str, str], actor: Actor, seen: int | None) -> None:
    """Mark a site as one of the province or the nation, on the document that says so; or take the mark back.

    Raises:
        NotFound: the actor does not decide on it. Conflict: it changed meanwhile, or is not in force any more.
    """
    lock(site)
    post = deciding_post(actor, site)
    if post is None:
        raise NotFound
    if not is_in_force(site) or (seen is not None and seen != site.version):
        raise Conflict(Text("没有保存：这处示范应用刚刚有变化", "Not saved: this site has just changed"),
                       ledger.latest(site))  # fmt: skip
    data = {"before": site.level, "after": level, **basis, **post.trace}
    site.level, site.level_basis = level, dict(basis)
    db.session.flush()
    entry = ledger.record(site, "level", actor, post=post, data=data)
    emit("site.level", site, {"entry": entry.id})
    dirty.note("site", site.id)


# ---- by the clock ----


def expire_due() -> None:
    """End what is past its last day, in Beijing."""
    late = Site.state.in_(IN_FORCE) & (Site.valid_until < clock.today())
    for site in db.session.scalars(sa.select(Site).where(late).order_by(Site.id)).all():
        moved(site, "expire", SYSTEM)
        end(site)


def remind_due() -> None:
    """Remind operators of a deadline that comes near, each once; what is late goes to the province."""
    soon = clock.today() + timedelta(days=value(REMIND_DAYS) + value(REPORT_DAYS))
    waits = sa.or_(Site.report_due <= soon, Site.rectify_until.is_not(None), Site.reply_until.is_not(None))
    for site in db.session.scalars(sa.select(Site).where(Site.state.in_(IN_FORCE), waits).order_by(Site.id)).all():
        _remind(site)


def _remind(site: Site) -> None:
    due = {"rectifying": site.rectify_until, "warned": site.reply_until}.get(site.state, site.report_due)
    if due is None:
        return
    late = due < clock.today()
    if site.turn in ("", "applicant"):
        turn = "province" if late else "applicant"
        if site.turn != turn:
            wait(site, turn)
    if not late and site.reminded_of != due:
        site.reminded_of = due
        emit("site.due", site, {"day": due.isoformat()})
