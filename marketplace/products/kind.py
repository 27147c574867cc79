"""What a product is to the shared mechanism of listings."""

from __future__ import annotations

from marketplace.core.text import Text
from marketplace.listings.kind import Kind
from marketplace.products.content import FIELDS, blank, check, may_file, project
from marketplace.products.lifecycle import PRODUCT_LIFE
from marketplace.products.models import Product

PRODUCT = Kind(
    name="product", plural="products", letter="P", label=Text("产品", "product"), model=Product,
    lifecycle=PRODUCT_LIFE, fields=FIELDS, check=check, project=project, blank=blank, may_file=may_file,
)  # fmt: skip
