"""docs/lifecycles.md is what the tables say."""

from __future__ import annotations

from pathlib import Path

from marketplace.cli.docs import lifecycle_document

DOCUMENT = Path(__file__).parents[2] / "docs" / "lifecycles.md"


def test_the_document_is_that_of_the_tables() -> None:
    told = DOCUMENT.read_text(encoding="utf-8")
    assert told == lifecycle_document(), "write it anew: marketplace docs lifecycles docs/lifecycles.md"
