"""Commands of security administrators: make and end administrators, disable and enable users. Each with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from marketplace.accounts import asking, second_factor, sessions, throttle
from marketplace.accounts.models import ADMINISTRATIONS, User
from marketplace.accounts.queries import can_sign_in
from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.errors import Conflict, FieldError, Invalid, Refused
from marketplace.core.text import Text
from marketplace.foundation import ledger
from marketplace.foundation.db import db, lock
from marketplace.foundation.lifecycle import given_reason
from marketplace.posts import services as posts
from marketplace.posts.models import Post
from marketplace.posts.queries import posts_in_force

WHY = Text("请写明理由，会记入留痕", "Give the reason; it is kept in history")


def checked_reason(reason: str) -> str:
    """The reason of an administrator's act, which every one of them has.

    Raises:
        Invalid: on "reason".
    """
    if not reason.strip():
        raise Invalid([FieldError("reason", WHY)])
    return given_reason(reason)


def appoint(user: User, kind: str, actor: Actor, reason: str) -> None:
    """Make a user an administrator of one kind.

    Raises:
        Invalid: an unknown kind, or no reason.
        Refused: he is the actor himself, holds a post or another kind, or cannot sign in.
    """
    if kind not in ADMINISTRATIONS:
        raise Invalid([FieldError("kind", Text("请选择一类管理员", "Choose a kind of administrator"))])
    words = checked_reason(reason)
    lock(user)
    _not_oneself(user, actor)
    if user.administrator:
        raise Refused(
            Text("一人只任一类管理员（三员分立）", "One person holds one kind of administration only"),
            Text("他现在是%(kind)s", "This person is now: %(kind)s") % {"kind": ADMINISTRATIONS[user.administrator]},
            Text("请先免去，再任命", "End that first, then appoint"),
        )
    if posts_in_force(user):
        raise Refused(
            Text("管理员不兼任业务岗位", "An administrator holds no post"),
            Text("他现在还有岗位", "This person holds a post now"),
            Text("请先收回岗位，或另选一人", "End the post first, or choose somebody else"),
        )
    if not user.is_active:
        raise Refused(
            Text("管理员要能登录", "An administrator must be able to sign in"),
            Text("这个账号没有确认邮箱，或已停用", "This account is not confirmed, or is disabled"),
            Text("请先启用账号", "Enable the account first"),
        )
    user.administrator = kind
    db.session.flush()
    ledger.record(user, "appoint", actor, reason=words, data={"administrator": ["", kind]})


def dismiss(user: User, actor: Actor, reason: str) -> None:
    """End a user's administration.

    Raises:
        Invalid: no reason.
        Refused: he is the last security administrator.
        Conflict: he is no administrator any more.
    """
    words = checked_reason(reason)
    keep_a_security_administrator(user)
    lock(user)
    if not user.administrator:
        raise Conflict(Text("他已经不是管理员", "This person is no administrator any more"), ledger.latest(user))
    before, user.administrator = user.administrator, ""
    db.session.flush()
    ledger.record(user, "dismiss", actor, reason=words, data={"administrator": [before, ""]})


def disable(user: User, actor: Actor, reason: str) -> None:
    """Keep a user from signing in; what he is signed in with ends at once.

    Raises:
        Invalid: no reason.
        Refused: he is the actor himself, or the last security administrator.
        Conflict: he is disabled already.
    """
    words = checked_reason(reason)
    _not_oneself(user, actor)
    keep_a_security_administrator(user)
    lock(user)
    if user.disabled_at is not None:
        raise Conflict(Text("这个账号已经停用", "This account is disabled already"), ledger.latest(user))
    user.disabled_at = clock.now()
    ledger.record(user, "disable", actor, reason=words, data={"sessions": sessions.end_sessions(user)})


def enable(user: User, actor: Actor, reason: str) -> None:
    """Let a disabled user sign in again.

    Raises:
        Invalid: no reason.
        Conflict: he is not disabled.
    """
    words = checked_reason(reason)
    lock(user)
    if user.deleted_at is not None:
        raise Refused(
            Text("注销了的账号不能恢复", "A deleted account does not come back"),
            Text("本人已经注销这个账号", "Its owner has deleted it"),
            Text("请本人重新注册", "Its owner registers anew"),
        )
    if user.disabled_at is None:
        raise Conflict(Text("这个账号没有停用", "This account is not disabled"), ledger.latest(user))
    user.disabled_at = None
    db.session.flush()
    ledger.record(user, "enable", actor, reason=words)


def end_sessions(user: User, actor: Actor, reason: str) -> None:
    """End everything that a user is signed in with.

    Raises:
        Invalid: no reason.
    """
    words = checked_reason(reason)
    ledger.record(user, "end_sessions", actor, reason=words, data={"sessions": sessions.end_sessions(user)})


def reset_second_factor(user: User, actor: Actor, reason: str) -> None:
    """Take a lost second factor off an account; its owner is told and every session ends.

    Raises:
        Invalid: no reason.
        Refused: it is the actor's own, or an account of the demonstration.
    """
    words = checked_reason(reason)
    _not_oneself(user, actor)
    second_factor.not_of_demonstration(user)
    lock(user)
    second_factor.reset_second_factor(user, actor, words)


def unlock(user: User, actor: Actor, reason: str) -> None:
    """Lift the pause after wrong passwords or codes before its time is over.

    Raises:
        Invalid: no reason.
        Refused: it is the actor's own.
        Conflict: the account is not locked any more.
    """
    words = checked_reason(reason)
    _not_oneself(user, actor)
    lock(user)
    locks = throttle.locks_of(asking.digest(user.email))
    if not locks:
        raise Conflict(Text("这个账号没有锁定", "This account is not locked"), ledger.latest(user))
    for kind in locks:
        throttle.release(asking.digest(user.email), user.id, asking.origin(), kind)
    ledger.record(user, "unlock", actor, reason=words, data={"locks": sorted(locks)})


def give_post(
    user: User, department: Text, region: str, duties: Sequence[str], until: datetime | None, actor: Actor, reason: str
) -> Post:
    """Make a user an official.

    Raises:
        FieldError, Invalid: as ``posts.services.give_post``; no reason.
        Refused: he is the actor himself, or an administrator.
    """
    words = checked_reason(reason)
    lock(user)
    _not_oneself(user, actor)
    if user.administrator:
        raise Refused(
            Text("管理员不兼任业务岗位", "An administrator holds no post"),
            Text("他现在是%(kind)s", "This person is now: %(kind)s") % {"kind": ADMINISTRATIONS[user.administrator]},
            Text("请先免去管理员，或另选一人", "End the administration first, or choose somebody else"),
        )
    return posts.give_post(user, department, region, duties, actor, until=until, reason=words)


def keep_a_security_administrator(user: User) -> None:
    """Pass when another security administrator remains who can sign in.

    All of them are locked, before ``user`` alone is, in the order of their keys: two who dismiss each other do it one
    after the other.

    Raises:
        Refused: nobody would remain to make administrators.
    """
    if user.administrator != "security":
        return
    every = sa.select(User).where(User.administrator == "security").order_by(User.id).with_for_update()
    db.session.scalars(every.execution_options(populate_existing=True)).all()
    others = sa.select(User.id).where(User.administrator == "security", can_sign_in(), User.id != user.id)
    if db.session.scalar(others.limit(1)) is None:
        raise Refused(
            Text("平台至少有一名能登录的安全管理员", "There is always a security administrator who can sign in"),
            Text("他是最后一名", "This is the last one"),
            Text("请先任命另一名安全管理员", "Appoint another security administrator first"),
        )


def keeps(user_id: int) -> list[Refused]:
    """An administrator cannot delete his account: somebody else ends his administration first."""
    if not db.session.get_one(User, user_id).administrator:
        return []
    return [
        Refused(
            Text("管理员要先免去，才能注销账号", "An administration ends before the account is deleted"),
            Text("您现在是管理员", "You are an administrator now"),
            Text("请另一名安全管理员先免去您的管理员", "Ask another security administrator to end it first"),
        )
    ]


def _not_oneself(user: User, actor: Actor) -> None:
    if user.id == actor.user_id:
        raise Refused(
            Text("管理员不能给自己授权，也不能停用自己", "Nobody grants rights to himself or disables himself"),
            Text("这是您自己的账号", "This is your own account"),
            Text("请由另一名安全管理员办理", "Ask another security administrator"),
        )


def oneself(actor: Actor) -> User:
    """The user whose own act history tells of: what he took away as a file."""
    return db.session.get_one(User, actor.user_id)
