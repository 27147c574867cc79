"""How a question is read, by either engine: compounds by their parts, amounts, plurals, words torn or run together."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from marketplace.foundation.index.amounts import apart, writings
from marketplace.foundation.index.analyzer import shared_analyzer
from marketplace.foundation.index.interface import SearchEngine, SearchRequest
from marketplace.foundation.index.plan import First, Spread, Term, make_plan
from marketplace.foundation.index.plurals import forms, singular
from tests.foundation.index.conftest import Engines
from tests.foundation.index.oracle import document, no_texts

TITLES = (
    "清洁机器人", "机器人，用于清洁", "保洁用的机器人", "清洁剂", "焊接机器人", "会焊接的机器人", "弧焊机器人",
    "负载 20 kg 的机械臂", "负载20kg的机械臂", "负载 20 公斤的机械臂", "负载 2 kg 的机械臂", "六轴机械臂", "6 轴机械臂",
    "6-axis arm", "山猫 M20 Pro", "山猫 M20", "one robot dog", "two robot dogs", "四足", "巡检", "巡查",
    *("机器人" for _ in range(20)),
)  # fmt: skip
SYNONYMS = {
    "清洁": ["保洁"], "保洁": ["清洁"], "焊接": ["弧焊"], "弧焊": ["焊接"], "巡检": ["巡查"],
    "robot dog": ["四足"], "四足": ["robot dog"],
}  # fmt: skip


def others(word: str) -> Sequence[str]:
    return SYNONYMS.get(word, [])


@pytest.fixture
def engine(engines: Engines) -> SearchEngine:
    made = engines()
    made.rebuild([document(doc_id=n, title=title) for n, title in enumerate(TITLES, 1)])
    return made


def found(engine: SearchEngine, text: str) -> list[str]:
    """The titles of what has all of the words, best first."""
    answer = engine.search(SearchRequest(text, strict=True, limit=100), no_texts, others)
    return [TITLES[hit.doc_id - 1] for hit in answer.hits]


def test_a_compound_finds_what_its_parts_find_and_itself_first(engine: SearchEngine) -> None:
    cleaning = found(engine, "清洁机器人")
    assert cleaning[0] == "清洁机器人"
    assert set(cleaning) == {"清洁机器人", "机器人，用于清洁", "保洁用的机器人"}
    assert found(engine, "清洁 机器人") == cleaning
    assert set(found(engine, "保洁机器人")) == set(cleaning)
    assert set(found(engine, "焊接机器人")) == {"焊接机器人", "会焊接的机器人", "弧焊机器人"}
    answer = engine.search(SearchRequest("清洁机器人"), no_texts, others)
    assert answer.widened == (("清洁", ("保洁",)),)
    assert engine.search(SearchRequest("清洁机器人"), no_texts).widened == ()


@pytest.mark.parametrize(
    ("same", "expected"),
    [
        (("20kg", "20 kg", "20公斤", "20 公斤", "20千克"),
         {"负载 20 kg 的机械臂", "负载20kg的机械臂", "负载 20 公斤的机械臂"}),
        (("六轴", "6轴", "6 轴", "6-axis", "6 axis"), {"六轴机械臂", "6 轴机械臂", "6-axis arm"}),
        (("M20pro", "M20 Pro", "m20-pro"), {"山猫 M20 Pro"}),
        (("robot dog", "robot dogs", "四足"), {"one robot dog", "two robot dogs", "四足"}),
        (("巡检", "巡 检"), {"巡检", "巡查"}),
    ],
)  # fmt: skip
def test_what_is_written_differently_is_read_alike(
    engine: SearchEngine, same: Sequence[str], expected: set[str]
) -> None:
    for text in same:
        assert set(found(engine, text)) == expected, text


def test_a_number_is_that_of_its_unit_not_of_the_name_before_it() -> None:
    assert apart("payload 20 kg arm") == "payload \n20kg\n arm"
    assert apart("ur10 kg, 4s店 m-10ia") == "ur10 kg, 4s店 m-10ia"
    plan = make_plan("payload 20 kg", shared_analyzer(), lambda word: {"payload": ["负载"]}.get(word, []))
    assert plan.widened == (("payload", ("负载",)),)


@pytest.mark.parametrize(
    ("amount", "among"),
    [
        ("20kg", "20 公斤"),
        ("0.5公斤", "0.5kg"),
        ("六轴", "6 轴"),
        ("6轴", "六轴"),
        ("两轴", "2 轴"),
        ("4自由度", "四自由度"),
    ],
)
def test_writings_of_an_amount(amount: str, among: str) -> None:
    assert among in writings(amount)
    assert amount not in writings(amount)


@pytest.mark.parametrize("text", ["kg", "20", "m20", "4s", "5g", "六轴力传感器", "机器人", "二十轴", ""])
def test_what_is_no_amount_has_no_other_writing(text: str) -> None:
    assert writings(text) == []


@pytest.mark.parametrize(
    ("many", "one"),
    [("robots", "robot"), ("batteries", "battery"), ("switches", "switch"), ("processes", "process"), ("agvs", "agv"),
     ("houses", "house"), ("chassis", "chassis"), ("wireless", "wireless"), ("bus", "bus"), ("ros", "ros"),
     ("xarm6", "xarm6")],
)  # fmt: skip
def test_singulars(many: str, one: str) -> None:
    assert singular(many) == one
    assert one in forms(many)
    assert many in forms(one)


def test_parts_lie_end_to_end() -> None:
    cut = shared_analyzer()

    def parts(text: str) -> list[str]:
        return [part.surface for word in cut.query_words(text) for part in cut.parts(word)]

    assert parts("焊接机器人") == ["焊接", "机器人"]
    assert parts("直角坐标机器人") == ["直角", "坐标", "机器人"]
    assert parts("机床上下料") == ["机床", "上下料"]
    assert parts("机器人") == parts("双足") == parts("xarm 6") == []
    (group,) = make_plan("焊接机器人", cut).groups
    assert group == First((Term("焊接机器人"), Spread((Term("焊接"), Term("机器人")))))


def test_a_word_that_most_documents_have_brings_nothing_in_by_itself(engine: SearchEngine) -> None:
    request = SearchRequest("焊接机器人", related=30)
    answer = engine.search(request, no_texts, others)
    assert answer.total == 3
    assert answer.related == ()
    related = engine.search(SearchRequest("清洁剂 六轴 机械臂", related=30), no_texts, others).related
    assert {TITLES[hit.doc_id - 1] for hit in related} <= {title for title in TITLES if title != "机器人"}


@pytest.mark.parametrize(("text", "wordless"), [("%", True), ("？！", True), ("🤖", True), ("", False), ("的", False)])
def test_a_question_without_words_says_so(engine: SearchEngine, text: str, wordless: bool) -> None:
    answer = engine.search(SearchRequest(text), no_texts)
    assert answer.wordless is wordless
    assert not wordless or answer.total == len(TITLES)
