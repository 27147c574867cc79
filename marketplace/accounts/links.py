"""Links that mails carry: signed, for one purpose, for a time, and dead as soon as what they were made for changed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from itsdangerous import BadSignature, URLSafeTimedSerializer

from marketplace.accounts.models import User
from marketplace.core.errors import Refused
from marketplace.core.text import Text
from marketplace.foundation.db import db

CONFIRM_HOURS, ADDRESS_HOURS, RESET_MINUTES = 48, 48, 60


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a link is for, how long it works, and what to say and do when it no longer does."""

    salt: str
    seconds: int
    rule: Text
    next: Text

    def token(self, user: User, secret: str, *more: str) -> str:
        """What the link carries. Any change of address or password makes it worthless."""
        return self._signer(secret).dumps([user.id, fingerprint(user), *more])

    def user_of(self, token: str, secret: str) -> tuple[User, list[Any]]:
        """Whose link it is, and what more it carries.

        Raises:
            Refused: the link is not ours, is too old, was used, or the account changed since.
        """
        try:
            user_id, made_for, *more = self._signer(secret).loads(token, max_age=self.seconds)
        except BadSignature as error:
            raise self.dead() from error
        user = db.session.get(User, user_id)
        if user is None or user.disabled_at is not None or made_for != fingerprint(user):
            raise self.dead()
        return user, more

    def dead(self) -> Refused:
        """Why the link does not work and what to do."""
        return Refused(self.rule, Text("这个链接已失效或不完整", "This link has expired or is incomplete"), self.next)

    def _signer(self, secret: str) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(secret, salt=self.salt)


CONFIRM = Purpose(
    "confirm-address", CONFIRM_HOURS * 3600,
    Text(f"确认链接 {CONFIRM_HOURS} 小时内有效，以最新一封邮件为准",
         f"A link works for {CONFIRM_HOURS} hours; only the newest one counts"),
    Text("请用同一邮箱再注册一次，会收到新的链接", "Register again with the same address to get a new link"),
)  # fmt: skip
RESET = Purpose(
    "reset-password", RESET_MINUTES * 60,
    Text(f"重设链接 {RESET_MINUTES} 分钟内有效，只能用一次", f"A link works for {RESET_MINUTES} minutes and once"),
    Text("请再申请一次，会收到新的链接", "Ask for a new link"),
)  # fmt: skip
NEW_ADDRESS = Purpose(
    "new-address", ADDRESS_HOURS * 3600,
    Text(f"确认链接 {ADDRESS_HOURS} 小时内有效；期间改过密码或邮箱，链接即作废",
         f"A link works for {ADDRESS_HOURS} hours, and only until password or address are changed"),
    Text("请登录后在“账号安全”里再申请一次", "Sign in and ask again on the page Security"),
)  # fmt: skip
# No mail carries this one: the cookie does, between the two steps of signing in.
SECOND_STEP = Purpose(
    "second-step", 600,
    Text("输入密码后 10 分钟内要完成第二步", "The second step follows the password within 10 minutes"),
    Text("时间已过，请重新输入密码", "Time has run out; enter your password again"),
)  # fmt: skip


def fingerprint(user: User) -> str:
    """Of address and password hash (which is salted): another one after any change of either."""
    return hashlib.sha256(f"{user.email}\n{user.password_hash}".encode()).hexdigest()[:16]
