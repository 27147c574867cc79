"""The number beside the menu is that of the duties listed in the workspace, for every demo account."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine

from marketplace.accounts.queries import user_by_email
from marketplace.cli.demo import ACCOUNTS
from marketplace.foundation.db import db
from marketplace.organizations.queries import actor_of
from marketplace.web.plate import capabilities, waiting
from marketplace.workspace.queries import desk, tasks
from tests.support.databases import KINDS, Databases
from tests.support.sample_site import SampleSite, sample_site


@pytest.mark.parametrize("kind", KINDS)
def test_the_number_of_duties_is_what_is_listed(databases: Databases, tmp_path: Path, kind: str) -> None:
    counts, verbs = {}, {}
    with sample_site(databases, tmp_path, kind) as site:
        for account in ACCOUNTS:
            with site.app.test_request_context("/"):
                user = user_by_email(account.email)
                assert user is not None
                actor = actor_of(user)
                listed = tasks(actor, desk(actor, {}), {}, 1000)[0]
                assert waiting(actor) == len(listed), account.email
                counts[account.email] = len(listed)
                verbs[account.email] = [task.duty.verb.zh for task in listed]
    assert counts["city@demo.example"] > 0
    assert counts["province@demo.example"] > counts["city@demo.example"]  # the register of experts is the province's
    assert verbs["expert3@demo.example"].count("续期") == 1
    assert counts["vendor2@demo.example"] > 0


def test_the_statement_that_is_kept_depends_on_the_person_and_the_day_alone(
    databases: Databases, tmp_path: Path
) -> None:
    with sample_site(databases, tmp_path) as site:
        made = {at: _selects(site, at) for at in ("2026-12-30T16:00:01Z", "2026-12-31T15:59:59Z")}
    early, late = made.values()
    assert early == late, "made early on the last day of the year in Beijing, and late on it"
    assert len({str(each) for each in early}) > 10, "people with different duties"
    assert any("2026-12-31" in str(each) for each in early)


def _selects(site: SampleSite, at: str) -> list[list[tuple[str, list[str]]]]:
    """What each demo account's selects are at a moment: their text and values, those that are asked for anew left
    out. Making them asks the database for nothing."""
    found = []
    for account in ACCOUNTS:
        with site.app.test_request_context("/"), time_machine.travel(at, tick=False):
            user = user_by_email(account.email)
            assert user is not None
            actor = actor_of(user)
            sa.event.listen(db.engine, "before_cursor_execute", _never)
            selects = [each for one in capabilities() if one.duty_selects for each in one.duty_selects(actor)]
            sa.event.remove(db.engine, "before_cursor_execute", _never)
            found.append([_words(each) for each in selects])
    return found


def _never(*given: Any) -> None:
    raise AssertionError(f"a select that is kept asked the database when it was made: {given[2]}")


def _words(select: sa.Select[Any]) -> tuple[str, list[str]]:
    compiled = select.compile()
    return str(compiled), [str(each.value) for each in compiled.binds.values() if each.callable is None]
