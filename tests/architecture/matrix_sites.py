"""Rows of the matrix for sites. All of them were applied for by soe2, in Hefei, with robots of vendor2."""

from __future__ import annotations

from collections.abc import Iterator

from tests.architecture.questions import FORM, STALE, Row, get, only, post, step

# Those who deal with an application of soe2: officials of Hefei and of the province.
OFFICIALS = "404 404 404 404 200 200 404"
NOBODY = "302 404 404 404 404 404 404"
CITY, PROVINCE = 4, 5


def sites() -> Iterator[Row]:
    """Everybody reads what is designated; the city advises; the province decides; nobody here is the applicant."""
    for endpoint, path in {
        "sites.table": "/sites", "sites.feed": "/sites/feed.xml", "sites.ended": "/sites/ended",
        "site_list.twin": "/sites.csv", "api.sites": "/api/v1/sites", "plates.show": "/plates/{plate.designated}",
        "plates.code": "/plates/{plate.designated}/code.svg", "sites.show": "/sites/{site.soe2.designated}",
        "api.sites_one": "/api/v1/sites/{site.soe2.designated}",
    }.items():  # fmt: skip
        yield get(endpoint, path, "200")
    yield get("site_list.twin", "/sites.json?kind=street&city=340100", "200")
    yield get("sites.show", "/sites/{site.soe2.notice}", "200")
    yield get("sites.show", "/sites/{site.soe2.draft}", "404")
    yield get("api.sites_one", "/api/v1/sites/{site.soe2.submitted}", "404")
    yield get("plates.show", "/plates/DP-2026-999999", "404")
    yield get("plates.code", "/plates/{plate.revoked}/code.svg", "404")
    for state in ("submitted", "under_evaluation"):
        yield get("sites.show", f"/sites/{{site.soe2.{state}}}", OFFICIALS)
    yield get("sites.filed", "/sites/{site.soe2.designated}/filed.json", OFFICIALS)
    yield get("sites.mine", "/sites/mine", "302 200 200 200 200 200 200")
    yield get("sites.mine", "/sites/mine?status=nonsense", NOBODY)
    yield get("sites.new", f"/sites/new?form={FORM}", "302 200 200 200 200 200 200")
    yield post("sites.new", "/sites/new", "302 422 422 422 200 200 200")
    yield get("sites.edit", "/sites/{site.soe2.draft}/edit", NOBODY)
    yield post("sites.edit", "/sites/{site.soe2.draft}/edit", NOBODY, version=STALE)
    yield step("sites.act_do", "/sites/{site.soe2.draft}/do", "submit", NOBODY)
    yield step("sites.act_do", "/sites/{site.soe2.submitted}/do", "withdraw", "302 404 404 404 403 403 404")
    yield step("sites.act_do", "/sites/{site.soe2.notice}/do", "reopen", "302 403 403 403 403 409 403")
    yield step("sites.act_do", "/sites/{site.soe2.designated}/do", "revoke", NOBODY)
    yield get("sites.act_do", "/sites/{site.soe2.designated}/do", "405")
    yield from _forms()


def _forms() -> Iterator[Row]:
    """The forms: who is shown them, and may send them."""
    for ask, status in ((get, 200), (post, 422)):
        yield ask("sites.advise", "/sites/{site.soe2.submitted}/advice", only(CITY, status))
        yield ask("sites.evaluate", "/sites/{site.soe2.under_evaluation}/evaluation", only(PROVINCE, status))
        yield ask("sites.visit", "/sites/{site.soe2.under_evaluation}/visits/new", only(PROVINCE, status))
        yield ask("sites.supervise", "/sites/{site.soe2.designated}/supervision", only(PROVINCE, status))
        yield ask("sites.level", "/sites/{site.soe2.designated}/level", only(PROVINCE, status))
        yield ask("sites.sheet", "/sites/{site.soe2.under_evaluation}/sheet", NOBODY)
        yield ask("sites.sheet", "/sites/{site.soe2.notice}/sheet", NOBODY)
        yield ask("sites.state", "/sites/{site.soe2.rectifying}/statements/rectification", NOBODY)
        yield ask("sites.state", "/sites/{site.soe2.designated}/statements/yearly", NOBODY)
        yield ask("sites.edit", "/sites/{site.soe2.submitted}/edit", NOBODY)
    for endpoint, path in (("announce", "under_evaluation"), ("designate", "notice")):
        yield get(f"sites.{endpoint}", f"/sites/{{site.soe2.{path}}}/{endpoint}", only(PROVINCE, 200))
        yield post(f"sites.{endpoint}", f"/sites/{{site.soe2.{path}}}/{endpoint}", only(PROVINCE, 409), version=STALE)
