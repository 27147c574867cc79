"""Who sees an organization: one object and the whole table answer alike, for every state and every kind of actor."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, scoped_session

from marketplace.core.actor import SYSTEM, VISITOR, Actor
from marketplace.organizations.lifecycle import ORGANIZATION
from marketplace.organizations.models import Organization
from marketplace.organizations.policy import (
    can_change_identity,
    can_edit,
    can_see_contact,
    can_see_history,
    can_verify,
    can_view,
    visible_to,
)
from tests.factories import accounts

Db = scoped_session[Session]

ACTORS: dict[str, Callable[[Organization], Actor]] = {
    "visitor": lambda _organization: VISITOR,
    "system": lambda _organization: SYSTEM,
    "member": lambda organization: accounts.actor(organization.members[0].user),
    "other vendor": lambda _organization: accounts.actor(accounts.organization().members[0].user),
    "without organization": lambda _organization: accounts.actor(accounts.person()),
    "city": lambda _organization: accounts.actor(accounts.official(accounts.HEFEI)),
    "other city": lambda _organization: accounts.actor(accounts.official(accounts.WUHU)),
    "province": lambda _organization: accounts.actor(accounts.official(accounts.PROVINCE)),
    "other duty": lambda _organization: accounts.actor(accounts.official(accounts.HEFEI, ("assess",))),
    "system administrator": lambda _organization: accounts.actor(accounts.person(administrator="system")),
    "security administrator": lambda _organization: accounts.actor(accounts.person(administrator="security")),
    "audit administrator": lambda _organization: accounts.actor(accounts.person(administrator="audit")),
}
STATES = tuple(ORGANIZATION.states)
EVER_SUBMITTED = frozenset(STATES) - {"registered"}
# Actor → the states in which he sees an organization of Hefei.
SEES = {
    "visitor": {"verified"},
    "system": set(STATES),
    "member": set(STATES),
    "other vendor": {"verified"},
    "without organization": {"verified"},
    "city": EVER_SUBMITTED,
    "other city": {"verified"},
    "province": EVER_SUBMITTED,
    "other duty": {"verified"},
    "system administrator": {"verified"},
    "security administrator": {"verified"},
    "audit administrator": {"verified"},
}


@pytest.mark.parametrize("state", STATES)
def test_the_object_and_the_table_answer_alike(session: Db, state: str) -> None:
    regions = (accounts.HEFEI, "340104", accounts.WUHU, accounts.PROVINCE, "")
    made = [accounts.organization(state, region=region, place="" if region else "上海市") for region in regions]
    first = made[0]
    for name, make in ACTORS.items():
        actor = make(first)
        rows = session.scalars(sa.select(Organization)).all()
        found = set(session.scalars(sa.select(Organization.id).where(visible_to(actor))))
        assert found == {row.id for row in rows if can_view(actor, row)}, name
        assert (first.id in found) == (state in SEES[name]), name


def test_a_city_is_in_charge_of_its_counties_and_of_nothing_else(session: Db) -> None:
    hefei = accounts.actor(accounts.official(accounts.HEFEI))
    province = accounts.actor(accounts.official(accounts.PROVINCE))
    county = accounts.organization("pending", region="340104")
    outside = accounts.organization("pending", region="", place="上海市")
    provincial = accounts.organization("pending", region=accounts.PROVINCE)
    assert [can_verify(hefei, each) for each in (county, outside, provincial)] == [True, False, False]
    assert all(can_verify(province, each) for each in (county, outside, provincial))


def test_nobody_verifies_his_own_organization(session: Db) -> None:
    user = accounts.official(accounts.HEFEI)
    own = accounts.organization("pending", owner=user)
    assert not can_verify(accounts.actor(user), own)
    assert can_view(accounts.actor(user), own)


def test_contact_and_history_are_for_members_and_those_in_charge(session: Db) -> None:
    organization = accounts.organization()
    allowed = {name for name, make in ACTORS.items() if can_see_contact(make(organization), organization)}
    told = {name for name, make in ACTORS.items() if can_see_history(make(organization), organization)}
    assert allowed == {"member", "city", "province"}
    assert told == {"member", "city", "province"}


@pytest.mark.parametrize(("state", "open_"), [(state, state in ("registered", "returned")) for state in STATES])
def test_the_identity_is_open_until_it_is_submitted(session: Db, state: str, open_: bool) -> None:
    organization = accounts.organization(state)
    member = accounts.actor(organization.members[0].user)
    assert can_edit(member, organization)
    assert can_change_identity(member, organization) is open_


def test_a_post_that_is_over_gives_no_right(session: Db) -> None:
    from marketplace.core import clock
    from marketplace.foundation.db import transaction
    from marketplace.posts.queries import posts_in_force

    user = accounts.official(accounts.HEFEI)
    organization = accounts.organization("pending")
    assert can_verify(accounts.actor(user), organization)
    with transaction():
        posts_in_force(user)[0].until = clock.now()
    assert not can_verify(accounts.actor(user), organization)
