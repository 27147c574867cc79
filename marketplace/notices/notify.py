"""Topic → who is told what: officials of an objection, who raised it of its decision."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from marketplace.accounts.models import User
from marketplace.accounts.notify import letter
from marketplace.config import Config
from marketplace.core.actor import Duty
from marketplace.core.text import Text
from marketplace.foundation.db import db
from marketplace.foundation.letters import DESK, Letter, LetterGroup
from marketplace.foundation.outbox import Message
from marketplace.notices.lifecycle import OBJECTION
from marketplace.notices.models import Objection
from marketplace.posts.queries import officials

OBJECTIONS = LetterGroup(
    "objections",
    Text("我提出的异议", "Objections of mine"),
    Text("异议有了答复", "When an objection is decided"),
    owed=Text("答复关系到您的权益", "The reply bears on your rights"),
)


def raised(message: Message, config: Config) -> Iterator[Letter]:
    """The officials in charge have an objection to decide on."""
    objection = db.session.get_one(Objection, message.subject_id)
    if objection.state == "raised":
        for user in officials(cast(Duty, objection.duty), objection.region):
            yield letter(user, "notices/raised", DESK, notice=objection.notice.label, number=objection.notice.number,
                         link=f"{config.base_url}/objections/{objection.id}")  # fmt: skip


def decided(message: Message, config: Config) -> Iterator[Letter]:
    """Who raised it reads the decision."""
    objection = db.session.get_one(Objection, message.subject_id)
    user = db.session.get_one(User, objection.user_id)
    yield letter(
        user, "notices/decided", OBJECTIONS, notice=objection.notice.label, number=objection.notice.number,
        result=OBJECTION.mark(objection.state).label, link=f"{config.base_url}/objections/{objection.id}",
    )  # fmt: skip
