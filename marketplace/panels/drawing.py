"""The draw: an order that a recorded seed fixes, and who is taken from it. Pure, so that anybody can repeat it."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

METHOD = "sha256(seed:number) ascending"


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody in the pool: his number in the register, his employers today, and the rules that bar him."""

    number: str
    employers: tuple[str, ...] = ()
    barred: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a draw gave, each in the order of the draw: who is taken, who came up but is barred."""

    taken: tuple[str, ...]
    barred: tuple[str, ...]


def order(seed: str, numbers: Iterable[str]) -> list[str]:
    """The numbers in the order of this seed."""
    return sorted(numbers, key=lambda number: hashlib.sha256(f"{seed}:{number}".encode()).hexdigest())


def draw(
    seed: str, pool: Sequence[Candidate], wanted: int, per_employer: int, busy: Mapping[str, int] | None = None
) -> Drawn:
    """Go through the pool in the order of the seed until ``wanted`` are taken or nobody is left.

    Args:
        per_employer: so many of one employer at most.
        busy: employer → how many of it there are already.
    """
    by_number = {each.number: each for each in pool}
    seen = Counter(busy or {})
    taken: list[str] = []
    barred: list[str] = []
    for number in order(seed, by_number):
        if len(taken) == wanted:
            break
        candidate = by_number[number]
        if candidate.barred:
            barred.append(number)
        elif all(seen[employer] < per_employer for employer in candidate.employers):
            taken.append(number)
            seen.update(candidate.employers)
    return Drawn(tuple(taken), tuple(barred))


def record_of(
    seed: str, pool: Sequence[Candidate], wanted: int, per_employer: int, busy: Mapping[str, int], drawn: Drawn
) -> dict[str, Any]:
    """All that the draw was made of, and what it gave."""
    return {
        "method": METHOD, "seed": seed, "wanted": wanted, "per_employer": per_employer, "busy": dict(busy),
        "pool": [
            {"number": each.number, "employers": list(each.employers), "barred": list(each.barred)}
            for each in sorted(pool, key=lambda one: one.number)
        ],
        "taken": list(drawn.taken), "came_up_barred": list(drawn.barred),
    }  # fmt: skip


def repeated(record: Mapping[str, Any]) -> Drawn:
    """Draw again from a record."""
    pool = [Candidate(row["number"], tuple(row["employers"]), tuple(row["barred"])) for row in record["pool"]]
    return draw(record["seed"], pool, record["wanted"], record["per_employer"], record["busy"])


def text_of(record: Mapping[str, Any]) -> str:
    """The record as canonical JSON: sorted keys, no spaces."""
    return json.dumps(record, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest_of(record: Mapping[str, Any]) -> str:
    """SHA-256 of that text in UTF-8, in hexadecimal."""
    return hashlib.sha256(text_of(record).encode()).hexdigest()
