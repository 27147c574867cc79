"""Every text on screen exists in English too, says the same placeholders, and none is kept that nobody shows."""

from __future__ import annotations

import re

import pytest

from marketplace.web.languages import english_messages, extract_messages

pytestmark = pytest.mark.translations

PLACEHOLDER = re.compile(r"%\((\w+)\)|\{(\w+)\}")
Key = str | tuple[str, ...]


def strings(value: object) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list | tuple) else (str(value),)


def placeholders(texts: tuple[str, ...]) -> set[str]:
    return {a or b for text in texts for a, b in PLACEHOLDER.findall(text)}


def first(key: object) -> str:
    """A message with a plural is known by its singular."""
    return strings(key)[0]


@pytest.fixture(scope="module")
def used() -> dict[str, list[str]]:
    """msgid → places that show it."""
    found: dict[str, list[str]] = {}
    for key, places in extract_messages().items():
        found.setdefault(first(key), []).extend(places)
    return found


@pytest.fixture(scope="module")
def english() -> dict[str, tuple[str, ...]]:
    """msgid → its English, one or two forms."""
    return {first(message.id): strings(message.string) for message in english_messages() if message.id}


def test_every_text_has_its_english(used: dict[str, list[str]], english: dict[str, tuple[str, ...]]) -> None:
    assert used, "no text was found: the extraction is broken"
    missing = {text: places[0] for text, places in used.items() if not all(english.get(text, ("",)))}
    assert not missing, f"{len(missing)} texts without English in marketplace/translations/en/*.po: {missing}"


def test_no_english_is_left_over(used: dict[str, list[str]], english: dict[str, tuple[str, ...]]) -> None:
    assert sorted(set(english) - set(used)) == []


def test_both_languages_have_the_same_placeholders(english: dict[str, tuple[str, ...]]) -> None:
    # A plural may leave its number out of one form ("one day", "%(num)d days").
    wrong = {
        text: said for text, said in english.items() if placeholders((text,)) - {"num"} != placeholders(said) - {"num"}
    }
    assert not wrong


def test_no_english_text_is_still_chinese(english: dict[str, tuple[str, ...]]) -> None:
    # Names of a language in itself are the one exception.
    wrong = {text: said for text, said in english.items() if re.search(r"[\u4e00-\u9fff]", "".join(said))}
    wrong = {text: said for text, said in wrong.items() if text not in ("中文", "简体中文")}
    assert not wrong
