"""Any order of acts by anybody: what must always hold of a listing, its revisions and its history."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from marketplace.core import clock
from marketplace.core.actor import SYSTEM, Actor
from marketplace.core.errors import Conflict, Invalid, NotFound, Refused
from marketplace.foundation import ledger
from marketplace.foundation.db import db, transaction
from marketplace.foundation.ledger import LedgerEntry
from marketplace.listings import services
from marketplace.listings.models import OPEN, Revision
from marketplace.listings.policy import can_view
from marketplace.listings.queries import open_revision, revisions
from marketplace.organizations.models import Organization
from tests.factories import accounts
from tests.factories.listings import member_of
from tests.listings.trial import KIND

# Those who have something to say come up more often; the others must get nowhere.
WHO = st.sampled_from(["member", "member", "member", "city", "city", "province", "other city", "stranger"])
STEPS = tuple(step.name for step in KIND.lifecycle.steps if not step.quiet)


class Walk(RuleBasedStateMachine):
    """One listing, and everybody trying everything."""

    app: Flask
    people: dict[str, Actor]
    organization_id: int

    def __init__(self) -> None:
        super().__init__()
        with transaction():
            owner = db.session.get_one(Organization, self.organization_id)
            self.trial = services.create(KIND, owner, self.people["member"], {"title": "一", "summary": "一"})
        self.written = 1
        self.done = 0

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """One act in its transaction; a refusal changes nothing."""
        before = self.snapshot()
        try:
            with transaction():
                yield
            self.done += 1
        except (Refused, Conflict, NotFound, Invalid):
            db.session.expire_all()
            assert self.snapshot() == before, "a refused act left something behind"

    def snapshot(self) -> tuple[Any, ...]:
        states = db.session.execute(sa.select(Revision.id, Revision.state).order_by(Revision.id)).all()
        entries = db.session.scalar(sa.select(sa.func.count()).select_from(LedgerEntry))
        return self.trial.state, self.trial.edition, self.trial.content, states, entries

    @rule(who=st.sampled_from(["city", "province"]), returned=st.booleans())
    def go_on(self, who: str, returned: bool) -> None:
        """What comes next in the ordinary course, so that walks get far."""
        revision = open_revision(self.trial)
        with self.attempt():
            if revision is None:
                services.revise(KIND, self.trial, self.people["member"])
            elif revision.state != "in_review":
                services.submit(KIND, self.trial, self.people["member"], revision.version)
            elif returned:
                services.send_back(KIND, self.trial, self.people[who], "缺材料", revision.version)
            else:
                services.approve(KIND, self.trial, self.people[who], seen=revision.version)

    @rule(who=WHO)
    def write(self, who: str) -> None:
        with self.attempt():
            self.written += 1
            words = {**KIND.blank(self.trial.organization), "title": str(self.written), "summary": str(self.written)}
            services.save(KIND, self.trial, words, self.people[who], None)

    @rule(who=WHO)
    def submit(self, who: str) -> None:
        with self.attempt():
            services.submit(KIND, self.trial, self.people[who], None)

    @rule(who=WHO)
    def recall(self, who: str) -> None:
        with self.attempt():
            services.recall(KIND, self.trial, self.people[who], None)

    @rule(who=WHO, reason=st.sampled_from(["", "缺材料"]))
    def send_back(self, who: str, reason: str) -> None:
        with self.attempt():
            services.send_back(KIND, self.trial, self.people[who], reason, None)

    @rule(who=WHO)
    def approve(self, who: str) -> None:
        revision = open_revision(self.trial)
        waiting = revision.state == "in_review" if revision else False
        content = dict(revision.content) if revision else {}
        done = self.done
        with self.attempt():
            services.approve(KIND, self.trial, self.people[who])
        if self.done > done:
            assert waiting
            assert who in ("city", "province")
            assert self.trial.content == content

    @rule(who=WHO)
    def revise(self, who: str) -> None:
        with self.attempt():
            services.revise(KIND, self.trial, self.people[who])

    @rule(who=WHO)
    def discard(self, who: str) -> None:
        with self.attempt():
            services.discard(self.trial, self.people[who], None)

    @rule(who=WHO, name=st.sampled_from(STEPS), reason=st.sampled_from(["", "因为"]))
    def step(self, who: str, name: str, reason: str) -> None:
        state = self.trial.state
        done = self.done
        with self.attempt():
            services.take_step(KIND, self.trial, KIND.lifecycle.by_name[name], self.people[who], reason, None)
        if self.done > done:
            assert state in KIND.lifecycle.by_name[name].sources

    @precondition(lambda self: self.trial.state == "published")
    @rule()
    def expire(self) -> None:
        with self.attempt():
            self.trial.valid_until = clock.today() - timedelta(days=1)
            db.session.flush()
            services.take_step(KIND, self.trial, KIND.lifecycle.by_name["expire"], SYSTEM, "", None)

    @invariant()
    def at_most_one_is_open_and_one_approved(self) -> None:
        states = [revision.state for revision in revisions(self.trial)]
        assert sum(state in OPEN for state in states) <= 1
        assert states.count("approved") <= 1

    @invariant()
    def the_public_reads_what_was_approved(self) -> None:
        approved = [revision for revision in revisions(self.trial) if revision.state == "approved"]
        assert bool(approved) == bool(self.trial.edition)
        for revision in approved:
            assert (self.trial.content, self.trial.edition) == (revision.content, revision.number)
        if can_view(Actor(), self.trial):
            assert approved
            assert self.trial.title == approved[0].content["title"]

    @invariant()
    def a_listing_and_its_revision_agree(self) -> None:
        revision = open_revision(self.trial)
        if self.trial.state in ("draft", "in_review", "returned"):
            assert revision is not None
            expected = {"draft": "drafted", "in_review": "in_review", "returned": "returned"}[self.trial.state]
            assert revision.state == expected

    def teardown(self) -> None:
        assert ledger.verify().broken is None


def test_random_walk(app: Flask, walk_settings: settings) -> None:
    with app.app_context():
        owner = accounts.organization()
        people = {
            "member": member_of(owner),
            "city": accounts.actor(accounts.official(duties=("review",))),
            "province": accounts.actor(accounts.official(accounts.PROVINCE, ("review",))),
            "other city": accounts.actor(accounts.official(accounts.WUHU, ("review",))),
            "stranger": accounts.actor(accounts.person()),
        }
        Walk.people, Walk.organization_id = people, owner.id
        run_state_machine_as_test(Walk, settings=walk_settings)
        acts = set(db.session.scalars(sa.select(LedgerEntry.action)))
        assert acts >= {"submit", "approve", "return", "revise"}, "the walks got nowhere"


@pytest.fixture
def walk_settings(database_url: str) -> settings:
    """Fewer walks on PostgreSQL, where each act is a round trip to another process; always the same ones, so few."""
    examples = 30 if database_url.startswith("sqlite") else 12
    return settings(
        max_examples=examples,
        stateful_step_count=30,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
