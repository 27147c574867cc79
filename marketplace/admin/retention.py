"""How long logs beside the history are kept. The history itself is kept for good."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from marketplace.accounts.models import UserSession
from marketplace.core import clock
from marketplace.core.setting import Setting
from marketplace.core.text import Text
from marketplace.foundation.db import db, transaction
from marketplace.settings.queries import value

EVERY_SECONDS = 6 * 3600.0
MOST = 5000
# Six months: the least that the Cybersecurity Law (art. 21) and GB/T 22239 level 3 ask of logs.
LOG_DAYS = Setting(
    "admin.log_days",
    Text("登录日志和邮件投递记录保留多久", "How long sign-ins and mail deliveries are kept"),
    365,
    hint=Text("办理留痕不在其内，永久保留。", "History is not among them: it is kept for good."),
    unit=Text("天", "days"),
    least=183,
    most=3650,
)


def forget_old() -> bool:
    """Task of the leading worker: delete what is older, some thousands at a time; True when there is more."""
    before = clock.now() - timedelta(days=value(LOG_DAYS))
    old = sa.select(UserSession.id).where(UserSession.ends_at < before).order_by(UserSession.id).limit(MOST)
    with transaction():
        gone = db.session.execute(sa.delete(UserSession).where(UserSession.id.in_(old)))
    return bool(gone.rowcount == MOST)  # type: ignore[attr-defined]
