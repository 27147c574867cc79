"""The plate of sealed bids."""

from __future__ import annotations

from flask import Flask

from marketplace.bids import drafts, unsealing
from marketplace.bids.lifecycle import SETTINGS
from marketplace.challenges.conditions import require
from marketplace.web.plate import Capability


def _init(app: Flask) -> None:
    drafts.init_drafts(app)
    require("open", "bids", unsealing.counted)
    require("fail", "bids", unsealing.too_few)


BIDS = Capability(name="bids", settings=SETTINGS, init=_init)
