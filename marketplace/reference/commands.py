"""``workdays show|set``: the days of a year the library does not know yet."""

from __future__ import annotations

from datetime import datetime

import click

from marketplace.foundation.db import transaction
from marketplace.reference import calendar, services
from marketplace.web.command import in_app


@click.group()
def workdays() -> None:
    """Chinese working days: holidays and make-up days by year."""


@workdays.command()
@click.argument("year", type=click.IntRange(2000, 2100))
@in_app
def show(year: int) -> None:
    """Whether a year is known, and its days in the table."""
    kept = {day: worked for day, worked in services.overrides().items() if day.year == year}
    for day, worked in sorted(kept.items()):
        click.echo(f"{day.isoformat()} {'work' if worked else 'off'}")
    calendar.known_year(year, services.overrides())
    click.echo(f"{year}: known")


@workdays.command(name="set")
@click.argument("day", type=click.DateTime(["%Y-%m-%d"]))
@click.argument("kind", type=click.Choice(["work", "off"]))
@click.option("--note", default="", help="which holiday, e.g. 国庆节调休")
@in_app
def set_day(day: datetime, kind: str, note: str) -> None:
    """Write a holiday (off) or a make-up working day (work) as the official notice has it."""
    with transaction():
        services.set_workday(day.date(), kind == "work", note)
    click.echo(f"{day.date().isoformat()}: {kind}")
