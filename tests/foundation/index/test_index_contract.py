"""What both engines hold: counts against a recount, changes, rebuilds that never empty the search, one writer."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator

import pytest

from marketplace.foundation.index.analyzer import shared_analyzer
from marketplace.foundation.index.interface import (
    Condition,
    IndexBusy,
    IndexDocument,
    IndexUnusable,
    SearchEngine,
    SearchRequest,
    Verdict,
)
from marketplace.foundation.index.plan import make_plan
from tests.foundation.index.conftest import Engines
from tests.foundation.index.oracle import FILTERS, VOCABULARY, Recount, document, no_texts

QUESTIONS = [
    "",
    "机械臂",
    "巡检 变电站",
    "自动导引车",
    "xArm 6",
    "工业机器人 仓储 合肥",
    "AGV",
    "的",
    "机器人 搬运 巡检 X30",
]
SYNONYMS = {"agv": ["自动导引车"], "机械臂": ["工业机器人"]}


def made(chance: random.Random, kind: str, doc_id: int, version: int = 1) -> IndexDocument:
    def words(most: int) -> str:
        return " ".join(chance.choices(VOCABULARY, k=chance.randint(0, most)))

    payload = chance.choice([None, 1, 5, 20])
    return document(
        kind, doc_id, version=version, title=words(4), body=words(12), tags=words(2),
        timestamp=1_600_000_000 + chance.randint(0, 9), evidence=chance.randint(0, 3),
        claims={} if payload is None else {"payload": json.dumps(payload)},
        facets={
            "domain": tuple(chance.sample(["d1", "d2", "d3"], chance.randint(0, 2))),
            "city": chance.choice([(), ("340100", "340000"), ("340200", "340000")]),
            "status": (chance.choice(["open", "closed"]),),
        },
    )  # fmt: skip


def at_least(wanted: int) -> Condition:
    def judge(claim: str) -> Verdict:
        return "met" if json.loads(claim) >= wanted else "not_met"

    return Condition("payload", f"payload >= {wanted}", judge)


def check(engine: SearchEngine, recount: Recount) -> None:
    """Totals, hits and every count under every filter, of every question."""
    for text in QUESTIONS:
        plan = make_plan(text, shared_analyzer(), lambda word: SYNONYMS.get(word, []))
        found, approximate = recount.found(plan)
        for filters in FILTERS:
            answer = engine.search(
                SearchRequest(text, filters, limit=1000), no_texts, lambda word: SYNONYMS.get(word, [])
            )
            passing = {key for key in found if recount.passes(key, filters)}
            assert {(hit.kind, hit.doc_id) for hit in answer.hits} == passing, (text, filters)
            assert (answer.total, answer.approximate) == (len(passing), approximate)
            assert answer.facets == recount.facets(found, filters), (text, filters)


@pytest.fixture
def documents() -> list[IndexDocument]:
    chance = random.Random(5)
    return [made(chance, kind, number) for kind in ("product", "scenario") for number in range(1, 31)]


def test_counts_hits_and_facets_agree_with_a_recount_through_changes(
    engines: Engines, documents: list[IndexDocument]
) -> None:
    engine, chance = engines(), random.Random(8)
    engine.rebuild(documents)
    held = {each.key: each for each in documents}
    check(engine, Recount(held.values()))
    for version in (2, 3):
        changed = [made(chance, "product", chance.randint(1, 40), version) for _ in range(6)]
        gone = [key for key in chance.sample(sorted(held), 5) if key not in {each.key for each in changed}]
        engine.apply(changed, gone)
        held |= {each.key: each for each in changed}
        held = {key: each for key, each in held.items() if key not in gone}
        assert dict(engine.versions()) == {key: each.version for key, each in held.items()}
        engine.status()  # reads the newest commit
        check(engine, Recount(held.values()))


def test_conditions_agree_with_a_recount(engines: Engines, documents: list[IndexDocument]) -> None:
    engine = engines()
    engine.rebuild(documents)
    recount = Recount(documents)
    for wanted in (1, 5, 20, 21):
        for filters in FILTERS:
            for text in ("", "机械臂"):
                plain = engine.search(SearchRequest(text, limit=1000), no_texts)
                among = [documents[0], *documents[1:]]
                matching = {(hit.kind, hit.doc_id) for hit in plain.hits}
                claimed = {each.key: json.loads(each.claims["payload"]) for each in among if each.claims}
                met = {key for key in matching if claimed.get(key, 0) >= wanted}
                silent = {key for key in matching if key not in claimed}
                for unknown, expected in ((False, met), (True, silent)):
                    request = SearchRequest(text, filters, limit=1000, conditions=(at_least(wanted),), unknown=unknown)
                    answer = engine.search(request, no_texts)
                    passing = {key for key in expected if recount.passes(key, filters)}
                    assert {(hit.kind, hit.doc_id) for hit in answer.hits} == passing
                    assert answer.unknown == sum(recount.passes(key, filters) for key in silent)
                    assert answer.facets == recount.facets(expected, filters)


def test_conditions_follow_changes(engines: Engines) -> None:
    engine, request = engines(), SearchRequest(conditions=(at_least(5),), strict=True)
    engine.rebuild([document(doc_id=n, claims={"payload": "1"}) for n in range(1, 6)])
    assert engine.search(request, no_texts).total == 0
    engine.apply([document(doc_id=2, claims={"payload": "9"}), document(doc_id=9, claims={"payload": "5"})], [])
    assert {hit.doc_id for hit in engine.search(request, no_texts).hits} == {2, 9}
    engine.apply([document(doc_id=2)], [("product", 9)])
    answer = engine.search(request, no_texts)
    assert (answer.total, answer.unknown) == (0, 1)


def test_only_strict_and_evidence(engines: Engines, documents: list[IndexDocument]) -> None:
    engine = engines()
    engine.rebuild(documents)
    some = frozenset(each.key for each in documents[:7])
    assert {(hit.kind, hit.doc_id) for hit in engine.search(SearchRequest(only=some), no_texts).hits} == some
    assert engine.search(SearchRequest("变电站 外骨骼", strict=True), no_texts).total == 0
    assert engine.search(SearchRequest("变电站 外骨骼"), no_texts).total > 0
    hits = engine.search(SearchRequest(sort="evidence", limit=100), no_texts).hits
    evidence = {each.key: each.evidence for each in documents}
    order = [evidence[(hit.kind, hit.doc_id)] for hit in hits]
    assert order == sorted(order, reverse=True)
    assert len(order) == len(documents)


def test_words_and_their_documents(engines: Engines) -> None:
    engine = engines()
    engine.rebuild([document(doc_id=n, title="机械臂", body="巡检 " * n if n > 2 else "") for n in range(1, 6)])
    words = engine.words()
    assert (words["机械臂"], words["巡检"]) == (5, 3)


def test_a_build_that_fails_leaves_the_search_as_it_was(engines: Engines) -> None:
    engine = engines()
    before = engine.rebuild(document(doc_id=n, title="机械臂") for n in range(1, 4))

    def broken() -> Iterator[IndexDocument]:
        yield from (document(doc_id=n, title="机械臂") for n in range(1, 700))
        raise RuntimeError("the database went away")

    with pytest.raises(RuntimeError):
        engine.rebuild(broken())
    assert engine.status().generation == before
    assert engine.search(SearchRequest("机械臂", strict=True), no_texts).total == 3
    assert engine.rebuild([document(title="机械臂")]) > before
    assert engine.search(SearchRequest("机械臂", strict=True), no_texts).total == 1


def test_the_search_is_never_empty_during_a_build_and_nobody_else_writes(engines: Engines) -> None:
    engine, other = engines(), engines()
    engine.rebuild(document(doc_id=n, title="机械臂") for n in range(1, 4))
    seen = []

    def slow() -> Iterator[IndexDocument]:
        for n in range(1, 1200):
            if n % 400 == 0:
                seen.append(engine.search(SearchRequest("机械臂", strict=True), no_texts).total)
                with pytest.raises(IndexBusy):
                    engine.apply([document(doc_id=77)], [])
            yield document(doc_id=n, title="机械臂")

    engine.rebuild(slow())
    assert seen == [3, 3]
    assert engine.search(SearchRequest("机械臂", strict=True), no_texts).total == 1199
    engine.apply([document(doc_id=77, version=2)], [])
    assert engine.versions()["product", 77] == 2
    assert other is not engine


def test_texts_and_questions_are_cut_with_the_words_of_the_build(engines: Engines) -> None:
    words: list[str] = []
    engine = engines(lambda: words)
    engine.rebuild([document(title="新型轮滑猫")])
    assert engine.status().dictionary_current
    words.append("轮滑猫")
    assert not engine.status().dictionary_current
    assert engine.search(SearchRequest("轮滑猫", strict=True), no_texts).total == 1
    engine.apply([document(doc_id=2, title="轮滑猫二号")], [])
    assert engine.search(SearchRequest("轮滑猫", strict=True), no_texts).total == 2
    engine.rebuild([document(title="新型轮滑猫"), document(doc_id=2, title="轮滑猫二号")])
    assert engine.status().dictionary_current
    assert engine.search(SearchRequest("轮滑猫", strict=True), no_texts).total == 2


def test_the_same_key_is_not_written_and_deleted(engines: Engines) -> None:
    engine = engines()
    engine.rebuild([document()])
    with pytest.raises(ValueError, match="both"):
        engine.apply([document()], [("product", 1)])


def test_without_a_build_the_engine_says_so(engines: Engines) -> None:
    engine = engines()
    if type(engine).__name__ == "PostgresEngine":
        import sqlalchemy as sa

        from marketplace.foundation.db import db, transaction

        with transaction():
            db.session.execute(sa.text("DELETE FROM search_generation"))
    with pytest.raises(IndexUnusable):
        engine.status()
    assert engine.check_files()
