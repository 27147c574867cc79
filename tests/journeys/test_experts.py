"""An expert from the application to the yearly renewal, in a real browser: apply, be returned, be approved, renew."""

from __future__ import annotations

from datetime import timedelta

from playwright.sync_api import expect

from marketplace.core import clock
from marketplace.experts.models import Expert
from marketplace.foundation.db import db, transaction
from tests.support.browser import Windows, assert_accessible
from tests.support.journey import Person, arrive
from tests.support.servers import LiveSite

WHO = {"name": "钱专家", "title": "研究员", "region": "340100", "domains": ["industrial"]}
LACKS = "请补充 2019 年之前的任职"


def apply(person: Person) -> str:
    """Fill in the four pages and send them; returns the number."""
    person.open("/experts/me")
    person.main.get_by_role("link", name="开始申请").click()
    person.fill(WHO)
    person.go_on()
    person.fill({"employers-0-organization": "某大学", "employers-0-position": "教授", "employers-0-since": "2019-03"})
    person.go_on()
    for _step in ("holdings", "relations"):
        person.fill({"none": True})
        person.go_on()
    send(person, "提交审核")
    return person.number()


def send(person: Person, button: str) -> None:
    person.open("/experts/me/check")
    person.fill({"promise": True})
    person.press(button)


def judge(official: Person, number: str, decision: str, note: str = "") -> None:
    official.open(f"/review/experts/{number}")
    official.fill({"decision": decision, "note": note})
    official.press("提交决定")


def test_from_the_application_to_the_renewal(sample: LiveSite, windows: Windows) -> None:
    expert, official = arrive(windows, "newcomer"), arrive(windows, "province")
    number = apply(expert)
    expect(expert.main).to_contain_text("等待省级经办人审核")
    assert_accessible(expert.page)
    judge(official, number, "return", LACKS)
    assert LACKS in expert.text("/experts/me")
    send(expert, "提交审核")
    judge(official, number, "approve")
    expert.open("/experts/me")
    expect(expert.main).to_contain_text("有效期至")

    with sample.app.app_context(), transaction():
        found = db.session.query(Expert).filter_by(number=number).one()
        before = found.valid_until = clock.today() + timedelta(days=5)
    expert.open("/workspace/")
    expect(expert.main).to_contain_text("核对申报内容并续期")
    send(expert, "申报续期")
    expect(expert.main).to_contain_text("等待确认")
    judge(official, number, "approve")
    with sample.app.app_context():
        after = db.session.query(Expert).filter_by(number=number).one().valid_until
    assert after is not None
    assert after > before + timedelta(days=300)
    assert_accessible(expert.page)
