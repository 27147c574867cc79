"""The people of one challenge, each at a window of his own, and the time that they live in."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from functools import cached_property
from typing import Any

from marketplace.cli.demo import PASSWORD
from marketplace.foundation.db import db, transaction
from tests.factories import accounts, calendar
from tests.support.browser import PHONE, Windows
from tests.support.journey import Person
from tests.support.sample_site import SampleSite
from tests.support.servers import LiveSite
from tests.support.site import Client, Clock

TITLE, CRITERIA = "变电站自主巡检联合攻关", ("可行性", "经济性")
SAID = "逐条对照榜单指标，依据充分，风险有对策。"
LEADS, RIVALS = "双臂轨道方案", "气垫滑移方案"
PHONE_SIZED = {"width": PHONE[0], "height": PHONE[1]}
# States of an assignment of who sits on the panel, or is asked to.
SEATED = ("proposed", "accepted", "scored")
# How each looks at the site; Chinese on a desktop where nothing is said.
VIEWS: dict[str, dict[str, Any]] = {
    "vendor": {"language": "en", **PHONE_SIZED}, "vendor2": {"language": "en"}, "soe2": {"javascript": False},
    "city": {"language": "en"}, "asker": {"language": "en"}, "visitor": {"language": "en"},
}  # fmt: skip
ENGLISH = {
    "提交问题": "Send the question", "保存并继续": "Save and continue", "邀请参加": "Ask",
    "上传并加密": "Upload and encrypt", "封存申报": "Seal the bid", "已经抄下，不再显示": "I have it; hide it",
    "领取开启码": "Collect the code", "确认已抄下": "Confirm", "到场开启": "Come to the opening", "接受评审": "Accept",
    "打开申报并评分": "Open the bid and score", "提交并锁定": "Submit and lock", "接受立榜": "Accept the award",
    "确认合同已签署": "Confirm the signed contract", "提交里程碑": "Submit the milestone",
    "申请验收": "Apply for acceptance",
}  # fmt: skip


class Guest(Person):
    """Somebody who finds the buttons by their names in the language of his window."""

    english = False

    def come(self, email: str, password: str, *, again: bool) -> None:
        """Sign in by the page; ``again``: by the same form, without looking at it."""
        if not again:
            return self.sign_in(email, password)
        token = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', self.text("/account/sign-in"))
        assert token
        sent = {"csrf_token": token[1], "email": email, "password": password}
        assert self.page.request.post("/account/sign-in", form=sent, max_redirects=0).status == 302
        return None

    def press(self, words: str) -> None:
        """Press the button that has this name in Chinese."""
        super().press(ENGLISH[words] if self.english else words)

    def follow(self, words: str) -> None:
        """Follow the first link with these words."""
        with self.page.expect_navigation():
            self.main.get_by_role("link", name=words).first.click()


class Fair:
    """The people of the challenge, who sign in anew when days have passed, and the time they live in."""

    def __init__(self, site: LiveSite, windows: Windows, time: Clock) -> None:
        self.site, self._windows, self._time = site, windows, time
        self._people: dict[str, Guest] = {}
        self._signed_in: set[str] = set()
        self._known: set[str] = set()
        self.codes: dict[str, str] = {}
        self.views = dict(VIEWS)
        self.number = self.lead = self.rival = self.lot = ""
        with site.app.app_context():
            calendar.know()
            self._asker = accounts.person(name="提问人")
            accounts.organization(owner=self._asker, name="只提问动力有限公司", name_en="Only Asking Power Ltd.")
            self._asks = self._asker.email

    def __getitem__(self, who: str) -> Guest:
        if who not in self._people:
            view = self.views.get(who, {})
            self._people[who] = guest = Guest(self._windows.open(**view))
            guest.english = view.get("language") == "en"
        if who != "visitor" and who not in self._signed_in:
            self._signed_in.add(who)
            demo = (f"{who}@demo.example", PASSWORD)
            again = who in self._known
            self._known.add(who)
            self._people[who].come(*((self._asks, accounts.PASSWORD) if who == "asker" else demo), again=again)
        return self._people[who]

    def other(self, who: str) -> Client:
        """A demo account without a window."""
        return SampleSite(self.site.app).person(who)

    def go(self, moment: datetime) -> None:
        """Time passes, for everybody."""
        self._time.move_to(moment)
        self._signed_in.clear()

    def by_the_clock(self, due: Callable[[], None]) -> None:
        """What the worker does every few seconds."""
        with self.site.app.app_context(), transaction():
            due()

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
