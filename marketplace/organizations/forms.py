"""Forms of organizations."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Self

from wtforms import (
    EmailField,
    FormField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice

from marketplace.core.text import Text
from marketplace.foundation.files import EITHER
from marketplace.organizations.marks import MOST_MARKS, Mark
from marketplace.organizations.models import Organization, OrganizationKind
from marketplace.reference import catalogue, regions
from marketplace.web.fields import AttachedOne
from marketplace.web.forms import MarketplaceForm, at_most, chosen, required
from marketplace.web.languages import lazy_gettext as _l
from marketplace.web.rows import Rows

# What the region select sends for organizations elsewhere; they are stored without a region and with a place.
OUTSIDE = "outside"


@cache
def region_choices() -> tuple[SelectChoice, ...]:
    """The province's own bodies, the 16 cities with their counties and development zones, and the rest of the world."""
    first = [
        SelectChoice("", Text("请选择", "Choose one")),
        SelectChoice(regions.PROVINCE, Text("安徽省（省直、省属单位）", "Anhui (provincial bodies and firms)")),
    ]
    inside = [
        SelectChoice(each.code, each.label, optgroup=city.label)
        for city in regions.cities()
        for each in (city, *regions.counties(city.code, zones=True))
    ]
    return (*first, *inside, SelectChoice(OUTSIDE, Text("安徽省外", "Outside Anhui")))


class IdentityForm(MarketplaceForm):
    """Who an organization is."""

    name = StringField(_l("单位全称"), [required(), at_most(120)])
    name_en = StringField(_l("英文名称"), [at_most(200)])
    kind = RadioField(
        _l("单位类型"), [chosen()], choices=[SelectChoice(each.value, each.label) for each in OrganizationKind]
    )
    credit_code = StringField(_l("统一社会信用代码"), [required(), at_most(40)])
    region = SelectField(_l("所在地"), [chosen()], choices=lambda: list(region_choices()))
    place = StringField(_l("省外所在地"), [at_most(80)])
    place_en = StringField(_l("省外所在地（英文）"), [at_most(80)])

    def values(self) -> dict[str, Any]:
        """The fields as the services take them."""
        given = {key: value for key, value in self.data.items() if key not in ("csrf_token", "parent", "licence")}
        if given.get("region") == OUTSIDE:
            given["region"] = ""
        return given

    def without(self, fields: tuple[str, ...]) -> Self:
        """The form without some fields."""
        for name in fields:
            del self[name]
        return self


class FoundForm(IdentityForm):
    """A new organization: who it is, and whom an official asks about it."""

    contact_name = StringField(_l("联系人"), [at_most(60)])
    contact_phone = StringField(_l("联系电话"), [at_most(40)])
    contact_email = EmailField(_l("联系邮箱"), [at_most(254)])


class OrganizationForm(FoundForm):
    """The same with what the public reads; the identity is left out once it is fixed."""

    about = TextAreaField(_l("单位简介"), [at_most(5000)])
    about_en = TextAreaField(_l("单位简介（英文）"), [at_most(5000)])
    website = StringField(_l("网址"), [at_most(300)])
    segments = SelectMultipleField(
        _l("产业链环节"), choices=[SelectChoice(each.code, each.label) for each in catalogue.segments()]
    )
    parent = StringField(_l("上级单位"), [at_most(40)])


@cache
def mark_choices() -> tuple[SelectChoice, ...]:
    """Nothing, or a mark with its level."""
    marks = (SelectChoice(each.code, each.label) for each in catalogue.marks())
    return (SelectChoice("", Text("（不填，或删去这一项）", "(none, or remove this one)")), *marks)


class MarkForm(MarketplaceForm):
    """One mark; a row without a code is left out."""

    class Meta:
        csrf = False

    code = SelectField(_l("标识"), choices=lambda: list(mark_choices()))
    batch = StringField(_l("批次"), [at_most(60)])
    certificate = StringField(_l("证书号或文号"), [at_most(80)])
    valid_until = StringField(_l("有效期至"), [at_most(10)])


class PapersForm(IdentityForm):
    """What an official vouches for: the identity, the licence, and the marks."""

    marks = Rows(FormField(MarkForm), called=_l("资质标识 %(number)s"), max_entries=MOST_MARKS + 1)
    licence = AttachedOne(_l("营业执照或法人证书"), kinds=EITHER)

    def add_row(self) -> None:
        """One more empty row, as long as there is room."""
        if len(self.marks.entries) <= MOST_MARKS:
            self.marks.append_entry()


def as_typed(values: Mapping[str, Any]) -> dict[str, Any]:
    """What is vouched for, as ``PapersForm`` shows it."""
    marks: list[Mark] = values["marks"]
    return {**values, "region": values["region"] or OUTSIDE, "marks": marks}


def written(organization: Organization) -> Mapping[str, Any]:
    """The organization as the form shows it."""
    keys = [
        name
        for name in OrganizationForm.__dict__ | FoundForm.__dict__ | IdentityForm.__dict__
        if hasattr(Organization, name)
    ]
    values = {key: getattr(organization, key) for key in keys if key != "parent"}
    parent = organization.parent.number if organization.parent else ""
    return {**values, "region": organization.region or OUTSIDE, "parent": parent}
