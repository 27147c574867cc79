"""What changed between two contents, and what a machine notices in it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.listings.difference import MOST_TOKENS, drawn, pieces
from marketplace.listings.kind import differences
from marketplace.listings.precheck import automatic_checks
from tests.listings.trial import KIND

texts = st.text(alphabet="防护IP6789，支持5G。变电站 管廊巡检\n", max_size=60)


@given(texts, texts)
def test_pieces_are_the_texts(old: str, new: str) -> None:
    left, right = pieces(old, new)
    assert "".join(text for _kind, text in left) == old
    assert "".join(text for _kind, text in right) == new
    assert {kind for kind, _text in left} <= {"same", "del"}
    assert {kind for kind, _text in right} <= {"same", "ins"}
    assert [text for kind, text in left if kind == "same"] == [text for kind, text in right if kind == "same"]


def test_words_and_numbers_change_whole() -> None:
    left, right = pieces("防护IP66，用于变电站等巡检。", "防护IP67，用于变电站、管廊等巡检。")
    assert left == [("same", "防护"), ("del", "IP66"), ("same", "，用于变电站等巡检。")]
    assert right == [
        ("same", "防护"),
        ("ins", "IP67"),
        ("same", "，用于变电站"),
        ("ins", "、管廊"),
        ("same", "等巡检。"),
    ]


def test_what_has_little_in_common_is_written_anew() -> None:
    assert pieces("四足机器人", "光伏清洁") == ([("del", "四足机器人")], [("ins", "光伏清洁")])
    assert pieces("", "新") == ([], [("ins", "新")])


def test_a_long_text_is_compared_by_sentence() -> None:
    sentences = [f"第{number}句话说明一件事。" for number in range(MOST_TOKENS // 4)]
    old = "".join(sentences)
    new = "".join([*sentences[:5], "新的一句。", *sentences[6:]])
    left, right = pieces(old, new)
    assert ("del", "第5句话说明一件事。") in left
    assert ("ins", "新的一句。") in right


def test_rows_of_claims_are_named_and_evidence_counts_as_a_change() -> None:
    old = {"specs": {"a": {"value": {"from": "1"}, "evidence": "tested"}, "b": {"value": {"from": "2"}}}}
    new = {"specs": {"a": {"value": {"from": "1"}, "evidence": "declared"}, "c": {"value": {"from": "3"}}}}
    rows = differences(KIND, old, new, "zh_CN")
    assert [(row.key, row.old, row.new) for row in rows] == [
        ("specs.a", "1", "1"), ("specs.b", "2", ""), ("specs.c", "", "3"),
    ]  # fmt: skip
    assert (rows[0].old_evidence[0], rows[0].new_evidence[0]) == ("tested", "declared")
    assert drawn(rows)[1]["new"] == []


def test_what_stayed_is_listed_when_asked() -> None:
    content = {"title": "甲", "summary": ""}
    assert differences(KIND, content, content, "zh_CN") == []
    assert [row.key for row in differences(KIND, content, content, "zh_CN", unchanged=True)] == ["title"]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("请拨 138 0013 8000 联系", True),
        ("座机0551-62600000", True),
        ("发到 sales@robot.cn", True),
        ("加微信号：robot_2026", True),
        ("详见 https://robot.example/x", True),
        ("官网 www.robot.example", True),
        ("编号 P-2026-000123，负载 20 kg，2026-10-09 交付", False),
        ("执行 GB/T 37668-2019，精度 0.01 mm，序列号 91340100MA0000010H", False),
    ],
)
def test_contact_data_in_public_text(words: str, found: bool) -> None:
    checks = automatic_checks(KIND, {}, {"title": "甲", "summary": words})
    assert any(check.kind == "fix" and "联系方式" in check.text.zh for check in checks) is found


def test_contact_data_where_they_belong() -> None:
    content: dict[str, Any] = {
        "summary": "有", "contact_phone": "13800138000",
        "specs": {"a": {"value": {"from": "1"}, "source": "https://maker.example/manual"}},
    }  # fmt: skip
    assert all(check.kind == "ok" for check in automatic_checks(KIND, {}, content))
