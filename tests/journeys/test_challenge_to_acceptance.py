"""One challenge from its posting to the acceptance of its result, by eleven people at eleven windows of a browser.

Owner, official in charge, asker, visitor, the lead of a consortium, its partner, a second bidder, two openers, two
experts. What only repeats has no window: the third opener's code, the draft of the second bid (sealed in a browser
again), three sheets, the second milestone.
Time is moved twice, for the site and its worker alike: to the deadline, and past the last day of the notice.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cached_property
from importlib import import_module
from typing import Any

import pytest
import time_machine
from playwright.sync_api import expect

from marketplace.core import clock
from marketplace.foundation.db import db, transaction
from tests.factories import accounts, bids, calendar
from tests.factories.listings import member_of
from tests.support.browser import PHONE, Windows, assert_accessible
from tests.support.journey import PDF, Person
from tests.support.sample_site import SampleSite
from tests.support.servers import LiveSite
from tests.support.site import Client, Clock

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]  # the longest of all
TITLE, CRITERIA = "变电站自主巡检联合攻关", ("可行性", "经济性")
SAID = "逐条对照榜单指标，依据充分，风险有对策。"
LEADS, RIVALS = "双臂轨道方案", "气垫滑移方案"
PHONE_SIZED = {"width": PHONE[0], "height": PHONE[1]}
# States of an assignment of who sits on the panel, or is asked to.
SEATED = ("proposed", "accepted", "scored")
# How each looks at the site; Chinese on a desktop where nothing is said.
VIEWS: dict[str, dict[str, Any]] = {
    "vendor": {"language": "en", **PHONE_SIZED}, "vendor2": {"language": "en"}, "soe2": {"javascript": False},
    "city": {"language": "en"}, "asker": {"language": "en"}, "visitor": {"language": "en"},
}  # fmt: skip
ENGLISH = {
    "提交问题": "Send the question", "保存并继续": "Save and continue", "邀请参加": "Ask",
    "上传并加密": "Upload and encrypt", "封存申报": "Seal the bid", "已经抄下，不再显示": "I have it; hide it",
    "领取开启码": "Take the code", "确认已抄下": "Confirm", "到场开启": "Come to the opening", "接受评审": "Accept",
    "打开申报并评分": "Open the bid and score", "提交并锁定": "Submit and lock", "接受立榜": "Accept the award",
    "确认合同已签署": "Confirm the signed contract", "提交里程碑": "Submit the milestone",
    "申请验收": "Apply for acceptance",
}  # fmt: skip


def at(days: int) -> str:
    """So many days from now at 17:00 in Beijing, as the field takes it."""
    return f"{(clock.today() + timedelta(days=days)).isoformat()}T17:00"


class Guest(Person):
    """Somebody who finds the buttons by their names in the language of his window."""

    english = False

    def come(self, email: str, password: str, *, again: bool) -> None:
        """Sign in by the page; ``again``: by the same form, without looking at it."""
        if not again:
            return self.sign_in(email, password)
        token = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', self.text("/account/sign-in"))
        assert token
        sent = {"csrf_token": token[1], "email": email, "password": password}
        assert self.page.request.post("/account/sign-in", form=sent, max_redirects=0).status == 302
        return None

    def press(self, words: str) -> None:
        """Press the button that has this name in Chinese."""
        super().press(ENGLISH[words] if self.english else words)

    def follow(self, words: str) -> None:
        """Follow the first link with these words."""
        with self.page.expect_navigation():
            self.main.get_by_role("link", name=words).first.click()


class Fair:
    """The people of the challenge, who sign in anew when days have passed, and the time they live in."""

    def __init__(self, site: LiveSite, windows: Windows, time: Clock) -> None:
        self.site, self._windows, self._time = site, windows, time
        self._people: dict[str, Guest] = {}
        self._signed_in: set[str] = set()
        self._known: set[str] = set()
        self.codes: dict[str, str] = {}
        self.views = dict(VIEWS)
        self.number = self.lead = self.rival = self.lot = ""
        with site.app.app_context():
            calendar.know()
            self._asker = accounts.person(name="提问人")
            accounts.organization(owner=self._asker, name="只提问动力有限公司", name_en="Only Asking Power Ltd.")
            self._asks = self._asker.email

    def __getitem__(self, who: str) -> Guest:
        if who not in self._people:
            view = self.views.get(who, {})
            self._people[who] = guest = Guest(self._windows.open(**view))
            guest.english = view.get("language") == "en"
        if who != "visitor" and who not in self._signed_in:
            self._signed_in.add(who)
            demo = (f"{who}@demo.example", "jiyu-demo-2026")
            again = who in self._known
            self._known.add(who)
            self._people[who].come(*((self._asks, accounts.PASSWORD) if who == "asker" else demo), again=again)
        return self._people[who]

    def other(self, who: str) -> Client:
        """A demo account without a window."""
        return SampleSite(self.site.app).person(who)

    def go(self, moment: datetime) -> None:
        """Time passes, for everybody."""
        self._time.move_to(moment)
        self._signed_in.clear()

    def by_the_clock(self, services: str, due: str) -> None:
        """What the worker does once a minute."""
        with self.site.app.app_context(), transaction():
            getattr(import_module(services), due)()

    @property
    def page(self) -> str:
        return f"/challenges/{self.number}"

    def challenge(self) -> Any:
        """As the database holds it, in the context of the app."""
        from marketplace.challenges.models import Challenge

        return db.session.query(Challenge).filter_by(number=self.number).one()

    def organization(self, who: str) -> Any:
        """That an account belongs to, in the context of the app."""
        from marketplace.organizations.models import Organization

        return db.session.query(Organization).filter_by(number=self.names[who][0]).one()

    @cached_property
    def names(self) -> dict[str, tuple[str, str, str]]:
        """Account → the number of its organization, its name in Chinese and in English."""
        from marketplace.accounts.models import User
        from marketplace.organizations.models import Member, Organization

        with self.site.app.app_context():
            found = db.session.query(User.email, Organization).join(Member, Member.user_id == User.id)
            rows = found.join(Organization, Organization.id == Member.organization_id).all()
            return {email.partition("@")[0]: (each.number, each.name, each.name_en) for email, each in rows}


@pytest.fixture
def time() -> Iterator[Clock]:
    """The present, which runs on for the site and its worker and can be moved."""
    with time_machine.travel(datetime.now(UTC), tick=True) as traveller:
        yield Clock(traveller)


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
    fair.by_the_clock("marketplace.challenges.services", "publish_due")
    expect(visitor.open(fair.page)).to_contain_text("To the deadline")
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


# ---- bids ----


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
    bidder.follow("Write a sealed bid")
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
    fair.by_the_clock("marketplace.challenges.services", "close_due")
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


# ---- the panel ----


def seated(fair: Fair) -> list[tuple[int, str]]:
    """Whom the draw asked, in its order: the key of the assignment and the account."""
    from marketplace.panels.queries import panel_of

    with fair.site.app.app_context():
        panel = panel_of(fair.challenge())
        assert panel is not None
        asked = sorted((one for one in panel.assignments if one.state in SEATED), key=lambda one: one.place)
        return [(one.id, one.expert.user.email.partition("@")[0]) for one in asked]


def seat(fair: Fair) -> None:
    """Drawn at random, drawn once more by the page; each of the three accepts, and scoring begins."""
    official = fair["province"]
    official.open(f"/panel/challenge/{fair.number}")
    official.fill({"seats": "3", "reserves": "1", "fields": ["domain.special"]})
    official.press("随机抽取")
    expect(official.main).to_contain_text("复算一致")
    (chair, one), (member, two), (last, three) = seated(fair)
    fair.views[two] = {"language": "en"}
    for key, name in ((chair, one), (member, two)):
        expert = fair[name]
        expert.follow(TITLE if not expert.english else "Joint work")
        expect(expert.page).to_have_url(re.compile(f"/panel/assignments/{key}$"))
        expert.fill({"promise": True})
        expert.press("接受评审")
    version = re.search(r'name="version" value="(\d+)"', fair.other(three).get(f"/panel/assignments/{last}").text)
    assert version
    given = {"promise": "y", "version": version[1]}
    assert fair.other(three).submit(f"/panel/assignments/{last}/accept", given).status_code == 302
    official.open(f"/scoring/{fair.number}")
    official.press("开始评审")
    expect(official.main).to_contain_text("已锁定 0 / 2")


def points(words: str) -> tuple[str, str]:
    """What an expert thinks of a bid, which he knows by its content alone."""
    return ("55.5", "35") if LEADS in words else ("50", "34.25")


def score(fair: Fair) -> None:
    """Blind, each alone; a mark without its reason is refused and stays in its field."""
    (_chair, one), (_member, two), (_last, three) = seated(fair)
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
    (_chair, one), *_others = seated(fair)
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


# ---- the award ----


def announce(fair: Fair) -> None:
    """On notice everybody reads who is proposed; nothing is awarded before its last day is over."""
    official, visitor = fair["province"], fair["visitor"]
    visitor.open(f"/awards/{fair.number}", status=404)
    official.open(f"/awards/{fair.number}")
    official.follow("公示拟揭榜单位")
    official.fill({"days": "3"})
    official.press("发布公示")
    expect(official.open(f"/awards/{fair.number}")).to_contain_text("现在还不能立榜")
    rows = visitor.open(f"/awards/{fair.number}").locator("#ranking tbody tr")
    expect(rows.nth(0)).to_contain_text(fair.names["vendor"][2])
    expect(rows.nth(0)).to_contain_text(fair.names["vendor2"][2])
    expect(rows.nth(0)).to_contain_text("Proposed, on notice")
    visitor.follow("N-")
    expect(visitor.main.get_by_role("link", name="Raise an objection")).to_have_count(1)


def award(fair: Fair) -> None:
    """After the last day; the second bidder reads its own points, the first accepts."""
    from marketplace.notices.models import Notice

    number = fair["visitor"].page.url.rpartition("/")[2]
    with fair.site.app.app_context():
        last_day = db.session.query(Notice).filter_by(number=number).one().last_day
    fair.go(clock.end_of_day(last_day) + timedelta(hours=9))
    fair.by_the_clock("marketplace.notices.services", "close_due")
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
    measured = {f"measured-{place}-value": "28" for place in range(count)}
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
    official.fill({"result": "pass", "panel": "王专家 某大学", "opinion": "同意通过验收。"})
    official.press("记录验收结论")
    expect(fair["visitor"].open(f"/awards/{fair.number}").locator("#awards")).to_contain_text("Accepted in full")
    expect(fair["visitor"].open(fair.page).locator(".objhead .tag").first).to_have_text("Accepted")
