"""Rows of the matrix for bids and their opening. Answers in the order of ROLES; the owner of what was opened is soe."""

from __future__ import annotations

from collections.abc import Iterator

from tests.architecture.questions import STALE, Row, get, only, post, step

LEAD = 1
NOBODY = "302 404 404 404 404 404 404"
OFFICE = "302 404 404 404 {0} {0} 404"


def bids() -> Iterator[Row]:
    """Pages of bidders: before the opening there is nothing for anybody else."""
    draft, sealed, begun = "/bids/{bid.vendor.draft}", "/bids/{bid.vendor.sealed}", "/bids/new/{challenge.bid.draft}"
    yield get("bids.mine", "/bids/", "302 200 200 200 200 200 200")
    yield get("bids.begin", begun, "302 302 200 200 200 200 200")
    yield post("bids.begin", begun, "302 302 404 404 404 404 404", organization="x")
    yield get("bids.show", sealed, only(LEAD, 200))
    yield get("bids.edit", f"{draft}/edit/proposal", only(LEAD, 200))
    yield get("bids.edit", f"{draft}/edit/nothing", NOBODY)
    yield post("bids.edit", f"{draft}/edit/proposal", only(LEAD, 409), version=STALE)
    yield post("bids.attach", f"{draft}/files", only(LEAD, 422))
    yield get("bids.check", f"{draft}/check", only(LEAD, 200))
    yield post("bids.check", f"{draft}/check", only(LEAD, 422))
    yield post("bids.again", f"{sealed}/again", only(LEAD, 422), code="1")
    yield post("bids.copy", f"{sealed}/copy", only(LEAD, 422), code="1")
    yield post("bids.noted", f"{sealed}/noted", only(LEAD, 302))
    yield get("bids.receipt", f"{sealed}/receipts/1", only(LEAD, 200))
    yield get("bids.receipt", f"{sealed}/receipts/9", NOBODY)
    yield post("bids.answer", "/bids/invitations/{invitation.vendor2}", only(LEAD + 1, 422), consent="perhaps")
    yield step("bids.act_do", f"{sealed}/do", "withdraw", only(LEAD, 409))
    yield step("bids.act_do", f"{sealed}/do", "seal", NOBODY)
    yield from opening()


def opening() -> Iterator[Row]:
    """Pages of openers, the public record, and what is there of an opened bid for whom."""
    unnamed, done, bid = "{challenge.bid.draft}", "{challenge.bid.opened}", "/bids/{bid.soe2.opened}"
    yield get("bids.opening", f"/bids/opening/{unnamed}", OFFICE.format(200))
    yield post("bids.name_openers", f"/bids/opening/{unnamed}/openers", OFFICE.format(422))
    yield post("bids.name_openers", f"/bids/opening/{done}/openers", OFFICE.format(403))
    for endpoint, path in {"take_code": "code", "confirm_code": "confirm", "come": "come"}.items():
        yield post(f"bids.{endpoint}", f"/bids/opening/{unnamed}/{path}", NOBODY, code="1")
    yield post("bids.take_code", f"/bids/opening/{done}/code", OFFICE.format(403))
    yield post("bids.confirm_code", f"/bids/opening/{done}/confirm", OFFICE.format(422), code="1")
    yield post("bids.come", f"/bids/opening/{done}/come", OFFICE.format(403), code="1")
    yield get("bids.record", f"/bids/record/{done}", "200")
    yield get("bids.record", f"/bids/record/{unnamed}", "404")
    yield get("bids.receipts", "/bids/receipts", "200")
    yield get("bids.show", bid, "302 404 404 200 200 200 404")
    yield get("bids.show", "/bids/{bid.vendor.qualified}", "302 200 404 200 200 200 404")
    for state in ("draft", "sealed"):
        yield post("bids.read", f"/bids/{{bid.vendor.{state}}}/read", NOBODY)
    yield get("bids.paper", f"/bids/{{bid.vendor.qualified}}/papers/{'0' * 64}", NOBODY)
    yield get("bids.paper", f"{bid}/papers/{'0' * 64}", NOBODY)
    yield get("bids.formality", f"{bid}/formality", OFFICE.format(200))
    yield post("bids.formality", f"{bid}/formality", OFFICE.format(422))
    asked = "/bids/{bid.vendor.opened}/correction"
    yield get("bids.correct", asked, only(LEAD, 200))
    yield post("bids.correct", asked, only(LEAD, 422))
    yield get("bids.correct", f"{bid}/correction", NOBODY)
