"""Slowing down who guesses: every attempt is a row, counted for one account and for one network address.

An attempt is written as failed before the slow comparison begins, and marked as done when it was right: a hundred
guesses sent at the same moment are counted like a hundred sent one after the other. What is counted never depends on
whether an address exists, so that nothing can be learned from being locked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from marketplace.accounts import figures
from marketplace.accounts.models import Attempt
from marketplace.core import clock
from marketplace.core.errors import TooMany
from marketplace.core.text import Text
from marketplace.foundation.db import db, one_at_a_time
from marketplace.settings import queries as settings
from marketplace.web.limits import network

# Outcomes. A locked one is the failed one that was one too many; a released one lets the next begin anew.
FAILED, LOCKED, DONE, REFUSED, RELEASED = "failed", "locked", "done", "refused", "released"
GATE = 0x4154_5459  # of one_at_a_time
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Kind:
    """What is tried. ``locks``: several wrong ones in a row lock the account; else ``most`` are taken an hour."""

    name: Text
    locks: bool = False
    most: int = 3


KINDS: Mapping[str, Kind] = {
    "sign_in": Kind(Text("登录", "Signing in"), locks=True),
    "second_factor": Kind(Text("动态口令", "Codes of a second factor"), locks=True),
    "password": Kind(Text("再次核对密码", "Confirming a password"), locks=True),
    "register": Kind(Text("注册", "Registering")),
    "reset": Kind(Text("重设密码", "Resetting a password")),
    "confirm": Kind(Text("重发确认邮件", "Sending the confirmation again")),
    "new_address": Kind(Text("更换邮箱", "Changing an address"), most=5),
}


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request came from: network address and the browser's own words about itself."""

    address: str
    agent: str = ""

    @property
    def network(self) -> str:
        """What is counted: an IPv4 address; of IPv6 the /64, all of which one subscriber has."""
        return network(self.address)[:64]


@dataclass(frozen=True, slots=True)
class Tried:
    """An attempt that may go on, with how many more wrong ones are taken (``left``); or why it may not."""

    attempt: Attempt
    left: int
    refusal: TooMany | None = None

    def must_pass(self) -> Attempt:
        """The attempt.

        Raises:
            TooMany: it may not go on.
        """
        if self.refusal is not None:
            raise self.refusal
        return self.attempt


def try_once(kind: str, who: str, origin: Origin, user_id: int | None = None) -> Tried:
    """Record an attempt and say whether it may go on. Commit before comparing anything.

    ``who`` is a digest of the address, whether it exists or not.
    """
    rule, now = KINDS[kind], clock.now()
    given = settings.values((
        figures.LOCK_AFTER, figures.LOCK_MINUTES, figures.NETWORK_FAILURES, figures.NETWORK_REQUESTS
    ))  # fmt: skip
    one_at_a_time(GATE)
    if rule.locks:
        window = timedelta(minutes=given[figures.LOCK_MINUTES.key])
        most = given[figures.LOCK_AFTER.key]
        in_a_row, until = _in_a_row(kind, who, now - window, most)
        left = most - in_a_row - 1
        until = until and until + window
        busy = _nth_newest(_of_network(kind, origin) & Attempt.outcome.in_((FAILED, LOCKED)), now - window,
                           given[figures.NETWORK_FAILURES.key])  # fmt: skip
    else:
        window, left = HOUR, 0
        until = _nth_newest(_of_who(kind, who), now - window, rule.most)
        until = until and until + window
        busy = _nth_newest(_of_network(kind, origin), now - window, given[figures.NETWORK_REQUESTS.key])
    refusal = None
    if busy is not None:
        refusal = _network_refusal(rule, busy + window)
    elif until is not None:
        refusal = _lock_refusal(most, window, until) if rule.locks else _often_refusal(rule, until)
    outcome = REFUSED if refusal else (FAILED if left else LOCKED) if rule.locks else DONE
    attempt = Attempt(
        at=now, kind=kind, outcome=outcome, who=who, user_id=user_id, address=origin.address[:64],
        network=origin.network,
    )  # fmt: skip
    db.session.add(attempt)
    db.session.flush()
    return Tried(attempt, max(left, 0), refusal)


def passed(attempt: Attempt) -> None:
    """It was right: what failed before is forgotten."""
    db.session.execute(sa.update(Attempt).where(Attempt.id == attempt.id).values(outcome=DONE))


def release(who: str, user_id: int, origin: Origin, kind: str = "sign_in") -> None:
    """Lift the lock of an account whose owner has shown himself in another way: by a link sent to his address."""
    db.session.add(
        Attempt(kind=kind, outcome=RELEASED, who=who, user_id=user_id, address=origin.address[:64],
                network=origin.network)
    )  # fmt: skip


def locks_of(who: str) -> dict[str, datetime]:
    """Kind → until when it is locked for this address now."""
    given = settings.values((figures.LOCK_AFTER, figures.LOCK_MINUTES))
    window, most = timedelta(minutes=given[figures.LOCK_MINUTES.key]), given[figures.LOCK_AFTER.key]
    found = {
        kind: _in_a_row(kind, who, clock.now() - window, most)[1] for kind, rule in KINDS.items() if rule.locks
    }  # fmt: skip
    return {kind: since + window for kind, since in found.items() if since is not None}


def locked_since(tried: Tried) -> TooMany:
    """What to say of the attempt that turned out wrong and was one too many."""
    given = settings.values((figures.LOCK_AFTER, figures.LOCK_MINUTES))
    window = timedelta(minutes=given[figures.LOCK_MINUTES.key])
    return _lock_refusal(given[figures.LOCK_AFTER.key], window, tried.attempt.at + window)


def forget_old(before: datetime, most: int = 5000) -> bool:
    """Delete attempts older than ``before``, ``most`` at a time; True when there are more."""
    old = sa.select(Attempt.id).where(Attempt.at < before).order_by(Attempt.id).limit(most)
    ids = db.session.scalars(old).all()
    db.session.execute(sa.delete(Attempt).where(Attempt.id.in_(ids)))
    return len(ids) == most


def _of_who(kind: str, who: str) -> sa.ColumnElement[bool]:
    return (Attempt.kind == kind) & (Attempt.who == who) & (Attempt.outcome != REFUSED)


def _of_network(kind: str, origin: Origin) -> sa.ColumnElement[bool]:
    return (Attempt.kind == kind) & (Attempt.network == origin.network) & (Attempt.outcome != REFUSED)


def _in_a_row(kind: str, who: str, since: datetime, most: int) -> tuple[int, datetime | None]:
    """How many failed since the last right one or lock, and when the account was locked if it is."""
    rows = db.session.execute(
        sa.select(Attempt.outcome, Attempt.at)
        .where(_of_who(kind, who), Attempt.at > since)
        .order_by(Attempt.id.desc())
        .limit(most)
    ).all()
    if rows and rows[0].outcome == LOCKED:
        return 0, rows[0].at
    ended = next((place for place, row in enumerate(rows) if row.outcome != FAILED), len(rows))
    return ended, None


def _nth_newest(condition: sa.ColumnElement[bool], since: datetime, most: int) -> datetime | None:
    """When the attempt was made that has to grow old before another one is taken; None when there is room."""
    select = sa.select(Attempt.at).where(condition, Attempt.at > since)
    return db.session.scalar(select.order_by(Attempt.id.desc()).offset(most - 1).limit(1))


def _lock_refusal(most: int, window: timedelta, until: datetime) -> TooMany:
    minutes = int(window.total_seconds() // 60)
    return TooMany(
        Text(f"连续 {most} 次不对，暂停 {minutes} 分钟",
             f"After {most} wrong tries in a row an address is locked for {minutes} minutes"),
        Text(f"这个邮箱暂停到{at(until).zh}", f"This address is locked until {at(until).en}"),
        Text("到时再试；忘了密码，可以现在用邮件重设，重设后马上能登录",
             "Try again then; if you forgot the password, reset it by mail now and sign in at once"),
        until,
    )  # fmt: skip


def _network_refusal(rule: Kind, until: datetime) -> TooMany:
    return TooMany(
        Text("同一网络地址短时间内次数过多时暂停", "Too many tries from one network address are paused"),
        Text(f"{rule.name.zh}：您所在的网络暂停到{at(until).zh}",
             f"{rule.name.en} is paused for your network until {at(until).en}"),
        Text("到时再试，或换一个网络", "Try again then, or from another network"),
        until,
    )  # fmt: skip


def _often_refusal(rule: Kind, until: datetime) -> TooMany:
    return TooMany(
        Text(f"{rule.name.zh}：每小时最多 {rule.most} 次", f"{rule.name.en}: at most {rule.most} times an hour"),
        Text(f"下一次要等到{at(until).zh}", f"The next one is taken from {at(until).en}"),
        Text("请先看看收件箱和垃圾邮件箱，邮件可能已经到了",
             "Look into your inbox and spam folder first: the mail may be there"),
        until,
    )  # fmt: skip


def at(moment: datetime) -> Text:
    """An instant to wait for, on a Beijing clock, never named earlier than it is; the day only when it is another."""
    local = clock.beijing(moment + timedelta(seconds=59, microseconds=999_999))
    text = f"{local:%H:%M}" if local.date() == clock.today() else f"{local:%Y-%m-%d %H:%M}"
    return Text(f" {text}（北京时间）", f"{text} Beijing time")
