"""The engine answers as a plain recount and as Whoosh's own reader and searcher do, over edits, deletes and merges."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from whoosh import fields, index, query, scoring
from whoosh.filedb.filestore import RamStorage

from marketplace.foundation.index import merge
from marketplace.foundation.index.analyzer import shared_analyzer
from marketplace.foundation.index.interface import IndexDocument, Key, SearchRequest
from marketplace.foundation.index.plan import make_plan
from marketplace.foundation.index.whoosh_engine import WhooshEngine
from tests.foundation.index.oracle import FILTERS, VOCABULARY, Recount, document, documents, no_texts

QUESTIONS = [
    "",
    *VOCABULARY,
    "机械臂 巡检",
    "xArm 6 机械臂",
    "工业机器人 变电站 巡检 合肥",
    "没有 机器人 仓储 M10iA",
    "无此词",
    "工业机器人 巡检",
    "工业机器人 巡检 变电站 仓储 搬运 合肥 xArm M10iA X30 AGV 无此词",
]
SYNONYMS = {"agv": ["自动导引车", "仓储 搬运"], "机械臂 巡检": ["X30"]}
Changes = list[tuple[list[IndexDocument], set[Key]]]
batches = st.lists(
    st.tuples(st.lists(documents, max_size=4), st.sets(st.tuples(st.just("product"), st.integers(1, 12)), max_size=3)),
    max_size=5,
)


def changed(start: list[IndexDocument], changes: Changes, folder: str) -> tuple[WhooshEngine, dict[Key, IndexDocument]]:
    """An engine after a build and some commits, and the documents that should be in it."""
    engine = WhooshEngine(Path(folder))
    current = {entry.key: entry for entry in start}
    engine.rebuild(current.values())
    for upserts, deletes in changes:
        gone = deletes - {entry.key for entry in upserts}
        engine.apply(upserts, gone)
        current = {key: entry for key, entry in current.items() if key not in gone}
        current |= {entry.key: entry for entry in upserts}
    return engine, current


def assert_answers_equal(
    engine: WhooshEngine, recount: Recount, question: str, filters: Mapping[str, tuple[str, ...]]
) -> None:
    plan = make_plan(question, shared_analyzer(), lambda text: SYNONYMS.get(text, []))
    answer = engine.search(SearchRequest(question, filters, limit=500), no_texts, lambda text: SYNONYMS.get(text, []))
    found, approximate = recount.found(plan)
    assert answer.approximate == approximate
    scores = {key: score for key, score in found.items() if recount.passes(key, filters)}
    assert answer.total == len(scores)
    assert answer.facets == recount.facets(found, filters)
    assert {(hit.kind, hit.doc_id) for hit in answer.hits} == scores.keys()
    best = max(scores.values(), default=0.0) or 1.0
    for hit, expected in zip(answer.hits, sorted(scores.values(), reverse=True), strict=True):
        assert hit.score == pytest.approx(scores[hit.kind, hit.doc_id] / best, rel=1e-5)
        assert hit.score == pytest.approx(expected / best, rel=1e-5)


@settings(max_examples=30, deadline=None)
@given(st.lists(documents, max_size=25), batches, st.sampled_from(QUESTIONS), st.sampled_from(QUESTIONS))
def test_equals_recount(start: list[IndexDocument], changes: Changes, first: str, second: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        engine, current = changed(start, changes, folder)
        assert engine.versions() == {key: entry.version for key, entry in current.items()}
        recount = Recount(current.values())
        for question in (first, second, ""):
            for filters in FILTERS:
                assert_answers_equal(engine, recount, question, filters)
        assert engine.check_files() == []


def test_equals_recount_on_every_question(tmp_path: Path) -> None:
    chance = random.Random(5)
    entries = [
        document(
            "product",
            number,
            title=" ".join(chance.choices(VOCABULARY, k=chance.randint(0, 3))),
            body=" ".join(chance.choices(VOCABULARY, k=chance.randint(0, 6))),
            facets={"domain": (chance.choice(["d1", "d2"]),)},
        )
        for number in range(1, 121)
    ]
    engine, current = changed(
        entries[:70],
        [(entries[60:100], {("product", 3), ("product", 4)}), (entries[90:], {("product", 80)})],
        str(tmp_path),
    )
    recount = Recount(current.values())
    for question in QUESTIONS:
        assert_answers_equal(engine, recount, question, {})
        assert_answers_equal(engine, recount, question, {"domain": ("d1",)})


def test_equals_recount_after_merges(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merge, "TIER", 2)
    start = [document("product", n, title=VOCABULARY[n % 15], facets={"domain": ("d1",)}) for n in range(1, 6)]
    changes = [
        ([document("scenario", n, version=n, title=VOCABULARY[n % 15], body="机械臂 巡检 X30")], {("product", n)})
        for n in range(1, 14)
    ]
    engine, current = changed(start, changes, str(tmp_path))
    assert engine.status().segments < 5
    assert engine.status().deleted == 0
    recount = Recount(current.values())
    for question in QUESTIONS:
        assert_answers_equal(engine, recount, question, {"kind": ("scenario",)})


@settings(max_examples=10, deadline=None)
@given(st.lists(documents, min_size=1, max_size=25, unique_by=lambda entry: entry.key), batches)
def test_stock_reader_sees_the_same(start: list[IndexDocument], changes: Changes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        _, current = changed(start, changes, folder)
        recount = Recount(current.values())
        with index.open_dir(f"{folder}/gen-1", indexname="MAIN").searcher() as searcher:
            assert searcher.doc_count() == len(current)
            bodies = [counts["body"] for counts in recount.counts.values()]
            for token in set().union(*bodies):
                for other in ("机器人", "x30"):
                    both = query.And([query.Term("body", token), query.Term("body", other)])
                    held = sum(token in body and other in body for body in bodies)
                    assert len(searcher.search(both, limit=None)) == held
                stock = searcher.search(query.Term("body", token), limit=None)
                assert len(stock) == sum(token in body for body in bodies)


def test_stock_searcher_scores_our_files_as_its_own(tmp_path: Path) -> None:
    analyzer = shared_analyzer()
    entries = [
        document("product", n, body=" ".join(VOCABULARY[: n % 13 + 1] * (n % 3 + 1)), facets={"status": ("open",)})
        for n in range(1, 200)
    ]
    WhooshEngine(tmp_path).rebuild(entries)
    stock = RamStorage().create_index(fields.Schema(body=fields.KEYWORD(scorable=True)))
    writer = stock.writer()
    for entry in entries:
        writer.add_document(body=" ".join(analyzer.index_tokens(entry.body)))
    getattr(writer, "commit")()  # noqa: B009 (the house allows one commit, that of the database)
    asked = [query.Term("body", "机械臂"), query.Or([query.Term("body", "agv"), query.Term("body", "巡检")])]
    asked.append(query.And([query.Term("body", "仓储"), query.Term("body", "合肥")]))
    with (
        index.open_dir(str(tmp_path / "gen-1"), indexname="MAIN").searcher(weighting=scoring.BM25F()) as ours,
        stock.searcher(weighting=scoring.BM25F()) as theirs,
    ):
        for wanted in asked:
            left = ours.search(wanted, limit=None)
            right = theirs.search(wanted, limit=None)
            assert [(hit.docnum, hit.score) for hit in left] == [(hit.docnum, hit.score) for hit in right]
            assert len(left) > 0
            top = ours.search(wanted, limit=5)
            assert [hit.score for hit in top] == [hit.score for hit in left][:5]
