"""An example of every page of chains and the cultivation library, for the walk of all pages."""

from __future__ import annotations

from collections.abc import Iterator

from tests.support.journey_pages import Numbers, SamplePage


def chain_pages(found: Numbers) -> Iterator[SamplePage]:
    """A chain, as visitors and its sides see it."""
    need = found.of("scenarios", who="soe2")
    for who in ("", "vendor2", "city"):
        yield SamplePage("chains.show", f"/chains/{need}", who)
