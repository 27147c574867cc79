"""The people of one challenge, and what it is called."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from marketplace.foundation.db import db
from tests.factories import accounts, calendar
from tests.support.browser import Windows
from tests.support.journey_people import PHONE_SIZED, People
from tests.support.servers import LiveSite
from tests.support.site import Clock

TITLE, CRITERIA = "变电站自主巡检联合攻关", ("可行性", "经济性")
SAID = "逐条对照榜单指标，依据充分，风险有对策。"
LEADS, RIVALS = "双臂轨道方案", "气垫滑移方案"
# How each looks at the site; Chinese on a desktop where nothing is said.
VIEWS: dict[str, dict[str, Any]] = {
    "vendor": {"language": "en", **PHONE_SIZED}, "vendor2": {"language": "en"}, "soe2": {"javascript": False},
    "city": {"language": "en"}, "asker": {"language": "en"}, "visitor": {"language": "en"},
}  # fmt: skip


class Fair(People):
    """The people of the challenge, and what they call it."""

    def __init__(self, site: LiveSite, windows: Windows, time: Clock) -> None:
        super().__init__(site, windows, time, VIEWS)
        self.codes: dict[str, str] = {}
        self.number = self.lead = self.rival = self.lot = ""
        with site.app.app_context():
            calendar.know()
            self._asker = accounts.person(name="提问人")
            accounts.organization(owner=self._asker, name="只提问动力有限公司", name_en="Only Asking Power Ltd.")
            self._asks = self._asker.email

    def account(self, who: str) -> tuple[str, str]:
        """The asker is not among the demo accounts."""
        return (self._asks, accounts.PASSWORD) if who == "asker" else super().account(who)

    @property
    def page(self) -> str:
        return f"/challenges/{self.number}"

    def challenge(self) -> Any:
        """As the database holds it, in the context of the app."""
        from marketplace.challenges.models import Challenge

        return db.session.query(Challenge).filter_by(number=self.number).one()

    def organization(self, who: str) -> Any:
        """That an account belongs to, in the context of the app."""
        from marketplace.organizations.models import Organization

        return db.session.query(Organization).filter_by(number=self.names[who][0]).one()

    @cached_property
    def names(self) -> dict[str, tuple[str, str, str]]:
        """Account → the number of its organization, its name in Chinese and in English."""
        from marketplace.accounts.models import User
        from marketplace.organizations.models import Member, Organization

        with self.site.app.app_context():
            found = db.session.query(User.email, Organization).join(Member, Member.user_id == User.id)
            rows = found.join(Organization, Organization.id == Member.organization_id).all()
            return {email.partition("@")[0]: (each.number, each.name, each.name_en) for email, each in rows}
