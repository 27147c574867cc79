"""``import``, ``export`` and ``lists template``: lists in and out at the command line."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from marketplace.core.errors import FieldError
from marketplace.core.text import Text
from marketplace.foundation.db import transaction
from marketplace.foundation.tables import write_csv
from marketplace.lists import queries, services, writing
from marketplace.lists.reading import File, Problem, open_file
from marketplace.lists.services import Outcome
from marketplace.lists.sheets import SHEETS
from marketplace.web.command import in_app

KIND = click.argument("kind", type=click.Choice(list(SHEETS)))
LANGUAGE = click.option(
    "--language", type=click.Choice(["zh_CN", "en"]), default="zh_CN", show_default=True, help="of the column names"
)
REPORT_HEADER = (Text("行", "Row"), Text("列", "Column"), Text("值", "Value"), Text("原因", "Reason"))


@click.command("import")
@KIND
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="check only, write nothing")
@click.option("--report", type=click.Path(dir_okay=False, path_type=Path), help="also write the bad rows to a CSV file")
@in_app
def import_list(kind: str, file: Path, dry_run: bool, report: Path | None) -> None:
    """Import an Excel or CSV file by the published template.

    Every row is checked first; either all rows are written or none. A row without a number is new, a known number
    (an organization: a known credit code) is replaced; columns that the file does not have stay as they are, and so
    do pictures and files. The rows are published at once, without review: the operator answers for them. Name,
    category or domain and owner are needed; the rest of the pre-check, the contact among it, is not asked.
    """
    opened, outcome = _checked(kind, file)
    if outcome.problems:
        _tell(outcome.problems, report)
        raise click.ClickException(_refusal(outcome).say(_language()))
    if not dry_run:
        with _bar(Text("写入", "writing"), len(opened)) as advance, transaction():
            outcome = services.write(opened, outcome, advance)
    done = Text("可以导入", "can be imported") if dry_run else Text("已导入", "imported")
    counts: dict[str, object] = {"done": done, "new": outcome.new, "change": outcome.change, "same": outcome.same}
    said = Text("%(done)s：新增 %(new)d，更新 %(change)d，不变 %(same)d",
                "%(done)s: %(new)d new, %(change)d changed, %(same)d the same") % counts  # fmt: skip
    click.echo(said.say(_language()))


def _checked(kind: str, path: Path) -> tuple[File, Outcome]:
    """The file and what its rows mean; mistakes in its columns alone end the check."""
    try:
        opened, problems = open_file(SHEETS[kind](), path)
    except FieldError as error:
        raise click.ClickException(error.message.say(_language())) from error
    if problems:
        return opened, Outcome(problems=problems, bad_rows={problem.row for problem in problems})
    with _bar(Text("检查", "checking"), len(opened)) as advance:
        return opened, services.check(opened, advance)


def _tell(problems: list[Problem], report: Path | None) -> None:
    language = _language()
    line = Text(
        "第 %(row)s 行，%(column)s，“%(value)s”：%(reason)s", "row %(row)s, %(column)s, “%(value)s”: %(reason)s"
    )
    for problem in problems:
        row, column, value, reason = problem.cells(language)
        click.echo((line % {"row": row, "column": column, "value": value, "reason": reason}).say(language))
    if report is not None:
        names = [name.say(language) for name in REPORT_HEADER]
        report.write_bytes(b"".join(write_csv(names, (problem.cells(language) for problem in problems))))


def _refusal(outcome: Outcome) -> Text:
    counts: dict[str, object] = {"rows": len(outcome.bad_rows), "problems": len(outcome.problems)}
    if outcome.full:
        text = Text(
            "没有写入：错误太多，检查到第 %(problems)d 处为止；请先改正上面所列各处",
            "Nothing was written: stopped after %(problems)d mistakes; correct those listed above",
        )
    else:
        text = Text(
            "没有写入：%(rows)d 行共 %(problems)d 处有误，请改正后再导入",
            "Nothing was written: %(problems)d mistakes in %(rows)d rows; correct them and import again",
        )
    return text % counts


@click.command("export")
@KIND
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@LANGUAGE
@in_app
def export_list(kind: str, file: Path, language: str) -> None:
    """Write all published rows to an Excel or CSV file, contact data included, for import elsewhere.

    Pictures and files are not part of a list.
    """
    ids = queries.exported_ids(kind)
    try:
        with _bar(Text("导出", "exporting"), len(ids)) as advance:
            writing.export(SHEETS[kind](), ids, file, language, advance)
    except FieldError as error:
        raise click.ClickException(error.message.say(_language())) from error
    click.echo(
        (Text("%(rows)d 行 → %(file)s", "%(rows)d rows → %(file)s") % {"rows": len(ids), "file": str(file)}).say(
            _language()
        )
    )


@click.group("lists")
def lists_group() -> None:
    """Published lists and their templates."""


@lists_group.command("template")
@KIND
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@LANGUAGE
@in_app
def write_template(kind: str, file: Path, language: str) -> None:
    """Write the template of a list: every column with its note, and what may be chosen."""
    if file.suffix.lower() != ".xlsx":
        raise click.ClickException(Text("文件名要以 .xlsx 结尾", "The file must end in .xlsx").say(_language()))
    file.write_bytes(writing.template(SHEETS[kind](), language))
    click.echo(str(file))


def _language() -> str:
    """The language of the terminal, as for every other command."""
    return "zh_CN" if os.environ.get("LANG", "").startswith("zh") else "en"


@contextmanager
def _bar(label: Text, length: int) -> Iterator[Callable[[int], None]]:
    """A progress bar on the error stream, so that the report can be read from the other one."""
    bar: Any = click.progressbar(length=length, label=label.say(_language()), file=sys.stderr)
    with bar:
        yield bar.update
