"""Any order of acts on a challenge, with a clock that runs over years and holidays: what must always hold.

``WALKS=300`` walks further than the few of every day.
"""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule, run_state_machine_as_test

from marketplace.accounts.models import User
from marketplace.awards import concluding, services
from marketplace.bids import consortium
from marketplace.bids import services as bidding
from marketplace.challenges import addenda
from marketplace.challenges import services as challenges_
from marketplace.challenges.lifecycle import CHALLENGE
from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.experts.models import Expert
from marketplace.foundation.db import db, transaction
from marketplace.foundation.ledger import LedgerEntry
from marketplace.notices import services as notices
from marketplace.panels import services as panels
from marketplace.panels.queries import panel_of
from marketplace.reference.services import set_workday
from marketplace.scoring import services as scoring
from tests.awards.conftest import World
from tests.awards.holding import Held
from tests.awards.walking import People
from tests.factories import awards, bids, challenges
from tests.factories.listings import member_of
from tests.support.databases import copy_sqlite

# Instants in Beijing at which walks begin: a working day, before the May holidays, before the National Day, a Saturday
# worked in, the last minute of a year, and a year whose arrangement is known by the table alone.
STARTS = ((2026, 3, 2, 9, 0), (2026, 4, 22, 16, 59), (2026, 9, 25, 9, 0), (2026, 10, 10, 9, 0), (2026, 12, 31, 23, 59),
          (2027, 4, 1, 9, 0))  # fmt: skip
WALKS = int(os.environ.get("WALKS", "6"))
STAGES = ("draft", "published", "opened", "ranked", "notice", "executing")
TRIED = (
    *("go_on",) * 10, *("wait",) * 3, *("reach",) * 3, "step", "withdraw_bid", "seal_again", "join", "amend", "come",
    "disqualify", "step_out", "fall_into_conflict", "waive", "announce", "confirm", "take_back", *("object",) * 2,
    *("decide",) * 2, *("answer",) * 2, "hand_in", "pay", "put_off", "end",
)  # fmt: skip


class Walk(Held):
    """A challenge from some stage on, and everybody trying everything."""

    @initialize(start=st.sampled_from(STARTS), stage=st.sampled_from(STAGES), race=st.booleans())
    def begin(self, start: tuple[int, ...], stage: str, race: bool) -> None:
        self.people.travel.move_to(datetime(*start, tzinfo=clock.BEIJING).astimezone(UTC))  # type: ignore[misc,arg-type]
        self.anew()
        self.seen: tuple[int, ...] = ()
        self.first = db.session.scalar(sa.select(sa.func.max(LedgerEntry.id))) or 0
        columns: dict[str, Any] = {"mode": "race", "most_winners": 2, "min_bids": 2} if race else {}
        organizations = [self.organization(place) for place in range(3)]
        officials = [db.session.get_one(User, key) for key in self.people.officials]
        if stage in ("draft", "published"):
            self.challenge = challenges.challenge(stage, self.organization(-1), official=self.official(0),
                                                  columns=columns)  # fmt: skip
            self.codes = bids.openers(self.challenge, officials[:3]) if stage == "published" else []
            return
        self.codes = []
        if stage == "opened":
            self.challenge, _bids = awards.opened(
                self.people.travel, organizations, self.organization(-1), officials, columns=columns
            )
            return
        scene = awards.ranked(self.people.travel, organizations, self.organization(-1), officials, columns=columns)
        self.challenge = scene.challenge
        if stage == "notice":
            awards.announced(scene)
        if stage == "executing":
            awards.executing(self.people.travel, scene)

    @rule(name=st.sampled_from(TRIED), who=st.integers(0, 3), place=st.integers(0, 2), yes=st.booleans())
    def act(self, name: str, who: int, place: int, yes: bool) -> None:
        """One act of ``TRIED``: by official ``who``, on the bid ``place``, this way or the other."""
        if name in ("wait", "reach") and clock.today() > date(2028, 12, 1):
            return  # where no arrangement of working days is known
        getattr(self, name)(who, place, yes)

    # ---- time ----

    def wait(self, who: int, place: int, late: bool) -> None:
        hours = (0.02, 5, 24, 72, 240, 960, 4800)[who + place]
        self.go(self.later(hours=hours), late=late)

    def reach(self, _who: int, place: int, late: bool) -> None:
        """A second before the next deadline, the deadline itself, or a second after it."""
        ahead = [each for each in self.instants() if each > self.later(seconds=1)]
        if ahead:
            self.go(min(ahead) + timedelta(seconds=place - 1), late=late)

    def instants(self) -> list[datetime]:
        given = [self.challenge.deadline, self.challenge.opening_at]
        given += [clock.end_of_day(each.last_day) for each in self.own_notices() if each.state == "open"]
        given += [clock.end_of_day(each.answer_by) for each in self.awards("awarded") if each.answer_by]
        return [each for each in given if each is not None]

    # ---- what comes next in the ordinary course, so that walks get far ----

    def go_on(self, _who: int, place: int, _yes: bool) -> None:
        following = getattr(self, f"_from_{self.challenge.state}", None)
        if following is not None:
            following(place)
        self.people.reached.add(self.challenge.state)

    def _step(self, name: str, actor: Actor) -> None:
        with self.attempt():
            challenges_.take_step(self.challenge, CHALLENGE.by_name[name], actor, "因为试验", None)

    def _from_draft(self, _place: int) -> None:
        self._step("submit", self.owner)

    def _from_in_review(self, _place: int) -> None:
        self._step("approve", self.official(0))

    def _from_approved(self, _place: int) -> None:
        self.notice_time()

    def _from_published(self, place: int) -> None:
        if not self.codes:
            self.codes = bids.openers(
                self.challenge, [db.session.get_one(User, key) for key in self.people.officials[:3]]
            )
        self.write_bid(place)
        self.seal_bid(place)

    def _from_closed(self, place: int) -> None:
        for opener in {place, (place + 1) % 3} if self.codes else ():
            self.open_with(opener)

    def _from_opened(self, _place: int) -> None:
        waiting = [each for each in range(3) if (bid := self.live_bid(each)) and bid.state == "opened"]
        if waiting:
            self.check_papers(self.official(0), waiting[0], "qualify")
        elif panel_of(self.challenge) is None:
            self.convene()
        elif self.seats("proposed"):
            self.answer_call(0, yes=True)
        else:
            with self.attempt():
                scoring.start_scoring(self.challenge, self.official(0))

    def _from_scoring(self, place: int) -> None:
        for one in self.seats("proposed", "accepted"):
            if one.state == "proposed":
                self.answer_call(0, yes=True)
                return
            for bid in self.all_bids():
                self.score(one, bid, 55 - 5 * place)

    def _from_consensus(self, _place: int) -> None:
        for one in self.seats("scored"):
            self.sign(one)

    def _from_ranked(self, _place: int) -> None:
        self.announce(0, 0, True)

    def _from_notice(self, _place: int) -> None:
        self.confirm(0, 0, True)

    def _from_confirmed(self, _place: int) -> None:
        for award in self.awards("awarded"):
            self.award_step(award, "accept", member_of(award.organization))
        for award in self.awards("accepted"):
            self.write_contract(award)
            self.sign_contract(award)

    def _from_executing(self, place: int) -> None:
        for award in self.awards("executing"):
            self.work(award, ("met", "partly", "return")[place])

    # ---- what anybody may try at any time ----

    def step(self, who: int, place: int, by_owner: bool) -> None:
        """Steps of the table, taken without what belongs to them."""
        names = [each.name for each in CHALLENGE.steps if self.challenge.state in each.sources]
        if names:
            name = names[(who + place) % len(names)]
            if name not in ("withdraw", "find_none", "drop") or who == 3:  # which end a walk
                self._step(name, self.owner if by_owner else self.official(who))

    def withdraw_bid(self, _who: int, place: int, _yes: bool) -> None:
        bid = self.live_bid(place)
        if bid is not None:
            with self.attempt():
                bidding.take_step(bid, "withdraw", self.member(place), None)

    def seal_again(self, _who: int, place: int, confirm: bool) -> None:
        bid = self.live_bid(place)
        if bid is not None and confirm:
            with self.attempt():
                bidding.take_step(bid, "confirm", self.member(place), None)
        elif bid is not None:
            self.seal_bid(place)

    def join(self, partner: int, lead: int, consent: bool) -> None:
        bid = self.live_bid(lead)
        if bid is None:
            return
        with self.attempt():
            consortium.ask_partner(bid, self.organization(partner), self.member(lead))
        for each in bid.participations:
            if each.state == "asked":
                with self.attempt():
                    consortium.answer(each, consent, self.member(partner))
            elif each.role == "partner" and not consent:
                with self.attempt():
                    consortium.retract(each, self.member(partner))

    def amend(self, who: int, place: int, _yes: bool) -> None:
        if self.challenge.deadline is None or self.challenge.state != "published":
            return
        moved = {key: getattr(self.challenge, key) + timedelta(days=1 + 9 * place) for key in addenda.timetable.ORDER}
        terms = {"months": str(clock.now().microsecond % 50 + 1)}
        with self.attempt():
            made = addenda.propose(self.challenge, addenda.Change(True, "更正", "", terms, moved), self.owner)
            addenda.issue(made, self.official(who), None)

    def come(self, _who: int, opener: int, _yes: bool) -> None:
        if self.codes:
            self.open_with(opener)

    def disqualify(self, who: int, place: int, _yes: bool) -> None:
        self.check_papers(self.official(who), place, "disqualify")

    def step_out(self, _who: int, place: int, yes: bool) -> None:
        self.answer_call(place, yes=yes)

    def fall_into_conflict(self, who: int, place: int, late: bool) -> None:
        self.tie(self.people.experts[who], self.organization(place).name)
        if not late:
            self.notice_time()

    def waive(self, who: int, _place: int, _yes: bool) -> None:
        for one in self.seats("blocked", "void"):
            with self.attempt():
                panels.waive(one, self.official(who), "利益关系轻微，书面说明")

    def announce(self, who: int, _place: int, _yes: bool) -> None:
        with self.attempt():
            services.announce(self.challenge, self.official(who))

    def confirm(self, who: int, _place: int, _yes: bool) -> None:
        proposed = self.awards("proposed")
        with self.attempt():
            services.confirm(self.challenge, self.official(who))
        for award in proposed:
            if award.state == "awarded":
                assert clock.now() >= award.notice.ends_at

    def take_back(self, who: int, _place: int, _yes: bool) -> None:
        with self.attempt():
            services.take_back(self.challenge, self.official(who), "名单有误")

    def object(self, _who: int, place: int, _yes: bool) -> None:
        said = {"name": "实名人", "phone": "0551-1", "subject": "名次", "facts": "评分有误"}
        for notice in self.own_notices():
            running = notice.state == "extended" or (notice.state == "open" and clock.now() < notice.ends_at)
            with self.attempt():
                notices.object_to(notice, self.member(place), said, (), self.organization(place))
                assert running, "an objection outside the window"

    def decide(self, who: int, place: int, late: bool) -> None:
        said = {"gist": "名次", "reply": "查实"}
        for objection in self.objections():
            with self.attempt():
                notices.decide(objection, "uphold" if place == 0 else "dismiss", self.official(who), said)
        if not late:
            self.notice_time()

    def hand_in(self, who: int, place: int, asked: bool) -> None:
        bid = self.live_bid(place)
        if bid is not None:
            self.correct(bid, self.official(who) if asked else self.member(place), asked=asked)

    def pay(self, _who: int, place: int, by_owner: bool) -> None:
        for award in self.awards("executing"):
            self.money(award, Decimal(100 * (place + 1)), confirm=by_owner)

    def put_off(self, who: int, place: int, approved: bool) -> None:
        for award in self.awards("executing"):
            self.postpone(award.milestones[place % 2], 10 * (place + 1), self.official(who), approve=approved)

    def end(self, who: int, place: int, by_official: bool) -> None:
        for award in self.awards("accepted", "executing") if place == 2 else ():
            with self.attempt():
                concluding.terminate(
                    award, "A", "各自结清", "因为试验", [], self.official(who) if by_official else self.owner
                )

    def answer(self, who: int, place: int, by_winner: bool) -> None:
        names = ("accept", "decline", "lapse") if by_winner else ("strike", "forfeit", "undo")
        for award in self.awards():
            actor = member_of(award.organization) if by_winner else self.official(who)
            self.award_step(award, names[place], actor)


@pytest.mark.timeout(120 + 20 * WALKS)
@pytest.mark.parametrize("site", ["sqlite"], indirect=True)  # what the databases differ in is held by other tests
def test_random_walk(world: World, tmp_path: Path) -> None:
    awards.register(2, awards.SEATS)  # reserves
    with transaction():
        for year in (2027, 2028, 2029):  # a holiday, and the Saturday that is worked for it
            set_workday(date(year, 5, 3), workday=False)
            set_workday(date(year, 5, 8), workday=True)
        register = db.session.scalars(sa.select(Expert)).all()
        for expert in register:
            expert.valid_until = date(2030, 1, 1)
    used, kept = Path(db.engine.url.database or ""), tmp_path / "kept.sqlite3"
    copy_sqlite(used, kept)
    Walk.people = People(
        used, kept, world.clock, [each.id for each in world.officials], [each.id for each in world.organizations],
        [each.id for each in register],
    )  # fmt: skip
    walks = settings(
        max_examples=WALKS, stateful_step_count=30, deadline=None, derandomize="WALKS" not in os.environ,
        suppress_health_check=list(HealthCheck), phases=[Phase.generate],
    )  # fmt: skip
    run_state_machine_as_test(Walk, settings=walks)
    assert len(Walk.people.reached) >= 3, "the walks got nowhere"
