"""Bids of a challenge in the browser: openers and codes, consortium, sealing, opening, formality check."""

from __future__ import annotations

import re
from datetime import timedelta

from playwright.sync_api import expect

from marketplace.challenges.services import close_due
from marketplace.foundation.db import transaction
from tests.factories import bids
from tests.factories.listings import member_of
from tests.support.journey import PDF
from tests.support.journey_fair import LEADS, RIVALS, SAID, Fair
from tests.support.journey_people import Guest


def name_openers(fair: Fair) -> None:
    """Until three have confirmed their codes nobody can seal."""
    page, official = f"/bids/opening/{fair.number}", fair["province"]
    official.open(page)
    for name in ("演示省级经办甲", "演示省级经办乙", "演示市级经办"):
        official.main.get_by_label(name, exact=True).check()
    official.press("确定")
    for who in ("province2", "city"):
        opener = fair[who]
        opener.open(page)
        opener.press("领取开启码")
        fair.codes[who] = opener.main.locator(".bidcode code").inner_text()
        opener.fill({"code": fair.codes[who]})
        opener.press("确认已抄下")
        assert fair.codes[who] not in opener.main.inner_text(), "it is shown once"
    third = fair.other("province")
    assert third.submit(f"{page}/code").status_code == 302
    code = re.search(r"<code>([0-9A-Z-]{44})</code>", third.get(page).text)
    assert code
    assert third.submit(f"{page}/confirm", {"code": code[1]}).status_code == 302


def bid(fair: Fair, who: str, approach: str, price: str, partner: str) -> str:
    """Written step by step, with the consent of a partner, and sealed; gives the number."""
    bidder = fair[who]
    bidder.open(fair.page)
    bidder.follow("Prepare a sealed bid")
    with bidder.page.expect_navigation():
        bidder.main.locator("button[name=organization]").first.click()
    number = bidder.number()
    bidder.fill({"approach": approach, "experience": SAID})
    bidder.press("保存并继续")
    promised = bidder.main.locator('[name^="promised_"]').count()
    bidder.fill({f"{key}_{place}": "满足" for place in range(promised) for key in ("promised", "basis")})
    bidder.press("保存并继续")
    bidder.fill({"price": price, "months": "12", "leader": "张三", "schedule": "三个阶段", "division": "各负其责"})
    bidder.press("保存并继续")
    consent(fair, bidder, partner)
    bidder.press("保存并继续")
    for kind in ("proposal", "integrity", "agreement"):
        bidder.fill({"kind": kind})
        bidder.attach("file", [(f"{kind}.pdf", "application/pdf", PDF)])
        bidder.press("上传并加密")
    seal(fair, bidder, number, approach)
    return number


def draft(fair: Fair, who: str, approach: str, price: str) -> str:
    """The same as another bidder would write it, by the commands behind the pages; gives the number."""
    from marketplace.bids import drafting

    with fair.site.app.app_context():
        mine = fair.organization(who)
        challenge = fair.challenge()
        promised = {row["name"]: {"promised": "满足", "basis": SAID} for row in challenge.content["indicators"]}
        with transaction():
            made = drafting.start(challenge, mine, member_of(mine))
            text = bids.written(approach=approach, price=price, indicators=promised)
            drafting.save(made, text, member_of(mine), None)
        for entry in bids.papers():
            with transaction():
                drafting.attach(made, entry, member_of(mine), None)
        return str(made.number)


def consent(fair: Fair, lead: Guest, partner: str) -> None:
    """The lead asks; the partner reads by whom and joins; the lead sees that it did."""
    lead.fill({"organization": fair.names[partner][0]})
    lead.press("邀请参加")
    expect(lead.main).to_contain_text("Waiting for an answer")
    asked = fair[partner]
    box = asked.open("/bids/").locator("section", has_text=fair.number)
    expect(box).to_contain_text(fair.names["vendor"][2])
    with asked.page.expect_navigation():  # another lead asks, too
        box.get_by_role("button", name="Join", exact=True).click()
    lead.page.reload()
    expect(lead.main).to_contain_text("Consented")


def seal(fair: Fair, bidder: Guest, number: str, approach: str) -> None:
    """The receipt, whose digest the page names, and the code that is shown once."""
    bidder.open(f"/bids/{number}/check")
    bidder.fill({"promise": True})
    bidder.press("封存申报")
    shown = bidder.main.locator(".bidcode code")
    expect(shown).to_have_text(re.compile(r"^[0-9A-Z-]{44}$"))
    receipt = bidder.page.request.get(f"/bids/{number}/receipts/1").json()["receipt"]
    assert receipt["bid"] == number
    expect(bidder.main.locator(".hash").first).to_contain_text("SHA-256")
    expect(bidder.main).not_to_contain_text(approach)
    bidder.press("已经抄下，不再显示")
    expect(shown).to_have_count(0)
    official = fair["province"]
    assert official.status(f"/bids/{number}") == 404
    for name in fair.names["vendor"][1:]:
        expect(official.open(fair.page)).not_to_contain_text(name)


# ---- opening ----


def open_together(fair: Fair) -> None:
    """At the deadline one opener alone opens nothing; with the second both bids are there, for officials only."""
    with fair.site.app.app_context():
        deadline = fair.challenge().deadline
    fair.go(deadline + timedelta(minutes=1))
    fair.by_the_clock(close_due)
    page, first, second = f"/bids/opening/{fair.number}", fair["province2"], fair["city"]
    first.open(page)
    first.fill({"code": fair.codes["province2"]})
    first.press("到场开启")
    expect(first.main).to_contain_text("已到场")
    first.open(f"/bids/{fair.lead}", status=404)
    second.open(page)
    second.fill({"code": fair.codes["city"]})
    second.press("到场开启")
    expect(second.main.locator("h1")).to_have_text("Record of the opening")
    for number in (fair.lead, fair.rival):
        expect(second.main).to_contain_text(number)
    public = fair["visitor"].open(f"/bids/record/{fair.number}")
    expect(public).to_contain_text("Bidders and their number are published with the public notice.")
    for hidden in (fair.lead, fair.names["vendor"][2]):
        expect(public).not_to_contain_text(hidden)


def check_papers(fair: Fair) -> None:
    """Reading a bid is an act; both are found in order."""
    official = fair["province"]
    for number, approach in ((fair.lead, LEADS), (fair.rival, RIVALS)):
        official.open(f"/bids/{number}")
        official.press("查阅申报书")
        expect(official.main).to_contain_text(approach)
        official.open(f"/bids/{number}/formality")
        official.fill({"decision": "qualify"})
        official.press("记录结论")
        expect(official.open(f"/bids/{number}").locator(".objhead .tag").first).to_have_text("形式审查合格")
