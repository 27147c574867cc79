"""What somebody typed stays his: in another language, in larger text; a second press sends nothing, a wait is told."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.support.servers import LiveSite

# Whether each of two presses was held back by the page.
PRESS_TWICE = """() => {
  const held = [];
  window.addEventListener("submit", event => { held.push(event.defaultPrevented); event.preventDefault(); });
  const button = document.querySelector("main form button");
  button.click();
  button.click();
  return held;
}"""


def test_typed_text_goes_along_and_is_sent_once(live: LiveSite, page: Page) -> None:
    page.goto("/account/register")
    page.fill("main [name=name]", "王工")
    page.fill("main [name=email]", "wang@example.cn")
    page.locator("main [type=password]").first.fill("a sentence that is a secret")
    page.check("main [type=checkbox]")
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Register")
    expect(page.locator("main [name=name]")).to_have_value("王工")
    expect(page.locator("main [type=checkbox]")).to_be_checked()
    for field in page.locator("main [type=password]").all():
        expect(field).to_have_value("")

    # The first press is kept from leaving the page, so that the second one comes while it is under way.
    assert page.evaluate(PRESS_TWICE) == [False, True]
    expect(page.get_by_role("status").locator("progress")).to_be_visible()
    page.reload()
    page.locator("main form button").click()
    expect(page.locator(".errsum")).to_be_visible()
    page.fill("main [name=email]", "wang@example.cn")

    # The form that came back with its faults goes along too; a fresh visit finds nothing of it.
    page.get_by_role("link", name="Large text").click()
    expect(page.locator("html")).to_have_attribute("data-text", "l")
    expect(page.locator("main [name=email]")).to_have_value("wang@example.cn")
    page.goto("/account/register")
    expect(page.locator("main [name=email]")).to_have_value("")


def test_what_is_too_long_is_counted_and_never_cut(live: LiveSite, page: Page) -> None:
    page.goto("/account/register?lang=zh")
    name, line = page.locator("main [name=name]"), page.locator("#name-most")
    name.fill("王" * 40)
    expect(line).to_have_count(0)
    name.fill("王" * 70)
    expect(line).to_have_text("最多 60 个字，已写 70 个")
    page.locator("main form button").click()
    expect(page.locator(".errsum")).to_contain_text("最多 60 个字，现在有 70 个")
    expect(name).to_have_value("王" * 70)
    expect(line).to_have_class("field__error field__most")
    name.fill("王工")
    expect(line).to_have_text("最多 60 个字，已写 2 个")
