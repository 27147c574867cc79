"""The second factor: a code of a device (TOTP, RFC 6238), and recovery codes for when the device is lost."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime

import pyotp
import sqlalchemy as sa

from marketplace.accounts.models import RecoveryCode, SecondFactor, User
from marketplace.accounts.sessions import end_sessions
from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.errors import FieldError, Refused
from marketplace.core.text import Text
from marketplace.foundation import ledger
from marketplace.foundation.db import db, lock
from marketplace.foundation.outbox import emit
from marketplace.foundation.vault import Vault

# Name of the site in the app of the device.
ISSUER = "机遇 Jiyu"
STEP = 30
# A clock may differ by one step, as RFC 6238 advises.
DRIFT = 1
CODES = 10
# No letters and digits that look alike; 12 of 31 are 59 bits.
ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
PURPOSE = "second-factor"


def prepare(user: User, vault: Vault) -> SecondFactor:
    """The factor being set up for a user: the one begun already, so that the page may be loaded again, or a new one.

    Raises:
        Refused: the account is one of the demonstration.
    """
    not_of_demonstration(user)
    found = pending(user)
    if found is None:
        found = SecondFactor(user_id=user.id, secret=vault.encrypt(pyotp.random_base32()))
        db.session.add(found)
        db.session.flush()
    return found


def pending(user: User) -> SecondFactor | None:
    """The factor that is being set up and not confirmed yet."""
    select = sa.select(SecondFactor).where(SecondFactor.user_id == user.id, SecondFactor.confirmed_at.is_(None))
    return db.session.scalars(select.order_by(SecondFactor.id.desc())).first()


def uri(user: User, secret: str) -> str:
    """What the picture for the device says (otpauth://)."""
    return pyotp.TOTP(secret).provisioning_uri(name=user.email, issuer_name=ISSUER)


def confirm(user: User, code: str, vault: Vault) -> list[str]:
    """Put the factor being set up in force and return new recovery codes: the only time that they are known.

    Raises:
        FieldError: on "code", when it is not what the device should show now.
    """
    lock(user)
    factor = pending(user)
    if factor is None or not _takes(factor, code, vault):
        raise FieldError("code", WRONG_CODE)
    others = sa.delete(SecondFactor).where(SecondFactor.user_id == user.id, SecondFactor.id != factor.id)
    db.session.execute(others)
    factor.confirmed_at = clock.now()
    changed = user.second_factor_at is not None
    user.second_factor_at = factor.confirmed_at
    codes = _new_codes(user, vault)
    ledger.record(user, "second_factor_on", _self(user), data={"replaced": changed})
    emit("user.second_factor", user, {"what": "on"})
    return codes


def check(user: User, text: str, vault: Vault) -> str:
    """Which second factor a text is: "code" of the device or "recovery" code, used up by this; "" when neither."""
    lock(user)
    factor = db.session.scalars(
        sa.select(SecondFactor).where(SecondFactor.user_id == user.id, SecondFactor.confirmed_at.is_not(None))
    ).first()
    if factor is not None and _takes(factor, text, vault):
        return "code"
    return "recovery" if _use_recovery_code(user, text, vault) else ""


def new_codes(user: User, vault: Vault) -> list[str]:
    """A new set of recovery codes; the old ones are worth nothing from now on."""
    codes = _new_codes(user, vault)
    ledger.record(user, "recovery_codes", _self(user))
    emit("user.second_factor", user, {"what": "codes"})
    return codes


def codes_left(user: User) -> int:
    """How many recovery codes have not been used."""
    mine = sa.select(sa.func.count()).where(RecoveryCode.user_id == user.id, RecoveryCode.used_at.is_(None))
    return db.session.scalar(mine) or 0


def turn_off(user: User, *, required: bool) -> None:
    """Ask for no second factor any more.

    Raises:
        Refused: officials, experts and administrators keep theirs.
    """
    if required:
        raise Refused(
            Text("官员、专家和管理员必须使用动态口令", "Officials, experts and administrators need a second factor"),
            Text("您的账号属于这一类", "Your account is one of them"),
            Text("换手机时用“换一台设备”，不必关闭",
                 "For a new phone use “Change the device”; there is no need to turn it off"),
        )  # fmt: skip
    _remove(user)
    ledger.record(user, "second_factor_off", _self(user))
    emit("user.second_factor", user, {"what": "off"})


def reset_second_factor(user: User, actor: Actor, reason: str) -> None:
    """Take a lost second factor off an account: by an administrator, with a record, and its owner is told.

    Every session ends. Who must have one sets it up anew after the next sign-in.

    Raises:
        FieldError: on "reason", when none is given.
    """
    if not reason.strip():
        raise FieldError("reason", Text("请写明原因和核实身份的方式", "Say why, and how the person was identified"))
    _remove(user)
    end_sessions(user)
    ledger.record(user, "second_factor_reset", actor, reason=reason.strip())
    emit("user.second_factor", user, {"what": "reset"})


def not_of_demonstration(user: User) -> None:
    """Accounts that many share cannot be changed by one of them.

    Raises:
        Refused: the account is one of the demonstration.
    """
    if user.demo:
        raise Refused(
            Text("演示账号由所有试用者共用", "The accounts of the demonstration are shared by everybody who tries it"),
            Text("您用的是演示账号，不能改动登录方式，也不能注销",
                 "You use one: how it signs in cannot be changed, and it cannot be deleted"),
            Text("要试这项功能，请注册一个自己的账号", "Register an account of your own to try this"),
        )  # fmt: skip


WRONG_CODE = Text("动态口令不对或已用过，请输入设备上的最新一个",
                  "Wrong code, or one that was used already; enter the newest one on your device")  # fmt: skip


def _takes(factor: SecondFactor, code: str, vault: Vault) -> bool:
    """Whether the code is that of now, give or take a step, and no code of this step or a later one was taken."""
    digits = "".join(code.split())
    if not (digits.isascii() and digits.isdecimal() and len(digits) == 6):
        return False
    totp, now = pyotp.TOTP(vault.decrypt(factor.secret)), _step(clock.now())
    for step in range(now - DRIFT, now + DRIFT + 1):
        if hmac.compare_digest(totp.at(step * STEP), digits) and step > factor.last_step:
            factor.last_step = step
            return True
    return False


def _step(moment: datetime) -> int:
    return int(moment.timestamp()) // STEP


def _new_codes(user: User, vault: Vault) -> list[str]:
    db.session.execute(sa.delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    codes = ["-".join(_group() for _ in range(3)) for _ in range(CODES)]
    db.session.add_all(RecoveryCode(user_id=user.id, digest=vault.digest(plain(code))) for code in codes)
    db.session.flush()
    return codes


def _group() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(4))


def plain(code: str) -> str:
    """A recovery code as it is compared: without hyphens and blanks, in lower case."""
    return "".join(c for c in code.casefold() if c.isalnum())


def _use_recovery_code(user: User, text: str, vault: Vault) -> bool:
    digests: Sequence[str] = vault.digests(plain(text))
    mine = sa.select(RecoveryCode).where(RecoveryCode.user_id == user.id, RecoveryCode.digest.in_(digests))
    code = db.session.scalars(mine.where(RecoveryCode.used_at.is_(None))).first()
    if code is None:
        return False
    code.used_at = clock.now()
    ledger.record(user, "recovery_code_used", _self(user))
    emit("user.second_factor", user, {"what": "recovery"})
    return True


def _remove(user: User) -> None:
    lock(user)
    for model in (SecondFactor, RecoveryCode):
        db.session.execute(sa.delete(model).where(model.user_id == user.id))
    user.second_factor_at = None


def _self(user: User) -> Actor:
    return Actor(kind="user", user_id=user.id)
