"""A fixture of the command line's tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.commands import Run, runner


@pytest.fixture
def run(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Run]:
    """Calls a command as the console script would, on the test's database; keywords go into the environment."""
    with runner(database_url, tmp_path / "data", monkeypatch, capsys) as call:
        yield call
