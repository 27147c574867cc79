"""The plate of accounts: pages of people, and the mails of their addresses."""

from __future__ import annotations

from collections.abc import Sequence

from marketplace.accounts import notify, queries, views
from marketplace.core.text import Text
from marketplace.foundation.letters import SECURITY
from marketplace.web.limits import AN_HOUR, Limit, figure
from marketplace.web.plate import Capability, FooterLink, Named, Recorded


def named(ids: Sequence[int]) -> dict[int, Named]:
    """Users as the logs of administrators name them."""
    return {key: Named(f"{user.name} <{user.email}>") for key, user in queries.people(ids).items()}


def key_of(text: str) -> int | None:
    """The key of the user with this address."""
    user = queries.user_by_email(text)
    return user.id if user else None


USERS = Recorded(
    "user",
    Text("用户", "User"),
    acts={
        "register": Text("注册", "Registered"),
        "confirm": Text("确认邮箱", "Confirmed the address"),
        "sign_in": Text("登录", "Signed in"),
        "sign_out": Text("退出", "Signed out"),
        "edit": Text("修改账号", "Changed the account"),
        "load": Text("批量载入", "Loaded"),
        "appoint": Text("任命管理员", "Made an administrator"),
        "dismiss": Text("免去管理员", "Ended the administration"),
        "disable": Text("停用账号", "Disabled the account"),
        "retry_message": Text("重试失败消息", "Tried failed messages again"),
        "discard_message": Text("放弃失败消息", "Gave up a failed message"),
        "end_sessions": Text("结束全部会话", "Ended all sessions"),
        "export_log": Text("导出日志", "Exported a log"),
        "export_history": Text("导出全部留痕", "Exported the whole history"),
        "enable": Text("启用账号", "Enabled the account"),
    },
    named=named,
    key_of=key_of,
)

# Every registration sends a mail. A training course of a hundred people behind one address still gets through.
REGISTRATIONS = figure("accounts.registrations", Text("注册", "Registrations"), 200, AN_HOUR)

ACCOUNTS = Capability(
    name="accounts",
    blueprints=lambda: (views.blueprint(),),
    footer=(FooterLink(1, Text("注册账号", "Register"), "accounts.register", 10),),
    limits=(Limit(REGISTRATIONS, ("accounts.register",), "hour", ("POST",)),),
    letters={
        "user.registered": notify.registered,
        "user.registered_again": notify.registered_again,
    },
    records=(USERS,),
    letter_groups=(SECURITY,),
)
