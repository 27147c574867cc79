"""From the recommendation of a site to its plate, in the browser: experts, a visit, a notice with an objection."""

from __future__ import annotations

import re
from datetime import timedelta

from playwright.sync_api import expect

from marketplace.core import clock
from marketplace.cultivation.evidence import FURTHER
from marketplace.foundation.db import db
from marketplace.notices.models import Notice
from marketplace.notices.services import close_due
from marketplace.sites.models import Site
from tests.factories.sites import MARKS
from tests.support.browser import assert_accessible
from tests.support.journey import jpeg
from tests.support.journey_people import Guest, People, accept_seat, seated

SAID = "与测量记录和现场一致。"
SHEET = {f"marks_{key}": each for key, each in MARKS.items()} | {f"reason_{key}": SAID for key in MARKS}


def designate(people: People, page: str) -> str:
    """All that the province and its experts do; ``page``: the path of the site. Gives its plate."""
    evaluate(people, page)
    visit(people["province"], page)
    notice = announce(people, page)
    object_to(people, notice)
    return give_the_plate(people, page, notice)


def evaluate(people: People, page: str) -> None:
    """Three are drawn; one at an English window, one at a Chinese one, the third by the forms alone."""
    official, number = people["province"], page.rpartition("/")[2]
    official.open(page)
    official.press("开始评审")
    official.open(f"{page}/evaluation")
    official.follow("抽取评审组")
    official.fill({"seats": "3", "reserves": "0"})
    official.press("随机抽取")
    with people.site.app.app_context():
        (key, one), (second, two), (last, three) = seated(db.session.query(Site).filter_by(number=number).one())
    people.views[one] = {"language": "en"}
    for expert, seat in ((people[one], key), (people[two], second)):
        expert.open(f"/panel/assignments/{seat}")
        expert.fill({"promise": True})
        expert.press("接受评审")
    assert people[one].status(f"{page}/sheet") == 404, "the panel is not complete"
    desk = people.other(three)
    accept_seat(desk, last)
    hand_in(people[one], page)
    hand_in(people[two], page)
    expect(official.open(f"{page}/evaluation")).to_contain_text("已收到 2 份，平均 82.0 分")
    assert desk.submit(f"{page}/sheet", {**SHEET, "go": "hand_in"}).status_code == 302


def hand_in(expert: Guest, page: str) -> None:
    """A mark above its weight is refused, what was typed stays; then the sheet is handed in for good."""
    expert.open(f"{page}/sheet")
    expert.fill({**SHEET, "marks_fit": "210"})
    expert.press("提交评审表")
    expect(expert.main.locator(".errsum li")).to_have_count(1)
    expect(expert.main.locator("#reason_safety")).to_have_value(SAID)
    expert.fill({"marks_fit": MARKS["fit"]})
    expert.press("提交评审表")
    expect(expert.main).to_contain_text(f"{sum(map(int, MARKS.values()))}.0")
    expect(expert.main.locator("#marks_fit")).to_have_count(0)


def visit(official: Guest, page: str) -> None:
    """Nothing is announced before somebody was there."""
    expect(official.open(f"{page}/evaluation")).to_contain_text("现在还不能公示")
    official.follow("登记现场查看")
    official.fill({"day": clock.today().isoformat(), "visitors": "甲、乙", "findings": "与申报一致"})
    official.attach("files", [("现场.jpg", "image/jpeg", jpeg())])
    official.press("登记")
    expect(official.main).to_contain_text("平均 82.0 分")
    assert_accessible(official.page)


def announce(people: People, page: str) -> str:
    """The notice is out; no plate before its last day is over. Gives the path of the notice."""
    official = people["province"]
    official.follow("发布公示")
    official.press("确认：发布公示")
    notice = "/notices/" + official.page.url.rpartition("/")[2]
    expect(official.open(f"{page}/designate")).to_contain_text("现在还不能")
    expect(people["visitor"].open(notice).locator("h1")).to_contain_text("to be designated")
    return notice


def object_to(people: People, notice: str) -> None:
    """Another firm objects from its phone: the window stands still until the official has answered in public."""
    other, official, visitor = people["vendor2"], people["province"], people["visitor"]
    other.open(notice)
    other.follow("Raise an objection")
    other.fill({"phone": "0551-60000001", "subject": "样本量", "facts": "样本量不足。"})
    other.press("提交异议")
    there = other.page.url
    expect(visitor.open(notice).locator("#objections")).to_contain_text("1 objection is being decided")
    official.open(there)
    said = {"gist": "样本量是否足够", "reply": "已达到约定的样本量。", "reply_en": "The agreed sample was reached."}
    official.fill({"result": "dismiss", **said})
    official.press("公开答复")
    expect(visitor.open(notice).locator("#objections")).to_contain_text("The agreed sample was reached.")


def give_the_plate(people: People, page: str, notice: str) -> str:
    """After the last day of the notice; everybody reads it on the page of the plate, in the register and on the map."""
    with people.site.app.app_context():
        last_day = db.session.query(Notice).filter_by(number=notice.rpartition("/")[2]).one().last_day
    people.go(clock.end_of_day(last_day) + timedelta(hours=9))
    people.by_the_clock(close_due)
    official, visitor = people["province"], people["visitor"]
    official.open(f"{page}/designate")
    official.press("确认：命名并授予牌号")
    given = re.search(r"/plates/([\w-]+)", official.main.inner_html())
    assert given
    expect(visitor.open(f"/plates/{given[1]}")).to_contain_text("This site is in force.")
    expect(visitor.open("/sites?city=340100&sort=newest")).to_contain_text(given[1])
    expect(visitor.main.locator(f'.map__mark[href="{page}"]')).to_have_count(1)
    return given[1]


def ripen(people: People, need: str) -> None:
    """One site is enough for a mature need when the setting says so; the official promotes it."""
    form = {"value": "0", "reason": "试点期间", "version": "0"}
    assert people.other("operator").submit(f"/admin/settings/{FURTHER.key}", form).status_code == 302
    official = people["province"]
    promote(official, need, "ripen", "升为成熟场景", "已命名示范应用")


def promote(official: Guest, need: str, step: str, words: str, reason: str) -> None:
    """To the next tier, with its reason."""
    main = official.open(f"/library/{need}")
    main.locator("summary", has_text=words).click()
    main.locator(f"#reason-{step}").fill(reason)
    official.press(f"确认：{words}")
    expect(main.locator(".rail [aria-current]")).to_contain_text(words.removeprefix("升为"))
