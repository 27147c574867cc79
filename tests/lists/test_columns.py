"""The columns: names that mean one thing, values that read back, examples of what is refused."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.core.errors import FieldError
from marketplace.lists.sheets import SHEETS
from marketplace.reference import catalogue, regions
from marketplace.reference.catalogue import fold
from tests.lists.test_lines import TEXTS

NAMES = list(SHEETS)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_means_one_column(name: str) -> None:
    sheet = SHEETS[name]()
    words = Counter(word for each in sheet.columns for word in {fold(each.key), fold(each.head.zh), fold(each.head.en)})
    assert not [word for word, count in words.items() if count > 1]


@pytest.mark.parametrize("name", NAMES)
def test_every_column_says_what_it_is(name: str) -> None:
    for each in SHEETS[name]().columns:
        assert all((each.head.zh, each.head.en))
        assert each.head.zh.strip() == each.head.zh
        assert "%(" not in each.help.zh + each.help.en
        assert len(each.head.zh) < 60, each.key


def test_every_spec_has_a_column_with_its_unit() -> None:
    sheet = SHEETS["products"]()
    for spec in catalogue.specs():
        head = sheet.by_key[f"specs.{spec.key}"].head
        assert spec.label.zh in head.zh
        assert not spec.unit or head.zh.endswith(f"({spec.unit_label.zh})")
    assert len(sheet.exported) <= 256, "a workbook is read up to 256 columns"


@pytest.mark.parametrize("name", NAMES)
def test_contact_data_is_private_and_nothing_else(name: str) -> None:
    sheet = SHEETS[name]()
    private = {each.key for each in sheet.columns if each.private}
    assert private == {"contact_name", "contact_phone", "contact_email"}
    assert not private & {each.key for each in sheet.public}


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_every_choice_reads_back(language: str) -> None:
    tried = 0
    for sheet in (make() for make in SHEETS.values()):
        for column in sheet.columns:
            for word in column.choices:
                value = column.read(word.say(language))
                assert column.show(value, language) == word.say(language), column.key
                tried += 1
    assert tried > 200


@pytest.mark.parametrize("language", ["zh_CN", "en"])
@pytest.mark.parametrize(
    ("name", "key"), [("products", "domains"), ("products", "marks"), ("organizations", "segments")]
)
def test_several_choices_read_back(name: str, key: str, language: str) -> None:
    every = {"domains": catalogue.domains(), "marks": catalogue.marks(), "segments": catalogue.segments()}[key]
    codes = [each.code for each in every]
    column = SHEETS[name]().by_key[key]
    assert column.read(column.show(codes, language)) == codes
    assert column.read(", ".join(codes)) == codes


def test_every_place_reads_back() -> None:
    column = SHEETS["scenarios"]().by_key["region"]
    units = [each for city in regions.cities() for each in (city, *regions.counties(city.code, True))]
    assert len(units) > 130
    for unit in units:
        for language in ("zh_CN", "en"):
            assert column.read(column.show(unit.code, language)) == unit.code
    assert column.read("合肥") == column.read("340100") == "340100"


@given(TEXTS)
def test_texts_read_back(text: str) -> None:
    sheet = SHEETS["products"]()
    for key in ("description", "cases", "source_note"):
        column = sheet.by_key[key]
        assert column.read(column.show(text, "zh_CN")) == text


@given(st.lists(TEXTS.map(lambda text: text.replace("\n", " ")).filter(bool), max_size=4))
def test_sources_read_back(found: list[str]) -> None:
    column = SHEETS["products"]().by_key["sources"]
    assert column.read(column.show(found, "en")) == found


@given(TEXTS)
def test_any_text_is_read_or_refused(text: str) -> None:
    for sheet in (make() for make in SHEETS.values()):
        for column in sheet.columns:
            with suppress(FieldError):
                value = column.read(text)
                shown = text if column.informs else column.show(value, "zh_CN")
                assert column.informs or column.show(column.read(shown), "zh_CN") == shown


@pytest.mark.parametrize(
    ("name", "key", "text", "value"),
    [
        ("products", "valid_until", "2027/3/1", "2027-03-01"),
        ("products", "valid_until", "2027年3月1日", "2027-03-01"),
        ("products", "valid_until", "2027-03-01 00:00:00", "2027-03-01"),
        ("products", "category", "移动机器人", "amr"),
        ("products", "compiled", "是", True),
        ("products", "compiled", "", False),
        ("products", "specs.payload", "500 g", {"from": "0.5"}),
        ("scenarios", "budget_from", "1,200.50", "1200.50"),
        ("scenarios", "domain", "industrial", "industrial"),
    ],
)
def test_values_as_people_write_them(name: str, key: str, text: str, value: Any) -> None:
    assert SHEETS[name]().by_key[key].read(text) == value


@pytest.mark.parametrize(
    ("name", "key", "text"),
    [
        ("products", "number", "S-2026-000001"),
        ("products", "number", "P-2026-1"),
        ("products", "organization_code", "913401000000000000"),
        ("products", "title", "长" * 201),
        ("products", "valid_until", "2027-02-30"),
        ("products", "valid_until", "明年"),
        ("products", "contact_email", "not an address"),
        ("products", "compiled", "也许"),
        ("products", "domains", "工业制造、挖矿"),
        ("products", "sources", "长" * 2001),
        ("scenarios", "budget_from", "面议"),
        ("scenarios", "budget_from", "1e5"),
        ("scenarios", "budget_from", "1.005"),
        ("scenarios", "budget_from", "-3"),
        ("scenarios", "region", "上海市"),
        ("organizations", "website", "javascript:alert(1)"),
        ("organizations", "kind", "公司"),
    ],
)
def test_values_that_are_refused(name: str, key: str, text: str) -> None:
    with pytest.raises(FieldError) as refused:
        SHEETS[name]().by_key[key].read(text)
    assert refused.value.field == key
