"""Questions over the sample with what a person would want to find, judged by hand from its texts, and the measures.

Judged once, before anything was measured, and not to be tuned to: P1 is product …-000001 of the sample, S1 the first
scenario. ``best`` is what was meant (gain 2), ``good`` what is useful beside it (gain 1).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import mean

from marketplace.core import clock


@dataclass(frozen=True, slots=True)
class Judged:
    """One question: why these answers, the best and the good ones."""

    query: str
    why: str
    best: frozenset[str]
    good: frozenset[str]


def judged(query: str, why: str, best: str, good: str = "") -> Judged:
    """Numbers as "P1 P3-5 S7"."""
    return Judged(query, why, frozenset(numbers(best)), frozenset(numbers(good)))


def numbers(text: str) -> Iterable[str]:
    """ "P1 P3-5 S-2023-000001" → P1, P3, P4, P5, S-2023-000001."""
    for part in text.split():
        if part[1] == "-":
            yield part
            continue
        first, _, last = part[1:].partition("-")
        yield from (f"{part[0]}{number}" for number in range(int(first), int(last or first) + 1))


JUDGED = (
    judged("四足机器人巡检", "四足构型、用于巡检的产品与需求", "P99 P171 S57", "P92 P94-97 P100 P103 S38 S74"),
    judged("机器狗", "四足机器人的俗称", "P90 P92 P94-96 P98-105 P171 S38 S57", "P91 P93 P97 P151"),
    judged("电力巡检机器狗", "变电站、换流站里用四足巡检", "S57 S74 P171", "P92 P95 P96 P97 S47 S48"),
    judged("变电站巡检", "变电站内的巡检需求与能做的产品", "S74 S48 S47", "S57 P96 P171 P95"),
    judged("变电所巡查", "变电站巡检的另一种说法", "S47 S48 S74", "S57"),
    judged("防爆巡检", "有爆炸危险处的巡检", "P99 S52", "S47 S53 S56"),
    judged("煤矿井下巡检", "井下变电所与采掘巡检", "S47 S51", "S48 S50"),
    judged("光伏清洗", "清洁光伏组件", "S71 S82", "S14"),
    judged("光伏板清洁机器人", "同上，说法更长", "S71 S82"),
    judged("无人机巡检", "用无人机的巡检需求", "S14 S42 S41"),
    judged("高速公路巡查", "高速路面与事故巡查", "S41 S42", "S40 S45"),
    judged("AGV", "自动导引车一类的搬运设备", "P172 P124 P125 S-2023-000001", "S46 S4 S24"),
    judged("自动导引车", "AGV 的全称", "P172 P124 P125 S-2023-000001", "S46 S4 S24"),
    judged("仓库搬运机器人", "仓库里搬运", "P172 S-2023-000001 S46", "P88 P85 S4 S24 P124"),
    judged("托盘转运", "托盘搬运", "S-2023-000001 P172"),
    judged("机械手", "工业机械臂的俗称", "P26-31 P39-46 P170", "P1-25 P32-38 P47-52"),
    judged("六轴工业机器人", "六轴构型的工业机器人", "P26-28 P30-31 P39-40 P44-46 P170", "P29"),
    judged("协作机械臂 5公斤", "负载五千克的协作臂", "P4 P8 P14 P33 P36 P21 P24"),
    judged("七轴力控", "七轴带力控的臂", "P10-12 P41", "P20 P21"),
    judged("桌面机械臂", "桌面型小臂", "P5 P6 P17"),
    judged("xarm6", "型号连写", "P2", "P1 P3"),
    judged("UR 10e", "型号分写", "P37", "P36 P38"),
    judged("M8010 电机", "型号的一部分加品类", "P151"),
    judged("宇树人形", "宇树的人形产品", "P54-57"),
    judged("双足机器人", "双足人形", "P53-60 P63 P66-74 P78-83 P86 P89 P142", "P87"),
    judged("工业人形机器人", "面向工厂的人形", "P58 P59 P69 S5", "P65 P62 P88"),
    judged("轮式双臂", "轮式底盘加双臂", "P62 P64 P75 P77 P85", "P76 P84 P88 P65"),
    judged("汽车厂人形机器人搬料箱", "整车厂料箱搬运", "S5 P58 P59", "S4"),
    judged("洗地机器人", "洗地的商用设备与需求", "P109 P110 P114 P116 P117 S81", "P106"),
    judged("车间地面清洗", "工厂车间的洗地", "S81", "P109 P110 P114 P117 P116"),
    judged("地毯清洁", "能清洁地毯", "P113", "P136 P111"),
    judged("环卫机器人", "室外清扫保洁", "P112 S28 S29 S69 S72 S73", "P107 S26"),
    judged("广场落叶清扫", "广场落叶", "S26 S73", "S72 P112"),
    judged("扫地机", "家用扫地", "P161 P163-165", "P107 P112"),
    judged("割草机", "割草", "P141 P166"),
    judged("紫外线消毒", "紫外消毒设备", "P118 P119", "S67"),
    judged("送餐机器人", "餐饮配送", "P120 P121 P123 P126 P128 P133 S80", "P122 S36 S68"),
    judged("食堂回盘", "食堂的送餐与回盘", "S80", "P120 P123 P126 P128"),
    judged("酒店送物", "酒店里递送", "P127 P136 S68", "P134 P135"),
    judged("无人配送车", "室外无人车", "P138", "S69"),
    judged("迎宾接待", "迎宾导览", "P60 P129 P131 P132 P122 S34 S68", "P130 S35 P178"),
    judged("博物馆讲解", "讲解导览", "P178", "P129 P130 P131 P132 P60"),
    judged("汽车4S店导购", "汽车门店的导购", "S34 S35"),
    judged("养老陪护", "养老场所的陪护", "S18 S20 P68", "S17 S19"),
    judged("失能老人护理", "失能老人照护", "S17", "S18 S20 S19"),
    judged("独居老人", "独居老人的看护", "S20", "S19 S18"),
    judged("康复机器人", "康复用途", "S15", "P66 P68"),
    judged("艾灸", "艾灸理疗", "S23"),
    judged("医院送药", "院内或社区送药", "S67 S21"),
    judged("灵巧手", "灵巧手产品", "P157-159", "P67 P69"),
    judged("谐波减速器", "谐波减速与谐波关节", "P167 P168 P152 P153", "P156"),
    judged("关节模组 扭矩", "关节模组", "P147-150 P152-155 P167 P168", "P151"),
    judged("触觉传感器", "触觉传感", "P160", "P67 P69 P157"),
    judged("喷涂", "喷涂设备", "P169", "S6"),
    judged("焊接机器人", "焊接", "P29 S9", "S10"),
    judged("去毛刺", "打磨去毛刺", "S1"),
    judged("上下料", "机床上下料", "S4", "S2 S8"),
    judged("码垛", "码垛包装", "S8", "S4"),
    judged("外观缺陷检测", "整车与零件外观检测", "S6 S7", "S11"),
    judged("消防机器狗", "消防侦察四足", "P101", "S55 S56"),
    judged("灭火侦察", "火场侦察灭火", "S56 P101", "S55"),
    judged("管道清淤", "排水管道清淤", "S13"),
    judged("采摘机器人", "果蔬采摘", "S59", "S58"),
    judged("砌墙抹灰", "建筑施工", "S66"),
    judged("中小学机器人教学", "教育用机器人与科普", "S62 P144-146", "P143 P98 P90"),
    judged("具身智能数据采集", "数据采集", "S61 P64", "S65"),
    judged("外骨骼租赁", "景区外骨骼", "S37"),
    judged("巡檢機器人", "繁体提问", "P99 P171 S74 S57 S47 S48 S22 S30", "P96 S52 S55"),
    judged("xunjian", "拼音提问", "P99 P171 S74 S57 S47 S48 S22 S30", "P96 S52 S55 S14 S42"),
    judged("robot dog", "英文俗称", "P90 P92 P94-96 P98-105 P171 S38 S57", "P91 P93 P97"),
    judged("humanoid robot for factory", "英文长句", "P58 P59 P69 S5", "P65"),
    judged("substation inspection", "英文：变电站巡检", "S74 S48 S47", "S57 P96 P171"),
    judged("有没有能在台阶上巡检的机器人", "自然问句：上台阶的巡检", "S57 S74 P171 P96", "P95 P97 P92"),
    judged("想找一台给食堂送餐的机器人", "自然问句：食堂送餐", "S80 P120 P121 P123 P126 P128", "P133 P122"),
)

Ranking = Callable[[str], Sequence[str]]
"""A question → the numbers found, best first, as "P1"."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Means over all questions."""

    mrr: float
    ndcg: float
    recall: float

    def __str__(self) -> str:
        return f"MRR@10 {self.mrr:.3f}  nDCG@10 {self.ndcg:.3f}  recall@50 {self.recall:.3f}"


def measure(rank: Ranking) -> Measured:
    """MRR@10 (the first best answer), nDCG@10 (gains 2 and 1, logarithmic discount), recall@50 of best and good."""
    found = {each.query: list(rank(each.query)) for each in JUDGED}
    return Measured(
        mean(_reciprocal(found[each.query], each) for each in JUDGED),
        mean(_ndcg(found[each.query], each) for each in JUDGED),
        mean(_recall(found[each.query], each) for each in JUDGED),
    )


def _reciprocal(found: Sequence[str], asked: Judged) -> float:
    return next((1 / place for place, number in enumerate(found[:10], 1) if number in asked.best), 0.0)


def _ndcg(found: Sequence[str], asked: Judged) -> float:
    gains = [2 if number in asked.best else 1 if number in asked.good else 0 for number in found[:10]]
    ideal = [2] * len(asked.best) + [1] * len(asked.good)
    return _discounted(gains) / _discounted(ideal[:10])


def _discounted(gains: Sequence[int]) -> float:
    return sum(gain / math.log2(place + 1) for place, gain in enumerate(gains, 1))


def _recall(found: Sequence[str], asked: Judged) -> float:
    wanted = asked.best | asked.good
    return len(wanted & set(found[:50])) / len(wanted)


def short(kind: str, number: str) -> str:
    """ "P1" of P-2026-000001 in 2026, the whole number when it is of another year.

    Organizations were not judged and keep their place under a name of their own.
    """
    _letter, year, count = number.split("-")
    return f"{kind[0].upper()}{int(count)}" if int(year) == clock.today().year else number
