"""What the invented bids of the demonstration say, each marked 演示, and the two challenges that have been opened."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from marketplace.sample.demo_challenges import DemoChallenge


def demo_opened() -> Iterator[DemoChallenge]:
    """Challenges past their opening: one with bids to be checked, one with too few bids."""
    yield DemoChallenge(
        "soe", "published", "输煤栈桥巡检机器人（演示）", "Robot that inspects a coal conveyor (demo)", "special",
        "栈桥粉尘大、巡检路线长，需要机器人测温、识别跑偏和撒料。",
        "Dust and long rounds; a robot shall measure temperatures and see when the belt runs off.",
        (("单次巡检里程", "Length of one round", ">=", "5", "km"), ("跑偏识别率", "Deviations seen", ">=", "97", "%")),
        days_ago=50,
    )  # fmt: skip
    yield DemoChallenge(
        "soe2", "published", "地下管廊消防机器人（演示）", "Robot that fights fires in tunnels (demo)", "special",
        "管廊火情初期人员难以进入，需要机器人先期处置。", "People cannot enter early; a robot shall act first.",
        (("越障高度", "Step climbed", ">=", "200", "mm"), ("喷射流量", "Flow", ">=", "40", "L/s")),
        days_ago=48, mode="race",
    )  # fmt: skip


def demo_bid(indicators: Sequence[str]) -> dict[str, Any]:
    """The fields of a bid; a promise for each of these indicators."""
    return {
        "approach": "采用轨道与履带混合底盘，双光谱云台测温，边缘端识别跑冒滴漏（演示）。",
        "experience": "两处同类现场运行满一年，附检测报告（演示）。",
        "indicators": {name: {"promised": "优于要求（演示）", "basis": "样机实测（演示）"} for name in indicators},
        "price": "268.00", "months": "14", "leader": "演示负责人，高级工程师", "team": "12 人，3 名高工（演示）。",
        "schedule": "第 4 个月样机，第 9 个月现场试运行，第 14 个月验收（演示）。",
        "division": "",
    }  # fmt: skip
