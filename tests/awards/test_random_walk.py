"""Any order of acts on a challenge, with a clock that runs over years and holidays: what must always hold.

``WALKS=300`` walks further than the few of every day.
"""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule, run_state_machine_as_test

from marketplace.accounts.models import User
from marketplace.awards import services
from marketplace.awards.models import Award, Milestone
from marketplace.awards.ranking import most
from marketplace.bids import consortium
from marketplace.bids import services as bidding
from marketplace.bids.lifecycle import LIVE
from marketplace.bids.models import Bid, BidAct, Participation, SealedVersion
from marketplace.bids.queries import opening_of
from marketplace.challenges import addenda
from marketplace.challenges import services as challenges_
from marketplace.challenges.lifecycle import CHALLENGE
from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.experts.models import Expert
from marketplace.foundation import ledger
from marketplace.foundation.db import db, transaction
from marketplace.foundation.ledger import LedgerEntry
from marketplace.notices import services as notices
from marketplace.notices.models import Notice, Objection
from marketplace.panels import services as panels
from marketplace.panels.models import Panel
from marketplace.panels.queries import panel_of
from marketplace.reference.calendar import add_workdays
from marketplace.reference.services import overrides, set_workday
from marketplace.scoring import queries as scores
from marketplace.scoring import services as scoring
from tests.awards.conftest import World
from tests.awards.walking import Acts, People
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
    *("decide",) * 2, *("answer",) * 2,
)  # fmt: skip


class Walk(Acts):
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

    def own_notices(self) -> list[Notice]:
        mine = (Notice.about_type == "challenge") & (Notice.about_id == self.challenge.id)
        return list(db.session.scalars(sa.select(Notice).where(mine)))

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

    def objections(self) -> list[Objection]:
        keys = [each.id for each in self.own_notices()]
        return list(db.session.scalars(sa.select(Objection).where(Objection.notice_id.in_(keys))))

    def answer(self, who: int, place: int, by_winner: bool) -> None:
        names = ("accept", "decline", "lapse") if by_winner else ("strike", "forfeit", "undo")
        for award in self.awards():
            actor = member_of(award.organization) if by_winner else self.official(who)
            self.award_step(award, names[place], actor)

    # ---- what must hold ----

    @invariant()
    def all_of_it_holds(self) -> None:
        """Asked when history or the diary of bids has grown: nothing changes without one of them."""
        ends = tuple(db.session.scalar(sa.select(sa.func.max(each.id))) or 0 for each in (LedgerEntry, BidAct))
        if ends == self.seen:
            return
        self.seen = ends
        self._an_organization_has_one_live_bid()
        self._as_many_live_awards_as_the_mode_allows()
        self._nothing_is_decided_while_an_objection_is_open()
        self._only_who_is_clean_has_scored()
        self._every_state_is_what_history_says()
        self._deadlines_are_kept()
        db.session.rollback()

    def _an_organization_has_one_live_bid(self) -> None:
        live = db.session.execute(
            sa.select(Participation.organization_id).join(Bid)
            .where(Participation.challenge_id == self.challenge.id, Participation.state == "live")
        ).scalars().all()  # fmt: skip
        assert len(live) == len(set(live))
        leads = [each.organization_id for each in self.all_bids() if each.state != "withdrawn"]
        assert len(leads) == len(set(leads))

    def _as_many_live_awards_as_the_mode_allows(self) -> None:
        live = [each for each in self.awards() if each.live]
        assert len(live) <= most(self.challenge)
        assert len({each.lot for each in live}) == len({each.bid_id for each in live}) == len(live)
        states = {each.state for each in live}
        assert ("proposed" in states) == (self.challenge.state == "notice")
        if self.challenge.state in ("confirmed", "executing", "accepted"):
            assert live, "awarded to nobody"

    def _nothing_is_decided_while_an_objection_is_open(self) -> None:
        for award in self.awards():
            if award.confirmed_at is not None:
                assert award.notice.state == "closed"
        for notice in self.own_notices():
            open_ones = [each for each in self.objections() if each.notice_id == notice.id and each.state == "raised"]
            if notice.state == "open":
                assert not open_ones
            if notice.state == "closed":
                assert not open_ones
                assert notice.closed_at is not None
                assert notice.closed_at >= notice.ends_at
                self._full_window(notice)

    def _full_window(self, notice: Notice) -> None:
        """At least as many working days as were promised, however often the clock stood."""
        day = clock.beijing(notice.opened_at).date() - timedelta(days=1)
        assert notice.last_day >= add_workdays(day, notice.days, overrides())

    def _only_who_is_clean_has_scored(self) -> None:
        standing = {each.id for each in self.seats("accepted", "scored")}
        for sheet in scores.locked_sheets(self.challenge):
            if self.challenge.state in ("scoring", "consensus", "ranked"):
                assert sheet.assignment_id in standing, "a score counts whose expert is off the panel"
        valid = scores.valid_ranking(self.challenge)
        behind = ("ranked", "notice", "confirmed", "executing", "accepted", "partly_accepted", "terminated")
        if self.challenge.state in behind:
            assert valid is not None

    def _every_state_is_what_history_says(self) -> None:
        opened = [each for each in self.all_bids() if each.state not in (*LIVE, "draft", "withdrawn")]
        panel = db.session.scalars(sa.select(Panel).where(Panel.about_id == self.challenge.id)).all()
        seats = [each for one in panel for each in one.assignments]
        stones = db.session.scalars(sa.select(Milestone).join(Award).where(Award.challenge_id == self.challenge.id))
        subjects = [self.challenge, *opened, *self.awards(), *self.own_notices(), *self.objections(), *panel, *seats]
        told = self._told()
        for subject in (*subjects, *scores.sheets_of(self.challenge), *stones):
            last = told.get((subject.subject_type, subject.id)) or self.starts(subject)
            assert subject.state == last, (subject.subject_type, subject.id)
        for bid in self.all_bids():
            if bid not in opened:
                of_it = (BidAct.bid_id == bid.id) & BidAct.action.in_(SILENT)
                last = db.session.scalar(sa.select(BidAct.after).where(of_it).order_by(BidAct.id.desc()).limit(1))
                assert bid.state == (last or "draft")
                assert ("bid", bid.id) not in told, "history tells of a bid before the opening"

    def _told(self) -> dict[tuple[str, int], str]:
        """What history says last of the state of everything that this walk has touched."""
        each = LedgerEntry
        select = sa.select(each.subject_type, each.subject_id, each.after).where(each.id > self.first, each.after != "")
        return {(kind, key): after for kind, key, after in db.session.execute(select.order_by(each.id))}

    @staticmethod
    def starts(subject: Any) -> str:
        return {"challenge": "draft", "panel": "open", "sheet": "draft", "milestone": "planned"}[subject.subject_type]

    def _deadlines_are_kept(self) -> None:
        opening = opening_of(self.challenge)
        if opening is not None and opening.done_at is not None and self.challenge.opening_at is not None:
            assert opening.done_at >= self.challenge.opening_at
        sealed = sa.select(SealedVersion.sealed_at).join(Bid).where(Bid.challenge_id == self.challenge.id)
        for at in db.session.scalars(sealed):
            assert self.challenge.deadline is not None
            assert at < self.challenge.deadline
        for award in self.awards():
            if award.answered_at is not None and award.answer_by is not None and award.state != "declined":
                assert clock.beijing(award.answered_at).date() <= award.answer_by

    def teardown(self) -> None:
        db.session.rollback()
        assert ledger.verify().broken is None


SILENT = ("seal", "confirm", "ask_again", "withdraw", "lapse")


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
        max_examples=WALKS, stateful_step_count=30, deadline=None,
        suppress_health_check=list(HealthCheck), phases=[Phase.generate],
    )  # fmt: skip
    run_state_machine_as_test(Walk, settings=walks)
    assert len(Walk.people.reached) >= 3, "the walks got nowhere"
