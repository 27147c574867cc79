"""Pages of objects on paper: the content without the frame of the site."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.support.journey_pages import Numbers
from tests.support.servers import LiveSite


@pytest.mark.parametrize("plural", ["products", "scenarios"])
def test_an_object_prints_without_navigation(sample: LiveSite, page: Page, plural: str) -> None:
    with sample.app.app_context():
        number = Numbers().of(plural)
    page.goto(f"/{plural}/{number}")
    page.emulate_media(media="print")
    for frame in ("header.site", "footer.foot", "nav.nav", "main .jump", "main #act"):
        for part in page.locator(frame).all():
            expect(part).to_be_hidden()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator("main")).to_contain_text(number)
    assert page.pdf(format="A4").startswith(b"%PDF")
