"""Needs of the sample with the products that fit them, judged by hand from the texts of both, and the measures.

Judged once, before anything was measured, and not to be tuned to. A product fits when what its row says it does is
what the need wants done, and no must-have speaks against it; a wide need is met by each that does one of its tasks.
Numbers as in ``tests/search/judged.py``: S1 is the first need of the sample, P1 the first product.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import mean

from tests.search.judged import numbers

FIRST = 5


@dataclass(frozen=True, slots=True)
class Fitting:
    """A need, the products that fit it, and why these."""

    need: str
    why: str
    products: frozenset[str]


def fitting(need: str, why: str, products: str) -> Fitting:
    """Numbers as "P1 P3-5"."""
    return Fitting(need, why, frozenset(numbers(products)))


JUDGED = (
    fitting("S1", "去毛刺：打磨工位的六轴机，或带力控的臂", "P10-12 P26-28 P30 P41 P44-46 P170"),
    fitting("S2", "注塑取件：写明取件的，以及中等负载的上下料机", "P26-28 P30 P43 P45 P46 P170"),
    fitting("S3", "产线柔性工序：进工厂的人形与轮式双臂", "P58 P59 P62 P65 P69 P73-75 P77 P84 P85"),
    fitting("S4", "需求点名人形或轮式双臂，做取放与转运", "P58 P59 P62 P65 P69 P70 P73-75 P77 P84 P85 P88"),
    fitting("S5", "料箱搬运：能走到产线搬料箱的人形与轮式双臂", "P55 P58 P59 P62 P69 P73-75 P84 P85 P88"),
    fitting("S6", "视觉检测：写明检测或质检的臂与人形", "P33 P39 P42 P58 P65"),
    fitting("S7", "来料与下线检测：同上", "P33 P39 P42 P58 P65"),
    fitting("S8", "抓取码垛：负载十千克以上的臂", "P9 P12 P15 P16 P25-28 P30 P34 P35 P37 P38 P40 P42-46 P51 P52 P170"),
    fitting("S9", "焊接：写明弧焊、点焊或焊接的臂", "P29 P38 P40 P45"),
    fitting("S10", "钢筋焊接与数十公斤搬运：焊接臂与重载臂", "P26 P29 P38 P40 P44 P45"),
    fitting("S15", "回转机构：小体积的关节模组", "P147-150 P152-155 P167 P168"),
    fitting("S17", "失能失智照护：康养照护与康复", "P66-68"),
    fitting("S18", "情感陪护：养老陪护与康养", "P66-68 P87"),
    fitting("S20", "独居陪护：养老陪护", "P67 P68 P87"),
    fitting("S21", "送药：封闭货舱、能进楼的配送机，或药店取货", "P75 P123 P127 P134-136"),
    fitting("S22", "车站设备巡检：能自主巡检读表的移动平台", "P92-97 P103 P171"),
    fitting("S24", "货站搬运分拣：移动搬运，或分拣的臂与人形",
            "P31 P34 P37 P38 P42 P58 P62 P69 P73-75 P85 P88 P124 P125 P172"),
    fitting("S26", "落叶与道路清扫：室外清扫", "P107 P112"),
    fitting("S27", "市政养护：清扫、修剪、巡查", "P91 P93 P94 P107 P112 P141 P166"),
    fitting("S28", "街道环卫：室外清扫", "P107 P112"),
    fitting("S29", "街道环卫：室外清扫", "P107 P112"),
    fitting("S32", "商业街区：配送、导购、表演", "P53 P54 P56 P60 P61 P63 P79 P120-123 P126-136"),
    fitting("S33", "现场制作：餐饮制作", "P137"),
    fitting("S34", "门店迎宾讲解：人形与迎宾导览", "P53 P60 P61 P89 P129 P131 P132"),
    fitting("S35", "门店接待讲解：人形与迎宾导览", "P53 P60 P61 P89 P122 P129-132"),
    fitting("S36", "机器人餐厅：制作、送餐、表演", "P61 P63 P79 P120-123 P126 P128 P133 P137"),
    fitting("S38", "景区巡逻：能在户外走动巡逻的四足与轮足", "P87 P90-97 P99 P100 P102-104 P171"),
    fitting("S39", "公园：接驳、清扫、巡护、割草、表演",
            "P54 P61 P63 P79 P91-97 P102 P103 P107 P112 P138 P141 P166 P171"),
    fitting("S40", "道路巡逻：轮式或轮足的巡逻平台", "P87 P91 P93 P97"),
    fitting("S46", "货到人：仓内搬运与拣选", "P42 P58 P69 P73-75 P84 P85 P88 P124 P125 P172"),
    fitting("S47", "井下变电所：防爆巡检在先，变电站巡检可谈", "P95 P96 P99 P171"),
    fitting("S48", "地面变电站巡检：自主巡检的四足与轮足", "P92 P94-97 P99 P103 P171"),
    fitting("S50", "矿山岗位替代：防爆、特种底盘、矿山试点", "P83 P99 P101 P139 P140"),
    fitting("S51", "采掘与救援：防爆、侦察、抢险、驮运", "P83 P99-101 P139 P140"),
    fitting("S52", "危化巡检：防爆巡检，带气体检测的侦察", "P99 P101"),
    fitting("S54", "安保巡逻：巡逻巡检的移动平台", "P87 P90-97 P102 P103 P171"),
    fitting("S55", "消防与救援：侦察、抢险、应急", "P82 P92 P96 P97 P99-101 P139 P140"),
    fitting("S56", "火场灭火侦察：消防侦察、特种底盘、防爆", "P99 P101 P139 P140"),
    fitting("S57", "换流站四足巡检：四足与轮足，户外巡检", "P92-97 P99 P103 P171"),
    fitting("S61", "数据采集：写明采集的，以及可遥操作的双臂", "P62 P64 P65 P67 P75-77"),
    fitting("S62", "科普研学：教学、赛事、表演", "P54 P57 P63 P71 P79 P80 P90 P98 P102 P104 P143-146"),
    fitting("S67", "医院：配送与消杀，也含地面清洁", "P109 P114 P118 P119 P123 P127 P134-136"),
    fitting("S68", "商场酒店：配送、迎宾、清洁", "P60 P106 P108-111 P113 P114 P116 P120-123 P126-136"),
    fitting("S69", "环卫与接驳：室外清扫与无人车", "P107 P112 P138"),
    fitting("S70", "科研样机：开放平台", "P41 P54 P57 P67 P71 P76-78 P80 P81 P86 P98 P142 P146"),
    fitting("S72", "人行道清扫：室外清扫", "P107 P112"),
    fitting("S74", "变电站巡检，须IP65、续航3小时：不与之相违的户外平台", "P92-94 P97 P99 P101 P171"),
    fitting("S-2023-000001", "托盘转运，负载500千克：仅一款够", "P172"),
)  # fmt: skip

Ranking = Callable[[str], Sequence[str]]
"""A need → the products listed for it, best first, as "P1"."""


@dataclass(frozen=True, slots=True)
class Precision:
    """Of the needs with at least five that fit: the share of fitting products among the first five. ``looked_at``: of
    every second of them, whose lists may be read when rules are made; ``unseen``: of the others, of which nothing but
    this figure may be. ``scarce``: of the needs that fewer fit, the share of those found among the first ten.
    ``worst``: the lowest of those looked at, as "S1 0.2".
    """

    wide: float
    looked_at: float
    unseen: float
    counted: int
    scarce: float
    worst: Sequence[str]

    def __str__(self) -> str:
        return (
            f"precision@5 {self.wide:.3f} over {self.counted} needs that five products fit "
            f"({self.looked_at:.3f} of those looked at, {self.unseen:.3f} of the unseen); "
            f"recall@10 {self.scarce:.3f} over the others; lowest: {', '.join(self.worst)}"
        )


def measure(rank: Ranking) -> Precision:
    """Ask for every judged need once. A list shorter than five counts as five."""
    found = {each.need: list(rank(each.need)) for each in JUDGED}
    wide = {
        each.need: len(each.products.intersection(found[each.need][:FIRST])) / FIRST
        for each in JUDGED
        if len(each.products) >= FIRST
    }
    scarce = [
        len(each.products.intersection(found[each.need][: 2 * FIRST])) / len(each.products)
        for each in JUDGED
        if each.need not in wide
    ]
    looked_at, unseen = list(wide.items())[::2], list(wide.values())[1::2]
    worst = [f"{need} {share:.1f}" for need, share in sorted(looked_at, key=lambda pair: pair[1])[:8]]
    shares = [share for _need, share in looked_at]
    return Precision(mean(wide.values()), mean(shares), mean(unseen), len(wide), mean(scarce), worst)
