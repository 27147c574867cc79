"""The form for a new token."""

from __future__ import annotations

from collections.abc import Sequence

from marketplace.core.text import Text
from marketplace.organizations.models import Organization
from marketplace.tokens.services import LIFETIMES, SCOPES
from marketplace.web.fields import OneOf, SomeOf, listed, written
from marketplace.web.forms import MarketplaceForm, chosen, required
from marketplace.web.languages import lazy_gettext as _l


class TokenForm(MarketplaceForm):
    """For which organization, what for, how long."""

    organization = OneOf(_l("单位"))
    name = written(_l("用途"), 60, validators=[required()])
    scopes = SomeOf(_l("权限"), validators=[chosen()], choices=listed(SCOPES.items()))
    days = OneOf(
        _l("有效期"), default="90",
        choices=listed((str(each), Text("%(n)s 天", "%(n)s days") % {"n": each}) for each in LIFETIMES),
    )  # fmt: skip

    def __init__(self, organizations: Sequence[Organization]) -> None:
        super().__init__()
        self.organization.choices = listed((str(each.id), each.label) for each in organizations)
