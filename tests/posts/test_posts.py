"""Posts: where they can be, and who is in charge of what."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import pytest
from flask import current_app
from sqlalchemy.orm import Session, scoped_session

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.core.actor import SYSTEM
from marketplace.core.errors import Conflict, FieldError, Invalid, Refused
from marketplace.core.text import Text
from marketplace.foundation import ledger
from marketplace.foundation.db import transaction
from marketplace.organizations.policy import can_verify
from marketplace.organizations.services import take_organization_step
from marketplace.posts import queries, services
from marketplace.posts.models import Delegation
from tests.factories import accounts
from tests.support.site import Client

Db = scoped_session[Session]


@pytest.mark.parametrize("region", ["", "340104", "110000", "34"])
def test_a_post_is_for_the_province_or_a_city(session: Db, region: str) -> None:
    user = accounts.person()
    with pytest.raises(FieldError, match="region"), transaction():
        services.give_post(user, Text("局", "Bureau"), region, ["verify"])
    with pytest.raises(FieldError, match="duties"), transaction():
        services.give_post(user, Text("局", "Bureau"), accounts.HEFEI, ["rule"])


def test_officials_in_charge_are_the_nearest(session: Db) -> None:
    province = accounts.official(accounts.PROVINCE)
    hefei = accounts.official(accounts.HEFEI)
    accounts.official(accounts.WUHU, ("assess",))
    gone = accounts.official(accounts.WUHU)
    with transaction():
        gone.disabled_at = gone.created_at

    def names(duty: Any, region: str) -> list[User]:
        return list(queries.officials(duty, region))

    assert names("verify", accounts.HEFEI) == names("verify", "340104") == [hefei]
    assert names("verify", accounts.WUHU) == names("verify", "") == names("verify", accounts.PROVINCE) == [province]
    assert names("challenge", accounts.HEFEI) == []


# ---- changing and ending a post, and handing its duties over ----


def colleagues(session: Db) -> tuple[User, User]:
    """Two officials of one department: the first verifies, the second reviews."""
    return accounts.official(duties=["verify"], name="赵"), accounts.official(duties=["review"], name="钱")


def hand_over(giver: User, deputy: User, first: date, last: date, duties: Iterable[str] = ("verify",)) -> Delegation:
    post = queries.posts_in_force(giver)[0]
    with transaction():
        return services.delegate(post, deputy.id, duties, first, last, "出差", accounts.actor(giver))


def test_a_post_is_changed_and_ended_with_a_reason(session: Db) -> None:
    user = accounts.official()
    post = queries.posts_in_force(user)[0]
    seen = post.version
    with pytest.raises(Invalid), transaction():
        services.change_post(post, SYSTEM, duties=["assess"], until=None, reason=" ")
    with transaction():
        assert services.change_post(post, SYSTEM, duties=["assess"], until=None, reason="分工调整", seen=seen)
    assert accounts.actor(user).posts[0].duties == {"assess"}
    with pytest.raises(Conflict), transaction():
        services.end_post(post, SYSTEM, "旧页面", seen)
    with transaction():
        services.end_post(post, SYSTEM, "退休")
    assert accounts.actor(user).posts == ()
    with pytest.raises(Conflict), transaction():
        services.change_post(post, SYSTEM, duties=["verify"], until=None, reason="复活")
    acts = [(entry.action, entry.reason) for entry in ledger.history(post)]
    assert acts == [("grant", ""), ("change", "分工调整"), ("end", "退休")]


def test_a_deputy_acts_for_his_colleague_until_the_last_second(session: Db) -> None:
    giver, deputy = colleagues(session)
    organization = accounts.organization("pending")
    today = clock.today()
    assert not can_verify(accounts.actor(deputy), organization)
    delegation = hand_over(giver, deputy, today, today + timedelta(days=2))
    with clock.standing_at(delegation.until - timedelta(seconds=1)):
        assert can_verify(accounts.actor(deputy), organization)
    with clock.standing_at(delegation.until):
        assert not can_verify(accounts.actor(deputy), organization)
        with transaction():
            services.expire_due()
        assert delegation.state == "over"


def test_history_says_for_whom_and_a_revoked_delegation_gives_no_right(session: Db) -> None:
    giver, deputy = colleagues(session)
    today = clock.today()
    delegation = hand_over(giver, deputy, today, today)
    made, later = accounts.organization("pending"), accounts.organization("pending")
    assert deputy in queries.officials("verify", accounts.HEFEI)
    with transaction():
        take_organization_step(made, "verify", accounts.actor(deputy), "", None)
    entry = ledger.history(made)[-1]
    assert entry.actor_id == deputy.id
    assert entry.data["delegation"] == {"id": delegation.id, "by": giver.id}
    assert "赵" in queries.signatures([entry], named=True)[entry.id].zh
    told = queries.signatures([entry], named=False)[entry.id]
    assert "赵" not in told.zh
    signed = [sign(entry, accounts.actor(deputy)) for sign in current_app.extensions["signatures"]]
    assert told in signed, "the same on the page of who came second"
    with pytest.raises(Refused), transaction():
        services.take_delegation_step(delegation, "revoke", accounts.actor(deputy), "不是他给的", None)
    with transaction():
        services.take_delegation_step(delegation, "revoke", accounts.actor(giver), "回来了", None)
    assert not can_verify(accounts.actor(deputy), later)


def test_a_deputy_is_bound_by_whom_he_stands_for(session: Db) -> None:
    giver, deputy = colleagues(session)
    own = accounts.organization("pending", owner=giver)
    hand_over(giver, deputy, clock.today(), clock.today())
    assert can_verify(accounts.actor(deputy), accounts.organization("pending"))
    assert not can_verify(accounts.actor(deputy), own)


def test_what_cannot_be_handed_over(session: Db) -> None:
    giver, deputy = colleagues(session)
    stranger = accounts.official(department="另一个局")
    today = clock.today()
    for user, first, last, duties in (
        (stranger, today, today, ["verify"]),
        (giver, today, today, ["verify"]),
        (deputy, today, today, ["review"]),
        (deputy, today, today, []),
        (deputy, today - timedelta(days=1), today, ["verify"]),
        (deputy, today, today - timedelta(days=1), ["verify"]),
        (deputy, today, today + timedelta(days=90), ["verify"]),
    ):
        with pytest.raises(Invalid):
            hand_over(giver, user, first, last, duties)
    assert hand_over(giver, deputy, today, today + timedelta(days=89)).state == "given"


def test_the_page_hands_duties_over(client: Client, session: Db) -> None:
    giver, deputy = colleagues(session)
    post = queries.posts_in_force(giver)[0].id
    today = clock.today().isoformat()
    accounts.sign_in(client, giver)
    form = {"user": deputy.id, "duties": "verify", "first": today, "last": today, "reason": "出差"}
    assert client.submit(f"/posts/{post}/delegate", {**form, "last": "明天"}).status_code == 422
    assert client.submit(f"/posts/{post}/delegate", form).location == "/posts/"
    page = client.get("/posts/").text
    assert "委托给 钱" in page
    assert "收回委托" in page
    other = queries.posts_in_force(deputy)[0].id
    assert client.submit(f"/posts/{other}/delegate", form).status_code == 404
