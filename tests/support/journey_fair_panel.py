"""The panel of a challenge in the browser: the draw, blind sheets, the consensus, the ranking."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.support.browser import assert_accessible
from tests.support.journey_fair import LEADS, SAID, TITLE, Fair
from tests.support.journey_people import Guest, accept_seat, seated
from tests.support.site import Client


def judges(fair: Fair) -> list[tuple[int, str]]:
    """Whom the draw of the challenge asked."""
    with fair.site.app.app_context():
        return seated(fair.challenge())


def seat(fair: Fair) -> None:
    """Drawn at random, drawn once more by the page; each of the three accepts, and scoring begins."""
    official = fair["province"]
    official.open(f"/panel/challenge/{fair.number}")
    official.fill({"seats": "3", "reserves": "1", "fields": ["domain.special"]})
    official.press("随机抽取")
    expect(official.main).to_contain_text("复算一致")
    (chair, one), (member, two), (last, three) = judges(fair)
    fair.views[two] = {"language": "en"}
    for key, name in ((chair, one), (member, two)):
        expert = fair[name]
        expert.follow(TITLE if not expert.english else "Joint work")
        expect(expert.page).to_have_url(re.compile(f"/panel/assignments/{key}$"))
        expert.fill({"promise": True})
        expert.press("接受评审")
    accept_seat(fair.other(three), last)
    official.open(f"/scoring/{fair.number}")
    official.press("开始评审")
    expect(official.main).to_contain_text("已锁定 0 / 2")


def points(words: str) -> tuple[str, str]:
    """What an expert thinks of a bid, which he knows by its content alone."""
    return ("55.5", "35") if LEADS in words else ("50", "34.25")


def score(fair: Fair) -> None:
    """Blind, each alone; a mark without its reason is refused and stays in its field."""
    (_chair, one), (_member, two), (_last, three) = judges(fair)
    fill_in(fair, fair[one], "A")
    fill_in(fair, fair[one], "B")
    fill_in(fair, fair[two], "A")
    assert fair["province"].status(f"/scoring/{fair.number}/consensus") == 404
    send_sheets(fair.other(two), fair.number, "B")
    send_sheets(fair.other(three), fair.number, "AB")


def send_sheets(desk: Client, number: str, codes: str) -> None:
    """The same forms without a browser."""
    for code in codes:
        page = f"/scoring/{number}/bids/{code}"
        desk.submit(f"{page}/open")
        first, second = points(desk.get(page).text)
        sheet = {"mark_c1": first, "mark_c2": second, "note_c1": SAID, "note_c2": SAID, "go": "lock"}
        assert desk.submit(page, sheet).status_code == 302


def fill_in(fair: Fair, expert: Guest, code: str) -> None:
    """One sheet."""
    expert.open(f"/scoring/{fair.number}/bids/{code}")
    expert.press("打开申报并评分")
    words = expert.main.inner_text()
    for known in (*fair.names["vendor"], *fair.names["soe2"], fair.lead, fair.rival, "张三"):
        assert not known or known not in words, "who bids is hidden"
    first, second = points(words)
    expert.fill({"mark_c1": first, "mark_c2": second, "note_c1": SAID, "note_c2": ""})
    expert.press("提交并锁定")
    expect(expert.main.locator(".errsum li")).to_have_count(1)
    expect(expert.main.locator("#mark_c2")).to_have_value(second)
    expert.fill({"note_c2": SAID})
    expert.press("提交并锁定")
    expect(expert.main.locator("#mark_c2")).to_have_count(0)


def agree(fair: Fair) -> None:
    """The chair sees every mark, changes one with its reason, and signs; the official reads the ranking."""
    (_chair, one), *_others = judges(fair)
    chair, official = fair[one], fair["province"]
    chair.open(f"/scoring/{fair.number}")
    chair.follow("去合议")
    assert_accessible(chair.page)
    chair.fill({"bid": "A", "criterion": "c2", "mark": "34.5", "reason": "合议一致"})
    chair.press("调整")
    expect(chair.main).to_contain_text("组长调整：合议一致")
    chair.press("签署排序")
    expect(chair.main.locator("h1")).to_have_text("评审排序")
    rows = official.open(f"/scoring/{fair.number}/ranking").locator("tbody tr")
    for row, who in ((rows.nth(0), "vendor"), (rows.nth(1), "soe2")):
        expect(row).to_contain_text(fair.names[who][1])
    assert "terms_sha256" in official.text(f"/scoring/{fair.number}/ranking/1.json")
