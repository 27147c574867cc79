"""Fifteen invented experts, each marked 演示, so that every state of the register and every kind of tie occurs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

# The number of the expert whose shares of a bidder bar him from panels.
SHAREHOLDER = 10


@dataclass(frozen=True, slots=True)
class DemoExpert:
    """An expert to be brought to ``state`` through the real life cycle.

    ``account``: the local part of a demo account; one without an account of ``cli.demo`` gets one of its own, closed
    unless he is approved.
    ``days_ago``: when he declared and, in states behind an approval, was approved. ``change``: fields declared anew
    since then, waiting for an official. ``{vendor}`` and ``{soe}`` in an organization stand for the account's 演示单位.
    """

    account: str
    state: str
    content: dict[str, Any]
    days_ago: int = 3
    reason: str = ""
    change: dict[str, Any] | None = field(default=None)


def demo_experts() -> Iterator[DemoExpert]:
    """In the order in which they are loaded."""
    yield from _approved()
    yield from _others()
    yield from _more()


def _approved() -> Iterator[DemoExpert]:
    yield DemoExpert("expert1", "approved", _content(
        "演示专家甲", "教授级高级工程师（演示）", "340100", ["industrial", "logistics"], ["amr", "articulated_arm"],
        employers=[_job("演示单位·某机械研究院", "副总工程师", "2012-07"),
                   _job("演示单位·某装备厂", "工程师", "2004-07", "2012-06")],
        relations=[_relation("co_author", "{vendor2}", "演示作者", "2023-05", "2024-10", "共同署名论文一篇（演示）")],
    ), days_ago=120)  # fmt: skip
    yield DemoExpert("expert2", "approved", _content(
        "演示专家乙", "教授（演示）", "340200", ["special", "public"], ["quadruped"],
        employers=[_job("演示单位·某大学", "教授", "2008-09")],
        relations=[_relation("project", "{soe}", "", "2022-01", "2023-12", "联合课题（演示）")],
    ), days_ago=200, change={
        "holdings": [_share("{vendor}", "1.5", "2026-01")], "no_holdings": False,
        "employers": [_job("演示单位·某大学", "教授", "2008-09"), _job("{vendor}", "技术顾问", "2025-09")],
    })  # fmt: skip
    yield DemoExpert("expert3", "approved", _content(
        "演示专家丙", "正高级工程师（演示）", "340100", ["special", "industrial"], ["quadruped", "special_chassis"],
        employers=[_job("{soe}", "设备部主任", "2001-07", "2019-03"), _job("演示单位·某协会", "秘书长", "2019-04")],
    ), days_ago=316)  # fmt: skip


def _others() -> Iterator[DemoExpert]:
    yield DemoExpert("expert4", "in_review", _content(
        "演示专家丁", "高级工程师（演示）", "outside", ["healthcare", "eldercare"], [],
        employers=[_job("演示单位·某检测中心", "部长", "2015-03")],
        relations=[_relation("relative", "{vendor2}", "", "2020-06", "", "配偶任职（演示）")],
    ), days_ago=2)  # fmt: skip
    yield DemoExpert("expert5", "returned", _content(
        "演示专家戊", "研究员（演示）", "340300", ["agriculture"], [],
        employers=[_job("演示单位·某农科院", "研究员", "2010-07")],
    ), days_ago=6, reason="请补上以前的任职单位，并写明专长（演示）。")  # fmt: skip
    yield DemoExpert("expert6", "suspended", _content(
        "演示专家己", "高级工程师（演示）", "340100", ["logistics"], ["amr"],
        employers=[_job("{vendor2}", "总工程师", "2018-05")],
    ), days_ago=90, reason="有一项关系正在核实（演示）。")  # fmt: skip
    yield DemoExpert("expert7", "expired", _content(
        "演示专家庚", "教授（演示）", "340800", ["education"], [],
        employers=[_job("演示单位·某学院", "教授", "1999-07")],
    ), days_ago=420)  # fmt: skip
    yield DemoExpert("expert8", "withdrawn", _content(
        "演示专家辛", "高级工程师（演示）", "341200", ["commercial"], [],
        employers=[_job("演示单位·某商贸公司", "部长", "2011-02")],
    ), days_ago=60)  # fmt: skip


def _more() -> Iterator[DemoExpert]:
    """Enough of one field to draw panels from, each from another employer."""
    names = "壬癸子丑寅卯辰"
    employers = ("矿业大学", "安全技术中心", "电力设计院", "煤炭研究院", "自动化研究所", "特检院", "理工大学")
    for number, (name, employer) in enumerate(zip(names, employers, strict=True), 9):
        job = _job(f"演示单位·某{employer}", "教授级高级工程师", "2009-07")
        content = _content(
            f"演示专家{name}", "正高级工程师（演示）", "340100", ["special"], ["special_chassis"], employers=[job]
        )
        if number == SHAREHOLDER:
            content |= {"holdings": [_share("{vendor}", "2", "2021-05")], "no_holdings": False}
        yield DemoExpert(f"expert{number}", "approved", content, days_ago=150)


def _content(
    name: str, title: str, region: str, domains: list[str], categories: list[str],
    *, employers: list[dict[str, Any]], relations: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:  # fmt: skip
    return {
        "name": name, "title": title, "region": region, "domains": domains, "categories": categories,
        "about": "演示：本条全部内容为虚构，不对应任何真实个人。", "employers": employers,
        "holdings": [], "no_holdings": True, "relations": relations or [], "no_relations": not relations,
    }  # fmt: skip


def _job(organization: str, position: str, since: str, until: str = "") -> dict[str, Any]:
    return {"organization": organization, "code": "", "position": position, "since": since, "until": until}


def _share(organization: str, percent: str, since: str) -> dict[str, Any]:
    return {"organization": organization, "code": "", "percent": percent, "since": since, "until": ""}


def _relation(kind: str, organization: str, person: str, since: str, until: str, note: str) -> dict[str, Any]:
    return {
        "kind": kind, "organization": organization, "code": "", "person": person, "since": since, "until": until,
        "note": note,
    }  # fmt: skip
