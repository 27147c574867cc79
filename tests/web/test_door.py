"""Under which names the site answers, and what it believes of a request."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from marketplace.app import create_app
from marketplace.config import Config
from marketplace.web.door import THIS_MACHINE, host_name, hosts
from tests.support.settings import settings
from tests.support.site import Client, close

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # nothing of it is in the database

PUBLIC = "https://jiyu.example.cn"


@pytest.fixture
def config(database_url: str, tmp_path: Any) -> Config:
    return settings(database_url, tmp_path, base_url=PUBLIC)


@pytest.mark.parametrize(
    "host",
    ["evil.example", "jiyu.example.cn.evil.example", "jiyu.example.cn@evil.example", "", "jiyu", "[::2]", "127.0.0.2",
     "jiyu.example.cn, evil.example", "evil.example:443", "a" * 300, "localhost.evil.example"],
)  # fmt: skip
def test_another_name_is_refused_and_not_repeated(app: Flask, client: Client, host: str) -> None:
    for path in ("/account/sign-in", "/search?q=AMR", "/api/v1/domains", "/nowhere"):
        answer = client.get(path, headers={"Host": host})
        assert answer.status_code == 421
        assert PUBLIC in answer.text
        assert "evil" not in answer.text
        assert "Set-Cookie" not in answer.headers
    assert client.post("/account/register", data={}, headers={"Host": host}).status_code == 421


def test_the_right_name_is_taken_however_it_is_written(app: Flask, client: Client) -> None:
    for host in ("jiyu.example.cn", "JIYU.example.cn:443", "jiyu.example.cn."):
        assert client.get("/account/sign-in", headers={"Host": host}).status_code == 200


def test_machines_that_ask_whether_we_live_know_no_name(app: Flask, client: Client) -> None:
    assert client.get("/healthz", headers={"Host": "10.0.0.7:8000"}).status_code == 200


def test_this_machine_counts_only_where_nobody_else_comes(config: Config) -> None:
    public = replace(config, testing=False)
    assert hosts(public) == {"jiyu.example.cn"}
    assert hosts(replace(public, demo=True)) == {"jiyu.example.cn", *THIS_MACHINE}
    assert hosts(replace(public, base_url="http://127.0.0.1:8000")) == THIS_MACHINE


def test_host_names(database_url: str) -> None:
    written = ("Jiyu.Example.CN:8000", "[::1]:8000", "[::1]", "localhost.", "")
    assert [host_name(each) for each in written] == ["jiyu.example.cn", "::1", "::1", "localhost", ""]


def test_no_header_changes_method_address_or_scheme(app: Flask, client: Client) -> None:
    """What proxies and frameworks elsewhere believe: none of it is read."""
    plain = client.get("/account/sign-in?next=/help")
    claims = {
        "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "gopher", "X-Forwarded-Prefix": "/evil",
        "X-Original-URL": "/admin", "X-Rewrite-URL": "/admin", "X-HTTP-Method-Override": "DELETE",
        "X-HTTP-Method": "PUT", "X-Method-Override": "PATCH", "Forwarded": "host=evil.example",
    }  # fmt: skip
    answer = client.get("/account/sign-in?next=/help", headers=claims)
    assert answer.status_code == plain.status_code == 200
    assert "evil" not in answer.text
    form = {"email": "a@b.example", "password": "x", "_method": "DELETE"}
    assert client.submit("/account/sign-in", form, headers=claims).status_code == 422
    behind = create_app(replace(app.extensions["config"], trusted_proxies=1))
    behind.test_client_class = Client
    moved = behind.test_client().get("/workspace", headers=claims)
    assert moved.status_code == 308
    assert "evil" not in moved.location
    close(behind)


def test_cookies_over_tls_belong_to_this_host_alone(app: Flask, client: Client) -> None:
    cookies = client.get("/account/sign-in?lang=en&text=xl", base_url=PUBLIC).headers.getlist("Set-Cookie")
    assert {cookie.partition("=")[0] for cookie in cookies} == {"__Host-jiyu", "__Host-lang", "__Host-text"}
    for cookie in cookies:
        parts = {part.strip() for part in cookie.split(";")}
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= parts
        assert not [part for part in parts if part.startswith("Domain")]


def test_trace_is_no_method_here(app: Flask, client: Client) -> None:
    assert client.open("/account/sign-in", method="TRACE").status_code == 405
