"""Commands: give a post."""

from __future__ import annotations

from collections.abc import Iterable

from marketplace.accounts.models import User
from marketplace.core.actor import PROVINCE, SYSTEM, Actor
from marketplace.core.errors import FieldError
from marketplace.core.text import Text
from marketplace.foundation import ledger
from marketplace.foundation.db import db
from marketplace.posts.models import DUTIES, Post
from marketplace.reference import regions


def give_post(user: User, department: Text, region: str, duties: Iterable[str], actor: Actor = SYSTEM) -> Post:
    """Make a user an official.

    Raises:
        FieldError: on "region" or "duties".
    """
    wanted = list(dict.fromkeys(duties))
    unknown = [duty for duty in wanted if duty not in DUTIES]
    if unknown or not wanted:
        raise FieldError("duties", _duties_message())
    if region != PROVINCE and (not region or regions.city_of(region) != region):
        raise FieldError(
            "region", Text("请写省或市的代码，例如 340100", "Give the province's or a city's code, e.g. 340100")
        )
    post = Post(user_id=user.id, department=department.zh, department_en=department.en, region=region, duties=wanted)
    db.session.add(post)
    db.session.flush()
    ledger.record(post, "grant", actor, data={"user": user.id, "region": region, "duties": wanted})
    return post


def _duties_message() -> Text:
    names = ", ".join(DUTIES)
    return Text(f"职责只能取自：{names}", f"Duties are taken from: {names}")
