"""The invented challenges of the demonstration that were awarded, each marked 演示, and what was written about them."""

from __future__ import annotations

from collections.abc import Iterator

from marketplace.sample.demo_challenges import DemoChallenge

# Milestone: name, in English, days after the contract, payment of the plan that falls due with it.
MILESTONES = (
    ("样机到场联调（演示）", "Prototype on site (demo)", 60, 2),
    ("连续运行 30 日（演示）", "Thirty days of running (demo)", 120, 0),
    ("资料与培训（演示）", "Documents and training (demo)", 145, 0),
)  # fmt: skip
REPORT = "按合同完成，实测数据见附件（演示）。"
RETURNED = "缺第三方检测报告，请补充（演示）。"
LATER = "防爆认证排期延后，已约定新的检测日期（演示）。"
STATEMENT = "全部里程碑通过，各项指标达到榜单要求（演示）。"
OPINION = "现场核对，指标达到，同意通过验收（演示）。"
FOUND = "现场复测三次，与申请一致（演示）。"
JUDGED = "材料齐全，现场抽测与申请一致，同意通过验收（演示）。"
DOUBTED = "作业时长波动较大，建议部分验收后继续观察（演示）。"
PARTLY = "作业时长未达到，按合同扣减尾款，其余通过（演示）。"
BELOW = "36"
ALONE = "指标少、当场可测，差额双方没有争议，不另组织验收组（演示）。"
CORRECTED = "立榜通知列错了联合体参加单位，经第二人复核撤销，重新公示（演示）。"
STOPPED = "低温工况下机构卡滞，三次改进后仍达不到指标（演示）。"
SETTLED = "已付 84 万元，经审计用于样机的 79.2 万元不收回，余款 4.8 万元退回（演示）。"
EXEMPT = "过程记录完整，尽到勤勉义务，没有弄虚作假，不追究责任（演示）。"


def demo_awarded() -> Iterator[DemoChallenge]:
    """One on notice, under way, accepted, terminated, accepted in part, and one before its acceptance panel."""
    yield _one("主井提升钢丝绳检测机器人（演示）", "Robot that inspects hoisting ropes (demo)", 48)
    yield _one("皮带机托辊更换机器人（演示）", "Robot that changes conveyor rollers (demo)", 262)
    yield _one("选煤厂浮选车间巡检机器人（演示）", "Robot that inspects a flotation plant (demo)", 520)
    yield _one("露天采场排水管线巡检机器人（演示）", "Robot that inspects drainage pipes (demo)", 400)
    yield _one("矸石山温度巡测机器人（演示）", "Robot that measures the heat of spoil heaps (demo)", 470)
    yield _one("变电所巡视机器人（演示）", "Robot that patrols a substation (demo)", 250)


def _one(title: str, title_en: str, days_ago: int) -> DemoChallenge:
    return DemoChallenge(
        "soe", "published", title, title_en, "special", "人工作业风险高、效率低，需要机器人替代（演示）。",
        "Done by hand it is slow and a risk; a robot shall do it (demo).",
        (("一次完成率", "Done at the first try", ">=", "95", "%"),
         ("单次作业时长", "Length of one job", "<=", "30", "min")),
        days_ago=days_ago,
    )  # fmt: skip
