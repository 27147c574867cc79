"""The plate of the API."""

from __future__ import annotations

from marketplace.api.views import api
from marketplace.core.text import Text
from marketplace.web.plate import Capability, FooterLink

API = Capability(
    name="api",
    blueprints=lambda: (api,),
    footer=(FooterLink(2, Text("数据接口", "Data interface"), "api.docs", 20),),
)
