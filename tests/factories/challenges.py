"""Challenges for tests: what an owner would write, brought to a state by walking its life."""

from __future__ import annotations

from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

from marketplace.accounts.models import User
from marketplace.challenges import services
from marketplace.challenges.lifecycle import CHALLENGE
from marketplace.challenges.models import Challenge
from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.foundation.db import db, transaction
from marketplace.foundation.files import Prepared, prepare_document
from marketplace.organizations.models import Organization
from marketplace.scenarios.models import Scenario
from tests.factories import accounts, calendar
from tests.factories.listings import REASON, member_of

# State → the steps that lead there from a draft; those of later stages belong to the tests of their capabilities.
WAYS: dict[str, tuple[str, ...]] = {
    "draft": (),
    "in_review": ("submit",),
    "returned": ("submit", "return"),
    "approved": ("submit", "approve"),
    "published": ("submit", "approve", "publish"),
    "withdrawn": ("submit", "approve", "publish", "withdraw"),
}


def content(**changes: Any) -> dict[str, Any]:
    """Terms that an official can judge."""
    given = {
        "task": "井下变电所轨道式巡检，测温、读表。", "task_en": "Inspect an underground substation.",
        "indicators": [indicator("单次巡检时长", "<=", "30", "min"), indicator("设备覆盖率", ">=", "95", "%")],
        "funds_kind": "amount", "funds": "300", "funds_note": "不含土建", "funds_note_en": "Without building work",
        "payments": [payment("签约", "30"), payment("中期", "40"), payment("验收", "30")], "months": "18",
        "criteria": [criterion("feasibility", "技术先进性与可行性", "60"), criterion("price", "经济性", "40")],
    }  # fmt: skip
    return {**given, **changes}


def indicator(name: str, comparator: str, threshold: str, unit: str, **more: str) -> dict[str, str]:
    """One indicator of the terms."""
    return {
        "name": name, "name_en": f"Indicator {threshold}", "unit": unit, "comparator": comparator,
        "threshold": threshold, "present": "", "method": "现场连续30次", "method_en": "30 runs on site", **more,
    }  # fmt: skip


def payment(name: str, share: str) -> dict[str, str]:
    """One payment of the plan; ``share`` in percent."""
    return {"name": name, "name_en": f"Payment of {share}%", "share": share}


def criterion(key: str, name: str, weight: str, least: str = "") -> dict[str, str]:
    """One criterion; ``weight`` and ``least`` of 100."""
    return {
        "key": key, "name": name, "name_en": key, "hint": "", "hint_en": "", "weight": weight, "least": least,
    }  # fmt: skip


def times(start: datetime | None = None, days: int = 40) -> dict[str, datetime]:
    """A timetable that begins at ``start`` (now) and ends with the deadline so many days later, at 17:00 in Beijing."""
    begin = clock.beijing(start or clock.now()).replace(hour=17, minute=0, second=0, microsecond=0)
    ahead = {"questions_until": days - 20, "answers_until": days - 15, "deadline": days, "opening_at": days + 1}
    return {key: begin + timedelta(days=each) for key, each in ahead.items()}


def challenge(
    state: str = "published",
    organization: Organization | None = None,
    scenario: Scenario | None = None,
    official: Actor | None = None,
    *,
    columns: dict[str, Any] | None = None,
    **terms: Any,
) -> Challenge:
    """A challenge in a state, written by a member of ``organization`` (a new one) and decided by the province."""
    owner = organization or accounts.organization()
    calendar.know()
    given = {"title": "变电所巡检机器人", "title_en": "Substation inspection robot", "domain": "special", **times()}
    with transaction():
        made = services.create(
            owner, member_of(owner), scenario=scenario, columns={**given, **(columns or {})}, content=content(**terms)
        )
        if "contract" not in terms:
            services.attach(made, contract(), (), member_of(owner))
    for name in WAYS[state]:
        take(made, name, official)
    return made


def contract() -> Prepared:
    """A contract template as it was uploaded."""
    return prepare_document(BytesIO("合同范本".encode()), "合同范本.txt")


def take(made: Challenge, name: str, official: Actor | None = None) -> None:
    """One step, by who takes it."""
    step = CHALLENGE.by_name[name]
    deciding = official or accounts.actor(challenge_official())
    with transaction():
        if name == "publish":
            services.publish(made)
            return
        if name == "close":
            services.close(made)
            return
        acting = deciding if name in ("return", "approve", "withdraw") else member_of(made.organization)
        services.take_step(made, step, acting, REASON if step.asks_reason else "", None)


def challenge_official(region: str = accounts.PROVINCE) -> User:
    """Somebody who runs challenges."""
    return accounts.official(region, ("challenge",), "省工业和信息化厅")


def fresh(made: Challenge) -> Challenge:
    """The challenge as the database holds it now."""
    db.session.refresh(made)
    return made
