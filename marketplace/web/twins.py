"""A list as files beside its page: the same rows as CSV, Excel and JSON, and the state that its address asks for."""

from __future__ import annotations

import json
from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Any

from flask import Response, request

from marketplace.core.errors import NotFound
from marketplace.foundation.tables import write_csv, write_xlsx

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
# What a pager calls them, in the order in which it does.
NAMES = (("Excel", "xlsx"), ("CSV", "csv"), ("JSON", "json"))


def asked_status(states: Container[str]) -> str:
    """The state that the address asks for, "" for any: ``status`` as in the search; ``state`` is its older name.

    Raises:
        NotFound: there is no such state.
    """
    wanted = request.args.get("status") or request.args.get("state", "")
    if wanted and wanted not in states:
        raise NotFound
    return wanted


def table_answer(name: str, ending: str, header: Sequence[str], rows: Iterable[Sequence[str]], title: str) -> Response:
    """A table to keep, as ``name.csv`` or ``name.xlsx``; ``title`` names the sheet."""
    body: Any = write_csv(header, rows) if ending == "csv" else [write_xlsx(header, rows, title)]
    return _kept(Response(body, content_type=TYPES[ending]), f"{name}.{ending}")


def items_answer(name: str, items: Sequence[Mapping[str, Any]]) -> Response:
    """The same for programs, as ``name.json``: every item at once."""
    body = json.dumps({"items": items, "total": len(items), "next": None}, ensure_ascii=False)
    return _kept(Response(body, content_type=TYPES["json"]), f"{name}.json")


def _kept(answer: Response, name: str) -> Response:
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.vary.update(("Cookie", "Accept-Language"))
    return answer
