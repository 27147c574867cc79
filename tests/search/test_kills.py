"""The worker is killed at random while rows are edited: afterwards the index is right and every alert was sent once.

``KILLS=100 EDITS=1000 pytest tests/search/test_kills.py`` is the full figure; by default a smaller one runs.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from marketplace.config import Config
from marketplace.foundation import dirty
from marketplace.foundation.db import db, transaction
from marketplace.foundation.outbox import OutboxMessage
from marketplace.organizations.models import Organization
from marketplace.saved_searches import services
from marketplace.saved_searches.services import look_for_news
from marketplace.search.services import catch_up, compare, ensure, rebuild
from tests.factories import accounts
from tests.support.settings import environment

KILLS = int(os.environ.get("KILLS", "4"))
EDITS = int(os.environ.get("EDITS", "40"))
ROOT = Path(__file__).parents[2]
WORK = """
import os
from marketplace.app import create_app
from marketplace.config import Config
from marketplace.saved_searches.services import look_for_news
from marketplace.search.services import catch_up
with create_app(Config.from_environment(os.environ)).app_context():
    print("working", flush=True)
    while True:
        catch_up()
        look_for_news()
"""
# The first firms come to fit the saved search one after the other, and change on.
FITTING = 20


def worker(config: Config) -> subprocess.Popen[str]:
    """A process that keeps the index and looks for news, like the worker's tasks, without its pauses."""
    environ = {**os.environ, **environment(config.database, config.data_dir)}
    started = subprocess.Popen([sys.executable, "-c", WORK], cwd=ROOT, env=environ, stdout=subprocess.PIPE, text=True)
    assert started.stdout is not None
    assert started.stdout.readline() == "working\n"
    return started


def edit(keys: list[int], number: int) -> None:
    key = keys[number % len(keys)]
    with transaction():
        firm = db.session.get_one(Organization, key)
        fits = number >= key and keys.index(key) < FITTING
        firm.name = f"{'雪狼' if fits else '雪豹'}第{key}号机器人有限公司{number}"
        dirty.note("organization", key)


def test_after_kills_at_random_nothing_is_lost_or_told_twice(
    app: Flask, config: Config, session: scoped_session[Session]
) -> None:
    keys = [accounts.organization(name=f"雪豹{number}号机器人有限公司").id for number in range(1, 31)]
    rebuild()
    person = accounts.person()
    with transaction():
        services.save_search("雪狼", "kind=organization&q=雪狼", "at_once", accounts.actor(person))
    chance, killed, done = random.Random(11), 0, 0
    while killed < KILLS or done < EDITS:
        process = worker(config)
        end = time.monotonic() + chance.random() * 0.4
        while time.monotonic() < end or (killed >= KILLS and done < EDITS):
            edit(keys, done)
            done += 1
        process.send_signal(signal.SIGKILL)
        process.communicate()
        killed += 1
    db.session.rollback()
    ensure()
    while catch_up() or dirty.pending(1):
        pass
    while look_for_news():
        pass
    assert compare().clean
    told = [item for message in db.session.query(OutboxMessage).filter_by(topic="saved_search.found")
            for _kind, item in message.payload["items"]]  # fmt: skip
    fitting = [firm.id for firm in db.session.query(Organization).filter(Organization.name.contains("雪狼"))]
    assert len(told) == len(set(told)), "an item was told twice"
    assert set(told) >= set(fitting), "an item was left out"
    assert fitting
