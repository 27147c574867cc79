"""Commands: tell readers, mark as read, choose, note what became of a mail, try again, forget what is old."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import sqlalchemy as sa

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.errors import Refused
from marketplace.core.setting import Setting
from marketplace.core.text import Text
from marketplace.foundation import ledger
from marketplace.foundation.db import add_once, db, lock
from marketplace.foundation.letters import Letter, LetterGroup, Way, packed
from marketplace.foundation.outbox import Message, emit
from marketplace.notifications.models import DAILY, Choice, Delivery, Notification
from marketplace.notifications.queries import own_notification, users_at, way_in_force, ways_chosen
from marketplace.settings.queries import value

# The outbox topic of one mail to one person.
SEND = "delivery.send"
ERROR_LONG = 1000
# Longer than a mail is tried (foundation/outbox.PAUSES).
STRANGERS_KEPT = timedelta(days=2)

INBOX_DAYS = Setting(
    "notifications.inbox_days",
    Text("通知保留", "Notifications are kept for"),
    365,
    hint=Text("更早的通知从收件箱删除", "Older ones are deleted from the inbox"),
    unit=Text("天", "days"),
    least=30,
    most=3650,
)
DELIVERY_DAYS = Setting(
    "notifications.delivery_days",
    Text("发信记录保留", "Records of e-mails are kept for"),
    365,
    hint=Text("不少于六个月", "At least six months"),
    unit=Text("天", "days"),
    least=184,
    most=3650,
)


# ---- telling --------------------------------------------------------------------------------------------------------


def tell_readers(message: Message, letters: Sequence[Letter], base_url: str) -> None:
    """Put each letter into its reader's inbox and queue its mail, as he chose; a second time changes nothing."""
    readers = users_at(letter.to for letter in letters)
    chosen = ways_chosen(user.id for user in readers.values())
    for letter in letters:
        user, group = readers.get(letter.to.lower()), letter.group
        way: Way = "at_once"
        if user is not None and group is not None:
            way = way_in_force(group, chosen.get((user.id, group.key)))
            _keep(message, letter, group, user, way, base_url)
        if way == "at_once":
            _queue(message, letter, user)


def _keep(message: Message, letter: Letter, group: LetterGroup, user: User, way: Way, base_url: str) -> None:
    said = dict(letter.context)
    link = str(said.pop("link", ""))
    add_once(
        Notification, message_id=message.id, user_id=user.id, group_key=group.key, template=letter.template,
        context=packed(said), link=_inside(link, base_url), awaits_digest=way == "daily",
    )  # fmt: skip


def _inside(link: str, base_url: str) -> str:
    """The page of this site that a link leads to; "" for a link that leads elsewhere."""
    path = link.removeprefix(base_url)
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) else ""


def _queue(message: Message, letter: Letter, user: User | None) -> None:
    queued = add_once(
        Delivery, message_id=message.id, user_id=user.id if user else None, address=letter.to,
        group_key=letter.group.key if letter.group else "",
    )  # fmt: skip
    if queued is not None:
        emit(SEND, queued)


# ---- reading and choosing -------------------------------------------------------------------------------------------


def mark_read(notification_id: int, actor: Actor) -> Notification:
    """Mark a notification of the actor's as read.

    Raises:
        NotFound: it is not his.
    """
    found = own_notification(notification_id, actor)
    if found.read_at is None:
        found.read_at = clock.now()
    return found


def mark_all_read(actor: Actor, up_to: int, group_key: str = "") -> int:
    """Mark what the actor had before him as read and say how many; what came after ``up_to`` stays unread."""
    mine = (Notification.user_id == actor.user_id) & Notification.read_at.is_(None) & (Notification.id <= up_to)
    if group_key:
        mine &= Notification.group_key == group_key
    done = db.session.execute(sa.update(Notification).where(mine).values(read_at=clock.now()))
    return done.rowcount  # type: ignore[attr-defined, no-any-return]


def choose(user_id: int, group: LetterGroup, way: Way) -> None:
    """In which way a user wants the letters of a group.

    Raises:
        Refused: they are owed to him.
    """
    if group.owed is not None:
        raise Refused(
            Text("与本人权益有关的邮件不能关闭", "Mails that bear on your rights cannot be switched off"),
            Text("“%(group)s”属于这一类：%(why)s", "“%(group)s” is one of them: %(why)s")
            % {"group": group.label, "why": group.owed},
            Text("其他类别可以在“通知设置”里关闭", "Other groups can be switched off in your notification settings"),
        )
    added = add_once(Choice, user_id=user_id, group_key=group.key, way=way)
    if added is None:
        mine = (Choice.user_id == user_id) & (Choice.group_key == group.key)
        db.session.execute(sa.update(Choice).where(mine).values(way=way, changed_at=clock.now()))
    if way == "inbox":
        waiting = (Notification.user_id == user_id) & (Notification.group_key == group.key)
        db.session.execute(sa.update(Notification).where(waiting).values(awaits_digest=False))


def switch_off(user_id: int, key: str, groups: Sequence[LetterGroup]) -> list[LetterGroup]:
    """Stop the mails of one group, or (DAILY) of every group that comes with the daily mail; says which that were."""
    chosen = ways_chosen([user_id])
    ways = {group.key: way_in_force(group, chosen.get((user_id, group.key))) for group in groups}
    stopped = [group for group in groups if group.owed is None and (group.key == key or _in_daily(key, ways, group))]
    for group in stopped:
        choose(user_id, group, "inbox")
    return stopped


def _in_daily(key: str, ways: dict[str, Way], group: LetterGroup) -> bool:
    return key == DAILY and ways[group.key] == "daily"


# ---- what became of a mail ------------------------------------------------------------------------------------------


def note_sent(delivery: Delivery) -> None:
    """The server took it."""
    lock(delivery)
    delivery.attempts += 1
    delivery.sent_at, delivery.error = clock.now(), ""


def drop(delivery: Delivery) -> None:
    """There is nothing to send any more."""
    lock(delivery)
    delivery.dropped_at = clock.now()


def note_failure(delivery: Delivery, error: str, *, final: bool, dead_address: bool) -> None:
    """It could not be handed over: for now, or (``final``) for good."""
    lock(delivery)
    delivery.attempts += 1
    delivery.error, delivery.dead_address = error[:ERROR_LONG], dead_address
    if final:
        delivery.failed_at = clock.now()


def retry(delivery: Delivery, actor: Actor, reason: str = "") -> bool:
    """Queue a mail that was given up once more; False when somebody has dealt with it meanwhile.

    Whether the actor may is for the page to ask that offers it. The mail keeps its Message-ID.
    """
    lock(delivery)
    if delivery.failed_at is None or delivery.dropped_at is not None:
        return False
    delivery.failed_at, delivery.dead_address, delivery.error = None, False, ""
    ledger.record(delivery, "retry", actor, reason=reason)
    emit(SEND, delivery)
    return True


def discard(delivery: Delivery, actor: Actor, reason: str) -> bool:
    """Never send a mail that was given up; its error stays with it. False as ``retry``."""
    lock(delivery)
    if delivery.failed_at is None or delivery.dropped_at is not None:
        return False
    delivery.dropped_at = clock.now()
    ledger.record(delivery, "discard", actor, reason=reason)
    return True


def forget_old() -> bool:
    """Delete notifications and records of mails that are older than the settings say.

    An address that is no user's (any longer) goes as soon as its mail has been tried to the end.
    """
    now = clock.now()
    strangers = Delivery.user_id.is_(None) & (Delivery.created_at < now - STRANGERS_KEPT)
    db.session.execute(sa.delete(Delivery).where(strangers))
    for model, setting in ((Notification, INBOX_DAYS), (Delivery, DELIVERY_DAYS)):
        old = model.created_at < now - timedelta(days=value(setting))
        db.session.execute(sa.delete(model).where(old))
    return False


def forget_reader(user_id: int) -> None:
    """Who deletes his account leaves neither notifications nor mails behind, sent or waiting."""
    for model in (Notification, Delivery, Choice):
        db.session.execute(sa.delete(model).where(model.user_id == user_id))
