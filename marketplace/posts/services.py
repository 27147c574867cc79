"""Commands: give, change and end a post."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.core.actor import PROVINCE, SYSTEM, Actor
from marketplace.core.errors import Conflict, FieldError
from marketplace.core.text import Text
from marketplace.foundation import ledger
from marketplace.foundation.db import db, lock
from marketplace.foundation.lifecycle import given_reason
from marketplace.posts.models import DUTIES, Post
from marketplace.reference import regions


def give_post(
    user: User, department: Text, region: str, duties: Iterable[str], actor: Actor = SYSTEM,
    *, until: datetime | None = None, reason: str = "",
) -> Post:  # fmt: skip
    """Make a user an official.

    Raises:
        FieldError: on "region", "duties" or "until".
        Invalid: an overlong reason.
    """
    wanted = _duties(duties)
    if region != PROVINCE and (not region or regions.city_of(region) != region):
        raise FieldError(
            "region", Text("请写省或市的代码，例如 340100", "Give the province's or a city's code, e.g. 340100")
        )
    _check_end(until)
    post = Post(
        user_id=user.id, department=department.zh, department_en=department.en, region=region, duties=wanted,
        until=until,
    )  # fmt: skip
    db.session.add(post)
    db.session.flush()
    data = {"user": user.id, "region": region, "duties": wanted, "until": _iso(until)}
    ledger.record(post, "grant", actor, reason=given_reason(reason, asked=False), data=data)
    return post


def change_post(post: Post, actor: Actor, *, duties: Iterable[str], until: datetime | None, reason: str) -> bool:
    """Give a post other duties or another end; False when nothing differs. Another place is another post.

    Raises:
        FieldError: on "duties" or "until".
        Invalid: a missing or overlong reason.
        Conflict: it has ended.
    """
    _lock(post)
    wanted, text = _duties(duties), given_reason(reason)
    _check_end(until)
    pairs = (("duties", post.duties, wanted), ("until", _iso(post.until), _iso(until)))
    changed = {key: [old, new] for key, old, new in pairs if old != new}
    if not changed:
        return False
    post.duties, post.until = wanted, until
    db.session.flush()
    ledger.record(post, "change", actor, reason=text, data={"changed": changed})
    return True


def end_post(post: Post, actor: Actor, reason: str) -> None:
    """End a post now.

    Raises:
        Invalid: a missing or overlong reason.
        Conflict: it has ended.
    """
    _lock(post)
    text = given_reason(reason)
    post.until = max(clock.now(), post.since)
    db.session.flush()
    ledger.record(post, "end", actor, reason=text)


def _lock(post: Post) -> None:
    lock(post)
    if post.until is not None and post.until <= clock.now():
        raise Conflict(Text("这个岗位已经结束", "This post has ended"), ledger.latest(post))


def _duties(duties: Iterable[str]) -> list[str]:
    wanted = set(duties)
    if not wanted or not wanted <= set(DUTIES):
        raise FieldError("duties", _duties_message())
    return [duty for duty in DUTIES if duty in wanted]


def _check_end(until: datetime | None) -> None:
    if until is not None and until <= clock.now():
        raise FieldError("until", Text("最后一天不能早于今天", "The last day is not before today"))


def _iso(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""


def _duties_message() -> Text:
    names = ", ".join(DUTIES)
    return Text(f"职责只能取自：{names}", f"Duties are taken from: {names}")
