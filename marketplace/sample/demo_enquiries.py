"""Invented talks between the demo organizations: every state, opened from both sides."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Act = Literal["accept", "decline", "withdraw", "end", "meet", "read", "propose", "confirm"]


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing that happens: ``hours`` after the opening ``who`` (a demo account) does ``act``, or writes ``text``.

    ``detail``: the cause of a decline or an end; "pilot" or an amount in 万元 of an outcome.
    """

    hours: int
    who: str
    act: Act | Literal["write"]
    text: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class DemoEnquiry:
    """A talk to be walked through. ``scenario`` and ``product`` name demo listings by their keys.

    ``opener`` is the account that opens it ``hours_ago`` hours ago; without ``scenario`` it is about the product alone.
    """

    opener: str
    product: str
    text: str
    hours_ago: int
    scenario: str = ""
    turns: tuple[Turn, ...] = ()


# It is opened while the need is still public, and lapses when its owner closes it.
LAPSED = DemoEnquiry("vendor", "DP1", "我们的四足机器人可以承担这项任务，愿先到现场看一看。（演示）", 0, "DS10")


def demo_enquiries() -> Iterator[DemoEnquiry]:
    """The talks in the order they were opened."""
    yield _that_led_to_a_pilot()
    yield from _about_the_substation()
    yield from _about_products()
    yield from _unanswered()


def _that_led_to_a_pilot() -> DemoEnquiry:
    """The first of all: what follows from it goes on to a site and to a copy in another city."""
    return DemoEnquiry(
        "vendor2", "DP2", "两台样机随时可以进场，先在一条通道试。（演示）", 24 * 92, "DS2",
        (
            Turn(20, "soe2", "accept"),
            Turn(48, "soe2", "meet"),
            Turn(96, "soe2", "propose", "两台，一个月，指标按需求所列目标。（演示）", "pilot"),
            Turn(110, "vendor2", "confirm"),
        ),
    )  # fmt: skip


def _about_the_substation() -> Iterator[DemoEnquiry]:
    yield DemoEnquiry(
        "vendor", "DP1", "产品满足全部硬性要求，两周内可以到现场测试。（演示）", 70, "DS1",
        (
            Turn(5, "soe", "accept"),
            Turn(6, "soe", "write", "请先说明夜间巡检的照度要求，再约现场时间。（演示）"),
            Turn(8, "vendor", "write", "自带补光，0 lx 可用；本周三上午可以到站。（演示）"),
            Turn(9, "vendor", "read"),
            Turn(30, "soe", "meet"),
            Turn(40, "vendor", "propose", "两台，连续八周，指标按需求所列目标。（演示）", "pilot"),
            Turn(50, "soe", "confirm"),
        ),
    )  # fmt: skip
    yield DemoEnquiry(
        "vendor2", "DP2", "可用搬运机器人底盘改装。（演示）", 66, "DS1", (Turn(1, "vendor2", "withdraw"),)
    )
    yield DemoEnquiry(
        "vendor2", "DP2", "改装方案已更新，请看是否合适。（演示）", 64, "DS1",
        (Turn(6, "soe", "decline", "不能上台阶。（演示）", "requirements"),),
    )  # fmt: skip


def _about_products() -> Iterator[DemoEnquiry]:
    yield DemoEnquiry(
        "soe", "DP1", "想了解租赁一台的价格和交付时间。（演示）", 60,
        turns=(
            Turn(4, "vendor", "accept"),
            Turn(5, "vendor", "write", "报价单随合同草案发出，含一年维护。（演示）"),
            Turn(20, "vendor", "propose", "一台，含一年维护。（演示）", "48.5"),
        ),
    )  # fmt: skip
    yield DemoEnquiry(
        "soe", "DP2", "仓库改造，想了解负载和导航方式。（演示）", 58,
        turns=(
            Turn(3, "vendor2", "accept"),
            Turn(30, "soe", "end", "今年预算已用完。（演示）", "price"),
            Turn(31, "vendor2", "confirm"),
        ),
    )  # fmt: skip
    yield DemoEnquiry(
        "soe2", "DP1", "园区夜巡可否用同一款？（演示）", 50,
        turns=(Turn(10, "vendor", "decline", "", "capacity"),),
    )  # fmt: skip
    yield DemoEnquiry(
        "soe2", "DP2", "想直接采购两台，请报价。（演示）", 48,
        turns=(
            Turn(2, "vendor2", "accept"),
            Turn(10, "soe2", "propose", "两台，三十天交货。（演示）", "36"),
            Turn(12, "vendor2", "confirm"),
        ),
    )  # fmt: skip


def _unanswered() -> Iterator[DemoEnquiry]:
    yield DemoEnquiry("vendor", "DP1", "夜班搬运可先试用一台，费用另议。（演示）", 30, "DS2")
    yield DemoEnquiry("soe2", "DP2", "看到适配结果，请说明叉取高度和对接方式。（演示）", 26, "DS2")
