"""One challenge from its posting to the acceptance of its result, by eleven people at eleven windows of a browser.

Owner, official in charge, asker, visitor, the lead of a consortium, its partner, a second bidder, two openers, two
experts. What only repeats has no window: the third opener's code, the draft of the second bid (sealed in a browser
again), the third expert's answer, three of the six sheets, the second milestone.
Time is moved twice, for the site and its worker alike: to the deadline, and past the last day of the notice. What the
worker does every few seconds is then called at once; people sign in anew by the form's request alone.
``JOURNEY_DATABASE=postgresql`` walks it on the other database.
"""

from __future__ import annotations

import io
import os
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from marketplace.challenges.services import publish_due
from marketplace.core import clock
from marketplace.foundation.db import db
from marketplace.notices.models import Notice
from marketplace.notices.services import close_due
from tests.support.browser import Windows
from tests.support.journey import PDF
from tests.support.journey_fair import CRITERIA, LEADS, RIVALS, TITLE, Fair
from tests.support.journey_fair_bids import bid, check_papers, draft, name_openers, open_together, seal
from tests.support.journey_fair_panel import agree, score, seat
from tests.support.servers import LiveSite
from tests.support.site import Clock

pytestmark = [
    pytest.mark.browser, pytest.mark.timeout(1200 if "JOURNEY_DATABASE" in os.environ else 400),  # the longest of all
    pytest.mark.database(os.environ.get("JOURNEY_DATABASE", "sqlite")),
]  # fmt: skip


def test_from_the_posting_to_the_acceptance(sample: LiveSite, windows: Windows, time: Clock) -> None:
    fair = Fair(sample, windows, time)
    post(fair)
    review(fair)
    ask_and_answer(fair)
    name_openers(fair)
    fair.lead = bid(fair, "vendor", LEADS, "280", partner="vendor2")
    fair.rival = draft(fair, "soe2", RIVALS, "290")
    seal(fair, fair["soe2"], fair.rival, RIVALS)
    open_together(fair)
    check_papers(fair)
    seat(fair)
    score(fair)
    agree(fair)
    announce(fair)
    award(fair)
    sign(fair)
    work(fair)
    accept(fair)


# ---- posting ----


def at(days: int) -> str:
    """So many days from now at 17:00 in Beijing, as the field takes it."""
    return f"{(clock.today() + timedelta(days=days)).isoformat()}T17:00"


def post(fair: Fair) -> None:
    """From a need of the firm; what is wrong is said, nothing typed is lost."""
    owner = fair["soe"]
    owner.main.locator('a[href^="/scenarios/S-"]', has_text="变电站设备区自主巡检").first.click()
    owner.follow("以此需求发起榜单")
    with owner.page.expect_navigation():
        owner.main.locator("button[name=organization]").first.click()
    fair.number = owner.number()
    with owner.page.expect_navigation():
        owner.page.locator("button[name=add][value=criteria]").click()
    times = {"questions_until": 4, "answers_until": 6, "deadline": 21, "opening_at": 21}
    owner.fill({
        "title": TITLE, "title_en": "Joint work on substation inspection", "task": "变电站自主巡检攻关", "months": "18",
        "funds": "300", "payments-0-name": "验收", "payments-0-share": "90", "min_bids": "2", "most_partners": "1",
        "blind": True, **{key: at(days) for key, days in times.items()},
        **{f"criteria-{place}-name": name for place, name in enumerate(CRITERIA)},
        "criteria-0-weight": "60", "criteria-1-weight": "40",
    })  # fmt: skip
    owner.attach("contract", [("合同范本.pdf", "application/pdf", PDF)])
    owner.press("保存并核对")
    expect(owner.main).to_contain_text("合计要等于 100%")
    owner.open(f"{fair.page}/edit")
    owner.fill({"payments-0-share": "100"})
    owner.press("保存并核对")
    owner.press("送审")


def review(fair: Fair) -> None:
    """Nobody else knows of it before an official agreed."""
    visitor, official = fair["visitor"], fair["province"]
    visitor.open(fair.page, status=404)
    expect(official.open("/review/")).to_contain_text(TITLE)
    official.open(fair.page)
    official.press("同意发榜")
    fair.by_the_clock(publish_due)
    expect(visitor.open(fair.page)).to_contain_text("Time to the deadline")
    expect(visitor.main).to_contain_text("Bids are sealed")


def ask_and_answer(fair: Fair) -> None:
    """The owner does not learn who asked; everybody reads the answer, nobody the question as it was put."""
    owner, asker, visitor = fair["soe"], fair["asker"], fair["visitor"]
    asker.open(f"{fair.page}/ask")
    asker.fill({"body": "Our own team asks: may we enter at night?"})
    asker.press("提交问题")
    owner.open(f"{fair.page}/questions")
    expect(owner.main).to_contain_text("may we enter at night?")
    expect(owner.main).not_to_contain_text("只提问动力")
    owner.main.locator("input[name=questions]").first.check()
    owner.fill({"question": "夜间可以进场吗？", "question_en": "Is entry at night allowed?", 
                "answer": "可以，提前预约。", "answer_en": "Yes, by appointment."})  # fmt: skip
    owner.press("公开答复")
    main = visitor.open(fair.page)
    expect(main).to_contain_text("Yes, by appointment.")
    for hidden in ("Our own team", "Only Asking"):
        expect(main).not_to_contain_text(hidden)


# ---- the award ----


def announce(fair: Fair) -> None:
    """On notice everybody reads who is proposed; nothing is awarded before its last day is over."""
    official, visitor = fair["province"], fair["visitor"]
    visitor.open(f"/awards/{fair.number}", status=404)
    official.open(f"/awards/{fair.number}")
    official.follow("公示拟揭榜单位")
    results = official.main.locator("tbody tr")
    for row, words in ((results.nth(0), "拟揭榜"), (results.nth(1), "递补第 1")):
        expect(row).to_contain_text(words)
    official.fill({"days": "3"})
    official.press("发布公示")
    expect(official.open(f"/awards/{fair.number}")).to_contain_text("现在还不能立榜")
    rows = visitor.open(f"/awards/{fair.number}").locator("#ranking tbody tr")
    expect(rows.nth(0)).to_contain_text(fair.names["vendor"][2])
    expect(rows.nth(0)).to_contain_text(fair.names["vendor2"][2])
    expect(rows.nth(0)).to_contain_text("Proposed")
    visitor.follow("N-")
    expect(visitor.main.get_by_role("link", name="Raise an objection")).to_have_count(1)


def award(fair: Fair) -> None:
    """After the last day; the second bidder reads its own points, the first accepts."""
    number = fair["visitor"].page.url.rpartition("/")[2]
    with fair.site.app.app_context():
        last_day = db.session.query(Notice).filter_by(number=number).one().last_day
    fair.go(clock.end_of_day(last_day) + timedelta(hours=9))
    fair.by_the_clock(close_due)
    official, rival, lead = fair["province"], fair["soe2"], fair["vendor"]
    official.open(f"/awards/{fair.number}")
    official.press("立榜")
    expect(official.main.locator("#awards")).to_contain_text("已立榜，待答复")
    own = rival.open(f"/awards/{fair.number}/feedback")
    expect(own).to_contain_text("50.00")
    expect(own).not_to_contain_text("55.50")
    lead.open("/workspace/")
    with lead.page.expect_navigation():
        lead.main.locator('a[href^="/award-lots/"]', has_text="Joint work").first.click()
    fair.lot = lead.page.url
    lead.press("接受立榜")
    expect(lead.main).to_contain_text("Accepted, to be signed")


def sign(fair: Fair) -> None:
    """The owner records the contract, the winner stands for it."""
    owner, lead, page = fair["soe"], fair["vendor"], fair.lot
    owner.open(page)
    owner.follow("登记合同")
    days = {key: (clock.today() + timedelta(days=ahead)).isoformat() for key, ahead in (
        ("owner_signed_on", 0), ("winner_signed_on", 0), ("ends_on", 200), ("rows-0-due_on", 60),
        ("rows-1-due_on", 120))}  # fmt: skip
    owner.fill({"paper_number": "HT-1", "amount": "280", "rows-0-name": "样机到场", "rows-1-name": "连续运行", **days})
    owner.attach("files", [("合同.pdf", "application/pdf", PDF)])
    owner.press("登记合同")
    lead.open(page)
    expect(lead.main).to_contain_text("HT-1")
    lead.press("确认合同已签署")
    expect(lead.main.locator(".objhead .tag").first).to_have_text("Under way")
    visitor = fair["visitor"]
    expect(visitor.open(f"/awards/{fair.number}")).not_to_contain_text("HT-1")


def work(fair: Fair) -> None:
    """Evidence by the winner, the finding of the owner; the second milestone without a browser."""
    owner, lead = fair["soe"], fair["vendor"]
    lead.open(fair.lot)
    later = lead.main.get_by_role("link", name="连续运行").get_attribute("href")
    lead.follow("样机到场")
    lead.fill({"report": "实测 28 分钟。"})
    lead.attach("files", [("测试记录.pdf", "application/pdf", PDF)])
    lead.press("提交里程碑")
    owner.open(fair.lot)
    owner.follow("样机到场")
    expect(owner.main).to_contain_text("测试记录.pdf")
    owner.fill({"result": "met"})
    owner.press("记录结论")
    row = owner.open(fair.lot).locator("#milestones tbody tr").first
    expect(row).to_contain_text("已通过")
    done = {"report": "连续运行 30 天。", "files": (io.BytesIO(PDF), "运行日志.pdf")}
    assert fair.other("vendor").submit(f"{later}/submit", done).status_code == 302
    assert fair.other("soe").submit(f"{later}/judge", {"result": "met", "words": ""}).status_code == 302


def accept(fair: Fair) -> None:
    """Every indicator as measured; the owner's opinion, then the second official's decision; everybody reads it."""
    owner, lead, page = fair["soe"], fair["vendor"], fair.lot
    lead.open(page)
    lead.follow("Apply for acceptance")
    count = lead.main.locator('[name$="-value"]').count()
    measured = {f"measured-{place}-value": ("28", "99")[place] for place in range(count)}
    lead.fill({**measured, **{f"measured-{place}-met": True for place in range(count)}, "statement": "As agreed."})
    lead.attach("files", [("report.pdf", "application/pdf", PDF)])
    lead.press("申请验收")
    there = lead.page.url
    owner.open(there)
    owner.fill({"result": "pass", "opinion": "指标均达到。"})
    owner.press("提交意见")
    official = fair["province2"]
    official.open(there)
    expect(official.main).to_contain_text("指标均达到。")
    official.fill({"result": "pass", "departure": "指标少，当场可测。", "opinion": "同意通过验收。"})
    official.press("记录验收结论")
    expect(fair["visitor"].open(f"/awards/{fair.number}").locator("#awards")).to_contain_text("Accepted in full")
    expect(fair["visitor"].open(fair.page).locator(".objhead .tag").first).to_have_text("Accepted")
