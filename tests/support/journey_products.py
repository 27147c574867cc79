"""A vendor's product from the first page of the guided form to the public page, as the vendor does it."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.support.journey import PDF, Person, jpeg

TITLE = "旅程Q9　四足巡线机器人"


def write_product(vendor: Person, title: str = TITLE) -> str:
    """Fill in every page of the form and stop at the pre-check; gives the number of the draft."""
    vendor.open("/products/new")
    vendor.fill({"title": title, "model": "旅程Q9", "category": "quadruped", "domains": ["special"]})
    vendor.fill({"summary_zh": "沿电缆隧道巡线，续航 4 小时。", "title_en": "Journey Q9 quadruped"})
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
