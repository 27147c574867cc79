"""Cutting, marking and sharpening: what happens to the text itself."""

from __future__ import annotations

import io
import sys
import unicodedata
from array import array
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.foundation.index.analyzer import DATA, Analyzer, shared_analyzer
from marketplace.foundation.index.highlight import highlight
from marketplace.foundation.index.plan import Either, First, Spread, Term, make_plan
from marketplace.foundation.index.postings import read_postings, write_postings
from marketplace.foundation.index.reaching import reaching
from marketplace.foundation.index.rerank import rerank

ANALYZER = shared_analyzer()


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("xArm 6", {"xarm", "6", "xarm6"}),
        ("xArm6", {"xarm6", "xarm"}),
        ("M-10iA", {"m10ia", "m", "10ia", "ia"}),
        ("ER12-4-2000", {"er1242000", "er12", "er", "4", "2000"}),
        ("天工2.0", {"天工", "2.0"}),
        ("±0.05毫米", {"0.05", "毫米"}),
        ("P-2026-000123", {"p2026000123", "p", "2026", "000123"}),
        ("Pro 600\nKR 10", {"pro", "600", "pro600", "kr", "10", "kr10"}),
        ("機械臂", {"机械臂", "机械"}),
        ("，。！", set()),
    ],
)
def test_index_tokens(text: str, tokens: set[str]) -> None:
    assert set(ANALYZER.index_tokens(text)) == tokens


@pytest.mark.parametrize(
    ("text", "surfaces"),
    [
        ("xArm 6 机械臂", ["xarm6", "机械臂"]),
        ("myCobot Pro 600", ["mycobotpro600"]),
        ("Elfin 5 Pro", ["elfin5", "pro"]),
        ("机器狗 机器狗", ["机器狗"]),
        ("我想找一个巡检机器人", ["找", "巡检机器人"]),
        ("的", ["的"]),
        ("ethercat/profinet", ["ethercat", "profinet"]),
    ],
)
def test_words_of_a_question(text: str, surfaces: list[str]) -> None:
    assert [word.surface for word in ANALYZER.query_words(text)] == surfaces


def test_trade_words_stay_whole_and_show_in_the_hash() -> None:
    assert [word.surface for word in ANALYZER.query_words("自动导引车")] == ["自动导引车"]
    wider = Analyzer(["轮滑猫"])
    assert wider.index_tokens("轮滑猫") != ANALYZER.index_tokens("轮滑猫")
    assert (wider.identity, wider.words != ANALYZER.words) == (ANALYZER.identity, True)


def test_both_scripts_are_cut_alike_where_one_character_is_in_both() -> None:
    for traditional, simplified in (("乾淨的特徵", "干净的特征"), ("合作夥伴位於", "合作伙伴位于"), ("烘乾", "烘干")):
        assert ANALYZER.index_tokens(traditional) == ANALYZER.index_tokens(simplified)
    assert ANALYZER.index_tokens("覆盖大阪") == [*ANALYZER.index_tokens("覆盖"), *ANALYZER.index_tokens("大阪")]


def test_every_character_is_normalised_as_by_nfkc_and_stays_so() -> None:
    analyzer = Analyzer()  # an own one: this fills its memory of characters
    lines = (DATA / "traditional_to_simplified.txt").read_text(encoding="utf-8").splitlines()
    folds = {line[0]: line[1] for line in lines if len(line) == 2}
    for code in range(sys.maxunicode + 1):
        if 0xD800 <= code <= 0xDFFF:
            continue
        char = chr(code)
        once = analyzer.normalise(char)
        assert analyzer.normalise(once) == once or unicodedata.combining(once[-1])
        if char not in folds:
            assert once == "".join(folds.get(c, c) for c in unicodedata.normalize("NFKC", char.lower()).lower())


@given(st.text(alphabet=st.sampled_from("aAéﬁ１Ａ℃㎡機器人ｶﾞе́한ᄒ\u0301\u0308 ，-_.")))
def test_texts_are_normalised_as_by_nfkc(text: str) -> None:
    plain = unicodedata.normalize("NFKC", text.lower()).lower()
    assert ANALYZER.normalise(text) == plain.replace("機", "机")


@given(st.sets(st.integers(0, 200_000), min_size=1, max_size=30), st.integers(1, 3), st.integers(0, 20_000))
def test_postings_are_read_as_written(numbers: set[int], most: int, run: int) -> None:
    ids = array("I", sorted({*numbers, *range(300_000, 300_000 + run)}))
    counts = array("I", (number % most + 1 for number in ids))
    stream = io.BytesIO(b"before")
    stream.seek(0, io.SEEK_END)
    write_postings(stream, ids, counts)
    found, frequencies = read_postings(stream.getvalue()[6:])
    assert found == ids
    assert list(frequencies or [1] * len(ids)) == list(counts)
    assert [1 if frequencies is None else frequencies[place] for place in range(len(ids))] == list(counts)


@given(
    st.lists(st.tuples(st.floats(0.01, 12), st.sets(st.integers(0, 40), max_size=20)), min_size=1, max_size=14),
    st.sampled_from([0.1, 0.5 - 1e-9, 0.5, 1.0]),
)
def test_sums_over_sets_reach_what_is_needed(weighed: list[tuple[float, set[int]]], share: float) -> None:
    """As added up one by one, sums that hit the mark to the last digit included."""
    need = share * sum(weight for weight, _ in weighed)
    sets = [(weight, sum(1 << number for number in numbers)) for weight, numbers in weighed]
    found = reaching(sets, need, 41)
    for number in range(41):
        total = sum(weight for weight, numbers in weighed if number in numbers)
        assert (found >> number & 1) == (total >= need) or total == pytest.approx(need, rel=1e-12)


def test_odd_texts_are_cut_too() -> None:
    assert ANALYZER.index_tokens("机器人\ud800x30") == ["机器", "机器人", "x30"]
    assert ANALYZER.index_tokens("e\u0301\udfff机器人")[-1] == "é"
    assert ANALYZER.index_tokens("a" * 1000) == ["a" * 64]
    assert make_plan("a" * 1000, ANALYZER).groups == (Term("a" * 64),)


def test_plan_of_words_wordings_and_phrases() -> None:
    wordings = {"agv": ["自动导引车", "仓储 小车"], "agv合肥": ["无人搬运"]}
    plan = make_plan("AGV “智能 仓储”", ANALYZER, lambda text: wordings.get(text, []))
    assert plan.phrases == ("智能 仓储",)
    agv = plan.groups[0]
    assert isinstance(agv, Either)
    assert agv.nodes[0] == Term("agv")
    assert agv.nodes[1] == Term("agvs")
    assert isinstance(agv.nodes[2], Term | First)
    assert isinstance(agv.nodes[3], Spread)
    assert {"agv", "自动导引车", "仓储"} <= set(plan.terms)
    whole = make_plan("AGV 合肥", ANALYZER, lambda text: wordings.get(text, []))
    assert len(whole.groups) == 1
    assert make_plan("", ANALYZER).groups == ()


@pytest.mark.parametrize(
    ("text", "terms", "marked"),
    [
        ("FANUC M-10iA 机器人", ["m10ia"], ["M-10iA"]),
        ("xArm 6 与 xArm 60", ["xarm6", "6"], ["xArm 6"]),
        ("協作機械臂", ["机械臂"], ["機械臂"]),
        ("ＡＢＢ ㎏ 机械臂", ["abb", "机械臂"], ["ＡＢＢ", "机械臂"]),
        ("charmed arm", ["arm"], ["arm"]),
        ("<b>机械</b>", ["b", "机械"], ["b", "机械", "b"]),
        ("工业机器人", ["机器", "机器人"], ["机器人"]),
        ("无", [], []),
        ("", ["机"], []),
    ],
)
def test_marks(text: str, terms: list[str], marked: list[str]) -> None:
    fragments = highlight(text, terms, ANALYZER.normalise)
    assert [fragment.text for fragment in fragments if fragment.marked] == marked
    assert "".join(fragment.text for fragment in fragments) == text


def test_the_window_is_where_most_marks_are() -> None:
    text = "前言" * 100 + "巡检" + "中段" * 100 + "变电站的巡检机器人" + "后记" * 100
    fragments = highlight(text, ["巡检", "变电站"], ANALYZER.normalise, window=60)
    assert [fragment.text for fragment in fragments if fragment.marked] == ["变电站", "巡检"]
    assert (fragments[0].text, fragments[-1].text) == ("…", "…")
    assert len("".join(fragment.text for fragment in fragments)) == 62
    assert all(left.marked or right.marked for left, right in pairwise(fragments[1:-1]))
    assert "".join(f.text for f in highlight(text, ["无"], ANALYZER.normalise)) == text[:120] + "…"
    assert "".join(f.text for f in highlight(text, ["巡检"], ANALYZER.normalise, window=0)) == text


@given(st.text(alphabet="机械臂機Ａａ㎏ xarm6-", max_size=300), st.integers(1, 50))
def test_fragments_are_a_part_of_the_text(text: str, window: int) -> None:
    fragments = highlight(text, ["机械臂", "kg", "xarm6", "a"], ANALYZER.normalise, window)
    assert "".join(fragment.text for fragment in fragments).strip("…") in text


def test_texts_that_hold_the_question_come_first() -> None:
    texts = ["xArm 7 机械臂", "xArm 6 机械臂", ""]
    scores = rerank("xarm 6", texts, [2.0, 1.9, 2.0], ANALYZER.normalise)
    assert scores[1] == pytest.approx(0.95 + 2.0)
    assert scores[1] > scores[0] > scores[2]
    assert rerank("臂", ["机械臂", "无"], [0.0, 0.0], ANALYZER.normalise) == [2.0, 0.0]
    assert rerank("臂", [], [], ANALYZER.normalise) == []


def test_another_wording_says_more_than_letters_here_and_there() -> None:
    texts = ["van by Agile, a 机械臂", "ＡＭＲ移动机器人", "移动的机器人", "hamradio"]
    scores = rerank("agv", texts, [1.0] * 4, ANALYZER.normalise, ["AMR", "移动机器人"])
    assert scores.index(max(scores)) == 1
    assert scores[2:] == rerank("agv", texts, [1.0] * 4, ANALYZER.normalise)[2:]
