"""Tables: read as people mean them, refused when hostile, and out and in again without a changed byte."""

from __future__ import annotations

import io
import re
import tempfile
import time
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from datetime import time as clock_time
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook, SheetVisibleEnum
from xlsxwriter import Workbook

from marketplace.core.errors import FieldError
from marketplace.foundation.tables import Row, Table, read_table, write_csv, write_xlsx

MB = 1024 * 1024


def read(data: bytes, name: str = "表.csv", **options: object) -> Table:
    return read_table(io.BytesIO(data), name, **options)


def refused(data: bytes, name: str, **options: object) -> str:
    with pytest.raises(FieldError) as caught:
        read(data, name, **options)
    assert caught.value.field == "file"
    assert name in caught.value.message.zh
    assert name in caught.value.message.en
    assert "MB" in caught.value.message.zh
    return caught.value.message.zh


def book(fill: Callable[[Workbook], None]) -> bytes:
    target = io.BytesIO()
    workbook = Workbook(target)
    fill(workbook)
    workbook.close()
    return target.getvalue()


def changed(data: bytes, part: str, change: Callable[[str], str]) -> bytes:
    """The workbook with the text of one part changed."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in source.namelist():
            old = source.read(name)
            new = change(old.decode()).encode() if name == part else old
            assert name != part or new != old
            archive.writestr(name, new)
    return target.getvalue()


class TestCsv:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
    @pytest.mark.parametrize("delimiter", [",", ";", "\t"])
    def test_reads_what_chinese_offices_write(self, encoding: str, delimiter: str) -> None:
        lines = ["名称|型号|价格", '"机器狗|四足"|𠮷1|5', "", "|| ", "||", '"两\n行"|"说""好"|']
        table = read("\r\n".join(lines).replace("|", delimiter).encode(encoding))
        assert table == Table(
            ("名称", "型号", "价格"),
            1,
            (
                Row(2, (f"机器狗{delimiter}四足", "𠮷1", "5")),
                Row(4, ("", "", " ")),
                Row(6, ("两\n行", '说"好', "")),
            ),
        )

    def test_the_first_row_with_content_is_the_header_and_rows_keep_their_numbers(self) -> None:
        table = read(b"\n,,\na,b,\n\n1,2\n3\n4,5,,6\n")
        assert (table.header, table.header_number) == (("a", "b"), 3)
        assert table.rows == (Row(5, ("1", "2")), Row(6, ("3", "")), Row(7, ("4", "5", "", "6")))

    def test_one_column_needs_no_delimiter(self) -> None:
        assert read("名称\n甲\n".encode()).rows == (Row(2, ("甲",)),)

    def test_a_delimiter_inside_quotation_marks_does_not_count(self) -> None:
        assert read(b'"a;b;c;d",e\n1,2\n').header == ("a;b;c;d", "e")

    @pytest.mark.parametrize(
        ("data", "found"),
        [
            (b"", "0 字节"),
            (b"\r\n,,\r\n", "没有内容"),
            (b'a,b\n1,"2\n', "第 2 行的引号"),
            (b'a,b\n1,"2"x\n', "第 2 行的引号"),
            ("名称,型号".encode("utf-16"), "UTF-16"),
            (b"a\0b", "无法识别"),
            (b"\xff\xff\xff", "无法识别"),
            (b"\x89PNG\r\n\x1a\n" + bytes(100), "PNG"),
            (b"\n<html><table><tr><td>1</td></tr></table>", "网页"),
            (b"a\n" + b"x\n" * 101, "超过 100 行"),
            (b"a\n" + b"x" * 200_000, "过长"),
            (b"a\n" + bytes(2 * MB), "超过 1 MB"),
        ],
    )
    def test_refuses(self, data: bytes, found: str) -> None:
        assert found in refused(data, "表.csv", max_rows=100, max_bytes=MB)

    @pytest.mark.parametrize("name", ["表.xls", "表.txt", "表", "表.exe"])
    def test_refuses_other_extensions(self, name: str) -> None:
        assert "扩展名" in refused(b"a,b\n1,2\n", name)

    def test_a_workbook_renamed_is_told_what_it_is(self) -> None:
        assert "XLSX" in refused(write_xlsx(["a"], [["1"]], "s"), "表.csv")


class TestFormulas:
    @pytest.mark.parametrize(
        ("cell", "written"),
        [
            ("=1+1", "'=1+1"),
            ("+86 551", "'+86 551"),
            ("-2+3+cmd|' /C calc'!A0", "'-2+3+cmd|' /C calc'!A0"),
            ("@SUM(1)", "'@SUM(1)"),
            ("＝1", "'＝1"),
            ("＋1", "'＋1"),
            ("－20~60℃", "'－20~60℃"),
            ("＠x", "'＠x"),
            ("-20~60", "'-20~60"),
            ("'=1", "''=1"),
            ("''-5", "'''-5"),
            ("-5", "-5"),
            ("+3.25", "+3.25"),
            ("-", "'-"),
            ("-5-", "'-5-"),
            ("'引号", "'引号"),
            ("a=1", "a=1"),
            (" =1", " =1"),
            ("\t=1", '"\'\t=1"'),
            ("\r=1", '"\'\r=1"'),
            ("\n=1", '"\'\n=1"'),
            ("a\tb", '"a\tb"'),
            ("a;b", '"a;b"'),
        ],
    )
    def test_a_cell_is_written_so_that_no_program_starts_it(self, cell: str, written: str) -> None:
        data = b"".join(write_csv(["k", "v"], [["1", cell]]))
        assert data == f"\ufeffk,v\r\n1,{written}\r\n".encode()
        assert read(data).rows == (Row(2, ("1", cell)),)
        assert read(write_xlsx(["k", "v"], [["1", cell]], "s"), "表.xlsx").rows == (Row(2, ("1", cell)),)

    def test_no_cell_of_a_workbook_is_a_formula_or_a_link(self) -> None:
        data = write_xlsx(["k"], [["=1+1"], ["{=1}"], ["https://example.com"], ["mailto:a@b.example"], ["5"]], "s")
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            sheet = archive.read("xl/worksheets/sheet1.xml").decode()
        assert "<f>" not in sheet
        assert "hyperlink" not in sheet
        assert sheet.count('t="inlineStr"') == 6

    def test_an_exported_csv_saved_as_a_workbook_reads_the_same(self) -> None:
        data = book(lambda b: b.add_worksheet().write_column(0, 0, ["k", "'=1"]))
        assert read(data, "表.xlsx").rows == (Row(2, ("=1",)),)


NASTY = st.text(
    st.one_of(
        st.sampled_from("'=+-@＝＋－＠\t\r\n\",; 05.型\ufeff\u2028\x85\x1a"),
        st.characters(exclude_categories=("Cs",), exclude_characters="\0"),
    ),
    max_size=8,
)
NAMES = st.lists(
    st.sampled_from(["名称", "型号;别名", "a,b", "=x", "'", "-5", '"', "x\ty", "n\nn"]), min_size=1, max_size=5
)


@st.composite
def sheets(draw: st.DrawFn, cell: st.SearchStrategy[str] = NASTY) -> tuple[list[str], list[list[str]]]:
    header = draw(NAMES)
    row = st.lists(cell, min_size=len(header), max_size=len(header)).filter(any)
    return header, draw(st.lists(row, max_size=6))


class TestOutAndInAgain:
    @given(sheets())
    @example((["名称"], [["'"], ["''"], ["'''="], ['"'], ["\ufeff"], ["\r"], ["\n"]]))
    def test_csv_is_the_identity(self, sheet: tuple[list[str], list[list[str]]]) -> None:
        header, rows = sheet
        first = b"".join(write_csv(header, rows))
        table = read(first)
        assert list(table.header) == header
        assert [list(row.cells) for row in table.rows] == rows
        assert b"".join(write_csv(table.header, [row.cells for row in table.rows])) == first

    @given(sheets())
    def test_no_cell_of_a_csv_starts_a_formula(self, sheet: tuple[list[str], list[list[str]]]) -> None:
        text = b"".join(write_csv(*sheet)).decode("utf-8-sig")
        for cell in re.findall(r'(?:^|,)("(?:[^"]|"")*"|[^",\r\n]*)', text, re.MULTILINE):
            bare = cell.strip('"')
            assert bare[:1] not in set("=@＝＋－＠") or not bare
            assert bare[:1] not in ("+", "-") or re.fullmatch(r"[+-][0-9.]+", bare)

    # Two characters that XML cannot hold at all are written by name.
    @given(sheets(NASTY.filter(lambda cell: not {"\ufffe", "\uffff"} & set(cell))))
    def test_a_workbook_gives_back_the_same_cells(self, sheet: tuple[list[str], list[list[str]]]) -> None:
        header, rows = sheet
        table = read(write_xlsx(header, rows, "表"), "表.xlsx")
        assert list(table.header) == header
        assert [list(row.cells) for row in table.rows] == rows


class TestWritingWorkbooks:
    def test_carries_notes_choices_a_fixed_header_and_text_cells(self) -> None:
        choices = [f"类别{i}，甲" for i in range(100)]
        data = write_xlsx(
            ["名称", "类别"],
            [["甲", "类别1，甲"], ["", ""], ["=乙", ""]],
            "产品",
            notes={"名称": "必填"},
            choices={"类别": choices},
        )
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
            sheet = archive.read("xl/worksheets/sheet1.xml").decode()
            comments = archive.read("xl/comments1.xml").decode()
            styles = archive.read("xl/styles.xml").decode()
        assert "xl/worksheets/sheet2.xml" in names
        assert '<pane ySplit="1" topLeftCell="A2"' in sheet
        assert "<formula1>'选项 choices'!$A$1:$A$100</formula1>" in sheet
        assert 'sqref="B2:B1048576"' in sheet
        assert "必填" in comments
        assert 'numFmtId="49"' in styles
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        assert [each.visible for each in workbook.sheets_metadata] == [
            SheetVisibleEnum.Visible,
            SheetVisibleEnum.Hidden,
        ]
        table = read(data, "表.xlsx")
        assert table.rows == (Row(2, ("甲", "类别1，甲")), Row(4, ("=乙", "")))
        assert read(data, "表.xlsx", sheet="选项 choices").header == (choices[0],)

    def test_refuses_a_cell_that_the_format_would_cut(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
        with pytest.raises(FieldError, match="32,767") as caught:
            write_xlsx(["名称", "说明"], [["甲", "长" * 32_768]], "产品")
        assert caught.value.field == "说明"
        assert list(tmp_path.iterdir()) == []


class TestReadingWorkbooks:
    def test_values_read_as_people_see_them(self) -> None:
        def fill(workbook: Workbook) -> None:
            sheet = workbook.add_worksheet("数据")
            day = workbook.add_format({"num_format": "yyyy-mm-dd"})
            moment = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm"})
            hour = workbook.add_format({"num_format": "hh:mm"})
            sheet.write_row(2, 1, ["名称", "值"])
            values: list[object] = [5, 5.5, 13812345678, 0.1 + 0.2, 1e-7, 1e15, -3.0, "  文 ", "007", True]
            for number, value in enumerate(values, 3):
                sheet.write(number, 1, "x")
                sheet.write(number, 2, value)
            sheet.write_datetime(13, 2, datetime(2026, 3, 1), day)
            sheet.write_datetime(14, 2, datetime(2026, 3, 1, 8, 30), moment)
            sheet.write_datetime(15, 2, datetime.combine(date(1899, 12, 31), clock_time(8, 30)), hour)
            sheet.write_formula(16, 2, "=1/0", None, "#DIV/0!")
            sheet.write_formula(17, 2, '="a"&"b"', None, "ab")

        table = read(book(fill), "表.xlsx")
        assert (table.header, table.header_number) == (("", "名称", "值"), 3)
        assert [row.number for row in table.rows] == list(range(4, 19))
        assert [row.cells[2] for row in table.rows][:13] == [
            "5", "5.5", "13812345678", "0.3", "0.0000001", "1000000000000000", "-3", "  文 ", "007", "TRUE",
            "2026-03-01", "2026-03-01 08:30:00", table.rows[12].cells[2],
        ]  # fmt: skip
        assert table.rows[12].cells[2].endswith("08:30:00")
        assert [row.cells[2] for row in table.rows][13:] == ["#DIV/0!", "ab"]

    def test_merged_cells_read_as_their_first_cell(self) -> None:
        def fill(workbook: Workbook) -> None:
            sheet = workbook.add_worksheet()
            sheet.write_row(0, 0, ["城市", "区县", "数量"])
            sheet.merge_range(1, 0, 3, 0, "合肥")
            sheet.write_column(1, 1, ["蜀山", "包河", "庐阳"])
            sheet.merge_range(2, 2, 3, 2, 8)

        assert [row.cells for row in read(book(fill), "表.xlsx").rows] == [
            ("合肥", "蜀山", ""),
            ("合肥", "包河", "8"),
            ("合肥", "庐阳", "8"),
        ]

    def test_takes_the_first_visible_sheet_or_the_one_that_is_named(self) -> None:
        def fill(workbook: Workbook) -> None:
            for name in ("隐藏", "甲", "乙"):
                workbook.add_worksheet(name).write(0, 0, name)
            workbook.get_worksheet_by_name("甲").activate()
            workbook.get_worksheet_by_name("甲").set_first_sheet()
            workbook.get_worksheet_by_name("隐藏").hide()

        data = book(fill)
        assert read(data, "表.xlsx").header == ("甲",)
        assert read(data, "表.xlsx", sheet="乙").header == ("乙",)
        assert "没有名为“丙”的工作表，只有：隐藏, 甲, 乙" in refused(data, "表.xlsx", sheet="丙")

    def test_errors_are_those_of_the_sheet_that_is_read(self) -> None:
        def fill(workbook: Workbook) -> None:
            for name, sign in (("甲", "#N/A"), ("乙", "#REF!")):
                sheet = workbook.add_worksheet(name)
                sheet.write(0, 0, "值")
                sheet.write_formula(1, 0, "=x", None, sign)

        data = book(fill)
        assert read(data, "表.xlsx", sheet="乙").rows == (Row(2, ("#REF!",)),)
        assert read(data, "表.xlsx").rows == (Row(2, ("#N/A",)),)

    def test_refuses_macros(self) -> None:
        data = write_xlsx(["a"], [["1"]], "s")
        assert "宏" in refused(data, "表.xlsm")
        target = io.BytesIO(data)
        with zipfile.ZipFile(target, "a") as archive:
            archive.writestr("xl/vbaProject.bin", b"x")
        assert "宏" in refused(target.getvalue(), "表.xlsx")

    @pytest.mark.parametrize(
        ("data", "found"),
        [
            (b"", "0 字节"),
            (b"a,b\n1,2\n", "纯文本"),
            (b"PK\x03\x04" + bytes(100), "损坏"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "旧版"),
            (write_xlsx(["a"], [["1"]], "s")[:-1], "损坏"),
            (write_xlsx([], [], "s"), "没有内容"),
            (write_xlsx(["a"], [["1"]] * 11, "s"), "超过 10 行"),
            (write_xlsx([str(i) for i in range(257)], [], "s"), "超过 256 列"),
        ],
    )
    def test_refuses(self, data: bytes, found: str) -> None:
        assert found in refused(data, "表.xlsx", max_rows=10)

    @pytest.mark.parametrize(
        "place",
        [
            '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>',
            '<row r="1048576"><c r="A1048576"><v>1</v></c></row></sheetData>',
            '<row r="1048576"><c><v>1</v></c></row></sheetData>',
            '<row r="9"><c r="XFD9" t="inlineStr"><is><t>x</t></is></c></row></sheetData>',
        ],
    )
    def test_refuses_a_single_cell_at_the_far_end_before_the_area_is_laid_out(self, place: str) -> None:
        data = write_xlsx(["a"], [["1"]], "s")
        bomb = changed(data, "xl/worksheets/sheet1.xml", lambda text: text.replace("</sheetData>", place))
        started = time.monotonic()
        assert re.search("超过 100,000 行|超过 256 列", refused(bomb, "表.xlsx"))
        assert time.monotonic() - started < 2

    def test_an_empty_cell_at_the_far_end_does_no_harm(self) -> None:
        data = write_xlsx(["a"], [["1"]], "s")
        place = '<row r="1048576"><c r="XFD1048576" s="1"/></row></sheetData>'
        styled = changed(data, "xl/worksheets/sheet1.xml", lambda text: text.replace("</sheetData>", place))
        assert read(styled, "表.xlsx").rows == (Row(2, ("1",)),)

    @pytest.mark.parametrize("cell", ["<v>0</v>", "<f>9</f><v>0</v>", "<v> 0 </v>", "<x:v>0</x:v>", "<v>9</v><v>0</v>"])
    def test_refuses_one_long_text_used_by_very_many_cells(self, cell: str) -> None:
        def fill(workbook: Workbook) -> None:
            workbook.add_worksheet().write(0, 0, "长" * 30_000)

        cells = "".join(f'<row r="{i}"><c r="A{i}" t="s">{cell}</c></row>' for i in range(2, 2002))
        bomb = changed(
            book(fill), "xl/worksheets/sheet1.xml", lambda text: text.replace("</sheetData>", cells + "</sheetData>")
        )
        assert "过大" in refused(bomb, "表.xlsx")

    def test_refuses_a_sheet_that_only_a_lenient_reader_can_read(self) -> None:
        data = write_xlsx(["a"], [["1"]], "s")
        broken = changed(data, "xl/worksheets/sheet1.xml", lambda text: "x" + text)
        assert "损坏" in refused(broken, "表.xlsx")

    def test_refuses_merged_areas_without_end(self) -> None:
        def fill(workbook: Workbook) -> None:
            sheet = workbook.add_worksheet()
            for row in range(500):
                sheet.write_row(row, 0, ["x"] * 20)
            sheet.merge_range(0, 0, 499, 19, "x")

        merges = '<mergeCell ref="A1:T500"/>' * 600
        bomb = changed(
            book(fill), "xl/worksheets/sheet1.xml", lambda text: text.replace("</mergeCells>", merges + "</mergeCells>")
        )
        assert "过大" in refused(bomb, "表.xlsx")

    def test_reads_ten_thousand_rows_in_seconds(self) -> None:
        header = [f"列{i}" for i in range(15)]
        data = write_xlsx(header, ([f"{row}-{i}" for i in range(15)] for row in range(10_000)), "s")
        started = time.monotonic()
        table = read(data, "表.xlsx")
        assert len(table.rows) == 10_000
        assert table.rows[-1].cells[-1] == "9999-14"
        assert time.monotonic() - started < 5
