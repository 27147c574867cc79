"""The plate of accounts: pages of people, the mails of their addresses, and how long records of them are kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from marketplace.accounts import figures, notify, privacy, queries, sessions, throttle, views
from marketplace.core import clock
from marketplace.core.text import Text
from marketplace.foundation.db import transaction
from marketplace.foundation.letters import SECURITY
from marketplace.foundation.worker import Task
from marketplace.settings import queries as settings
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
        "unlock": Text("解除锁定", "Lifted the lock"),
        "end_sessions": Text("结束全部会话", "Ended all sessions"),
        "export_log": Text("导出日志", "Exported a log"),
        "export_history": Text("导出全部留痕", "Exported the whole history"),
        "agree": Text("同意隐私说明", "Agreed to the privacy notice"),
        "ask_new_address": Text("申请更换邮箱", "Asked for a new address"),
        "change_address": Text("更换邮箱", "Changed the address"),
        "change_password": Text("更换密码", "Changed the password"),
        "reset_password": Text("重设密码", "Reset the password"),
        "leave": Text("注销账号", "Deleted the account"),
        "recovery_code_used": Text("使用恢复码", "Used a recovery code"),
        "recovery_codes": Text("更换恢复码", "Made new recovery codes"),
        "second_factor_on": Text("启用动态口令", "Turned the second factor on"),
        "second_factor_off": Text("停用动态口令", "Turned the second factor off"),
        "second_factor_reset": Text("重置动态口令", "Reset the second factor"),
        "session_ended": Text("结束一个会话", "Ended a session"),
        "sessions_ended": Text("结束其他会话", "Ended the other sessions"),
        "enable": Text("启用账号", "Enabled the account"),
    },
    named=named,
    key_of=key_of,
)


def _forget_old() -> bool:
    """Delete records of attempts and ended sessions that have had their time."""
    before = clock.now() - timedelta(days=settings.value(figures.ATTEMPT_DAYS))
    with transaction():
        more = throttle.forget_old(before)
        sessions.forget_old(before)
        privacy.forget_letters()
    return more


ACCOUNTS = Capability(
    name="accounts",
    blueprints=lambda: (views.blueprint(),),
    footer=(FooterLink(1, Text("注册账号", "Register"), "accounts.register", 10, visitors=True),),
    letters={
        "user.registered": notify.registered,
        "user.registered_again": notify.registered_again,
        "user.password_changed": notify.password_changed,
        "user.second_factor": notify.second_factor,
        "user.new_address": notify.new_address,
        "user.address_changed": notify.address_changed,
        "user.left": notify.left,
        "attempt.reset": notify.reset,
    },
    records=(USERS,),
    letter_groups=(SECURITY,),
    tasks=(Task("forget old sign-in records", _forget_old, 3600.0),),
    settings=figures.ALL,
    strict=lambda actor: bool(actor.administrator),
    personal=privacy.personal,
    forget=privacy.forget,
)
