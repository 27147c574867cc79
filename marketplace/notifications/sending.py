"""One mail to one person: composed when its turn comes, handed over, and noted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import current_app

from marketplace.accounts.models import User
from marketplace.config import Config
from marketplace.foundation.db import db, transaction
from marketplace.foundation.letters import LetterGroup, unpacked
from marketplace.foundation.mail import Mail, mailer_from, refused_for_good
from marketplace.foundation.outbox import Message, is_last, outside
from marketplace.notifications import services, unsubscribe
from marketplace.notifications.models import DAILY, Delivery, Notification
from marketplace.notifications.queries import (
    count_in,
    delivery_by_id,
    message_of,
    notification_of,
    told_in,
    ways_of,
)
from marketplace.web.letters import Drawn, drawn, letters_of
from marketplace.web.plate import letter_groups

# A daily mail names so many notifications; the rest are counted.
NAMED = 40


@outside
def deliver(message: Message) -> None:
    """Hand over the mail that the message is about; nothing when that has happened.

    A worker that dies between the server's answer and our note sends the mail again, under the same Message-ID.
    """
    delivery = delivery_by_id(message.subject_id)
    if delivery is None or delivery.settled:
        return
    try:
        sent = _hand_over(delivery)
    except Exception as error:
        kind = refused_for_good(error)
        final, why = bool(kind) or is_last(message), f"{type(error).__name__}: {error}"
        with transaction():
            services.note_failure(delivery, why, final=final, dead_address=kind == "address")
        if not kind:
            raise  # the outbox tries again after its pause
    else:
        with transaction():
            (services.note_sent if sent else services.drop)(delivery)


def _hand_over(delivery: Delivery) -> bool:
    """Compose the mail and give it to the mail server; False where there is none to send any more."""
    config: Config = current_app.extensions["config"]
    mail, key = composed(delivery, config), delivery.key
    db.session.rollback()  # nothing is held open while a mail server thinks
    if mail is not None:
        mailer_from(config).send(mail, key)
    return mail is not None


def composed(delivery: Delivery, config: Config) -> Mail | None:
    """The mail as it is sent now; None when there is nothing to say any more, or its reader wants it no longer."""
    if delivery.user is not None and delivery.user.disabled_at is not None:
        return None
    if delivery.digest_of is not None and delivery.user is not None:
        return _digest(delivery, delivery.user, config)
    kept = notification_of(delivery) if delivery.user_id is not None else None
    if kept is not None and delivery.user is not None:
        return _kept(delivery, kept, delivery.user, config)
    return _written_anew(delivery, config)


def _written_anew(delivery: Delivery, config: Config) -> Mail | None:
    """A letter that is kept nowhere."""
    for letter in letters_of(message_of(delivery)):
        if letter.to == delivery.address:
            shown = drawn(letter.template, letter.context, letter.language, base_url=config.base_url, mailed=True)
            return Mail(delivery.address, shown.subject, shown.body)
    return None


def _kept(delivery: Delivery, kept: Notification, user: User, config: Config) -> Mail | None:
    group = letter_groups().get(kept.group_key)
    if group is None or ways_of(user.id, [group])[group.key] != "at_once":
        return None
    off = "" if group.owed else unsubscribe.link(user.id, group.key, config.base_url, config.secret_key)
    shown = words(kept, user.language, config, mailed=True, unsubscribe=off, owed=group.owed, group=group.label)
    return Mail(delivery.address, shown.subject, shown.body, off)


def words(kept: Notification, language: str, config: Config, **given: object) -> Drawn:
    """A notification in a language, with the whole address of the page that it is about."""
    link = {"link": config.base_url + kept.link} if kept.link else {"link": ""}
    return drawn(kept.template, unpacked(kept.context) | link, language, base_url=config.base_url, **given)


def _digest(delivery: Delivery, user: User, config: Config) -> Mail | None:
    told, groups = told_in(delivery, NAMED), letter_groups()
    if not told:
        return None
    off = unsubscribe.link(user.id, DAILY, config.base_url, config.secret_key)
    shown = drawn(
        "notifications/digest.txt", {"name": user.name, "day": delivery.digest_of}, user.language,
        base_url=config.base_url, mailed=True, unsubscribe=off, count=count_in(delivery),
        parts=_parts(told, groups, user, config), named=len(told), inbox=f"{config.base_url}/workspace/inbox/",
    )  # fmt: skip
    return Mail(delivery.address, shown.subject, shown.body, off)


def _parts(
    told: Sequence[Notification], groups: Mapping[str, LetterGroup], user: User, config: Config
) -> list[tuple[LetterGroup, list[tuple[str, str]]]]:
    """(group, [(subject, link)]) of what a daily mail names, in the order of the groups."""
    found: dict[str, list[tuple[str, str]]] = {}
    for kept in told:
        link = config.base_url + kept.link if kept.link else ""
        found.setdefault(kept.group_key, []).append((words(kept, user.language, config).subject, link))
    return [(group, found[key]) for key, group in groups.items() if key in found]
