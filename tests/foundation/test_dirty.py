"""Notes for the indexer: one per object, struck out only when nothing changed since they were read."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from marketplace.foundation import dirty
from marketplace.foundation.db import transaction
from tests.foundation.door import BrokenOffError, break_off
from tests.support.together import together


def notes() -> list[tuple[str, int, int]]:
    return [(note.kind, note.doc_id, note.seq) for note in dirty.pending(10_000)]


def keys() -> list[tuple[str, int]]:
    return [(kind, doc_id) for kind, doc_id, _seq in notes()]


def note(*changed: tuple[str, int]) -> None:
    with transaction():
        for kind, doc_id in changed:
            dirty.note(kind, doc_id)


def settle(struck: list[tuple[str, int, int]]) -> None:
    with transaction():
        dirty.settle(struck)


def test_an_object_is_noted_once(session: scoped_session[Session]) -> None:
    note(("product", 1), ("product", 1), ("scenario", 1))
    note(("product", 1))
    assert sorted(keys()) == [("product", 1), ("scenario", 1)]


def test_what_waits_longest_comes_first(session: scoped_session[Session]) -> None:
    for number in (3, 1, 2):
        note(("product", number))
    note(("product", 3))
    assert [doc_id for _kind, doc_id in keys()] == [1, 2, 3]
    assert [each.doc_id for each in dirty.pending(2)] == [1, 2]


def test_what_changed_again_since_it_was_read_stays(session: scoped_session[Session]) -> None:
    note(("product", 1), ("product", 2))
    read = notes()
    note(("product", 1))
    settle(read)
    assert keys() == [("product", 1)]
    settle(notes())
    assert keys() == []


def test_striking_out_twice_harms_nothing(session: scoped_session[Session]) -> None:
    note(("product", 1))
    read = notes()
    settle(read)
    settle(read)
    settle([])
    assert keys() == []


def test_a_note_is_part_of_the_change(session: scoped_session[Session]) -> None:
    with pytest.raises(BrokenOffError):
        break_off(lambda: dirty.note("product", 1))
    assert keys() == []


def test_many_are_noted_in_one_go(session: scoped_session[Session]) -> None:
    with transaction():
        dirty.note_all("product", [])
        dirty.note_all("product", range(1, 2502))
        dirty.note_all("product", [2, 3])
    assert sorted(keys()) == [("product", number) for number in range(1, 2502)]


def test_how_long_the_oldest_waits(session: scoped_session[Session], monkeypatch: pytest.MonkeyPatch) -> None:
    assert dirty.age() == 0.0
    monkeypatch.setattr(dirty.time, "time_ns", lambda: 1_000_000_000)
    note(("product", 1))
    monkeypatch.setattr(dirty.time, "time_ns", lambda: 3_500_000_000)
    note(("product", 2))
    assert dirty.age() == 2.5
    monkeypatch.setattr(dirty.time, "time_ns", lambda: 500_000_000)
    assert dirty.age() == 0.0, "the clock of the machine was put back"


def test_two_changes_in_one_moment_are_two(session: scoped_session[Session], monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock that stands or was put back must not make a later change look like the one already indexed."""
    monkeypatch.setattr(dirty.time, "time_ns", lambda: 1_000_000_000)
    note(("product", 1))
    read = notes()
    note(("product", 1))
    settle(read)
    assert keys() == [("product", 1)]


def test_many_note_the_same_object_at_once(app: Flask) -> None:
    def change() -> None:
        for _ in range(20):
            note(("product", 1), ("product", 2))

    together([change] * 8, app)
    with app.app_context():
        assert sorted(keys()) == [("product", 1), ("product", 2)]
