"""The life of an organization, walked at random: no step but those of the table, and history tells every one."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy.orm import Session, scoped_session

from marketplace.accounts.models import User
from marketplace.core.actor import SYSTEM, VISITOR, Actor
from marketplace.core.errors import Conflict, Invalid, Refused
from marketplace.foundation import dirty, ledger
from marketplace.foundation.db import db, transaction
from marketplace.organizations import services
from marketplace.organizations.lifecycle import ORGANIZATION
from marketplace.organizations.models import Organization
from marketplace.organizations.policy import PUBLIC_STATES, can_view
from marketplace.organizations.searchdoc import document
from tests.factories import accounts

STEPS = sorted(ORGANIZATION.by_name)
PLAYERS = ("owner", "editor", "stranger", "city", "other city", "province", "system", "visitor")
ALLOWED = {
    "submit": {"owner", "editor"},
    **{name: {"city", "province"} for name in ("verify", "return", "suspend", "resume")},
    "load": {"system"},
}


class Life(RuleBasedStateMachine):
    """One organization of Hefei, the people around it, and what should have happened so far."""

    users: dict[str, User]

    @initialize()
    def found(self) -> None:
        self.organization = accounts.organization("registered", owner=self.users["owner"])
        accounts.join(self.organization, self.users["editor"])
        self.state = "registered"
        self.told = ["found"]

    def player(self, name: str) -> Actor:
        return {"system": SYSTEM, "visitor": VISITOR}.get(name) or accounts.actor(self.users[name])

    @rule(player=st.sampled_from(PLAYERS), name=st.sampled_from(STEPS), reason=st.sampled_from(["", "  ", "有理由"]))
    def try_step(self, player: str, name: str, reason: str) -> None:
        step = ORGANIZATION.by_name[name]
        expected: type[Exception] | None = None
        if player not in ALLOWED[name]:
            expected = Refused
        elif self.state not in step.sources:
            expected = Conflict
        elif name == "submit" and not self.organization.contact_name:
            expected = Refused
        elif step.asks_reason and not reason.strip():
            expected = Invalid
        if expected is None:
            self.take(name, player, reason)
            self.state, self.told = step.target, [*self.told, name]
        else:
            with pytest.raises(expected):
                self.take(name, player, reason)
            db.session.refresh(self.organization)

    def take(self, name: str, player: str, reason: str, seen: int | None = None) -> None:
        with transaction():
            services.take_organization_step(self.organization, name, self.player(player), reason, seen)

    @rule(name=st.sampled_from(["", "李四"]))
    def change_contact(self, name: str) -> None:
        if self.organization.contact_name != name:
            with transaction():
                services.change_organization(self.organization, {"contact_name": name}, self.player("editor"))
            self.told = [*self.told, "edit"]

    @rule(player=st.sampled_from(PLAYERS), name=st.sampled_from(STEPS))
    def act_on_a_stale_page(self, player: str, name: str) -> None:
        with pytest.raises((Conflict, Refused)):
            self.take(name, player, "有理由", self.organization.version - 1)
        db.session.refresh(self.organization)

    @invariant()
    def the_table_and_history_agree(self) -> None:
        if not hasattr(self, "organization"):
            return
        assert self.organization.state == self.state
        history = ledger.history(self.organization)
        assert [entry.action for entry in history] == self.told
        moves = [entry for entry in history if entry.before]
        assert [entry.before for entry in moves[1:]] == [entry.after for entry in moves[:-1]]
        assert all(entry.reason for entry in moves if ORGANIZATION.by_name[entry.action].asks_reason)

    @invariant()
    def what_is_public_can_be_found_and_nothing_else(self) -> None:
        if hasattr(self, "organization"):
            public = self.state in PUBLIC_STATES
            assert (document(self.organization) is not None) == can_view(VISITOR, self.organization) == public

    @invariant()
    def offers_are_what_works(self) -> None:
        if not hasattr(self, "organization"):
            return
        for player in PLAYERS:
            offered = {offer.step.name for offer in ORGANIZATION.open_to(self.player(player), self.organization)}
            steps = [step for step in ORGANIZATION.steps if self.state in step.sources and not step.quiet]
            assert offered == {step.name for step in steps if player in ALLOWED[step.name]}


def test_every_walk_keeps_to_the_table(session: scoped_session[Session]) -> None:
    people = {
        "owner": accounts.person(),
        "editor": accounts.person(),
        "stranger": accounts.organization().members[0].user,
        "city": accounts.official(accounts.HEFEI),
        "other city": accounts.official(accounts.WUHU),
        "province": accounts.official(accounts.PROVINCE),
    }
    walks = type("Walks", (Life,), {"users": people})
    run_state_machine_as_test(walks, settings=settings(max_examples=12, stateful_step_count=15))
    assert ledger.verify().broken is None


def test_every_step_leaves_a_note_for_the_search(session: scoped_session[Session]) -> None:
    made = accounts.organization("pending")
    official = accounts.actor(accounts.official(accounts.HEFEI))
    for name in ("verify", "suspend", "resume"):
        before = {note.doc_id: note.seq for note in dirty.pending(10)}
        with transaction():
            services.take_organization_step(made, name, official, "有理由", None)
        assert {note.doc_id: note.seq for note in dirty.pending(10)}[made.id] > before[made.id]


def test_who_decides_acts_in_a_post(session: scoped_session[Session]) -> None:
    official = accounts.official(accounts.HEFEI, department="合肥市工业和信息化局")
    made: Organization = accounts.organization("pending")
    with transaction():
        services.take_organization_step(made, "verify", accounts.actor(official), "", made.version)
    submitted, verified = ledger.history(made)[1:]
    assert (submitted.organization_id, submitted.post_id) == (made.id, None)
    assert (verified.post, verified.post_id) == ("合肥市工业和信息化局", accounts.actor(official).posts[0].post_id)
    assert made.submitted_at is not None
    assert made.verified_at is not None
