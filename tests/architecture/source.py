"""The project's own files as the architecture tests read them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "marketplace"
TESTS = ROOT / "tests"
NOT_OURS = {"__pycache__", "vendor"}


def python_files(*folders: Path) -> list[Path]:
    """Every Python file below the folders, those of others left out."""
    found = [path for folder in folders for path in folder.rglob("*.py")]
    return sorted(path for path in found if not NOT_OURS & set(path.relative_to(ROOT).parts))


def name(path: Path) -> str:
    """The path as a reader knows it."""
    return path.relative_to(ROOT).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    """The file, parsed."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def functions(node: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function below a node, at any depth."""
    return (part for part in ast.walk(node) if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef))


def calls(node: ast.AST) -> Iterator[ast.Call]:
    """Every call below a node."""
    return (part for part in ast.walk(node) if isinstance(part, ast.Call))


def last_name(node: ast.expr) -> str:
    """``f`` of ``f`` and of ``a.b.f``."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def imported(path: Path) -> set[str]:
    """Every module that the file imports, by its full name; ``from a import b`` counts as a.b."""
    found: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return found
