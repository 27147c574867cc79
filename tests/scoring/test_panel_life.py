"""Panels of challenges: waivers by another hand, checks when parties, parents and partners change, answers in time."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
import sqlalchemy as sa

from marketplace.bids import consortium, drafting, unsealing
from marketplace.bids import queries as bid_queries
from marketplace.bids.files import sealed_file
from marketplace.challenges.models import Challenge
from marketplace.core import clock
from marketplace.core.errors import Conflict, Invalid, NotFound, Refused
from marketplace.foundation.db import db, transaction
from marketplace.foundation.outbox import OutboxMessage, handle_next
from marketplace.organizations import tree
from marketplace.panels import checking, conflicts, services
from marketplace.panels.models import Assignment, Panel
from marketplace.panels.queries import chair_of, clean_members
from marketplace.scoring import services as scoring
from marketplace.scoring.capability import allies
from tests.factories import accounts, bids
from tests.factories.listings import member_of
from tests.scoring.conftest import World
from tests.scoring.judging import conflict, of, panel, state

FIELDS = ["domain.special"]
REASON = "经集体研究"


def convened(world: World, challenge: Challenge, reserves: int = 1) -> Panel:
    with transaction():
        made = services.convene(accounts.actor(world.officials[0]), challenge, FIELDS, 3, reserves)
    return panel(challenge) if made.id else made


def rules(one: Assignment) -> list[tuple[str, bool]]:
    db.session.refresh(one)
    db.session.expire(one, ["hits"])
    return [(each.rule, each.stands) for each in one.hits]


def handled(world: World) -> None:
    """The worker handles what waits."""
    while handle_next(world.app.extensions["schedule"].subscriptions):
        pass


def checks(made: Panel) -> int:
    """How many checks of a panel were asked for so far."""
    about = (OutboxMessage.topic == "panel.check") & (OutboxMessage.subject_id == made.id)
    return db.session.scalar(sa.select(sa.func.count()).select_from(OutboxMessage).where(about)) or 0


def test_a_waiver_needs_another_official_and_a_reason(world: World) -> None:
    challenge = world.opened()
    made = convened(world, challenge, reserves=0)
    one = of(challenge, "proposed")[0]
    conflict(one, world.bids(challenge)[0].organization.name)
    assert state(one) == "blocked"
    assert rules(one) == [("holding", True)]
    drawer, second = (accounts.actor(each) for each in world.officials[:2])
    with pytest.raises(Refused), transaction():
        services.waive(one, drawer, REASON)
    with pytest.raises(Invalid), transaction():
        services.waive(one, second, " ")
    with transaction():
        services.waive(one, second, REASON)
    assert state(one) == "proposed", "his seat was empty, so he is asked again"
    with transaction():
        assert services.accept(one, accounts.actor(one.expert.user))
    assert one in clean_members(panel(challenge))
    # Another tie is another hit, which the waiver does not cover.
    conflict(one, world.bids(challenge)[1].organization.name)
    assert state(one) == "void"
    assert rules(one) == [("holding", False), ("holding", True)]
    with pytest.raises(NotFound), transaction():
        services.draw_more(made, accounts.actor(one.expert.user), 1)


def test_who_works_for_the_owner_does_not_judge_for_it(world: World) -> None:
    challenge = world.opened()
    convened(world, challenge)
    seat = of(challenge, "proposed")[0]
    accounts.join(challenge.organization, seat.expert.user)
    with transaction():
        assert services.accept(seat, accounts.actor(seat.expert.user)) is False
    assert state(seat) == "blocked"
    assert ("organization", True) in rules(seat)
    assert len(of(challenge, "proposed")) == 3, "the reserve is asked in his place"


def test_a_parent_named_later_bars_who_works_there(world: World) -> None:
    challenge = world.opened()
    made = convened(world, challenge)
    seats = of(challenge, "proposed")
    head = accounts.person()
    group = accounts.organization(owner=head)
    accounts.join(group, seats[0].expert.user)
    with transaction():
        services.accept(seats[1], accounts.actor(seats[1].expert.user))
    handled(world)
    assert state(seats[0]) == "proposed", "the group is no party"
    bidder = world.bids(challenge)[0].organization
    with transaction():
        tree.name_parent(bidder, group.id, accounts.actor(bidder.members[0].user))
    with transaction():
        tree.take_parent_step(bidder, "accept_child", accounts.actor(head), "", None)
    before = checks(made)
    handled(world)
    assert checks(made) == before + 1, "both changes of the organization ask for one check"
    assert rules(seats[0]) == [("line", True)]
    assert state(seats[0]) == "blocked"
    assert len(of(challenge, "proposed", "accepted")) == 3, "a reserve stepped in"
    with transaction():
        tree.take_parent_step(bidder, "release", accounts.actor(head), REASON, None)
    handled(world)
    assert rules(seats[0]) == [("line", False)], "the tie is gone; the record of it stays"


def test_who_bid_together_are_allies_and_sealed_bids_tell_nothing(world: World) -> None:
    """The partner's employee judges neither this bid nor another of the lead."""
    challenge, partner = world.challenge(), world.organizations[2]
    openers = bids.openers(challenge, world.officials)
    bid = bids.draft(challenge, world.organizations[0])
    lead = member_of(bid.organization)
    with transaction():
        consortium.ask_partner(bid, partner, lead)
    with transaction():
        consortium.answer(bid_queries.asked_of(member_of(partner))[0], True, member_of(partner))
    agreement = sealed_file(io.BytesIO(b"agreement"), "agreement.txt", "agreement")
    with transaction():
        drafting.attach(bid, agreement, lead, None)
    bids.seal(bid)
    since = conflicts.years_before(clock.today(), 3)
    assert allies([bid.organization_id], since) == {}, "sealed: nobody's knowledge"
    world.open(challenge, openers)
    assert allies([bid.organization_id], since) == {bid.organization_id: frozenset({partner.id})}
    assert {each.organization_id for each in checking.parties("challenge", challenge)} == {
        challenge.organization_id, bid.organization_id, partner.id,
    }, "the owner's people do not judge either"  # fmt: skip
    later = world.opened()
    convened(world, later)
    seat = of(later, "proposed")[0]
    accounts.join(partner, seat.expert.user)
    with transaction():
        assert services.accept(seat, accounts.actor(seat.expert.user)) is False, "the check before it finds him"
    assert ("joint_bid", True) in rules(seat)


def test_who_does_not_answer_gives_way_and_a_disqualified_bid_is_no_party(world: World) -> None:
    challenge = world.opened(bidders=3)
    convened(world, challenge, reserves=1)
    one, two, _three = of(challenge, "proposed")
    with transaction():
        services.accept(two, accounts.actor(two.expert.user))
    assert chair_of(panel(challenge)) is two or chair_of(panel(challenge)).id == two.id
    with transaction():
        assert one.answer_by is not None
        one.answer_by = clock.today() - timedelta(days=1)
    with pytest.raises(Refused), transaction():
        services.accept(one, accounts.actor(one.expert.user))
    with transaction():
        services.lapse_due()
    assert state(one) == "lapsed"
    assert len(of(challenge, "proposed", "accepted")) == 3
    assert {each.organization_id for each in checking.parties("challenge", challenge)} == {
        challenge.organization_id, *(each.organization_id for each in world.bids(challenge)),
    }  # fmt: skip
    with pytest.raises(Refused), transaction():
        scoring.start_scoring(challenge, accounts.actor(world.officials[0]))


def test_a_panel_is_dissolved_by_another_hand_and_drawn_anew(world: World) -> None:
    challenge = world.opened()
    made = convened(world, challenge)
    drawer, second = (accounts.actor(each) for each in world.officials[:2])
    with pytest.raises(Conflict), transaction():
        services.convene(drawer, challenge, FIELDS, 3, 0)
    with pytest.raises(Refused), transaction():
        services.take_step(made, "dissolve", drawer, REASON)
    with transaction():
        services.take_step(made, "dissolve", second, REASON)
    assert {each.state for each in made.assignments} == {"released"}
    again = convened(world, challenge)
    assert again.id != made.id
    assert again.draws[0].record["seed"] != made.draws[0].record["seed"]
    with pytest.raises(Invalid), transaction():
        services.draw_more(again, drawer, 99)


def test_too_few_experts_are_refused_with_figures(world: World) -> None:
    challenge = world.opened()
    with pytest.raises(Refused) as refused, transaction():
        services.convene(accounts.actor(world.officials[0]), challenge, ["category.amr"], 3, 0)
    assert "0" in refused.value.fact.zh
    assert panel_count(challenge) == 0, "nothing of it is left"
    assert unsealing.content_of(world.bids(challenge)[0])[0]["price"] == "100.00"


def panel_count(challenge: Challenge) -> int:
    return db.session.query(Panel).filter_by(about_id=challenge.id).count()
