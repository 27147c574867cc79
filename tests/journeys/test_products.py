"""A product from the vendor's first word to the public page, on SQLite."""

from __future__ import annotations

from tests.support.browser import Windows
from tests.support.journey_products import check_life_of_a_product
from tests.support.servers import LiveSite


def test_a_vendor_posts_a_product_and_everybody_finds_it(sample: LiveSite, windows: Windows) -> None:
    check_life_of_a_product(windows)
