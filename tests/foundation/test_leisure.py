"""Work in no hurry: the same items, with rests that follow what was done."""

from __future__ import annotations

import time

import pytest
from flask import Flask

from marketplace.foundation.leisure import PORTION, REST, at_leisure, paced
from marketplace.search.services import check_nightly, ensure
from tests.factories import products


@pytest.fixture
def rests(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long was rested each time; nobody waits for it."""
    found: list[float] = []
    monkeypatch.setattr(time, "sleep", found.append)
    return found


@pytest.mark.parametrize("count", [0, 1, PORTION, 2 * PORTION + 1])
def test_every_item_comes_once_and_after_each_portion_a_rest(
    count: int, rests: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    ticks = iter(range(100))
    monkeypatch.setattr(time, "perf_counter", lambda: float(next(ticks)))
    with at_leisure():
        assert list(paced(iter(range(count)))) == list(range(count))
    assert rests == [REST] * -(-count // PORTION), "a portion takes a tick here"


def test_who_is_in_a_hurry_never_rests(rests: list[float]) -> None:
    with at_leisure():
        pass
    assert list(paced(range(3 * PORTION))) == list(range(3 * PORTION))
    assert rests == []


def test_the_nightly_comparison_is_in_no_hurry(app: Flask, rests: list[float]) -> None:
    with app.app_context():
        products.product()
        ensure()
        assert rests == [], "people wait for a rebuild"
        check_nightly()
    assert rests
