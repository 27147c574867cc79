"""Forms with rows: they come and go by submit buttons, no script is needed, and nothing typed is lost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from wtforms import FieldList

from marketplace.core.errors import FieldError, Gathered
from marketplace.core.text import Text
from marketplace.web.fields import refuse
from marketplace.web.forms import MarketplaceForm
from marketplace.web.languages import lazy_gettext as _l
from marketplace.web.languages import say

# What is read of one request; more than a form allows are refused, with everything typed in place.
READ_AT_MOST = 100
LINE = _l("第 %(number)s 行")


class Rows(FieldList):
    """A list of rows. Indices of a request count only as short plain digits; others crash int() or are no row's.

    ``called``: what the page calls a row, with ``%(number)s``; a mistake in one is told by the same name.
    """

    def __init__(self, *args: Any, called: Any = LINE, **options: Any) -> None:
        self.called = called
        super().__init__(*args, **options)

    def at(self, number: int) -> str:
        """The name of a row, counted from 1."""
        return say(self.called) % {"number": number}

    def _extract_indices(self, prefix: str, formdata: Any) -> Iterator[int]:
        for name in formdata:
            if name.startswith(f"{prefix}-"):
                index = name[len(prefix) + 1 :].split("-", 1)[0]
                if index.isascii() and index.isdigit() and len(index) < 6:
                    yield int(index)


class RowForm(MarketplaceForm):
    """Base of one row of a FieldList: the token is the whole form's, not the row's."""

    class Meta:
        csrf = False


class WrittenRow(RowForm):
    """A row that is left out when nothing was written into it."""

    written: tuple[str, ...]

    @property
    def blank(self) -> bool:
        return not any(self[name].data for name in self.written)


class RowsForm(MarketplaceForm):
    """A page of rows, at most ``most`` of them. ``found`` are the rows as content after ``validate``."""

    rows: Rows
    most = 20

    def __init__(self, content: dict[str, Any]) -> None:
        self.found: list[dict[str, Any]] = []
        super().__init__(data={"rows": self.typed(content)})
        if not self.rows.entries and not self.is_submitted():
            self.rows.append_entry()  # an empty page offers a row

    def typed(self, content: dict[str, Any]) -> list[dict[str, Any]]:
        """The stored rows as the fields show them."""
        raise NotImplementedError

    def read(self, row: Any) -> dict[str, Any]:
        """One row as content; raises FieldError or Invalid naming fields of the row."""
        raise NotImplementedError

    def key(self, found: Mapping[str, Any]) -> Any:
        """What may stand in one row only."""
        raise NotImplementedError

    def good(self) -> list[dict[str, Any]]:
        """The rows that can be read as they stand, for a count while others are still being written."""
        return [found for _row, found in self._read() if isinstance(found, dict)]

    def validate(self, extra_validators: Any = None) -> bool:
        """Read every row; a refusal stands at its field."""
        super().validate(extra_validators)
        for row, found in self._read():
            if isinstance(found, dict):
                self.found.append(found)
            elif not row.errors:
                for error in found:
                    refuse(row[error.field], error.message)
        # The list has counted its rows' errors before they were read.
        self.rows.errors = [entry.errors for entry in self.rows if entry.errors]
        return not self.errors

    def _read(self) -> Iterator[tuple[Any, dict[str, Any] | list[FieldError]]]:
        seen: dict[Any, int] = {}
        for place, entry in enumerate(self.rows, 1):
            row = entry.form
            if row.blank:
                continue
            wrong = Gathered()
            found: dict[str, Any] = {}
            with wrong:
                found = self.read(row)
                self._only_once(row, place, self.key(found), seen)
            yield row, wrong.errors or found

    def _only_once(self, row: WrittenRow, place: int, key: Any, seen: dict[Any, int]) -> None:
        if key in seen:
            message = Text("与第 %(place)s 项重复，请删去一项", "The same as number %(place)s; remove one of them")
            raise FieldError(row.written[0], message % {"place": seen[key]})
        if len(seen) >= self.most:
            message = Text("最多 %(most)s 项，请删去多出的", "At most %(most)s; remove what is beyond that")
            raise FieldError(row.written[0], message % {"most": self.most})
        seen[key] = place


def change_rows(form: Any, sent: Mapping[str, str]) -> bool:
    """Add or drop a row as the submit buttons of ``sent`` ask; True when one of them was pressed.

    add=1 or add=<list>, drop=<index> or drop=<list>-<index>; ``index`` is that of the row's fields as they were
    sent, gaps or not. Rows keep everything typed and are numbered anew from 0.
    """
    lists: dict[str, Any] = {name: field for name, field in form._fields.items() if isinstance(field, FieldList)}
    if not lists or not ("add" in sent or "drop" in sent):
        return False
    if "add" in sent:
        rows = lists.get(sent["add"]) or next(iter(lists.values()))
        if not rows.max_entries or len(rows.entries) < rows.max_entries:
            rows.append_entry()
        return True
    name, _dash, index = sent["drop"].rpartition("-")
    rows = lists.get(name) or next(iter(lists.values()))
    places = [str(each) for each in _sent_indices(rows, sent)]
    if index in places:
        rows.pop_entry(places.index(index))
    return True


def _sent_indices(rows: Any, sent: Mapping[str, str]) -> list[int]:
    """The indices of the rows in the request; the field itself has numbered its entries anew when it read them."""
    return sorted(set(rows._extract_indices(rows.name, sent)))
