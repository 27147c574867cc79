"""The way in to the invented listings of the demo accounts; every state of the two life cycles occurs."""

from marketplace.sample.demo_products import demo_products
from marketplace.sample.demo_scenarios import demo_scenarios
from marketplace.sample.listing import DemoListing, with_dates

__all__ = ["DemoListing", "demo_products", "demo_scenarios", "with_dates"]
