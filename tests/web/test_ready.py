"""Kept pages: the same for every visitor, gone with the first change, never a member's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from marketplace.core.actor import SYSTEM, Actor, PostHeld
from marketplace.foundation import ledger
from marketplace.foundation.db import db, transaction
from marketplace.foundation.lifecycle import move
from marketplace.organizations.lifecycle import ORGANIZATION
from marketplace.organizations.models import Organization
from marketplace.organizations.services import load_organization
from marketplace.sample.credit import credit_code
from marketplace.search.services import rebuild
from marketplace.web import ready


@pytest.fixture
def organization(app: Flask) -> int:
    """A verified organization, in the index."""
    with app.app_context():
        with transaction():
            made = load_organization(
                name="演示单位·甲", name_en="Demo unit A", kind="vendor", credit_code=credit_code("演示单位·甲"),
                region="340100", place="", place_en="", website="", compiled=False, demo=True,
            )  # fmt: skip
        rebuild()
        return made.id


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The keys of what was put among the kept pages."""
    keys: list[object] = []
    put = ready.ReadyPages.put

    def noted(self: ready.ReadyPages, key: object, page: bytes, until: datetime | None) -> None:
        keys.append(key)
        put(self, key, page, until)

    monkeypatch.setattr(ready.ReadyPages, "put", noted)
    return keys


def test_a_page_is_drawn_once_for_all_visitors(app: Flask, organization: int, kept: list[object]) -> None:
    first = app.test_client().get("/organizations")
    second = app.test_client().get("/organizations")
    assert first.status_code == second.status_code == 200
    assert first.data == second.data
    assert "演示单位·甲" in first.text
    assert len(kept) == 1
    assert second.headers["Content-Security-Policy"] == first.headers["Content-Security-Policy"]


def test_another_language_and_size_of_text_are_other_pages(
    client: FlaskClient, organization: int, kept: list[object]
) -> None:
    assert "Demo unit A" in client.get("/organizations", headers={"Accept-Language": "en"}).text
    assert "演示单位·甲" in client.get("/organizations", headers={"Accept-Language": "zh-CN"}).text
    client.set_cookie("text", "xl")
    assert 'data-text="xl"' in client.get("/organizations").text
    assert len(kept) == 3


def change_name(app: Flask, key: int) -> None:
    with app.app_context(), transaction():
        organization = db.session.get_one(Organization, key)
        organization.name = "演示单位·乙"
        ledger.record(organization, "edit", SYSTEM)


def hide(app: Flask, key: int) -> None:
    official = Actor("user", 1, "x", (), (PostHeld(1, "厅", "340000", frozenset(["verify"])),))
    with app.app_context(), transaction():
        move(ORGANIZATION, db.session.get_one(Organization, key), "suspend", official, "核查")


@pytest.mark.parametrize("change", [change_name, hide])
def test_the_first_change_ends_it(
    app: Flask, client: FlaskClient, organization: int, change: Callable[[Flask, int], None]
) -> None:
    assert "演示单位·甲" in client.get("/organizations").text
    change(app, organization)
    assert "演示单位·甲" not in client.get("/organizations").text


def test_a_page_with_a_message_is_for_one_reader(
    app: Flask, client: FlaskClient, organization: int, kept: list[object]
) -> None:
    with client.session_transaction() as session:
        session["_flashes"] = [("message", "只给您看")]
    assert "只给您看" in client.get("/organizations").text
    assert kept == []
    assert "只给您看" not in app.test_client().get("/organizations").text


def test_the_page_not_asked_for_longest_gives_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ready, "MOST", 2)
    pages = ready.ReadyPages()
    pages.put("a", b"a")
    pages.put("b", b"b")
    assert pages.get("a") == b"a"
    pages.put("c", b"c")
    assert (pages.get("a"), pages.get("b"), pages.get("c")) == (b"a", None, b"c")
