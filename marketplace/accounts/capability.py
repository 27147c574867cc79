"""The plate of accounts: pages of people, and the mails of their addresses."""

from __future__ import annotations

from marketplace.accounts import notify, views
from marketplace.core.text import Text
from marketplace.foundation.letters import SECURITY
from marketplace.web.limits import AN_HOUR, Limit, figure
from marketplace.web.plate import Capability, FooterLink

# Every registration sends a mail. A training course of a hundred people behind one address still gets through.
REGISTRATIONS = figure("accounts.registrations", Text("注册", "Registrations"), 200, AN_HOUR)

ACCOUNTS = Capability(
    name="accounts",
    blueprints=lambda: (views.blueprint(),),
    footer=(FooterLink(1, Text("注册账号", "Register"), "accounts.register", 10),),
    limits=(Limit(REGISTRATIONS, ("accounts.register",), "hour", ("POST",)),),
    letters={
        "user.registered": notify.registered,
        "user.registered_again": notify.registered_again,
    },
    letter_groups=(SECURITY,),
)
