"""Forms of the library: what helped a need, for whom a need is copied, why one is taken in."""

from __future__ import annotations

from collections.abc import Sequence

from wtforms import StringField, TextAreaField

from marketplace.cultivation.models import LIMITS, RESOURCES
from marketplace.foundation.lifecycle import REASON_LIMIT
from marketplace.organizations.checks import website
from marketplace.organizations.models import Organization
from marketplace.web.fields import OneOf, OneShown, listed, read_into, written
from marketplace.web.forms import MarketplaceForm, at_most, chosen, required
from marketplace.web.languages import lazy_gettext as _l


class ResourceForm(MarketplaceForm):
    """A data set or facility that helped."""

    kind = OneOf(_l("类型"), choices=listed(RESOURCES.items()), default="dataset")
    title = StringField(_l("名称"), [required(), at_most(LIMITS["name"])])
    title_en = written(_l("英文名称（选填）"), LIMITS["name_en"])
    holder = StringField(_l("持有单位"), [required(), at_most(LIMITS["holder"])])
    link = StringField(_l("网址（选填）"), [at_most(LIMITS["link"])], render_kw={"placeholder": "https://"})

    def validate(self, extra_validators: object = None) -> bool:
        super().validate(extra_validators)
        read_into(self, "link", website)
        return not self.errors

    def content(self) -> dict[str, str]:
        """The row as it is stored."""
        return {
            "kind": self.kind.data, "name": self.title.data or "", "name_en": self.title_en.data or "",
            "holder": self.holder.data or "", "link": self.link.data or "",
        }  # fmt: skip


class AdmitForm(MarketplaceForm):
    """Why a need is taken into the library."""

    reason = TextAreaField(_l("理由"), [required(), at_most(REASON_LIMIT)])


class CopyForm(MarketplaceForm):
    """For which organization a need is copied."""

    organization = OneShown(_l("复制给哪个单位"), choices=[], validators=[chosen()])

    def offer(self, organizations: Sequence[Organization]) -> CopyForm:
        """With these organizations to choose from; a single one is chosen already."""
        self.organization.choices = listed([(each.number, each.label) for each in organizations])
        if len(organizations) == 1 and not self.organization.data:
            self.organization.data = organizations[0].number
        return self
