"""The lists as files beside their pages, their templates, and the page that explains them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flask import Blueprint, Response, render_template, request, stream_with_context
from flask.typing import ResponseReturnValue

from marketplace.core import clock
from marketplace.core.errors import Invalid, NotFound, Refused
from marketplace.core.text import Text
from marketplace.lists import queries, writing
from marketplace.lists.columns import Sheet
from marketplace.lists.sheets import SHEETS
from marketplace.search.forms import read_question
from marketplace.web.languages import current_language

lists = Blueprint("lists", __name__)

TYPES = {
    "csv": "text/csv",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
MOST_IN_EXCEL = 20_000


@lists.get("/lists")
def home() -> ResponseReturnValue:
    """What lists there are, how many rows, where to download them, how to import."""
    sheets = [(sheet, queries.public_count(sheet.kind)) for sheet in (make() for make in SHEETS.values())]
    return render_template("lists/home.html", sheets=sheets, most=MOST_IN_EXCEL)


@lists.get("/lists/templates/<name>.xlsx")
def template(name: str) -> ResponseReturnValue:
    """The template of a list, in the reader's language."""
    sheet = _sheet(name)
    return _file(f"{name}-template.xlsx", "xlsx", [writing.template(sheet, current_language())])


@lists.get("/<any(products, scenarios, organizations):name>.<any(csv, json, xlsx):ending>")
def twin(name: str, ending: str) -> ResponseReturnValue:
    """Every public row that the page would show over all its pages, in one file."""
    sheet = _sheet(name)
    ids = matching(sheet)
    tag = f"{queries.fingerprint(name, ids)}-{current_language()}-{ending}"
    if request.if_none_match.contains_weak(tag):
        unchanged = Response(status=304)
        unchanged.set_etag(tag, weak=True)
        return unchanged
    answer = _file(f"{name}-{clock.today().isoformat()}.{ending}", ending, _pieces(sheet, ids, ending))
    answer.set_etag(tag, weak=True)
    return answer


def matching(sheet: Sheet) -> Sequence[int]:
    """The keys of what the question in the address finds, as a visitor sees it."""
    question = read_question(request.args, kind=sheet.kind)
    if question.errors:
        raise Invalid(question.errors)
    if not queries.narrows(question):
        return queries.newest_public_keys(sheet.name)
    return queries.found_keys(question, sheet.kind)


def _pieces(sheet: Sheet, ids: Sequence[int], ending: str) -> Iterable[bytes]:
    if ending == "json":
        return stream_with_context(writing.json_pieces(sheet, ids))
    columns, language = writing.columns_for(sheet.public, sheet, ids), current_language()
    if ending == "csv":
        return stream_with_context(writing.csv_pieces(sheet, columns, ids, language))
    if len(ids) > MOST_IN_EXCEL:
        raise Refused(
            Text("Excel 清单最多 %(most)d 行", "A list in Excel has at most %(most)d rows") % {"most": MOST_IN_EXCEL},
            Text("现在的条件下有 %(count)d 行", "There are %(count)d rows under these filters") % {"count": len(ids)},
            Text("请下载 CSV，或加一个条件", "Download CSV, or add a filter"),
        )
    return [writing.xlsx_bytes(sheet, columns, ids, language)]


def _file(name: str, ending: str, pieces: Iterable[bytes]) -> Response:
    response = Response(pieces, content_type=TYPES[ending] + ("; charset=utf-8" if ending == "csv" else ""))
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.vary.update(("Cookie", "Accept-Language"))
    return response


def _sheet(name: str) -> Sheet:
    if name not in SHEETS:
        raise NotFound
    return SHEETS[name]()
