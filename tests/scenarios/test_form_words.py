"""The guided form, pages of fields: what, where, budget, contact. Good and bad values, nothing lost, both languages."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from marketplace.core.text import Text
from marketplace.reference import catalogue
from marketplace.scenarios import sheet
from tests.factories import scenarios
from tests.scenarios.browsing import form_of
from tests.scenarios.conftest import Owner
from tests.support.site import Clock

STEPS = ("what", "where", "requirements", "targets", "budget", "contact")


def refused(owner: Owner, step: str, **changes: Any) -> list[str]:
    """The errors of a page sent with changes; everything typed must stand on the page again, nothing is stored."""
    form, before = owner.page(step), owner.draft()
    form.fields.update(changes)
    answer = owner.press(step, form)
    assert answer.status_code == 422, (changes, answer.location)
    assert "<title>出错：" in answer.text
    again = form_of(answer.text)
    assert {key: again.fields[key] for key in changes} == changes
    assert owner.draft() == before
    return again.errors


def accepted(owner: Owner, step: str, **changes: Any) -> dict[str, Any]:
    """The draft after a page was sent with changes."""
    form = owner.page(step)
    form.fields.update(changes)
    answer = owner.press(step, form)
    assert answer.status_code == 302, form_of(answer.text).errors
    return owner.draft()


def test_every_page_saved_unchanged_changes_nothing(owner: Owner) -> None:
    before = owner.draft()
    for language in ("zh", "en"):
        for step in STEPS:
            answer = owner.press(step, owner.page(step, language))
            assert answer.status_code == 302, (step, form_of(answer.text).errors)
            assert owner.draft() == before, step
    assert answer.location.endswith("/check")
    assert owner.browser.get(answer.location).status_code == 200


def test_a_new_need_begins_with_its_first_page(owner: Owner) -> None:
    page = form_of(owner.browser.get("/scenarios/new?lang=zh", follow_redirects=True).text)
    sub = catalogue.domain("logistics").subscenarios[0].code
    page.fields |= {"title": " 仓库\r\n盘点 ", "subscenario": sub, "task": "第一段\r\n\r\n第二段"}
    answer = owner.browser.post("/scenarios/new", data={**page.fields, "go": "next"})
    assert answer.status_code == 302, form_of(answer.text).errors
    owner.number = answer.location.split("/")[2]
    draft = owner.draft()
    assert draft["title"] == "仓库 盘点"
    assert draft["task"] == "第一段\n\n第二段"
    assert draft["domain"] == "logistics", "the sub-scenario says which domain is meant"
    assert (draft["region"], draft["contact_phone"]) == ("340100", "0551-62600000"), "those of the organization"


def test_the_first_page_refuses(owner: Owner) -> None:
    assert refused(owner, "what", title="") == ["请填写名称；草稿也要有名称，以便找到它"]
    assert "最多 100 个字" in refused(owner, "what", title="长" * 101)[0]
    assert "“清扫”属于" not in refused(owner, "what", situation="长" * 2001)[0]
    other = catalogue.domain("logistics").subscenarios[0]
    message = refused(owner, "what", subscenario=other.code)[0]
    assert other.label.zh in message
    assert catalogue.domain("logistics").label.zh in message
    form = owner.page("what")
    for key, wrong in (("domain", "space"), ("subscenario", "special.none")):
        answer = owner.press("what", type(form)({**form.fields, key: wrong}))
        assert form_of(answer.text).errors == ["请从列出的各项中选择"]


def test_the_sub_scenario_may_be_left_open(owner: Owner) -> None:
    draft = accepted(owner, "what", domain="", subscenario="")
    assert (draft["domain"], draft["subscenario"]) == ("", "")


def test_every_field_has_its_limit_in_the_browser_too(owner: Owner) -> None:
    for step in ("what", "where", "requirements", "targets", "budget", "contact"):
        form = owner.page(step)
        free = {
            name
            for name, value in form.fields.items()
            if isinstance(value, str) and name not in form.limits and not _is_chosen(name)
        }
        assert free == set(), step


def _is_chosen(name: str) -> bool:
    """Fields that are no free text."""
    word = name.rpartition("-")[2]
    conditions = {f"condition_{spec.key}" for spec in catalogue.conditions() if spec.kind in ("choice", "flag")}
    return word in {"csrf_token", "version", "domain", "subscenario", "region", "budget_kind", "spec", "op",
                    "direction", "file", *conditions}  # fmt: skip


# ---- where ----


def test_conditions_of_every_kind(owner: Owner) -> None:
    draft = accepted(
        owner, "where", region="", place="江苏 苏州", condition_place=["indoor", "height"], condition_network=[],
        condition_temperature_from="－5", condition_temperature_to="35℃", condition_slope="8%", condition_lift="no",
        condition_people="public", condition_area="1.2万", condition_note="夜间禁噪",
    )  # fmt: skip
    assert draft["region"] == ""
    assert draft["conditions"] == {
        "place": {"choices": ["indoor", "height"]}, "temperature": {"from": "-5", "to": "35"},
        "slope": {"from": "4.6"}, "people": {"choice": "public"}, "lift": {"flag": False}, "area": {"from": "12000"},
        "note": {"text": "夜间禁噪"},
    }  # fmt: skip
    assert accepted(owner, "where")["conditions"] == draft["conditions"]
    typed = owner.page("where").fields
    cleared = {key: [] if isinstance(typed[key], list) else "" for key in typed if key.startswith("condition_")}
    assert accepted(owner, "where", **cleared)["conditions"] == {}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_conditions_are_refused_at_their_field(owner: Owner, language: str) -> None:
    for changes, words in (
        ({"condition_temperature_to": ""}, ("环境温度", "Ambient temperature")),
        ({"condition_temperature_from": "40", "condition_temperature_to": "-10"}, ("从小到大", "lower number first")),
        ({"condition_temperature_from": "-900"}, ("-100", "-100")),
        ({"condition_hours": "二十"}, ("每日作业时长", "Hours of work a day")),
        ({"condition_area": "5 kg"}, ("作业面积", "Area")),
    ):
        form = owner.page("where", language)
        form.fields.update(changes)
        errors = form_of(owner.press("where", form).text).errors
        assert len(errors) == 1, changes
        assert words[language == "en"] in errors[0], errors
    form = owner.page("where", language)
    answer = owner.press("where", type(form)({**form.fields, "condition_place": ["moon"]}))
    assert answer.status_code == 422


def test_a_region_is_one_of_anhui_or_outside(owner: Owner) -> None:
    form = owner.page("where")
    for wrong in ("110000", "340000", "x"):
        assert owner.press("where", type(form)({**form.fields, "region": wrong})).status_code == 422
    assert accepted(owner, "where", region="341000")["region"] == "341000"


# ---- budget and time ----


def test_a_budget_is_shown_to_the_yuan() -> None:
    shown = sheet.budget({"budget_kind": "range", "budget_from": "12.345", "budget_to": "1200.5"})
    assert shown == Text("12.345–1,200.50 万元", "CNY 123,450–12,005,000")


def test_budgets(owner: Owner) -> None:
    draft = accepted(owner, "budget", budget_kind="fixed", budget_from="1,200.50 万元", budget_to="", payment=["lease"])
    assert (draft["budget_from"], draft["budget_to"], draft["payment"]) == ("1200.5", "", ["lease"])
    draft = accepted(owner, "budget", budget_kind="range", budget_from="６０", budget_to="90万", payment=[])
    assert (draft["budget_from"], draft["budget_to"], draft["payment"]) == ("60", "90", [])
    for changes, words in (
        ({"budget_kind": "fixed", "budget_from": "", "budget_to": ""}, "请填金额"),
        ({"budget_kind": "fixed", "budget_from": "60"}, "固定金额只填前一格"),
        ({"budget_kind": "range", "budget_to": ""}, "上限"),
        ({"budget_kind": "range", "budget_from": "90", "budget_to": "90"}, "上限要大于下限"),
        ({"budget_kind": "negotiable"}, "选了“面议”就不填金额"),
        ({"budget_from": "六十"}, "请填数字，单位万元"),
        ({"budget_from": "-1"}, "金额要大于 0"),
        ({"budget_from": "10000001"}, "不超过 1000 亿元"),
        ({"budget_from": "0.00001"}, "4 位小数"),
        ({"budget_from": "1e3"}, "请填数字"),
        ({"budget_from": "NaN"}, "请填数字"),
        ({"budget_to": "9" * 30}, "不超过"),
    ):
        assert words in refused(owner, "budget", **changes)[0], changes
    form = owner.page("budget")
    assert owner.press("budget", type(form)({**form.fields, "budget_kind": "gold"})).status_code == 422


def test_days(owner: Owner) -> None:
    ahead = scenarios.day(40)
    draft = accepted(owner, "budget", start_by=ahead.replace("-", "/"), answer_by="", valid_until="")
    assert (draft["start_by"], draft["answer_by"], draft["valid_until"]) == (ahead, "", "")
    for key, wrong in (
        ("start_by", "明年"), ("start_by", "2027-02-30"), ("answer_by", scenarios.day(-1)),
        ("start_by", scenarios.day(4000)), ("valid_until", scenarios.day(3 * 366 + 2)), ("valid_until", "0000-00-00"),
    ):  # fmt: skip
        assert "日" in refused(owner, "budget", **{key: wrong})[0]
    message = refused(owner, "budget", answer_by=scenarios.day(50), valid_until=scenarios.day(40))
    assert message == ["答复截止不能晚于有效期"]


def test_today_is_beijings_on_new_years_eve(clock: Clock, owner: Owner) -> None:
    """At 16:30 UTC on 31 December it is already 1 January in Beijing."""
    clock.move_to(datetime(2026, 12, 31, 15, 59, tzinfo=UTC))
    owner.sign_in()
    assert accepted(owner, "budget", start_by="2026-12-31", answer_by="", valid_until="")["start_by"] == "2026-12-31"
    clock.move_to(datetime(2026, 12, 31, 16, 30, tzinfo=UTC))
    message = refused(owner, "budget", answer_by="2026-12-31")[0]
    assert message == "日期要在 2027-01-01 到 2030-01-01 之间"
    draft = accepted(owner, "budget", answer_by="2027年1月1日", valid_until="2030-01-01")
    assert (draft["answer_by"], draft["valid_until"]) == ("2027-01-01", "2030-01-01")
    assert draft["start_by"] == "2026-12-31", "what stood there before may be over by now"


# ---- contact ----


def test_contacts(owner: Owner) -> None:
    for typed, kept in {
        "138 0013 8000": "13800138000", "0551-62990000": "0551-62990000", "400-820-8888": "400-820-8888",
        "0551-62990000转801": "0551-62990000 转 801", "+86 551 6299 0000": "0551-62990000", "": "",
    }.items():  # fmt: skip
        assert accepted(owner, "contact", contact_phone=typed)["contact_phone"] == kept
    for phone in ("1380013800", "电话", "0551", "+1 555"):
        assert "请填手机号" in refused(owner, "contact", contact_phone=phone)[0]
    assert "邮箱格式不对" in refused(owner, "contact", contact_email="wang at owner")[0]
    draft = accepted(owner, "contact", contact_email="Wang@Owner.example", data_terms="一\r\n\r\n二")
    assert (draft["contact_email"], draft["data_terms"]) == ("wang@owner.example", "一\n\n二")


def test_errors_come_in_the_order_of_the_page(owner: Owner) -> None:
    errors = refused(owner, "contact", contact_phone="x", safety_terms="长" * 1001)
    assert errors[0].startswith("请填手机号")
    assert errors[1].startswith("最多 1000")


def test_a_stranger_and_a_visitor_find_no_form(owner: Owner, app: Any) -> None:
    from tests.factories import accounts

    visitor, stranger = app.test_client(), app.test_client()
    accounts.sign_in(stranger, accounts.person())
    assert visitor.get(f"/scenarios/{owner.number}/edit/what").status_code == 302
    assert stranger.get(f"/scenarios/{owner.number}/edit/what").status_code == 404
    assert stranger.get(f"/scenarios/{owner.number}").status_code == 404
    assert owner.browser.get(f"/scenarios/{owner.number}/edit/none").status_code == 404
