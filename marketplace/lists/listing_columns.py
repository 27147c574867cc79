"""Columns that products and scenarios share: whose they are, whom to ask, where the row comes from, what is told."""

from __future__ import annotations

from typing import Any

from flask import current_app

from marketplace.config import Config
from marketplace.core import clock
from marketplace.core.errors import FieldError
from marketplace.core.text import Text
from marketplace.listings.kind import Kind
from marketplace.listings.models import Listing
from marketplace.lists.columns import Column, Read, as_it_is, day, email, flag, number, rows_of_text, told, words
from marketplace.organizations.checks import checked_credit_code


def opening(letter: str) -> tuple[Column, ...]:
    """Number and owner."""
    return (
        number("number", Text("编号", "Number"), letter),
        Column(
            "organization_code", Text("单位信用代码", "Credit code of the organization"),
            Text("已核验单位的统一社会信用代码", "Unified social credit code of a verified organization"),
            code_of("organization_code"), as_it_is, required=True,
        ),
        words("organization_name", Text("单位名称", "Organization"), 200,
              Text("供核对：与代码不符时不导入", "For comparison: a row with another name is refused")),
        words("title", Text("名称", "Title"), 200, required=True),
        words("title_en", Text("英文名称", "Title in English"), 300),
    )  # fmt: skip


def code_of(key: str) -> Read:
    """How a column reads a unified social credit code; empty stays empty."""

    def read(text: str) -> str:
        try:
            return checked_credit_code(text) if text else ""
        except FieldError as error:
            raise FieldError(key, error.message) from error

    return read


def validity() -> Column:
    """How long the listing is public."""
    return day("valid_until", Text("有效期至", "Valid until"), Text("留空为长期", "Empty: without end"))


def contact() -> tuple[Column, ...]:
    """Never public; in an operator's export only."""
    return (
        words("contact_name", Text("联系人", "Contact"), 60, private=True),
        words("contact_phone", Text("联系电话", "Telephone"), 40, private=True),
        email("contact_email", Text("联系邮箱", "Contact e-mail"), private=True),
    )


def origin_of_row() -> tuple[Column, ...]:
    """Where the facts come from."""
    return (
        rows_of_text("sources", Text("资料来源", "Sources"), Text("网址或文件名", "Addresses or names of documents")),
        words("source_note", Text("来源说明", "Note on sources"), 2000, lines=True),
        flag("compiled", Text("公开资料整理", "Compiled from public material"),
             Text("由公开资料整理、未经单位核实的填“是”", "yes for what its owner has not confirmed")),
    )  # fmt: skip


def closing(kind: Kind) -> tuple[Column, ...]:
    """What only the site says."""
    return (
        told("demo", Text("演示", "Demo"), flag("demo", Text("演示", "Demo"), Text("", "")).show),
        told("state", Text("状态", "State"), lambda value, language: kind.lifecycle.mark(value).label.say(language)),
        told("published", Text("发布日期", "Published on")),
        told("address", Text("网页", "Page")),
    )


def record(listing: Listing, plural: str) -> dict[str, Any]:
    """The values of all columns that stand in the content or beside it."""
    organization, published = listing.organization, listing.published_at
    return {
        **listing.content, "number": listing.number, "organization_code": organization.credit_code,
        "organization_name": organization.name, "compiled": listing.compiled, "demo": listing.demo,
        "state": listing.state, "published": clock.beijing(published).date().isoformat() if published else "",
        "address": page_address(plural, listing.number),
    }  # fmt: skip


def page_address(plural: str, object_number: str) -> str:
    """The full address of an object's page."""
    config: Config = current_app.extensions["config"]
    return f"{config.base_url.rstrip('/')}/{plural}/{object_number}"
