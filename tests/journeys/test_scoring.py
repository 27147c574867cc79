"""The chair of a panel in a real browser: reads blind, scores, agrees and signs; the official reads the result."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.support.browser import Windows, assert_accessible
from tests.support.journey import Person, arrive
from tests.support.journey_scoring import judged
from tests.support.servers import LiveSite

NOTE = "逐条对照榜单指标，依据充分，风险有对策。"
POINTS = {"c1": "35.5", "c2": "26", "c3": "12", "c4": "11.25"}


def score(chair: Person, number: str, code: str) -> None:
    """Open a bid, be told what is missing, fill in the sheet and lock it."""
    chair.open(f"/scoring/{number}/bids/{code}")
    chair.press("打开申报并评分")
    chair.fill({f"mark_{key}": points for key, points in POINTS.items()})
    chair.fill({"note_c4": ""})
    chair.press("提交并锁定")
    assert any("请写理由" in each for each in chair.errors())
    expect(chair.main.locator("#mark_c4")).to_have_value(POINTS["c4"])
    chair.fill({f"note_{key}": NOTE for key in POINTS})
    chair.press("提交并锁定")


def test_the_chair_scores_agrees_and_signs(sample: LiveSite, windows: Windows) -> None:
    with sample.app.app_context():
        number = judged("scoring")
    chair, official = arrive(windows, "expert3"), arrive(windows, "province")
    assert official.status(f"/scoring/{number}/consensus") == 404
    for code in ("A", "B"):
        score(chair, number, code)
    chair.open(f"/scoring/{number}/consensus")
    assert_accessible(chair.page)
    chair.fill({"bid": "A", "criterion": "c2", "mark": "25", "reason": "合议一致"})
    chair.press("调整")
    expect(chair.main).to_contain_text("组长调整：合议一致")
    chair.press("签署排序")
    expect(chair.main.locator("h1")).to_have_text("评审排序")
    official.open(f"/scoring/{number}/ranking")
    expect(official.main).to_contain_text("演示单位")
    assert "terms_sha256" in official.text(f"/scoring/{number}/ranking/1.json")
