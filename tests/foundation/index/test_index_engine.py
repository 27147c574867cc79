"""What a person finds: words, model names, numbers, phrases, filters, conditions, pages. Held by both engines."""

from __future__ import annotations

import pytest

from marketplace.foundation.index import questions, ranking
from marketplace.foundation.index.interface import IndexDocument, Key, SearchAnswer, SearchEngine, SearchRequest
from tests.foundation.index.conftest import Engines
from tests.foundation.index.oracle import document, no_texts

NAMES = {
    1: "xArm 5 五轴轻型协作机械臂",
    2: "xArm 6 六轴轻型协作机械臂",
    3: "xArm 7 七轴轻型协作机械臂",
    4: "M-10iA 多关节工业机器人",
    5: "绝影X30 工业四足机器人",
    6: "X3 割草机器人",
    7: "myCobot Pro 600 桌面协作机械臂",
    8: "GO-M8010-6 关节电机",
    9: "青龙V3.0 双足人形机器人",
}
BODY = "额定负载6千克，本体约12.2千克，适合6类场景，xArm系列配件通用。"


@pytest.fixture(scope="module")
def catalogue() -> dict[Key, IndexDocument]:
    products = [
        document("product", n, number=f"P-2026-{n:06d}", title=title, body=BODY, timestamp=1_700_000_000 + n)
        for n, title in NAMES.items()
    ]
    scenario = document(
        "scenario", 1, number="S-2026-000001", title="变电站巡检", body="参照 P-2026-000005，需要机器狗夜间巡检变电站",
        facets={"city": ("340100", "340000"), "domain": ("d1", "d2")},
    )  # fmt: skip
    return {entry.key: entry for entry in [*products, scenario]}


@pytest.fixture(scope="module")
def engine(catalogue: dict[Key, IndexDocument], engines: Engines) -> SearchEngine:
    engine = engines()
    engine.rebuild(catalogue.values())
    return engine


@pytest.fixture(scope="module")
def ask(engine: SearchEngine, catalogue: dict[Key, IndexDocument]):  # type: ignore[no-untyped-def]
    def ask(text: str, **request: object) -> SearchAnswer:
        return engine.search(
            SearchRequest(text, **request),  # type: ignore[arg-type]
            lambda keys: {key: f"{catalogue[key].title} {catalogue[key].body}" for key in keys},
            lambda word: {"机械狗": ["四足机器人", "机器狗"]}.get(word, []),
        )

    return ask


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("xArm 6", 2),
        ("xarm6", 2),
        ("XARM-6", 2),
        ("ｘＡｒｍ　６", 2),
        ("xArm 7", 3),
        ("M-10iA", 4),
        ("m10ia", 4),
        ("M 10iA", 4),
        ("X30", 5),
        ("x30", 5),
        ("绝影X30", 5),
        ("絕影x30", 5),
        ("X3", 6),
        ("myCobot Pro 600", 7),
        ("mycobotpro600", 7),
        ("pro 600", 7),
        ("mycobot", 7),
        ("GO-M8010-6", 8),
        ("m8010", 8),
        ("gom80106", 8),
        ("v3.0", 9),
        ("青龙 V3.0", 9),
        ("p-2026-000003", 3),
        ("P-2026-000009", 9),
        ("P2026000009", 9),
        ("p2026-000009", 9),
    ],
)
def test_names_and_numbers_are_found_first(ask, text: str, first: int) -> None:  # type: ignore[no-untyped-def]
    hits = ask(text).hits
    assert (hits[0].kind, hits[0].doc_id) == ("product", first)


def test_a_number_finds_its_bearer_then_who_mentions_it(ask) -> None:  # type: ignore[no-untyped-def]
    answer = ask("P-2026-000005")
    assert [(hit.kind, hit.doc_id) for hit in answer.hits] == [("product", 5), ("scenario", 1)]
    assert (answer.total, answer.approximate) == (2, False)
    assert ask("P-2026-000005", filters={"kind": ("scenario",)}).total == 1
    assert ask("P-2026-009999").approximate is True or ask("P-2026-009999").total == 0


def test_scripts_are_one(ask) -> None:  # type: ignore[no-untyped-def]
    assert ask("協作機械臂").total == ask("协作机械臂").total == 4


def test_synonyms_widen_a_word(ask) -> None:  # type: ignore[no-untyped-def]
    answer = ask("机械狗")
    assert {(hit.kind, hit.doc_id) for hit in answer.hits} >= {("product", 5), ("scenario", 1)}
    assert "四足机器人" in answer.terms


def test_a_phrase_must_stand_there_literally(ask) -> None:  # type: ignore[no-untyped-def]
    assert ask("“轻型协作”").total == 3
    assert ask("“协作轻型”", strict=True).total == 0
    assert ask("“夜间巡检”", filters={"kind": ("product",)}).facets["kind"] == {"product": 0, "scenario": 1}


def test_beside_a_phrase_not_every_word_has_to_match(ask) -> None:  # type: ignore[no-untyped-def]
    answer = ask("“轻型协作”机械臂和外骨骼")
    assert (answer.total, answer.approximate) == (3, True)
    assert ask("“轻型协作”机械臂和外骨骼", strict=True).total == 0


def test_a_phrase_that_stands_nowhere_is_taken_for_its_words_and_that_is_said(ask) -> None:  # type: ignore[no-untyped-def]
    quoted, plain = ask("“协作轻型”"), ask("协作轻型")
    assert quoted.approximate
    assert [hit.doc_id for hit in quoted.hits] == [hit.doc_id for hit in plain.hits] != []


def test_what_is_new_is_looked_at_whole_for_a_phrase(ask, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    every = {(hit.kind, hit.doc_id) for hit in ask("“轻型协作”").hits}
    monkeypatch.setattr(questions, "PHRASE_CANDIDATES", 1)
    assert (ask("“轻型协作”", strict=True).total, ask("“轻型协作”", strict=True).unread) == (1, True)
    for key in every:
        assert ask("“轻型协作”", strict=True, only=frozenset([key])).total == 1


def test_too_few_hits_widen_the_question_and_say_so(ask) -> None:  # type: ignore[no-untyped-def]
    answer = ask("变电站巡检用的外骨骼")
    assert answer.approximate
    assert (answer.hits[0].kind, answer.hits[0].doc_id) == ("scenario", 1)
    assert not ask("机械臂").approximate


def test_no_words_list_everything_newest_first(ask) -> None:  # type: ignore[no-untyped-def]
    answer = ask("", limit=3)
    assert [hit.doc_id for hit in answer.hits] == [9, 8, 7]
    assert answer.total == 10
    assert ask("，。").total == 10


def test_stop_words_alone_are_still_a_question(ask) -> None:  # type: ignore[no-untyped-def]
    assert ask("的").terms == ("的",)
    assert "的" not in ask("机械臂的").terms


def test_pages_follow_each_other(ask) -> None:  # type: ignore[no-untyped-def]
    for sort in ("relevance", "newest"):
        whole = [hit.doc_id for hit in ask("机械臂", limit=50, sort=sort).hits]
        pages = [hit.doc_id for offset in range(4) for hit in ask("机械臂", limit=1, offset=offset, sort=sort).hits]
        assert pages == whole
    assert ask("机械臂", offset=40).hits == ()


def test_values_of_a_facet_are_alternatives_and_facets_add_up(ask) -> None:  # type: ignore[no-untyped-def]
    assert ask("", filters={"city": ("340000",)}).total == 1
    assert ask("", filters={"city": ("340100", "440000")}).total == 1
    assert ask("", filters={"city": ("340000",), "kind": ("product",)}).total == 0
    answer = ask("", filters={"kind": ("product",)})
    assert answer.facets["kind"] == {"product": 9, "scenario": 1}
    assert answer.facets["domain"] == {"d1": 0, "d2": 0}


def test_only_facets_filter(ask, engine: SearchEngine) -> None:  # type: ignore[no-untyped-def]
    assert ask("", filters={"city": ()}).total == 10
    with pytest.raises(ValueError, match="colour"):
        ask("", filters={"colour": ("red",)})
    with pytest.raises(ValueError, match="colour"):
        engine.apply([document(facets={"colour": ("red",)})], [])
    assert ask("").total == 10


def test_equal_scores_put_the_newest_first_across_segments(engines: Engines) -> None:
    engine = engines()
    engine.rebuild(document("product", n, title="机械臂", timestamp=1_700_000_000 + n % 7) for n in range(1, 150))
    engine.apply([document("product", n, title="机械臂", timestamp=1_700_000_000 + n % 7) for n in range(150, 260)], [])
    expected = sorted(range(1, 260), key=lambda n: (-(n % 7), -n))
    assert [hit.doc_id for hit in engine.search(SearchRequest("机械臂", limit=300), no_texts).hits] == expected
    assert [hit.doc_id for hit in engine.search(SearchRequest("", limit=90), no_texts).hits] == expected[:90]


def test_pages_of_a_frequent_word_are_complete(engines: Engines, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = engines()
    engine.rebuild(document("product", n, title="机械臂 " * (n % 9 + 1)) for n in range(1, 3001))
    pages = [engine.search(SearchRequest("机械臂", offset=at, limit=70), no_texts).hits for at in range(0, 700, 70)]
    keys = [hit.doc_id for page in pages for hit in page]
    assert len(set(keys)) == 700
    whole = engine.search(SearchRequest("机械臂", limit=700), no_texts).hits
    assert keys == [hit.doc_id for hit in whole]
    monkeypatch.setattr(ranking, "WALKED", 10**9)  # scored one by one instead of walked in stored order
    assert engine.search(SearchRequest("机械臂", limit=700), no_texts).hits == whole
