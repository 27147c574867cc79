"""Pages of logs, for security and audit administrators: decisions, sign-ins, the chain checked and exported."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, flash, redirect, render_template, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.models import Attempt
from marketplace.admin import checks, forms, logs, services
from marketplace.admin import sign_ins as log
from marketplace.admin.frame import menu
from marketplace.core import clock
from marketplace.core.errors import FieldError, Invalid, NotFound, Refused
from marketplace.core.text import Text
from marketplace.foundation import ledger
from marketplace.foundation.db import db
from marketplace.foundation.ledger import LedgerEntry
from marketplace.foundation.tables import write_csv, write_xlsx
from marketplace.web.forms import clean
from marketplace.web.identity import current_actor
from marketplace.web.languages import current_language
from marketplace.web.languages import gettext as _
from marketplace.web.paging import key_page

PER_PAGE = 50
MOST_IN_EXCEL = 20_000
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "jsonl": "application/x-ndjson; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def decisions() -> ResponseReturnValue:
    """Who did what, to what, in which post, and why."""
    question = forms.log_question(request.args)
    page = key_page(logs.entries(question), LedgerEntry.id, per_page=PER_PAGE)
    return render_template(
        "admin/decisions.html", menu=menu("admin.decisions"), page=page, lines=logs.lines(page.items),
        question=question, acts=logs.acts(),
    )  # fmt: skip


def decision(key: int) -> ResponseReturnValue:
    """One entry with all that it holds, and the hashes that tie it to its neighbours."""
    entry = db.session.get(LedgerEntry, key)
    if entry is None:
        raise NotFound
    return render_template(
        "admin/decision.html", menu=menu("admin.decisions"), line=logs.lines([entry])[0], entry=entry,
        intact=entry.hash == entry.digest(),
    )  # fmt: skip


def export_decisions() -> ResponseReturnValue:
    """The entries asked for as a file; that they were taken is itself in history, with a reason."""
    question, upto, language = forms.log_question(request.form), ledger.position(), current_language()
    taken = Taken(
        "decisions", _("决策日志"), logs.HEADER, logs.COLUMNS, question.given, logs.count(logs.entries(question))
    )
    return _export(taken, logs.rows(question, upto, language))


def sign_ins() -> ResponseReturnValue:
    """Who tried to sign in, from where, and how it ended."""
    question = forms.sign_in_question(request.args)
    page = key_page(log.attempts(question), Attempt.id, per_page=PER_PAGE)
    return render_template(
        "admin/sign_ins.html", menu=menu("admin.sign_ins"), page=page, lines=log.named(page.items), question=question,
        kinds=forms.options(log.TRIED, Text("全部事项", "Anything")),
        outcomes=forms.options(log.OUTCOMES, Text("全部结果", "Any outcome")),
    )  # fmt: skip


def export_sign_ins() -> ResponseReturnValue:
    """The same as a file."""
    question, upto, language = forms.sign_in_question(request.form), log.newest(), current_language()
    taken = Taken(
        "sign-ins", _("登录日志"), log.HEADER, log.COLUMNS, question.given, logs.count(log.attempts(question))
    )
    return _export(taken, log.rows(question, upto, language))


@dataclass(frozen=True, slots=True)
class Taken:
    """A log that is taken away: its name, its columns, the filters, and how many rows there are."""

    name: str
    title: str
    header: Sequence[Text]
    columns: Sequence[str]
    filters: Mapping[str, str]
    rows: int


def _export(taken: Taken, found: Iterator[list[str]]) -> Response:
    kind = request.form.get("format", "")
    if kind not in ("csv", "xlsx", "json"):
        raise Invalid([FieldError("format", Text("请选择文件格式", "Choose a format"))])
    if kind == "xlsx" and taken.rows > MOST_IN_EXCEL:
        raise Refused(
            Text("Excel 文件最多 %(most)d 行", "A file in Excel has at most %(most)d rows") % {"most": MOST_IN_EXCEL},
            Text("现在的条件下有 %(count)d 行", "There are %(count)d rows under these filters") % {"count": taken.rows},
            Text("请选 CSV，或加一个条件", "Choose CSV, or add a filter"),
        )
    _record("export_log", {"log": taken.name, "format": kind, "rows": taken.rows, "filters": dict(taken.filters)})
    header = [each.say(current_language()) for each in taken.header]
    name = f"{taken.name}-{clock.today().isoformat()}.{kind}"
    if kind == "xlsx":
        return _file(name, [write_xlsx(header, found, taken.title)])
    pieces = write_csv(header, found) if kind == "csv" else logs.json_pieces(found, taken.columns)
    return _file(name, stream_with_context(pieces))


def history() -> ResponseReturnValue:
    """The chain of history: checks that were made and the one under way."""
    return render_template(
        "admin/history.html", menu=menu("admin.history"), checks=checks.latest(), running=checks.unfinished(),
        faults=ledger.FAULTS, total=ledger.position(),
    )  # fmt: skip


def check_history() -> ResponseReturnValue:
    """Have the worker check the chain."""
    checks.request_check(current_actor(), clean(request.form.get("reason")))
    flash(_("已开始校验，由后台任务执行。"))
    return redirect(url_for("admin.history"))


def export_history() -> ResponseReturnValue:
    """The whole chain, which everybody who has the file can check without this site."""
    _record("export_history", {"entries": ledger.position()})
    lines = (line.encode() for line in ledger.exported())
    return _file(f"history-{clock.today().isoformat()}.jsonl", stream_with_context(lines))


def _record(action: str, data: dict[str, Any]) -> None:
    """Write into history that a file was taken, by whom and why."""
    reason = services.checked_reason(clean(request.form.get("reason")))
    ledger.record(services.oneself(current_actor()), action, current_actor(), reason=reason, data=data)


def _file(name: str, pieces: Iterable[bytes]) -> Response:
    response = Response(pieces, content_type=TYPES[name.rpartition(".")[2]])
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response
