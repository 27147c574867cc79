"""A capability of the tests' own that writes letters, and what becomes of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Flask

from marketplace.accounts.models import User
from marketplace.config import Config
from marketplace.foundation import outbox
from marketplace.foundation.db import db, transaction
from marketplace.foundation.letters import SECURITY, Letter
from marketplace.foundation.outbox import Message, emit
from marketplace.listings.notify import OWN_LISTINGS
from marketplace.notifications.models import Delivery, Notification
from marketplace.web.letters import tell

GROUPS = {"own_listings": OWN_LISTINGS, "security": SECURITY}


def write(message: Message, config: Config) -> Iterator[Letter]:
    """What the message asks for: to each address, of a group or of none."""
    given = message.payload
    for to in given["to"]:
        user = db.session.query(User).filter_by(email=to).one_or_none()
        context = {
            "organization": given["title"],
            "number": "O-1",
            "name": "王工",
            "link": config.base_url + given["link"],
        }
        language = user.language if user else "zh_CN"
        yield Letter(to, language, "organizations/verified.txt", context, GROUPS.get(given["group"]))


def install(app: Flask) -> None:
    """Have the site tell of the topic "trial.told"."""
    tell(app, "trial.told", write)


def told(*to: str, title: str = "甲", group: str = "own_listings", link: str = "/organizations/O-1") -> None:
    """Something happened of which these addresses are told."""
    with transaction():
        about = db.session.query(User).first()
        assert about is not None
        emit("trial.told", about, {"to": list(to), "title": title, "group": group, "link": link})


def work(app: Flask) -> None:
    """What a worker would do now."""
    while outbox.handle_next(app.extensions["schedule"].subscriptions):
        pass


def deliveries(**by: Any) -> list[Delivery]:
    """The mails queued until now, as they are in the database."""
    db.session.rollback()
    db.session.expire_all()
    return db.session.query(Delivery).filter_by(**by).order_by(Delivery.id).all()


def notifications(user: User) -> list[Notification]:
    """What a user was told, the oldest first."""
    db.session.rollback()
    db.session.expire_all()
    return db.session.query(Notification).filter_by(user_id=user.id).order_by(Notification.id).all()
