"""The sample, loaded and indexed once for the questions of a module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.databases import Databases
from tests.support.sample_site import SampleSite, sample_site


@pytest.fixture(scope="module")
def sample(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SampleSite]:
    """The demonstration, for tests that change nothing."""
    with sample_site(databases, tmp_path_factory.mktemp("sample")) as site:
        yield site
