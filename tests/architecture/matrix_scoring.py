"""Rows of the matrix for panels and scoring. The owner is soe in Hefei; expert1 sits on each of the three panels."""

from __future__ import annotations

from collections.abc import Iterator

from tests.architecture.questions import STALE, Row, get, post, step

NOBODY = "302 404 404 404 404 404 404"
OFFICE = "302 404 404 404 {0} {0} 404"
INSIDE = "302 404 404 200 200 200 404"


def judging() -> Iterator[Row]:
    """What an expert, the officials in charge and the owner find, and nobody else."""
    yield from panels()
    yield from scoring()


def panels() -> Iterator[Row]:
    """The panel that is being asked: the province drew it, so the city is the second hand."""
    own, here = "/panel/assignments/{assignment.expert1}", "/panel/challenge/{challenge.judged.asked}"
    yield get("panels.mine", "/panel/", "302 200 200 200 200 200 200")
    yield get("panels.assignment", own, NOBODY).but(expert1=200)
    yield post("panels.accept", f"{own}/accept", NOBODY).but(expert1=422)
    yield post("panels.recuse", f"{own}/recuse", NOBODY).but(expert1=422)
    yield get("panels.show", here, OFFICE.format(200))
    yield get("panels.show", "/panel/nothing/{challenge.judged.asked}", NOBODY)
    yield post("panels.draw", f"{here}/draw", OFFICE.format(422))
    yield post("panels.more", f"{here}/more", OFFICE.format(422))
    yield post("panels.waive", f"{here}/waive/{{assignment.blocked}}", OFFICE.format(422))
    yield post("panels.waive", f"{here}/waive/{{assignment.elsewhere}}", NOBODY, reason="因为试验")
    yield get("panels.record", "/panel/draws/{draw.asked}.json", OFFICE.format(200))
    yield step("panels.act_do", "/panel/{panel.asked}/do", "dissolve", "302 404 404 404 409 403 404")
    yield step("panels.act_do", "/panel/{panel.asked}/do", "close", NOBODY)


def scoring() -> Iterator[Row]:
    """A challenge that is being scored, and one that is ranked."""
    scored, ranked = "/scoring/{challenge.judged.scoring}", "/scoring/{challenge.judged.ranked}"
    yield get("scoring.home", scored, INSIDE).but(expert1=200)
    yield get("scoring.home", "/scoring/{challenge.bid.draft}", NOBODY)
    yield post("scoring.begin", f"{scored}/begin", OFFICE.format(409), version=STALE)
    yield post("scoring.again", f"{scored}/again", OFFICE.format(422))
    yield get("scoring.sheet", f"{scored}/bids/A", NOBODY).but(expert1=200)
    yield post("scoring.sheet", f"{scored}/bids/A", NOBODY, version=STALE).but(expert1=409)
    yield get("scoring.sheet", f"{ranked}/bids/A", NOBODY)
    yield post("scoring.read", f"{ranked}/bids/A/open", NOBODY)
    yield post("scoring.read", f"{scored}/bids/Z/open", NOBODY)
    yield post("scoring.paper", f"{ranked}/bids/A/files/1", NOBODY)
    yield post("scoring.paper", f"{scored}/bids/A/files/99", NOBODY)
    yield get("scoring.consensus", f"{scored}/consensus", NOBODY)
    yield get("scoring.consensus", f"{ranked}/consensus", INSIDE).but(expert1=200)
    yield post("scoring.change", f"{ranked}/consensus/change", NOBODY).but(expert1=422)
    yield post("scoring.vote", f"{ranked}/consensus/vote", NOBODY).but(expert1=403)
    yield post("scoring.sign", f"{ranked}/consensus/sign", NOBODY).but(expert1=403)
    yield get("scoring.ranking", f"{ranked}/ranking", INSIDE).but(expert1=200)
    yield get("scoring.ranking", f"{scored}/ranking", NOBODY)
    yield get("scoring.report", f"{ranked}/ranking/1.json", INSIDE)
    drawn = "/scoring/{challenge.award.notice}/ranking"
    yield get("scoring.ranking", drawn, INSIDE)
    yield post("scoring.prepare_lots", f"{ranked}/ranking/lots/1", NOBODY)
    yield post("scoring.prepare_lots", f"{drawn}/lots/1", NOBODY)
    yield post("scoring.draw_lots", f"{drawn}/lots/1/draw", OFFICE.format(422), words="7")
    yield post("scoring.draw_lots", f"{drawn}/lots/1/draw", "302 404 404 404 409 403 404", words="271828")
