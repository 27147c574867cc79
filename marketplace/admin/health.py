"""How the parts of the site are: worker, messages, index, disk, database, mail."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlsplit

import sqlalchemy as sa
from alembic.config import Config as AlembicConfig
from alembic.script import ScriptDirectory
from flask import current_app

from marketplace.admin import messages
from marketplace.admin.models import BackupMade, Pulse
from marketplace.config import Config
from marketplace.core import clock
from marketplace.core.setting import Setting
from marketplace.core.text import Text
from marketplace.foundation import dirty, outbox
from marketplace.foundation.db import MIGRATIONS, db, only_row, transaction
from marketplace.foundation.index.interface import IndexUnusable
from marketplace.foundation.worker import LATE
from marketplace.search.services import engine
from marketplace.settings.queries import value

PULSE_SECONDS = 30.0
BACKUP_DAYS = Setting(
    "admin.backup_days", Text("多少天没有备份算不正常", "Days without a backup before a warning"), 7,
    unit=Text("天", "days"), least=1, most=90,
)  # fmt: skip
# A leader that missed this many pulses is not at work.
MISSED = 4
LITTLE_SPACE = 0.1  # of the disk


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the site: well or not, what was measured, and what to do when it is not well."""

    label: Text
    well: bool
    fact: Text
    todo: Text | None = None


def beat() -> bool:
    """Task of the leading worker: say that it is at work."""
    with transaction():
        pulse = only_row(Pulse, {"id": 1}, {"at": clock.now()})
        pulse.at = clock.now()
    return False


def parts() -> list[Part]:
    """Every part, the ones that others rest on first."""
    config: Config = current_app.extensions["config"]
    return [_database(), _worker(), _outbox(), _index(), _disk(config), _mail(config), _backup(config)]


def _database() -> Part:
    current = db.session.scalar(sa.text("SELECT version_num FROM alembic_version"))
    said: dict[str, object] = {"kind": db.engine.dialect.name, "revision": current or "–", "head": _head()}
    return Part(
        Text("数据库", "Database"),
        current == _head(),
        Text("%(kind)s，迁移版本 %(revision)s", "%(kind)s, migration %(revision)s") % said,
        Text("程序需要迁移版本 %(head)s：运行 marketplace init", "The program needs %(head)s: run marketplace init")
        % said,
    )


@cache
def _head() -> str:
    config = AlembicConfig()
    config.set_main_option("script_location", str(MIGRATIONS))
    return str(ScriptDirectory.from_config(config).get_current_head())


def _worker() -> Part:
    pulse = db.session.get(Pulse, 1)
    age = (clock.now() - pulse.at).total_seconds() if pulse else None
    fact = Text("还没有运行过", "has never run") if age is None else Text("%(age)s前报到", "seen %(age)s ago") % {
        "age": span(age)
    }  # fmt: skip
    return Part(
        Text("后台任务", "Worker"),
        age is not None and age < MISSED * PULSE_SECONDS,
        fact,
        Text("请启动 marketplace worker，或看它的日志", "Start marketplace worker, or read its log"),
    )


def _outbox() -> Part:
    count, age = outbox.waiting()
    failed = sum(messages.counts().values())
    said: dict[str, object] = {"count": count, "age": span(age), "failed": failed}
    return Part(
        Text("待处理消息", "Messages"),
        age < LATE and not failed,
        Text("%(count)d 条到期待处理，最早的等了%(age)s；%(failed)d 条失败",
             "%(count)d due, the oldest for %(age)s; %(failed)d failed") % said,
        Text("失败的消息可以在“失败消息”页重试", "Failed messages can be tried again under “Failed messages”")
        if failed else Text("后台任务跟不上，请看它的日志", "The worker does not keep up: read its log"),
    )  # fmt: skip


def _index() -> Part:
    label = Text("搜索索引", "Search index")
    age = dirty.age()
    try:
        state = engine().status()
    except IndexUnusable:
        todo = Text("后台任务会自动重建，请稍后再看", "The worker builds it anew by itself: look again later")
        return Part(label, False, Text("不能使用", "cannot be used"), todo)
    said: dict[str, object] = {
        "documents": state.documents, "size": f"{state.size / 1e6:.1f}", "age": span(age),
    }  # fmt: skip
    return Part(
        label,
        age < LATE,
        Text(
            "%(documents)d 篇，%(size)s MB；最早的未入索引变动等了%(age)s",
            "%(documents)d documents, %(size)s MB; the oldest change not in it has waited %(age)s",
        )
        % said,
        Text("后台任务跟不上，请看它的日志", "The worker does not keep up: read its log"),
    )


def _disk(config: Config) -> Part:
    usage = shutil.disk_usage(config.data_dir)
    said: dict[str, object] = {"free": f"{usage.free / 1e9:.1f}", "total": f"{usage.total / 1e9:.1f}"}
    return Part(
        Text("磁盘", "Disk"),
        usage.free > LITTLE_SPACE * usage.total,
        Text("剩余 %(free)s GB，共 %(total)s GB", "%(free)s GB free of %(total)s GB") % said,
        Text("请清理或扩容", "Free some space, or add a disk"),
    )


def _mail(config: Config) -> Part:
    parts = urlsplit(config.mail_url)
    server = f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)
    console = parts.scheme == "console"
    return Part(
        Text("邮件", "Mail"),
        not console or config.demo,
        Text("打印在控制台，不寄出", "printed on the console, not sent") if console
        else Text("经 %(server)s 发送", "sent through %(server)s") % {"server": server},
        Text("请设置 MARKETPLACE_MAIL_URL", "Set MARKETPLACE_MAIL_URL"),
    )  # fmt: skip


def _backup(config: Config) -> Part:
    last = db.session.scalar(sa.select(BackupMade).order_by(BackupMade.id.desc()).limit(1))
    days = value(BACKUP_DAYS)
    age = (clock.now() - last.at).total_seconds() if last else None
    said: dict[str, object] = {"days": days}
    if last is None or age is None:
        fact = Text("还没有备份过", "none was ever made")
        if config.demo:
            fact = Text("还没有备份过；演示环境不要求", "none was ever made; a demonstration needs none")
    else:
        said |= {"age": span(age), "size": f"{last.size / 1e6:.1f}", "digest": last.digest[:12]}
        fact = (
            Text("%(age)s前，%(size)s MB，SHA-256 %(digest)s…", "%(age)s ago, %(size)s MB, SHA-256 %(digest)s…") % said
        )
    return Part(
        Text("备份", "Backup"),
        config.demo if age is None else age <= days * 86400,
        fact,
        Text("至少每 %(days)d 天备份一次：运行 marketplace backup 文件名",
             "Make one at least every %(days)d days: run marketplace backup FILE") % said,
    )  # fmt: skip


def span(seconds: float) -> Text:
    """A time that has passed, in its largest unit."""
    for size, zh, en in ((86400, "天", "d"), (3600, "小时", "h"), (60, "分钟", "min")):
        if seconds >= size:
            count = int(seconds // size)
            return Text(f" {count} {zh}", f"{count} {en}")
    return Text(f" {int(seconds)} 秒", f"{int(seconds)} s")
