"""Notices for tests, opened by the command that opens them."""

from __future__ import annotations

from typing import Any

from marketplace.core.actor import Actor
from marketplace.core.text import Text
from marketplace.foundation.db import transaction
from marketplace.notices import services
from marketplace.notices.content import section
from marketplace.notices.models import Notice, Objection
from marketplace.organizations.models import Organization
from tests.factories import accounts, calendar


def notice(about_id: int = 1, organization: Organization | None = None, days: int = 5) -> Notice:
    """An open notice about a challenge with this key."""
    owner = organization or accounts.organization()
    decision = services.Decision(
        "award", "challenge", "challenge", about_id, f"C-2026-{about_id:06d}", owner, Text("拟揭榜公示", "Award"),
        Text("某厅", "A department"), (section(Text("结果", "Result"), Text("拟揭榜单位：甲", "Winner: A")),),
    )  # fmt: skip
    calendar.know()
    with transaction():
        return services.open_notice(decision, accounts.actor(accounts.official(duties=("challenge",))), days=days)


def objection(made: Notice, actor: Actor, **changes: Any) -> Objection:
    """An objection against it."""
    said = {"name": "实名人", "phone": "0551-1", "subject": "名次", "facts": "评分有误", **changes}
    with transaction():
        return services.object_to(made, actor, said)
