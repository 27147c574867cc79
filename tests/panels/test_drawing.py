"""The draw: fixed by its seed, fair to employers, repeatable from its record."""

from __future__ import annotations

import json
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.panels.drawing import Candidate, digest_of, draw, order, record_of, repeated, text_of

POOL = [
    Candidate("X-1", ("甲",)), Candidate("X-2", ("甲",)), Candidate("X-3", ("乙",)), Candidate("X-4", ("丙",)),
    Candidate("X-5", (), ("holding",)), Candidate("X-6"),
]  # fmt: skip


def test_the_order_is_that_of_the_published_rule() -> None:
    # as `printf s:X-1 | sha256sum` gives it: X-1 5afd, X-3 6df9, X-2 7827
    assert order("s", ["X-1", "X-2", "X-3"]) == ["X-1", "X-3", "X-2"]
    assert order("s", ["X-1", "X-2", "X-3"]) == order("s", ["X-3", "X-2", "X-1"])


def test_nobody_barred_is_taken_and_employers_are_balanced() -> None:
    drawn = draw("seed", POOL, 4, 1)
    assert len(drawn.taken) == 4
    assert "X-5" not in drawn.taken
    assert len({"X-1", "X-2"} & set(drawn.taken)) == 1


def test_those_already_there_count_for_the_balance() -> None:
    drawn = draw("seed", POOL, 6, 1, {"甲": 1, "乙": 1})
    assert set(drawn.taken) == {"X-4", "X-6"}
    assert drawn.barred == ("X-5",)


def test_a_record_is_enough_to_draw_again() -> None:
    busy = {"丙": 1}
    drawn = draw("0f", POOL, 3, 1, busy)
    record = record_of("0f", POOL, 3, 1, busy, drawn)
    assert repeated(json.loads(text_of(record))) == drawn
    assert digest_of(record) == digest_of(json.loads(text_of(record)))
    assert digest_of({**record, "seed": "10"}) != digest_of(record)


@settings(max_examples=30, deadline=None)
@given(
    seed=st.text("0123456789abcdef", min_size=1, max_size=8),
    employers=st.lists(st.sampled_from("甲乙丙丁"), max_size=12),
    wanted=st.integers(1, 9),
    most=st.integers(1, 2),
)
def test_whatever_the_pool(seed: str, employers: list[str], wanted: int, most: int) -> None:
    pool = [Candidate(f"X-{number}", (employer,)) for number, employer in enumerate(employers)]
    drawn = draw(seed, pool, wanted, most)
    counted = Counter(employers[int(number[2:])] for number in drawn.taken)
    assert len(drawn.taken) <= wanted
    assert max(counted.values(), default=0) <= most
    if len(drawn.taken) < wanted:  # nobody who could still be taken was left out
        assert all(counted[employer] == min(most, employers.count(employer)) for employer in set(employers))
