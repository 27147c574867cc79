"""Settings, working days and messages that failed, as system administrators change them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

import pytest
from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from marketplace.admin import health, messages
from marketplace.admin.models import Pulse
from marketplace.core import clock as moments
from marketplace.core.setting import Setting
from marketplace.core.text import Text
from marketplace.foundation import ledger, outbox
from marketplace.foundation.db import transaction
from marketplace.foundation.outbox import Message, Subscriptions
from marketplace.notifications.models import Delivery
from marketplace.reference import calendar
from marketplace.reference.services import overrides
from marketplace.settings.queries import value
from marketplace.web.plate import Capability
from tests.factories import accounts
from tests.support.site import Client, Clock

Db = scoped_session[Session]
SignIn = Callable[[str], Client]

DAYS = Setting("trial.days", Text("试验天数", "Days of the trial"), 30, unit=Text("天", "days"), least=7, most=90)
LOUD = Setting("trial.loud", Text("大声", "Loud"), False)


@pytest.fixture
def declared(app: Flask) -> Iterator[None]:
    """A capability with a figure and a switch."""
    app.extensions["capabilities"] = (*app.extensions["capabilities"], Capability("trial", settings=(DAYS, LOUD)))
    return


# ---- settings -------------------------------------------------------------------------------------------------------


def test_a_setting_is_changed_in_its_range_with_a_reason(declared: None, session: Db, sign_in: SignIn) -> None:
    system = sign_in("system")
    assert "30 天" in system.get("/admin/settings").text
    path = "/admin/settings/trial.days"
    for typed, reason, words in (("6", "短些", "请写 7 到 90 的整数"), ("14", "", "请填写此项"), ("x", "短", "整数")):
        answer = system.submit(path, {"value": typed, "reason": reason, "version": "0"})
        assert (answer.status_code, words in answer.text, f'value="{typed}"' in answer.text) == (422, True, True)
    assert system.submit(path, {"value": "14", "reason": "领导要求缩短", "version": "0"}).status_code == 302
    assert value(DAYS) == 14
    page = system.get(path).text
    for words in ("现在：14 天", "领导要求缩短", "30 天", "管理员system"):
        assert words in page
    stale = system.submit(path, {"value": "21", "reason": "没看到", "version": "0"})
    assert (stale.status_code, value(DAYS)) == (409, 14)


def test_a_switch_is_chosen(declared: None, session: Db, sign_in: SignIn) -> None:
    system = sign_in("system")
    assert 'type="radio"' in system.get("/admin/settings/trial.loud").text
    form = {"value": "1", "reason": "试试", "version": "0"}
    assert system.submit("/admin/settings/trial.loud", form).status_code == 302
    assert value(LOUD) is True
    assert system.submit("/admin/settings/trial.loud", {**form, "value": "2"}).status_code == 422
    assert system.get("/admin/settings/trial.none").status_code == 404


def test_every_group_of_settings_has_a_name(app: Flask) -> None:
    from marketplace.admin.forms import GROUPS

    groups = {each.name for each in app.extensions["capabilities"] if each.settings}
    assert groups <= set(GROUPS)


# ---- working days ---------------------------------------------------------------------------------------------------


def test_a_day_is_written_and_taken_back(clock: Clock, session: Db, sign_in: SignIn) -> None:
    system = sign_in("system")
    assert "还没有录入" in system.get("/admin/workdays?year=2028").text
    form = {"day": "2028-10-02", "kind": "off", "note": "国庆节", "reason": "国办通知"}
    for missing in ("day", "kind", "reason"):
        assert system.submit("/admin/workdays", {**form, missing: ""}).status_code == 422
    assert system.submit("/admin/workdays", {**form, "day": "1899-01-01"}).status_code == 422
    assert system.submit("/admin/workdays", form).status_code == 302
    assert calendar.day_kind(date(2028, 10, 2), overrides()) == "holiday"
    assert "国庆节" in system.get("/admin/workdays?year=2028").text
    assert system.submit("/admin/workdays/2028-10-02/clear", {"reason": ""}).status_code == 422
    assert system.submit("/admin/workdays/2028-10-02/clear", {"reason": "写错年份"}).status_code == 302
    assert date(2028, 10, 2) not in overrides()
    for path in ("2028-10-02/clear", "yesterday/clear"):
        assert system.submit(f"/admin/workdays/{path}", {"reason": "没有"}).status_code == 404
    for year in ("abcd", "1999", "20260"):
        assert system.get(f"/admin/workdays?year={year}").status_code == 404


# ---- messages that failed -------------------------------------------------------------------------------------------


def failed(count: int) -> list[int]:
    """Messages that gave up."""
    user = accounts.person()
    with transaction() as session:
        for _ in range(count):
            outbox.emit("trial.sent", user)
        found = session.query(Message).filter_by(topic="trial.sent").all()
        for message in found:
            message.failed_at, message.attempts = message.created_at, 9
            message.error = "OSError: <server> down"
    return [message.id for message in found]


def test_a_failed_message_is_tried_again_or_given_up(session: Db, sign_in: SignIn) -> None:
    first, second = failed(2)
    system, tried = sign_in("system"), []
    page = system.get("/admin/messages").text
    for words in ("trial.sent", "OSError: &lt;server&gt; down", "试过 9 次"):
        assert words in page
    assert system.submit(f"/admin/messages/{first}/do", {"act": "retry", "reason": ""}).status_code == 422
    assert system.submit(f"/admin/messages/{first}/do", {"act": "retry", "reason": "服务器已恢复"}).status_code == 302
    assert system.submit(f"/admin/messages/{second}/do", {"act": "discard", "reason": "地址已注销"}).status_code == 302
    for key in (first, second):
        again = system.submit(f"/admin/messages/{key}/do", {"act": "retry", "reason": "再来"})
        assert again.status_code == 409
    subscriptions = Subscriptions()
    subscriptions.add("trial.sent", lambda message: tried.append(message.id))
    while outbox.handle_next(subscriptions):
        pass
    assert tried == [first]
    assert "没有失败的消息" in system.get("/admin/messages").text
    assert messages.counts() == {"messages": 0, "mails": 0}
    acts = [(entry.action, entry.reason) for entry in ledger.entries() if entry.action.endswith("_message")]
    assert acts == [("retry_message", "服务器已恢复"), ("discard_message", "地址已注销")]


def test_all_are_tried_again_at_once(session: Db, sign_in: SignIn) -> None:
    failed(3)
    system = sign_in("system")
    assert system.submit("/admin/messages/retry", {"reason": ""}).status_code == 422
    assert system.submit("/admin/messages/retry", {"reason": "邮件服务器已恢复"}).status_code == 302
    session.rollback()
    assert messages.counts() == {"messages": 0, "mails": 0}
    assert system.submit("/admin/messages/retry", {"reason": "没有了"}).status_code == 302
    assert len([entry for entry in ledger.entries() if entry.action == "retry_message"]) == 1
    assert system.submit("/admin/messages/999999/do", {"act": "retry", "reason": "没有"}).status_code == 404
    assert system.submit("/admin/messages/1/do", {"act": "eat", "reason": "没有"}).status_code == 404


def test_a_failed_mail_is_tried_again_or_given_up(session: Db, sign_in: SignIn) -> None:
    reader = accounts.person("full@test.example").id
    with transaction():
        for day in (1, 2, 3):
            session.add(Delivery(user_id=reader, address="full@test.example", digest_of=date(2026, 3, day), attempts=9,
                                 failed_at=moments.now(), error="SMTPRecipientsRefused: 550 <full>"))  # fmt: skip
    first, second, third = (each.id for each in session.query(Delivery).order_by(Delivery.id))
    system = sign_in("system")
    page = system.get("/admin/mails").text
    for words in ("full@test.example", "550 &lt;full&gt;"):
        assert words in page
    assert system.submit(f"/admin/mails/{first}/do", {"act": "retry", "reason": " "}).status_code == 422
    assert system.submit(f"/admin/mails/{first}/do", {"act": "retry", "reason": "邮箱已清理"}).status_code == 302
    assert system.submit(f"/admin/mails/{second}/do", {"act": "discard", "reason": "人已离职"}).status_code == 302
    for key in (first, second):
        assert system.submit(f"/admin/mails/{key}/do", {"act": "retry", "reason": "再来"}).status_code == 409
    assert system.submit("/admin/mails/retry", {"reason": "全部再投"}).status_code == 302
    session.rollback()
    assert messages.counts() == {"messages": 0, "mails": 0}
    queued = session.query(Message).filter_by(topic="delivery.send", handled_at=None).all()
    assert [message.subject_id for message in queued] == [first, third]
    acts = [(each.action, each.reason) for each in ledger.entries() if each.subject_type == "delivery"]
    assert acts == [("retry", "邮箱已清理"), ("discard", "人已离职"), ("retry", "全部再投")]


# ---- health ---------------------------------------------------------------------------------------------------------


def test_the_first_page_says_what_is_well_and_what_is_not(clock: Clock, session: Db, sign_in: SignIn) -> None:
    system = sign_in("system")
    page = system.get("/admin/").text
    assert "还没有运行过" in page
    assert "迁移版本" in page
    health.beat()
    clock.forward(seconds=30)
    assert "30 秒前报到" in system.get("/admin/").text
    assert next(part for part in health.parts() if part.label.en == "Worker").well
    clock.forward(minutes=10)
    assert not next(part for part in health.parts() if part.label.en == "Worker").well
    health.beat()
    assert session.query(Pulse).count() == 1
    failed(1)
    told = next(part for part in health.parts() if part.label.en == "Messages")
    assert (told.well, "1 条失败" in told.fact.zh) == (False, True)


@pytest.mark.parametrize("kind", ["security", "audit"])
def test_the_others_see_no_machinery(session: Db, sign_in: SignIn, kind: str) -> None:
    page = sign_in(kind).get("/admin/").text
    assert "迁移版本" not in page
    assert "互不兼任" in page


# ---- the workspace --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "sees"), [("system", True), ("security", False), ("audit", False)])
def test_the_workspace_leads_to_the_office(session: Db, sign_in: SignIn, kind: str, sees: bool) -> None:
    page = sign_in(kind).get("/workspace/").text
    assert 'href="/admin/"' in page
    # Nothing has reported yet in a test: the worker is what is not well.
    assert ("后台任务" in page) == sees
