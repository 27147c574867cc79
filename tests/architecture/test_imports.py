"""Imports point down, and the rooms of a capability keep apart what belongs apart."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.source import PACKAGE, ROOT, imported, name, python_files

WEB = ("flask", "flask_login", "flask_wtf", "flask_babel", "wtforms", "werkzeug", "jinja2", "marketplace.web")
DATABASE = ("sqlalchemy", "flask_sqlalchemy", "marketplace.foundation.db")

# Room → what it must do without. The reason stands with the rule, as the message of the failure.
WITHOUT = {
    "policy.py": (WEB, "a rule is asked by pages, API, exports and mail alike"),
    "lifecycle.py": (WEB, "a life cycle is data that every way in shares"),
    "services.py": (WEB, "a command is called by pages, API, command line and importers alike"),
    "queries.py": (WEB, "a select knows no request"),
    "searchdoc.py": (WEB, "the indexer runs without a request"),
    "notify.py": (WEB, "mails are written by the worker, without a request"),
}


# Allowed all the same: the form of a capability's door is data, and the composed app (its settings, its plates) is
# there in every command and job; a request is not.
ALLOWED = ("marketplace.web.plate", "flask.current_app")


def uses(path: Path, modules: tuple[str, ...], allowed: tuple[str, ...] = ALLOWED) -> list[str]:
    """What the file imports of these modules."""

    def within(found: str, roots: tuple[str, ...]) -> bool:
        return any(f"{found}.".startswith(f"{root}.") for root in roots)

    return sorted(found for found in imported(path) if within(found, modules) and not within(found, allowed))


def test_the_floors_hold() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--no-logo"],
        cwd=ROOT, env={"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}, text=True, capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("room", WITHOUT)
def test_rooms_do_without(room: str) -> None:
    modules, why = WITHOUT[room]
    found = {name(path): used for path in PACKAGE.glob(f"*/{room}") if (used := uses(path, modules))}
    assert not found, f"{room} uses what it must do without, because {why}: {found}"


def test_views_leave_sql_to_queries() -> None:
    found = {name(path): used for path in PACKAGE.glob("*/views*.py") if (used := uses(path, ("sqlalchemy",)))}
    assert not found, f"a view asks queries.py or services.py: {found}"


def test_foundation_knows_no_request() -> None:
    parts = ("flask.request", "flask.session", "flask.url_for", "flask.render_template", "flask_login", "wtforms")
    found = {name(path): used for path in python_files(PACKAGE / "foundation") if (used := uses(path, parts))}
    assert not found, f"foundation serves the worker and the command line too: {found}"


def test_the_package_never_imports_tests() -> None:
    found = {name(path): used for path in python_files(PACKAGE) if (used := uses(path, ("tests", "bench", "pytest")))}
    assert not found
