"""What a column of a list is, and the makers of the usual ones. Import, export, template and twins read the same."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache, cached_property
from typing import Any

from marketplace.accounts.models import normal_email
from marketplace.core.errors import FieldError
from marketplace.core.text import Text
from marketplace.reference import regions
from marketplace.reference.catalogue import fold
from marketplace.web.forms import clean

Read = Callable[[str], Any]
Show = Callable[[Any, str], str]

YES = Text("是", "yes")
_YES = frozenset({"是", "yes", "y", "true", "1", "√"})
_NO = frozenset({"", "否", "no", "n", "false", "0", "×"})
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?: 00:00:00)?")


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a published list.

    ``read`` makes the stored value of a cell's text (trimmed, without control characters) and raises FieldError;
    ``show`` writes it, so that ``read(show(value))`` is the value. ``private`` columns are in an operator's export
    only. ``informs``: written for the reader of the file and passed over when it is read back.
    """

    key: str
    head: Text
    help: Text
    read: Read
    show: Show
    required: bool = False
    choices: tuple[Text, ...] = ()
    private: bool = False
    informs: bool = False


Values = Mapping[str, Any]


@dataclass(frozen=True)
class Sheet:
    """The columns of one list.

    ``record`` takes an object apart into the values of its columns, by key; ``check`` finds what is wrong between
    the values of one row: those there were before (none for a new object) and those given.
    """

    name: str
    kind: str
    label: Text
    columns: tuple[Column, ...]
    record: Callable[[Any], Values]
    check: Callable[[Values, Values], list[FieldError]]

    @cached_property
    def by_key(self) -> Mapping[str, Column]:
        """The columns by key."""
        return {each.key: each for each in self.columns}

    @cached_property
    def by_name(self) -> Mapping[str, Column]:
        """The columns by what a header cell may say: key or name in either language, without case, width, spaces."""
        return {fold(word): each for each in self.columns for word in (each.key, each.head.zh, each.head.en)}

    @property
    def exported(self) -> tuple[Column, ...]:
        """What an operator's export holds and an import reads."""
        return tuple(each for each in self.columns if not each.informs)

    @property
    def public(self) -> tuple[Column, ...]:
        """What everybody may read."""
        return tuple(each for each in self.columns if not each.private)

    def cells(self, columns: Sequence[Column], item: Any, language: str) -> list[str]:
        """The cells of one object."""
        values = self.record(item)
        return [each.show(values.get(each.key), language) for each in columns]


def words(key: str, head: Text, longest: int, note: Text = Text("", ""), *, lines: bool = False, **more: Any) -> Column:
    """A text; ``lines`` keeps its line breaks."""
    too_long = Text("最多 %(count)d 个字", "At most %(count)d characters") % {"count": longest}

    def read(text: str) -> str:
        found = text if lines else " ".join(text.split("\n"))
        if len(found) > longest:
            raise FieldError(key, too_long)
        return found

    return Column(key, head, sentences(note, too_long), read, as_it_is, **more)


def as_it_is(value: Any, _language: str) -> str:
    """A text as it is stored."""
    return str(value or "")


def choice(key: str, head: Text, options: Mapping[str, Text], note: Text = Text("", ""), **more: Any) -> Column:
    """One of some codes, written by its name; read by name or code."""
    known = {fold(word): code for code, name in options.items() for word in (name.zh, name.en, code)}
    listed = Text("、".join(each.zh for each in options.values()), "; ".join(each.en for each in options.values()))
    expected = Text("请从下列各项中选：%(listed)s", "Choose from: %(listed)s") % {"listed": listed}

    def read(text: str) -> str:
        if not text:
            return ""
        if fold(text) not in known:
            raise FieldError(key, expected)
        return known[fold(text)]

    def show(value: Any, language: str) -> str:
        return options[value].say(language) if value else ""

    return Column(key, head, sentences(note, expected), read, show, choices=tuple(options.values()), **more)


def several(key: str, head: Text, options: Mapping[str, Text], note: Text = Text("", ""), **more: Any) -> Column:
    """Any of some codes, written by their names with 、 between them (in English a semicolon)."""
    one = choice(key, head, options)
    how = Text("多项用顿号隔开", "Several are separated by semicolons")

    def read(text: str) -> list[str]:
        found: list[str] = []
        for piece in re.split(r"[、;；\n]", text):
            parts = [piece] if _reads(one, piece) else re.split(r"[,，]", piece)
            found.extend(one.read(part.strip()) for part in parts if part.strip())
        return list(dict.fromkeys(found))

    def show(value: Any, language: str) -> str:
        return ("、" if language == "zh_CN" else "; ").join(options[code].say(language) for code in value or ())

    return Column(key, head, sentences(note, one.help, how), read, show, **more)


def _reads(column: Column, text: str) -> bool:
    try:
        column.read(text)
    except FieldError:
        return False
    return True


def rows_of_text(key: str, head: Text, note: Text, longest: int = 2000, **more: Any) -> Column:
    """Short texts, one a line: sources."""
    how = Text("每行一条", "One a line")

    def read(text: str) -> list[str]:
        found = [line.strip() for line in text.split("\n") if line.strip()]
        if any(len(line) > longest for line in found):
            raise FieldError(
                key, Text("每行最多 %(count)d 个字", "At most %(count)d characters a line") % {"count": longest}
            )
        return found

    return Column(key, head, sentences(note, how), read, lambda value, _language: "\n".join(value or ()), **more)


def day(key: str, head: Text, note: Text = Text("", ""), **more: Any) -> Column:
    """A day, stored and written as 2027-03-31."""
    expected = Text("请写日期，例如 2027-03-31", "Give a day, e.g. 2027-03-31")

    def read(text: str) -> str:
        if not text:
            return ""
        found = _DAY.fullmatch(text)
        try:
            return date(*map(int, found.groups())).isoformat() if found else _refuse(key, expected)
        except ValueError:
            return _refuse(key, expected)

    return Column(key, head, sentences(note, expected), read, as_it_is, **more)


def amount(key: str, head: Text, note: Text = Text("", ""), **more: Any) -> Column:
    """An amount of money in 10,000 CNY, stored as it is written, without grouping."""
    expected = Text(
        "请写数字，单位万元，最多两位小数，例如 120.5", "Give a number in 10,000 CNY, at most two decimals, e.g. 120.5"
    )

    def read(text: str) -> str:
        if not text:
            return ""
        plain = text.replace(",", "").replace("，", "")
        try:
            number = Decimal(plain)
        except InvalidOperation:
            return _refuse(key, expected)
        fine = (
            number.is_finite()
            and 0 <= number < 10**9
            and number == round(number, 2)
            and re.fullmatch(r"[0-9.]+", plain)
        )
        return plain if fine else _refuse(key, expected)

    return Column(key, head, sentences(note, expected), read, as_it_is, **more)


def flag(key: str, head: Text, note: Text, **more: Any) -> Column:
    """Yes, or an empty cell."""
    expected = Text("请填“是”或留空", "Write yes or leave it empty")

    def read(text: str) -> bool:
        word = fold(text)
        return word in _YES if word in _YES | _NO else _refuse(key, expected)

    def show(value: Any, language: str) -> str:
        return YES.say(language) if value else ""

    return Column(key, head, sentences(note, expected), read, show, choices=(YES,), **more)


def email(key: str, head: Text, **more: Any) -> Column:
    """An e-mail address, kept as it is written."""

    def read(text: str) -> str:
        if text:
            normal_email(text, key)
        return text

    return Column(key, head, Text("例如 name@example.cn", "e.g. name@example.cn"), read, as_it_is, **more)


def number(key: str, head: Text, letter: str) -> Column:
    """The object's number: empty for a new one."""
    expected = Text(f"请写 {letter}-年份-六位数，例如 {letter}-2026-000123", f"Write it like {letter}-2026-000123")

    def read(text: str) -> str:
        if text and not re.fullmatch(rf"{letter}-20[0-9]{{2}}-[0-9]{{6}}", text):
            return _refuse(key, expected)
        return text

    note = Text("新登记的留空；已有编号的按编号更新", "Empty for a new one; an existing number is updated")
    return Column(key, head, sentences(note, expected), read, as_it_is)


def region(key: str, head: Text, note: Text = Text("", "")) -> Column:
    """A place in Anhui, written as an address has it (合肥市庐阳区); read by name or GB/T 2260 code."""
    expected = Text(
        "请写安徽的市或县（区），例如 合肥市、合肥市庐阳区、340103",
        "Give a city or county of Anhui, e.g. Hefei, 340103",
    )

    def read(text: str) -> str:
        if not text:
            return ""
        found = _full_names().get(fold(text)) or getattr(regions.find(text), "code", "")
        return found or _refuse(key, expected)

    def show(value: Any, language: str) -> str:
        return regions.full_name(value).say(language) if value else ""

    return Column(key, head, sentences(note, expected), read, show)


@cache
def _full_names() -> dict[str, str]:
    cities = regions.cities()
    codes = [each.code for each in (*cities, *(unit for city in cities for unit in regions.counties(city.code, True)))]
    return {fold(name): code for code in codes for name in (regions.full_name(code).zh, regions.full_name(code).en)}


def told(key: str, head: Text, show: Show = as_it_is) -> Column:
    """What only the site says; passed over when the file is read back."""
    note = Text("由平台填写，导入时不读", "Filled in by the site; passed over on import")
    return Column(key, head, note, lambda text: text, show, informs=True)


def sentences(*parts: Text) -> Text:
    """Some notes behind one another."""
    said = [part for part in parts if part.zh]
    return Text("。".join(part.zh for part in said), ". ".join(part.en for part in said))


def cleaned(cell: str) -> str:
    """A cell as it will be read: composed, without control characters, trimmed (``clean``; most cells need little)."""
    return unicodedata.normalize("NFC", cell).strip() if cell.isprintable() else clean(cell)


def _refuse(key: str, message: Text) -> Any:
    raise FieldError(key, message)
