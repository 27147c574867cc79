"""Check a chain (/chains/<number>.json) against history, or against a copy of it that was kept; Python alone.

    python check_chain.py CHAIN.json --history HISTORY.jsonl    what `marketplace audit verify --export` wrote
    python check_chain.py CHAIN.json --before KEPT.json         the same chain, downloaded earlier

Against history, every entry is hashed anew (SHA-256 of its JSON with sorted keys and no spaces, without "hash"), each
must name the hash of the one before, and each event of the chain must be the entry that it names. Against a kept copy,
every event in it must still be there with the same hash. Exit status 0: everything holds; 1: it does not.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def hash_of(entry: dict[str, Any]) -> str:
    """The hash that an entry of history must carry."""
    content = {key: value for key, value in entry.items() if key != "hash"}
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def faults_of_history(chain: dict[str, Any], lines: Iterator[str]) -> Iterator[str]:
    """What does not hold between a chain and history."""
    events = {event["entry"]: event for event in chain["events"]}
    previous, count = "0" * 64, 0
    ends = {chain["history"]["entries"]: chain["history"]["last"]}
    for count, line in enumerate(lines, 1):
        entry = json.loads(line)
        if entry["id"] != count or entry["previous"] != previous or hash_of(entry) != entry["hash"]:
            yield f"history is broken at entry {count}"
            return
        previous = entry["hash"]
        event = events.pop(count, None)
        if event is not None and (event["sha256"], event["at"]) != (entry["hash"], entry["at"]):
            yield f"entry {count} is not what the chain says: {event['what_en']} at {event['at']}"
        if ends.pop(count, previous) != previous:
            yield f"history was another one when the chain was downloaded: entry {count} has a different hash"
    for number in sorted((*events, *ends)):
        yield f"history ends at entry {count}; the chain names entry {number}"


def faults_of_copy(chain: dict[str, Any], kept: dict[str, Any]) -> Iterator[str]:
    """What a kept copy of the chain says and the chain does not say any more."""
    now = {event["entry"]: event for event in chain["events"]}
    if chain["number"] != kept["number"]:
        yield f"these are two chains: {chain['number']} and {kept['number']}"
    for event in kept["events"]:
        found = now.get(event["entry"])
        told = f"{event['what_en']} at {event['at']} (entry {event['entry']})"
        if found is None:
            yield f"is not shown any more: {told}"
        elif (found["sha256"], found["at"]) != (event["sha256"], event["at"]):
            yield f"was changed: {told}"


def main() -> int:
    """Read the files, name every fault, and say what was checked."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("chain", type=Path)
    against = parser.add_mutually_exclusive_group(required=True)
    against.add_argument("--history", type=Path)
    against.add_argument("--before", type=Path)
    given = parser.parse_args()
    chain = json.loads(given.chain.read_text("utf-8"))
    if given.history is not None:
        with given.history.open(encoding="utf-8") as lines:
            faults = list(faults_of_history(chain, iter(lines)))
    else:
        faults = list(faults_of_copy(chain, json.loads(given.before.read_text("utf-8"))))
    for fault in faults:
        sys.stderr.write(f"{fault}\n")
    sys.stdout.write(f"{chain['number']}: {len(chain['events'])} events, {len(faults)} faults.\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
