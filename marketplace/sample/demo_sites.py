"""Invented sites, at least one for each state; every figure is made up and marked 演示."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class DemoSite:
    """A site to be brought to ``state``. ``began``: how many days ago it was filed; ``pilot``: its place among the
    verified pilots, the newest first.

    ``reason``: why it was returned, refused, ordered to be put right or revoked. ``level``: its further mark.
    """

    title: str
    title_en: str
    kind: str
    state: str
    began: int
    place: tuple[float, float] | None = None
    pilot: int = 0
    reason: str = ""
    level: str = ""


def demo_sites() -> Iterator[DemoSite]:
    """In the order in which they are made."""
    yield DemoSite("总装物流示范点（演示）", "Assembly logistics site (demo)", "place", "draft", 2)
    yield DemoSite("备件库转运示范点（演示）", "Spare parts store (demo)", "place", "submitted", 4, (117.21, 31.77))
    yield DemoSite("园区配送示范街区（演示）", "Park delivery street (demo)", "street", "returned", 9, (117.12, 31.84),
                   reason="应用点清单与现场不符，请补正（演示）")  # fmt: skip
    yield DemoSite("涂装线转运（演示）", "Paint line transfer (demo)", "industry", "recommended", 8, (117.25, 31.74))
    yield DemoSite(
        "冲压车间转运（演示）", "Press shop transfer (demo)", "place", "under_evaluation", 12, (117.19, 31.75)
    )
    yield DemoSite("发动机厂内物流（演示）", "Engine plant logistics (demo)", "industry", "notice", 16, (117.28, 31.79))
    yield DemoSite("零件超市配送（演示）", "Parts supermarket delivery (demo)", "place", "refused", 25, (117.3, 31.9),
                   reason="可复制性不足，专家意见已附（演示）")  # fmt: skip
    yield DemoSite("整车下线转运（演示）", "End-of-line transfer (demo)", "place", "designated", 27, (117.227, 31.82))
    yield DemoSite("仓配一体化行业场景（演示）", "Warehouse and delivery (demo)", "industry", "rechecked", 370,
                   (117.31, 31.86), pilot=1, level="province")  # fmt: skip
    yield DemoSite("夜间无人转运街区（演示）", "Night transfer street (demo)", "street", "rectifying", 200,
                   (117.16, 31.8), pilot=1, reason="一处应用点停用超过两个月，请恢复或调整（演示）")  # fmt: skip
    yield DemoSite("外协件转运示范点（演示）", "Outsourced parts transfer (demo)", "place", "warned", 300,
                   (117.35, 31.81), pilot=1, reason="整改到期未完成（演示）")  # fmt: skip
    yield DemoSite("老厂区转运示范点（演示）", "Old plant transfer (demo)", "place", "revoked", 330,
                   (117.29, 31.88), pilot=1, reason="停止运行超过 6 个月，陈述后仍不能恢复（演示）")  # fmt: skip
    yield DemoSite(
        "试点车间转运（演示）", "Pilot shop transfer (demo)", "place", "expired", 1130, (117.24, 31.9), pilot=2
    )


CONTENT: dict[str, Any] = {
    "address": "演示园区一号厂房", "investment": "260", "points": "4", "safety_officer": "演示负责人",
    "building": "8 台移动机器人接管厂内转运，与调度系统联网。（演示）",
    "building_en": "Eight mobile robots carry parts within the plant, linked to its dispatching system. (demo)",
    "running": "每天两班，每班 6 小时。（演示）", "effects": "转运等待由 18 分钟降到 6 分钟，夜班减少 3 人。（演示）",
    "effects_en": "Waiting for transfers fell from 18 to 6 minutes; three fewer people on the night shift. (demo)",
    "copying": "地面平整、通道宽 2 米以上的厂房可以照做，已写成作业规程。（演示）",
    "economics": "约 2.5 年回收。（演示）",
    "safety": "人车分流，急停按钮每 20 米一处，投保公众责任险。（演示）", "partners": "",
    "robots": [{"name": "移动机器人（演示）", "product": "", "count": "8"}],
}  # fmt: skip
ADVICE = "材料齐全，现场情况属实，同意推荐。（演示）"
VISIT = {"visitors": "演示省级经办甲、演示市级经办", "findings": "设备在用，运行记录与申报一致。（演示）"}
MARKS = {
    "technology": "16", "fit": "17", "effect": "21", "copying": "16", "safety": "8", "economy": "4",
}  # fmt: skip
MARK_REASON = "与现场和验证结果一致（演示）"
YEARLY = {"hours": "3980", "tasks": "52600", "incidents": "0", "text": "运行平稳。（演示）", "changes": "无。（演示）"}
REPLY = {"text": "生产线停产改造，申请保留一年。（演示）"}
LEVEL = {"title": "省级示范应用名单（演示）", "number": "", "issuer": "省工业和信息化厅（演示）"}
