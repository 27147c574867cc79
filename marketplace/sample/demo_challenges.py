"""The invented challenges of two demo state-owned firms, each marked 演示, and the notices about two of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class DemoChallenge:
    """A challenge to be brought to ``state``. ``days_ago``: when it was begun; its days follow from there.

    ``needs``: it comes from the first published demo scenario of its account. ``reason``: of its return or withdrawal.
    """

    account: str
    state: str
    title: str
    title_en: str
    domain: str
    task: str
    task_en: str
    indicators: tuple[tuple[str, str, str, str, str], ...]
    days_ago: int = 3
    needs: bool = False
    reason: str = ""
    mode: str = "single"
    asked: tuple[str, ...] = field(default_factory=tuple)


def demo_challenges() -> Iterator[DemoChallenge]:
    """In the order in which they are loaded; every state that posting reaches occurs."""
    yield DemoChallenge(
        "soe", "published", "井下中央变电所巡检机器人（演示）", "Robot that inspects an underground substation (demo)",
        "special", "人工测温抄表耗时长、覆盖不全，需要轨道式巡检机器人测温、听声、读表并上传告警。",
        "Readings by hand take long and miss equipment; a robot on rails shall measure, listen, read and report.",
        (("单次巡检时长", "Time of one round", "<=", "30", "min"), ("设备覆盖率", "Equipment covered", ">=", "95", "%"),
         ("测温误差", "Error of temperature", "<=", "3", "℃")),
        days_ago=14,
        asked=("变电所内能否加装轨道？", "可否在顶板安装轨道？", "防爆合格证可以签约后取得吗？"),
    )  # fmt: skip
    yield DemoChallenge(
        "soe2", "published", "高空外墙清洗机器人（演示）", "Robot that washes high façades (demo)", "public",
        "人工吊篮清洗风险高，需要能跨越窗框的清洗机器人。", "Cradles are dangerous; a robot shall cross window frames.",
        (("清洗效率", "Area washed", ">=", "120", "m²/h"), ("单次爬升高度", "Height climbed", ">=", "100", "m")),
        days_ago=2, mode="race", needs=True,
    )  # fmt: skip
    yield _short("soe", "draft", "皮带廊道清扫机器人（演示）", "Robot that sweeps conveyor galleries (demo)", 2)
    yield _short("soe2", "in_review", "隧道衬砌检测机器人（演示）", "Robot that inspects tunnel linings (demo)", 2)
    yield _short("soe", "returned", "罐区动火监护机器人（演示）", "Robot that watches hot work (demo)", 6,
                 "请补充烟雾识别指标的检验方法（演示）。")  # fmt: skip
    yield _short("soe2", "approved", "仓内盘点无人机（演示）", "Drone that counts stock (demo)", 4)
    yield _short("soe", "closed", "巷道喷浆机器人（演示）", "Robot that sprays concrete in tunnels (demo)", 45)
    yield _short("soe2", "withdrawn", "桥梁拉索检测机器人（演示）", "Robot that inspects bridge cables (demo)", 60,
                 "依托工程停建，需求不再存在（演示）。")  # fmt: skip
    yield _short("soe", "withdrawn", "水下清淤机器人（演示）", "Robot that dredges under water (demo)", 50,
                 "资金安排调整，另行发榜（演示）。")  # fmt: skip


def _short(account: str, state: str, title: str, title_en: str, days_ago: int, reason: str = "") -> DemoChallenge:
    return DemoChallenge(
        account, state, title, title_en, "industrial", "现有设备不能满足要求，征集攻关方案（演示）。",
        "What there is does not do; proposals are sought (demo).",
        (("连续运行时间", "Time without a stop", ">=", "8", "h"),
         ("一次完成率", "Done at the first try", ">=", "98", "%")),
        days_ago=days_ago, reason=reason,
    )  # fmt: skip


def terms(wanted: DemoChallenge) -> dict[str, Any]:
    """The content of a challenge."""
    return {
        "task": wanted.task, "task_en": wanted.task_en,
        "indicators": [
            {"name": name, "name_en": name_en, "comparator": sign, "threshold": figure, "unit": unit, "present": "",
             "method": "现场连续 30 次（演示）", "method_en": "30 runs on site (demo)"}
            for name, name_en, sign, figure, unit in wanted.indicators
        ],
        "funds_kind": "amount", "funds": "300", "funds_note": "演示金额", "funds_note_en": "An invented sum",
        "payments": [_payment("签约", "On signing", "30"), _payment("中期检查", "At mid-term", "40"),
                     _payment("验收", "On acceptance", "30")],
        "months": "18",
        "criteria": [
            _criterion("c1", "技术先进性与可行性", "Soundness and feasibility", "40"),
            _criterion("c2", "场景适配度", "Fit to the site", "30"),
            _criterion("c3", "团队与业绩", "Team and record", "15"),
            _criterion("c4", "经济性与效益", "Cost and benefit", "15"),
        ],
    }  # fmt: skip


def _payment(name: str, name_en: str, share: str) -> dict[str, str]:
    return {"name": name, "name_en": name_en, "share": share}


def _criterion(key: str, name: str, name_en: str, weight: str) -> dict[str, str]:
    return {"key": key, "name": name, "name_en": name_en, "hint": "", "hint_en": "", "weight": weight, "least": ""}
