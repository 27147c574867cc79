"""Units of measurement as people write them, and conversion inside one dimension. Factors are exact fractions."""

from __future__ import annotations

import math
import unicodedata
from decimal import Decimal
from fractions import Fraction
from functools import cache

# One row per unit: names as people write them, then its size in the first unit of its dimension.
# A unit is looked up only in the dimension of the unit asked for, so that "C" and "度" may mean two things.
_DIMENSIONS: tuple[tuple[tuple[str, str], ...], ...] = (
    (
        ("kg 千克 公斤", "1"),
        ("g 克", "1/1000"),
        ("t 吨 ton tons", "1000"),
        ("mg 毫克", "1/1000000"),
        ("lb lbs 磅", "0.45359237"),
    ),
    (
        ("mm 毫米", "1"),
        ("cm 厘米", "10"),
        ("m 米", "1000"),
        ("km 公里 千米", "1000000"),
        ("μm um 微米", "1/1000"),
        ('in inch inches 英寸 寸 "', "25.4"),
    ),
    (
        ("h 小时 时 hr hrs hour hours", "1"),
        ("min 分钟 分 mins minute minutes", "1/60"),
        ("s 秒 sec seconds", "1/3600"),
        ("ms 毫秒", "1/3600000"),
        ("d 天 日 day days", "24"),
        ("wk 周 week weeks 星期", "168"),
    ),
    (("mo 个月 月 month months", "1"), ("年 a year years", "12")),
    (
        ("m/s 米/秒 米每秒 mps", "1"),
        ("km/h 公里/小时 千米/小时 kmh kph", "1/3.6"),
        ("m/min 米/分钟 米/分", "1/60"),
        ("mm/s 毫米/秒", "1/1000"),
        ("cm/s 厘米/秒", "1/100"),
        ("m/h 米/小时", "1/3600"),
    ),
    (("°/s deg/s 度/秒", "1"), ("rpm r/min 转/分 转/分钟", "6"), ("rad/s 弧度/秒", "57.29577951308232")),
    (
        ("° deg 度 degree degrees", "1"),
        ("arcmin ' 角分 弧分", "1/60"),
        ("arcsec 角秒 弧秒", "1/3600"),
        ("rad 弧度", "57.29577951308232"),
    ),
    (
        ("N·m Nm N.m 牛米 牛·米", "1"),
        ("mN·m mNm", "1/1000"),
        ("N·cm Ncm", "1/100"),
        ("kgf·cm kg·cm", "0.0980665"),
        ("kgf·m kg·m", "9.80665"),
    ),
    (("kg·m² kgm² kg.m²", "1"), ("kg·cm² kgcm²", "1/10000"), ("g·cm² gcm²", "1/10000000")),
    (("N 牛 牛顿", "1"), ("kN 千牛", "1000"), ("kgf 公斤力", "9.80665")),
    (("Wh 瓦时", "1"), ("kWh 千瓦时 度电", "1000"), ("mWh", "1/1000")),
    (("Ah 安时", "1"), ("mAh 毫安时", "1/1000")),
    (("W 瓦", "1"), ("kW 千瓦", "1000"), ("MW 兆瓦", "1000000"), ("mW 毫瓦", "1/1000")),
    (("MW/d MW/天 MW/日 MW/day 兆瓦/天", "1"), ("kW/d kW/天 kW/day", "1/1000")),
    (("Pa 帕", "1"), ("kPa 千帕", "1000"), ("hPa", "100"), ("MPa 兆帕", "1000000"), ("bar", "100000")),
    (("L 升", "1"), ("mL ml 毫升", "1/1000"), ("m³ 立方米", "1000")),
    (
        ("L/s 升/秒", "1"),
        ("mL/min 毫升/分钟", "1/60000"),
        ("L/min 升/分钟", "1/60"),
        ("L/h 升/小时", "1/3600"),
        ("m³/h 立方米/小时", "1/3.6"),
    ),
    (
        ("m² 平方米 平米 平", "1"),
        ("ha 公顷", "10000"),
        ("亩 mu", "2000/3"),
        ("km² 平方公里", "1000000"),
        ("cm² 平方厘米", "1/10000"),
    ),
    (
        ("m²/h 平方米/小时 平米/小时", "1"),
        ("ha/h 公顷/小时", "10000"),
        ("亩/h 亩/小时 mu/h", "2000/3"),
        ("m²/min 平方米/分钟", "60"),
    ),
    (("V 伏", "1"), ("kV 千伏", "1000"), ("mV 毫伏", "1/1000")),
    (("A 安", "1"), ("mA 毫安", "1/1000")),
    # A battery's rate comes before the temperature, whose short name is the same.
    (("C", "1"),),
    (("℃ C 度 摄氏度", "1"),),
    (("% 百分之 pct", "1"), ("‰", "1/10")),
    (("dB(A) dB dBA 分贝", "1"),),
    (("TOPS T", "1"), ("POPS", "1000"), ("GOPS", "1/1000")),
    (("Hz 赫兹 赫 fps 帧/秒 次/秒", "1"), ("kHz 千赫", "1000"), ("MHz 兆赫", "1000000")),
    (
        ("/h 件/h 件/小时 次/h 次/小时 台/h 台/小时 箱/h 箱/小时 行/小时 个/小时 pcs/h jph", "1"),
        ("/min 件/min 件/分钟 次/分钟 个/分钟 箱/分钟 pcs/min", "60"),
        ("/d 件/天 件/日 次/天", "1/24"),
    ),
    (("bit bits 位", "1"),),
    ((":1 倍", "1"),),
    (("N·m/kg Nm/kg", "1"),),
    (("Wh/kg 瓦时/千克", "1"), ("kWh/kg", "1000")),
    (("B 十亿 billion", "1"), ("亿", "1/10"), ("M 百万 million", "1/1000"), ("T 万亿 trillion", "1000")),
    (("万元 万", "1"), ("元 CNY RMB", "1/10000"), ("亿元 亿", "10000")),
    (("t/a 吨/年 t/year", "1"), ("kg/a kg/年", "1/1000"), ("t/月 吨/月", "12")),
    (("轴 自由度 个 层 台 级 次 人 种 款 辆 axis axes dof units", "1"),),
)


def tidy(text: str) -> str:
    """A unit's name without differences of width, spacing or dot: "N⋅m", "Ｎ・m" and "N m" agree with "N·m"."""
    text = unicodedata.normalize("NFKC", text)
    for dot in "⋅•・∙*":
        text = text.replace(dot, "·")
    return "".join(text.split())


def convert(number: Decimal, unit: str, target: str, *, grade: bool = False) -> Fraction | None:
    """``number`` of ``unit`` in ``target`` units, exactly; None when the unit is not one of the same quantity.

    With ``grade``, a percentage is read as a slope and turned into degrees: 100% is 45°.
    """
    if grade and tidy(unit) == "%":
        return Fraction(math.degrees(math.atan(float(number) / 100)))
    size = _size(unit, target) if unit else Fraction(1)
    base = _size(target, target) if target else Fraction(1)
    if size is None or base is None:
        return None
    return Fraction(number) * size / base


def is_known(unit: str) -> bool:
    """Whether a unit of the data files has a dimension here ("" has: plain counts)."""
    return _dimension(unit) is not None


def _size(unit: str, target: str) -> Fraction | None:
    names = _names(target)
    # Case matters first (mW is not MW); where it makes no difference, KG and Mm are what they look like.
    return names.get(tidy(unit)) or _names_without_case(target).get(tidy(unit).casefold())


@cache
def _dimension(target: str) -> tuple[tuple[str, str], ...] | None:
    if not target:
        return _DIMENSIONS[-1]
    for rows in _DIMENSIONS:
        if any(tidy(name) == tidy(target) for names, _ in rows for name in names.split()):
            return rows
    return None


@cache
def _names(target: str) -> dict[str, Fraction]:
    rows = _dimension(target) or ()
    return {tidy(name): _factor(size) for names, size in rows for name in names.split()}


@cache
def _names_without_case(target: str) -> dict[str, Fraction]:
    found: dict[str, set[Fraction]] = {}
    for name, size in _names(target).items():
        found.setdefault(name.casefold(), set()).add(size)
    return {name: sizes.pop() for name, sizes in found.items() if len(sizes) == 1}


def _factor(text: str) -> Fraction:
    upper, _, lower = text.partition("/")
    return Fraction(upper) / Fraction(lower or "1")
