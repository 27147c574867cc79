"""Organizations seal in the last five seconds while others read, against a real server, on both databases.

``BIDS_IN_THE_LAST_SECONDS=50`` asks for as many as quality.md R3: 50 bidders and 200 readers.
"""

from __future__ import annotations

import http.client
import os
import re
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
import sqlalchemy as sa
from flask import Flask

from marketplace.app import create_app
from marketplace.bids.models import Bid, SealedVersion
from marketplace.bids.receipt import genuine
from marketplace.core import clock
from marketplace.foundation.db import db, transaction
from tests.factories import accounts, bids, challenges
from tests.factories.awards import member
from tests.support.servers import ServerProcess
from tests.support.settings import settings
from tests.support.site import Client, close

BIDDERS = int(os.environ.get("BIDS_IN_THE_LAST_SECONDS", "4"))
READERS = 4 * BIDDERS
# Seconds before the deadline in which everybody seals, and after it: who comes a moment too late.
LAST, LATE = (5.0, 1.0) if BIDDERS > 4 else (3.0, 0.5)
PAUSE = 1.0  # of a reader between two looks
PATIENCE = 60.0


@dataclass
class Press:
    """A bidder at the button: his cookie, the form, and when he presses it before the deadline (in seconds)."""

    path: str
    cookie: str
    form: bytes
    before: float


@pytest.fixture
def site(server_process: ServerProcess, database_url: str) -> Iterator[Flask]:
    """The app in this process on the server's database, to prepare and to look."""
    app = create_app(settings(database_url, server_process.data_dir))
    app.test_client_class = Client
    yield app
    close(app)


def prepared(app: Flask) -> tuple[int, str, list[Press]]:
    """A challenge with a draft of every bidder, all of them signed in: its key and number, and the buttons."""
    with app.app_context():
        challenge = challenges.challenge()
        bids.openers(challenge)
        buttons = [button(app, bids.draft(challenge), place) for place in range(BIDDERS)]
        return challenge.id, challenge.number, buttons


def button(app: Flask, bid: Bid, place: int) -> Press:
    """The button that seals a bid, in the browser of who wrote it; the last of all comes too late."""
    client = app.test_client()
    assert isinstance(client, Client)
    accounts.sign_in(client, member(bid.organization))
    form = {"promise": "y", "version": str(bid.version), "csrf_token": client.token()}
    cookie = client.get_cookie("jiyu")
    assert cookie is not None
    before = LAST - (LAST + LATE) * place / (BIDDERS - 1)
    return Press(f"/bids/{bid.number}/check", f"jiyu={cookie.value}", urlencode(form).encode(), before)


def ask(server: ServerProcess, method: str, path: str, **given: Any) -> tuple[int, bytes]:
    """One request on a connection of its own."""
    with closing(http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=PATIENCE)) as line:
        line.request(method, path, **given)
        answer = line.getresponse()
        return answer.status, answer.read()


def press(server: ServerProcess, one: Press, deadline: float) -> tuple[int, str]:
    """Press the button at its time; what the site answers."""
    threading.Event().wait(max(deadline - one.before - time.time(), 0.0))
    head = {"Cookie": one.cookie, "Content-Type": "application/x-www-form-urlencoded"}
    status, page = ask(server, "POST", one.path, body=one.form, headers=head)
    return status, page.decode()


def read(server: ServerProcess, path: str, over: threading.Event) -> list[tuple[float, bytes]]:
    """Read a page again and again, as somebody does who waits: what was seen, and when it was there."""
    seen = []
    while not over.is_set():
        status, page = ask(server, "GET", path)
        assert status == 200
        seen.append((time.time(), page))
        over.wait(PAUSE)
    return seen


@pytest.mark.timeout(600)
def test_every_bid_confirmed_in_time_is_there_and_none_after_it(server_process: ServerProcess, site: Flask) -> None:
    key, number, buttons = prepared(site)
    server_process.start()
    paths, over = (f"/bids/record/{number}", f"/challenges/{number}"), threading.Event()
    for each in (*paths, buttons[0].path):  # a process that has just begun is no measure
        assert ask(server_process, "GET", each, headers={"Cookie": buttons[0].cookie})[0] == 200
    with site.app_context(), transaction():
        deadline = clock.now() + timedelta(seconds=LAST + 0.5)
        db.session.execute(
            sa.update(challenges.Challenge).where(challenges.Challenge.id == key).values(deadline=deadline)
        )
    with ThreadPoolExecutor(READERS) as readers, ThreadPoolExecutor(BIDDERS) as bidders:
        reading = [readers.submit(read, server_process, paths[place % 2], over) for place in range(READERS)]
        try:
            sealing = [bidders.submit(press, server_process, each, deadline.timestamp()) for each in buttons]
            answers = [each.result(PATIENCE) for each in sealing]
        finally:
            over.set()
        seen = [each.result(PATIENCE) for each in reading]
    statuses = [status for status, _page in answers]
    assert set(statuses) == {302, 403}, [
        re.sub(r"<[^>]+>|\s+", " ", page.partition("<main")[2])[:600] for _status, page in answers
    ][:1]
    records, pages = [[each for one in seen[place::2] for each in one] for place in (0, 1)]
    assert len({page for _at, page in records}) == 1, "readers see the same page to the byte"
    assert len({page for at, page in pages if at < deadline.timestamp()}) == 1, "no sealed bid changes the page"
    assert "揭榜已截止" in ask(server_process, "GET", paths[1])[1].decode()
    confirmed = [each.path.split("/")[2] for each, status in zip(buttons, statuses, strict=True) if status == 302]
    with site.app_context():
        kept = db.session.scalars(sa.select(SealedVersion).join(Bid).where(Bid.challenge_id == key)).all()
        assert sorted(each.bid.number for each in kept) == sorted(confirmed)
        assert all(each.sealed_at < deadline and genuine(each.receipt) for each in kept)
    print(f"{BIDDERS} bidders: {len(confirmed)} in time; {READERS} readers: {len(records) + len(pages)} pages")
