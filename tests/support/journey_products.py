"""A vendor's product from the first page of the guided form to the public page, as the vendor does it."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.support.browser import Windows
from tests.support.journey import PDF, Person, arrive, downloads, jpeg

TITLE = "旅程Q9　四足巡线机器人"


def write_product(vendor: Person, title: str = TITLE) -> str:
    """Fill in every page of the form and stop at the pre-check; gives the number of the draft."""
    vendor.open("/products/new")
    vendor.fill({"title": title, "model": "旅程Q9", "category": "quadruped", "domains": ["special"]})
    vendor.fill({"summary": "沿电缆隧道巡线，续航 4 小时。", "title_en": "Journey Q9 quadruped"})
    vendor.go_on()
    number = vendor.number()
    attach_files(vendor)
    vendor.go_on()
    write_specs(vendor)
    vendor.go_on()
    vendor.fill({"cases": "某电缆隧道，巡线，2025 年起"})
    vendor.go_on()
    vendor.fill({"ways": ["sale"], "delivery": "45 日内", "contact_name": "王五", "contact_phone": "0551-62990000"})
    vendor.go_on()
    expect(vendor.main.get_by_role("heading", level=1)).to_have_text("预检并提交")
    return number


def attach_files(vendor: Person) -> None:
    """One picture and one document, with their captions."""
    vendor.attach("new_pictures", [("现场.jpg", "image/jpeg", jpeg())])
    vendor.attach("new_files", [("检测报告.pdf", "application/pdf", PDF)])
    vendor.press("上传")
    vendor.fill({"pictures-0-caption": "隧道内巡线", "files-0-title": "检测报告 2026-1"})


def write_specs(vendor: Person) -> None:
    """Three claims with different evidence, one proved by the file."""
    vendor.fill({
        "specs-payload-value": "20", "specs-endurance-value": "2.5-4", "specs-ip_rating-value": "IP67",
        "specs-payload-evidence": "tested",
    })  # fmt: skip
    vendor.main.locator('[name="specs-payload-file"]').select_option(index=1)


def submit(person: Person) -> None:
    """Send what the pre-check shows."""
    person.press("提交审核")
    expect(person.main.get_by_role("status")).to_contain_text("已送审")


def check_life_of_a_product(windows: Windows, *, javascript: bool = True) -> None:
    """Posted, returned, corrected, published and found within two seconds, revised; each sees what is for him."""
    vendor, city, visitor = (arrive(windows, who, javascript=javascript) for who in ("vendor", "city", ""))
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
    assert not visitor.finds("渡槽", TITLE)
    city.decide("products", number, "approve")
    visitor.open(f"/products/{number}")
    expect(visitor.main).to_contain_text("25 kg")
    visitor.finds_soon("渡槽", TITLE)


def return_with_a_reason(city: Person, number: str) -> None:
    city.open("/review/?kind=products")
    expect(city.main).to_contain_text(TITLE)
    city.open(f"/review/products/{number}")
    expect(city.main).to_contain_text("第一次送审，公众还看不到")
    city.fill({"decision": "return"})
    city.press("提交决定")
    assert city.errors() == ["给申请方的话：退回要写明理由：勾选一条，或写一句话"]
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
    vendor.fill({"summary": "沿渡槽巡线，续航 4 小时。"})
    vendor.go_on()
    vendor.go_on()
    vendor.fill({"specs-payload-value": "25"})
    vendor.go_on()
    vendor.open(f"/products/{number}/check")
    submit(vendor)


def check_reviewer_sees_the_change(city: Person, number: str) -> None:
    main = city.open(f"/review/products/{number}")
    expect(main).to_contain_text("修订 2 项")
    rows = main.locator("section", has=city.page.get_by_role("heading", name="修改对照")).locator("tbody tr")
    expect(rows).to_have_count(2)
    summary, payload = rows.all()
    expect(summary.locator("del")).to_contain_text("电缆隧道")
    expect(summary.locator("ins")).to_contain_text("渡槽")
    expect(payload).to_contain_text("额定负载")
    expect(payload.locator("del")).to_contain_text("20")
    expect(payload.locator("ins")).to_contain_text("25")
