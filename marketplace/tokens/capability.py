"""The plate of tokens."""

from __future__ import annotations

from collections.abc import Sequence

from marketplace.core.text import Text
from marketplace.tokens import queries
from marketplace.tokens.views import blueprint
from marketplace.web.plate import Capability, FooterLink, Named, Recorded


def named(ids: Sequence[int]) -> dict[int, Named]:
    """Tokens as the logs name them."""
    return {key: Named(name) for key, name in queries.names_of(ids).items()}


RECORDED = Recorded(
    "api_token", Text("接口令牌", "Token"),
    acts={"make": Text("建立令牌", "Token made"), "revoke": Text("撤销令牌", "Token revoked")}, named=named,
)  # fmt: skip

TOKENS = Capability(
    name="tokens",
    blueprints=lambda: (blueprint(),),
    footer=(FooterLink(1, Text("接口令牌", "Interface tokens"), "tokens.table", 60),),
    records=(RECORDED,),
    personal=queries.personal,
)
