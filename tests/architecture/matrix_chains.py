"""Rows of the matrix for chains and the cultivation library."""

from __future__ import annotations

from collections.abc import Iterator

from tests.architecture.questions import Row, get


def chains() -> Iterator[Row]:
    """Everybody reads the chain of a published need; of one that was never published there is none for anybody."""
    for need, answers in {"scenario.soe.published": "200", "scenario.soe.closed": "200",
                          "scenario.soe.draft": "404", "scenario.soe2.in_review": "404"}.items():  # fmt: skip
        yield get("chains.show", f"/chains/{{{need}}}", answers)
        yield get("chains.file", f"/chains/{{{need}}}.json", answers)
        yield get("api.chains_one", f"/api/v1/chains/{{{need}}}", answers)
    yield get("chains.file", "/chains/{scenario.soe.published}.csv", "200")
    # A suspended need is out of sight; its owner and the officials in charge still find what became of it.
    yield get("chains.show", "/chains/{scenario.soe.suspended}", "404 404 404 200 200 200 404")
    yield get("chains.file", "/chains/{scenario.soe.suspended}.json", "404")
