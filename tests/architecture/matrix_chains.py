"""Rows of the matrix for chains and the cultivation library."""

from __future__ import annotations

from collections.abc import Iterator

from tests.architecture.questions import FORM, STALE, Row, get, post, step

NEITHER = "999999"
# Officials who place needs of Hefei.
PLACING = "302 404 404 404 {0} {0} 404"


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


def library() -> Iterator[Row]:
    """Everybody reads the library; the officials in charge place needs, also those that are not in it yet."""
    yield get("cultivation.table", "/library", "200")
    yield get("cultivation.table", "/library?tier=nonsense", "404")
    for ending in ("csv", "xlsx", "json"):
        yield get("library_files.twin", f"/library.{ending}", "200")
    yield get("library_files.twin", "/library.json?city=999999", "404")
    outside = "/library/{scenario.soe.expired}"
    yield get("cultivation.show", outside, "404 404 404 404 200 200 404")
    yield get("cultivation.show", "/library/{scenario.soe.draft}", "404")
    yield post("cultivation.admit", f"{outside}/admit", PLACING.format(422))
    yield get("cultivation.admit", f"{outside}/admit", "405")
    inside = "/library/{scenario.library}"
    yield get("cultivation.show", inside, "200")
    yield step("cultivation.act_do", f"{inside}/do", "lower", "302 403 403 403 409 409 403")
    yield get("cultivation.act_do", f"{inside}/do", "405")
    yield post("cultivation.add_resource", f"{inside}/resources", "302 404 404 404 422 422 404")
    yield get("cultivation.add_resource", f"{inside}/resources", "405")
    yield post("cultivation.remove_resource", f"{inside}/resources/{NEITHER}/remove", "302 404 404 404 404 404 404")
    yield get("cultivation.remove_resource", f"{inside}/resources/{NEITHER}/remove", "405")
    yield get("cultivation.copy", f"{inside}/copy?form={FORM}", "302 200 200 200 403 403 403")
    yield post("cultivation.copy", f"{inside}/copy", "302 422 422 422 403 403 403", organization=STALE)
