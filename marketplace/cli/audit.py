"""``audit verify``: recompute the chain of history."""

from __future__ import annotations

import json
from pathlib import Path

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
            for entry in ledger.entries():
                line = {**entry.content(), "hash": entry.hash}
                file.write(json.dumps(line, ensure_ascii=False, sort_keys=True) + "\n")
    verdict = ledger.verify()
    if verdict.broken is not None:
        raise click.ClickException(
            f"history is broken at entry {verdict.broken}: it {verdict.why}; {verdict.entries} entries before it hold. "
            "Restore a backup, or compare with an export."
        )
    click.echo(f"{verdict.entries} entries hold.")
