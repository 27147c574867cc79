"""The number beside the menu is that of the duties listed in the workspace, for every demo account."""

from __future__ import annotations

from pathlib import Path

import pytest

from marketplace.accounts.queries import user_by_email
from marketplace.cli.demo import ACCOUNTS
from marketplace.organizations.queries import actor_of
from marketplace.web.plate import waiting
from marketplace.workspace.queries import desk, tasks
from tests.support.databases import KINDS, Databases
from tests.support.sample_site import sample_site


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
