"""Three administrators at work in a browser: a post, a setting, a message that failed, a check of history."""

from __future__ import annotations

from playwright.sync_api import expect

from marketplace.foundation import outbox
from marketplace.foundation.db import db, transaction
from marketplace.foundation.outbox import Message
from marketplace.settings.queries import value
from marketplace.web.plate import settings
from tests.support.browser import Windows, assert_accessible
from tests.support.journey import Person, arrive
from tests.support.servers import LiveSite, wait_until


def confirm(person: Person, button: str, reason: str) -> None:
    """Open an act, give its reason, confirm."""
    act = person.main.locator("form.act", has=person.page.locator("summary", has_text=button)).first
    act.locator("summary").click()
    act.locator("textarea").fill(reason)
    with person.page.expect_navigation():
        act.locator("details button").click()


def test_a_post_is_given_and_the_official_sees_his_queue(sample: LiveSite, windows: Windows) -> None:
    guard, official = arrive(windows, "admin"), arrive(windows, "expert5")
    official.open("/review/", status=403)
    guard.open("/admin/users?q=expert5")
    guard.main.get_by_role("link", name="演示专家5").click()
    guard.main.get_by_role("link", name="授予岗位").click()
    guard.fill({
        "department": "省工业和信息化厅（演示）", "region": "340000", "duties": ["review"], "reason": "演示：人事任免",
    })  # fmt: skip
    guard.press("授予")
    expect(guard.main.get_by_role("status")).to_contain_text("立即生效")
    assert_accessible(guard.page)
    official.open("/review/?kind=products")
    expect(official.main.locator("table.queue tbody tr").first).to_be_visible()
    confirm(guard, "结束岗位", "演示：调离")
    official.open("/review/", status=403)


def test_a_setting_takes_effect_and_a_failed_message_goes_out(sample: LiveSite, windows: Windows) -> None:
    system = arrive(windows, "operator")
    system.open("/admin/settings/matching.new_days")
    system.fill({"value": "45", "reason": "演示：延长"})
    system.press("保存")
    expect(system.main.get_by_role("status")).to_contain_text("立即生效")
    with sample.app.app_context():
        assert value(settings()["matching.new_days"]) == 45
        number = db.session.scalars(outbox.failed(but="delivery.send")).first().id  # type: ignore[union-attr]
    system.open("/admin/messages")
    confirm(system, "重试", "演示：邮件服务器已恢复")
    expect(system.main.get_by_role("status")).to_contain_text("已重新排队")
    sample.settle()

    def handled() -> bool:
        with sample.app.app_context(), transaction() as session:
            return session.get_one(Message, number).handled_at is not None

    wait_until(handled, "the message is handled")


def test_history_is_checked_by_the_worker(sample: LiveSite, windows: Windows) -> None:
    audit = arrive(windows, "auditor")
    audit.open("/admin/history")
    confirm(audit, "开始校验", "演示：抽查")

    def done() -> bool:
        audit.page.reload()
        return "全部完好" in audit.main.locator("tbody tr").first.inner_text()

    wait_until(done, "the check comes to its end")
    assert_accessible(audit.page)
