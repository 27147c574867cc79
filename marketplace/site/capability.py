"""The plate of the front door."""

from __future__ import annotations

from marketplace.core.text import Text
from marketplace.site.views import LABELS, site
from marketplace.web.limits import A_MINUTE, Limit, figure
from marketplace.web.plate import Capability, FooterLink, NavItem

# Every other act that writes, on any page: faster than hands can, slower than a script that makes rubbish.
ACTS = figure("site.acts", Text("其他提交", "Other acts that write"), 300, A_MINUTE)

SITE = Capability(
    name="site",
    blueprints=lambda: (site,),
    limits=(Limit(ACTS, ("",), methods=("POST", "PUT", "PATCH", "DELETE")),),
    navigation=(
        NavItem("home", LABELS["home"], "site.home", 10),
        NavItem("help", LABELS["help"], "site.help_page", 90),
    ),
    footer=(
        FooterLink(3, LABELS["help"], "site.help_page", 10),
        FooterLink(3, LABELS["accessibility"], "site.accessibility", 20),
        FooterLink(3, LABELS["privacy"], "site.privacy", 30),
    ),
)
