"""What one row of the matrix is: the roles, the objects of the demonstration, and a question with its answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

# vendor, vendor2 and soe are members of demo organizations in Hefei; city is an official of Hefei.
ROLES = ("visitor", "vendor", "vendor2", "soe", "city", "province", "admin")
STALE = "999999"
# The name of a form (foundation/once.py); without one the page leads to itself with a new one.
FORM = "0" * 22


def outside(row: Row) -> str:
    """An official of another city: in his own as the province, elsewhere like anybody; a queue of his own he has."""
    return "province" if ".wuhu." in row.path else "admin" if "{" in row.path else "city"


def plain(_row: Row) -> str:
    """Who is signed in and belongs to nothing: the column of the administrator, whose kind shows him no content."""
    return "admin"


# Role → the rule that names the column of ROLES whose answers it gets.
FURTHER: Mapping[str, Callable[[Row], str]] = {"wuhu": outside, "expert1": plain, "operator": plain, "auditor": plain}


@dataclass(frozen=True, slots=True)
class Row:
    """One question to the site. ``{…}`` of the path is an object; ``answers``: a status per role, or one for all."""

    endpoint: str
    method: str
    path: str
    answers: str
    form: Mapping[str, str] = field(default_factory=dict)
    also: Mapping[str, int] = field(default_factory=dict)

    def but(self, **also: int) -> Row:
        """The same row, in which some roles of FURTHER get an answer of their own."""
        return replace(self, also={**self.also, **also})

    def __str__(self) -> str:
        what = self.form.get("transition") or self.form.get("decision") or ""
        return f"{self.method} {self.path} {what}".strip()

    def expected(self) -> dict[str, int]:
        """Role → status."""
        statuses = [int(each) for each in self.answers.split()]
        found = dict(zip(ROLES, statuses * len(ROLES) if len(statuses) == 1 else statuses, strict=True))
        return {**found, **{role: found[rule(self)] for role, rule in FURTHER.items()}, **self.also}


# The objects: (kind, whose, state); the first of the sample in that state. "wuhu" lies outside the city's region.
OBJECTS = tuple(
    f"{kind}.{whose}.{state}"
    for kind, rows in {
        "product": {
            "vendor": "published draft in_review withdrawn", "vendor2": "published returned suspended expired",
            "wuhu": "in_review",
        },
        "scenario": {
            "soe": "published draft suspended expired closed", "soe2": "in_review returned withdrawn fulfilled",
            "wuhu": "in_review",
        },
        "organization": {"vendor": "verified", "hefei": "registered pending", "wuhu": "pending"},
        "expert": {"hefei": "draft in_review approved", "wuhu": "approved"},
        "pilot": {"soe": "planned running reporting", "soe2": "agreed"},
        "site": {"soe2": "draft submitted under_evaluation notice designated rectifying"},
    }.items()
    for whose, states in rows.items()
    for state in states.split()
)  # fmt: skip


def get(endpoint: str, path: str, answers: str) -> Row:
    return Row(endpoint, "GET", path, answers)


def post(endpoint: str, path: str, answers: str, **form: str) -> Row:
    return Row(endpoint, "POST", path, answers, form)


def step(endpoint: str, path: str, name: str, answers: str) -> Row:
    form = {"transition": name, "version": STALE, "reason": "因为试验"}
    return Row(endpoint, "POST", path, answers, form)


def decision(path: str, answers: str) -> Row:
    return Row("review.decide", "POST", f"/review/{path}", answers, {"decision": "approve", "version": STALE})


def only(role: int, status: int, others: str = "404") -> str:
    """The visitor is asked to sign in, one role gets ``status``, the others something else."""
    answers = ["302", *[others] * (len(ROLES) - 1)]
    answers[role] = str(status)
    return " ".join(answers)
