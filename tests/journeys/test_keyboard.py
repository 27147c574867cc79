"""By keyboard alone: skip to the content, search, open a product, sign in, write the first page of a product."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from marketplace.cli.demo import PASSWORD
from tests.support.servers import LiveSite

MOST_TABS = 120
MARKED = """() => {
  const style = getComputedStyle(document.activeElement);
  return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0 || style.boxShadow !== "none";
}"""


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the element has the focus; it must be marked there."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            assert page.evaluate(MARKED), f"the focus on {selector} cannot be seen"
            return
    raise AssertionError(f"Tab does not reach {selector}")


def write(page: Page, selector: str, words: str) -> None:
    """Go to a field and type."""
    tab_to(page, selector)
    page.keyboard.insert_text(words)


def press(page: Page, selector: str, key: str = "Enter") -> None:
    """Go to a button or link and press it."""
    tab_to(page, selector)
    page.keyboard.press(key)


def test_the_site_is_usable_by_keyboard_alone(sample: LiveSite, page: Page) -> None:
    page.goto("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    write(page, "main input[type=search]", "演示Q1")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?**")
    press(page, ".hit__title a")
    expect(page.get_by_role("heading", level=1)).to_contain_text("演示Q1")
    press(page, "details > summary")
    expect(page.locator("main details").first).to_have_attribute("open", "")

    page.goto("/products/new")
    write(page, "main [name=email]", "vendor@demo.example")
    write(page, "main [name=password]", PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("是什么")
    write(page, "[name=title]", "旅程K1　键盘录入的机器人")
    tab_to(page, "[name=category]")
    page.keyboard.type("四足")
    press(page, "[name=domains]", "Space")
    write(page, "[name=summary]", "只用键盘填写。")
    press(page, "main .formend .btn")
    expect(page.get_by_role("heading", level=1)).to_have_text("图片与附件")
    page.go_back()
    expect(page.locator("[name=title]")).to_be_visible()
