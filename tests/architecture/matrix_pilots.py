"""Rows of the matrix for pilots and for tokens. All of them lie in Hefei."""

from __future__ import annotations

from collections.abc import Iterator

from tests.architecture.questions import FORM, STALE, Row, get, only, post, step

NEITHER = "999999"
# Both sides; both sides and the official in charge. The pilots named here are those of vendor and soe.
SIDES = "302 %s 404 %s 404 404 404"
DEALING = "302 200 404 200 200 200 404"


def _sides(status: int) -> str:
    return SIDES % (status, status)


def pilots() -> Iterator[Row]:
    """Everybody reads what is frozen; both sides plan and measure; the official in charge reads and verifies."""
    yield get("pilots.table", "/pilots", "200")
    yield get("pilots.table", "/pilots?state=nonsense", "404")
    yield get("pilot_files.twin", "/pilots.csv", "200")
    yield get("pilot_files.twin", "/pilots.json?state=nonsense", "404")
    yield get("api.pilots", "/api/v1/pilots", "200")
    yield get("pilots.new", f"/pilots/new?form={FORM}", "302 200 200 200 200 200 200")
    yield post("pilots.new", "/pilots/new", "302 422 422 422 422 422 422")
    # Where no pilot was agreed on, the sides are told so; another's talk does not exist.
    agreed, bought = "/pilots/from/enquiry/{enquiry.vendor.agreed}", "/pilots/from/enquiry/{enquiry.vendor2.agreed}"
    yield get("pilots.begin", agreed, "302 200 404 200 404 404 404")
    yield post("pilots.begin", agreed, "302 422 404 422 404 404 404", product="P-1999-000001")
    yield get("pilots.begin", bought, "302 404 403 404 404 404 404")
    posted = "/pilots/from/challenge/{challenge.soe.published}"
    yield get("pilots.begin", posted, only(3, 403))
    yield get("pilots.begin", "/pilots/from/nothing/{enquiry.vendor.agreed}", "302 404 404 404 404 404 404")
    for whose, answers in {"soe.running": "200", "soe.planned": "404 200 404 200 200 200 404"}.items():
        yield get("pilots.show", f"/pilots/{{pilot.{whose}}}", answers)
    yield get("pilots.show", "/pilots/{pilot.soe2.agreed}", "404 404 200 404 200 200 404")
    yield get("api.pilots_one", "/api/v1/pilots/{pilot.soe.running}", "200")
    yield get("api.pilots_one", "/api/v1/pilots/{pilot.soe.planned}", "404")
    planned, running = "/pilots/{pilot.soe.planned}", "/pilots/{pilot.soe.running}"
    yield get("pilots.edit_plan", f"{planned}/plan", _sides(200))
    yield post("pilots.edit_plan", f"{planned}/plan", _sides(409), version=STALE)
    yield post("pilots.agree", f"{planned}/agree", _sides(409), digest="0")
    yield post("pilots.resume", f"{running}/resume", _sides(409), digest="0")
    yield step("pilots.act_do", f"{running}/do", "pause", "302 409 403 409 403 403 403")
    yield step("pilots.act_do", f"{planned}/do", "abort", "302 409 404 409 403 403 404")
    yield step("pilots.act_do", f"{running}/do", "verify", "302 404 404 404 404 404 404")
    yield from _measured(running)
    yield from _reported()
    for endpoint, path in (("agree", "agree"), ("resume", "resume"), ("act_do", "do"),
                           ("decide_day", f"days/{NEITHER}"), ("sign", "report/sign")):  # fmt: skip
        yield get(f"pilots.{endpoint}", f"{running}/{path}", "405")


def _measured(running: str) -> Iterator[Row]:
    for endpoint, path in {
        "readings": "readings",
        "template": "readings/template.xlsx",
        "export": "readings.csv",
    }.items():
        yield get(f"pilots.{endpoint}", f"{running}/{path}", DEALING)
    for endpoint, path in {
        "new_reading": "readings/new",
        "load": "readings/import",
        "incidents": "incidents",
        "days": "days",
    }.items():
        yield get(f"pilots.{endpoint}", f"{running}/{path}", _sides(200))
        yield post(f"pilots.{endpoint}", f"{running}/{path}", _sides(422))
    # A reading that nobody has: nothing is confirmed.
    yield post("pilots.readings", f"{running}/readings", _sides(302), decision="confirm", reading=NEITHER)
    # {reading.vendor} is one of the supplier's: he alone corrects it.
    yield get("pilots.correct", f"{running}/readings/{{reading.vendor}}/correct", only(1, 200))
    yield post("pilots.correct", f"{running}/readings/{{reading.vendor}}/correct", only(1, 422))
    yield post("pilots.decide_day", f"{running}/days/{NEITHER}", "302 404 404 404 404 404 404", answer="agree")
    for whose in ("soe.running", "soe2.agreed"):
        yield post("api_writing.post_readings", f"/api/v1/pilots/{{pilot.{whose}}}/readings", "401")


def _reported() -> Iterator[Row]:
    reporting = "/pilots/{pilot.soe.reporting}"
    yield get("pilots.report", "/pilots/{pilot.soe.running}/report", "404")
    yield get("pilots.report", f"{reporting}/report", "200")
    yield get("pilots.report_file", "/pilots/{pilot.soe.running}/report.pdf", "404")
    yield get("pilots.report_file", f"{reporting}/report.pdf", "200")
    yield get("pilots.edit_report", f"{reporting}/report/edit", _sides(200))
    yield post("pilots.edit_report", f"{reporting}/report/edit", _sides(422), version=STALE)
    yield post("pilots.sign", f"{reporting}/report/sign", _sides(409), digest="0")
    yield get("pilots.verify", f"{reporting}/verify", "302 404 404 404 200 200 404")
    yield post("pilots.verify", f"{reporting}/verify", "302 404 404 404 422 422 404", version=STALE)


def tokens() -> Iterator[Row]:
    """Owners of an organization make its tokens; who owns none reads why not."""
    yield get("tokens.table", "/workspace/tokens", "302 200 200 200 200 200 200")
    yield post("tokens.table", "/workspace/tokens", "302 422 422 422 200 200 200")
    yield post("tokens.revoke", f"/workspace/tokens/{NEITHER}/revoke", "302 404 404 404 404 404 404")
    yield get("tokens.revoke", f"/workspace/tokens/{NEITHER}/revoke", "405")
