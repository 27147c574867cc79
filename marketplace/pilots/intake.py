"""Readings as people and machines write them: each row becomes a checked reading or a line that says what is wrong."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import NamedTuple

from marketplace.core import clock
from marketplace.core.errors import FieldError
from marketplace.core.text import Text, enumerated
from marketplace.foundation.tables import LongTable, Table
from marketplace.pilots.models import Target
from marketplace.pilots.packing import Readings, Taken
from marketplace.reference.units import convert, tidy

# A workbook is read whole, a CSV file row by row.
MOST_ROWS = {"csv": 1_000_000, "xlsx": 200_000}
MOST_PROBLEMS = 1000
LARGEST = 1e12
LONGEST_DEVICE, LONGEST_NOTE = 40, 200

# Column → what it may be called; what stands in brackets behind it is a unit.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "at": ("时间", "测量时间", "日期时间", "日期", "time", "at", "timestamp", "datetime"),
    "target": ("指标", "指标编号", "指标名称", "target"),
    "value": ("数值", "测得值", "测量值", "值", "成功数", "次数", "value", "result"),
    "base": ("分母", "总数", "样本数", "暴露量", "故障数", "base", "of", "total", "trials", "exposure", "failures"),
    "unit": ("单位", "计量单位", "unit"),
    "device": ("设备", "设备编号", "序列号", "机号", "device", "serial"),
    "note": ("备注", "说明", "note", "remark"),
}
HEADINGS = {
    "at": Text("时间", "Time"), "target": Text("指标", "Target"), "value": Text("数值", "Value"),
    "base": Text("分母", "Base"), "unit": Text("单位", "Unit"), "device": Text("设备", "Device"),
    "note": Text("备注", "Note"),
}  # fmt: skip
_BY_NAME = {name: key for key, names in COLUMNS.items() for name in names}
_BRACKETS = re.compile(r"^(.*?)[(（\[【](.*?)[)）\]】]$")
_PLAIN = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?", re.ASCII)
_WITH_UNIT = re.compile(r"([+-]?[\d,.]+(?:[eE][+-]?\d{1,3})?)\s*([^\d\s/.,].*)", re.ASCII)
_OF = re.compile(r"\s*(\S+?)\s*/\s*(\S+?)\s*")
_CHINESE_TIME = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:\s*T?\s*(\d{1,2})[:时](\d{1,2})分?(?::?(\d{1,2})秒?)?)?", re.ASCII
)


class Problem(NamedTuple):
    """What is wrong with one row: the row as people count it, the column, what stands there, and why not."""

    row: int
    column: Text
    value: str
    message: Text


@dataclass
class Judgement:
    """What became of a table: its readings when every row is right; else problems."""

    taken: Readings = field(default_factory=Readings)
    problems: list[Problem] = field(default_factory=list)
    gaps: list[date] = field(default_factory=list)
    more: bool = False

    def blame(self, problem: Problem) -> bool:
        """Note a problem; whether it is worth looking for more."""
        self.problems.append(problem)
        self.more = len(self.problems) >= MOST_PROBLEMS
        return not self.more


@dataclass(frozen=True)
class Rules:
    """What readings of a pilot are held against."""

    targets: Sequence[Target]
    first: date
    now: datetime

    def named(self, text: str) -> Target | None:
        """The target of a code or a name, in either language; the only one when nothing is written."""
        if not text and len(self.targets) == 1:
            return self.targets[0]
        return self._by_name.get(text) or self._by_name.get(_folded(text))

    @cached_property
    def _by_name(self) -> Mapping[str, Target]:
        written = {name: each for each in self.targets for name in (each.name, each.name_en, each.code) if name}
        return {_folded(name): each for name, each in written.items()} | written

    @cached_property
    def begins(self) -> datetime:
        """The first instant of the run."""
        return datetime.combine(self.first, time.min, clock.BEIJING).astimezone(UTC)


def _folded(text: str) -> str:
    return tidy(text).casefold()


# ---- one row ----


def read(row: Mapping[str, str], rules: Rules) -> Taken:
    """One row as a reading.

    Raises:
        FieldError: on the column that is wrong.
    """
    target = rules.named(row.get("target", "").strip())
    if target is None:
        names = enumerated(
            Text(f"{each.code} {each.label.zh}", f"{each.code} {each.label.en}") for each in rules.targets
        )
        raise FieldError(
            "target",
            Text("没有这个指标，只有：%(names)s", "There is no such target, only: %(names)s") % {"names": names},
        )
    at = read_time(row.get("at", ""), rules)
    value, base = read_value(target, row.get("value", ""), row.get("base", ""), row.get("unit", ""))
    device = _short(row.get("device", ""), "device", LONGEST_DEVICE)
    return Taken(
        target.id, at, clock.beijing(at).date(), value, base, device, _short(row.get("note", ""), "note", LONGEST_NOTE)
    )


def _short(text: str, key: str, most: int) -> str:
    text = " ".join(text.split())
    if len(text) > most:
        raise FieldError(key, Text("最多 %(most)d 个字", "At most %(most)d characters") % {"most": most})
    if "\0" in text:
        raise FieldError(key, Text("含有不可见字符", "It holds an invisible character"))
    return text


def read_time(text: str, rules: Rules) -> datetime:
    """A moment in UTC; what is written is Beijing time unless it names its zone.

    Raises:
        FieldError: unreadable, before the run, or not yet come.
    """
    at = _moment(text.strip())
    if at is None:
        raise FieldError("at", Text("时间写成 2026-10-09 06:40", "Write the time like 2026-10-09 06:40"))
    if at > rules.now:
        raise FieldError(
            "at", Text("时间还没有到（北京时间 %(now)s）", "This time has not come (now %(now)s in Beijing)")
            % {"now": f"{clock.beijing(rules.now):%Y-%m-%d %H:%M}"},
        )  # fmt: skip
    if at < rules.begins:
        raise FieldError(
            "at",
            Text(
                "早于正式运行的第一天 %(day)s；调试不计入",
                "Before the first day of the run, %(day)s; trials do not count",
            )
            % {"day": rules.first.isoformat()},
        )
    return at


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        match = _CHINESE_TIME.fullmatch(unicodedata.normalize("NFKC", text))
        if match is None:
            return None
        try:
            found = datetime(*(int(part or 0) for part in match.groups()))  # type: ignore[arg-type]
        except ValueError:
            return None
    if found.tzinfo is None:
        found = found.replace(tzinfo=clock.BEIJING)
    return found.astimezone(UTC) if 1970 < found.year < 9999 else None


def read_value(target: Target, value: str, base: str, unit: str) -> tuple[float, float]:
    """Value and base of a reading in the unit of its target.

    Raises:
        FieldError: on "value", "base" or "unit".
    """
    value, base, unit = value.strip(), base.strip(), unit.strip()
    if target.kind in ("proportion", "rate") and not base and (parts := _OF.fullmatch(value)):
        value, base = parts[1], parts[2]
    if target.kind == "proportion":
        return _proportion(value, base, unit, target)
    if target.kind == "rate":
        events, exposure = _whole(value, "value"), _number(base, "base")
        if not exposure > 0:
            raise FieldError("base", Text("分母要大于 0", "The base must be more than 0"))
        _same_unit(unit, target)
        return events, exposure
    number = _in_unit(value, unit, "h" if target.kind == "time_to_failure" else target.unit)
    if target.kind == "mean":
        if base and _number(base, "base") != 1:
            raise FieldError("base", Text("均值指标没有分母，请留空", "A mean has no base; leave it empty"))
        return number, 1.0
    if not number > 0:
        raise FieldError("value", Text("运行小时要大于 0", "The hours run must be more than 0"))
    return number, _whole(base, "base") if base else 0.0


def _proportion(value: str, base: str, unit: str, target: Target) -> tuple[float, float]:
    if not base:
        raise FieldError(
            "base", Text("比例要写成功数和总数，例如 99/100；百分数看不出样本量",
                         "A proportion needs successes and trials, e.g. 99/100; a percentage hides the sample"),
        )  # fmt: skip
    _same_unit(unit, target)
    successes, trials = _whole(value, "value"), _whole(base, "base")
    if trials < 1:
        raise FieldError("base", Text("总数至少为 1", "There is at least one trial"))
    if successes > trials:
        raise FieldError("value", Text("成功数不能多于总数", "There are no more successes than trials"))
    return successes, trials


def _number(text: str, key: str) -> float:
    if not text:
        raise FieldError(key, Text("缺数值", "The number is missing"))
    plain = text if _PLAIN.fullmatch(text) else unicodedata.normalize("NFKC", text).replace("−", "-").strip()
    if _GROUPED.fullmatch(plain):
        plain = plain.replace(",", "")
    if not _PLAIN.fullmatch(plain):
        raise FieldError(key, _not_a_number(plain))
    number = float(plain)
    if abs(number) > LARGEST:
        raise FieldError(key, Text("数值过大", "The number is too large"))
    return number


def _not_a_number(text: str) -> Text:
    if text.startswith(("=", "#")):
        return Text("是公式或公式的错误，请粘贴为数值", "It is a formula or its error; paste it as a value")
    return Text("不是数值，例如 1.9", "It is no number; write e.g. 1.9")


def _whole(text: str, key: str) -> float:
    number = _number(text, key)
    if number < 0 or number != int(number):
        raise FieldError(key, Text("要写 0 或正整数", "It must be a whole number from 0 on"))
    return number


def _in_unit(text: str, unit: str, wanted: str) -> float:
    """A number in the unit ``wanted``; one written behind it, or in the column of units, is converted."""
    plain = _PLAIN.fullmatch(text)
    if not plain and not unit and (parts := _WITH_UNIT.fullmatch(unicodedata.normalize("NFKC", text))):
        text, unit = parts[1], parts[2]
    number = _number(text, "value")
    if not unit or tidy(unit).casefold() == tidy(wanted).casefold():
        return number
    size = _size(unit, wanted)
    if size is None:
        raise FieldError("unit", _wrong_unit(wanted))
    return number * size


@lru_cache(maxsize=256)
def _size(unit: str, wanted: str) -> float | None:
    found = convert(Decimal(1), unit, wanted)
    return None if found is None else float(found)


def _same_unit(unit: str, target: Target) -> None:
    """Counts have no unit to convert: only the target's own is right."""
    if unit and tidy(unit).casefold() not in (tidy(target.unit).casefold(), "次", "%"):
        raise FieldError("unit", _wrong_unit(target.unit))


def _wrong_unit(wanted: str) -> Text:
    return Text("单位应为 %(unit)s 或能换算成它的单位", "The unit must be %(unit)s or one that converts to it") % {
        "unit": wanted or "—"
    }


# ---- a whole table ----


def columns_of(header: Sequence[str]) -> tuple[dict[str, int], str]:
    """Column → its place, and the unit that the heading of the values names.

    Raises:
        FieldError: a needed column is missing, or one is there twice.
    """
    places: dict[str, int] = {}
    unit = ""
    for place, heading in enumerate(header):
        name = unicodedata.normalize("NFKC", heading).strip()
        inside = ""
        if parts := _BRACKETS.match(name):
            name, inside = parts[1].strip(), parts[2].strip()
        key = _BY_NAME.get("".join(name.split()).casefold())
        if key is None:
            continue
        if key in places:
            raise FieldError(
                "file", Text("列“%(name)s”出现两次", "The column “%(name)s” is there twice") % {"name": heading}
            )
        places[key] = place
        if key == "value":
            unit = inside
    missing = [HEADINGS[key] for key in ("at", "value") if key not in places]
    if missing:
        raise FieldError(
            "file", Text("缺列：%(names)s", "Missing columns: %(names)s")
            % {"names": enumerated(missing)},
        )  # fmt: skip
    return places, unit


def rows_of(table: Table | LongTable) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a file by column.

    Raises:
        FieldError: as ``columns_of``; a file on disk that changes while it is read.
    """
    places, unit = columns_of(table.header)
    for row in table.rows() if isinstance(table, LongTable) else table.rows:
        found = {key: row.cells[place] for key, place in places.items()}
        if unit and not found.get("unit"):
            found["unit"] = unit
        yield row.number, found


def check(rows: Iterable[tuple[int, Mapping[str, str]]], rules: Rules) -> Judgement:
    """Check every row; with one problem nothing counts."""
    found = Judgement()
    for number, row in rows:
        try:
            found.taken.append(read(row, rules), number)
        except FieldError as error:
            column = HEADINGS.get(error.field, Text(error.field, error.field))
            if not found.blame(Problem(number, column, row.get(error.field, "")[:80], error.message)):
                return found
    for number, before, taken in found.taken.doubles():
        if not found.blame(_at_fault(number, taken, DOUBLE % {"row": before})):
            break
    found.problems.sort(key=lambda each: each.row)
    found.gaps = list(_gaps(found.taken.days))
    return found


DOUBLE = Text("与第 %(row)s 行是同一指标、设备和时间", "The same target, device and time as row %(row)s")
ALREADY = Text(
    "这个指标、设备和时间已有记录；要改请更正原记录",
    "There is a reading for this target, device and time; correct that one instead",
)


def _at_fault(number: int, taken: Taken, message: Text) -> Problem:
    return Problem(number, HEADINGS["at"], f"{clock.beijing(taken.at):%Y-%m-%d %H:%M:%S}", message)


def hold_against(found: Judgement, known: Iterable[tuple[int, str, datetime]]) -> None:
    """Add a problem for every reading whose target, device and moment are among ``known``: stored already."""
    for number, taken in found.taken.among(known):
        if not found.blame(_at_fault(number, taken, ALREADY)):
            break
    found.problems.sort(key=lambda each: each.row)


def _gaps(days: Collection[date]) -> Iterator[date]:
    """Days inside a file without any row."""
    if days:
        first, last = min(days), max(days)
        every = (first + timedelta(days=each) for each in range((last - first).days + 1))
        yield from (day for day in every if day not in days)
