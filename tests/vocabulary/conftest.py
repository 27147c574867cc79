"""The sample for tests that change it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.databases import Databases
from tests.support.sample_site import SampleSite, sample_site


@pytest.fixture
def changeable(databases: Databases, tmp_path: Path) -> Iterator[SampleSite]:
    """The demonstration of one test."""
    with sample_site(databases, tmp_path) as site:
        yield site
