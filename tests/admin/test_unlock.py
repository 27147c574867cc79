"""A locked account: security administrators see until when, and lift it with a reason."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from marketplace.accounts import asking, throttle
from marketplace.admin import services
from marketplace.core.errors import Conflict, Invalid, Refused
from marketplace.foundation import ledger
from marketplace.foundation.db import transaction
from tests.factories import accounts


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # counting is tried on both in tests/accounts
def test_a_lock_is_shown_and_lifted_with_a_reason(app: Flask, session: scoped_session[Session]) -> None:
    locked, official = accounts.person(), accounts.actor(accounts.person())
    with app.test_request_context("/", environ_base={"REMOTE_ADDR": "192.0.2.1"}):
        who = asking.digest(locked.email)
        for _ in range(5):
            with transaction():
                throttle.try_once("sign_in", who, asking.origin(), locked.id)
        assert set(throttle.locks_of(who)) == {"sign_in"}
        with pytest.raises(Invalid), transaction():
            services.unlock(locked, official, " ")
        with pytest.raises(Refused), transaction():
            services.unlock(locked, accounts.actor(locked), "本人")
        with transaction():
            services.unlock(locked, official, "电话核实")
        assert throttle.locks_of(who) == {}
        assert ledger.history(locked)[-1].reason == "电话核实"
        with pytest.raises(Conflict), transaction():
            services.unlock(locked, official, "再来")
