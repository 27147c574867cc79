"""Selects of notifications, of the mails that carry them, and of what people chose."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from marketplace.accounts.models import User
from marketplace.core.actor import Actor
from marketplace.core.errors import NotFound
from marketplace.core.text import Text
from marketplace.foundation.db import db
from marketplace.foundation.letters import LetterGroup, Way
from marketplace.foundation.outbox import OutboxMessage
from marketplace.notifications.models import Choice, Delivery, Notification
from marketplace.web.plate import PersonalPart


def unread_count(actor: Actor) -> int:
    """How many notifications the actor has not read, for the top of every page; nothing is asked for a visitor."""
    if not actor.signed_in:
        return 0
    mine = (Notification.user_id == actor.user_id) & Notification.read_at.is_(None)
    return db.session.scalar(sa.select(sa.func.count()).select_from(Notification).where(mine)) or 0


def inbox(actor: Actor, group_key: str = "") -> sa.Select[Notification]:
    """The actor's notifications, unread first, then the newest first."""
    select = sa.select(Notification).where(Notification.user_id == actor.user_id)
    if group_key:
        select = select.where(Notification.group_key == group_key)
    return select.order_by(Notification.read_at.is_not(None), Notification.id.desc())


def counts(actor: Actor) -> dict[str, int]:
    """Group of letters → how many of the actor's notifications belong to it."""
    select = sa.select(Notification.group_key, sa.func.count()).where(Notification.user_id == actor.user_id)
    return {row[0]: row[1] for row in db.session.execute(select.group_by(Notification.group_key))}


def own_notification(notification_id: int, actor: Actor) -> Notification:
    """A notification of the actor's.

    Raises:
        NotFound: there is none, or it is another person's.
    """
    mine = Notification.user_id == actor.user_id
    found = db.session.scalar(sa.select(Notification).where(Notification.id == notification_id, mine))
    if found is None:
        raise NotFound
    return found


def users_at(addresses: Iterable[str]) -> dict[str, User]:
    """Address → its user; an address of nobody is left out."""
    wanted = sorted({address.lower() for address in addresses})
    return {user.email: user for user in db.session.scalars(sa.select(User).where(User.email.in_(wanted)))}


def ways_of(user_id: int, groups: Iterable[LetterGroup]) -> dict[str, Way]:
    """Group → the way in which its letters reach the user now."""
    chosen = ways_chosen([user_id])
    return {group.key: way_in_force(group, chosen.get((user_id, group.key))) for group in groups}


def ways_chosen(user_ids: Iterable[int]) -> dict[tuple[int, str], str]:
    """(user, group) → what he chose, for several users with one statement."""
    select = sa.select(Choice.user_id, Choice.group_key, Choice.way).where(Choice.user_id.in_(sorted(user_ids)))
    return {(user_id, key): way for user_id, key, way in db.session.execute(select)}


def way_in_force(group: LetterGroup, chosen: str | None) -> Way:
    """What counts: an owed letter always comes at once; else what was chosen; else the group's own way."""
    if group.owed is not None:
        return "at_once"
    return chosen or group.way  # type: ignore[return-value]


def message_of(delivery: Delivery) -> OutboxMessage:
    """What a letter was written of."""
    return db.session.get_one(OutboxMessage, delivery.message_id)


def notification_of(delivery: Delivery) -> Notification | None:
    """The inbox's copy of a mail; None where the letter goes by mail alone."""
    same = (Notification.message_id == delivery.message_id) & (Notification.user_id == delivery.user_id)
    return db.session.scalar(sa.select(Notification).where(same))


def told_in(digest: Delivery, limit: int) -> Sequence[Notification]:
    """The first notifications that a daily mail names, the newest first."""
    select = sa.select(Notification).where(Notification.digest_id == digest.id)
    return db.session.scalars(select.order_by(Notification.id.desc()).limit(limit)).all()


def count_in(digest: Delivery) -> int:
    """How many notifications a daily mail stands for."""
    mine = Notification.digest_id == digest.id
    return db.session.scalar(sa.select(sa.func.count()).select_from(Notification).where(mine)) or 0


def delivery_by_id(delivery_id: int) -> Delivery | None:
    """A mail with its reader."""
    return db.session.scalar(sa.select(Delivery).where(Delivery.id == delivery_id).options(joinedload(Delivery.user)))


def failed_deliveries() -> sa.Select[Delivery]:
    """Mails that were given up, the latest first, for who looks after the site."""
    waits = Delivery.failed_at.is_not(None) & Delivery.dropped_at.is_(None)
    select = sa.select(Delivery).where(waits).options(joinedload(Delivery.user))
    return select.order_by(Delivery.failed_at.desc(), Delivery.id.desc())


def deliveries_by_id(ids: Sequence[int]) -> Sequence[Delivery]:
    """The mails with these keys, for the logs."""
    return db.session.scalars(sa.select(Delivery).where(Delivery.id.in_(ids))).all()


def personal(user_id: int) -> Sequence[PersonalPart]:
    """What a person was told, the mails to him and what he chose, for the copy of his data."""
    told = {"created_at": Text("时间", "When"), "group_key": Text("类别", "Kind"), "link": Text("页面", "Page"),
            "read_at": Text("已读", "Read")}  # fmt: skip
    mailed = {"created_at": Text("时间", "When"), "address": Text("邮箱", "Address"), "sent_at": Text("发出", "Sent"),
              "failed_at": Text("未送达", "Failed")}  # fmt: skip
    chosen = {"group_key": Text("类别", "Kind"), "way": Text("方式", "Way"), "changed_at": Text("时间", "When")}
    return (
        _part(Notification, Text("通知", "Notifications"), told, user_id),
        _part(Delivery, Text("邮件", "Mails"), mailed, user_id),
        _part(Choice, Text("通知方式", "Choices"), chosen, user_id),
    )


def _part(
    model: type[Notification] | type[Delivery] | type[Choice], title: Text, labels: dict[str, Text], user_id: int
) -> PersonalPart:
    columns = [model.__table__.c[key] for key in labels]
    rows = db.session.execute(sa.select(*columns).where(model.user_id == user_id).order_by(columns[0]))
    return PersonalPart(model.__tablename__, title, labels, [dict(row._mapping) for row in rows])
