"""The plate of the front door."""

from __future__ import annotations

from marketplace.site.views import LABELS, site
from marketplace.web.plate import Capability, FooterLink, NavItem

SITE = Capability(
    name="site",
    blueprints=lambda: (site,),
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
