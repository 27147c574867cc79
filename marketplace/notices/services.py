"""Commands: open a notice, object, decide, and what the clock closes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from marketplace.core import clock
from marketplace.core.actor import SYSTEM, Actor, PostHeld
from marketplace.core.errors import Conflict, Invalid, Refused
from marketplace.core.errors import FieldError as Wrong
from marketplace.core.text import Text
from marketplace.foundation import dirty, ledger
from marketplace.foundation.db import db, lock
from marketplace.foundation.files import Prepared, keep
from marketplace.foundation.lifecycle import move
from marketplace.foundation.numbers import next_number
from marketplace.foundation.outbox import emit
from marketplace.notices import window
from marketplace.notices.lifecycle import DAYS, LEAST_DAYS, NOTICE, OBJECTION, window_open, window_over
from marketplace.notices.models import Notice, NoticeParty, Objection
from marketplace.notices.policy import deciding_post
from marketplace.notices.queries import open_objections
from marketplace.notices.searchdoc import KIND
from marketplace.organizations.models import Organization
from marketplace.reference.services import overrides
from marketplace.settings.queries import value

LETTER = "N"
UPHELD = "异议成立 The objection was upheld"


@dataclass(frozen=True, slots=True)
class Decision:
    """What is put on notice. ``kind``: a key of ``content.KINDS``; ``duty``: whose officials decide on objections.

    ``sections``: what the notice says, as ``content.py`` describes it. ``concerned``: keys of the organizations whose
    matter it is too, whose officials decide on no objection against it.
    """

    kind: str
    duty: str
    about_type: str
    about_id: int
    about_number: str
    organization: Organization
    title: Text
    issuer: Text
    sections: Sequence[Mapping[str, Any]] = field(default_factory=tuple)
    concerned: frozenset[int] = frozenset()


def open_notice(decision: Decision, actor: Actor, post: PostHeld | None = None, days: int | None = None) -> Notice:
    """Put a decision on public notice for ``days`` working days. The caller asks the right.

    Without ``days`` the setting holds, or that of the shortest where it is longer.

    Raises:
        Conflict: a notice about it is running. Invalid: ``days`` are fewer than the setting of the shortest.
        YearUnknown: the window runs into a year whose working days are not known.
    """
    least = value(LEAST_DAYS)
    length = days if days is not None else max(value(DAYS), least)
    if length < least:
        message = Text("公示至少 %(least)s 个工作日", "A notice is open for at least %(least)s working days")
        raise Invalid([Wrong("days", message % {"least": least})])
    opened = clock.now()
    content = {"sections": [dict(each) for each in decision.sections]}
    notice = Notice(
        number=next_number(LETTER), kind=decision.kind, duty=decision.duty, about_type=decision.about_type,
        about_id=decision.about_id, about_number=decision.about_number, organization_id=decision.organization.id,
        region=decision.organization.region, title=decision.title.zh, title_en=decision.title.en, content=content,
        digest="", issuer=decision.issuer.zh, issuer_en=decision.issuer.en, days=length, opened_at=opened,
        last_day=window.last_day(clock.beijing(opened).date(), length, overrides()), demo=decision.organization.demo,
    )  # fmt: skip
    notice.digest = hashlib.sha256(text_of(notice).encode()).hexdigest()
    try:
        with db.session.begin_nested():
            db.session.add(notice)
    except IntegrityError as error:
        raise Conflict(
            Text("没有发布：同一事项的公示还没有结束", "Not published: a notice about it is running")
        ) from error
    others = sorted(decision.concerned - {notice.organization_id})
    db.session.add_all(NoticeParty(notice_id=notice.id, organization_id=each) for each in others)
    db.session.flush()
    entry = ledger.record(notice, "open", actor, post=post, after="open", data={"sha256": notice.digest})
    emit("notice.open", notice, {"entry": entry.id})
    dirty.note(KIND, notice.id)
    return notice


def text_of(notice: Notice) -> str:
    """What the notice says, as canonical JSON: its SHA-256 is ``digest``."""
    said = {
        "number": notice.number, "about": notice.about_number, "title": notice.title, "title_en": notice.title_en,
        "issuer": notice.issuer, "opened_at": clock.beijing(notice.opened_at).isoformat(timespec="seconds"),
        "days": notice.days, "content": notice.content,
    }  # fmt: skip
    return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def object_to(
    notice: Notice, actor: Actor, said: Mapping[str, str], files: Sequence[Prepared] = (),
    organization: Organization | None = None,
) -> Objection:  # fmt: skip
    """Raise an objection: the clock of the notice stops until it is decided.

    ``said``: name, phone, subject, facts; ``organization``: in whose name.

    Raises:
        Refused: the window is not open, he is no member, or an objection of his waits already.
    """
    lock(notice)
    refusal = window_open(notice)
    if refusal is not None:
        raise refusal
    if organization is not None and not actor.belongs_to(organization.id):
        raise Invalid([Wrong("organization", Text("请选择您所在的单位", "Choose an organization of yours"))])
    objection = Objection(
        notice_id=notice.id, region=notice.region, duty=notice.duty, user_id=actor.user_id,
        organization_id=organization.id if organization else None, submitted_at=clock.now(), demo=notice.demo, **said,
    )  # fmt: skip
    try:
        with db.session.begin_nested():
            db.session.add(objection)
    except IntegrityError as error:
        raise _waits_already() from error
    for each in files:
        keep(each, objection, actor)
    entry = ledger.record(objection, "raise", actor, after="raised", data={"notice": notice.number})
    emit("objection.raise", objection, {"entry": entry.id})
    if notice.state == "open":
        _step(notice, "extend")
        notice.stopped_on = clock.today()
        db.session.flush()
    return objection


def _waits_already() -> Refused:
    return Refused(
        Text("对同一公示，答复之前一人只提一件异议", "One objection a person waits at a time"),
        Text("您的上一件异议正在处理", "Yours is being decided"),
        Text("请等待答复；有补充材料，可撤回后一并重提", "Wait for the reply, or withdraw it and raise it anew"),
    )


def decide(objection: Objection, name: str, actor: Actor, said: Mapping[str, str], seen: int | None = None) -> None:
    """Uphold or dismiss. ``said``: gist, reply, reply_en, published with the decision.

    An upheld objection annuls the notice; a dismissed one lets its clock go on once no other waits.

    Raises:
        Refused, Conflict: as ``move``. Invalid: gist or reply is missing.
    """
    missing = [Wrong(key, _NEEDED) for key in ("gist", "reply") if not said.get(key)]
    if missing:
        raise Invalid(missing)
    notice = objection.notice
    lock(notice)
    post = deciding_post(actor, objection)
    move(OBJECTION, objection, name, actor, post=post, seen=seen,
         data={"reply": said["reply"], **(post.trace if post else {})})  # fmt: skip
    objection.gist, objection.reply, objection.reply_en = said["gist"], said["reply"], said.get("reply_en", "")
    objection.decided_at = clock.now()
    db.session.flush()
    if name == "uphold" and notice.state in ("open", "extended"):
        _step(notice, "annul", UPHELD)
        notice.closed_at = clock.now()
    _go_on(notice)


_NEEDED = Text("请填写，答复会公开", "Required; it is published")


def recall(objection: Objection, actor: Actor, seen: int | None = None) -> None:
    """Take an objection back; raises Refused and Conflict."""
    notice = objection.notice
    lock(notice)
    move(OBJECTION, objection, "recall", actor, seen=seen)
    _go_on(notice)


def _go_on(notice: Notice) -> None:
    """Let the clock go on when nothing holds it any more."""
    if notice.state != "extended" or open_objections(notice):
        return
    assert notice.stopped_on is not None
    end = window.resumed(notice.stopped_on, notice.last_day, clock.today(), overrides())
    _step(notice, "resume", data={"last_day": end.isoformat()})
    notice.last_day, notice.stopped_on = end, None
    db.session.flush()


def annul(notice: Notice, reason: str) -> None:
    """End a notice whose decision no longer stands; an upper capability has asked the right."""
    _step(notice, "annul", reason)
    notice.closed_at = clock.now()


def _step(notice: Notice, name: str, reason: str = "", data: dict[str, str] | None = None) -> None:
    """A step that the notice takes by itself; what is found of it changes too."""
    move(NOTICE, notice, name, SYSTEM, reason, data=data)
    dirty.note(KIND, notice.id)


def close_due() -> None:
    """Close what is past its last day, in Beijing."""
    due = (Notice.state == "open") & (Notice.last_day < clock.today())
    for notice in db.session.scalars(sa.select(Notice).where(due).order_by(Notice.id)).all():
        if window_over(notice) is None:
            _step(notice, "close")
            notice.closed_at = clock.now()
