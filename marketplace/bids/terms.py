"""What a challenge says to those who bid: until when, and under which edition of its terms."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from marketplace.challenges.models import Addendum, Challenge
from marketplace.core import clock
from marketplace.core.errors import Refused
from marketplace.core.text import Text
from marketplace.foundation.db import db

RULE = Text(
    "截止时间前才能申报、更换或撤回，以数据库时钟为准",
    "Bids are sealed, replaced and withdrawn before the deadline, by the database's clock",
)


def closed_by(challenge: Challenge, instant: datetime) -> Refused | None:
    """Why nothing is sealed or taken back at this instant. The deadline itself is already too late."""
    if challenge.deadline is not None and instant >= challenge.deadline:
        at = clock.beijing(challenge.deadline).strftime("%Y-%m-%d %H:%M:%S")
        return Refused(
            RULE,
            Text("已于 %(at)s（北京时间）截止", "Bids closed on %(at)s (Beijing time)") % {"at": at},
            Text(
                "截止前封存的申报不受影响；可以关注后续榜单",
                "Bids sealed in time stand; you can follow other challenges",
            ),
        )
    if challenge.state == "published":
        return None
    return Refused(
        RULE,
        Text("榜单现在不接受申报", "The challenge is not accepting bids now"),
        Text("请看榜单页面的说明", "Its page says why"),
    )


def changed_since(challenge: Challenge, edition: int) -> bool:
    """Whether a material addendum made the terms others than those of ``edition``: such a bid is confirmed again."""
    later = sa.select(sa.func.count()).where(
        Addendum.challenge_id == challenge.id,
        Addendum.state == "issued",
        Addendum.material,
        Addendum.edition > edition,
    )
    return bool(db.session.scalar(later))
