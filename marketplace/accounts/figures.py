"""What an operator may change about signing in, passwords and sessions."""

from __future__ import annotations

from marketplace.core.setting import Setting
from marketplace.core.text import Text

MINUTES, HOURS, DAYS = Text("分钟", "minutes"), Text("小时", "hours"), Text("天", "days")

LOCK_AFTER = Setting(
    "accounts.lock_after", Text("连续几次密码不对就暂停登录", "Wrong passwords in a row before an account is locked"),
    5, unit=Text("次", "times"), least=3, most=10,
)  # fmt: skip
LOCK_MINUTES = Setting(
    "accounts.lock_minutes", Text("暂停登录多久", "How long an account is locked"), 15, unit=MINUTES, least=5, most=1440
)
NETWORK_FAILURES = Setting(
    "accounts.network_failures",
    Text("同一网络地址的失败次数上限", "Failed sign-ins per network address (maximum)"), 30,
    hint=Text("按暂停登录的时长计。许多人共用一个出口地址时可调高。",
              "Within the time of a lock. Raise it where many people share one address."),
    unit=Text("次", "times"), least=10, most=1000,
)  # fmt: skip
NETWORK_REQUESTS = Setting(
    "accounts.network_requests",
    Text("同一网络地址每小时注册和重设密码的次数上限", "Registrations and resets per hour and network (maximum)"),
    200,
    hint=Text("每一次都发一封邮件。几十人共用一个出口地址的培训班也不受影响。",
              "Each sends a mail. A course of a hundred people behind one address still gets through."),
    unit=Text("次", "times"), least=5, most=1000,
)  # fmt: skip
PASSWORD_LEAST = Setting(
    "accounts.password_least", Text("密码至少几个字符", "Minimum password length"), 10,
    unit=Text("个字符", "characters"), least=8, most=64,
)  # fmt: skip
PASSWORD_KINDS = Setting(
    "accounts.password_kinds",
    Text("密码至少含几类字符", "Character types a password must contain"), 0,
    hint=Text("大写字母、小写字母、数字、其他。0 表示不要求；等级保护测评要求时可设为 3。",
              "Capitals, small letters, digits, others. 0 asks for none, as NIST SP 800-63B advises."),
    unit=Text("类", "kinds"), least=0, most=4,
)  # fmt: skip
PASSWORD_DAYS = Setting(
    "accounts.password_days", Text("密码多久必须更换", "Maximum password age"), 0,
    hint=Text("0 表示不要求定期更换。", "0: never, as NIST SP 800-63B advises."), unit=DAYS, least=0, most=730,
)  # fmt: skip
IDLE_MINUTES = Setting(
    "accounts.idle_minutes", Text("多久不操作就结束登录", "Sessions end after inactivity of"), 240,
    unit=MINUTES, least=10, most=10080,
)  # fmt: skip
IDLE_MINUTES_STRICT = Setting(
    "accounts.idle_minutes_strict",
    Text("官员、专家和管理员多久不操作就结束登录", "Inactivity limit for officials, experts and administrators"), 30,
    unit=MINUTES, least=5, most=1440,
)  # fmt: skip
SESSION_HOURS = Setting(
    "accounts.session_hours", Text("一次登录最长多久", "Maximum session length"), 168, unit=HOURS, least=1, most=720
)
SESSION_HOURS_STRICT = Setting(
    "accounts.session_hours_strict",
    Text("官员、专家和管理员一次登录最长多久", "Maximum session for officials, experts and administrators"), 12,
    unit=HOURS, least=1, most=168,
)  # fmt: skip
ATTEMPT_DAYS = Setting(
    "accounts.attempt_days", Text("登录记录保存多久", "How long sign-in records are kept"), 200,
    hint=Text("网络安全法要求不少于六个月。", "The Cybersecurity Law requires at least six months."),
    unit=DAYS, least=184, most=3650,
)  # fmt: skip

ALL = (
    LOCK_AFTER, LOCK_MINUTES, NETWORK_FAILURES, NETWORK_REQUESTS, PASSWORD_LEAST, PASSWORD_KINDS, PASSWORD_DAYS,
    IDLE_MINUTES, IDLE_MINUTES_STRICT, SESSION_HOURS, SESSION_HOURS_STRICT, ATTEMPT_DAYS,
)  # fmt: skip
