"""An expert's ties to organizations and people, read from everything he ever declared: never less than was declared."""

from __future__ import annotations

import unicodedata
from calendar import monthrange
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from marketplace.core.text import Text

Content = dict[str, Any]

# Kind of tie → its name. Those of RELATIONS are chosen in the form; "member" is known to the site itself.
RELATIONS: Mapping[str, Text] = {
    "relative": Text("近亲属任职或持股", "Close relative works there or holds shares"),
    "advisor": Text("导师、学生", "Teacher or student"),
    "co_author": Text("论文、专利、标准合作", "Joint paper, patent or standard"),
    "project": Text("共同承担项目", "Joint project"),
    "consultant": Text("顾问、兼职、有偿服务", "Consultant, side post or paid service"),
    "dispute": Text("诉讼、仲裁或其他争议", "Lawsuit, arbitration or other dispute"),
    "other": Text("其他可能影响公正的关系", "Other tie that may affect fairness"),
}
TIES: Mapping[str, Text] = {
    "employer": Text("任职", "Employment"),
    "holding": Text("持股", "Shareholding"),
    "member": Text("平台单位成员", "Member of the organization on this site"),
    **RELATIONS,
}


@dataclass(frozen=True, slots=True)
class Tie:
    """One tie. ``since`` None: from the beginning; ``until`` None: it still holds. ``percent`` only of a holding.

    ``code`` is the credit code when it is known; ``person`` the one a relation is to, "" when to the organization.
    """

    kind: str
    organization: str = ""
    code: str = ""
    person: str = ""
    since: date | None = None
    until: date | None = None
    percent: Decimal | None = None
    note: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes two declared lines the same tie: its kind, the organization by code or name, the person."""
        return self.kind, self.code or folded(self.organization), folded(self.person)

    def holds_on(self, day: date) -> bool:
        """Whether the tie held on a day."""
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


def folded(name: str) -> str:
    """A name as it is compared: one width, no blanks, no case."""
    return "".join(unicodedata.normalize("NFKC", name).split()).casefold()


def first_day(text: str) -> date | None:
    """The first day of "2019", "2019-03" or "2019-03-15"; None for ""."""
    parts = [int(part) for part in text.split("-")] if text else []
    return date(*[*parts, 1, 1][:3]) if parts else None


def last_day(text: str) -> date | None:
    """The last day of it."""
    if not text:
        return None
    year, month, day = [*(int(part) for part in text.split("-")), 0, 0][:3]
    month = month or 12
    return date(year, month, day or monthrange(year, month)[1])


def ties_of(content: Mapping[str, Any]) -> Iterator[Tie]:
    """The ties of one declaration, as they stand in it."""
    for row in content.get("employers") or []:
        yield _tie("employer", row, note=row["position"])
    for row in content.get("holdings") or []:
        yield _tie("holding", row, percent=Decimal(row["percent"]))
    for row in content.get("relations") or []:
        yield _tie(row["kind"], row, person=row["person"], note=row["note"])


def _tie(kind: str, row: Mapping[str, Any], **more: Any) -> Tie:
    since, until = first_day(row["since"]), last_day(row["until"])
    return Tie(kind, row["organization"], row["code"], since=since, until=until, **more)


def widest(declared: Sequence[tuple[date, Mapping[str, Any]]]) -> list[Tie]:
    """Every tie of all declarations, each over the longest time that any of them gives it.

    ``declared``: (day, content), oldest first. A tie that a later declaration leaves out held until that day; one
    that is given an end held at least until the last day on which it was declared to hold. So nobody makes a tie
    smaller by declaring again, and an employment that ended ends.
    """
    found: dict[tuple[str, str, str], Tie] = {}
    ends: dict[tuple[str, str, str], date] = {}  # the latest end that anybody wrote, which no later line takes back
    before: date | None = None
    for day, content in declared:
        present: dict[tuple[str, str, str], Tie] = {}
        for tie in ties_of(content):
            present[tie.key] = _joined(present[tie.key], tie) if tie.key in present else tie
            if tie.until is not None:
                ends[tie.key] = max(tie.until, ends.get(tie.key, tie.until))
        for key, tie in found.items():
            if key not in present and tie.until is None:
                found[key] = replace(tie, until=day)
        for key, tie in present.items():
            if key in found:
                known = found[key]
                # It was said to hold when it was declared last, so an end before that day is not believed.
                known = replace(known, until=before) if known.until is None and tie.until is not None else known
                found[key] = _joined(known, tie)
            else:
                found[key] = tie
        before = day
    return [
        tie if tie.until is None else replace(tie, until=max(tie.until, ends.get(key, tie.until)))
        for key, tie in found.items()
    ]


def _joined(one: Tie, other: Tie) -> Tie:
    """Both as one: the wider time, the larger share, the newer words."""
    since = None if one.since is None or other.since is None else min(one.since, other.since)
    until = None if one.until is None or other.until is None else max(one.until, other.until)
    shares = [each.percent for each in (one, other) if each.percent is not None]
    return replace(other, since=since, until=until, percent=max(shares, default=None), code=other.code or one.code)
