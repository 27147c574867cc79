"""Suggestions in a real browser: typing, arrow keys, Escape and Enter, in both languages, and without JavaScript."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Request, Route, expect

from tests.support.browser import Windows, assert_accessible
from tests.support.servers import LiveSite


def test_a_suggestion_is_typed_chosen_left_and_followed(sample: LiveSite, windows: Windows) -> None:
    for language, first, said in (("zh_CN", "巡检", "条建议"), ("en", "inspection", "suggestion")):
        page = windows.open(language=language)
        page.goto("/search")
        form = page.locator("form[data-suggest]").first
        box = form.locator("input[type=search]")
        box.press_sequentially("xunjian")
        options = form.get_by_role("option")
        expect(options.first).to_contain_text(first)
        expect(form.get_by_role("status")).to_have_text(re.compile(said))
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


def test_the_list_is_of_what_the_box_holds_now(sample: LiveSite, windows: Windows) -> None:
    page = windows.open()
    held: list[Route] = []

    def answer(route: Route) -> None:
        """To "xun" when the test says so, to all else at once."""
        if words_of(route.request) == "xun":
            held.append(route)
        else:
            route.continue_()

    page.route("**/search/suggest?*", answer)
    page.goto("/search")
    form = page.locator("form[data-suggest]").first
    box, options = form.locator("input[type=search]"), form.get_by_role("option")
    box.press_sequentially("xu")
    expect(options.first).to_be_visible()
    with page.expect_request(lambda request: words_of(request) == "xun"):
        box.press("n")
    box.press("ArrowDown")
    expect(form.locator("[aria-selected=true]")).to_have_count(0)  # the list is still that of "xu"
    with page.expect_response(lambda response: words_of(response.request) == "xunj"):
        box.press("j")
    expect(options.first).to_contain_text("巡检")
    now = options.all_text_contents()
    with page.expect_response(lambda response: words_of(response.request) == "xun") as late:
        held[0].continue_()
    late.value.finished()
    page.evaluate("fetch('/search/suggest?q=x').then(answer => answer.text())")  # by then the late one was read, too
    assert options.all_text_contents() == now
    box.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")


def words_of(request: Request) -> str:
    return parse_qs(urlsplit(request.url).query).get("q", [""])[0]


def test_the_home_page_and_a_list_suggest_too(sample: LiveSite, windows: Windows) -> None:
    page = windows.open()
    for path, box_id in (("/", "q"), ("/products", "lq"), ("/nowhere", "q")):
        page.goto(path)
        box = page.locator(f"main #{box_id}")
        box.press_sequentially("xunj", delay=120)
        expect(page.locator(f"#{box_id}-suggestions").get_by_role("option").first).to_contain_text("巡检")
        assert_accessible(page)
    box.press("Escape")
    page.goto("/products?category=cobot")
    page.get_by_role("button", name="应用筛选").click()
    page.wait_for_url("**/products?**")
    assert "spec." not in page.url
