"""Where lines of a printed document end, and tables and areas that go on to the next page."""

from __future__ import annotations

import io
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from marketplace.foundation.pdf import Colour, Paper
from marketplace.foundation.pdf.breaking import lines

NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)


def test_lines_end_where_both_languages_allow() -> None:
    assert lines("任务完成率达标，双方签署。", 7, len) == ["任务完成率达", "标，双方签署。"]
    assert lines("见附件（一）", 4, len) == ["见附件", "（一）"]
    assert lines("the whole interval", 9, len) == ["the whole", "interval"]
    assert lines("摘要 SHA256", 6, len) == ["摘要", "SHA256"]
    assert lines("a" * 7, 3, len) == ["aaa", "aaa", "a"]
    assert lines("一\n\n二", 3, len) == ["一", "", "二"]
    assert lines("", 3, len) == [""]


@settings(max_examples=30)
@given(st.text(alphabet="任务达标，。（）“”ab c-1", max_size=60), st.integers(4, 12))
def test_no_line_is_too_wide_and_no_character_is_lost(text: str, width: int) -> None:
    found = lines(text, width, len)
    assert "".join("".join(found).split()) == "".join(text.split())
    for line in found:
        assert len(line) <= width


def test_a_long_table_repeats_its_head_and_the_same_content_has_the_same_bytes() -> None:
    def made() -> bytes:
        paper = Paper("长表", "机遇 · 长表", "zh-CN", NOON)
        paper.title("长表", "编号 1", "报告")
        paper.heading("一、数据")
        paper.table(["期间", "记录"], [[f"第 {place} 天", str(place)] for place in range(120)], (3, 1), numbers=[1])
        paper.area(40).dot(5, 5, 1, Colour(0, 0, 0))
        return paper.finish()

    data = made()
    assert data == made()
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(data)).pages]
    assert len(pages) == 5
    assert all("期间" in each for each in pages[:4])
    assert f"4 / {len(pages)}" in pages[3]
