"""Fields of an organization in words: what each is called, and its value as a reviewer compares it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from marketplace.core.text import Text
from marketplace.organizations.marks import mark_line
from marketplace.organizations.models import OrganizationKind
from marketplace.reference import catalogue, regions

LABELS: Mapping[str, Text] = {
    "name": Text("单位全称", "Full name"),
    "name_en": Text("英文名称", "English name"),
    "kind": Text("单位类型", "Kind"),
    "credit_code": Text("统一社会信用代码", "Unified social credit code"),
    "region": Text("所在地", "Place"),
    "place": Text("省外所在地", "Place outside Anhui"),
    "place_en": Text("省外所在地（英文）", "Place outside Anhui, in English"),
    "marks": Text("资质标识", "Marks"),
    "licence_id": Text("执照", "Licence"),
    "about": Text("单位简介", "About"),
    "about_en": Text("英文单位简介", "About, in English"),
    "website": Text("网址", "Website"),
    "segments": Text("产业链环节", "Value-chain segments"),
    "contact_name": Text("联系人", "Contact"),
    "contact_phone": Text("联系电话", "Telephone"),
    "contact_email": Text("联系邮箱", "Contact e-mail"),
}
# In history instead of contact data.
NOT_KEPT = "…"
OUTSIDE = Text("安徽省外", "Outside Anhui")
NO_LICENCE = Text("没有上传", "none uploaded")


def in_words(key: str, value: Any) -> Text:
    """A stored value in words."""
    if value == NOT_KEPT:
        return Text("旧值不留存", "the old value is not kept")
    if key == "kind":
        return OrganizationKind(value).label
    if key == "region":
        return regions.full_name(value) if value else OUTSIDE
    if key == "marks":
        return _lines(mark_line(mark) for mark in value)
    if key == "segments":
        return _lines(catalogue.segment(code).label for code in value)
    if key == "licence_id":
        return Text(f"文件 {value}", f"file {value}") if value else NO_LICENCE
    return Text(str(value), str(value))


def compared(changes: Mapping[str, list[Any]]) -> list[tuple[str, Text, Text, Text]]:
    """(key, what it is called, the old value, the new one) of {key: [old, new]}, in the order of LABELS."""
    return [(key, LABELS[key], *(in_words(key, value) for value in changes[key])) for key in LABELS if key in changes]  # type: ignore[misc]


def _lines(texts: Iterable[Text]) -> Text:
    found = list(texts)
    return Text("\n".join(each.zh for each in found), "\n".join(each.en for each in found))
