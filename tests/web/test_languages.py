"""The language a request reads, where it is remembered, and how values are written in it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from flask import Flask
from flask_babel import force_locale

from marketplace.core.text import Text
from marketplace.web import languages
from marketplace.web.assets import asset, init_assets

ROOT = Path(__file__).resolve().parents[2]
NEW_YEAR = datetime(2026, 12, 31, 16, 30, tzinfo=UTC)  # half past midnight of the next year in Beijing


@pytest.fixture
def app() -> Flask:
    made = Flask("languages", static_folder=str(ROOT / "static"))
    languages.init_languages(made)
    init_assets(made)
    made.add_url_rule(
        "/", "page", lambda: f"{languages.gettext('首页')}|{languages.html_lang()}|{languages.text_size()}"
    )
    made.add_url_rule("/plain", "plain", lambda: ("{}", {"Content-Type": "application/json"}))
    return made


@pytest.mark.parametrize(
    ("accepted", "read"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "首页|zh-CN|"),
        ("zh-Hans-CN", "首页|zh-CN|"),
        ("en-US,en;q=0.9", "Home|en|"),
        ("fr-FR,en;q=0.5", "Home|en|"),
        ("fr", "首页|zh-CN|"),
        ("", "首页|zh-CN|"),
        ("en;q=0.1, zh;q=0.2", "首页|zh-CN|"),
        ("zh-TW, en;q=0.8", "首页|zh-CN|"),
        ("zh;q=0, en;q=0.1", "Home|en|"),
        ("*", "首页|zh-CN|"),
    ],
)
def test_browser_is_asked_when_the_visitor_states_nothing(app: Flask, accepted: str, read: str) -> None:
    assert app.test_client().get("/", headers={"Accept-Language": accepted}).text == read


def test_question_mark_lang_is_remembered_and_can_be_taken_back(app: Flask) -> None:
    client = app.test_client()
    assert client.get("/?lang=en", headers={"Accept-Language": "zh"}).text == "Home|en|"
    assert client.get("/", headers={"Accept-Language": "zh"}).text == "Home|en|"
    assert client.get("/?lang=zh").text == "首页|zh-CN|"
    assert client.get("/", headers={"Accept-Language": "en"}).text == "首页|zh-CN|"


@pytest.mark.parametrize("asked", ["klingon", "", "en\r\nSet-Cookie: x=1", "../en"])
def test_unknown_language_is_neither_used_nor_remembered(app: Flask, asked: str) -> None:
    answer = app.test_client().get("/", query_string={"lang": asked})
    assert answer.text == "首页|zh-CN|"
    assert "Set-Cookie" not in answer.headers


def test_text_size_is_remembered_and_can_be_taken_back(app: Flask) -> None:
    client = app.test_client()
    assert client.get("/?text=xl").text.endswith("|xl")
    assert client.get("/").text.endswith("|xl")
    assert client.get("/?text=m").text.endswith("|")
    assert client.get("/").text.endswith("|")


def test_cookies_are_not_for_scripts(app: Flask) -> None:
    app.config["SESSION_COOKIE_SECURE"] = True  # as when BASE_URL is https, however the request came through a proxy
    client = app.test_client()
    cookie = client.get("/?lang=en").headers["Set-Cookie"]
    assert cookie.startswith("__Host-lang=en;")
    assert {"HttpOnly", "SameSite=Lax", "Secure", "Path=/"} <= {part.strip() for part in cookie.split(";")}
    assert client.get("/", base_url="https://localhost").headers["Content-Language"] == "en"


def test_caches_are_told_what_a_page_depends_on(app: Flask) -> None:
    answer = app.test_client().get("/?lang=en")
    assert {"Accept-Language", "Cookie"} <= set(answer.vary)
    assert answer.headers["Content-Language"] == "en"
    assert "Content-Language" not in app.test_client().get("/plain").headers


def test_language_link_keeps_the_page_and_never_leads_elsewhere(app: Flask) -> None:
    with app.test_request_context("//elsewhere.example/?q=巡检&kind=a&kind=b&lang=zh"):
        href = languages.switch_href(lang="en")
    assert href == "?q=%E5%B7%A1%E6%A3%80&kind=a&kind=b&lang=en"


def test_language_link_of_an_answered_form_leads_to_a_page_that_can_be_opened(app: Flask) -> None:
    app.add_url_rule("/talks/<number>", "talk", lambda number: number)
    app.add_url_rule("/talks/<number>/end", "end", lambda number: number, methods=["POST"])
    found = {}
    for came in ("/talks/1?page=2&lang=zh", "/talks/1/end", "//elsewhere.example/", "/nowhere", ""):
        headers = {"Referer": f"http://localhost{came}"} if came else {}
        with app.test_request_context("/talks/1/end?x=1", method="POST", headers=headers):
            found[came] = languages.switch_href(lang="en")
    assert found == {
        "/talks/1?page=2&lang=zh": "/talks/1?page=2&lang=en", "/talks/1/end": "/talks/1?lang=en",
        "//elsewhere.example/": "/talks/1?lang=en", "/nowhere": "/talks/1?lang=en", "": "/talks/1?lang=en",
    }  # fmt: skip
    with app.test_request_context("/?q=1", method="POST"):
        assert languages.switch_href(lang="en") == "?q=1&lang=en"


def test_values_in_both_languages(app: Flask) -> None:
    written = {}
    for language in ("zh_CN", "en"):
        with app.app_context(), force_locale(language):
            written[language] = [
                languages.say(Text("负载", "Payload")),
                languages.say("as it stands"),
                languages.day(date(2026, 10, 9)),
                languages.day("2026-10-09"),
                languages.day(""),
                languages.day(NEW_YEAR),
                languages.moment(NEW_YEAR),
                languages.moment(NEW_YEAR, zone=True),
                languages.money(Decimal("640.5050")),
                languages.money("1234.5"),
                languages.money("-3"),
                languages.number(1177),
                languages.number(Decimal("-20.5")),
                languages.ngettext("共 %(num)d 项", "共 %(num)d 项", 1),
            ]
    assert written["zh_CN"] == [
        "负载", "as it stands", "2026-10-09", "2026-10-09", "", "2027-01-01", "2027-01-01 00:30",
        "2027-01-01 00:30（北京时间）", "640.505 万元", "1,234.50 万元", "−3.00 万元", "1,177", "−20.5", "共 1 项",
    ]  # fmt: skip
    assert written["en"] == [
        "Payload", "as it stands", "9 October 2026", "9 October 2026", "", "1 January 2027", "1 January 2027, 00:30",
        "1 January 2027, 00:30 Beijing time", "CNY 6,405,050", "CNY 12,345,000", "CNY −30,000", "1,177",
        "−20.5", "1 in all",
    ]  # fmt: skip


def test_instant_without_a_zone_is_an_error(app: Flask) -> None:
    naive = NEW_YEAR.replace(tzinfo=None)
    with app.app_context(), pytest.raises(ValueError, match="time zone"):
        languages.moment(naive)


def test_lazy_words_follow_the_request(app: Flask) -> None:
    word = languages.lazy_gettext("首页")
    with app.test_request_context("/?lang=en"):
        assert str(word) == "Home"
    with app.test_request_context("/?lang=zh"):
        assert str(word) == "首页"


def test_files_that_translate_differently_stop_the_start(tmp_path: Path) -> None:
    (tmp_path / "a.po").write_text('msgid "单位"\nmsgstr "Organization"\n', encoding="utf-8")
    (tmp_path / "b.po").write_text('msgid "单位"\nmsgstr "Unit"\n', encoding="utf-8")
    with pytest.raises(ValueError, match=r"b\.po and a\.po translate '单位' differently"):
        languages.english_messages(tmp_path)
    (tmp_path / "b.po").write_text('msgid "单位"\nmsgstr "Organization"\n', encoding="utf-8")
    assert languages.english_messages(tmp_path)["单位"].string == "Organization"


def test_assets_carry_the_hash_of_their_content(app: Flask, tmp_path: Path) -> None:
    app.static_folder = str(tmp_path)
    (tmp_path / "a.css").write_text("a{}")
    with app.test_request_context("/"):
        first = asset("a.css")
        assert first.startswith("/static/a.css?v=")
        assert asset("a.css") == first
        app.extensions["assets"].clear()  # as in a new process
        (tmp_path / "a.css").write_text("b{color:red}")
        assert asset("a.css") != first
        with pytest.raises(FileNotFoundError):
            asset("missing.css")
