"""Two processes ask while a third writes (S6): how many questions a second the embedded index and FTS5 answer.

Called by bench/index_latency.py, over its index. The mix: two words, and one or two words with filters and facet
counts. Both are asked in turn, some seconds each. Beside questions a second by the clock, which says more on a quiet
machine, stands how many a reader answers in a second of its processor time.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.fts5 import Fts5
from bench.index_build import INDEX
from marketplace.foundation.index.interface import IndexDocument, SearchRequest
from marketplace.foundation.index.whoosh_engine import WhooshEngine

READERS, SECONDS, TURNS, WRITES_A_SECOND = 2, 6.0, 3, 2.0


def throughput(folder: Path, asked: Mapping[str, list], entries: Sequence[IndexDocument]) -> None:
    """Print questions a second of both, while two changes a second are written."""
    mixed = [[text, filters] for pair in zip(asked["a"], asked["c"], strict=True) for text, filters in pair]
    (folder / "questions.json").write_text(json.dumps(mixed), encoding="utf-8")
    fts, engine = Fts5(folder / "fts.db"), WhooshEngine(folder / INDEX)
    writers: Mapping[str, Callable[[IndexDocument], None]] = {
        "index": lambda entry: engine.apply([entry], []), "FTS5": fts.change,
    }  # fmt: skip
    rates: dict[str, list[tuple[float, float]]] = {name: [] for name in writers}
    for _ in range(TURNS):
        for name, write in writers.items():
            rates[name].append(turn(folder, name, write, entries))
    for position, of in enumerate(("a second by the clock", "a second of a reader's processor time")):
        index, other = (sum(each[position] for each in rates[name]) / TURNS for name in writers)
        print(f"{READERS} readers and a writer, questions {of}: {index:.0f}, FTS5 {other:.0f}, "
              f"{index / other:.2f}x", flush=True)  # fmt: skip


def turn(
    folder: Path, name: str, write: Callable[[IndexDocument], None], entries: Sequence[IndexDocument]
) -> tuple[float, float]:
    """Questions a second by the clock, all readers together, and of a second of a reader's processor time."""
    command = [sys.executable, __file__, name, str(folder)]
    readers = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True) for _ in range(READERS)
    ]
    for reader in readers:  # each says when it is warm
        assert reader.stdout is not None
        assert reader.stdout.readline() == "ready\n"
    for reader in readers:
        assert reader.stdin is not None
        reader.stdin.write("go\n")
        reader.stdin.flush()
    over = time.perf_counter() + SECONDS
    number = 0
    while time.perf_counter() < over:
        write(entries[number % len(entries)])
        number += 1
        time.sleep(max(0.0, min(over - time.perf_counter(), 1 / WRITES_A_SECOND)))
    told = [json.loads(reader.communicate()[0]) for reader in readers]
    questions, spent = sum(each[0] for each in told), sum(each[1] for each in told)
    return questions / SECONDS, questions / spent


def read(name: str, folder: Path) -> None:
    """A reader: asks one question after the other for some seconds, then says how many, and its processor time."""
    mixed = [(text, {key: tuple(values) for key, values in filters.items()})
             for text, filters in json.loads((folder / "questions.json").read_text(encoding="utf-8"))]  # fmt: skip
    if name == "FTS5":
        fts = Fts5(folder / "fts.db")

        def ask(text: str, filters: dict[str, tuple[str, ...]]) -> object:
            return fts.search(text, filters, counted=bool(filters))
    else:
        engine = WhooshEngine(folder / INDEX)

        def ask(text: str, filters: dict[str, tuple[str, ...]]) -> object:
            return engine.search(SearchRequest(text, filters), lambda keys: {})

    for text, filters in mixed:
        ask(text, filters)
    print("ready", flush=True)
    sys.stdin.readline()
    count, spent, over = 0, time.process_time(), time.perf_counter() + SECONDS
    while time.perf_counter() < over:
        ask(*mixed[count % len(mixed)])
        count += 1
    print(json.dumps([count, time.process_time() - spent]))


if __name__ == "__main__":
    read(sys.argv[1], Path(sys.argv[2]))
