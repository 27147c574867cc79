"""What must hold of a challenge whatever was done with it, asked after every act of a random walk."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from hypothesis.stateful import invariant

from marketplace.awards import carrying
from marketplace.awards.models import Award, Milestone
from marketplace.awards.ranking import most
from marketplace.bids.lifecycle import LIVE
from marketplace.bids.models import Bid, BidAct, Participation, SealedVersion
from marketplace.bids.queries import opening_of
from marketplace.challenges.models import Challenge
from marketplace.core import clock
from marketplace.foundation import ledger
from marketplace.foundation.db import db
from marketplace.foundation.ledger import LedgerEntry
from marketplace.notices.models import Notice, Objection
from marketplace.panels.models import Panel
from marketplace.reference.calendar import add_workdays
from marketplace.reference.services import overrides
from marketplace.scoring import queries as scores
from tests.awards.walking import Acts

SILENT = ("seal", "confirm", "ask_again", "withdraw", "lapse")


class Held(Acts):
    """The rules; the walks themselves are in test_random_walk."""

    challenge: Challenge
    seen: tuple[int, ...]
    first: int

    def own_notices(self) -> list[Notice]:
        mine = (Notice.about_type == "challenge") & (Notice.about_id == self.challenge.id)
        return list(db.session.scalars(sa.select(Notice).where(mine)))

    def objections(self) -> list[Objection]:
        keys = [each.id for each in self.own_notices()]
        return list(db.session.scalars(sa.select(Objection).where(Objection.notice_id.in_(keys))))

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
        self._no_more_is_paid_than_agreed()
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

    def _no_more_is_paid_than_agreed(self) -> None:
        for award in self.awards():
            if award.contract is not None:
                assert carrying.paid(award) <= award.contract.amount

    def teardown(self) -> None:
        db.session.rollback()
        assert ledger.verify().broken is None
