"""Kills a writer at chosen steps of its commit and prints what the next opener finds; run in a process of its own.

``python -m tests.foundation.index.killed_commits FOLDER STEP ...``: for each STEP a fork applies one change and dies by
SIGKILL at that file operation. Prints a JSON list with one object per step.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path

from marketplace.foundation.index import merge
from marketplace.foundation.index.interface import SearchRequest
from marketplace.foundation.index.whoosh_engine import WhooshEngine
from tests.foundation.index.oracle import document, no_texts

EVENTS = frozenset(("open", "os.rename", "os.remove", "os.mkdir"))


def die_at(step: int, root: str) -> None:
    """Kill this process at its ``step``-th operation on a file of the index."""
    left = [step]

    def watch(event: str, args: tuple[object, ...]) -> None:
        if event in EVENTS and str(args[0]).startswith(root):
            left[0] -= 1
            if not left[0]:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(watch)


def attempt(root: Path, step: int) -> dict[str, object]:
    """Let a fork try to replace half of the documents, then look at the index as a new process would."""
    before = WhooshEngine(root).versions()
    after = {key: version + (key[1] % 2 == 0) for key, version in before.items()}
    child = os.fork()
    if not child:
        die_at(step, str(root))
        WhooshEngine(root).apply(
            [document(*key, version=after[key], title="机械臂") for key in before if key[1] % 2 == 0], []
        )
        os._exit(0)
    _, status = os.waitpid(child, 0)
    engine = WhooshEngine(root)
    found = engine.versions()
    return {
        "killed": os.WIFSIGNALED(status),
        "whole": found in (before, after),
        "committed": found == after,
        "problems": engine.check_files(),
        "hits": engine.search(SearchRequest("机械臂"), no_texts).total,
    }


def main(root: Path, steps: list[int]) -> None:
    merge.TIER = 2
    WhooshEngine(root).rebuild(document("product", n, title="机械臂") for n in range(1, 13))
    print(json.dumps([attempt(root, step) for step in steps]))


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), [int(step) for step in sys.argv[2:]])
