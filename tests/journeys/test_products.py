"""A product from the vendor's first word to the public page, returned, corrected, published, revised; in a browser."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.support.browser import Windows
from tests.support.journey import PDF, Person, arrive, downloads
from tests.support.journey_products import TITLE, submit, write_product
from tests.support.servers import LiveSite


def test_a_vendor_posts_a_product_and_everybody_finds_it(sample: LiveSite, windows: Windows) -> None:
    vendor, city, visitor = arrive(windows, "vendor"), arrive(windows, "city"), arrive(windows)
    number = write_product(vendor)
    submit(vendor)
    visitor.open(f"/products/{number}", status=404)
    return_with_a_reason(city, number)
    correct(vendor, number)
    city.decide("products", number, "approve")
    visitor.finds_soon("旅程Q9", TITLE)
    check_public_page(visitor, number)
    revise(vendor, number)
    check_reviewer_sees_the_change(city, number)
    visitor.open(f"/products/{number}")
    expect(visitor.main).to_contain_text("20 kg")
    expect(visitor.main).not_to_contain_text("25 kg")
    assert not visitor.finds("长隧道", TITLE)
    city.decide("products", number, "approve")
    visitor.open(f"/products/{number}")
    expect(visitor.main).to_contain_text("25 kg")
    visitor.finds_soon("长隧道", TITLE)


def return_with_a_reason(city: Person, number: str) -> None:
    city.open("/review/?kind=products")
    expect(city.main).to_contain_text(TITLE)
    city.open(f"/review/products/{number}")
    expect(city.main).to_contain_text("第一次送审，公众还看不到")
    city.fill({"decision": "return"})
    city.press("提交决定")
    assert city.errors() == ["退回要写明理由：勾选一条，或写一句话"]
    city.fill({"reasons": ["material"], "note": "请补应用案例的时间"})
    city.press("提交决定")
    expect(city.main.get_by_role("status")).to_contain_text(TITLE)


def correct(vendor: Person, number: str) -> None:
    vendor.open("/workspace/")
    expect(vendor.main).to_contain_text("缺少支撑材料")
    vendor.open(f"/products/{number}/edit/merits")
    expect(vendor.main).to_contain_text("请补应用案例的时间")
    vendor.fill({"cases": "某电缆隧道，巡线，2025 年 3 月起"})
    vendor.go_on()
    vendor.go_on()
    submit(vendor)


def check_public_page(visitor: Person, number: str) -> None:
    main = visitor.open(f"/products/{number}")
    expect(main.get_by_role("heading", level=1)).to_have_text(TITLE)
    for words in ("20 kg", "2.5–4", "IP67", "检测", "2025 年 3 月起", "45 日内"):
        expect(main).to_contain_text(words)
    for hidden in ("王五", "62990000", "请补应用案例的时间"):
        expect(main).not_to_contain_text(hidden)
    picture = main.get_by_role("img", name="隧道内巡线")
    assert picture.evaluate("e => e.complete && e.naturalWidth") > 0
    assert downloads(visitor.page, main.get_by_role("link", name=re.compile("检测报告 2026-1")).last) == PDF


def revise(vendor: Person, number: str) -> None:
    vendor.open(f"/products/{number}")
    vendor.press("修订")
    vendor.fill({"summary_zh": "沿长隧道巡线，续航 4 小时。"})
    vendor.go_on()
    vendor.go_on()
    vendor.fill({"specs-payload-value": "25"})
    vendor.go_on()
    vendor.open(f"/products/{number}/check")
    submit(vendor)


def check_reviewer_sees_the_change(city: Person, number: str) -> None:
    main = city.open(f"/review/products/{number}")
    expect(main).to_contain_text("修订 2 项")
    rows = main.locator("section", has=main.get_by_role("heading", name="修改对照")).locator("tbody tr")
    expect(rows).to_have_count(2)
    summary, payload = rows.all()
    expect(summary.locator("del")).to_contain_text("电缆")
    expect(summary.locator("ins")).to_contain_text("长")
    expect(payload).to_contain_text("额定负载")
    expect(payload.locator("del")).to_contain_text("20")
    expect(payload.locator("ins")).to_contain_text("25")
