"""Menus come from the plates of what exists, in the reader's language; what waits is counted and sorted."""

from __future__ import annotations

import pytest
from flask import Flask

from marketplace.core.text import Text
from marketplace.web.navigation import footer_columns
from marketplace.web.navigation import navigation as menu
from marketplace.web.plate import Capability, FooterLink, NavItem
from tests.factories import accounts
from tests.support.site import Client

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # menus ask no database


def test_the_menu_is_in_order_and_in_the_language_of_the_reader(app: Flask) -> None:
    plates = (
        Capability("b", navigation=(NavItem("help", Text("帮助", "Help"), "site.help_page", 90),)),
        Capability("a", navigation=(NavItem("home", Text("首页", "Home"), "site.home", 10),)),
    )
    app.extensions["capabilities"] = plates
    with app.test_request_context("/?lang=zh"):
        assert [(each.key, each.label, each.href) for each in menu()] == [
            ("home", "首页", "/"),
            ("help", "帮助", "/help"),
        ]
    with app.test_request_context("/?lang=en"):
        assert [each.label for each in menu()] == ["Home", "Help"]


def test_an_empty_column_of_the_footer_is_left_out(app: Flask) -> None:
    links = (
        FooterLink(3, Text("帮助", "Help"), "site.help_page"),
        FooterLink(3, Text("首页", "Home"), "site.home", 10),
    )
    app.extensions["capabilities"] = (Capability("a", footer=links),)
    with app.test_request_context("/?lang=en"):
        assert footer_columns() == [("Help", [("Home", "/"), ("Help", "/help")])]


def test_every_entry_of_the_site_leads_to_a_page(app: Flask, client: Client) -> None:
    from marketplace.search.services import ensure

    with app.app_context():
        ensure()
    with app.test_request_context("/"):
        addresses = [each.href for each in menu()] + [
            href for _head, links in footer_columns() for _label, href in links
        ]
    assert len(addresses) > 8
    for address in addresses:
        assert client.get(address).status_code in (200, 302), address


def test_the_menu_names_the_present_section(app: Flask, client: Client) -> None:
    with app.app_context():
        accounts.person("zhang@test.example")
    accounts.sign_in(client, "zhang@test.example")
    page = client.get("/help").text
    assert 'href="/help" aria-current="page"' in page
    assert 'href="/" aria-current="page"' not in page
    assert "工作台" in page
    assert "工作台" not in app.test_client().get("/help").text.partition("<main")[0]
