"""The life of a product: that of every listing."""

from __future__ import annotations

from marketplace.core.lifecycle import Lifecycle
from marketplace.core.text import Text
from marketplace.listings.lifecycle import STATES, listing_steps

PRODUCT_LIFE = Lifecycle("product", Text("产品供给", "Product"), start="draft", states=STATES, steps=listing_steps())
