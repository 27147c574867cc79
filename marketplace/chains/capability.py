"""The plate of chains: the page, the strip on pages of objects, the record of uses on a product's."""

from __future__ import annotations

from flask import Flask

from marketplace.chains import showing, views
from marketplace.web.plate import Capability


def _init(app: Flask) -> None:
    app.extensions["chain_strip"] = showing.strip
    app.extensions.setdefault("listing_panels", {}).setdefault("product", []).append(showing.product_panel)


CHAINS = Capability(name="chains", blueprints=lambda: (views.blueprint(),), init=_init)
