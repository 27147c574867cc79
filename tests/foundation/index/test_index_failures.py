"""Kills, damaged files, several writers, readers across commits: the index says so or carries on, it never lies."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from marketplace.foundation.index import generations, whoosh_engine
from marketplace.foundation.index.generations import Generations
from marketplace.foundation.index.interface import IndexBusy, IndexDocument, IndexUnusable, SearchRequest
from marketplace.foundation.index.storage import IndexStorage
from marketplace.foundation.index.whoosh_engine import WhooshEngine
from tests.foundation.index.oracle import document, no_texts

ROOT = Path(__file__).parents[3]
STEPS = [1, 30, 38, 41, 42, 43, 44, 45, 50, 60, 75, 85, 90, 95, 100, 400]


@pytest.fixture
def engine(tmp_path: Path) -> WhooshEngine:
    engine = WhooshEngine(tmp_path)
    engine.rebuild(document("product", n, title=f"机械臂 X{n}", body="巡检 " * n) for n in range(1, 301))
    return engine


def test_a_kill_at_any_step_leaves_one_commit_or_the_other(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.foundation.index.killed_commits", str(tmp_path), *map(str, STEPS)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    outcomes = json.loads(done.stdout)
    assert [outcome["whole"] for outcome in outcomes] == [True] * len(STEPS)
    assert [outcome["problems"] for outcome in outcomes] == [[]] * len(STEPS)
    assert [outcome["hits"] for outcome in outcomes] == [12] * len(STEPS)
    assert [outcome["killed"] for outcome in outcomes[:8]] == [True] * 8
    assert {(outcome["killed"], outcome["committed"]) for outcome in outcomes} >= {(True, False), (True, True)}
    assert (outcomes[-1]["killed"], outcomes[-1]["committed"]) == (False, True)
    folder = tmp_path / "gen-1"
    segments = WhooshEngine(tmp_path).status().segments
    assert len(list(folder.glob("*.toc*"))) == 1
    assert len([path for path in folder.iterdir() if path.name.startswith("MAIN_")]) == segments


def current(root: Path) -> Path:
    return root / "CURRENT"


def manifest(root: Path) -> Path:
    return root / "gen-1" / "MANIFEST.json"


def toc(root: Path) -> Path:
    return next((root / "gen-1").glob("_MAIN_*.toc"))


def segment(root: Path) -> Path:
    return next((root / "gen-1").glob("*.seg"))


def halve(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def scramble(path: Path) -> None:
    path.write_bytes(bytes(byte ^ 0x5A for byte in path.read_bytes()))


@pytest.mark.parametrize("damage", [Path.unlink, halve, empty, scramble])
@pytest.mark.parametrize("which", [current, manifest, toc, segment])
def test_damage_is_one_exception_and_a_rebuild_heals_it(
    engine: WhooshEngine, tmp_path: Path, which: Callable[[Path], Path], damage: Callable[[Path], None]
) -> None:
    assert engine.check_files() == []
    if which is current and damage is halve:
        damage = empty  # half of one digit
    damage(which(tmp_path))
    opened = WhooshEngine(tmp_path)
    with pytest.raises(IndexUnusable):
        opened.search(SearchRequest("机械臂"), no_texts)
    with pytest.raises(IndexUnusable):
        opened.versions()
    with pytest.raises(IndexUnusable):
        opened.apply([document()], [])
    assert opened.check_files() != []
    opened.rebuild([document(title="机械臂")])
    assert opened.search(SearchRequest("机械臂"), no_texts).total == 1
    assert opened.check_files() == []


def test_zeros_inside_a_segment_are_named_by_the_check(engine: WhooshEngine, tmp_path: Path) -> None:
    path = segment(tmp_path)
    content = bytearray(path.read_bytes())
    content[len(content) // 4 : len(content) // 2] = bytes(len(content) // 2 - len(content) // 4)
    path.unlink()  # a new file: the engine has the old one mapped
    path.write_bytes(content)
    assert engine.check_files() == [f"{path.name}: differs from what was written"]
    with pytest.raises(IndexUnusable):
        [WhooshEngine(tmp_path).search(SearchRequest(f"X{number}"), no_texts) for number in range(1, 301)]


def test_another_layout_or_analyzer_is_refused(engine: WhooshEngine, tmp_path: Path) -> None:
    content = json.loads(manifest(tmp_path).read_text())
    for change in ({"layout": 0}, {"analyzer": "bigrams"}, {"unknown": 1}):
        manifest(tmp_path).write_text(json.dumps(content | change))
        with pytest.raises(IndexUnusable):
            WhooshEngine(tmp_path).status()
    manifest(tmp_path).write_text(json.dumps(content))
    assert WhooshEngine(tmp_path).status().documents == 300


def test_new_words_ask_for_a_rebuild_but_do_not_stop_the_search(engine: WhooshEngine, tmp_path: Path) -> None:
    opened = WhooshEngine(tmp_path, lambda: ["轮滑机械臂"])
    assert opened.search(SearchRequest("机械臂"), no_texts).total == 300
    assert (opened.status().dictionary_current, opened.status().rebuild_advised) == (False, True)
    opened.rebuild([])
    assert (opened.status().dictionary_current, opened.status().rebuild_advised) == (True, False)


def test_an_index_that_was_never_built(tmp_path: Path) -> None:
    engine = WhooshEngine(tmp_path / "new")
    with pytest.raises(IndexUnusable):
        engine.search(SearchRequest(""), no_texts)
    assert len(engine.check_files()) == 1
    assert engine.rebuild([]) == 1
    answer = engine.search(SearchRequest("机械臂"), no_texts)
    assert (answer.total, answer.hits, answer.facets["kind"]) == (0, (), {})
    engine.apply([document(title="机械臂")], [("scenario", 9)])
    assert engine.search(SearchRequest("机械臂"), no_texts).total == 1


def test_one_writer_at_a_time(engine: WhooshEngine, tmp_path: Path) -> None:
    other = WhooshEngine(tmp_path)
    with Generations(tmp_path).lock():
        with pytest.raises(IndexBusy):
            other.apply([document(version=2)], [])
        with pytest.raises(IndexBusy):
            other.rebuild([])
        assert other.search(SearchRequest("机械臂"), no_texts).total == 300
    other.apply([document(version=2)], [])
    assert other.versions()["product", 1] == 2


def test_a_failed_rebuild_leaves_the_old_generation_in_service(engine: WhooshEngine, tmp_path: Path) -> None:
    def broken() -> Iterator[IndexDocument]:
        yield document()
        raise RuntimeError("the database went away")

    with pytest.raises(RuntimeError):
        engine.rebuild(broken())
    assert WhooshEngine(tmp_path).search(SearchRequest(""), no_texts).total == 300
    assert engine.rebuild([document()]) == 3


def test_old_generations_stay_ten_minutes(
    engine: WhooshEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.rebuild([document()])
    engine.apply([document(version=2)], [])
    assert sorted(path.name for path in tmp_path.glob("gen-*")) == ["gen-1", "gen-2"]
    monkeypatch.setattr(generations, "KEEP_RETIRED", -1)
    engine.apply([document(version=3)], [])
    assert [path.name for path in tmp_path.glob("gen-*")] == ["gen-2"]
    assert engine.versions() == {("product", 1): 3}


def test_written_and_deleted_at_once_is_refused(engine: WhooshEngine) -> None:
    with pytest.raises(ValueError, match="both"):
        engine.apply([document()], [("product", 1)])
    before = engine.status()
    engine.apply([], [])
    assert engine.status() == before


def test_readers_look_for_commits_in_intervals(
    engine: WhooshEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = WhooshEngine(tmp_path)
    monkeypatch.setattr(whoosh_engine, "POLL_SECONDS", 3600)
    assert reader.search(SearchRequest(""), no_texts).total == 300
    engine.apply([], [("product", 1)])
    assert reader.search(SearchRequest(""), no_texts).total == 300
    monkeypatch.setattr(whoosh_engine, "POLL_SECONDS", 0)
    assert reader.search(SearchRequest(""), no_texts).total == 299
    engine.rebuild([document()])
    assert reader.search(SearchRequest(""), no_texts).total == 1


def test_readers_across_commits_and_generations_see_whole_commits(
    engine: WhooshEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Four threads on two engines search while a third commits, joins segments and swaps generations."""
    monkeypatch.setattr(whoosh_engine, "POLL_SECONDS", 0)
    readers = [WhooshEngine(tmp_path), WhooshEngine(tmp_path)]
    done = []

    def entry(number: int, version: int) -> IndexDocument:
        return document("product", number, version=version, title=f"机械臂 X{number}", body="巡检")

    def read(number: int) -> int:
        searched = 0
        while not done or searched < 20:
            answer = readers[number % 2].search(SearchRequest("机械臂", limit=500), no_texts)
            assert answer.total == len(answer.hits) == 300
            model = f"X{number + searched % 280 + 1} 巡检"
            assert readers[number % 2].search(SearchRequest(model), no_texts).total >= 1
            searched += 1
        return searched

    with ThreadPoolExecutor(4) as pool:
        running = [pool.submit(read, number) for number in range(4)]
        try:
            for commit in range(30):
                engine.apply([entry((commit * 7 + step) % 300 + 1, commit) for step in range(5)], [])
            engine.rebuild(entry(number, 99) for number in range(1, 301))
        finally:
            done.append(True)
        assert sum(result.result() for result in running) >= 80
    assert engine.check_files() == []


def test_a_commit_between_two_looks_makes_a_reader_look_again(
    engine: WhooshEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    contents, calls = IndexStorage.contents, []

    def interrupted(storage: IndexStorage) -> object:
        calls.append(storage)
        if len(calls) == 1:
            engine.apply([], [("product", 1)])
            raise IndexUnusable("the file went away")
        return contents(storage)

    monkeypatch.setattr(IndexStorage, "contents", interrupted)
    assert WhooshEngine(tmp_path).search(SearchRequest(""), no_texts).total == 299


def test_a_segment_without_live_documents_is_dropped(engine: WhooshEngine) -> None:
    engine.apply([document("scenario", 1)], [("product", number) for number in range(1, 301)])
    assert (engine.status().segments, engine.status().deleted, engine.status().documents) == (1, 0, 1)
    engine.apply([], [("scenario", 1)])
    assert (engine.status().segments, engine.status().documents) == (0, 0)
    assert engine.search(SearchRequest(""), no_texts).facets["kind"] == {}


def test_small_segments_are_joined(engine: WhooshEngine) -> None:
    for number in range(1, 31):
        engine.apply([document("product", number, version=2, title=f"机械臂 X{number}")], [])
    status = engine.status()
    assert status.documents == 300
    assert status.segments <= 12
    assert engine.search(SearchRequest("x30"), no_texts).hits[0].doc_id == 30
