"""Forms: text is cleaned before it is checked, and every message stands at its field and in the summary."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

import pytest
from flask import Flask, request
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict
from wtforms import Form, FormField, IntegerField, PasswordField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from marketplace.core.errors import FieldError, Invalid
from marketplace.core.text import Text
from marketplace.foundation.lifecycle import REASON_LIMIT
from marketplace.web.forms import MarketplaceForm, Typed, at_most, chosen, clean, entered, required
from marketplace.web.languages import TEMPLATES
from marketplace.web.rows import RowForm, Rows


class Row(Form):
    """One row of the trial form."""

    name = StringField("名", [required()])


class Trial(MarketplaceForm):
    """A form with every kind of field."""

    title = StringField("名称", [required(), at_most(5)])
    about = TextAreaField("简介", [at_most(20)])
    shouted = StringField("大写", filters=[lambda text: (text or "").upper()])
    password = PasswordField("密码")
    kind = RadioField("类型", [chosen()], choices=[SelectChoice("a", "甲"), SelectChoice("b", "乙")])
    amount = IntegerField("数", default=1)
    rows = Rows(FormField(Row), min_entries=1)


@pytest.fixture
def context(app: Flask) -> Iterator[None]:
    """A request of a person who reads Chinese."""
    app.config["WTF_CSRF_ENABLED"] = False
    with app.test_request_context("/", headers={"Accept-Language": "zh"}):
        yield


sqlite_only = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # forms ask no database


def filled(**values: str) -> Trial:
    return Trial(formdata=MultiDict({"title": "臂", "kind": "a", "amount": "2", "rows-0-name": "一", **values}))


@pytest.mark.parametrize(
    ("given_text", "stored"),
    [
        (None, ""), ("", ""), (" \t\n", ""), ("  机器人 \n", "机器人"), ("a\r\nb\rc", "a\nb\nc"), ("a\tb", "a\tb"),
        ("a\0b\x07c\x7f", "abc"), ("e\u0301", "\u00e9"), ("\ue000x", "x"), ("x\ud800y", "xy"), ("\u200b臂", "臂"),
        ("\u200b\u200d ", ""), ("正\u202e反\u2066", "正反"), ("e\u200b\u0301", "\u00e9"),
        ("\U0001f468\u200d\U0001f33e", "\U0001f468\u200d\U0001f33e"),
    ],
)  # fmt: skip
def test_text_is_cleaned(given_text: str | None, stored: str) -> None:
    assert clean(given_text) == stored


@given(st.text())
def test_cleaning_is_done_once(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    assert "\0" not in once
    assert "\r" not in once
    once.encode()
    assert unicodedata.is_normalized("NFC", once)


@sqlite_only
def test_fields_are_cleaned_before_they_are_checked(context: None) -> None:
    form = filled(title=" 机\0器 ", about="一\r\n二 ", shouted=" ab ", password=" p\0 w ")
    assert form.validate()
    assert (form.title.data, form.about.data, form.shouted.data) == ("机器", "一\n二", "AB")
    assert form.password.data == " p\0 w ", "a password is taken as it is"
    assert not filled(title=" \0 ").validate()


@sqlite_only
def test_messages_are_chinese_first_and_lead_to_their_fields(context: None) -> None:
    form = filled(title="一二三四五六", amount="x", kind="", **{"rows-0-name": ""})
    assert not form.validate()
    summary = dict(form.problems())
    assert summary["title"] == "名称：最多 5 个字，现在有 6 个"
    assert summary["kind"].endswith("：请选择一项")
    assert summary["rows-0-name"].startswith("第 1 行，")
    assert summary["rows-0-name"].endswith("：请填写此项")
    assert set(summary) == {"title", "kind", "amount", "rows-0-name"}
    assert [name for name, _message in form.problems()] == ["title", "kind", "amount", "rows-0-name"]


@sqlite_only
def test_the_browser_cuts_nothing_and_what_is_too_long_stays_whole(context: None) -> None:
    """``maxlength`` would cut a paste without a word; the server refuses, and the page has all of it again."""
    form = filled(about="长" * 10_000)
    assert not form.validate()
    drawn = str(form.about())
    assert "maxlength" not in drawn
    assert 'data-most="20"' in drawn
    assert drawn.count("长") == 10_000


def test_only_search_boxes_stop_at_a_length() -> None:
    """What they ask for stands in the address, which has its own limit; the list says that it was cut."""
    lines = [line for path in TEMPLATES.rglob("*.html") for line in path.read_text(encoding="utf-8").splitlines()]
    cut = [line for line in lines if "maxlength" in line]
    assert [line for line in cut if "search" not in line] == []
    assert f'data-most="{REASON_LIMIT}"' in next(line for line in lines if 'name="reason" rows="{{ rows }}"' in line)


class Line(RowForm):
    """One row of a table."""

    name = StringField("名")


class Table(MarketplaceForm):
    """Rows, something chosen, and what nobody types."""

    lines = Rows(FormField(Line), min_entries=1)
    kind = RadioField("类型", choices=[SelectChoice("a", Text("甲", "A")), SelectChoice("b", "乙")])
    password = PasswordField("密码")


@sqlite_only
def test_what_was_entered_is_told_as_the_form_says_it(app: Flask) -> None:
    sent = {"lines-0-name": "臂", "lines-1-name": "腿", "kind": "a", "password": "secret"}
    with app.test_request_context("/", method="POST", data=sent, headers={"Accept-Language": "zh"}):
        Table(meta={"csrf": False})
        told = entered(request.form, None)
    assert told == {
        "lines-0-name": [Typed("第 1 行，名", "臂", "lines-0-name")],
        "lines-1-name": [Typed("第 2 行，名", "腿", "lines-1-name")],
        "kind": [Typed("类型", "甲", chosen=True)],
        "password": [],
    }


@sqlite_only
def test_a_service_refuses_at_its_fields(context: None) -> None:
    form = filled()
    assert form.validate()
    form.refuse(
        Invalid(
            [
                FieldError("title", Text("已有同名", "Taken")),
                FieldError("specs.payload.value", Text("写数字", "A number")),
            ]
        )
    )
    form.refuse([FieldError("about", Text("太长", "Too long"))])
    found = [(name, message.rpartition("：")[2]) for name, message in form.problems()]
    assert found == [("title", "已有同名"), ("title", "写数字"), ("about", "太长")]


@sqlite_only
@pytest.mark.parametrize(
    ("path", "shown_at"),
    [("rows", "rows"), ("rows.0.name", "rows-0-name"), ("rows.0", "rows-0-name"), ("rows.7.name", "rows"),
     ("rows.0.size", "rows-0-name"), ("nowhere", "title"), ("kind.x", "kind")],
)  # fmt: skip
def test_no_refusal_is_lost(context: None, path: str, shown_at: str) -> None:
    form = filled()
    assert form.validate()
    form.refuse([FieldError(path, Text("不行", "No"))])
    assert [(name, message.rpartition("：")[2]) for name, message in form.problems()] == [(shown_at, "不行")]


@sqlite_only
def test_a_service_refuses_in_the_language_of_the_reader(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    with app.test_request_context("/?lang=en"):
        form = filled()
        form.refuse([FieldError("title", Text("已有同名", "Taken"))])
        assert form.problems() == [("title", "名称: Taken")]
