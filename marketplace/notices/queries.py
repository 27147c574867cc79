"""Selects of notices and objections."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from marketplace.core.actor import Actor
from marketplace.core.errors import NotFound
from marketplace.foundation.db import db
from marketplace.foundation.files import StoredFile
from marketplace.notices.models import Notice, Objection
from marketplace.notices.policy import visible_to

Select = sa.Select[Any]


def notices(*, state: str = "", kind: str = "") -> Select:
    """The notices of a list, the newest first."""
    select = sa.select(Notice).options(joinedload(Notice.organization))
    if state:
        select = select.where(Notice.state == state)
    if kind:
        select = select.where(Notice.kind == kind)
    return select.order_by(Notice.opened_at.desc(), Notice.id.desc())


def notice_by_number(number: str, _actor: Actor | None = None) -> Notice:
    """The notice of a number; raises NotFound."""
    found = db.session.scalar(sa.select(Notice).where(Notice.number == number).options(joinedload(Notice.organization)))
    if found is None:
        raise NotFound
    return found


def running(about_type: str, about_id: int) -> Notice | None:
    """The notice about a thing that is open or stands still now."""
    return db.session.scalar(
        sa.select(Notice).where(
            Notice.about_type == about_type, Notice.about_id == about_id, Notice.state.in_(("open", "extended"))
        )
    )


def about(about_type: str, about_id: int) -> Sequence[Notice]:
    """Every notice there was about a thing, the newest first."""
    of_it = (Notice.about_type == about_type) & (Notice.about_id == about_id)
    return db.session.scalars(sa.select(Notice).where(of_it).order_by(Notice.id.desc())).all()


def open_objections(notice: Notice) -> int:
    """How many objections wait for a decision."""
    waiting = (Objection.notice_id == notice.id) & (Objection.state == "raised")
    return db.session.scalar(sa.select(sa.func.count()).select_from(Objection).where(waiting)) or 0


def objections(notice: Notice) -> Sequence[Objection]:
    """The objections in the order in which they came; those withdrawn are nobody's concern any more."""
    of_it = (Objection.notice_id == notice.id) & (Objection.state != "recalled")
    return db.session.scalars(sa.select(Objection).where(of_it).order_by(Objection.id)).all()


def objection(key: int, actor: Actor) -> Objection:
    """An objection that the actor may read; raises NotFound."""
    found = db.session.scalar(
        sa.select(Objection).where(Objection.id == key, visible_to(actor)).options(joinedload(Objection.notice))
    )
    if found is None:
        raise NotFound
    return found


def own_objections(actor: Actor, notice: Notice) -> Sequence[Objection]:
    """What the actor raised against a notice."""
    if not actor.signed_in:
        return ()
    own = (Objection.notice_id == notice.id) & (Objection.user_id == actor.user_id)
    return db.session.scalars(sa.select(Objection).where(own).order_by(Objection.id)).all()


def objections_with(keys: Sequence[int]) -> Sequence[Objection]:
    """Objections with these keys, for the desk."""
    select = sa.select(Objection).where(Objection.id.in_(keys)).options(joinedload(Objection.notice))
    return db.session.scalars(select).all()


def notices_with(keys: Sequence[int]) -> Sequence[Notice]:
    """Notices with these keys, for the logs."""
    return db.session.scalars(sa.select(Notice).where(Notice.id.in_(keys))).all()


def evidence(objection: Objection) -> Sequence[StoredFile]:
    """The files that came with an objection."""
    of_it = (StoredFile.owner_type == "objection") & (StoredFile.owner_id == objection.id)
    return db.session.scalars(sa.select(StoredFile).where(of_it).order_by(StoredFile.id)).all()


def neighbours(notice: Notice) -> tuple[Notice | None, Notice | None]:
    """The notice before and the one after, by when they were opened."""
    key = sa.tuple_(Notice.opened_at, Notice.id)
    here = sa.tuple_(sa.literal(notice.opened_at, Notice.opened_at.type), sa.literal(notice.id))
    before = sa.select(Notice).where(key < here).order_by(Notice.opened_at.desc(), Notice.id.desc()).limit(1)
    after = sa.select(Notice).where(key > here).order_by(Notice.opened_at, Notice.id).limit(1)
    return db.session.scalar(before), db.session.scalar(after)


def objections_of(user_id: int) -> Sequence[Objection]:
    """What somebody raised anywhere, for the copy of his data."""
    select = sa.select(Objection).where(Objection.user_id == user_id).options(joinedload(Objection.notice))
    return db.session.scalars(select.order_by(Objection.id)).all()
