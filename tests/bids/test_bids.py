"""Rules of bids on both databases: in time or not, once per organization, confirmed again, opened by enough people."""

from __future__ import annotations

import os
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from marketplace.bids import consortium, drafting, opening, queries, receipt, services, unsealing
from marketplace.bids.drafts import draft_keys
from marketplace.bids.envelope import Broken
from marketplace.bids.lifecycle import BID
from marketplace.bids.models import Bid, Opener, Opening, Participation, SealedVersion
from marketplace.bids.policy import can_read, can_view, visible_to
from marketplace.challenges.models import Addendum, Challenge
from marketplace.core import clock
from marketplace.core.actor import SYSTEM, VISITOR
from marketplace.core.errors import Conflict, Invalid, NotFound, Refused
from marketplace.foundation import ledger
from marketplace.foundation.db import db, transaction
from marketplace.foundation.outbox import OutboxMessage
from marketplace.organizations.models import Organization
from tests.bids.conftest import World
from tests.factories import accounts, bids, challenges
from tests.factories.listings import member_of
from tests.support.site import see_what_others_wrote
from tests.support.together import together
from tests.support.traces import traces


def deadline(challenge: Challenge) -> datetime:
    assert challenge.deadline is not None
    return challenge.deadline


def test_the_last_instant_counts_and_the_deadline_does_not(world: World) -> None:
    challenge = world.challenge()
    world.openers(challenge)
    in_time, late, taken_back = world.draft(challenge), world.draft(challenge, 1), world.sealed(challenge, 2)
    with clock.standing_at(deadline(challenge) - timedelta(microseconds=1)):
        bids.seal(in_time)
    version = queries.version_of(in_time)
    assert version is not None
    assert version.receipt["receipt"]["sealed_at"] == version.sealed_at.isoformat(timespec="microseconds")
    assert receipt.genuine(version.receipt)
    for second in (0, 1):
        with clock.standing_at(deadline(challenge) + timedelta(seconds=second)):
            with pytest.raises(Refused) as refused:
                bids.seal(late)
            assert "截止" in refused.value.fact.zh
            for name in ("withdraw", "seal"):
                with pytest.raises((Refused, NotFound)), transaction():
                    services.take_step(taken_back, name, member_of(taken_back.organization), None)
    assert [bids.fresh(each).state for each in (in_time, late, taken_back)] == ["sealed", "draft", "sealed"]


def test_one_live_bid_for_each_organization_also_for_two_at_once(world: World) -> None:
    challenge, organization = world.challenge(), world.organizations[0]
    key, whose = challenge.id, organization.id

    def begin() -> str:
        mine, theirs = db.session.get_one(Challenge, key), db.session.get_one(Organization, whose)
        try:
            with transaction():
                return drafting.start(mine, theirs, member_of(theirs)).number
        except Refused as refused:
            return refused.rule.zh

    numbers = together([begin] * 3, world.app)
    see_what_others_wrote()
    assert len([each for each in numbers if each.startswith("B-")]) == 1
    live = (
        sa.select(sa.func.count())
        .select_from(Participation)
        .where(Participation.state == "live", Participation.challenge_id == key)
    )
    assert db.session.scalar(live) == 1
    # Nor as a partner of another's bid; and free again once the first one is withdrawn.
    other = world.draft(challenge, 1)
    with transaction():
        consortium.ask_partner(other, organization, member_of(other.organization))
    asked = queries.asked_of(member_of(organization))[0]
    with pytest.raises(Refused), transaction():
        consortium.answer(asked, True, member_of(organization))
    own = queries.own_bid(challenge, member_of(organization))
    assert own is not None
    with transaction():
        services.take_step(own, "withdraw", member_of(organization), None)
    with transaction():
        consortium.answer(queries.asked_of(member_of(organization))[0], True, member_of(organization))
    with pytest.raises(Refused), transaction():
        drafting.start(challenge, organization, member_of(organization))
    answered = queries.own_bid(challenge, member_of(organization))
    assert answered is not None
    assert answered.id == other.id


def test_before_the_opening_the_phrase_is_nowhere(world: World, caplog: pytest.LogCaptureFixture) -> None:
    challenge = world.challenge()
    three = world.openers(challenge)
    bid = world.draft(challenge)
    key, stored = bid.draft_key, bid.draft
    assert stored is not None
    assert draft_keys().decrypt(key, stored)["approach"].startswith(bids.PHRASE), "the phrase is in the draft"
    assert traces(world.app, bids.PHRASE) == []
    code = bids.seal(bid)
    assert traces(world.app, bids.PHRASE) == []
    assert bids.PHRASE not in caplog.text
    # Who copied the database while it was a draft has nothing either: the key is gone.
    with pytest.raises(Broken):
        draft_keys().decrypt(key, stored)
    assert traces(world.app, code, *(each for _user, each in three)) == []
    # And nothing that others read counts bids: no history, no message, no number that goes up.
    assert (
        db.session.scalar(
            sa.select(sa.func.count()).where(
                ledger.LedgerEntry.subject_type == "bid", ledger.LedgerEntry.subject_id == bid.id
            )
        )
        == 0
    )
    assert (
        db.session.scalar(
            sa.select(sa.func.count()).where(OutboxMessage.subject_type == "bid", OutboxMessage.subject_id == bid.id)
        )
        == 0
    )
    blobs = list(world.app.extensions["config"].files_dir.glob("[0-9a-f][0-9a-f]/*"))
    assert len({path.stat().st_size for path in blobs if path.stat().st_size > 1000}) == 1, "files of one length"


def test_whom_a_bid_is_there_for(world: World) -> None:
    challenge = world.challenge()
    three = world.openers(challenge)
    bid, rival = world.sealed(challenge), world.organizations[1]
    far = accounts.actor(accounts.official(accounts.WUHU, ("challenge",)))
    office, owner = accounts.actor(three[0][0]), member_of(challenge.organization)
    mine, other = member_of(bid.organization), member_of(rival)
    everybody = (VISITOR, mine, other, far, office, owner)

    def seen() -> list[bool]:
        for actor in everybody:
            selected = db.session.scalar(sa.select(Bid.id).where(Bid.id == bid.id, visible_to(actor))) is not None
            assert selected == can_view(actor, bid), actor
        return [can_view(actor, bids.fresh(bid)) for actor in everybody]

    assert seen() == [False, True, False, False, False, False]
    assert not any(can_read(actor, bid) for actor in everybody), "before the opening nobody reads"
    _open(challenge, three)
    assert seen() == [False, True, False, False, True, True]
    assert can_read(office, bid)
    for name, rule in (("qualify", ""),):
        with transaction():
            unsealing.decide(bid, name, office, rule, "", None)
        assert seen() == [False, True, False, False, True, True]
    with pytest.raises((Refused, Conflict)), transaction():
        unsealing.decide(bid, "disqualify", mine, "papers", "自己", None)


def _open(challenge: Challenge, three: list[tuple[accounts.User, str]]) -> None:
    with clock.standing_at(challenge.opening_at or clock.now()):
        if challenges.fresh(challenge).state == "published":
            challenges.take(challenge, "close")
        assert not bids.come(challenge, three[1])
        assert bids.come(challenge, three[2])


def test_the_opening_brings_what_happened_into_history(world: World) -> None:
    challenge = world.challenge()
    three = world.openers(challenge)
    bid, unsealed = world.sealed(challenge), world.draft(challenge, 1)
    acts = [(act.action, act.at.isoformat()) for act in queries.acts(bid)]
    _open(challenge, three)
    told = ledger.history(bid)
    assert [(each.action, each.data.get("at")) for each in told[:-1]] == acts
    assert (told[-1].action, told[-1].data["readable"]) == ("open", True)
    assert ledger.verify().broken is None
    assert bids.fresh(unsealed).state == "withdrawn"
    assert [each.action for each in ledger.history(db.session.get_one(Opening, challenge.id))] == [
        "name", "take", "confirm", "take", "confirm", "take", "confirm", "make_key", "give", "give",
    ]  # fmt: skip
    record = world.app.test_client().get(f"/bids/record/{challenge.number}").get_data(as_text=True)
    came = [place for place in (1, 2, 3) if f"到场并输入开启码（开启人 {place}）" in record]
    assert came == [2, 3], "everybody can tell that two came, and nobody who they are"
    assert not any(user.name in record for user, _code in three)
    with clock.standing_at(challenge.opening_at or clock.now()), pytest.raises(Refused):
        bids.come(challenge, three[0])


def test_one_opener_opens_nothing_and_not_two_who_come_hours_apart(world: World) -> None:
    challenge = world.challenge()
    three = world.openers(challenge)
    bid, at = world.sealed(challenge), challenge.opening_at
    assert at is not None
    with clock.standing_at(at - timedelta(seconds=1)):
        challenges.take(challenge, "close")
        with pytest.raises(Refused):
            bids.come(challenge, three[0])
    with clock.standing_at(at):
        assert not bids.come(challenge, three[0])
        assert not bids.come(challenge, three[0]), "the same one twice is still one"
        with pytest.raises(Invalid):
            bids.come(challenge, (three[1][0], three[0][1]))
        with pytest.raises(NotFound):
            bids.come(challenge, (world.officials[3], three[1][1]))
    with clock.standing_at(at + timedelta(minutes=31)):
        assert not bids.come(challenge, three[1]), "the first one's share counts no more"
        assert bids.fresh(bid).state == "sealed"
        assert bids.come(challenge, three[2])
    opener = db.session.scalars(sa.select(Opener.given).where(Opener.challenge_id == challenge.id)).all()
    assert set(opener) == {""}, "no share is left behind"


def test_with_too_few_bids_nothing_is_opened(world: World) -> None:
    challenge = world.challenge(columns={"min_bids": 2})
    three = world.openers(challenge)
    bid = world.sealed(challenge)
    with pytest.raises(Refused), transaction():
        unsealing.come(challenge, three[0][1], accounts.actor(three[0][0]))
    _open(challenge, three)
    assert (challenges.fresh(challenge).state, bids.fresh(bid).state) == ("failed", "sealed")
    assert db.session.get_one(Opening, challenge.id).private == ""
    with pytest.raises(NotFound):
        unsealing.content_of(bid)


def test_a_material_addendum_asks_for_confirmation(world: World) -> None:
    challenge = world.challenge()
    three = world.openers(challenge)
    confirmed, silent = world.sealed(challenge), world.sealed(challenge, 1)
    with transaction():
        challenge.edition = 2
        db.session.add(
            Addendum(challenge_id=challenge.id, number=1, organization_id=challenge.organization_id, material=True,
                     text="更正", edition=2, state="issued")
        )  # fmt: skip
    with transaction():
        services.ask_again(challenge)
    assert {bids.fresh(each).state for each in (confirmed, silent)} == {"needs_reconfirm"}
    with transaction():
        services.take_step(confirmed, "confirm", member_of(confirmed.organization), None)
    with transaction():
        services.ask_again(challenge)
    _open(challenge, three)
    assert (bids.fresh(confirmed).state, bids.fresh(silent).state) == ("opened", "withdrawn")
    envelopes = db.session.scalars(sa.select(SealedVersion.envelope).where(SealedVersion.bid_id == silent.id)).all()
    assert envelopes == [None], "what counts as withdrawn is destroyed"


def test_an_envelope_that_was_changed_is_told_and_holds_nobody_up(world: World) -> None:
    challenge = world.challenge()
    three = world.openers(challenge)
    good, bad = world.sealed(challenge), world.sealed(challenge, 1)
    version = queries.version_of(bad)
    assert version is not None
    assert version.envelope is not None
    with transaction():
        version.envelope = version.envelope[:-1] + bytes([version.envelope[-1] ^ 1])
    _open(challenge, three)
    assert (bids.fresh(good).readable, bids.fresh(bad).readable, bad.state) == (True, False, "opened")
    with pytest.raises(NotFound):
        unsealing.content_of(bad)


def test_openers_are_named_once_and_codes_are_given_once(world: World) -> None:
    challenge = world.challenge()
    users = [world.officials[place] for place in range(4)]
    keys, first = [user.id for user in users], accounts.actor(users[0])
    with pytest.raises(NotFound), transaction():
        opening.name_openers(challenge, keys[:3], member_of(challenge.organization))
    for wrong in (keys[:2], keys, [keys[0], keys[1], 10**6]):
        with pytest.raises(Invalid), transaction():
            opening.name_openers(challenge, wrong, first)
    world.openers(challenge)
    with pytest.raises(Refused), transaction():
        opening.name_openers(challenge, keys[1:], first)
    with pytest.raises(Refused), transaction():
        opening.take_code(db.session.get_one(Opening, challenge.id), first)


def test_no_bid_is_sealed_before_the_key_is_made(world: World) -> None:
    challenge = world.challenge()
    bid = world.draft(challenge)
    with pytest.raises(Refused, match="once every opener"):
        bids.seal(bid)
    assert (bids.fresh(bid).state, bid.draft is not None) == ("draft", True)


def test_a_killed_process_leaves_no_key_for_long(world: World) -> None:
    challenge = world.challenge()
    world.openers(challenge)
    sealed, written = world.draft(challenge), world.draft(challenge, 1)
    with transaction():
        services.seal(sealed, member_of(sealed.organization), None)  # killed before ``shred``
    folder = world.app.extensions["config"].draft_keys_dir
    for path in folder.iterdir():
        os.utime(path, times=(0, 0))
    with transaction():
        assert services.shred_left() is False
    left = {path.name for path in folder.iterdir()}
    assert (sealed.draft_key in left, written.draft_key in left) == (False, True)


def test_steps_that_time_takes_are_not_for_people(world: World) -> None:
    mine = member_of(world.organizations[0])
    assert all(not step.who(mine, None) for step in BID.steps if step.name in ("ask_again", "lapse"))
    assert all(step.who(SYSTEM, None) for step in BID.steps if step.name in ("ask_again", "lapse"))
