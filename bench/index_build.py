"""Builds the embedded index in a process of its own, from documents that come one by one, as a rebuild has them (S7).

Called by bench/index_latency.py. It tells its processor time, and its resident memory: before the build, with the
program and the dictionary loaded, and at the peak.
"""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))

from marketplace.foundation.index.analyzer import shared_analyzer
from marketplace.foundation.index.interface import IndexDocument
from marketplace.foundation.index.whoosh_engine import WhooshEngine

STREAM, INDEX = "documents.pickle", "index"


def build_apart(folder: Path, entries: Iterable[IndexDocument]) -> tuple[float, float, float]:
    """Seconds of the processor; MB before the build and at its peak. The index then lies in ``folder / INDEX``."""
    with (folder / STREAM).open("wb") as stream:
        for entry in entries:
            pickle.dump(entry, stream)
    told = subprocess.run([sys.executable, __file__, str(folder)], check=True, capture_output=True, text=True).stdout
    spent, before, peak = json.loads(told)
    return spent, before, peak


def streamed(folder: Path) -> Iterator[IndexDocument]:
    with (folder / STREAM).open("rb") as stream:
        while stream.peek(1):
            yield pickle.load(stream)


def peak() -> float:
    """MB of resident memory of this process, at the most until now; getrusage would count who started it as well."""
    lines = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(lines["VmHWM"].split()[0]) / 1024


def build(folder: Path) -> None:
    shared_analyzer()
    before, start = peak(), time.process_time()
    WhooshEngine(folder / INDEX).rebuild(streamed(folder))
    print(json.dumps([time.process_time() - start, before, peak()]))


if __name__ == "__main__":
    build(Path(sys.argv[1]))
