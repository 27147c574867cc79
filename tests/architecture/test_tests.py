"""Tests that test: none sleeps, none is skipped, none is without an assertion."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.architecture.source import TESTS, calls, functions, last_name, name, python_files, tree

FILES = [path for path in python_files(TESTS) if path.name.startswith("test_") or path.parent.name == "journeys"]
SLEEPS = frozenset(("sleep", "wait_for_timeout"))
SKIPS = frozenset(("skip", "skipif", "importorskip", "skipTest", "xfail"))
# Calls that fail by themselves when something is wrong.
ASKS = frozenset(("raises", "warns", "fail", "wait_until", "run_state_machine_as_test"))


def asserts(function: ast.AST) -> bool:
    """Whether the function can fail: an assert, pytest.raises, or a call named assert_… or expect…."""
    if any(isinstance(node, ast.Assert) for node in ast.walk(function)):
        return True
    named = (last_name(call.func) for call in calls(function))
    return any(n in ASKS or n.startswith(("assert", "expect", "check_")) for n in named)


@pytest.mark.parametrize("path", FILES, ids=name)
def test_every_test_asserts(path: Path) -> None:
    found = [f.name for f in functions(tree(path)) if f.name.startswith("test_") and not asserts(f)]
    assert not found, f"{name(path)}: cannot fail: {found}"


@pytest.mark.parametrize("path", FILES, ids=name)
def test_none_sleeps_or_is_skipped(path: Path) -> None:
    slept = [call.lineno for call in calls(tree(path)) if last_name(call.func) in SLEEPS]
    assert not slept, f"{name(path)}: wait for what must happen (wait_until, expect), not for time to pass: {slept}"
    skipped = [
        node.lineno
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute) and node.attr in SKIPS and last_name(node.value) in ("mark", "pytest")
    ]
    assert not skipped, f"{name(path)}: a skipped test proves nothing: {skipped}"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("def test_a():\n    compute()", False),
        ("def test_a():\n    assert compute()", True),
        ("def test_a():\n    with pytest.raises(ValueError):\n        compute()", True),
        ("def test_a(page):\n    expect(page).to_have_title('x')", True),
        ("def test_a(page):\n    assert_accessible(page)", True),
    ],
)
def test_an_assertion_is_recognized(source: str, expected: bool) -> None:
    assert asserts(ast.parse(source)) is expected
