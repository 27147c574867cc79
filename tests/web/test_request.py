"""Requests: one transaction for what writes, limits, headers on every answer, and no way off the site."""

from __future__ import annotations

import io
import re
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
import sqlalchemy as sa
from flask import Flask, flash, request, session
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from marketplace.app import create_app
from marketplace.config import Config
from marketplace.core.errors import Conflict
from marketplace.core.text import Text
from marketplace.foundation.db import db
from marketplace.foundation.numbers import NumberSeries, next_number
from marketplace.search.services import ensure
from marketplace.web.request import (
    MAX_FORM_MEMORY,
    MAX_FORM_PARTS,
    MAX_UPLOAD,
    own_transaction,
    redirect_target,
    takes_files,
)
from tests.support.settings import settings
from tests.support.site import Client, close

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
}


@pytest.fixture
def trial(app: Flask) -> Flask:
    """The app with addresses to try the mechanism at."""

    def take() -> str:
        return next_number("P")

    def take_and_fail() -> str:
        next_number("P")
        flash("done")
        kind = request.args["error"]
        if kind == "conflict":
            raise Conflict(Text("有人先办了", "Somebody was first"))
        raise ZeroDivisionError(kind)

    @own_transaction
    def own() -> str:
        return str(db.session.info.get("in_transaction", False))

    def inside() -> str:
        return str(db.session.info.get("in_transaction", False))

    def flashes() -> list[Any]:
        return [message for _category, message in session.get("_flashes", [])]

    app.add_url_rule("/try/take", view_func=take, methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
    app.add_url_rule("/try/fail", view_func=take_and_fail, methods=["POST"])
    app.add_url_rule("/try/own", view_func=own, methods=["POST"])
    app.add_url_rule("/try/inside", view_func=inside, methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
    app.add_url_rule("/try/flashes", view_func=flashes)

    def count() -> str:
        return str(len(request.form) + len(request.files))

    app.add_url_rule("/try/big", view_func=count, methods=["POST"])
    app.add_url_rule("/try/files", view_func=takes_files(lambda: count()), methods=["POST"], endpoint="files_taken")
    app.config["PROPAGATE_EXCEPTIONS"] = False
    make_index(app)
    return app


def make_index(app: Flask) -> None:
    with app.app_context():
        ensure()


def given_out(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(sa.select(sa.func.sum(NumberSeries.last))) or 0


# ---- one transaction ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "expected"), [("GET", "False"), ("HEAD", ""), *((m, "True") for m in ("POST", "PUT", "PATCH", "DELETE"))]
)
def test_what_may_write_runs_in_a_transaction(trial: Flask, client: Client, method: str, expected: str) -> None:
    answer = client.open("/try/inside", method=method, headers={"X-CSRFToken": client.token()})
    assert (answer.status_code, answer.text) == (200, expected)


def test_a_write_is_committed_and_a_read_is_not(trial: Flask, client: Client) -> None:
    assert client.submit("/try/take").status_code == 200
    assert given_out(trial) == 1
    assert client.get("/try/take").status_code == 200
    assert given_out(trial) == 1


@pytest.mark.parametrize(("error", "status"), [("conflict", 409), ("defect", 500)])
def test_an_error_undoes_everything(trial: Flask, client: Client, error: str, status: int) -> None:
    assert client.submit(f"/try/fail?error={error}").status_code == status
    assert given_out(trial) == 0
    assert client.submit("/try/take").status_code == 200


def test_what_was_not_done_is_not_announced(trial: Flask, client: Client) -> None:
    """The message of success is written before the commit; when it fails, neither this page nor the next may say it."""
    answer = client.submit("/try/fail?error=conflict")
    assert "done" not in answer.text
    assert client.get("/try/flashes").json == []


def test_a_view_may_open_its_own_transaction(trial: Flask, client: Client) -> None:
    assert client.submit("/try/own").text == "False"


# ---- limits ---------------------------------------------------------------------------------------------------------


def test_a_request_that_is_too_large_is_refused_unread(trial: Flask, client: Client) -> None:
    announced = {"CONTENT_LENGTH": str(MAX_FORM_MEMORY + 1)}
    form = "application/x-www-form-urlencoded"
    answer = client.post("/try/big", data=b"a=1", content_type=form, environ_overrides=announced)
    assert answer.status_code == 413
    assert "一次提交最多 2 MB。没有保存任何内容" in answer.text


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"text": "x" * (MAX_FORM_MEMORY - 1000)}, 200),
        ({"text": "x" * (MAX_FORM_MEMORY + 1)}, 413),
        ({f"f{n}": "1" for n in range(MAX_FORM_PARTS - 10)}, 200),
        ({f"f{n}": "1" for n in range(MAX_FORM_PARTS + 1)}, 413),
    ],
)
def test_a_form_has_bounds(trial: Flask, client: Client, fields: dict[str, str], status: int) -> None:
    assert post_whole(client, fields).status_code == status


def test_a_file_is_not_counted_as_form_text(trial: Flask, client: Client) -> None:
    """And only a form that is meant for files may carry them."""
    for path, status in (("/try/files", 200), ("/try/big", 413)):
        upload = FileStorage(io.BytesIO(b"x" * (MAX_FORM_MEMORY + 1)), "big.bin")
        assert post_whole(client, {"file": upload}, path).status_code == status


def test_text_sent_to_a_form_for_files_is_bounded_as_text(trial: Flask, client: Client) -> None:
    """Without parts the whole body is fields: seven million characters once kept a process busy for a minute."""
    answer = client.post("/try/files", data={"csrf_token": client.token(), "text": "x" * MAX_FORM_MEMORY})
    assert answer.status_code == 413


def test_even_files_have_a_bound(trial: Flask, client: Client) -> None:
    announced = {"CONTENT_LENGTH": str(MAX_UPLOAD + 1)}
    form = "multipart/form-data; boundary=x"
    answer = client.post("/try/files", data=b"--x--", content_type=form, environ_overrides=announced)
    assert answer.status_code == 413
    assert "64 MB" in answer.text


def post_whole(client: Client, fields: dict[str, Any], path: str = "/try/big") -> Any:
    """Post a form whose body lies in memory: the test client would leave its temporary file open when it is refused."""
    boundary, body = encode_multipart({"csrf_token": client.token(), **fields})
    return client.post(path, data=body, content_type=f"multipart/form-data; boundary={boundary}")


@pytest.mark.parametrize("path", ["/organizations/O%00", "/products/P-2026-%00", "/search?q=%00", "/products?city=%00",
                                  "/account/confirm/%00", "/search?page=%00", "/%00"])  # fmt: skip
def test_a_zero_byte_in_an_address_is_no_defect(trial: Flask, client: Client, path: str) -> None:
    """PostgreSQL takes none in a text."""
    assert client.get(path).status_code in (200, 403, 404)


def test_a_zero_byte_in_a_form_is_no_defect(trial: Flask, client: Client) -> None:
    answer = client.submit("/account/sign-in", {"email": "a\0b@test.example", "password": "x\0y", "next": "/\0"})
    assert answer.status_code in (400, 422)


@pytest.mark.parametrize("number", ["999999999999999999999999", "2147483648", "-1", "0"])
def test_a_number_that_no_database_has_is_no_defect(trial: Flask, client: Client, number: str) -> None:
    # What has the form of a number asks a visitor to sign in, as every file that he may not read does.
    assert client.get(f"/files/{number}/x.pdf").status_code == (302 if number == "0" else 404)


# ---- headers --------------------------------------------------------------------------------------------------------

ANSWERS = {
    "page": ("GET", "/help", 200),
    "json": ("GET", "/healthz", 200),
    "not found": ("GET", "/nowhere", 404),
    "wrong method": ("DELETE", "/help", 405),
    "forged": ("POST", "/account/sign-out", 400),
    "redirect": ("GET", "/account/", 302),
    "slash": ("GET", "/workspace", 308),
    "static": ("GET", "/static/css/jiyu.css", 200),
    "script": ("GET", "/static/js/jiyu.js", 200),
    "no static": ("GET", "/static/css/none.css", 404),
    "api": ("GET", "/api/v1/nowhere", 404),
    "options": ("OPTIONS", "/help", 200),
    "head": ("HEAD", "/help", 200),
    "list file": ("GET", "/products.csv", 200),
    "no list file": ("GET", "/products.exe", 404),
}


@pytest.mark.parametrize("name", ANSWERS)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # headers do not know the database
def test_every_answer_carries_the_headers(app: Flask, client: Client, name: str) -> None:
    make_index(app)
    method, path, status = ANSWERS[name]
    answer = client.open(path, method=method, buffered=True)
    assert answer.status_code == status
    assert {key: answer.headers.get(key) for key in HEADERS} == HEADERS
    assert "Strict-Transport-Security" not in answer.headers
    assert "Server" not in answer.headers or "Werkzeug" not in answer.headers["Server"]
    answer.close()


@pytest.mark.parametrize("path", ["/help", "/static/css/jiyu.css", "/nowhere"])
def test_over_tls_the_browser_is_told_to_stay_there(path: str, database_url: str, tmp_path: Any) -> None:
    app = create_app(settings(database_url, tmp_path, base_url="https://jiyu.example.cn"))
    app.test_client_class = Client
    answer = app.test_client().get(path, base_url="https://jiyu.example.cn")
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    answer.close()
    assert app.config["SESSION_COOKIE_SECURE"]
    close(app)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_pages_are_not_shared_between_people_and_files_are_kept(config: Config, client: Client) -> None:
    page = client.get("/help")
    assert page.headers["Cache-Control"] == "private, no-cache"
    assert {"Cookie", "Accept-Language"} <= {value.strip() for value in page.headers["Vary"].split(",")}
    static = client.get("/static/css/jiyu.css")
    assert "max-age=31536000" in static.headers["Cache-Control"]
    static.close()


def test_the_session_cookie_cannot_be_read_by_scripts(trial: Flask, client: Client) -> None:
    answer = client.get("/account/sign-in")
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


# ---- where to go ----------------------------------------------------------------------------------------------------


def target(app: Flask, wanted: str) -> str:
    with app.test_request_context("/", query_string={"next": wanted}):
        return redirect_target("/workspace")


@pytest.mark.parametrize(
    "wanted", ["/", "/products/P-2026-000001", "/search?q=%E5%B7%A1%E6%A3%80&page=2", "/搜索", "/a//b", "/?next=//x"]
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_path_of_this_site_is_taken(app: Flask, wanted: str) -> None:
    assert target(app, wanted) == wanted


@pytest.mark.parametrize(
    "wanted",
    ["", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "https://evil.example", "evil",
     "javascript:alert(1)", "/\t/evil.example", "/\n/evil.example", "/\r\nLocation: //evil.example", " //evil.example",
     "/a\\..\\..\\evil", "/\u2028/evil.example", "http:/evil.example", "/\x00/evil", "/ok\\"],
)  # fmt: skip
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_nothing_else_is(app: Flask, wanted: str) -> None:
    assert target(app, wanted) == "/workspace"


def test_sign_in_does_not_lead_off_the_site(trial: Flask, client: Client) -> None:
    answer = client.get("/account/sign-in?next=//evil.example")
    assert answer.status_code == 200
    assert not re.search(r"""(href|action)="(https?:)?//""", answer.text)


_app: list[Flask] = []


@given(st.text(max_size=30).map(lambda text: "/" + text))
def test_whatever_is_asked_for_stays_on_this_host(wanted: str) -> None:
    if not _app:
        _app.append(Flask("small"))
    found = target(_app[0], wanted)
    assert urlsplit(urljoin("https://jiyu.example.cn/x", found)).netloc == "jiyu.example.cn"
    assert not {"\r", "\n", "\t", "\\"} & set(found)
