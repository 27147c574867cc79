"""The number beside the menu is that of the duties listed in the workspace, for every demo account."""

from __future__ import annotations

import pytest
from flask import Flask

from marketplace.accounts.queries import user_by_email
from marketplace.cli.demo import ACCOUNTS
from marketplace.cli.seeding import load_sample
from marketplace.organizations.queries import actor_of
from marketplace.web.plate import waiting
from marketplace.workspace.queries import desk, tasks


@pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)
def test_the_number_of_duties_is_what_is_listed(app: Flask) -> None:
    with app.app_context():
        load_sample()
    counts, verbs = {}, {}
    for account in ACCOUNTS:
        with app.test_request_context("/"):
            user = user_by_email(account.email)
            assert user is not None
            actor = actor_of(user)
            listed = tasks(actor, desk(actor), 1000)[0]
            counted = waiting(actor)
            assert counted == len(listed), account.email
            counts[account.email] = counted
            verbs[account.email] = [task.duty.verb.zh for task in listed]
    assert counts["city@demo.example"] > 0
    assert counts["province@demo.example"] > counts["city@demo.example"]  # the register of experts is the province's
    assert verbs["expert3@demo.example"].count("续期") == 1
    assert counts["vendor2@demo.example"] > 0
