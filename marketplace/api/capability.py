"""The plate of the API."""

from __future__ import annotations

from marketplace.api import writing
from marketplace.api.views import api
from marketplace.core.text import Text
from marketplace.web.limits import A_MINUTE, Limit, figure
from marketplace.web.plate import Capability, FooterLink

# Twenty a second: a program that reads a whole list asks for 200 items at once.
CALLS = figure("api.calls", Text("数据接口", "Calls of the data interface"), 1200, A_MINUTE)

API = Capability(
    name="api",
    blueprints=lambda: (api, writing.writing),
    limits=(Limit(CALLS, ("api.", "api_writing.")),),
    init=writing.init,
    footer=(FooterLink(2, Text("数据接口", "Data interface"), "api.docs", 20),),
)
