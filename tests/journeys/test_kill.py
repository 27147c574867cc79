"""kill -9 while people post, submit, approve and revise: what was confirmed is there, and nothing is half done."""

from __future__ import annotations

import os
import random
import re
import threading
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from html import unescape
from http.client import HTTPException
from http.cookiejar import CookieJar
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa
from flask import Flask

from marketplace.app import create_app
from marketplace.foundation import dirty, ledger
from marketplace.foundation.db import db
from marketplace.foundation.ledger import LedgerEntry
from marketplace.foundation.numbers import NumberSeries
from marketplace.foundation.outbox import OutboxMessage
from marketplace.listings.models import OPEN, Revision
from marketplace.products.models import Product
from marketplace.search.services import compare, engine
from tests.factories import accounts, products
from tests.support.servers import ServerProcess, wait_until
from tests.support.settings import settings
from tests.support.site import close

FIRST_CASES = products.content()["cases"]
KILLS = int(os.environ.get("KILLS", "3"))  # on each database
SOONEST, LATEST = 2, 24  # requests that are sent before the server is killed


class Stay(urllib.request.HTTPRedirectHandler):
    """A redirect is an answer: 302 is how the site confirms what was done."""

    def redirect_request(self, *_given: object) -> None:
        return None


class Browser:
    """A person's browser: pages, forms with their hidden fields, cookies that outlive the server."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._opener = urllib.request.build_opener(Stay, urllib.request.HTTPCookieProcessor(CookieJar()))

    def get(self, path: str) -> str:
        status, text, _location = self._send(path, None)
        assert status == 200, f"{path}: {status}\n{text[-2000:]}"
        return text

    def post(self, path: str, page: str, form: dict[str, str]) -> str:
        """Send a form as it stands on ``page`` (token and version from there); returns where the site leads.

        Raises:
            OSError, HTTPException: there was no answer; nobody knows whether it was done.
        """
        text = self.get(page)
        hidden = {
            name: unescape(value)
            for name, value in re.findall(r'name="(csrf_token|version)"[^>]* value="([^"]*)"', text)
        }
        status, answer, location = self._send(path, {**hidden, **form})
        assert status == 302, f"{path}: {status}\n{answer[-3000:]}"
        return location

    def _send(self, path: str, form: dict[str, str] | None) -> tuple[int, str, str]:
        data = urlencode(form).encode() if form is not None else None
        try:
            with self._opener.open(self._url + path, data, timeout=30) as answer:
                return answer.status, answer.read().decode(), ""
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode(), error.headers.get("Location", "")


@dataclass
class Diary:
    """What the site confirmed. ``asked``: requests begun; ``doubtful``: what was on its way when the server died."""

    created: set[str] = field(default_factory=set)
    steps: Counter[str] = field(default_factory=Counter)
    cases: str = ""
    tried_cases: str = ""
    asked: int = 0
    doubtful: str = ""


class Writer:
    """An owner and an official who bring one product through its life again and again, and begin others."""

    def __init__(self, url: str, number: str, emails: tuple[str, str]) -> None:
        self.diary = Diary()
        self._number = number
        self._owner, self._official = Browser(url), Browser(url)
        self._emails = emails
        self._counter = 0

    def sign_in(self) -> None:
        for browser, email in zip((self._owner, self._official), self._emails, strict=True):
            sign_in = {"email": email, "password": accounts.PASSWORD}
            ahead = browser.post("/account/sign-in", "/account/sign-in", sign_in)
            if ahead.startswith("/account/sign-in/code"):
                browser.post(ahead, ahead, {"code": accounts.recovery_code(email)})

    def write(self) -> None:
        """Go on until there is no answer any more."""
        acts = self._acts()
        with suppress(OSError, HTTPException):
            while True:
                next(acts)

    def _acts(self) -> Iterator[None]:
        diary, path = self.diary, f"/products/{self._number}"
        while True:
            for act in (self._create, self._submit, self._approve, self._revise, self._save):
                diary.doubtful = act.__name__.removeprefix("_")
                act(path)
                diary.doubtful = ""
                yield

    def _post(self, browser: Browser, path: str, page: str, form: dict[str, str]) -> str:
        self.diary.asked += 1
        return browser.post(path, page, form)

    def _state(self) -> str:
        """Where the product stands: what its owner's page offers."""
        page = self._owner.get(f"/products/{self._number}")
        if "/revise" in page:
            return "published"
        return "in_review" if 'value="recall"' in page else "draft"

    def _create(self, _path: str) -> None:
        self._counter += 1
        form = {"title": f"新登记 {self._counter}", "category": "quadruped", "go": "next"}
        page = f"/products/new?form={self._counter:022}"
        location = self._post(self._owner, page, page, form)
        self.diary.created.add(location.split("/")[2])

    def _submit(self, path: str) -> None:
        if self._state() == "draft":
            self._post(self._owner, f"{path}/check", f"{path}/check", {})
            self.diary.steps["submit"] += 1

    def _approve(self, _path: str) -> None:
        if self._state() == "in_review":
            desk = f"/review/products/{self._number}"
            self._post(self._official, desk, desk, {"decision": "approve", "note": "同意"})
            self.diary.steps["approve"] += 1

    def _revise(self, path: str) -> None:
        if self._state() == "published":
            self._post(self._owner, f"{path}/revise", path, {})
            self.diary.steps["revise"] += 1

    def _save(self, path: str) -> None:
        if self._state() == "draft":
            self._counter += 1
            self.diary.tried_cases = f"案例 {self._counter}"
            merits = f"{path}/edit/merits"
            self._post(self._owner, merits, merits, {"cases": self.diary.tried_cases, "go": "stay"})
            self.diary.cases = self.diary.tried_cases


@pytest.fixture
def observer(server_process: ServerProcess, database_url: str) -> Iterator[Flask]:
    """The same database and index, seen from beside the server."""
    app = create_app(settings(database_url, server_process.data_dir))
    yield app
    close(app)


def test_nothing_confirmed_is_lost_and_nothing_is_half_done(server_process: ServerProcess, observer: Flask) -> None:
    key, writer = prepared(observer, server_process.url)
    chance = random.Random(20260302)
    server_process.start()
    writer.sign_in()
    with ThreadPoolExecutor(1) as pool:
        for _ in range(KILLS):
            asked = writer.diary.asked + chance.randint(SOONEST, LATEST)
            writing = pool.submit(writer.write)
            wait_until(partial(reached, writer.diary, asked, writing), "the requests before the kill")
            # Anywhere in the request: before it is read, in the transaction, between commit and answer.
            threading.Event().wait(chance.uniform(0, 0.06))
            server_process.kill()
            writing.result(30)
            server_process.restart()
            with observer.app_context():
                check_confirmed(writer.diary, key)
                check_whole()
    with observer.app_context():
        wait_until(caught_up, "the index has everything")
        assert compare().clean
        assert engine().check_files() == []
    assert len(writer.diary.created) >= KILLS // 2
    assert {"submit", "approve", "revise"} <= set(writer.diary.steps)


def reached(diary: Diary, asked: int, writing: Future[None]) -> bool:
    return writing.done() or diary.asked >= asked


def prepared(app: Flask, url: str) -> tuple[int, Writer]:
    """A product ready to be submitted, and who brings it through its life."""
    with app.app_context():
        organization = accounts.organization()
        official = accounts.official(department="合肥市经济和信息化局").email
        owner = organization.members[0].user.email
        product = products.product("draft", organization)
        return product.id, Writer(url, product.number, (owner, official))


def caught_up() -> bool:
    db.session.rollback()
    return not dirty.pending(1)


def check_confirmed(diary: Diary, key: int) -> None:
    """Every confirmed change is there once, with its history; what was on its way is there once or not at all."""
    new = set(db.session.scalars(sa.select(Product.number).where(Product.id != key)))
    assert diary.created <= new
    assert len(new - diary.created) <= (diary.doubtful == "create")
    mine = (Revision.listing_type == "product") & (Revision.listing_id == key)
    revisions = db.session.scalars(sa.select(Revision).where(mine).order_by(Revision.id)).all()
    about = (LedgerEntry.subject_type == "revision") & LedgerEntry.subject_id.in_([each.id for each in revisions])
    done = Counter(db.session.scalars(sa.select(LedgerEntry.action).where(about)))
    for action in ("submit", "approve", "revise"):
        assert done[action] - diary.steps[action] in ((0, 1) if diary.doubtful == action else (0,)), action
        diary.steps[action] = done[action]
    cases = revisions[-1].content["cases"]
    if diary.cases or diary.doubtful == "save":
        assert cases == diary.cases or (diary.doubtful == "save" and cases in (diary.tried_cases, FIRST_CASES))
        diary.cases = cases
    diary.created = new


def check_whole() -> None:
    """No change without its history and its message, no history without its change."""
    assert ledger.verify().broken is None
    entries = db.session.scalars(sa.select(LedgerEntry).order_by(LedgerEntry.id)).all()
    last = {(each.subject_type, each.subject_id): each.after for each in entries if each.after}
    listings = db.session.scalars(sa.select(Product)).all()
    series = db.session.scalar(sa.select(NumberSeries.last).where(NumberSeries.letter == "P"))
    assert series == len(listings), "a number was given out for nothing"
    created = [each.subject_id for each in entries if (each.subject_type, each.action) == ("product", "create")]
    assert sorted(created) == sorted(each.id for each in listings)
    for listing in listings:
        assert listing.state == last.get(("product", listing.id), "draft")
        mine = db.session.query(Revision).filter_by(listing_type="product", listing_id=listing.id).all()
        assert [each.state for each in mine] == [last.get(("revision", each.id), "drafted") for each in mine]
        assert sum(each.state in OPEN for each in mine) + bool(listing.edition) >= 1
        approved = [each for each in mine if each.state == "approved"]
        assert [(each.number, each.content) for each in approved] == [(listing.edition, listing.content)][
            : len(approved)
        ]
        assert bool(approved) == bool(listing.edition)
    moves = {each.id for each in entries if each.before and each.after}
    told = set(db.session.scalars(sa.select(OutboxMessage.payload["entry"].as_integer())))
    assert moves <= told
