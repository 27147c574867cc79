"""The judged challenges of the demonstration: panels drawn, scores given, one ranking signed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from io import BytesIO
from itertools import count

from marketplace.accounts.models import User
from marketplace.bids import queries as bids
from marketplace.bids import unsealing
from marketplace.challenges.models import Challenge
from marketplace.cli.seeding_bids import Bidding
from marketplace.cli.seeding_challenges import bring
from marketplace.core import clock
from marketplace.experts import queries as register
from marketplace.foundation.files import prepare_document
from marketplace.organizations.models import Organization
from marketplace.organizations.queries import actor_of
from marketplace.panels import drawing
from marketplace.panels import services as panels
from marketplace.panels.models import Assignment, Panel
from marketplace.panels.queries import chair_of, panel_by_id
from marketplace.sample.demo_experts import SHAREHOLDER
from marketplace.sample.demo_scores import BIDDERS, CHANGED, FIELDS, LESS, NOTE, WAIVED, demo_judged
from marketplace.scoring import consensus, marks, queries, services
from marketplace.scoring.models import BidCode

SEATS, RESERVES = 3, 1


def load_scores(people: Mapping[str, User], units: Mapping[str, Organization]) -> None:
    """Load them."""
    judging = Judging(people, units)
    template = prepare_document(BytesIO("合同范本（演示）\n".encode()), "合同范本（演示）.txt")
    asked, scored, ranked = (bring(each, units[each.account], judging.actors, template) for each in demo_judged())
    for challenge in (asked, scored, ranked):
        judging.prepare(challenge)
    judging.convene(asked, clock.now() - timedelta(days=1), first="expert1")
    judging.score(scored, first="expert3")
    judging.rank(ranked, first="expert3")


class Judging(Bidding):
    """Draws, scores and ranks as the people of the demonstration would."""

    # Set while a panel is drawn that leaves out the account that sits on all others.
    spare = False
    # Set while all bids get the same marks.
    even = False

    def __init__(self, people: Mapping[str, User], units: Mapping[str, Organization]) -> None:
        super().__init__(people, units)
        self._experts = {each.user.email.partition("@")[0]: each for each in register.approved(FIELDS)}
        self._barred = self._experts[f"expert{SHAREHOLDER}"]
        # Who declared a tie to a bidder since these panels were drawn: he is not to be among them.
        self._late = self._experts["expert2"]

    def opened(self, challenge: Challenge) -> datetime:
        """When its bids were opened."""
        assert challenge.opening_at is not None
        return challenge.opening_at

    def prepare(self, challenge: Challenge) -> None:
        """Bids sealed, opened and found in order."""
        assert challenge.published_at is not None
        keys = self.openers(challenge, challenge.published_at + timedelta(days=1))
        at = challenge.published_at + timedelta(days=20)
        sealed = [self.seal(challenge, account, at) for account in BIDDERS]
        self.open(challenge, keys)
        with clock.standing_at(self.opened(challenge) + timedelta(days=1)):
            self.correct(sealed[0], "rights", BIDDERS[0])
            for bid in bids.known_bids(challenge):
                unsealing.decide(bid, "qualify", self.actors["province"], "", "", None)

    def convene(self, challenge: Challenge, at: datetime, first: str) -> Panel:
        """Draw a panel in which ``first`` is the first and one who is barred comes up second."""
        seed = self._seed(first)
        with clock.standing_at(at):
            return panels.convene(self.actors["province"], challenge, FIELDS, SEATS, RESERVES, seed=seed)

    def _seed(self, first: str) -> str:
        known = self.number_of("expert1")  # numbers name the year: whichever it is, this account judges
        ends = [self.number_of(first), self._barred.number, self._late.number]
        return self.seed_of(
            lambda order: [*order[:2], order[-1]] == ends and (known in order[: SEATS + 1]) != self.spare
        )

    def number_of(self, account: str) -> str:
        """What the register calls an account."""
        return self._experts[account].number

    def seed_of(self, suits: Callable[[list[str]], bool]) -> str:
        """The first seed that brings the experts into an order that suits."""
        numbers = [each.number for each in self._experts.values()]
        return next(seed for seed in (f"{each:032x}" for each in count()) if suits(drawing.order(seed, numbers)))

    def start(self, challenge: Challenge, first: str) -> list[Assignment]:
        """Everybody accepts, scoring begins; the experts in the order of the draw."""
        at = self.opened(challenge) + timedelta(days=2)
        panel = self.convene(challenge, at, first)
        with clock.standing_at(at + timedelta(days=1)):
            for one in panel.assignments:
                if one.state == "proposed":
                    panels.accept(one, actor_of(one.expert.user))
        with clock.standing_at(at + timedelta(days=2)):
            services.start_scoring(challenge, self.actors["province"])
        return [each for each in panel_by_id(panel.id).assignments if each.state == "accepted"]

    def score(self, challenge: Challenge, first: str) -> None:
        """The first expert has a draft, the others have locked theirs."""
        own, *others = self.start(challenge, first)
        at = self.opened(challenge) + timedelta(days=6)
        for place, one in enumerate(others, 1):
            self.lock(challenge, one, at + timedelta(hours=place), LESS[place])
        called = queries.codes_of(challenge)[0]
        with clock.standing_at(at):
            self.waive(panel_by_id(own.panel_id))
            sheet = services.sheet_for(called.bid, own)
            given = self.marks(challenge, LESS[0])
            services.save(sheet, dict(list(given.items())[:2]), actor_of(own.expert.user), None)

    def rank(self, challenge: Challenge, first: str) -> None:
        """All have locked, the chair has changed one mark and signed."""
        experts = self.start(challenge, first)
        at = self.opened(challenge) + timedelta(days=8)
        for place, one in enumerate(experts):
            self.lock(challenge, one, at + timedelta(hours=place), LESS[place])
        panel = panel_by_id(experts[0].panel_id)
        chair = chair_of(panel)
        assert chair is not None
        actor = actor_of(chair.expert.user)
        with clock.standing_at(at + timedelta(days=1)):
            code = queries.codes_of(challenge)[0].code
            if not self.even:
                consensus.change(challenge, code, "c2", "24", CHANGED, actor)
            consensus.sign(challenge, actor)

    def in_order(self, challenge: Challenge) -> Sequence[BidCode]:
        """The bids from the best on."""
        return queries.codes_of(challenge)

    def lock(self, challenge: Challenge, one: Assignment, at: datetime, less: Sequence[str]) -> None:
        """Fill in and lock one expert's sheet of every bid; each bid a little lower than the one before."""
        actor = actor_of(one.expert.user)
        for place, called in enumerate(self.in_order(challenge)):
            with clock.standing_at(at + timedelta(minutes=40 * place)):
                unsealing.note_reading(called.bid, actor)
                sheet = services.sheet_for(called.bid, one)
                services.save(sheet, self.marks(challenge, less, place), actor, None)
                services.lock_sheet(sheet, actor)

    def marks(self, challenge: Challenge, less: Sequence[str], place: int = 0) -> dict[str, dict[str, str]]:
        """Marks a little below the maximum, with reasons."""
        return {
            each.key: {"mark": f"{each.weight - Decimal(low) - (0 if self.even else place):f}", "note": NOTE}
            for each, low in zip(marks.criteria_of(challenge), less, strict=True)
        }

    def waive(self, panel: Panel) -> None:
        """A second official lets the barred expert judge."""
        barred = next(each for each in panel.assignments if each.state == "blocked")
        panels.waive(barred, self.actors["province2"], WAIVED)
