"""Examples of the pages of sites, for the walk through every page."""

from __future__ import annotations

from collections.abc import Iterator

from tests.support.journey_challenges import first
from tests.support.journey_pages import SamplePage


def site_pages() -> Iterator[SamplePage]:
    """Sites in their states before everybody, their applicant, officials and an expert; every form."""
    from marketplace.sites.models import Site

    yield SamplePage("sites.table", "/sites")
    yield SamplePage("sites.table", "/sites?kind=place&q=转运")
    yield SamplePage("sites.ended", "/sites/ended")
    for state in ("notice", "designated", "rechecked", "rectifying", "warned", "expired", "revoked"):
        yield SamplePage("sites.show", f"/sites/{first(Site, state).number}")
    for state in ("designated", "revoked"):
        yield SamplePage("plates.show", f"/plates/{first(Site, state).plate}")
    for state in ("draft", "returned", "refused", "rectifying", "warned"):
        yield SamplePage("sites.show", f"/sites/{first(Site, state).number}", "soe2")
    draft, warned = (f"/sites/{first(Site, state).number}" for state in ("draft", "rectifying"))
    for endpoint, path in (
        ("edit", f"{draft}/edit"), ("mine", "/sites/mine"), ("new", "/sites/new"),
        ("state", f"{warned}/statements/rectification"),
    ):  # fmt: skip
        yield SamplePage(f"sites.{endpoint}", path, "soe2")
    judged, designated = (f"/sites/{first(Site, state).number}" for state in ("under_evaluation", "designated"))
    yield SamplePage("sites.advise", f"/sites/{first(Site, 'submitted').number}/advice", "city")
    for endpoint, path in (
        ("show", f"/sites/{first(Site, 'recommended').number}"), ("evaluate", f"{judged}/evaluation"),
        ("visit", f"{judged}/visits/new"), ("announce", f"{judged}/announce"),
        ("designate", f"/sites/{first(Site, 'notice').number}/designate"), ("supervise", f"{designated}/supervision"),
        ("level", f"{designated}/level"),
    ):  # fmt: skip
        yield SamplePage(f"sites.{endpoint}", path, "province")
    yield SamplePage("sites.sheet", f"{judged}/sheet", "expert2")
    for endpoint, path, who in (
        ("sites.new", "/sites/new", "soe2"), ("sites.evaluate", f"{judged}/evaluation", "province"),
        ("sites.visit", f"{judged}/visits/new", "province"),
        ("sites.supervise", f"{designated}/supervision", "province"),
    ):  # fmt: skip
        yield SamplePage(endpoint, path, who, 422, "main form .formend .btn")
