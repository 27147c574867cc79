"""An example of every page of chains and the cultivation library, for the walk of all pages."""

from __future__ import annotations

from collections.abc import Iterator

from tests.support.journey_pages import Numbers, SamplePage


def chain_pages(found: Numbers) -> Iterator[SamplePage]:
    """A chain, as visitors and its sides see it; the library; a need in it and one outside; a plan from a talk."""
    need, outside = found.of("scenarios", who="soe2"), found.of("scenarios", "expired", who="soe")
    for who in ("", "soe2", "province"):
        yield SamplePage("chains.show", f"/chains/{need}", who)
    for path in ("/library", "/library?tier=demonstration&city=340200", "/library?tier=innovative&city=341000"):
        yield SamplePage("cultivation.table", path)
    for who in ("", "soe2", "province"):
        yield SamplePage("cultivation.show", f"/library/{need}", who)
    yield SamplePage("cultivation.show", f"/library/{outside}", "province")
    yield SamplePage("cultivation.show", f"/library/{outside}", "province", 422, 'form[action$="/admit"] .btn')
    yield SamplePage("cultivation.copy", f"/library/{need}/copy", "vendor")
    yield SamplePage("cultivation.copy", f"/library/{need}/copy", "province", 403)
    yield SamplePage("scenarios.show", f"/scenarios/{found.of('scenarios', who='soe')}", "province")
    talk = found.enquiry("agreed")
    yield SamplePage("enquiries.show", f"/enquiries/{talk}", "soe2")
    yield SamplePage("pilots.begin", f"/pilots/from/enquiry/{talk}", "soe2")
