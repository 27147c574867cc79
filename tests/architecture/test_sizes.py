"""Nothing grows past what a reader takes in at once: files, functions, templates."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.architecture.source import PACKAGE, ROOT, TESTS, functions, name, python_files, tree

FILE, FUNCTION, TEMPLATE = 400, 40, 200
OURS = python_files(PACKAGE, TESTS, ROOT / "bench", ROOT / "migrations")


def lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def test_there_is_something_to_measure() -> None:
    assert len(OURS) > 20


@pytest.mark.parametrize("path", OURS, ids=name)
def test_file_and_its_functions_stay_short(path: Path) -> None:
    # A migration is a record of what was done, in order; nobody calls its parts.
    record = name(path).startswith("migrations/")
    assert record or lines(path) <= FILE, (
        f"{name(path)} has {lines(path)} lines; {FILE} at most: split it by what it is about"
    )
    long = {
        function.name: length
        for function in functions(tree(path))
        if (length := (function.end_lineno or 0) - function.lineno + 1) > FUNCTION
    }
    assert record or not long, f"{name(path)}: over {FUNCTION} lines: {long}"


def test_templates_stay_short() -> None:
    long = {name(path): lines(path) for path in (ROOT / "templates").rglob("*.*") if lines(path) > TEMPLATE}
    assert not long, f"over {TEMPLATE} lines: {long}"


def test_style_sheets_and_scripts_stay_short() -> None:
    found = [path for kind in ("css", "js") for path in (ROOT / "static" / kind).rglob(f"*.{kind}")]
    long = {name(path): lines(path) for path in found if lines(path) > FILE}
    assert not long, f"over {FILE} lines: {long}"
