"""Every error as a page in both languages, with the way out and what was typed; as a problem document under /api."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask, Response, abort, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy.orm.exc import StaleDataError

from marketplace.core.errors import Conflict, FieldError, Invalid, NotFound, Refused
from marketplace.core.text import Text
from marketplace.foundation.db import db
from marketplace.foundation.index.interface import IndexUnusable
from tests.factories import accounts
from tests.support.site import Client

TYPED = {
    "title": "巡检机器人 <b>X</b>",
    "reason": "理由写了很久",
    "credit_code": "91340100MA2TYPED0X",
    "go": "next-page",
    "version": "not-typed-7",
    "password": "not-to-be-seen-1",
    "again_password": "not-to-be-seen-2",
    "token": "not-to-be-seen-3",
    "code": "not-to-be-seen-4",
    "blank": "  ",
}
RULE = Refused(
    Text("先核验", "Verify first."), Text("还没有核验", "Not verified yet."), Text("去核验", "Go and verify.")
)


def raises(error: Exception) -> Callable[[], ResponseReturnValue]:
    def view() -> ResponseReturnValue:
        raise error

    return view


WAYS: dict[str, Callable[[], ResponseReturnValue]] = {
    "missing": raises(NotFound()),
    "conflict": raises(Conflict(Text("省厅已办理", "The province has decided"))),
    "stale": raises(StaleDataError()),
    "refused": raises(RULE),
    "invalid": raises(Invalid([FieldError("reason", Text("请写明理由", "Give the reason"))])),
    "field": raises(FieldError("title", Text("太长", "Too long"))),
    "no-index": raises(IndexUnusable("segment 3 is damaged")),
    "no-database": raises(sa.exc.OperationalError("SELECT secret", {}, Exception("gone"))),
    "defect": raises(ZeroDivisionError("secret detail")),
    "forbidden": lambda: abort(403),
    "too-many": lambda: abort(429),
    "teapot": lambda: abort(418),
    "not-modified": lambda: abort(Response(status=304)),
    "fine": lambda: jsonify(fine=True),
}
# Way → status, what the page says in Chinese and in English.
PAGES = {
    "missing": (404, "找不到这一页", "page cannot be found"),
    "conflict": (409, "省厅已办理", "The province has decided"),
    "stale": (409, "这项内容刚刚被别人改过", "Somebody else has just changed this"),
    "refused": (403, "还没有核验", "Not verified yet."),
    "invalid": (422, "请写明理由", "Give the reason"),
    "field": (422, "太长", "Too long"),
    "no-index": (503, "暂时不能服务", ""),
    "no-database": (503, "暂时不能服务", ""),
    "defect": (500, "系统出错", ""),
    "forbidden": (403, "您的身份不能做这一步", ""),
    "too-many": (429, "操作太快", ""),
    "teapot": (418, "这个请求读不懂", ""),
}
KEEP = ("conflict", "stale", "refused", "invalid", "field", "no-database")


@pytest.fixture
def trial(app: Flask) -> Flask:
    """The app with an address for every error, as a page and under /api."""
    for name, view in WAYS.items():
        for prefix in ("/try", "/api/try"):
            app.add_url_rule(f"{prefix}/{name}", f"{prefix}/{name}", view, methods=["GET", "POST"])
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return app


sqlite_only = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # no error page asks the database


@sqlite_only
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", PAGES)
def test_an_error_is_a_page_in_the_language_of_its_reader(
    trial: Flask, client: Client, name: str, language: str
) -> None:
    status, chinese, english = PAGES[name]
    answer = client.get(f"/try/{name}?lang={language}")
    assert answer.status_code == status
    assert answer.mimetype == "text/html"
    assert f'<html lang="{"en" if language == "en" else "zh-CN"}"' in answer.text
    assert answer.text.count("<h1") == 1
    if language == "zh":
        assert chinese in answer.text
    else:
        assert english in answer.text
        assert chinese not in answer.text
    assert "secret" not in answer.text


@sqlite_only
@pytest.mark.parametrize("name", [name for name in PAGES if name != "teapot"])
def test_under_api_an_error_is_a_problem_document(trial: Flask, client: Client, name: str) -> None:
    answer = client.get(f"/api/try/{name}", headers={"Accept-Language": "en"})
    document = answer.json
    assert answer.mimetype == "application/problem+json"
    assert answer.status_code == document["status"] == PAGES[name][0]
    assert document["instance"] == f"/api/try/{name}"
    assert document["type"] == "about:blank"
    assert document["title"]
    assert "secret" not in answer.text
    expected = {
        "conflict": {"detail": "The province has decided"},
        "refused": {"title": "Verify first.", "detail": "Not verified yet.", "next_step": "Go and verify."},
        "invalid": {"errors": [{"field": "reason", "message": "Give the reason"}]},
        "field": {"errors": [{"field": "title", "message": "Too long"}]},
    }.get(name, {})
    assert {key: document.get(key) for key in expected} == expected


@sqlite_only
@pytest.mark.parametrize("name", KEEP)
def test_what_was_typed_is_shown_again_but_no_secret(trial: Flask, client: Client, name: str) -> None:
    answer = client.submit(f"/try/{name}", TYPED)
    assert "巡检机器人 &lt;b&gt;X&lt;/b&gt;" in answer.text
    assert "理由写了很久" in answer.text
    assert "91340100MA2TYPED0X" in answer.text
    assert "next-page" not in answer.text
    assert "not-typed-7" not in answer.text
    assert "not-to-be-seen" not in answer.text
    assert "<b>X</b>" not in answer.text


@sqlite_only
def test_a_form_without_its_token_keeps_the_text_and_no_password(trial: Flask, client: Client) -> None:
    for data in (TYPED, {**TYPED, "csrf_token": "forged"}):
        answer = client.post("/try/fine", data=data)
        assert answer.status_code == 400
        assert "页面已过期" in answer.text
        assert "理由写了很久" in answer.text
        assert "not-to-be-seen" not in answer.text
        assert "forged" not in answer.text


@sqlite_only
def test_a_token_of_somebody_else_is_none(trial: Flask, client: Client) -> None:
    other = trial.test_client()
    assert isinstance(other, Client)
    assert client.post("/try/fine", data={"csrf_token": other.token()}).status_code == 400
    assert client.submit("/try/fine").status_code == 200


@sqlite_only
def test_a_page_is_not_endless(trial: Flask, client: Client) -> None:
    answer = client.submit("/try/conflict", {"text": "长" * 100_000})
    assert 20_000 <= answer.text.count("长") < 20_100


@sqlite_only
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    ("method", "path", "status", "chinese"),
    [
        ("GET", "/nowhere", 404, "找不到这一页"),
        ("GET", "/products/P-1999-000001", 404, "找不到这一页"),
        ("GET", "/account/sign-out", 405, "这个地址不能这样打开"),
        ("PUT", "/help", 405, "这个地址不能这样打开"),
        ("GET", "/products/P-2026-000001/do", 405, "这个地址不能这样打开"),
    ],
)
def test_addresses_that_lead_nowhere(
    app: Flask, client: Client, method: str, path: str, status: int, chinese: str, language: str
) -> None:
    answer = client.open(f"{path}?lang={language}", method=method)
    assert answer.status_code == status
    assert (chinese in answer.text) is (language == "zh")
    assert answer.text.count("<h1") == 1
    if status == 405:
        assert answer.headers["Allow"]
        above = {"/help": "/help", "/products/P-2026-000001/do": "/products/P-2026-000001"}.get(path, "/")
        assert f'<li><a href="{above}">' in answer.text


@sqlite_only
def test_a_defect_is_logged_with_the_number_of_the_page(
    trial: Flask, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    answer = client.get("/try/defect")
    number = next(word for word in caplog.text.split() if len(word) == 12 and word in answer.text)
    assert f"错误号 {number}" in answer.text
    assert "ZeroDivisionError: secret detail" in caplog.text
    assert client.get("/try/defect").text != answer.text, "another number each time"


@sqlite_only
def test_who_is_refused_what_is_logged(app: Flask, client: Client, caplog: pytest.LogCaptureFixture) -> None:
    """Foreign objects, rules and forged forms, with account and address; what does not exist at all is no attempt."""
    with app.app_context():
        number, person = accounts.organization("registered").number, accounts.person()
        key = person.id
        accounts.sign_in(client, person)
    path = f"/organizations/{number}/edit"
    with caplog.at_level(logging.WARNING, "marketplace.web.errors"):
        client.get(f"{path}?secret=1")
        client.get("/review/")
        client.post(path, data={"csrf_token": "forged"})
        app.test_client().get(f"/organizations/{number}")
        client.get("/no-such-address")
    lines = [record.getMessage().partition("refused: ")[2] for record in caplog.records]
    assert lines == [
        f"404 GET {path} (organizations.edit), user {key}",
        f"403 GET /review/ (review.queue), user {key}",
        f"400 POST {path} (organizations.edit), user {key}",
        f"404 GET /organizations/{number} (organizations.show), user none",
    ]


def test_redirects_are_no_errors(trial: Flask, client: Client) -> None:
    answer = client.get("/workspace")
    assert (answer.status_code, answer.headers["Location"].endswith("/workspace/")) == (308, True)
    assert client.get("/try/not-modified").status_code == 304


# ---- the database is away -------------------------------------------------------------------------------------------


@contextmanager
def away(app: Flask) -> Iterator[None]:
    """No statement reaches the database."""

    def gone(*_arguments: Any) -> None:
        raise sa.exc.OperationalError("SELECT 1", {}, Exception("could not connect"))

    with app.app_context():
        engine = db.engine
    sa.event.listen(engine, "before_cursor_execute", gone)
    try:
        yield
    finally:
        sa.event.remove(engine, "before_cursor_execute", gone)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_without_its_database_the_site_says_so_and_recovers(trial: Flask, client: Client, language: str) -> None:
    with trial.app_context():
        accounts.person("zhang@test.example")
    sign_in = {"email": "zhang@test.example", "password": accounts.PASSWORD, "title": "写了一半"}
    assert client.submit("/account/sign-in", sign_in).status_code == 302
    with away(trial):
        pages = [client.get(f"/account/?lang={language}"), client.get("/organizations/O-2026-000001"),
                 client.submit("/account/", {"name": "写了一半"})]  # fmt: skip
        api = client.get("/api/try/no-database")
        missing = client.get("/nowhere")
    assert [page.status_code for page in pages] == [503, 503, 503]
    assert ("暂时不能服务" in pages[0].text) is (language == "zh")
    assert "写了一半" in pages[2].text
    assert (api.status_code, api.mimetype) == (503, "application/problem+json")
    assert missing.status_code == 503
    assert client.get("/account/").status_code == 200


def test_readiness_names_what_is_missing(app: Flask, client: Client) -> None:
    assert client.get("/healthz").json == {"status": "alive"}
    not_ready = client.get("/readyz")
    assert (not_ready.status_code, not_ready.json["index"], not_ready.json["database"]) == (503, "unusable", "ok")
    with away(app):
        assert client.get("/healthz").status_code == 200
        answer = client.get("/readyz")
    assert (answer.status_code, answer.json["database"]) == (503, "unreachable")
