"""A need with two must-haves from the first word to the public page and its revision; no browser runs a script."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.support.browser import Windows
from tests.support.journey import Person, arrive
from tests.support.journey_products import submit
from tests.support.journey_scenarios import TITLE, write_scenario
from tests.support.servers import LiveSite


def test_a_firm_posts_a_need_with_two_must_haves(sample: LiveSite, windows: Windows) -> None:
    firm, city, visitor = (arrive(windows, who, javascript=False) for who in ("soe", "province", ""))
    number = write_scenario(firm)
    submit(firm)
    city.decide("scenarios", number, "return", "请写明水位条件")
    firm.open(f"/scenarios/{number}/edit/what")
    expect(firm.main).to_contain_text("请写明水位条件")
    firm.fill({"situation": "夜间两人巡视，每次 90 分钟，水位 2 m 以下。"})
    firm.go_on()
    firm.open(f"/scenarios/{number}/check")
    submit(firm)
    visitor.open(f"/scenarios/{number}", status=404)
    city.decide("scenarios", number, "approve")
    visitor.finds_soon("旅程泵站", TITLE)
    check_public_page(visitor, number)
    revise(firm, number)
    check_reviewer_sees_the_change(city, number)
    expect(visitor.open(f"/scenarios/{number}")).to_contain_text("≥ 15 kg")
    city.decide("scenarios", number, "approve")
    expect(visitor.open(f"/scenarios/{number}")).to_contain_text("≥ 12 kg")


def check_public_page(visitor: Person, number: str) -> None:
    main = visitor.open(f"/scenarios/{number}")
    for words in (TITLE, "水位 2 m 以下", "额定负载", "≥ 15 kg", "带检修工具", "≥ 3 h", "≤ 60 min", "旅程泵站"):
        expect(main).to_contain_text(words)
    for hidden in ("赵六", "62990001", "请写明水位条件"):
        expect(main).not_to_contain_text(hidden)


def revise(firm: Person, number: str) -> None:
    firm.open(f"/scenarios/{number}")
    firm.press("修订")
    firm.open(f"/scenarios/{number}/edit/requirements")
    firm.fill({"requirements-0-value": "12"})
    firm.go_on()
    firm.open(f"/scenarios/{number}/check")
    submit(firm)


def check_reviewer_sees_the_change(city: Person, number: str) -> None:
    main = city.open(f"/review/scenarios/{number}")
    expect(main).to_contain_text("修订 1 项")
    rows = main.locator("section", has=city.page.get_by_role("heading", name="修改对照")).locator("tbody tr")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("额定负载")
    expect(rows.locator("del")).to_contain_text("15")
    expect(rows.locator("ins")).to_contain_text("12")
