"""The invented challenges of the demonstration that experts judge, and what they say, each marked 演示."""

from __future__ import annotations

from collections.abc import Iterator

from marketplace.sample.demo_challenges import DemoChallenge

FIELDS = ("domain.special", "domain.industrial")
BIDDERS = ("vendor", "soe2")
# How many points below the maximum the experts give, bid after bid and criterion after criterion.
LESS = (("4", "3.5", "2", "1"), ("9", "6", "3.5", "4"), ("6.5", "5", "2.5", "3"))
NOTE = "与榜单指标逐项对照，依据充分的从高（演示）。"
WAIVED = "所持为公开市场少量股份，不参与经营，经集体研究豁免（演示）。"
CHANGED = "两位专家对现场适配的依据理解不同，合议后一致按较低的计（演示）。"


def demo_judged() -> Iterator[DemoChallenge]:
    """One whose panel is being asked, one that is being scored, one that is ranked."""
    yield DemoChallenge(
        "soe", "published", "皮带廊道清扫机器人（演示）", "Robot that clears spilt coal (demo)", "special",
        "廊道撒料多、坡度大，人工清扫风险高。", "Spilt coal on steep walkways; clearing it by hand is a risk.",
        (("清扫效率", "Cleared per hour", ">=", "300", "m²/h"), ("爬坡角度", "Slope climbed", ">=", "18", "°")),
        days_ago=38,
    )  # fmt: skip
    yield DemoChallenge(
        "soe", "published", "井下水泵房巡检机器人（演示）", "Robot that inspects a pump house (demo)", "special",
        "泵房潮湿、噪声大，需要机器人听音、测温、读表。",
        "Damp and loud; a robot shall listen, measure temperatures and read gauges.",
        (("读表准确率", "Gauges read right", ">=", "98", "%"), ("巡检时长", "Length of a round", "<=", "25", "min")),
        days_ago=46,
    )  # fmt: skip
    yield DemoChallenge(
        "soe", "published", "炉前取样机器人（演示）", "Robot that takes samples at a furnace (demo)", "special",
        "炉前高温、粉尘大，需要机器人取样测温。", "Heat and dust at the furnace; a robot shall take samples.",
        (("取样成功率", "Samples taken", ">=", "95", "%"), ("耐受温度", "Heat borne", ">=", "80", "℃")),
        days_ago=60,
    )  # fmt: skip
