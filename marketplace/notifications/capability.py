"""The plate of notifications: the inbox, the choices, and the way of every letter to its reader."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Flask

from marketplace.core.text import Text
from marketplace.foundation.db import transaction
from marketplace.foundation.worker import Task
from marketplace.notifications import digest, queries, sending, services, views
from marketplace.settings.queries import value
from marketplace.web.identity import current_actor
from marketplace.web.letters import carry_by
from marketplace.web.plate import Capability, FooterLink, Named, Recorded

DIGEST_SECONDS = 60.0
FORGET_SECONDS = 6 * 3600.0


def named(ids: Sequence[int]) -> dict[int, Named]:
    """Mails as the logs of administrators name them: by the address they went to."""
    return {each.id: Named(each.address) for each in queries.deliveries_by_id(ids)}


RECORDED = Recorded(
    "delivery",
    Text("邮件", "Mail"),
    acts={"retry": Text("重新投递", "Queued again"), "discard": Text("放弃投递", "Given up")},
    named=named,
)


def _gather() -> bool:
    if not digest.waits(value(digest.HOUR)):
        return False
    with transaction():
        return digest.gather()


def _forget() -> bool:
    with transaction():
        return services.forget_old()


def _init(app: Flask) -> None:
    carry_by(app, services.tell_readers)
    app.extensions.setdefault("account_panels", []).append(views.account_panel)
    # The signature in the address is what authorizes; a mail program that posts there has no token of ours (RFC 8058).
    app.extensions["csrf"].exempt(views.unsubscribe_page)

    @app.context_processor
    def supply() -> dict[str, Any]:
        return {"unread_notifications": lambda: queries.unread_count(current_actor())}


NOTIFICATIONS = Capability(
    name="notifications",
    blueprints=lambda: (views.blueprint(),),
    footer=(FooterLink(1, Text("通知", "Inbox"), "notifications.inbox", 35),),
    topics={services.SEND: sending.deliver},
    tasks=(
        Task("notifications.digest", _gather, DIGEST_SECONDS),
        Task("notifications.forget", _forget, FORGET_SECONDS),
    ),
    settings=(digest.HOUR, services.INBOX_DAYS, services.DELIVERY_DAYS),
    records=(RECORDED,),
    personal=queries.personal,
    forget=services.forget_reader,
    init=_init,
)
