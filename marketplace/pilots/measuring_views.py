"""Pages while a pilot runs: readings in, out, confirmed and corrected; incidents; days that do not count."""

from __future__ import annotations

import hashlib
from datetime import date
from http import HTTPStatus
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue

from marketplace.core import clock
from marketplace.core.errors import FieldError, Invalid, NotFound, Refused
from marketplace.core.text import Text
from marketplace.foundation.db import transaction
from marketplace.foundation.files.names import clean_name, extension_of
from marketplace.foundation.tables import LongTable, Table, open_csv, read_table, write_xlsx
from marketplace.pilots import intake, measuring, queries, wording
from marketplace.pilots.forms import CorrectionForm, DayForm, DecisionForm, FileForm, IncidentForm, ReadingForm
from marketplace.pilots.intake import HEADINGS, Judgement
from marketplace.pilots.models import Pilot, Reading
from marketplace.pilots.packing import Readings
from marketplace.pilots.plan import read_day
from marketplace.pilots.policy import can_answer, side_of
from marketplace.pilots.services import HEADER
from marketplace.pilots.showing import why_paused
from marketplace.web.fields import refuse
from marketplace.web.forms import form_page
from marketplace.web.identity import current_actor, signed_in
from marketplace.web.languages import current_language
from marketplace.web.languages import gettext as _
from marketplace.web.paging import key_page
from marketplace.web.request import MAX_UPLOAD, own_transaction, takes_files
from marketplace.web.twins import TYPES, table_answer

SHOWN_PROBLEMS = 200
MOST_IN_EXCEL = 100_000
LARGEST_FILE = 40 * 1024 * 1024
TAKEN = Text(
    f"Excel（xlsx）最多 {intake.MOST_ROWS['xlsx']:,} 行；"
    f"另存为 CSV（UTF-8、GB18030）可到 {intake.MOST_ROWS['csv']:,} 行；不超过 %(most)s MB",
    f"Excel (xlsx) up to {intake.MOST_ROWS['xlsx']:,} rows; saved as CSV (UTF-8, GB18030) up to "
    f"{intake.MOST_ROWS['csv']:,}; no more than %(most)s MB",
)


def add_pages(pages: Blueprint) -> None:
    """Add these pages to the blueprint of pilots."""
    both, post = ["GET", "POST"], ["POST"]
    pages.add_url_rule("/<number>/readings", "readings", signed_in(readings), methods=both)
    pages.add_url_rule("/<number>/readings/new", "new_reading", signed_in(new_reading), methods=both)
    pages.add_url_rule("/<number>/readings/import", "load", own_transaction(takes_files(signed_in(load))), methods=both)
    pages.add_url_rule("/<number>/readings/template.xlsx", "template", signed_in(template))
    pages.add_url_rule("/<number>/readings.<any(csv, xlsx):ending>", "export", signed_in(export))
    pages.add_url_rule("/<number>/readings/<int:key>/correct", "correct", signed_in(correct), methods=both)
    pages.add_url_rule("/<number>/incidents", "incidents", signed_in(incidents), methods=both)
    pages.add_url_rule("/<number>/days", "days", signed_in(days), methods=both)
    pages.add_url_rule("/<number>/days/<int:key>", "decide_day", signed_in(decide_day), methods=post)


def _running(number: str) -> Pilot:
    """A pilot in which the actor may measure now.

    Raises:
        NotFound: he is no side. Refused: it does not run.
    """
    actor = current_actor()
    pilot = queries.dealt_with(number, actor)
    if side_of(actor, pilot) is None:
        raise NotFound
    if pilot.state not in measuring.OPEN:
        measuring.speaking(pilot, actor)
    return pilot


# ---- readings ----


def readings(number: str) -> ResponseReturnValue:
    """Single readings, the newest first; the other side confirms or disputes what it ticks, or all that it saw."""
    actor = current_actor()
    pilot = queries.dealt_with(number, actor)
    form = DecisionForm()
    if request.method == "POST":
        try:
            return _decide(pilot, form.objection.data or "")
        except Invalid as error:
            form.refuse(error)
    standing, code = request.args.get("standing", ""), request.args.get("target", "")
    target = next((each for each in pilot.targets if each.code == code), None)
    if (standing and standing not in wording.STANDINGS) or (code and target is None):
        raise NotFound
    page = key_page(queries.readings(pilot, standing, target.id if target else None), Reading.id, per_page=50)
    side, running = side_of(actor, pilot), pilot.state in measuring.OPEN
    decidable = [each.id for each in page.items if running and side and can_answer(each, side)]
    return render_template(
        "pilots/readings.html", pilot=pilot, page=page, standing=standing, target=code, side=side,
        counts=queries.counts(queries.tallies(pilot)), wording=wording, corrected=queries.corrected(pilot, page.items),
        last=max((each.id for each in page.items), default=0), open=running, why_paused=why_paused(pilot),
        decidable=decidable, form=form, ticked=_ticked(),
    ), HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK  # fmt: skip


def _ticked() -> list[int]:
    """The keys of the readings that were ticked."""
    return [_key(each) for each in request.form.getlist("reading") if _key(each)]


def _key(text: str) -> int:
    """The key of a reading; 0 for what is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else 0


def _decide(pilot: Pilot, objection: str) -> ResponseReturnValue:
    """Confirm or dispute what was ticked, or all that the page knew of.

    Raises:
        Invalid: nothing is ticked, or why is not said.
    """
    act, ids = request.form.get("decision", ""), _ticked()
    everything = act == "confirm_all"
    if act not in ("confirm", "dispute", "confirm_all"):
        raise NotFound
    if not everything and not ids:
        raise Invalid([FieldError("reading", Text("请先勾选记录", "Tick some readings first"))])
    count = measuring.decide(
        pilot, current_actor(), "disputed" if act == "dispute" else "confirmed", None if everything else ids,
        last=_key(request.form.get("last", "")) or (0 if everything else 2**53),
        objection=objection,
    )  # fmt: skip
    flash(_("已提出异议 %(count)s 条。", count=count) if act == "dispute" else _("已确认 %(count)s 条。", count=count))
    return redirect(url_for("pilots.readings", number=pilot.number, standing="pending"))


def new_reading(number: str) -> ResponseReturnValue:
    """One reading by hand."""
    pilot = _running(number)
    form = ReadingForm(pilot.targets)
    if form.validate_on_submit():
        row = {key: form[key].data or "" for key in ("target", "at", "value", "base", "device", "note")}
        try:
            _write(pilot, intake.read(row, measuring.rules_of(pilot)), row)
        except FieldError as error:
            form.refuse([FieldError("value" if error.field == "unit" else error.field, error.message)])
        except Invalid as error:
            form.refuse([FieldError("at", error.errors[0].message)])
        else:
            flash(_("已登记，等对方确认。"))
            return redirect(url_for("pilots.show", number=pilot.number))
    return form_page("pilots/reading.html", form, pilot=pilot, now=clock.beijing(clock.now()))


def _write(pilot: Pilot, taken: intake.Taken, row: dict[str, str]) -> None:
    sha256 = hashlib.sha256(repr(sorted(row.items())).encode()).hexdigest()
    measuring.record(pilot, current_actor(), Judgement(Readings([(taken, 1)])), "form", sha256)


def load(number: str) -> ResponseReturnValue:
    """A file: every row is checked first, and all are written or none."""
    pilot, form = _running(number), FileForm()
    found: Judgement | None = None
    if form.validate_on_submit():
        upload = request.files.get("file")
        if upload is None or not upload.filename:
            refuse(form.file, Text("请选择文件", "Choose a file"))
        else:
            try:
                found = _load(pilot, upload)
            except FieldError as error:
                refuse(form.file, error.message)
        if found is not None and not found.problems:
            flash(_loaded(found))
            return redirect(url_for("pilots.readings", number=pilot.number))
    failed = bool(form.errors) or bool(found and found.problems)
    body = render_template(
        "pilots/load.html", form=form, pilot=pilot, found=found, shown=SHOWN_PROBLEMS, most=intake.MOST_ROWS,
        size=MAX_UPLOAD // 2**20,
        bad=len({each.row for each in found.problems}) if found else 0,
    )  # fmt: skip
    return body, HTTPStatus.UNPROCESSABLE_ENTITY if failed else HTTPStatus.OK


def _load(pilot: Pilot, upload: Any) -> Judgement:
    """Read and check outside of any transaction, then write in one.

    Raises:
        FieldError: the file as a whole cannot be taken.
    """
    digest = hashlib.file_digest(upload.stream, "sha256").hexdigest()
    upload.stream.seek(0)
    with TemporaryDirectory() as folder:
        found = intake.check(intake.rows_of(_table(upload, Path(folder))), measuring.rules_of(pilot))
    if found.problems:
        return found
    if not found.taken:
        raise FieldError("file", Text("文件里没有数据行", "The file has no rows of data"))
    try:
        with transaction():
            measuring.record(pilot, current_actor(), found, "file", digest, file_name=upload.filename)
    except Invalid:
        return found  # its problems name the rows that are recorded already
    return found


def _table(upload: Any, folder: Path) -> Table | LongTable:
    """The table in an uploaded file; a CSV file is laid into ``folder`` and read from there row by row.

    Raises:
        FieldError: the file as a whole cannot be taken.
    """
    name = clean_name(upload.filename)
    if extension_of(name) != "csv":
        most = intake.MOST_ROWS["xlsx"]
        return read_table(upload.stream, name, max_rows=most, max_bytes=LARGEST_FILE, hint=TAKEN)
    path = folder / "readings.csv"
    upload.save(path)
    return open_csv(path, intake.MOST_ROWS["csv"])


def _loaded(found: Judgement) -> str:
    if not found.gaps:
        return _("已导入 %(count)s 条，等对方确认。", count=len(found.taken))
    return _(
        "已导入 %(count)s 条，等对方确认。文件中间有 %(gaps)s 天没有记录，从 %(first)s 起。",
        count=len(found.taken), gaps=len(found.gaps), first=found.gaps[0].isoformat(),
    )  # fmt: skip


def template(number: str) -> ResponseReturnValue:
    """An empty table with the headings that are read, and the targets to choose from."""
    pilot = queries.dealt_with(number, current_actor())
    language = current_language()
    header = [label.say(language) for label in HEADINGS.values()]
    choices = {HEADINGS["target"].say(language): [each.name for each in pilot.targets]}
    answer = Response(write_xlsx(header, [], "readings", choices=choices), content_type=TYPES["xlsx"])
    answer.headers["Content-Disposition"] = f'attachment; filename="{pilot.number}-readings.xlsx"'
    return answer


def export(number: str, ending: str) -> ResponseReturnValue:
    """Every reading. The CSV of a pilot whose run is over has the digest that its report names."""
    pilot = queries.dealt_with(number, current_actor())
    count = sum(queries.counts(queries.tallies(pilot)).values())
    if ending == "xlsx" and count > MOST_IN_EXCEL:
        raise Refused(
            Text("Excel 最多 %(most)d 行", "Excel holds at most %(most)d rows") % {"most": MOST_IN_EXCEL},
            Text("现有 %(count)d 条记录", "There are %(count)d readings") % {"count": count},
            Text("请下载 CSV", "Download CSV"),
        )
    rows: Any = measuring.lines(pilot)
    if ending == "csv":
        rows = stream_with_context(rows)
    return table_answer(f"{pilot.number}-readings", ending, HEADER, rows, pilot.number)


def correct(number: str, key: int) -> ResponseReturnValue:
    """A new row in the place of one's own wrong one."""
    pilot = _running(number)
    old = next((each for each in queries.one_reading(pilot, key) if each.side == side_of(current_actor(), pilot)), None)
    if old is None:
        raise NotFound
    form = CorrectionForm()
    if form.validate_on_submit():
        try:
            measuring.correct(pilot, key, current_actor(), form.value.data, form.base.data or "", form.reason.data)
        except Invalid as error:
            form.refuse(error)
        else:
            flash(_("已更正，原记录保留；等对方确认。"))
            return redirect(url_for("pilots.readings", number=number))
    return form_page("pilots/correct.html", form, pilot=pilot, old=old, wording=wording)


# ---- incidents and days ----


def incidents(number: str) -> ResponseReturnValue:
    """Note what happened."""
    pilot, form = _running(number), IncidentForm()
    if form.validate_on_submit():
        try:
            at = intake.read_time(form.at.data, measuring.rules_of(pilot))
        except FieldError as error:
            form.refuse([error])
        else:
            measuring.note_incident(
                pilot,
                current_actor(),
                form.kind.data,
                int(form.severity.data),
                at,
                form.what.data,
                form.done.data or "",
            )
            flash(_("已记录，对方会收到通知。"))
            return redirect(url_for("pilots.show", number=number))
    return form_page("pilots/incident.html", form, pilot=pilot, now=clock.beijing(clock.now()))


def days(number: str) -> ResponseReturnValue:
    """Propose a day that shall not count, and answer to the other side's."""
    pilot, form = _running(number), DayForm()
    if form.validate_on_submit():
        try:
            day = date.fromisoformat(read_day(form.day.data, "day"))
            measuring.ask_to_exclude(pilot, current_actor(), day, form.reason.data)
        except FieldError as error:
            form.refuse([error])
        except Invalid as error:
            form.refuse(error)
        else:
            flash(_("已提出，对方同意后这一天不计入。"))
            return redirect(url_for("pilots.days", number=number))
    side = side_of(current_actor(), pilot)
    return form_page(
        "pilots/days.html", form, pilot=pilot, asked=queries.excluded_days(pilot), side=side, wording=wording
    )


def decide_day(number: str, key: int) -> ResponseReturnValue:
    """Agree that a day of the other side's does not count, or decline."""
    pilot = queries.dealt_with(number, current_actor())
    measuring.decide_on_day(pilot, key, current_actor(), request.form.get("answer") == "agree")
    flash(_("已答复。"))
    return redirect(url_for("pilots.days", number=number))
