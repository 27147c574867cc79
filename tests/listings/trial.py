"""A small kind of listing for tests of what all kinds share: its table, its form, its pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, render_template_string
from flask.typing import ResponseReturnValue
from jinja2 import DictLoader
from sqlalchemy.orm import Mapped, mapped_column
from wtforms import FormField, StringField, TextAreaField

from marketplace.core.lifecycle import Lifecycle
from marketplace.core.text import Text
from marketplace.foundation.db import Base
from marketplace.listings.files import shown_files
from marketplace.listings.forms import upload_step
from marketplace.listings.kind import Check, Content, ContentField, FormStep, Kind
from marketplace.listings.lifecycle import STATES, listing_steps
from marketplace.listings.models import Listing
from marketplace.listings.queries import log_lines
from marketplace.listings.services import parsed_day
from marketplace.listings.views import ListingPages
from marketplace.listings.wording import as_files, as_text
from marketplace.web.forms import MarketplaceForm, at_most, required
from marketplace.web.identity import current_actor
from marketplace.web.plate import Capability
from marketplace.web.rows import RowForm, Rows


class Trial(Listing):
    """An offer of a trial."""

    __tablename__ = "trial"

    room: Mapped[str] = mapped_column(default="")


# Out of the tables that migrations answer for: it exists in tests alone.
Base.metadata.remove(Trial.__table__)


class BasicsForm(MarketplaceForm):
    """The first page."""

    title = StringField("名称", [required(), at_most(60)])
    summary = TextAreaField("简介")
    contact_phone = StringField("电话")
    valid_until = StringField("有效期至")


class WishRow(RowForm):
    """One wish."""

    spec = StringField("指标", [required()])
    value = StringField("数值")


class WishesForm(MarketplaceForm):
    """The second page: rows."""

    rows = Rows(FormField(WishRow), max_entries=60)


def write_basics(form: Any, content: Content) -> Content:
    return {**content, **{key: value or "" for key, value in form.data.items() if key != "csrf_token"}}


def write_wishes(form: Any, content: Content) -> Content:
    return {**content, "wishes": [{"spec": row.form.spec.data, "value": row.form.value.data} for row in form.rows]}


def check(content: Mapping[str, Any]) -> list[Check]:
    if content.get("summary"):
        return [Check("ok", Text("有简介", "There is a summary"))]
    return [Check("fix", Text("还没有简介", "There is no summary"), Text("需方先看简介", "It is read first"), "basics")]


def project(trial: Any, content: Mapping[str, Any]) -> None:
    trial.title = content["title"]
    trial.title_en = content.get("title_en", "")
    trial.valid_until = parsed_day(content.get("valid_until", ""))


def wishes(value: Any, _language: str) -> list[tuple[str, str, str]]:
    return [(each["spec"], each["spec"], each["value"]) for each in value or []]


def claims(value: Any, _language: str) -> list[tuple[str, str, str]]:
    return [(key, f"指标{key}", claim["value"]["from"]) for key, claim in (value or {}).items()]


KIND = Kind(
    name="trial", plural="trials", letter="T", label=Text("试验", "trial"), model=Trial,
    lifecycle=Lifecycle("trial", Text("试验清单", "Trials"), start="draft", states=STATES, steps=listing_steps()),
    fields=(
        ContentField("title", Text("名称", "Title"), as_text),
        ContentField("summary", Text("简介", "Summary"), as_text),
        ContentField("wishes", Text("愿望", "Wishes"), lambda value, _language: str(value or ""), wishes),
        ContentField(
            "specs", Text("参数", "Specs"), lambda value, _language: str(value or ""), claims,
            evidence=lambda content, key: (
                content["specs"][key].get("evidence", "declared"), content["specs"][key].get("source", ""),
            ),
        ),
        ContentField("pictures", Text("图片", "Pictures"), as_files("caption")),
        ContentField("files", Text("附件", "Files"), as_files("title")),
        ContentField("contact_phone", Text("电话", "Telephone"), as_text, private=True),
    ),
    check=check, project=project,
    blank=lambda _organization: {"title": "", "summary": "", "wishes": [], "contact_phone": "", "valid_until": ""},
    steps=(
        FormStep("basics", Text("基本情况", "Basics"), lambda content: BasicsForm(data=content), write_basics,
                 "trials/basics.html"),
        FormStep("wishes", Text("愿望", "Wishes"), lambda content: WishesForm(data={"rows": content["wishes"]}),
                 write_wishes, "trials/wishes.html"),
        upload_step(),
    ),
)  # fmt: skip

TEMPLATES = {
    "trials/basics.html": (
        '{% from "macros/wtf_field.html" import wtf_field %}{{ wtf_field(form.title) }}'
        "{{ wtf_field(form.summary, rows=4) }}{{ wtf_field(form.contact_phone) }}{{ wtf_field(form.valid_until) }}"
    ),
    "trials/wishes.html": (
        "{% for row in form.rows %}<p><input name={{ row.form.spec.name }} id={{ row.form.spec.id }}"
        ' value="{{ row.form.spec.data or "" }}" aria-label="{{ loop.index }}"><input name={{ row.form.value.name }}'
        ' value="{{ row.form.value.data or "" }}" aria-label="{{ loop.index }}v">'
        '<button name="drop" value="{{ loop.index0 }}">x</button></p>{% endfor %}'
        '<button name="add" value="1">+</button>'
    ),
    "trials/preview.html": '<p class="preview">{{ content.title }}：{{ content.summary }}</p>',
    "trials/show.html": (
        '{% extends "layout/base.html" %}{% from "listings/panel.html" import panel, banner, notice, state %}'
        '{% from "listings/history.html" import history %}{% from "macros/files.html" import picture_list, file_list %}'
        "{% block title %}{{ trial.title }}{% endblock %}{% block content %}<h1>{{ trial.title }}</h1>"
        "{{ state(kind, trial) }}{{ notice(trial) }}{{ banner(desk) }}<p>{{ trial.content.summary }}</p>"
        "{{ picture_list(attached.pictures) }}{{ file_list(attached.files) }}{{ panel(desk) }}{{ history(lines) }}"
        "{% endblock %}"
    ),
}


def capability() -> Capability:
    """The plate of the trial, with pages made anew for each app."""
    blueprint = Blueprint("trials", __name__, url_prefix="/trials")
    pages = ListingPages(KIND, blueprint)

    def show(number: str) -> ResponseReturnValue:
        trial = pages._load(number, current_actor())
        return render_template_string(
            '{% include "trials/show.html" %}', trial=trial, kind=KIND, desk=pages.desk(trial),
            lines=log_lines(KIND, trial, current_actor()), attached=shown_files(trial, trial.content),
        )  # fmt: skip

    blueprint.add_url_rule("/<number>", "show", show)
    blueprint.jinja_loader = DictLoader(TEMPLATES)
    return Capability(name="trials", blueprints=lambda: (blueprint,))
