"""Who may act for whom: memberships, posts and the region an office covers."""

from __future__ import annotations

import pytest

from marketplace.core.actor import PROVINCE, SYSTEM, VISITOR, Actor, Membership, PostHeld, covers

HEFEI, FEIXI, WUHU, NANJING = "340100", "340123", "340200", "320100"


def post(number: int, region: str, *duties: str) -> PostHeld:
    return PostHeld(number, f"office {number}", region, frozenset(duties))


@pytest.mark.parametrize(
    ("region", "place", "expected"),
    [
        (PROVINCE, PROVINCE, True), (PROVINCE, WUHU, True), (PROVINCE, NANJING, True), (PROVINCE, "", True),
        (HEFEI, HEFEI, True), (HEFEI, FEIXI, True),
        (HEFEI, WUHU, False), (HEFEI, PROVINCE, False), (HEFEI, NANJING, False), (HEFEI, "", False),
    ],
)  # fmt: skip
def test_an_office_covers_its_region(region: str, place: str, expected: bool) -> None:
    assert covers(region, place) is expected


def test_a_visitor_is_nobody_and_the_system_is_no_user() -> None:
    assert not VISITOR.signed_in
    assert not VISITOR.is_system
    assert not VISITOR.organization_ids
    assert SYSTEM.is_system
    assert not SYSTEM.signed_in
    assert SYSTEM.post_for("review", HEFEI) is None


def test_memberships() -> None:
    actor = Actor("user", 1, "甲", (Membership(7, "owner", "verified"), Membership(8, "editor", "verified")))
    assert actor.signed_in
    assert actor.organization_ids == {7, 8}
    assert [actor.belongs_to(each) for each in (7, 8, 9)] == [True, True, False]
    assert [actor.owns(each) for each in (7, 8, 9)] == [True, False, False]


@pytest.mark.parametrize(
    ("duty", "place", "expected"),
    [("review", FEIXI, 3), ("review", WUHU, 1), ("review", "", 1), ("verify", FEIXI, 2), ("assess", FEIXI, None)],
)
def test_the_narrowest_post_acts(duty: str, place: str, expected: int | None) -> None:
    posts = (post(1, PROVINCE, "review"), post(2, HEFEI, "verify"), post(3, HEFEI, "review"), post(4, HEFEI, "review"))
    held = Actor("user", 1, "乙", posts=posts).post_for(duty, place)  # type: ignore[arg-type]
    assert (held.post_id if held else None) == expected


def test_an_administrator_is_no_official() -> None:
    assert Actor("user", 1, "丙", administrator="system").post_for("review", HEFEI) is None
