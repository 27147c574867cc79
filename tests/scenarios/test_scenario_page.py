"""The page of a scenario: every state, every kind of reader, both languages; nothing hidden slips out."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from marketplace.foundation.db import db, transaction
from marketplace.listings import services
from marketplace.listings.loading import Loaded, load
from marketplace.listings.queries import open_revision
from marketplace.organizations.models import Organization
from marketplace.reference import catalogue
from marketplace.scenarios.kind import SCENARIO
from marketplace.scenarios.models import Scenario
from tests.factories import accounts, listings, scenarios
from tests.scenarios.conftest import Owner
from tests.support.site import Client, Clock

Db = scoped_session[Session]
STATES = ("draft", "in_review", "returned", "published", "suspended", "withdrawn", "expired", "fulfilled", "closed")
PUBLIC = ("published", "expired", "fulfilled", "closed")
HIDDEN = ("王五", "0551-62990000", "wang@owner.example")


class Readers:
    """A visitor, the owner, a stranger, the city's official, another city's, the province's."""

    def __init__(self, app: Flask) -> None:
        owner, stranger = accounts.person(name="赵需方"), accounts.person()
        accounts.organization(owner=stranger)
        self.organization = accounts.organization(owner=owner, name="合肥某需方", name_en="A firm in Hefei").id
        users = {
            "owner": owner, "stranger": stranger, "city": accounts.official(),
            "elsewhere": accounts.official(accounts.WUHU), "province": accounts.official(accounts.PROVINCE),
        }  # fmt: skip
        self.browsers: dict[str, Client] = {"visitor": app.test_client()}  # type: ignore[dict-item]
        emails = {name: user.email for name, user in users.items()}
        for name, email in emails.items():
            self.browsers[name] = app.test_client()  # type: ignore[assignment]
            accounts.sign_in(self.browsers[name], email)

    def page(self, who: str, number: str, language: str = "zh") -> tuple[int, str]:
        answer = self.browsers[who].get(f"/scenarios/{number}?lang={language}")
        return answer.status_code, str(answer.text)

    def filed(self, state: str, **changes: Any) -> str:
        """The number of a scenario of the owner in this state."""
        return scenarios.scenario(state, db.session.get_one(Organization, self.organization), **changes).number


def test_who_sees_which_state_and_whose_contact(app: Flask, session: Db) -> None:
    readers = Readers(app)
    for state in STATES:
        number = readers.filed(state)
        insiders = {"owner"} if state == "draft" else {"owner", "city", "province"}
        for who in readers.browsers:
            for language in ("zh", "en"):
                status, text = readers.page(who, number, language)
                seen = state in PUBLIC or who in insiders
                assert status == (200 if seen else 404), (state, who)
                if not seen:
                    assert "变电站设备区巡检" not in text
                    continue
                mark = SCENARIO.lifecycle.mark(state).label.say("en" if language == "en" else "zh_CN")
                assert mark in text
                inside = who in ("owner", "city", "province")
                assert [word in text for word in HIDDEN] == [inside] * 3, (state, who)


def test_what_is_read(app: Flask, session: Db) -> None:
    readers = Readers(app)
    number = readers.filed("published")
    _status, text = readers.page("visitor", number)
    for words in (
        f'<span class="no">{number}</span>', "第 1 版，", "<h1>变电站设备区巡检</h1>", "合肥某需方",
        "合肥市庐阳区　某变电站", "特种作业 · ", "<p>人工每日两次。</p><p>雨雪天漏检。</p>", "自主巡检并读表。",
        "−10 ~ 40 ℃", "室外", "≥ 15 kg", "红外云台", "≥ IP65", "覆盖 −10 ~ 40 ℃", "单次巡检时间", "90 min",
        "≤ 60 min", "连续20次取平均", "60.00–90.50 万元", "含安装", "采购、先试点", "2台",
        scenarios.day(90), "数据留在现场", "须带急停", "需方接受对接意向后，双方可见",
    ):  # fmt: skip
        assert words in text, words
    assert "未经核实" not in text
    assert 'id="act"' not in text
    _status, text = readers.page("visitor", number, "en")
    for words in (
        "<h1>Inspection of a substation yard</h1>", "A firm in Hefei", "A substation, Luyang", "Twice a day by hand.",
        "Inspect on its own and read meters.", "covers −10 ~ 40 ℃", "CNY 600,000–905,000", "Purchase, pilot first",
        '<span lang="zh-CN">红外云台</span>', '<div class="prose" lang="zh-CN"><p>数据留在现场</p></div>',
    ):  # fmt: skip
        assert words in text, words
    assert not re.search(r"<h1[^>]*lang=", text)


def test_chinese_is_marked_where_there_is_no_english(app: Flask, session: Db) -> None:
    readers = Readers(app)
    number = readers.filed("published", title_en="", task_en="", place_en="")
    _status, text = readers.page("visitor", number, "en")
    assert '<h1 lang="zh-CN">变电站设备区巡检</h1>' in text
    assert '<div class="prose" lang="zh-CN"><p>自主巡检并读表。</p></div>' in text


def test_what_is_not_known_reads_so(app: Flask, session: Db) -> None:
    readers = Readers(app)
    keys = (
        "subscenario region place_en situation_en task_en title_en quantity budget_from budget_to budget_note start_by"
    )
    empty = dict.fromkeys((*keys.split(), "answer_by", "valid_until", "data_terms", "safety_terms"), "")
    nothing: dict[str, Any] = {"payment": [], "conditions": {}, "requirements": []}
    number = readers.filed("published", **empty, **nothing, place="江苏 苏州", budget_kind="none")
    _status, text = readers.page("visitor", number)
    for words in ("江苏 苏州", "没有硬性要求，所有产品都可以答复", "未公开", "未定", "长期"):
        assert words in text
    assert "数据条件" not in text
    assert "有效至" not in text


def test_ended_scenarios_say_when_why_and_where_to_go(clock: Clock, app: Flask, session: Db) -> None:
    readers = Readers(app)
    closed = readers.filed("closed", reason="预算取消")
    fulfilled, expired = readers.filed("fulfilled"), readers.filed("expired")
    _status, text = readers.page("visitor", closed)
    assert "需求已关闭" in text
    assert "2026-03-02 由需方关闭" in text
    assert "理由：预算取消" in text
    assert 'href="/scenarios?domain=special&amp;status=published"' in text
    _status, text = readers.page("visitor", fulfilled)
    assert "2026-03-02 由需方确认已满足" in text
    _status, text = readers.page("visitor", expired)
    assert "有效期到 2026-03-01 为止" in text
    _status, text = readers.page("visitor", closed, "en")
    assert "Closed by its owner on 2 March 2026" in text
    assert "Reason: 预算取消" in text
    for state, words in (("suspended", "2026-03-02 起暂停公开"), ("withdrawn", "2026-03-02 由需方撤回")):
        number = readers.filed(state)
        _status, text = readers.page("owner", number)
        assert words in text
        assert f"理由：{listings.REASON}" in text
        assert readers.page("visitor", number)[0] == 404


def compiled(origin: str, **changes: Any) -> str:
    """The number of a row compiled from public material, as the sample is loaded."""
    owner = accounts.organization(demo=True) if "demo" in changes else accounts.organization()
    changes.pop("demo", None)
    given = scenarios.content(
        origin=origin, owner_note="省属国企", reliability="中", year="2025", source_note="公开资料整理",
        sources=["https://gov.example/list?a=1&b=2", "某市场景清单第一批", "javascript:alert(1)"],
        valid_until="", budget_kind="none", budget_from="", budget_to="", **changes,
    )  # fmt: skip
    with transaction():
        (key,) = load(SCENARIO, [Loaded(owner, given, compiled=True)])
    return db.session.get_one(Scenario, key).number


def test_compiled_rows_say_where_they_come_from(app: Flask, session: Db) -> None:
    visitor = app.test_client()
    for origin, words, english in (
        ("reported", "由已落地案例改写为需求：公开资料整理，未经核实", "Rewritten as a need from a reported case"),
        ("policy", "政策列明的场景：公开资料整理，未经核实", "Named in a policy"),
        ("listed", "公开发布的清单、榜单中的一项：公开资料整理，未经核实", "An item of a published list"),
        ("", "公开资料整理，未经核实。", "Compiled from public material and not verified."),
    ):
        number = compiled(origin)
        text = visitor.get(f"/scenarios/{number}?lang=zh").text
        for part in (
            words,
            "资料所载单位类型",
            "省属国企",
            "资料可靠性",
            "2025",
            "某市场景清单第一批",
            "资料未载联系方式",
        ):
            assert part in text, (origin, part)
        assert '<a href="https://gov.example/list?a=1&amp;b=2" rel="nofollow noopener">' in text
        assert 'href="javascript:' not in text
        assert [word in text for word in HIDDEN] == [False] * 3
        assert "由演示单位" not in text
        assert english in visitor.get(f"/scenarios/{number}?lang=en").text


def test_rows_of_demonstration_units_are_marked(app: Flask, session: Db) -> None:
    person = accounts.person()
    organization = accounts.organization(owner=person)
    with transaction():
        organization.demo = True
    number = scenarios.scenario("published", organization).number
    text = app.test_client().get(f"/scenarios/{number}?lang=zh").text
    assert '<span class="demo">演示</span>' in text
    assert "由演示单位登记，需求和数值都是虚构的" in text


def test_the_public_reads_the_approved_revision_until_the_next_is_approved(app: Flask, session: Db) -> None:
    readers = Readers(app)
    number = readers.filed("published")
    scenario = session.query(Scenario).filter_by(number=number).one()
    member = listings.member_of(scenario.organization)
    with transaction():
        revision = services.revise(SCENARIO, scenario, member)
        services.save(SCENARIO, scenario, {**revision.content, "title": "改过的名称"}, member, None)
        services.submit(SCENARIO, scenario, member, None)
    assert "改过的名称" not in readers.page("visitor", number)[1]
    _status, text = readers.page("owner", number)
    assert "第 2 版正在审核" in text
    assert "公众看到的是第 1 版" in text
    deciding = accounts.actor(accounts.official(accounts.PROVINCE))
    with transaction():
        services.approve(SCENARIO, scenario, deciding)
    _status, text = readers.page("visitor", number)
    assert "<h1>改过的名称</h1>" in text
    assert "第 2 版，" in text


def test_the_owner_ends_it_by_buttons(owner: Owner, app: Flask) -> None:
    number, visitor = owner.number, app.test_client()
    scenario = db.session.query(Scenario).filter_by(number=number).one()
    listings.walk(SCENARIO, scenario, "published")
    text = owner.browser.get(f"/scenarios/{number}?lang=zh").text
    for words in ("可以办理", "需求已满足", "关闭需求", "修订"):
        assert words in text
    path = f"/scenarios/{number}/do"
    assert owner.browser.submit(path, {"transition": "close", "reason": ""}).status_code == 422
    assert visitor.submit(path, {"transition": "close", "reason": "x"}).status_code == 302  # type: ignore[attr-defined]
    assert db.session.query(Scenario.state).filter_by(number=number).scalar() == "published"
    for quiet in ("expire", "load", "publish"):
        assert owner.browser.submit(path, {"transition": quiet}).status_code == 404
    assert owner.browser.submit(path, {"transition": "close", "reason": "已由总部统一采购"}).status_code == 302
    assert "已由总部统一采购" in visitor.get(f"/scenarios/{number}?lang=zh").text
    assert owner.browser.submit(path, {"transition": "fulfil"}).status_code == 409


def test_validity_ends_after_its_last_day_in_beijing(clock: Clock, app: Flask, session: Db) -> None:
    clock.move_to(datetime(2026, 12, 30, 4, 0, tzinfo=UTC))
    scenario = scenarios.scenario("published", start_by="", answer_by="", valid_until="2026-12-31")
    for moment, state in (
        (datetime(2026, 12, 31, 15, 59, 59, tzinfo=UTC), "published"),  # 23:59:59 in Beijing
        (datetime(2026, 12, 31, 16, 0, tzinfo=UTC), "expired"),  # New Year
    ):
        clock.move_to(moment)
        with transaction():
            assert services.expire_due(SCENARIO) is False
        session.refresh(scenario)
        assert scenario.state == state
    assert "有效期到 2026-12-31 为止" in app.test_client().get(f"/scenarios/{scenario.number}?lang=zh").text
    assert any(task.name == "scenario.expire" for task in app.extensions["schedule"].tasks)


def test_similar_needs(app: Flask, session: Db) -> None:
    first = scenarios.scenario(title="这一条")
    near, other = (sub.code for sub in catalogue.domain("special").subscenarios[:2])
    if first.content["subscenario"] == other:
        near, other = other, near
    scenarios.scenario(title="同子场景", subscenario=first.content["subscenario"])
    for number in range(3):
        scenarios.scenario(title=f"同领域{number}", subscenario=other)
    scenarios.scenario(title="别的领域", domain="logistics", subscenario="")
    scenarios.scenario("draft", title="草稿")
    text = app.test_client().get(f"/scenarios/{first.number}?lang=zh").text
    panel = text[text.index("另有同类需求") :]
    assert re.findall(r">(同[^<]+)</a>", panel) == ["同子场景", "同领域2", "同领域1"]
    assert "别的领域" not in panel
    assert "草稿" not in panel


# ---- hostile text ----

EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{7*7}}"


def evil_content(**changes: Any) -> dict[str, Any]:
    """Content with a hostile text wherever text can stand."""
    free = (
        "title", "title_en", "place", "place_en", "situation", "situation_en", "task", "task_en", "quantity",
        "budget_note", "data_terms", "safety_terms", "contact_name", "source_note", "owner_note", "year",
    )  # fmt: skip
    return scenarios.content(
        **dict.fromkeys(free, EVIL),
        conditions={"note": {"text": EVIL}},
        requirements=[scenarios.must("payload", ">=", {"from": "15"}, EVIL)],
        targets=[scenarios.target(EVIL, "1", unit=EVIL, method=EVIL)],
        sources=[EVIL, f"http://x/{EVIL}", 'http://x.example/"onmouseover=alert(3)'],
        **changes,
    )


def assert_harmless(text: str) -> None:
    """No tag, attribute or expression of the hostile text took effect."""
    assert "<script>alert" not in text
    assert "<img src=x" not in text
    assert not re.search(r"<[^>]*\sonmouseover", text)
    assert "&lt;script&gt;alert(1)" in text
    assert "{{7*7}}" in text


def test_hostile_text_is_text_everywhere(owner: Owner, app: Flask) -> None:
    with transaction():
        scenario = db.session.query(Scenario).filter_by(number=owner.number).one()
        revision = open_revision(scenario)
        assert revision is not None
        revision.content = evil_content()
    number = owner.number
    for path in ("", "/check", *(f"/edit/{step.key}" for step in SCENARIO.steps if step.key != "budget")):
        for language in ("zh", "en"):
            assert_harmless(owner.browser.get(f"/scenarios/{number}{path}?lang={language}").text)
    assert_harmless(owner.browser.get(f"/scenarios/{number}/edit/budget").text)
    with transaction():
        (key,) = load(SCENARIO, [Loaded(accounts.organization(), evil_content(origin="listed"), compiled=True)])
    public = db.session.get_one(Scenario, key).number
    for language in ("zh", "en"):
        assert_harmless(app.test_client().get(f"/scenarios/{public}?lang={language}").text)


def test_numbers_that_are_none(app: Flask, session: Db) -> None:
    for number in ("S-2026-999999", "x", "S-2026-000001'--", "é", "a" * 3000, "%20", "a%00b"):
        assert app.test_client().get(f"/scenarios/{number}").status_code == 404


# ---- statements ----


def test_the_page_asks_a_fixed_number_of_statements(app: Flask, session: Db, statements: Callable[[], int]) -> None:
    flags = [scenarios.must(spec.key, "yes", {"flag": True}) for spec in catalogue.specs() if spec.kind == "flag"]
    few = scenarios.scenario(requirements=flags[:1], conditions={})
    many = scenarios.scenario(
        requirements=flags,
        targets=[scenarios.target(f"目标{number}", "1") for number in range(30)],
    )
    with transaction():
        for number in range(8):
            member = listings.member_of(many.organization)
            services.revise(SCENARIO, many, member)
            services.save(SCENARIO, many, {**many.content, "quantity": f"{number}台"}, member, None)
            services.submit(SCENARIO, many, member, None)
            services.approve(SCENARIO, many, accounts.actor(accounts.official(accounts.PROVINCE)))
    visitor = app.test_client()
    numbers, counted = (few.number, many.number), []
    for number in numbers:
        before = statements()
        assert visitor.get(f"/scenarios/{number}").status_code == 200
        counted.append(statements() - before)
    assert counted[0] == counted[1]
    assert counted[0] <= 12
