"""The command line: run, worker, init, seed, grant, audit, backup, restore, docs, and what capabilities bring."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable

import click
from flask import Flask
from sqlalchemy.exc import OperationalError, ProgrammingError

from marketplace.cli.audit import audit
from marketplace.cli.backup import backup, restore
from marketplace.cli.database import init, seed
from marketplace.cli.docs import docs
from marketplace.cli.grant import grant
from marketplace.cli.running import run, worker
from marketplace.config import BadSetting
from marketplace.core.errors import Conflict, Invalid, MarketplaceError, NotFound, Refused
from marketplace.web.command import Setup

UNDEFINED_TABLE = "42P01"  # PostgreSQL, appendix A


def command_line(
    create_app: Callable[..., Flask],
    start_worker: Callable[[Flask], Callable[[], None]],
    commands: Iterable[click.Command],
) -> int:
    """Run the command that the process was called with and return its exit status."""
    group = click.Group("marketplace", help="机遇 Jiyu: the robot scenario marketplace.")
    for command in (run, worker, init, seed, grant, audit, backup, restore, docs, *commands):
        group.add_command(command)
    try:
        group.main(prog_name="marketplace", obj=Setup(create_app, start_worker, os.environ), standalone_mode=False)
    except click.UsageError as error:
        error.show()
        return 2
    except click.Abort:
        return 1
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except (click.ClickException, BadSetting, MarketplaceError, OperationalError, ProgrammingError, OSError) as error:
        if isinstance(error, ProgrammingError) and not _is_not_set_up(error):
            raise
        print(f"marketplace: {' '.join(told(error).split())}", file=sys.stderr)
        return 1
    return 0


def _is_not_set_up(error: ProgrammingError) -> bool:
    """Whether a table is missing, for which SQLite has an OperationalError and PostgreSQL a code."""
    return getattr(error.orig, "sqlstate", "") == UNDEFINED_TABLE


def told(error: Exception) -> str:
    """One line: why, and what to do."""
    if isinstance(error, Refused):
        return " ".join(text.say(_language()) for text in (error.rule, error.fact, error.next))
    if isinstance(error, Invalid):
        return "; ".join(f"{each.field}: {each.message.say(_language())}" for each in error.errors)
    if isinstance(error, Conflict):
        return error.message.say(_language())
    if isinstance(error, NotFound):
        return "not found"
    if isinstance(error, (OperationalError, ProgrammingError)):
        return f"the database does not answer or is not set up ({error.orig}); try: marketplace init"
    return str(error) if not isinstance(error, click.ClickException) else error.format_message()


def _language() -> str:
    return "zh_CN" if os.environ.get("LANG", "").startswith("zh") else "en"
