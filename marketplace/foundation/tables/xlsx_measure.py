"""A workbook measured before it is read: its reader takes memory for the whole area and copies every shared text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.parsers import expat

from marketplace.core.text import Text
from marketplace.foundation.files.ooxml import BOMB, DAMAGED, XML_ERRORS, Package, local_name, strict_parser
from marketplace.foundation.files.refusal import Unfit
from marketplace.foundation.tables.cells import too_many_rows

MOST_COLUMNS = 256
MOST_CELLS = 5_000_000
MOST_TEXT = 50_000_000
# Rows that may stand above a table, as a title does.
_ABOVE = 100

_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
# Where the reader finds cells and shared texts, in whatever part: one that cannot be checked must not hold them.
_CELLS = (b"sheetData", "sheetData".encode("utf-16-le"), "sheetData".encode("utf-16-be"))
_SHARED = "xl/sharedstrings.xml"

Errors = Mapping[tuple[int, int], str]


def measure(package: Package, max_rows: int) -> dict[str, Errors]:
    """Check the size of all sheets and return, by part, the cells (row, column, from 0) whose formula failed.

    Raises:
        Unfit: too many rows, columns, cells or too much text; a sheet that is not well-formed.
    """
    texts: list[int] = []
    uses: Counter[int] = Counter()
    errors: dict[str, Errors] = {}
    for name in package.names():
        scan = _Scan(max_rows + _ABOVE, max_rows)
        data = package.part(name)
        try:
            scan.parser().Parse(data, True)
        except XML_ERRORS as error:
            if name.lower() == _SHARED or any(mark in data for mark in _CELLS):
                raise Unfit(DAMAGED) from error
            continue
        texts.extend(scan.texts)
        uses.update(scan.uses)
        errors[name] = scan.errors
    if sum(count * texts[index] for index, count in uses.items() if index < len(texts)) > MOST_TEXT:
        raise Unfit(BOMB)
    return errors


@dataclass
class _Scan:
    """One part, element by element. Counts only cells with a value: empty ones take no memory later."""

    last_row: int
    max_rows: int
    row: int = -1
    column: int = -1
    widest: int = 0
    kind: str = ""
    value: list[str] | None = None
    filled: bool = False
    texts: list[int] = field(default_factory=list)
    uses: list[int] = field(default_factory=list)
    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    in_cell: bool = False

    def parser(self) -> expat.XMLParserType:
        parser = strict_parser()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        return parser

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = local_name(tag)
        if name == "c":
            self._place(attributes.get("r", ""))
            self.kind, self.value, self.filled, self.in_cell = attributes.get("t", ""), None, False, True
        elif name == "row":
            number = attributes.get("r", "")
            self.row = int(number) - 1 if number.isdecimal() else self.row + 1
            self.column = -1
        elif name in ("v", "is") and self.in_cell:
            self.filled = True
            self.value = []
        elif name == "si":
            self.texts.append(0)

    def _text(self, text: str) -> None:
        if self.value is not None:
            self.value.append(text)
        elif self.texts and not self.in_cell:
            self.texts[-1] += len(text)

    def _end(self, tag: str) -> None:
        name = local_name(tag)
        if name == "v" and self.value is not None:
            self._note_value("".join(self.value).strip())
            self.value = None
        elif name == "c" and self.in_cell:
            self.in_cell, self.value = False, None
            if self.filled:
                self._check_place()

    def _note_value(self, value: str) -> None:
        if self.kind == "s" and value.isdecimal():
            self.uses.append(int(value))
        elif self.kind == "e":
            self.errors[self.row, self.column] = value

    def _place(self, reference: str) -> None:
        found = _REFERENCE.fullmatch(reference)
        if reference and not found:
            raise Unfit(DAMAGED)
        self.column += 1
        if found:
            self.column = column_number(found[1]) - 1
            self.row = int(found[2]) - 1

    def _check_place(self) -> None:
        if self.row >= self.last_row:
            raise Unfit(too_many_rows(self.max_rows))
        self.widest = max(self.widest, self.column + 1)
        if self.widest > MOST_COLUMNS:
            raise Unfit(Text("超过 %(most)s 列", "it has more than %(most)s columns") % {"most": MOST_COLUMNS})
        if (self.row + 1) * self.widest > MOST_CELLS:
            raise Unfit(BOMB)


def column_number(letters: str) -> int:
    """The number of a column: "A" is 1, "AA" is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
