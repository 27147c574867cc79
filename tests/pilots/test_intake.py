"""Readings as files bring them: what is read right, and the line that each mistake gets."""

from __future__ import annotations

import io
import random
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from marketplace.core.errors import FieldError
from marketplace.foundation.tables import open_csv, read_table
from marketplace.pilots import intake
from marketplace.pilots.intake import Judgement, Rules
from marketplace.pilots.models import Target

ACCURACY = Target(
    id=1, place=1, name="识别准确率", name_en="Accuracy", kind="proportion", unit="%", direction="up", goal=95.0
)
ROUND = Target(id=2, place=2, name="巡检时长", name_en="", kind="mean", unit="h", direction="down", goal=2.0)
TAKEOVER = Target(id=3, place=3, name="人工接管", name_en="", kind="rate", unit="次/百任务", direction="down", goal=2.0)
FAULTS = Target(
    id=4, place=4, name="无故障时间", name_en="", kind="time_to_failure", unit="h", direction="up", goal=100.0
)
RULES = Rules((ACCURACY, ROUND, TAKEOVER, FAULTS), date(2026, 3, 1), datetime(2026, 3, 20, 4, 0, tzinfo=UTC))
HEADER = "时间,指标,数值,分母,单位,设备,备注\n"


def check(*lines: str, header: str = HEADER, encoding: str = "utf-8") -> Judgement:
    data = (header + "\n".join(lines)).encode(encoding)
    return intake.check(intake.rows_of(read_table(io.BytesIO(data), "readings.csv")), RULES)


def test_every_way_of_writing_that_is_read() -> None:
    found = check(
        "2026-03-02 08:00,T1,99/100,,,D1,",
        "2026/3/2 9:00,识别准确率,97,100,%,,抽查",
        "2026年3月2日 10:00,accuracy,９８,１００,,,",
        "2026-03-02T03:00:00Z,巡检时长,90 min,,,,",
        "2026-03-02T11:30:00+08:00,T2,1.9,,小时,,",
        "2026-03-02 12:00,T2,114,,min,,",
        '2026-03-02 12:30,T2,"1,001.5",,,,',
        "2026-03-02 13:00,人工接管,1/8,,,,",
        "2026-03-02 14:00,T4,8.5,1,,,",
    )
    assert not found.problems
    assert [(each.target_id, each.value, each.base) for each in found.taken] == [
        (1, 99, 100), (1, 97, 100), (1, 98, 100), (2, 1.5, 1), (2, 1.9, 1), (2, pytest.approx(1.9), 1),
        (2, 1001.5, 1), (3, 1, 8), (4, 8.5, 1),
    ]  # fmt: skip
    assert found.taken[3].at == datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
    assert found.taken[0].at == datetime(2026, 3, 2, 0, 0, tzinfo=UTC)


def test_headings_in_english_units_in_brackets_and_gb18030() -> None:
    assert check("2026-03-02 08:00,T2,90", header="Time,Target,Value (min)\n").taken[0].value == 1.5
    found = check("2026-03-02 08:00,巡检时长,1.9,备注里的汉字", header="时间,指标,数值（h）,备注\n", encoding="gb18030")
    assert found.taken[0].note == "备注里的汉字"


WRONG = {
    "2026-03-21 08:00,T2,1.9,,,,": ("时间", "还没有到"),
    "2026-02-28 08:00,T2,1.9,,,,": ("时间", "早于正式运行"),
    "昨天,T2,1.9,,,,": ("时间", "2026-10-09 06:40"),
    "46083.25,T2,1.9,,,,": ("时间", "2026-10-09 06:40"),
    "2026-13-02 08:00,T2,1.9,,,,": ("时间", "2026-10-09 06:40"),
    "2026-03-02 08:00,T9,1.9,,,,": ("指标", "没有这个指标"),
    "2026-03-02 08:00,T2,1.9,,kg,,": ("单位", "单位应为 h"),
    "2026-03-02 08:00,T2,=A1+1,,,,": ("数值", "公式"),
    "2026-03-02 08:00,T2,#DIV/0!,,,,": ("数值", "公式"),
    "2026-03-02 08:00,T2,NaN,,,,": ("数值", "不是数值"),
    "2026-03-02 08:00,T2,1e400,,,,": ("数值", "过大"),
    "2026-03-02 08:00,T2,,,,,": ("数值", "缺数值"),
    "2026-03-02 08:00,T2,1.9,3,,,": ("分母", "没有分母"),
    "2026-03-02 08:00,T1,99%,,,,": ("分母", "看不出样本量"),
    "2026-03-02 08:00,T1,101/100,,,,": ("数值", "不能多于"),
    "2026-03-02 08:00,T1,9.5/10,,,,": ("数值", "正整数"),
    "2026-03-02 08:00,T3,1,0,,,": ("分母", "大于 0"),
    "2026-03-02 08:00,T4,0,,,,": ("数值", "大于 0"),
    f"2026-03-02 08:00,T2,1.9,,,{'很' * 41},": ("设备", "最多 40"),
}


@pytest.mark.parametrize("line", WRONG)
def test_every_mistake_has_its_line(line: str) -> None:
    found = check("2026-03-02 07:00,T2,1.8,,,,", line)
    assert len(found.problems) == 1
    problem = found.problems[0]
    assert (problem.row, problem.column.zh) == (3, WRONG[line][0])
    assert WRONG[line][1] in problem.message.zh


def test_doubles_gaps_and_what_is_stored_already() -> None:
    found = check("2026-03-02 08:00,T2,1.9,,,,", "2026-03-02 08:00:00,T2,2.0,,,,", "2026-03-02 08:00,T2,2.0,,,D2,")
    assert [(each.row, "第 2 行" in each.message.zh) for each in found.problems] == [(3, True)]
    gappy = check("2026-03-02 08:00,T2,1.9,,,,", "2026-03-05 08:00,T2,1.9,,,,")
    assert gappy.gaps == [date(2026, 3, 3), date(2026, 3, 4)]
    intake.hold_against(gappy, {gappy.taken[1].moment})
    assert [(each.row, "已有记录" in each.message.zh) for each in gappy.problems] == [(3, True)]


def test_doubles_are_found_in_whatever_order_they_come() -> None:
    """A machine's log rises and needs no memory for it; other orders are compared as a whole, series by series."""
    stamps = [f"2026-03-{day:02d} {hour:02d}:30" for day in range(2, 12) for hour in range(24)]
    rising = [f"{at},T2,1.9,,,{device}," for device in ("D1", "D2") for at in stamps]
    whole = check(*rising)
    assert (whole.problems, len(whole.taken), len(whole.taken.days)) == ([], 480, 10)
    assert [each.device for each in whole.taken[238:242]] == ["D1", "D1", "D2", "D2"]
    luck = random.Random(6)
    mixed = luck.sample(rising, len(rising))
    assert not check(*mixed).problems
    again = check(*mixed, mixed[7], rising[0].replace("D1", "D3"))
    assert [(each.row, "第 9 行" in each.message.zh) for each in again.problems] == [(482, True)]
    intake.hold_against(whole, [(2, "D2", whole.taken[300].at), (2, "D3", whole.taken[0].at)])
    assert [each.row for each in whole.problems] == [302]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_a_long_file_is_read_row_by_row(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "长.csv"
    text = HEADER + "".join(
        f"2026-03-02 08:{m:02d}:{s:02d},识别准确率,9/10,,,D1,抽查\n" for m in range(9) for s in range(60)
    )
    path.write_bytes(text.encode(encoding))
    found = intake.check(intake.rows_of(open_csv(path, 540)), RULES)
    assert (len(found.taken), found.taken[539].note, found.problems) == (540, "抽查", [])
    with pytest.raises(FieldError, match="split it into several files"):
        open_csv(path, 539)
    path.write_bytes(text.encode("utf-16"))
    with pytest.raises(FieldError, match="UTF-16"):
        open_csv(path, 540)


@pytest.mark.parametrize(("header", "words"), [("指标,数值\n", "缺列：时间"), ("时间,数值,测得值\n", "出现两次")])
def test_a_file_without_its_columns_is_refused_whole(header: str, words: str) -> None:
    with pytest.raises(FieldError) as refused:
        check("1,2,3", header=header)
    assert words in refused.value.message.zh


def workbook(fill: Any) -> io.BytesIO:
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target)
    sheet = book.add_worksheet()
    fill(book, sheet)
    book.close()
    target.seek(0)
    return target


def test_a_workbook_with_merged_cells_real_times_and_formulas() -> None:
    def fill(book: Any, sheet: Any) -> None:
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        sheet.write_row(0, 0, ["时间", "指标", "数值", "分母"])
        sheet.merge_range(1, 1, 2, 1, "识别准确率")
        for row, hour in ((1, 8), (2, 9)):
            sheet.write_datetime(row, 0, datetime(2026, 3, 2, hour), moment)
            sheet.write_number(row, 3, 100)
        sheet.write_number(1, 2, 99)
        sheet.write_formula(2, 2, "=C2-1", None, 98)

    found = intake.check(intake.rows_of(read_table(workbook(fill), "a.xlsx")), RULES)
    assert not found.problems
    assert [(each.value, each.at.hour) for each in found.taken] == [(99, 0), (98, 1)]


def test_mistakes_beyond_a_thousand_are_not_looked_for() -> None:
    found = check(*["昨天,T2,1.9,,,,"] * 1200)
    assert (len(found.problems), found.more) == (intake.MOST_PROBLEMS, True)
