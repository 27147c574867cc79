"""Who may see a listing: the rule for one object and the rule as SQL are the same rule."""

from __future__ import annotations

import itertools

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, scoped_session

from marketplace.core.actor import SYSTEM, VISITOR, Actor, Membership, PostHeld
from marketplace.foundation.db import transaction
from marketplace.listings.lifecycle import STATES
from marketplace.listings.policy import can_edit, can_review, can_view, visible_to
from tests.factories.accounts import HEFEI, PROVINCE, WUHU, organization
from tests.listings.trial import Trial

REGIONS = (HEFEI, "340123", WUHU, "")


def official(region: str, *duties: str, member_of: int = 0) -> Actor:
    memberships = (Membership(member_of, "editor", "verified"),) if member_of else ()
    barred = frozenset(each.organization_id for each in memberships)
    return Actor("user", 900, "x", memberships, (PostHeld(1, "局", region, frozenset(duties), barred=barred),))


def actors(owner: int, other: int) -> dict[str, Actor]:
    return {
        "visitor": VISITOR,
        "system": SYSTEM,
        "nobody": Actor("user", 901, "n"),
        "administrator": Actor("user", 902, "a", administrator="system"),
        "member": Actor("user", 903, "m", (Membership(owner, "editor", "verified"),)),
        "other member": Actor("user", 904, "o", (Membership(other, "owner", "verified"),)),
        "reviewer of the city": official(HEFEI, "review"),
        "reviewer of the province": official(PROVINCE, "review"),
        "verifier": official(PROVINCE, "verify"),
        "reviewer and member": official(HEFEI, "review", member_of=owner),
    }


def test_both_faces_of_the_rule_agree(session: scoped_session[Session]) -> None:
    owner, other = organization(), organization()
    with transaction():
        for number, (state, region) in enumerate(itertools.product(STATES, REGIONS)):
            session.add(Trial(number=f"T-{number}", organization_id=owner.id, region=region, title="t", state=state))
    rows = session.scalars(sa.select(Trial)).all()
    assert len(rows) == len(STATES) * len(REGIONS)
    for name, actor in actors(owner.id, other.id).items():
        selected = set(session.scalars(sa.select(Trial.id).where(visible_to(actor, Trial))))
        allowed = {row.id for row in rows if can_view(actor, row)}
        assert selected == allowed, name


@pytest.mark.parametrize(
    ("state", "who", "expected"),
    [
        ("draft", "visitor", False),
        ("draft", "reviewer of the province", False),
        ("draft", "member", True),
        ("in_review", "other member", False),
        ("in_review", "reviewer of the city", True),
        ("returned", "administrator", False),
        ("published", "visitor", True),
        ("expired", "visitor", True),
        ("suspended", "visitor", False),
        ("withdrawn", "nobody", False),
        ("withdrawn", "verifier", False),
    ],
)
def test_who_sees_what(state: str, who: str, expected: bool) -> None:
    trial = Trial(number="T-1", organization_id=7, region=HEFEI, state=state)
    assert can_view(actors(7, 8)[who], trial) is expected


def test_nobody_decides_on_his_own_organizations_listing() -> None:
    trial = Trial(number="T-1", organization_id=7, region=HEFEI, state="in_review")
    found = {name for name, actor in actors(7, 8).items() if can_review(actor, trial)}
    assert found == {"reviewer of the city", "reviewer of the province"}
    assert {name for name, actor in actors(7, 8).items() if can_edit(actor, trial)} == {"member", "reviewer and member"}
