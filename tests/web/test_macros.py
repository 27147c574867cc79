"""Every macro draws in both languages, escapes what people wrote, and ties its parts together."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask, render_template, render_template_string
from flask_wtf.file import FileField, MultipleFileField
from markupsafe import Markup
from wtforms import BooleanField, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired

from marketplace.core.errors import Refused
from marketplace.core.lifecycle import Offer, State, step
from marketplace.core.text import Text
from marketplace.web.assets import init_assets
from marketplace.web.forms import MarketplaceForm, at_most
from marketplace.web.languages import init_languages

ROOT = Path(__file__).resolve().parents[2]
HOSTILE = '<script>alert("1")</script>'
REFUSED = Refused(
    Text("公示不少于 5 个工作日（规则 N-01）。", "A notice stays open for 5 working days (rule N-01)."),
    Text("今天是第 4 个工作日。", "Today is the fourth."),
    Text("10-10 24:00 后自动结束。", "It ends by itself after 10 October."),
    "/notices/1",
)
LINKS = [("产品供给", "/products", "products", "Products"), ("场景需求", "/scenarios", "scenarios", "Needs")]
GALLERY = (Path(__file__).parent / "gallery.html").read_text(encoding="utf-8")


def make_app() -> Flask:
    """The smallest app that draws pages: languages, assets and what the web floor supplies."""
    app = Flask("look", template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "static"))
    app.testing = True
    app.secret_key = "only for tests"
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    init_languages(app)
    init_assets(app)
    items = [SimpleNamespace(key=key, label=Text(zh, en), href=href) for zh, href, key, en in LINKS]
    columns = [(Text("供需", "Market"), [(Text(zh, en), href) for zh, href, _key, en in LINKS])]
    app.jinja_env.globals.update(
        navigation=lambda: items,
        footer_columns=lambda: columns,
        inbox_count=lambda: 3,
        has_desk=lambda: True,
        unread_notifications=lambda: 2,
        actor=SimpleNamespace(signed_in=True, name="演示单位", posts=()),
        site_settings={"host": Text("演示单位", "Demo body"), "review_days": 5, "email": "a@demo.example"},
        csrf_token=lambda: "token",
        config=SimpleNamespace(demo=True),
    )

    @app.get("/gallery")
    def gallery() -> str:
        return render_template_string(GALLERY, **gallery_values())

    @app.get("/page/<path:name>")
    def page(name: str) -> str:
        return render_template(name, **page_values())

    return app


class Sample(MarketplaceForm):
    """One field of every type that pages use."""

    class Meta:
        csrf = False

    title = StringField("名称", [InputRequired()])
    text = TextAreaField("现状", [at_most(500)])
    kind = SelectField("类别", choices=[SelectChoice("a", "甲"), SelectChoice("b", Text("乙", "B"), optgroup="二")])
    way = RadioField("方式", choices=[SelectChoice("sale", "采购"), SelectChoice("lease", "租赁")])
    marks = SelectMultipleField("标识", choices=[SelectChoice("1", "首台套"), SelectChoice("2", "首批次")])
    agree = BooleanField("内容真实")
    papers = MultipleFileField("文件")


def offer(name: str, label: Text, **options: Any) -> Offer:
    refusal = options.pop("refusal", None)
    return Offer(step(name, "draft", "done", who=lambda actor, subject: True, label=label, **options), refusal)


def gallery_values() -> dict[str, Any]:
    form = Sample(data={"title": "", "kind": "b", "way": "lease", "marks": ["1"]})
    form.validate()
    return {
        "form": form,
        "state": State(Text("已发布", "Published"), "pine", "check-circle"),
        "notice": State(Text("公示中", "Notice open"), "seal solid"),
        "label": Text("负载", "Payload"),
        "refused": REFUSED,
        "now": datetime(2026, 10, 9, 16, 30, tzinfo=UTC),
        "offers": [
            offer("submit", Text("提交审核", "Submit for review"), look="primary"),
            offer("withdraw", Text("撤回", "Withdraw"), asks_reason=True),
            offer("publish", Text("发布公示", "Publish the notice"), look="official", refusal=REFUSED),
        ],
        "href": lambda page: f"?page={page}",
        "hostile": HOSTILE,
        "figure": str,
        "interval": lambda found: f"{found['value']} ± 2",
        "mark": Markup("行业<mark>四足</mark>机器人"),
    }


def page_values() -> dict[str, Any]:
    row = {"title": "煤矿地面变电站巡检", "href": "/s"}
    domain, maker, place = Text("特种作业", "Special operations"), Text("甲", "First"), Text("合肥", "Hefei")
    tile = {"name": Text("合肥", "Hefei"), "count": 8, "href": "?city=340100"}
    return {
        "counts": {"scenarios": 73, "products": 1177, "organizations": 96},
        "drawings": [{"kind": "dog", "name": Text("四足机器人", "Quadrupeds"), "count": 11, "href": "/p"}] * 4,
        "domains": [(Text("公共服务", "Public services"), 14, "/s")] * 10,
        "latest_scenarios": [row | {"meta": [maker, "", domain], "demo": True}, row | {"meta": [maker, place, domain]}],
        "latest_products": [row | {"meta": [maker, place, Text("四足机器人", "Quadrupeds")]}],
        "tiles": [[tile, None, tile | {"count": 0}, tile | {"count": 2}]] * 4,
        "placed": 12,
        "frequent": [("巡检", "/search?q=巡检"), ("AMR", "/search?q=AMR")],
        "refusal": REFUSED, "typed": [(Text("理由", "Reason"), HOSTILE)], "number": "7F3A-19", "wait": 40,
        "errors": [{"message": Text("请填数值，例如 2", "Give a number such as 2")}], "limit": "20 MB",
        "happened": {"post": "审核岗", "actor_kind": "user", "at": datetime(2026, 10, 9, tzinfo=UTC)},
        "href": "/s", "back": "/s",
    }  # fmt: skip


PAGES = sorted(
    str(path.relative_to(ROOT / "templates"))
    for folder in ("errors", "site")
    for path in (ROOT / "templates" / folder).glob("*.html")
    if path.name != "typed.html"
)


@pytest.fixture(scope="module")
def client() -> Any:
    return make_app().test_client()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_gallery_draws_every_macro(client: Any, language: str) -> None:
    page = client.get(f"/gallery?lang={language}").get_data(as_text=True)
    missing = [
        name for name in macro_files() if f'from "macros/{name}"' not in GALLERY and name != "sorts.html"
    ]  # within list_head
    assert not missing, "add these macros to tests/web/gallery.html"
    assert HOSTILE not in page
    assert "&lt;script&gt;" in page
    assert "行业<mark>四足</mark>机器人" in page


def macro_files() -> list[str]:
    return [
        path.name for path in sorted((ROOT / "templates" / "macros").glob("*.html")) if path.name != "city_map.html"
    ]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", PAGES)
def test_pages_draw_and_escape(client: Any, name: str, language: str) -> None:
    page = client.get(f"/page/{name}?lang={language}").get_data(as_text=True)
    assert page.count("<h1") == 1
    assert HOSTILE not in page
    assert f'<html lang="{"en" if language == "en" else "zh-CN"}"' in page


def test_english_pages_hold_no_chinese_of_ours(client: Any) -> None:
    """Chinese may only be content (given by the test) or the link that leads back to Chinese."""
    given = ("煤矿地面变电站巡检", "省属国企", "甲", "合肥", "巡检", "审核岗", "演示单位", "中文", "变电站巡检")
    for name in PAGES:
        page = client.get(f"/page/{name}?lang=en").get_data(as_text=True)
        left = re.sub("|".join(sorted(given, key=len, reverse=True)), "", page)
        assert not re.findall(r"[\u4e00-\u9fff]+", left), name


@pytest.mark.parametrize("language", ["zh", "en"])
def test_ids_are_unique_and_references_lead_somewhere(client: Any, language: str) -> None:
    page = client.get(f"/gallery?lang={language}").get_data(as_text=True)
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    for attribute in ("for", "aria-describedby", "aria-labelledby"):
        for value in re.findall(rf'\b{attribute}="([^"]+)"', page):
            assert set(value.split()) <= set(ids), (attribute, value)
    for target in re.findall(r'href="#([^"]+)"', page):
        assert target in ids


def test_every_icon_is_in_the_sprite(client: Any) -> None:
    sprite = (ROOT / "static/img/icons.svg").read_text(encoding="utf-8")
    known = set(re.findall(r'<symbol id="([^"]+)"', sprite))
    page = client.get("/gallery").get_data(as_text=True)
    templates = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "templates").rglob("*.html"))
    used = set(re.findall(r'icons\.svg\?v=\w+#([\w-]+)"', page)) | {
        "i-" + name for name in re.findall(r'icon\("([\w-]+)"', templates)
    }
    assert used <= known


def test_wtf_field_keeps_the_anatomy(client: Any) -> None:
    page = client.get("/gallery?lang=zh").get_data(as_text=True)
    title = re.search(r"<input[^>]*id=\"title\"[^>]*>", page)
    assert title is not None
    assert 'aria-invalid="true"' in title[0]
    assert 'aria-describedby="title-hint title-error"' in title[0]
    assert "required" not in title[0]
    assert re.search(r'id="way-1" name="way" value="lease" checked', page)
    assert re.search(r'id="marks" name="marks" value="1" checked', page)
    assert '<a href="#title">名称：' in page


def test_operator_details_are_printed_only_when_set(client: Any) -> None:
    page = client.get("/page/site/help.html?lang=zh").get_data(as_text=True)
    assert "主办单位：演示单位" in page
    assert "咨询邮箱：a@demo.example" in page
    assert "ICP" not in page
    assert "承办单位" not in page


def test_pager_shows_a_window_of_pages() -> None:
    source = '{% from "macros/pager.html" import pager %}{{ pager(10, 40, 400, 10, href) }}'
    with make_app().test_request_context("/"):
        drawn = render_template_string(source, href=lambda page: f"?page={page}")
    assert re.findall(r'href="\?page=(\d+)"', drawn) == ["9", "1", "8", "9", "11", "12", "40", "11"]
    assert drawn.count("…") == 2


def test_style_sheet_and_sprite_stay_within_their_budgets() -> None:
    import gzip

    limits = {"css/jiyu.css": 8, "css/parts.css": 8, "css/print.css": 1, "img/icons.svg": 12, "js/jiyu.js": 4}
    for path, limit in limits.items():
        assert len(gzip.compress((ROOT / "static" / path).read_bytes())) <= limit * 1024, path


class Papers(MarketplaceForm):
    """One file, and several."""

    one = FileField("执照")
    some = MultipleFileField("附件")


DRAWN = """{% from "macros/file_field.html" import file_field %}{% from "macros/wtf_field.html" import wtf_field %}
{{ wtf_field(form.one, "PDF") }}{% call file_field(form.some, accept=".pdf") %}<b>behind</b>{% endcall %}"""


def test_a_field_for_files_says_which_of_them_a_browser_has_forgotten() -> None:
    app = make_app()
    app.config["WTF_CSRF_ENABLED"] = False
    sent = {"some": [(io.BytesIO(b"1"), "a.pdf"), (io.BytesIO(b"2"), HOSTILE)], "one": (io.BytesIO(b""), "")}
    with app.test_request_context("/?lang=en", method="POST", data=sent):
        drawn = render_template_string(DRAWN, form=Papers())
    one, some = drawn.split('name="one"')
    assert "not kept" not in one, "nothing was chosen there"
    assert 'id="some-again"' in some
    assert "choose them again: a.pdf, &lt;script" in some
    assert re.search(r'name="some" multiple accept=".pdf" aria-describedby="some-again"', some)
    assert "<b>behind</b>" in some
    with app.test_request_context("/?lang=zh"):
        drawn = render_template_string(DRAWN, form=Papers(data={"one": {"name": "a.pdf", "file": 1}}))
    assert "没有保留" not in drawn, "what the site keeps is not lost"
    assert 'id="one" name="one" aria-describedby="one-hint"' in drawn
