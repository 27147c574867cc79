"""The English companions say what the Chinese rows say, completely, and with no number of their own."""

import csv
import re
from importlib.resources import files

import pytest

from marketplace.sample.rows import rows, rows_by

_HAN = re.compile(r"[\u3400-\u9fff]")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_WORDS = {
    "two": "二两双2",
    "three": "三3立",  # 立体: three-dimensional
    "four": "四4",
    "five": "五5",
    "six": "六6",
    "seven": "七7",
    "eight": "八8",
    "ten thousand": "万",
}


def _numbers(text: str) -> set[str]:
    return set(_NUMBER.findall(text))


def _whole(row: dict[str, str]) -> str:
    return " ".join(row.values())


@pytest.mark.parametrize(("name", "count"), [("products.csv", 170), ("scenarios.csv", 73)])
def test_compiled_rows_are_all_here(name: str, count: int) -> None:
    assert len(rows(name)) == count


@pytest.mark.parametrize("name", [path.name for path in (files("marketplace.sample") / "data").iterdir()])
def test_every_csv_line_has_as_many_cells_as_its_head(name: str) -> None:
    if not name.endswith(".csv"):
        assert name == "README.md"
        return
    text = (files("marketplace.sample") / "data" / name).read_text(encoding="utf-8")
    lines = list(csv.reader(text.splitlines()))
    assert {len(line) for line in lines} == {len(lines[0])}


@pytest.mark.parametrize(
    ("name", "key", "may_be_empty"),
    [
        ("products_en.csv", "product_id", {"price_note_en"}),
        ("scenarios_en.csv", "scenario_id", {"place_en"}),
        ("scenarios_split.csv", "scenario_id", set()),
    ],
)
def test_companions_are_complete(name: str, key: str, may_be_empty: set[str]) -> None:
    source = "products.csv" if key == "product_id" else "scenarios.csv"
    companion = rows_by(name, key)
    assert list(companion) == [row[key] for row in rows(source)]
    for row in companion.values():
        assert all(value.strip() == value for value in row.values()), row[key]
        assert not {column for column, value in row.items() if not value} - may_be_empty, row[key]


@pytest.mark.parametrize("name", ["products_en.csv", "scenarios_en.csv"])
def test_english_holds_no_chinese(name: str) -> None:
    for row in rows(name):
        assert not _HAN.search(_whole(row)), row


def test_prices_and_places_are_in_english_exactly_when_the_row_has_them() -> None:
    english = rows_by("products_en.csv", "product_id")
    for row in rows("products.csv"):
        assert bool(row["price_note"]) == bool(english[row["product_id"]]["price_note_en"]), row["product_id"]
    english = rows_by("scenarios_en.csv", "scenario_id")
    for row in rows("scenarios.csv"):
        assert bool(row["province"]) == bool(english[row["scenario_id"]]["place_en"]), row["scenario_id"]


def test_english_of_products_states_no_number_of_its_own() -> None:
    english = rows_by("products_en.csv", "product_id")
    for row in rows("products.csv"):
        translated = english[row["product_id"]]
        stated = _numbers(translated["title_en"]) | _numbers(translated["summary_en"])
        assert stated <= _numbers(_whole(row)), row["product_id"]


def test_english_of_products_states_every_number_of_the_description() -> None:
    english = rows_by("products_en.csv", "product_id")
    for row in rows("products.csv"):
        translated = english[row["product_id"]]
        stated = _numbers(f"{translated['title_en']} {translated['summary_en']}")
        spelled = {"1"} if row["product_id"] == "P156" else set()
        assert _numbers(row["description_zh"]) - stated <= spelled, row["product_id"]


def test_english_of_scenarios_and_the_split_state_no_number_of_their_own() -> None:
    english, split = rows_by("scenarios_en.csv", "scenario_id"), rows_by("scenarios_split.csv", "scenario_id")
    for row in rows("scenarios.csv"):
        for companion in (english, split):
            words = {key: value for key, value in companion[row["scenario_id"]].items() if key != "scenario_id"}
            assert _numbers(_whole(words)) <= _numbers(_whole(row)), row["scenario_id"]


@pytest.mark.parametrize(("name", "key"), [("products", "product_id"), ("scenarios", "scenario_id")])
def test_spelled_numbers_of_the_english_are_in_the_row(name: str, key: str) -> None:
    english = rows_by(f"{name}_en.csv", key)
    for row in rows(f"{name}.csv"):
        text = _whole(english[row[key]]).lower()
        for word, signs in _WORDS.items():
            if re.search(rf"\b{word}\b", text):
                assert any(sign in _whole(row) for sign in signs), (row[key], word)


def test_the_split_uses_the_characters_of_the_need() -> None:
    """Splitting may drop and complete words, but most of what it says must be the row's own wording."""
    split = rows_by("scenarios_split.csv", "scenario_id")
    for row in rows("scenarios.csv"):
        written = _HAN.findall(split[row["scenario_id"]]["situation"] + split[row["scenario_id"]]["task"])
        own = set(row["need_zh"])
        assert sum(character in own for character in written) / len(written) > 0.85, row["scenario_id"]


def test_a_column_that_is_not_unique_is_no_key() -> None:
    with pytest.raises(ValueError, match="not unique"):
        rows_by("scenario_targets.csv", "scenario_id")
