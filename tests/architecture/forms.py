"""The forms of a page, as a browser would send them, and what in them names an object."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser

NUMBER = re.compile(r"[A-Z]-\d{4}-\d{6}")
# Fields that are whole numbers and name nothing.
NOT_NAMES = ("version", "page", "csrf_token")


@dataclass(frozen=True)
class WebForm:
    """A form: where it goes, how, and its fields in order; a field may come several times."""

    action: str
    method: str
    fields: tuple[tuple[str, str], ...] = ()
    hidden: frozenset[str] = frozenset()
    files: frozenset[str] = frozenset()
    texts: frozenset[str] = frozenset()
    buttons: tuple[tuple[str, str], ...] = ()

    @property
    def key(self) -> tuple[str, str, tuple[str, ...]]:
        """Forms of the same shape, whatever the object: one of them is enough to try."""
        shape = NUMBER.sub("#", self.action)
        transition = dict(self.fields).get("transition", "")
        return self.method, shape, (transition, *sorted({name for name, _ in self.fields}))

    def data(self, button: tuple[str, str] | None = None) -> dict[str, list[str]]:
        """Name → values, as posted when ``button`` is pressed."""
        sent: dict[str, list[str]] = {}
        for name, value in (*self.fields, *((button,) if button else ())):
            sent.setdefault(name, []).append(value)
        return sent

    def naming(self) -> list[str]:
        """The fields whose value names an object: a number of the site, or a key that the page hid.

        Of the rows of a table (``ties-0-organization``, ``ties-1-organization``) one is enough to try.
        """
        found: dict[str, str] = {}
        for name, value in (*self.fields, *self.buttons):
            hidden = name in self.hidden or name in dict(self.buttons)
            if NUMBER.fullmatch(value) or (value.isdigit() and name not in NOT_NAMES and hidden):
                found.setdefault(re.sub(r"\d+", "#", name), name)
        return list(found.values())

    def instead(self, name: str, value: str) -> WebForm:
        """The same form with another value in a field; a button of that name is pressed with it."""
        fields = tuple((each, value if each == name else old) for each, old in self.fields)
        return replace(self, fields=fields if name in dict(self.fields) else (*fields, (name, value)))


@dataclass
class _Reading:
    action: str
    method: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    hidden: set[str] = field(default_factory=set)
    files: set[str] = field(default_factory=set)
    texts: set[str] = field(default_factory=set)
    buttons: list[tuple[str, str]] = field(default_factory=list)


class _Forms(HTMLParser):
    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path
        self.found: list[_Reading] = []
        self._open: _Reading | None = None
        self._select = ""
        self._option: tuple[str, bool] = ("", False)
        self._area: str | None = None
        self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = _Reading(given.get("action") or self.path, given.get("method", "get").upper())
            self.found.append(self._open)
        elif self._open is not None and "disabled" not in given:
            self._control(tag, given, self._open)

    def _control(self, tag: str, given: dict[str, str], form: _Reading) -> None:
        name, value, kind = given.get("name", ""), given.get("value", ""), given.get("type", "text")
        if tag == "input" and name:
            if kind == "file":
                form.files.add(name)
            elif kind not in ("checkbox", "radio") or "checked" in given:
                form.fields.append((name, value))
            if kind == "hidden":
                form.hidden.add(name)
            elif kind in ("text", "search", "tel", "url"):
                form.texts.add(name)
        elif tag == "button" and name:
            form.buttons.append((name, value))
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select:
            if "selected" in given or not any(each == self._select for each, _ in form.fields):
                form.fields = [pair for pair in form.fields if pair[0] != self._select] + [(self._select, value)]
        elif tag == "textarea":
            self._area, self._text = name, ""

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        elif tag == "select":
            self._select = ""
        elif tag == "textarea" and self._open is not None and self._area:
            self._open.fields.append((self._area, self._text.lstrip("\n")))
            self._open.texts.add(self._area)
            self._area = None


def forms_of(html: str, path: str) -> Iterator[WebForm]:
    """Every form of a page; ``path`` is where a form without an action goes."""
    reader = _Forms(path)
    reader.feed(html)
    for each in reader.found:
        yield WebForm(
            each.action, each.method, tuple(each.fields), frozenset(each.hidden), frozenset(each.files),
            frozenset(each.texts), tuple(each.buttons),
        )  # fmt: skip
