"""``audit verify|check``: recompute the chain of history, or of an export of it."""

from __future__ import annotations

from pathlib import Path
from typing import TextIO

import click

from marketplace.foundation import ledger
from marketplace.web.command import in_app


@click.group()
def audit() -> None:
    """History: check it, export it."""


@audit.command()
@click.option(
    "--export", type=click.Path(dir_okay=False, path_type=Path), help="also write every entry, one JSON a line"
)
@in_app
def verify(export: Path | None) -> None:
    """Recompute every entry's hash; name the first broken one."""
    if export is not None:
        with export.open("w", encoding="utf-8") as file:
            file.writelines(ledger.exported())
    _say(ledger.verify(), "Restore a backup, or compare with an export.")


@audit.command()
@click.argument("file", type=click.File(encoding="utf-8"))
def check(file: TextIO) -> None:
    """Recompute the chain of an exported FILE, without any database."""
    _say(ledger.verify_lines(file), "Ask for the file again, and for the history it was exported from.")


def _say(verdict: ledger.Verdict, next_step: str) -> None:
    if verdict.broken is not None:
        raise click.ClickException(
            f"history is broken at entry {verdict.broken}: it {ledger.FAULTS[verdict.fault].en}; "
            f"{verdict.entries} entries before it hold. {next_step}"
        )
    click.echo(f"{verdict.entries} entries hold.")
