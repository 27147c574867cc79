"""A person's own data: a copy of all that names him, and leaving without tearing holes into history."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

import sqlalchemy as sa

from marketplace.accounts.devices import device
from marketplace.accounts.models import Attempt, FormerPassword, RecoveryCode, SecondFactor, User, UserSession
from marketplace.accounts.sessions import end_sessions
from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.errors import NotFound
from marketplace.core.text import Text
from marketplace.foundation import ledger
from marketplace.foundation.db import db, lock
from marketplace.foundation.ledger import LedgerEntry
from marketplace.foundation.outbox import OutboxMessage, emit
from marketplace.web.plate import PersonalPart, capabilities

AT = Text("时间", "When")
LEFT = "user.left"
# Longer than a mail is tried (foundation/outbox.PAUSES).
LETTER_KEPT = timedelta(days=2)


def everything(user: User) -> list[PersonalPart]:
    """Every part of every capability, in the order of the table of contents; empty ones are left out."""
    parts = [part for each in capabilities() if each.personal for part in each.personal(user.id)]
    return [part for part in parts if part.rows]


def personal(user_id: int) -> Sequence[PersonalPart]:
    """What this capability and history hold about a person. Hashes and secrets are not given out: they name nobody."""
    user = db.session.get_one(User, user_id)
    return (_account(user), _sessions(user_id), _attempts(user_id), *_guards(user_id), _acts(user_id))


def _account(user: User) -> PersonalPart:
    labels = {
        "email": Text("邮箱", "E-mail"), "name": Text("姓名", "Name"), "language": Text("语言", "Language"),
        "created_at": Text("注册时间", "Registered"), "confirmed_at": Text("邮箱确认时间", "Address confirmed"),
        "password_at": Text("密码更换时间", "Password changed"),
        "second_factor_at": Text("动态口令启用时间", "Second factor since"),
        "consent_version": Text("同意的隐私说明版本", "Privacy notice agreed to"),
        "consent_at": Text("同意时间", "Agreed at"),
    }  # fmt: skip
    row = {key: getattr(user, key) for key in labels}
    return PersonalPart("user_account", Text("账号", "Account"), labels, [row])


def _sessions(user_id: int) -> PersonalPart:
    labels = {
        "created_at": Text("登录时间", "Signed in"), "seen_at": Text("最近使用", "Last seen"),
        "ended_at": Text("结束时间", "Ended"), "address": Text("网络地址", "Network address"),
        "device": Text("设备", "Device"), "agent": Text("浏览器自述", "What the browser said"),
    }  # fmt: skip
    rows = db.session.scalars(sa.select(UserSession).where(UserSession.user_id == user_id).order_by(UserSession.id))
    return PersonalPart("user_session", Text("登录", "Sessions"), labels, [
        {"created_at": each.created_at, "seen_at": each.seen_at, "ended_at": each.ended_at, "address": each.address,
         "device": device(each.agent), "agent": each.agent} for each in rows
    ])  # fmt: skip


def _attempts(user_id: int) -> PersonalPart:
    labels = {
        "at": AT, "kind": Text("做什么", "What"), "outcome": Text("结果", "Outcome"),
        "address": Text("网络地址", "Network address"),
    }  # fmt: skip
    mine = sa.select(Attempt).where(Attempt.user_id == user_id).order_by(Attempt.id)
    rows = [{key: getattr(each, key) for key in labels} for each in db.session.scalars(mine)]
    return PersonalPart("attempt", Text("登录与核对记录", "Attempts to sign in"), labels, rows)


def _guards(user_id: int) -> Iterable[PersonalPart]:
    """Secrets: that they exist and since when, never what they are."""
    for model, key, title in (
        (FormerPassword, "until", Text("用过的密码（只有散列值）", "Former passwords (hashes only)")),
        (SecondFactor, "created_at", Text("动态口令设备", "Devices of the second factor")),
        (RecoveryCode, "used_at", Text("恢复码（只有散列值）", "Recovery codes (digests only)")),
    ):
        column = model.__table__.c[key]
        mine = sa.select(column).where(model.__table__.c.user_id == user_id).order_by(model.__table__.c.id)
        yield PersonalPart(model.__tablename__, title, {key: AT}, [{key: each} for each in db.session.scalars(mine)])


def _acts(user_id: int) -> PersonalPart:
    labels = {
        "at": AT, "action": Text("行为", "Act"), "subject": Text("对象", "About"), "post": Text("岗位", "Post"),
        "reason": Text("理由", "Reason"), "hash": Text("存证散列", "Hash"),
    }  # fmt: skip
    by_him = (LedgerEntry.actor_id == user_id) & (LedgerEntry.actor_kind == "user")
    about_him = (LedgerEntry.subject_type == "user") & (LedgerEntry.subject_id == user_id)
    entries = db.session.scalars(sa.select(LedgerEntry).where(by_him | about_him).order_by(LedgerEntry.id))
    return PersonalPart("ledger_entry", Text("历史", "History"), labels, [
        {"at": each.at, "action": each.action, "subject": f"{each.subject_type} {each.subject_id}",
         "post": each.post, "reason": each.reason, "hash": each.hash} for each in entries
    ])  # fmt: skip


def delete_account(user: User) -> None:
    """Delete an account: sign-ins, secrets and addresses go, name and e-mail become made-up ones, history stays whole.

    History names people by key only, so that its chain is not touched.

    Raises:
        Refused: something must be settled before (the only owner of an organization, a post in force).
    """
    lock(user)
    if user.deleted_at is not None:
        raise NotFound
    for each in capabilities():
        for reason in each.keeps(user.id) if each.keeps else ():
            raise reason
    emit(LEFT, user, {"to": user.email, "name": user.name, "language": user.language})
    end_sessions(user)
    # From the top down: what lies above finds the person as he was, and his address goes last.
    for capability in reversed(capabilities()):
        if capability.forget:
            capability.forget(user.id)
    user.deleted_at = user.disabled_at = clock.now()
    ledger.record(user, "leave", Actor(kind="user", user_id=user.id))


def forget(user_id: int) -> None:
    """What goes from this capability. The record of attempts stays for its time, without naming anybody."""
    for model in (SecondFactor, RecoveryCode, FormerPassword):
        db.session.execute(sa.delete(model).where(model.__table__.c.user_id == user_id))
    db.session.execute(sa.update(UserSession).where(UserSession.user_id == user_id).values(address="", agent=""))
    db.session.execute(sa.update(Attempt).where(Attempt.user_id == user_id).values(user_id=None))
    user = db.session.get_one(User, user_id)
    user.name, user.email = pseudonym(user_id), no_address(user_id)
    user.password_hash, user.second_factor_at, user.administrator = NO_PASSWORD, None, ""


# A well-formed argon2id hash of nothing that can be typed.
NO_PASSWORD = "$argon2id$v=19$m=65536,t=3,p=4$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"


def pseudonym(user_id: int) -> str:
    """How somebody who left is called: the same in both languages."""
    return f"U-{user_id:06d}"


def no_address(user_id: int) -> str:
    """What stands where his address stood; no mail can reach it."""
    return f"{pseudonym(user_id).lower()}@deleted.invalid"


def forget_letters() -> None:
    """The last letter to who left needed his address; once it can no longer be waiting, the address goes too."""
    sent = (OutboxMessage.topic == LEFT) & (OutboxMessage.handled_at < clock.now() - LETTER_KEPT)
    db.session.execute(sa.update(OutboxMessage).where(sent).values(payload={}))
