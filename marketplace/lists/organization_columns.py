"""The columns of the organization list. Values follow the checks of accounts (ORGANIZATION_CHECKS)."""

from __future__ import annotations

from functools import cache
from typing import Any

from marketplace.core.errors import FieldError
from marketplace.core.text import Text
from marketplace.lists.columns import (
    Column,
    Sheet,
    Values,
    as_it_is,
    choice,
    flag,
    number,
    region,
    rows_of_text,
    several,
    told,
)
from marketplace.lists.listing_columns import code_of, page_address
from marketplace.organizations.checks import ORGANIZATION_CHECKS
from marketplace.organizations.lifecycle import ORGANIZATION
from marketplace.organizations.marks import codes_of, valid_marks
from marketplace.organizations.models import KIND_LABELS, Organization
from marketplace.reference import catalogue

# What accounts.services takes by the same name.
FIELDS = (
    "name", "name_en", "kind", "credit_code", "region", "place", "place_en", "about", "about_en", "website",
    "segments", "contact_name", "contact_phone", "contact_email",
)  # fmt: skip


@cache
def organizations() -> Sheet:
    """The sheet of organizations."""
    label = Text("单位", "Organizations")
    return Sheet("organizations", "organization", label, _columns(), organization_record, _check)


def _columns() -> tuple[Column, ...]:
    segments = {each.code: each.label for each in catalogue.segments()}
    kinds = {kind.value: label for kind, label in KIND_LABELS.items()}
    code = Text("18 位，导入时核对校验码；已有的代码按代码更新", "With a check digit; a known code is updated")
    outside = Text("安徽省外留空，写所在地", "Empty outside Anhui; then give the place")
    return (
        number("number", Text("编号", "Number"), "O"),
        _field("name", Text("名称", "Name"), Text("营业执照上的全称", "Full name as on the licence"), required=True),
        _field("name_en", Text("英文名称", "Name in English")),
        choice("kind", Text("单位类型", "Kind"), kinds, required=True),
        _field("credit_code", Text("统一社会信用代码", "Unified social credit code"), code, required=True),
        region("region", Text("所在市县", "City or county"), outside),
        _field("place", Text("所在地", "Place"), Text("安徽省外必填，例如 上海市", "Needed outside Anhui")),
        _field("place_en", Text("英文所在地", "Place in English")),
        several("segments", Text("产业链环节", "Value-chain segments"), segments),
        several("marks", Text("资质与标识", "Marks"), {each.code: each.label for each in catalogue.marks()}),
        _field("website", Text("网址", "Website")),
        _field("about", Text("单位简介", "About")),
        _field("about_en", Text("英文单位简介", "About, in English")),
        Column("parent_code", Text("上级单位信用代码", "Credit code of the parent"),
               Text("上级单位已登记，或在同一文件中", "The parent is registered or stands in the same file"),
               code_of("parent_code"), as_it_is),
        _field("contact_name", Text("联系人", "Contact"), private=True),
        _field("contact_phone", Text("联系电话", "Telephone"), private=True),
        _field("contact_email", Text("联系邮箱", "Contact e-mail"), private=True),
        rows_of_text("sources", Text("资料来源", "Sources"), Text("网址或文件名", "Addresses or names of documents")),
        flag("compiled", Text("公开资料整理", "Compiled from public material"),
             Text("由公开资料整理、未经单位核实的填“是”", "yes for what its owner has not confirmed")),
        flag("demo", Text("演示", "Demo"), Text("演示单位填“是”", "yes for units of a demonstration")),
        told("state", Text("状态", "State"), lambda value, language: ORGANIZATION.mark(value).label.say(language)),
        told("address", Text("网页", "Page")),
    )  # fmt: skip


def _field(key: str, head: Text, note: Text = Text("", ""), **more: Any) -> Column:
    return Column(key, head, note, ORGANIZATION_CHECKS[key], as_it_is, **more)


def organization_record(organization: Organization) -> Values:
    """The values of all columns of an organization; its parent is loaded with it."""
    upper = organization.parent
    return {
        **{key: getattr(organization, key) for key in FIELDS},
        **{key: getattr(organization, key) for key in ("number", "sources", "compiled", "demo", "state")},
        "marks": codes_of(valid_marks(organization.marks)),
        "parent_code": upper.credit_code if upper is not None and organization.parent_state == "accepted" else "",
        "address": page_address("organizations", organization.number),
    }


def _check(before: Values, given: Values) -> list[FieldError]:
    row = {**before, **given}
    errors = []
    if not row.get("region") and not row.get("place"):
        errors.append(FieldError("place", Text("安徽省外的单位请写所在省市", "Give the place of one outside Anhui")))
    if row.get("parent_code") and row["parent_code"] == row.get("credit_code"):
        errors.append(FieldError("parent_code", Text("上级单位不能是自己", "It cannot be its own parent")))
    return errors
