"""Languages of the site: which one a request reads, the catalogues, and how values are written in it.

The source language is Chinese: a msgid is the Chinese text itself. English lies in translations/en/*.po, one file
per area; they are read and merged at start, and no compiled file is kept on disk.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from typing import Any, Protocol, cast
from urllib.parse import parse_qsl, urlencode

from babel import Locale
from babel.dates import format_date
from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, Response, current_app, g, has_app_context, has_request_context, request
from flask_babel import Babel, Domain, get_locale
from jinja2 import Undefined, pass_eval_context
from jinja2.ext import babel_extract
from jinja2.nodes import EvalContext
from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from marketplace.config import Config
from marketplace.core.clock import beijing
from marketplace.core.reasons import in_words
from marketplace.core.text import Text, day_text
from marketplace.web.ways import SAFE, openable, way_back

CHINESE, ENGLISH = "zh_CN", "en"
LANGUAGES = (CHINESE, ENGLISH)
ASKED = {"zh": CHINESE, "zh_CN": CHINESE, "zh-CN": CHINESE, "en": ENGLISH}
TEXT_SIZES = ("l", "xl")
YEAR = 365 * 24 * 3600

PACKAGE = Path(__file__).resolve().parents[1]
TEMPLATES = PACKAGE.parent / "templates"
CATALOGUES = PACKAGE / "translations" / ENGLISH
KEYWORDS: Mapping[str, Any] = {
    "_": None, "_l": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2), "lazy_ngettext": (1, 2),
}  # fmt: skip


class Said(Protocol):
    """What carries its words in both languages (core.text.Text)."""

    def say(self, language: str) -> str: ...


# ---- the catalogues -------------------------------------------------------------------------------------------------


def english_messages(folder: Path = CATALOGUES) -> Catalog:
    """Every English message of every area, merged.

    Raises:
        ValueError: two files translate the same msgid differently.
    """
    merged = Catalog(locale=ENGLISH)
    found_in: dict[object, str] = {}
    for path in sorted(folder.glob("*.po")):
        with path.open("rb") as file:
            area = read_po(file, locale=ENGLISH, abort_invalid=True)
        for message in area:
            if not message.id:
                continue
            known = merged.get(message.id, message.context)
            if known is not None and known.string != message.string:
                raise ValueError(f"{path.name} and {found_in[message.id]} translate {message.id!r} differently")
            merged.add(message.id, message.string, flags=message.flags, context=message.context)
            found_in[message.id] = path.name
    return merged


@cache
def _english() -> Translations:
    compiled = io.BytesIO()
    write_mo(compiled, english_messages())
    compiled.seek(0)
    return Translations(compiled)


class Catalogues(Domain):
    """The one translation domain: Chinese is the source and needs no catalogue."""

    def get_translations(self) -> NullTranslations:
        return _english() if current_language() == ENGLISH else NullTranslations()


_domain = Catalogues()


def gettext(message: str, **values: Any) -> str:
    """The message in the language of the request, with ``values`` in its %(name)s places."""
    text: str = _english().gettext(message) if current_language() == ENGLISH else message
    return text % values if values else text


@pass_eval_context
def gettext_of_page(evaluation: EvalContext, message: str, **values: Any) -> str:
    """``gettext`` of templates: where they escape, the message is markup and its values are escaped."""
    text = _english().gettext(message) if current_language() == ENGLISH else message
    return (Markup(text) if evaluation.autoescape else text) % values


ngettext = _domain.ngettext
lazy_gettext = _domain.lazy_gettext
lazy_ngettext = _domain.lazy_ngettext


# ---- what a request reads -------------------------------------------------------------------------------------------


def current_language() -> str:
    """The language of this request or of ``force_locale``: "zh_CN" or "en"."""
    # Asked hundreds of times a page: what Flask-Babel has chosen is read where it keeps it, without its detours.
    kept = getattr(g._get_current_object(), "_flask_babel", None) if has_app_context() else None
    locale = getattr(kept, "babel_locale", None) or get_locale()
    return ENGLISH if locale is not None and locale.language == ENGLISH else CHINESE


def html_lang() -> str:
    """The language as HTML writes it."""
    return "en" if current_language() == ENGLISH else "zh-CN"


def text_size() -> str:
    """Size of text that the visitor chose: "" (normal), "l" or "xl"."""
    asked = request.args.get("text") if has_request_context() else None
    size = asked if asked is not None else (_cookie("text") if has_request_context() else "")
    return size if size in TEXT_SIZES else ""


def switch_href(**changes: str) -> str:
    """This page with other query values: ``switch_href(lang="en")``.

    Begins with "?", never with the path: a path such as //elsewhere.example would lead off the site. The answer to a
    form whose address takes no link leads to the page of that form.
    """
    path, asked = "", request.args
    if request.method not in SAFE and not openable(request.path):
        path, _mark, query = way_back().partition("?")
        path, asked = path or "/", MultiDict(parse_qsl(query, keep_blank_values=True))
    kept = [(key, value) for key, value in asked.items(multi=True) if key not in changes]
    return f"{path}?{urlencode([*kept, *changes.items()])}"


def _choose() -> Locale:
    return locale_of(_chosen())


@cache
def locale_of(language: str) -> Locale:
    """Read once: Babel takes a quarter of a millisecond to look up a name."""
    return Locale.parse(language)


def _chosen() -> str:
    default = str(current_app.config["BABEL_DEFAULT_LOCALE"])
    if not has_request_context():
        return default
    for asked in (request.args.get("lang"), _cookie("lang")):
        if asked in ASKED:
            return ASKED[asked]
    # not best_match(): it prefers an exact tag of low quality to zh-TW or zh-Hans of high quality
    for tag, quality in request.accept_languages:
        primary = tag.replace("_", "-").split("-")[0].lower()
        if quality > 0 and primary in ASKED:
            return ASKED[primary]
    return default


def _remember(response: Response) -> Response:
    if request.args.get("lang") in ASKED:
        short = "en" if ASKED[request.args["lang"]] == ENGLISH else "zh"
        _keep(response, "lang", short)
    if "text" in request.args:
        _keep(response, "text", text_size())
    if response.mimetype == "text/html":
        response.vary.update(("Accept-Language", "Cookie"))
        response.headers.setdefault("Content-Language", html_lang())
    return response


def cookie_name(name: str, *, secure: bool) -> str:
    """A cookie's name. Over TLS with the prefix by which browsers take it from this very host alone (RFC 6265bis)."""
    return f"__Host-{name}" if secure else name


def _cookie(name: str) -> str:
    return request.cookies.get(cookie_name(name, secure=_secure()), "")


def _secure() -> bool:
    return bool(current_app.config["SESSION_COOKIE_SECURE"])


def _keep(response: Response, name: str, value: str) -> None:
    secure = _secure()
    response.set_cookie(
        cookie_name(name, secure=secure), value, max_age=YEAR, samesite="Lax", secure=secure, httponly=True
    )


# ---- how values are written -----------------------------------------------------------------------------------------


def say(value: Said | str | None) -> str:
    """A core Text in the language of the request; anything else as it stands (so macros take both)."""
    if value is None or isinstance(value, Undefined):
        return ""
    if isinstance(value, str):  # also Markup, which must stay Markup
        return value
    return value.say(current_language()) if hasattr(value, "say") else str(value)


def reason(value: str) -> str:
    """A reason of history in the language of the request, as far as it was ticked."""
    return say(in_words(value))


def day(value: date | datetime | str | None) -> str:
    """A day: 2026-10-09, in English 9 October 2026. An instant is taken on its Beijing day; "" stays ""."""
    if not value:
        return ""
    if isinstance(value, str):
        value = date.fromisoformat(value)
    return day_text(_in_beijing(value) if isinstance(value, datetime) else value).say(current_language())


def official_day(value: date | datetime) -> str:
    """A day as official documents write it: 2026年10月9日, in English 9 October 2026."""
    if current_language() == ENGLISH:
        return day(value)
    plain = _in_beijing(value).date() if isinstance(value, datetime) else value
    return format_date(plain, "y年M月d日", CHINESE)


def moment(value: datetime | None, zone: bool = False) -> str:
    """An instant on a Beijing clock, to the minute; ``zone`` names the clock, as deadlines must.

    Raises:
        ValueError: the instant does not say its time zone.
    """
    if not value:
        return ""
    local = _in_beijing(value)
    if current_language() == ENGLISH:
        return f"{day(local)}, {local:%H:%M}" + (" Beijing time" if zone else "")
    return f"{local:%Y-%m-%d %H:%M}" + ("（北京时间）" if zone else "")


def _in_beijing(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError(f"{value!r} does not say its time zone")
    return beijing(value)


def money(value: Decimal | str | int | None) -> str:
    """An amount given in 万元, to the yuan: 640.50 万元 or 12.345 万元, in English CNY 6,405,000 or CNY 123,450."""
    return "" if value is None or value == "" else money_text(value).say(current_language())


def money_text(value: Decimal | str | int) -> Text:
    """The same in both languages, for a text whose reader is not known yet."""
    return Text(
        f"{ten_thousands(value)} 万元".replace("-", "−"), f"CNY {Decimal(value) * 10_000:,.0f}".replace("-", "−")
    )


def ten_thousands(value: Decimal | str | int) -> str:
    """The digits of an amount in 万元 (10,000 yuan), to the yuan: grouped, two decimals or as many as it needs."""
    whole, _point, yuan = f"{Decimal(value).quantize(Decimal('0.0001'), ROUND_HALF_UP):,f}".partition(".")
    return f"{whole}.{yuan.rstrip('0'):0<2}"


def number(value: Decimal | float | int | None) -> str:
    """A number with grouped thousands and a true minus sign."""
    return "" if value is None else f"{value:,}".replace("-", "−")


# ---- set-up ---------------------------------------------------------------------------------------------------------


def init_languages(app: Flask) -> None:
    """Choose a language per request, translate templates, and add the filters say, day, moment, money, number.

    Reads ``app.extensions["config"]`` for the default language when the composition root has put a Config there.
    """
    config = cast(Config | None, app.extensions.get("config"))
    app.config.setdefault("BABEL_DEFAULT_LOCALE", config.language if config else CHINESE)
    Babel(app, configure_jinja=False, default_timezone="Asia/Shanghai", locale_selector=_choose)
    env = app.jinja_env
    env.add_extension("jinja2.ext.i18n")
    env.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
    env.filters.update(
        say=say, reason=reason, day=day, official_day=official_day, moment=moment, money=money, number=number
    )
    env.globals.update(
        _=gettext_of_page, gettext=gettext_of_page, current_language=current_language, html_lang=html_lang,
        text_size=text_size, switch_href=switch_href,
    )  # fmt: skip
    app.after_request(_remember)
    _english()  # a bad catalogue stops the start, not a page


# ---- extraction (asked by the architecture test) --------------------------------------------------------------------


def extract_messages(package: Path = PACKAGE, templates: Path = TEMPLATES) -> dict[str | tuple[str, ...], list[str]]:
    """Every msgid of code and templates with the places that use it ("file:line").

    A message with a plural has the pair as its key.
    """
    found: dict[str | tuple[str, ...], list[str]] = {}
    for place, message in _occurrences(package, templates):
        key = tuple(message) if isinstance(message, (list, tuple)) else message
        found.setdefault(key, []).append(place)
    return found


def _occurrences(package: Path, templates: Path) -> Iterator[tuple[str, str | tuple[str, ...]]]:
    sources = [("python", path) for path in sorted(package.rglob("*.py"))]
    sources += [("jinja", path) for path in sorted(templates.rglob("*")) if path.suffix in (".html", ".txt", ".xml")]
    for kind, path in sources:
        method: Any = "python" if kind == "python" else babel_extract
        options = {} if kind == "python" else {"silent": "false", "extensions": "jinja2.ext.do"}
        with path.open("rb") as file:
            for line, message, *_ in extract(method, file, KEYWORDS, (), options):
                if message:
                    yield f"{path.relative_to(package.parent)}:{line}", message
