"""Long work that is in no hurry, beside threads of the same process for which people wait."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import islice
from typing import TypeVar

Item = TypeVar("Item")

# Items between two rests: a few milliseconds' work. A rest is so many times as long as what was done before it.
PORTION = 500
REST = 3.0

_at_leisure: ContextVar[bool] = ContextVar("at_leisure", default=False)


@contextmanager
def at_leisure() -> Iterator[None]:
    """What is ``paced`` inside takes a quarter of the time at most."""
    token = _at_leisure.set(True)
    try:
        yield
    finally:
        _at_leisure.reset(token)


def paced(items: Iterable[Item]) -> Iterator[Item]:
    """The items; after each portion of them a rest, when whoever called is ``at_leisure``.

    One interpreter runs one thread at a time: a thread that computes for half a minute without a pause takes its share
    from all others, however little they need.
    """
    if not _at_leisure.get():
        yield from items
        return
    coming = iter(items)
    begun = time.perf_counter()
    while portion := list(islice(coming, PORTION)):
        yield from portion
        time.sleep(REST * (time.perf_counter() - begun))
        begun = time.perf_counter()
