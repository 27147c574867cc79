"""The link at the end of a mail that is not owed: it says whose mails, of which group, and that we made it."""

from __future__ import annotations

from itsdangerous import BadSignature, URLSafeSerializer

from marketplace.core.errors import Refused
from marketplace.core.text import Text


def link(user_id: int, key: str, base_url: str, secret: str) -> str:
    """The address that switches off a group of letters (or DAILY) for a user. It does not expire: mails are kept."""
    return f"{base_url}/unsubscribe/{_signer(secret).dumps([user_id, key])}"


def read(token: str, secret: str) -> tuple[int, str]:
    """The user and the group of letters of a link.

    Raises:
        Refused: it is not one of ours.
    """
    try:
        user_id, key = _signer(secret).loads(token)
    except BadSignature as error:
        raise Refused(
            Text(
                "退订链接来自我们发出的邮件，要完整打开",
                "An unsubscribe link comes from a mail of ours and is opened whole",
            ),
            Text("这个链接不完整或不是本平台发出的", "This one is incomplete or not ours"),
            Text(
                "请从邮件里复制完整的链接，或登录后在“通知设置”里关闭",
                "Copy the whole link from the mail, or sign in and switch it off in your notification settings",
            ),
        ) from error
    return user_id, key


def _signer(secret: str) -> URLSafeSerializer:
    return URLSafeSerializer(secret, salt="unsubscribe")
