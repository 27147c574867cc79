"""What keeps an expert from judging: his ties held against the parties. Pure: facts in, hits out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from marketplace.core.text import Text
from marketplace.experts.ties import RELATIONS, Tie

if TYPE_CHECKING:
    from marketplace.experts.queries import Interest

# Rule → how it is called (issue 5, point 5; domain.md 1.2 and 1.5, C16).
RULES: Mapping[str, Text] = {
    "organization": Text("在同一单位任职", "Works for the same organization"),
    "line": Text("在其上级或下属单位任职", "Works for its parent or subsidiary"),
    "past_employer": Text("近年曾在该单位或其上下级任职", "Worked there, or in its line, in recent years"),
    "holding": Text("持有股份", "Holds shares"),
    "joint_bid": Text("所在单位曾与其联合申报", "Employer bid together with it"),
    "relation": Text("申报了其他关系", "Declared another tie"),
    "judged": Text("评审过本事项的上一环节", "Judged an earlier stage of this matter"),
    "register": Text("不在专家库有效期内", "Not in force in the register"),
}
WORKS = ("employer", "member")


@dataclass(frozen=True, slots=True)
class Party:
    """An organization that is judged.

    ``line``: its parents and subsidiaries, near and far. ``allies``: with whom it bid together in recent years.
    """

    organization_id: int
    line: frozenset[int] = frozenset()
    allies: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Found:
    """One hit. ``party`` None: no party is needed for it. ``via``: the organization of the tie, when it is another."""

    rule: str
    party: int | None = None
    via: int | None = None
    tie: Tie | None = None

    @property
    def key(self) -> str:
        """What makes two hits the same, as SHA-256 in hexadecimal: rule, party, way and kind of the tie."""
        said = (self.rule, self.party, self.via, self.tie.kind if self.tie else "")
        return hashlib.sha256(repr(said).encode()).hexdigest()

    @property
    def told(self) -> dict[str, Any]:
        """The tie as the record keeps it: its kind, time and share, and nobody's name."""
        if self.tie is None:
            return {}
        said = {"kind": self.tie.kind, "since": self.tie.since, "until": self.tie.until, "percent": self.tie.percent}
        return {key: str(value) for key, value in said.items() if value is not None}


def years_before(day: date, years: int) -> date:
    """The same day some years earlier; the 28th where there is no 29 February."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def found(interests: Iterable[Interest], parties: Sequence[Party], on: date, years: int) -> list[Found]:
    """Every hit of an expert on a day, each once.

    Args:
        interests: all his ties, past ones too.
        years: how long a past employment or relation counts. Shares count while they are held.
    """
    since = years_before(on, years)
    hits: dict[str, Found] = {}
    for interest in interests:
        for party in parties:
            for hit in _between(interest, party, on, since):
                hits.setdefault(hit.key, hit)
    return list(hits.values())


def _between(interest: Interest, party: Party, on: date, since: date) -> Iterator[Found]:
    tie, other = interest.tie, interest.organization_id
    if other is None or not _recent(tie, on, since):
        return
    near, same = other == party.organization_id or other in party.line, other == party.organization_id
    via = None if same else other
    now = tie.holds_on(on)
    if tie.kind in WORKS:
        if near:
            rule = "past_employer" if not now else "organization" if same else "line"
            yield Found(rule, party.organization_id, via, tie)
        elif now and other in party.allies:
            yield Found("joint_bid", party.organization_id, via, tie)
    elif tie.kind == "holding":
        if near and now:
            yield Found("holding", party.organization_id, via, tie)
    elif near and tie.kind in RELATIONS:
        yield Found("relation", party.organization_id, via, tie)


def _recent(tie: Tie, on: date, since: date) -> bool:
    """Whether it holds, or held within the time that counts."""
    return (tie.since is None or tie.since <= on) and (tie.until is None or tie.until >= since)
