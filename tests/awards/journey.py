"""The people of one challenge, each in a browser of his own, from its posting to the case file."""

from __future__ import annotations

import io
from typing import Any

import pytest

from marketplace.accounts.models import User
from marketplace.awards import carrying, queries, services
from marketplace.bids.models import Bid
from marketplace.challenges import services as challenges
from marketplace.challenges.models import Challenge
from marketplace.experts import services as register
from marketplace.experts.models import Expert
from marketplace.foundation.db import db, transaction
from marketplace.notices import services as notices
from marketplace.organizations.models import Organization
from marketplace.panels.models import Assignment
from marketplace.panels.queries import panel_of
from tests.awards.conftest import World
from tests.factories import accounts, awards, calendar, experts
from tests.factories.awards import member
from tests.support.mails import delivered
from tests.support.site import Client


class Journey:
    """Visitor, owner, three officials, asker, lead, partner, two further bidders, experts, auditor.

    Who asks bids as well, and its papers are not in order. Three experts are known to the site of the module.
    """

    def __init__(self, world: World, capsys: pytest.CaptureFixture[str]) -> None:
        self.world, self._capsys = world, capsys
        self.number = ""
        self.official, self.second, self.third_official = world.officials[:3]
        self.owner = member(world.owner)
        self.first, self.next, self.third = (member(each) for each in world.organizations[:3])
        self.partner, self.asker = (
            member(accounts.organization(name=name)) for name in ("联合参与机械有限公司", "只提问动力有限公司")
        )
        self.auditor = accounts.person(administrator="audit")
        self.codes: dict[int, str] = {}  # of the openers
        self.bids: dict[int, str] = {}
        self._windows: dict[int, Client] = {}
        self.visitor = world.app.test_client()
        calendar.know()
        awards.register(3, first=20)
        for expert in db.session.query(Expert).all():
            accounts.guard(expert.user)

    # ---- in the browser ----

    def get(self, user: User | None, path: str) -> Any:
        """A page as somebody sees it."""
        return (self.window(user) if user else self.visitor).get(path)

    def window(self, user: User) -> Client:
        """Somebody's own."""
        if user.id not in self._windows:
            self._windows[user.id] = self.world.client(user)
        return self._windows[user.id]

    def post(self, user: User, path: str, expected: int = 302, **data: Any) -> Any:
        """A form sent by somebody."""
        answer = self.window(user).submit(path, data)
        assert answer.status_code == expected, (path, answer.status_code, answer.text[-3000:])
        return answer

    # ---- what there is ----

    @property
    def challenge(self) -> Challenge:
        """As the database holds it."""
        return db.session.query(Challenge).filter_by(number=self.number).one()

    def bid(self, user: User) -> Bid:
        """That somebody has written."""
        return db.session.query(Bid).filter_by(number=self.bids[user.id]).one()

    def house(self, user: User) -> Organization:
        """The organization of a bidder."""
        return db.session.get_one(Organization, accounts.actor(user).memberships[0].organization_id)

    def award(self, state: str) -> Any:
        """The live award in a state."""
        return queries.live_of(self.challenge, state)[0]

    def seats(self, subject: Any, *states: str) -> list[Assignment]:
        """Of the panel that judges something, in the order of the draw."""
        panel = panel_of(subject)
        assert panel is not None
        return [each for each in panel.assignments if each.state in states]

    # ---- what happens beside the pages ----

    def declares_shares(self, expert: Expert, organization: Organization) -> None:
        """An expert declares that he holds some of it; the panels learn of it."""
        rows = [experts.row(organization.name, since="2020-01", percent="3")]
        with transaction():
            register.save(expert, {**expert.content, "holdings": rows, "no_holdings": False}, None)
            register.declare(expert, accounts.actor(db.session.get_one(User, expert.user_id)), None)
        self.told()

    def told(self) -> list[dict[str, str]]:
        """Everything that waits is handled; the mails."""
        return delivered(self.world.app, self._capsys)

    def days(self, days: float) -> None:
        """Time passes, and the clock of the site with it."""
        self.world.clock.forward(days=days)
        self._windows.clear()
        for due in (challenges.publish_due, challenges.close_due, notices.close_due, services.lapse_due,
                    carrying.miss_due):  # fmt: skip
            with transaction():
                due()


def a_file(name: str = "证据.txt", words: str = "") -> Any:
    """As a form sends it."""
    return [(io.BytesIO((words or f"{name} 的内容").encode()), name)]
