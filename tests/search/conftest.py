"""The sample, loaded and indexed once for the questions of a module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from marketplace.foundation.db import transaction
from marketplace.search.services import rebuild
from marketplace.vocabulary.services import load_shipped
from tests.support.databases import Databases
from tests.support.sample_site import SampleSite, sample_site
from tests.support.site import Client


@pytest.fixture(scope="module")
def sample(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SampleSite]:
    """The demonstration, for tests that change nothing."""
    with sample_site(databases, tmp_path_factory.mktemp("sample")) as site:
        yield site


@pytest.fixture(scope="module")
def searching(sample: SampleSite) -> Client:
    """A visitor of the demonstration with the shipped synonyms, indexed."""
    with sample.app.app_context():
        with transaction():
            load_shipped()
        rebuild()
    return sample.visitor()
