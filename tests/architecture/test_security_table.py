"""docs/security.md names only what exists."""

from __future__ import annotations

import re

from tests.architecture.source import ROOT

TABLE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`((?:tests|marketplace|templates|static|docs)/[\w./-]+|requirements\.txt)`", TABLE)))


def test_every_file_it_names_exists() -> None:
    assert len(NAMED) > 40
    assert not [name for name in NAMED if not (ROOT / name).exists()]


def test_every_chapter_is_there_and_every_row_has_a_status() -> None:
    rows = re.findall(r"^\| (\d+\.[^|]+) \| ([^|]+) \| ([^|]+) \|$", TABLE, re.MULTILINE)
    assert {int(number) for row in rows for number in re.findall(r"\b(\d+)\.(?:\d|x)", row[0])} == set(range(1, 18))
    assert not [row for row in rows if not row[2].startswith(("met", "n/a: ", "argued: "))], "one of three, no other"
