"""What a browser without JavaScript makes of a page with a form: the fields it would send, as they stand."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Form:
    """Fields of a page's forms as they would be sent: text, or a list where several are ticked."""

    fields: dict[str, str | list[str]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    limits: dict[str, int] = field(default_factory=dict)

    def rows(self, name: str) -> list[int]:
        """The numbers of the rows of a list of rows, in order."""
        return sorted({int(key.split("-")[1]) for key in self.fields if key.startswith(f"{name}-")})


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.form = Form()
        self._select = self._area = ""
        self._several = False
        self._in_error = False

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {key: value or "" for key, value in attributes}
        name = given.get("name", "")
        if given.get("data-most"):
            self.form.limits[name] = int(given["data-most"])
        if tag == "input" and name:
            self._input(name, given)
        elif tag == "select":
            self._select = name
            self.form.fields[name] = ""
        elif tag == "option" and self._select and "selected" in given:
            self.form.fields[self._select] = given.get("value", "")
        elif tag == "textarea":
            self._area = name
            self.form.fields[name] = ""
        elif "field__error" in given.get("class", ""):
            self._in_error = True
            self.form.errors.append("")

    def _input(self, name: str, given: dict[str, str]) -> None:
        kind = given.get("type", "text")
        if kind == "checkbox":
            ticked = self.form.fields.setdefault(name, [])
            if "checked" in given and isinstance(ticked, list):
                ticked.append(given.get("value", "on"))
        elif kind == "radio":
            self.form.fields.setdefault(name, "")
            if "checked" in given:
                self.form.fields[name] = given.get("value", "on")
        elif kind not in ("file", "search"):
            self.form.fields[name] = given.get("value", "")

    def handle_data(self, data: str) -> None:
        if self._area:
            self.form.fields[self._area] = str(self.form.fields[self._area]) + data
        if self._in_error:
            self.form.errors[-1] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""
        elif tag == "textarea":
            # A line break right behind the tag is not part of the text; the browser sends \r\n.
            text = str(self.form.fields[self._area]).replace("\r\n", "\n").removeprefix("\n")
            self.form.fields[self._area] = text.replace("\n", "\r\n")
            self._area = ""
        elif tag in ("p", "div") and self._in_error:
            self._in_error = False
            self.form.errors[-1] = self.form.errors[-1].strip()


def form_of(page: str) -> Form:
    """The fields of the page's forms, the search box left out."""
    reader = _Reader()
    reader.feed(page)
    return reader.form
