"""The same product on PostgreSQL, by people whose browsers run no script."""

from __future__ import annotations

import pytest

from tests.support.browser import Windows
from tests.support.journey_products import check_life_of_a_product
from tests.support.servers import LiveSite

pytestmark = pytest.mark.database("postgresql")


def test_a_vendor_posts_a_product_without_javascript(sample: LiveSite, windows: Windows) -> None:
    check_life_of_a_product(windows, javascript=False)
