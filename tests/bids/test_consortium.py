"""Partners of a bid: they consent themselves, leave until it is sealed, and stand by it afterwards."""

from __future__ import annotations

import io

import pytest

from marketplace.bids import consortium, drafting, queries, services
from marketplace.bids.files import sealed_file
from marketplace.bids.models import Bid, Participation
from marketplace.core import clock
from marketplace.core.errors import NotFound, Refused
from marketplace.foundation.db import transaction
from marketplace.organizations.models import Organization
from tests.bids.conftest import World
from tests.factories import accounts, bids
from tests.factories.awards import member
from tests.factories.listings import member_of


def test_a_partner_consents_itself_and_before_anything_is_sealed(world: World) -> None:
    challenge, partner = world.challenge(), world.organizations[1]
    world.openers(challenge)
    bid = world.draft(challenge)
    lead = member_of(bid.organization)
    with transaction():
        consortium.ask_partner(bid, partner, lead)
    with pytest.raises(Refused, match="consented"):
        bids.seal(bid)
    asked = queries.asked_of(member_of(partner))[0]
    with pytest.raises(NotFound), transaction():
        consortium.answer(asked, True, lead)
    with transaction():
        consortium.answer(asked, True, member_of(partner))
    with pytest.raises(Refused, match="Only a complete bid"):  # a consortium brings its agreement
        bids.seal(bid)
    owner = challenge.organization
    with pytest.raises(Refused), transaction():
        consortium.ask_partner(bid, owner, lead)
    assert [act.action for act in queries.acts(bid)] == ["begin", "ask", "join"]


def test_a_partner_takes_its_consent_back_until_the_bid_is_sealed(world: World) -> None:
    challenge, partner = world.challenge(), world.organizations[1]
    world.openers(challenge)
    bid = world.draft(challenge, division="牵头与参加单位分工")
    owner, stranger = member_of(partner), member_of(world.organizations[2])
    part = consented(bid, partner)
    with pytest.raises(NotFound), transaction():
        consortium.retract(part, stranger)
    browser = world.app.test_client()
    accounts.sign_in(browser, member(partner))
    page, answer = f"/bids/{bid.number}", f"/bids/invitations/{part.id}"
    assert answer in browser.get(page).text
    assert browser.submit(answer, {"transition": "retract"}).headers["Location"] == "/bids/"
    told = browser.get("/bids/").text
    assert "已收回同意，不再参加这份申报" in told
    assert page not in told
    for stale in ({"transition": "retract"}, {"consent": "yes"}, {"consent": "no"}):
        again = browser.submit(answer, stale)
        assert (again.status_code, "现在是“已谢绝”" in again.text) == (409, True), stale
    assert browser.get(page).status_code == 404, "a rival may be what it becomes"
    assert [act.action for act in queries.acts(bid)][-2:] == ["join", "retract"]
    lead = world.app.test_client()
    accounts.sign_in(lead, member(bid.organization))
    assert "已收回同意" in lead.get(f"{page}/edit/partners").text
    assert "收回同意" in lead.get(page).text
    # It is free for a bid of its own, and for the same one once more; declining then is told as such.
    with transaction():
        own = drafting.start(challenge, partner, owner)
    with transaction():
        services.take_step(own, "withdraw", owner, None)
    again = asked_again(bid, partner)
    with transaction():
        consortium.answer(again, False, owner)
    assert consortium.retracted(bids.fresh(bid)) == {part.id}


def test_a_partner_stands_by_what_is_sealed(world: World) -> None:
    challenge, partner = world.challenge(), world.organizations[1]
    world.openers(challenge)
    bid = world.draft(challenge, division="牵头与参加单位分工")
    part = consented(bid, partner)
    with transaction():
        drafting.attach(bid, sealed_file(io.BytesIO(b"x"), "a.txt", "agreement"), member_of(bid.organization), None)
    bids.seal(bid)
    browser = world.app.test_client()
    accounts.sign_in(browser, member(partner))
    shown = browser.get(f"/bids/{bid.number}").text
    assert "第 1 版已经封存" in shown
    assert "截止前撤回申报" in shown
    with pytest.raises(Refused, match="before the bid is sealed") as refused, transaction():
        consortium.retract(part, member_of(partner))
    assert bid.organization.name in refused.value.next.zh
    assert browser.submit(f"/bids/invitations/{part.id}", {"transition": "retract"}).status_code == 403
    assert challenge.deadline is not None
    with clock.standing_at(challenge.deadline), pytest.raises(Refused, match="deadline"), transaction():
        consortium.retract(part, member_of(partner))
    assert [each.state for each in bids.fresh(bid).participations] == ["live", "live"]
    assert queries.acts(bid)[-1].action == "seal"


def consented(bid: Bid, partner: Organization) -> Participation:
    """The part of an organization that was asked into a bid and has consented."""
    part = asked_again(bid, partner)
    with transaction():
        consortium.answer(part, True, member_of(partner))
    return part


def asked_again(bid: Bid, partner: Organization) -> Participation:
    """The part of an organization that is asked into a bid."""
    with transaction():
        consortium.ask_partner(bid, partner, member_of(bid.organization))
    return next(each for each in queries.asked_of(member_of(partner)) if each.bid_id == bid.id)
