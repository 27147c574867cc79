"""What is ticked for comparison, in a real browser: kept over the pages of a list; two products fit a telephone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import Windows, assert_accessible
from tests.support.servers import LiveSite


def tick(page: Page, place: int) -> str:
    """Tick a product of the page; gives its number."""
    box = page.locator("#results input[name=no]").nth(place)
    box.check()
    return str(box.get_attribute("value"))


def test_ticks_are_kept_over_the_pages_of_a_list_and_sent_in_their_order(sample: LiveSite, windows: Windows) -> None:
    page = windows.open()
    page.goto("/products")
    said = page.locator("[data-ticked]")
    expect(said).to_be_hidden()
    first = tick(page, 3)
    expect(said).to_contain_text("已选 1 个")
    page.locator("a[rel=next]").click()
    page.wait_for_url("**page=2**")
    expect(said).to_contain_text("已选 1 个")
    second = tick(page, 0)
    expect(said).to_contain_text("已选 2 个")
    assert_accessible(page)
    page.get_by_role("button", name="对比所选").click()
    page.wait_for_url("**/products/compare?**")
    assert re.findall(r"no=([^&]+)", page.url) == [first, second]
    page.goto("/products")
    expect(page.locator(f"input[value='{first}']")).to_be_checked()
    said.get_by_role("button").click()
    expect(page.locator(f"input[value='{first}']")).not_to_be_checked()
    expect(said).to_be_hidden()

    # A browser that only pretends to have no script draws no noscript.
    assert '<noscript><span class="small mute">只算本页勾选的' in page.request.get("/products").text()


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_two_products_stand_side_by_side_on_a_telephone(sample: LiveSite, windows: Windows, language: str) -> None:
    page = windows.open(language=language, width=390, height=844)
    page.goto("/products?category=cobot")
    numbers = [str(page.locator("#results input[name=no]").nth(n).get_attribute("value")) for n in range(4)]
    page.goto("/products/compare?" + "&".join(f"no={number}" for number in numbers))
    wrap = page.locator(".tablewrap").first
    frame, second = wrap.bounding_box(), page.locator(".compare thead th").nth(2).bounding_box()
    assert frame
    assert second
    assert second["x"] + second["width"] <= frame["x"] + frame["width"] + 1
    wrap.evaluate("each => { each.scrollLeft = each.scrollWidth; }")
    heading = page.locator(".compare .grp span").first.bounding_box()
    assert heading
    assert heading["x"] >= frame["x"]
