"""The front door: home, help and the addresses that machines ask."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask

from marketplace.core import clock
from marketplace.foundation import dirty
from marketplace.foundation.db import transaction
from marketplace.foundation.outbox import OutboxMessage, emit
from marketplace.search.services import catch_up, ensure
from marketplace.site.queries import LATE
from tests.factories import accounts, products
from tests.support.site import Client


@pytest.fixture
def indexed(app: Flask) -> Flask:
    """The app with an index of an empty site."""
    with app.app_context():
        ensure()
    return app


def test_an_empty_site_has_a_home_page(indexed: Flask, client: Client) -> None:
    page = client.get("/").text
    assert "场景需求 0 条，产品供给 0 个，单位 0 家" in page
    assert page.count("<h1") == 1


def test_what_is_published_is_on_the_home_page(indexed: Flask, client: Client) -> None:
    with indexed.app_context():
        shown = products.product("published", title="首页上的四足机器人")
        products.product("in_review", title="还在审核的机器人")
        number = shown.number
        while catch_up():
            pass
    page = client.get("/").text
    assert "首页上的四足机器人" in page
    assert f"/products/{number}" in page
    assert "还在审核的机器人" not in page
    assert "产品供给 1 个" in page


@pytest.mark.parametrize("path", ["/help", "/accessibility", "/privacy"])
@pytest.mark.parametrize(("language", "tag"), [("zh", "zh-CN"), ("en", "en")])
def test_pages_of_words_are_in_both_languages(
    indexed: Flask, client: Client, path: str, language: str, tag: str
) -> None:
    page = client.get(f"{path}?lang={language}").text
    assert f'<html lang="{tag}"' in page
    assert page.count("<h1") == 1
    main = re.sub(r"<[^>]+>", "", page.partition("<main")[2].partition("</main>")[0])
    chinese = len(re.findall(r"[\u4e00-\u9fff]", main))
    assert (chinese > 100) is (language == "zh"), f"{chinese} Chinese characters"


def test_a_site_that_keeps_up_is_ready(indexed: Flask, client: Client) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json) == (200, {"database": "ok", "worker": "ok", "index": "ok"})


def test_a_worker_that_stands_still_is_told(indexed: Flask, client: Client) -> None:
    with indexed.app_context():
        user = accounts.person()
        with transaction() as session:
            session.query(OutboxMessage).delete()
            with clock.standing_at(clock.now() - timedelta(seconds=LATE - 5)):
                emit("user.nothing", user)
    assert client.get("/readyz").status_code == 200
    with indexed.app_context(), transaction(), clock.standing_at(clock.now() - timedelta(seconds=LATE + 5)):
        emit("user.nothing", accounts.user_by_email(user.email) or user)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json["worker"]) == (503, "late")


def test_an_index_that_stays_behind_is_told(indexed: Flask, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    with indexed.app_context():
        monkeypatch.setattr(dirty, "age", lambda: LATE + 1)
        answer = client.get("/readyz")
    assert (answer.status_code, answer.json["worker"]) == (503, "late")
