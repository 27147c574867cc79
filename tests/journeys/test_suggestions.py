"""Suggestions in a real browser: typing, arrow keys, Escape and Enter, in both languages, and without JavaScript."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.support.browser import Windows, assert_accessible
from tests.support.servers import LiveSite


def test_a_suggestion_is_typed_chosen_left_and_followed(sample: LiveSite, windows: Windows) -> None:
    for language, said in (("zh_CN", re.compile("条建议")), ("en", re.compile("suggestion"))):
        page = windows.open(language=language)
        page.goto("/search")
        form = page.locator("form[data-suggest]").first
        box = form.locator("input[type=search]")
        box.press_sequentially("xunjian")
        options = form.get_by_role("option")
        expect(options.first).to_contain_text("巡检")
        expect(form.get_by_role("status")).to_have_text(said)
        expect(box).to_have_attribute("aria-expanded", "true")
        assert_accessible(page)

        box.press("ArrowDown")
        expect(options.first).to_have_attribute("aria-selected", "true")
        expect(box).to_have_attribute("aria-activedescendant", options.first.get_attribute("id") or "none")
        box.press("ArrowUp")
        expect(form.locator("[aria-selected=true]")).to_have_count(0)
        box.press("Escape")
        expect(options).to_have_count(0)
        expect(box).to_have_value("xunjian")

        box.press_sequentially(" ")
        expect(options.first).to_be_visible()
        box.press("ArrowDown")
        target = options.first.get_attribute("href") or ""
        box.press("Enter")
        page.wait_for_url("**" + target)

    plain = windows.open(javascript=False)
    plain.goto("/search")
    box = plain.locator("form[data-suggest] input[type=search]").first
    box.fill("xunjian")
    box.press("Enter")
    plain.wait_for_url("**/search?**xunjian**")
    expect(plain.locator(".hit__title a").first).to_be_visible()
