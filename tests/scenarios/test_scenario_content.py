"""The pre-check and the shape of a scenario's content, differences between revisions, and its files."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from PIL import Image

from marketplace.core.errors import FieldError
from marketplace.listings.answers import day
from marketplace.listings.kind import differences
from marketplace.reference import catalogue
from marketplace.sample.demo_scenarios import demo_scenarios
from marketplace.sample.listing import with_dates
from marketplace.sample.scenarios import scenarios as sample
from marketplace.scenarios import answers
from marketplace.scenarios.content import LIMITS, LISTS, TEXTS, blank, check
from marketplace.scenarios.kind import SCENARIO
from marketplace.scenarios.models import Scenario
from tests.factories.scenarios import content, must, target
from tests.scenarios.conftest import Owner

KEYS = {*TEXTS, *LISTS, "conditions"}


def said(given: dict[str, Any]) -> list[tuple[str, str, str]]:
    """What the pre-check finds, without what is right."""
    return [(each.kind, each.step, each.text.zh) for each in check(given) if each.kind != "ok"]


def test_a_full_content_passes_without_a_word() -> None:
    assert said(content()) == []
    assert len(check(content())) == 5


def test_an_empty_draft_hears_everything_that_is_missing() -> None:
    class Nobody:
        region, contact_name, contact_phone, contact_email = "", "", "", ""

    empty = blank(Nobody())  # type: ignore[arg-type]
    assert set(empty) == KEYS == set(content())
    assert [(kind, step) for kind, step, _text in said(empty)] == [
        *[("fix", "what")] * 4, ("tip", "what"), ("fix", "where"), ("tip", "where"), ("tip", "requirements"),
        ("fix", "targets"), ("fix", "contact"),
    ]  # fmt: skip
    steps = {step.key for step in SCENARIO.steps}
    assert {each.step for each in check(empty) if each.kind != "ok"} <= steps


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"region": ""}, []),
        ({"region": "", "place": ""}, [("fix", "where", "还没有写地点")]),
        ({"contact_phone": ""}, []),
        ({"contact_phone": "", "contact_email": ""}, [("fix", "contact", "还没有联系人和电话或邮箱")]),
        ({"targets": [target("甲", "5", baseline="9")]}, [("tip", "targets", "有目标比现状还差")]),
        ({"targets": [target("甲", "9", "down", baseline="5")]}, [("tip", "targets", "有目标比现状还差")]),
        ({"targets": [target("甲", "5", "down", baseline="9")]}, []),
        ({"requirements": [must(key, "yes", {"flag": True}) for key in "abcdefghi"]},
         [("tip", "requirements", "硬性要求超过 8 项")]),
        ({"budget_kind": "none"}, [("tip", "budget", "可写预算或“面议”")]),
    ],
)  # fmt: skip
def test_the_pre_check(changes: dict[str, Any], found: list[Any]) -> None:
    assert said(content(**changes)) == found


def test_days_that_are_over_by_the_clock_of_beijing() -> None:
    given = content(start_by="2026-12-31", answer_by="2026-12-31", valid_until="2026-12-31")
    with time_machine.travel(datetime(2026, 12, 31, 15, 59, tzinfo=UTC), tick=False):
        assert said(given) == []
    with time_machine.travel(datetime(2026, 12, 31, 16, 0, tzinfo=UTC), tick=False):
        assert [(kind, text) for kind, _step, text in said(given)] == [
            ("fix", "有效期已过"), ("fix", "答复截止已过"), ("tip", "期望开始的日子已过"),
        ]  # fmt: skip


def test_the_sample_fits_the_shape_and_the_limits() -> None:
    today = datetime(2026, 3, 2, tzinfo=UTC).date()
    every = [each.content for each in sample()] + [with_dates(each.content, today) for each in demo_scenarios()]
    assert len(every) > 80
    for one in every:
        assert set(one) == KEYS
        long = {key: one[key] for key, most in LIMITS.items() if key in one and len(one[key]) > most}
        assert not long, one["title"]
        for each in one["targets"]:
            assert answers.number(each["target"], "target") == each["target"]
            assert answers.number(each["baseline"], "baseline") == each["baseline"]


def test_differences_name_the_row() -> None:
    old = content()
    new = content(
        requirements=[
            must("payload", ">=", {"from": "20"}, "红外云台"), old["requirements"][1],
            must("speed", ">=", {"from": "1"}),
        ],
        targets=[target("单次巡检时间", "45", "down", unit="min", baseline="90", method="连续20次取平均")],
        conditions={"temperature": {"from": "-10", "to": "40"}}, budget_to="110",
    )  # fmt: skip
    rows = [(row.key, row.label, row.old, row.new) for row in differences(SCENARIO, old, new, "zh_CN")]
    assert rows == [
        ("conditions.place", "场所", "室外", ""),
        ("requirements.payload>=", "额定负载", "≥ 15 kg（红外云台）", "≥ 20 kg（红外云台）"),
        ("requirements.operating_tempcovers", "工作温度", "覆盖 −10 ~ 40 ℃", ""),
        ("requirements.speed>=", catalogue.spec("speed").label.zh, "", "≥ 1 m/s"),
        (
            "targets.单次巡检时间",
            "单次巡检时间",
            "≤ 60 min；现状 90；连续20次取平均",
            "≤ 45 min；现状 90；连续20次取平均",
        ),
        ("budget_to", "预算上限（万元）", "90.5", "110"),
    ]
    assert differences(SCENARIO, old, old, "en") == []


AMOUNTS = {
    "": "", " ": "", "80": "80", "８０．５０ 万元": "80.5", "1,200万": "1200", "0.0001": "0.0001",
    "10000000": "10000000",
}  # fmt: skip


@pytest.mark.parametrize(("text", "kept"), AMOUNTS.items())
def test_amounts(text: str, kept: str) -> None:
    assert answers.amount(text, "budget_from") == kept


@pytest.mark.parametrize(
    "text", ["0", "-1", "十", "1e3", "NaN", "inf", "1,20", "10000001", "0.00001", "1" * 50, "80元"]
)
def test_what_is_no_amount(text: str) -> None:
    with pytest.raises(FieldError) as caught:
        answers.amount(text, "budget_from")
    assert caught.value.field == "budget_from"


def test_a_number_may_carry_its_unit() -> None:
    assert answers.number("98 %", "target", "%") == "98"
    assert answers.number("−1,000.50 次/百任务", "target", "次/百任务") == "-1000.5"
    with pytest.raises(FieldError):
        answers.number("98 kg", "target", "%")


def test_a_leap_day_three_years_on() -> None:
    with time_machine.travel(datetime(2028, 2, 29, 4, 0, tzinfo=UTC), tick=False):
        assert day("2031-02-28", "valid_until") == "2031-02-28"
        with pytest.raises(FieldError):
            day("2031-03-01", "valid_until")


def test_pictures_and_files_come_with_the_last_page(owner: Owner) -> None:
    data = io.BytesIO()
    Image.new("RGB", (900, 600), "navy").save(data, "PNG")
    data.seek(0)
    form = owner.page("contact")
    sent = {**form.fields, "go": "stay", "contact_name": "孙六", "new_pictures": (data, "现场.png"),
            "new_files": (io.BytesIO("说明".encode()), "场地说明.txt")}  # fmt: skip
    answer = owner.browser.post(f"/scenarios/{owner.number}/edit/contact", data=sent)
    assert answer.status_code == 302, answer.text
    draft = owner.draft()
    assert (draft["contact_name"], len(draft["pictures"]), len(draft["files"])) == ("孙六", 1, 1)
    again = owner.page("contact")
    again.fields |= {"pictures-0-caption": "设备区", "files-0-title": "场地说明"}
    assert owner.press("contact", again).location.endswith("/check")
    text = owner.browser.get(f"/scenarios/{owner.number}/check?lang=zh").text
    for words in ("公众将看到", "设备区", "场地说明", "联系人不公开", "变电站设备区巡检", "≥ 15 kg", "提交审核"):
        assert words in text
    assert "孙六" not in text, "the preview shows what the public sees"


def test_from_the_first_page_to_the_public(owner: Owner, app: Any) -> None:
    from marketplace.foundation.db import db
    from tests.factories import accounts

    official = app.test_client()
    accounts.sign_in(official, accounts.official())
    page = owner.browser.get(f"/scenarios/{owner.number}/check")
    assert page.status_code == 200
    assert owner.browser.submit(f"/scenarios/{owner.number}/check", {"go": "submit"}).status_code == 302
    assert db.session.query(Scenario.state).filter_by(number=owner.number).scalar() == "in_review"
    text = official.get(f"/scenarios/{owner.number}?lang=zh").text
    assert "第 1 版正在审核" in text
    path = f"/scenarios/{owner.number}/revision"
    assert official.submit(path, {"transition": "return", "reason": "请补目标"}).status_code == 302
    assert "请补目标" in owner.browser.get(f"/scenarios/{owner.number}/edit/what?lang=zh").text
    assert owner.browser.submit(f"/scenarios/{owner.number}/check", {"go": "submit"}).status_code == 302
    assert official.submit(path, {"transition": "approve"}).status_code == 302
    assert app.test_client().get(f"/scenarios/{owner.number}").status_code == 200


def test_an_incomplete_draft_cannot_be_submitted(owner: Owner) -> None:
    form = owner.page("targets")
    form.fields = {key: value for key, value in form.fields.items() if not key.startswith("targets")}
    assert owner.press("targets", form).status_code == 302
    text = owner.browser.get(f"/scenarios/{owner.number}/check?lang=zh").text
    assert "现在还不能提交" in text
    assert "还没有可测的目标" in text
    assert f'href="/scenarios/{owner.number}/edit/targets"' in text
