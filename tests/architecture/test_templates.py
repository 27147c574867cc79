"""Rules of the house for templates: one frame, one title, one heading, nothing inline, one macro family a file."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
PACKAGE = TEMPLATES.parent / "marketplace"
FRAME = "layout/base.html"
# What error pages include, what the script puts into a page, and a page that people keep and read without the site.
PARTS = ("errors/typed.html", "search/suggest.html", "accounts/own_copy.html")

ALL = sorted(str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*") if path.is_file())
HTML = [name for name in ALL if name.endswith(".html")]


def source(name: str) -> str:
    """The template without its comments, which may speak of anything."""
    return re.sub(r"\{#.*?#\}", "", (TEMPLATES / name).read_text(encoding="utf-8"), flags=re.DOTALL)


def rendered() -> set[str]:
    """Templates that a view answers with: pages. Everything else is a part of one."""
    code = "".join(path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py"))
    return set(re.findall(r'render_template\(\s*"([^"]+)"', code)) | {n for n in HTML if n.startswith("errors/")}


PAGES = sorted(name for name in rendered() if name not in PARTS)
MACROS = [name for name in HTML if name.startswith("macros/")]


def line_of_frames(name: str) -> list[str]:
    """The page and the layouts it extends, up to (without) the frame; fails when it does not end there."""
    line = [name]
    while True:
        extended = re.search(r'{%-?\s*extends "([^"]+)"', source(line[-1]))
        assert extended, f"{line[-1]} does not extend {FRAME}"
        if extended[1] == FRAME:
            return line
        line.append(extended[1])


def test_there_are_pages_and_macros() -> None:
    assert len(PAGES) >= 10
    assert len(MACROS) >= 30


@pytest.mark.parametrize("name", PAGES)
def test_page_has_the_frame_and_a_title(name: str) -> None:
    """That each has exactly one h1 is asked of the pages themselves, in the browser journeys."""
    line = line_of_frames(name)
    together = "".join(source(each) for each in line)
    assert re.search(r"{%-?\s*block title\b", together), "no title block"


@pytest.mark.parametrize("name", HTML)
def test_nothing_inline(name: str) -> None:
    text = source(name)
    assert not re.search(r"<style\b", text), "a style element"
    assert not re.search(r"\sstyle\s*=", text), "a style attribute"
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", text), "an event attribute"
    assert not re.search(r"javascript:", text, re.IGNORECASE), "a script address"
    for script in re.findall(r"<script\b[^>]*>", text):
        assert "src=" in script, "an inline script"


@pytest.mark.parametrize("name", ALL)
def test_template_is_short(name: str) -> None:
    assert len((TEMPLATES / name).read_text(encoding="utf-8").splitlines()) <= 200


@pytest.mark.parametrize("name", MACROS)
def test_macro_file_holds_one_family_and_says_its_signature(name: str) -> None:
    text = (TEMPLATES / name).read_text(encoding="utf-8")
    family = Path(name).stem
    found = re.findall(r"{%-?\s*macro (\w+)", text)
    assert found, "no macro"
    assert text.startswith("{#"), "the file begins with a comment that gives the signature"
    stem = family.removesuffix("s")
    strangers = [each for each in found if stem not in each and each not in FAMILIES.get(family, ())]
    assert not strangers, f"{strangers} belong in files of their own"


# Macros that are told apart from their file's name only by the word for the part they draw.
FAMILIES = {
    "action_button": ("action_buttons",),
    "city_tiles": ("map_legend", "shade"),
    "files": ("picture_list",),
    "icon": ("mark",),
    "requirement_row": ("requirement_add",),
    "whynot": ("refusal",),
    "wtf_field": ("wtf_select", "wtf_hidden"),
}


@pytest.mark.parametrize("name", HTML)
def test_output_is_marked_safe_only_where_it_is_made(name: str) -> None:
    """``|safe`` on a value would let content in as markup; only macros may build attributes with it."""
    if "|safe" in source(name).replace(" ", ""):
        assert name in {"macros/requirement_row.html"}


# The signed link itself is the token; mail programs send the same request without a page (RFC 8058).
BY_SIGNED_LINK = {"notifications/unsubscribe.html"}


@pytest.mark.parametrize("name", sorted({*PAGES, *MACROS} - BY_SIGNED_LINK))
def test_forms_that_write_carry_the_token(name: str) -> None:
    for form in re.findall(r"<form\b[^>]*method=\"post\".*?</form>", source(name), re.DOTALL | re.IGNORECASE):
        assert re.search(r"csrf_token|wtf_hidden|hidden_tag", form), form[:80]
