"""The lists there are, by the name that commands and addresses use."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from marketplace.lists.columns import Sheet
from marketplace.lists.organization_columns import organizations
from marketplace.lists.product_columns import products
from marketplace.lists.scenario_columns import scenarios

# Made when first asked for: the catalogue is not read at import.
SHEETS: Mapping[str, Callable[[], Sheet]] = {
    "products": products,
    "scenarios": scenarios,
    "organizations": organizations,
}
