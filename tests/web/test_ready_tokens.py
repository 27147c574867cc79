"""A page that carries one person's token is never kept for another."""

from __future__ import annotations

import pytest
from flask import Flask
from flask_wtf.csrf import generate_csrf

from marketplace.search.services import ensure
from marketplace.web.ready import ready_for_visitors
from tests.support.site import Client


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # pages are kept in memory
def test_a_page_with_a_token_is_drawn_for_each(app: Flask, client: Client) -> None:
    drawn: list[str] = []

    @ready_for_visitors
    def with_token() -> str:
        drawn.append(generate_csrf())
        return f"<html>{drawn[-1]}</html>"

    @ready_for_visitors
    def without() -> str:
        drawn.append("plain")
        return "<html>plain</html>"

    app.add_url_rule("/try/token", view_func=with_token)
    app.add_url_rule("/try/plain", view_func=without)
    with app.app_context():
        ensure()
    other = app.test_client()
    for _ in range(2):  # the second time the secret is in the session already
        assert client.get("/try/token").text != other.get("/try/token").text
    assert len(drawn) == 4
    assert client.get("/try/plain").text == other.get("/try/plain").text
    assert drawn[4:] == ["plain"], "an ordinary page is kept"
