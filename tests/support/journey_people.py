"""People of one journey, each at a window of his own in his own language, and the time that they live in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine

from marketplace.cli.demo import PASSWORD
from marketplace.foundation.db import transaction
from tests.support.browser import PHONE, Windows
from tests.support.database_time import move_database
from tests.support.journey import Person
from tests.support.sample_site import SampleSite
from tests.support.servers import LiveSite
from tests.support.site import Client, Clock

PHONE_SIZED = {"width": PHONE[0], "height": PHONE[1]}
# States of an assignment of who sits on a panel, or is asked to.
SEATED = ("proposed", "accepted", "scored")
ENGLISH = {
    "提交问题": "Send the question", "保存并继续": "Save and continue", "邀请参加": "Invite",
    "上传并加密": "Upload and encrypt", "封存申报": "Seal the bid", "已经抄下，不再显示": "I have it; hide it",
    "领取开启码": "Collect the code", "确认已抄下": "Confirm", "到场开启": "Come to the opening", "接受评审": "Accept",
    "打开申报并评分": "Open the bid and score", "提交并锁定": "Submit and lock", "接受立榜": "Accept the award",
    "确认合同已签署": "Confirm the signed contract", "提交里程碑": "Submit the milestone",
    "申请验收": "Apply for acceptance", "提交评审表": "Hand in the sheet", "提交异议": "Send the objection",
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
        """Press the button that has this name, in Chinese or as the window shows it."""
        super().press(ENGLISH.get(words, words) if self.english else words)

    def follow(self, words: str) -> None:
        """Follow the first link with these words."""
        with self.page.expect_navigation():
            self.main.get_by_role("link", name=words).first.click()


class People:
    """Demo accounts by their names, who sign in anew when days have passed, and the visitor, who never does."""

    def __init__(self, site: LiveSite, windows: Windows, time: Clock, views: Mapping[str, Mapping[str, Any]]) -> None:
        """``views``: how each looks at the site (``Windows.open``); Chinese on a desktop where nothing is said."""
        self.site, self._windows, self._time = site, windows, time
        self.views = dict(views)
        self._people: dict[str, Guest] = {}
        self._signed_in: set[str] = set()
        self._known: set[str] = set()

    def __getitem__(self, who: str) -> Guest:
        if who not in self._people:
            view = self.views.get(who, {})
            self._people[who] = guest = Guest(self._windows.open(**view))
            guest.english = view.get("language") == "en"
        if who != "visitor" and who not in self._signed_in:
            self._signed_in.add(who)
            again = who in self._known
            self._known.add(who)
            self._people[who].come(*self.account(who), again=again)
        return self._people[who]

    def account(self, who: str) -> tuple[str, str]:
        """With which address and password somebody signs in."""
        return f"{who}@demo.example", PASSWORD

    def other(self, who: str) -> Client:
        """A demo account without a window."""
        return SampleSite(self.site.app).person(who)

    def go(self, moment: datetime) -> None:
        """Time passes, for everybody and the database."""
        self._time.move_to(moment)
        move_database(self.site.app, moment)
        self._signed_in.clear()

    def by_the_clock(self, due: Callable[[], None]) -> None:
        """What the worker does every few seconds."""
        with self.site.app.app_context(), transaction():
            due()


@pytest.fixture
def time() -> Iterator[Clock]:
    """The present, which runs on for the site and its worker and can be moved."""
    with time_machine.travel(datetime.now(UTC), tick=True) as traveller:
        yield Clock(traveller)


def seated(subject: Any) -> list[tuple[int, str]]:
    """Whom the draw asked, in its order, in the context of the app: the key of the assignment and the account."""
    from marketplace.panels.queries import panel_of

    panel = panel_of(subject)
    assert panel is not None
    asked = sorted((one for one in panel.assignments if one.state in SEATED), key=lambda one: one.place)
    return [(one.id, one.expert.user.email.partition("@")[0]) for one in asked]


def accept_seat(client: Client, key: int) -> None:
    """An expert accepts without a window, by the form of the page."""
    page = f"/panel/assignments/{key}"
    version = re.search(r'name="version" value="(\d+)"', client.get(page).text)
    assert version
    assert client.submit(f"{page}/accept", {"promise": "y", "version": version[1]}).status_code == 302
