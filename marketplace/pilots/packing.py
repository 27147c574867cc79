"""Checked readings in little memory: a million of them take some sixty megabytes, whatever order they come in."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple, overload

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Moment = tuple[int, str, datetime]


class Taken(NamedTuple):
    """One checked reading, as it will be stored."""

    target_id: int
    at: datetime
    day: date
    value: float
    base: float
    device: str
    note: str

    @property
    def moment(self) -> Moment:
        """What no two readings share."""
        return self.target_id, self.device, self.at


def _micros(at: datetime) -> int:
    return (at - EPOCH) // timedelta(microseconds=1)


class Readings(Sequence[Taken]):
    """Readings with the numbers of their rows, packed into arrays and made anew when they are asked for.

    A series is what one device measures for one target. While its times rise, as in a log, it can hold no moment
    twice and nothing is kept to find out.
    """

    def __init__(self, taken: Iterable[tuple[Taken, int]] = ()) -> None:
        self._series: dict[tuple[int, str], int] = {}
        self._names: list[tuple[int, str]] = []
        self._latest: list[int] = []
        self._unordered: set[int] = set()
        self._which, self._at, self._days = array("L"), array("q"), array("L")
        self._value, self._base, self._rows = array("d"), array("d"), array("L")
        self._notes: dict[int, str] = {}
        for each, row in taken:
            self.append(each, row)

    def append(self, taken: Taken, row: int) -> None:
        """Add a reading that stood in this row of its file."""
        target, at, day, value, base, device, note = taken
        which = self._series.setdefault((target, device), len(self._series))
        moment = _micros(at)
        if which == len(self._names):
            self._names.append((target, device))
            self._latest.append(moment)
        elif moment > self._latest[which]:
            self._latest[which] = moment
        else:
            self._unordered.add(which)
        if note:
            self._notes[len(self._at)] = note
        self._which.append(which)
        self._at.append(moment)
        self._days.append(day.toordinal())
        self._value.append(value)
        self._base.append(base)
        self._rows.append(row)

    def __len__(self) -> int:
        return len(self._at)

    @overload
    def __getitem__(self, place: int) -> Taken: ...
    @overload
    def __getitem__(self, place: slice) -> list[Taken]: ...
    def __getitem__(self, place: int | slice) -> Taken | list[Taken]:
        if isinstance(place, slice):
            return [self[each] for each in range(*place.indices(len(self)))]
        target, device = self._names[self._which[place]]
        at, day = EPOCH + timedelta(microseconds=self._at[place]), date.fromordinal(self._days[place])
        return Taken(target, at, day, self._value[place], self._base[place], device, self._notes.get(place, ""))

    @property
    def days(self) -> set[date]:
        """The days on which something was measured."""
        return {date.fromordinal(each) for each in set(self._days)}

    def span(self) -> tuple[datetime, datetime]:
        """The first and the last moment; there is one reading at least."""
        first, last = min(self._at), max(self._at)
        return EPOCH + timedelta(microseconds=first), EPOCH + timedelta(microseconds=last)

    def doubles(self) -> Iterator[tuple[int, int, Taken]]:
        """Readings whose moment stood in an earlier row already: row, earlier row, reading."""
        if not self._unordered:
            return
        seen: dict[tuple[int, int], int] = {}
        for place, which in enumerate(self._which):
            if which in self._unordered:
                before = seen.setdefault((which, self._at[place]), place)
                if before != place:
                    yield self._rows[place], self._rows[before], self[place]

    def among(self, known: Iterable[Moment]) -> Iterator[tuple[int, Taken]]:
        """Readings whose moment is one of ``known``, each with its row."""
        places = {(which, at): place for place, (which, at) in enumerate(zip(self._which, self._at, strict=True))}
        for target, device, at in known:
            place = places.get((self._series.get((target, device), -1), _micros(at)))
            if place is not None:
                yield self._rows[place], self[place]
