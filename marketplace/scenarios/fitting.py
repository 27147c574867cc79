"""A product's claims against the must-haves of a need, in words: what is wanted, what is said, and the verdict."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from marketplace.core.text import Text
from marketplace.reference import catalogue, values
from marketplace.reference.comparing import Verdict
from marketplace.scenarios.content import requirement_text

KINDS: Mapping[Verdict, str] = {"met": "yes", "not_met": "no", "unknown": "unknown"}
VERDICTS = {"yes": Text("满足", "met"), "no": Text("不满足", "not met"), "unknown": Text("未公开", "unknown")}

# A must-have as the content has it ({"spec", "op", "value", …}); claims by spec ({"value", "evidence", …}).
Row = Mapping[str, Any]
Claims = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Cell:
    """One must-have: its name, what is wanted, what the product says, and the verdict (yes, no, unknown)."""

    name: Text
    wanted: Text
    said: Text
    kind: str
    evidence: str

    @property
    def words(self) -> Text:
        """The verdict and what is said, on one line: for files."""
        word = VERDICTS[self.kind]
        if self.said.zh == word.zh:  # nothing is claimed, and that is said once
            return word
        return Text(f"{word.zh} {self.said.zh}".strip(), f"{word.en} {self.said.en}".strip())


def cells(requirements: Iterable[Row], claims: Claims) -> list[Cell]:
    """Each must-have with what is claimed for it."""
    return [_cell(row, claims.get(row["spec"])) for row in requirements]


def heads(requirements: Iterable[Row]) -> Sequence[tuple[Text, Text]]:
    """(name, what is wanted) of each must-have: the columns of a table."""
    return [(_name(row), _wanted(row)) for row in requirements]


def verdict(found: Sequence[Cell]) -> str:
    """The verdict on all must-haves together: one that is not met decides, then one that is unknown."""
    kinds = {each.kind for each in found}
    return "no" if "no" in kinds else "unknown" if "unknown" in kinds else "yes"


def _cell(row: Row, claim: Mapping[str, Any] | None) -> Cell:
    spec, value = catalogue.spec(row["spec"]), claim["value"] if claim else None
    judged = values.compare(spec, value, row["op"], row["value"])
    said = Text(values.show_with_unit(spec, value, "zh_CN"), values.show_with_unit(spec, value, "en"))
    return Cell(_name(row), _wanted(row), said, KINDS[judged], (claim["evidence"] or "declared") if claim else "")


def _name(row: Row) -> Text:
    return catalogue.spec(row["spec"]).label


def _wanted(row: Row) -> Text:
    return Text(requirement_text(row, "zh_CN"), requirement_text(row, "en"))
