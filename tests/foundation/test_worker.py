"""The worker: goes on after errors, wakes up after a change, and one of many leads."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from marketplace.foundation import worker as module
from marketplace.foundation.db import db, transaction
from marketplace.foundation.outbox import emit
from marketplace.foundation.worker import Leadership, Schedule, Task, Worker
from tests.foundation.door import Door
from tests.support.servers import wait_until
from tests.support.settings import environment


@pytest.fixture
def folder(app: Flask, tmp_path: Path) -> Path:
    """The data folder of the app."""
    return tmp_path / "data"


@pytest.fixture
def start(app: Flask, folder: Path) -> Iterator[Callable[[Schedule], Worker]]:
    """Starts workers in threads and stops them in the end."""
    started: list[Worker] = []

    def begin(schedule: Schedule) -> Worker:
        made = Worker(app, schedule, folder)
        started.append(made)
        made.start()
        return made

    yield begin
    for each in started:
        each.stop()


def one_round(app: Flask, schedule: Schedule, folder: Path, rounds: int = 1) -> list[bool]:
    made = Worker(app, schedule, folder)
    with app.app_context():
        busy = [made.round() for _ in range(rounds)]
        made._lead.release()
    return busy


# ---- one worker -----------------------------------------------------------------------------------------------------


def test_a_change_wakes_the_worker(
    app: Flask, start: Callable[[Schedule], Worker], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PAUSE", 60.0)
    heard = threading.Event()
    schedule = Schedule()
    schedule.subscriptions.add("door.open", lambda _message: heard.set())
    rounds: list[int] = []
    schedule.every(0, lambda: bool(rounds.append(1)), "count")
    start(schedule)
    wait_until(lambda: bool(rounds), "the first round")
    with app.app_context(), transaction():
        emit("door.open", Door(id=1))
    assert heard.wait(10), "long before the pause is over"


def test_it_goes_on_after_an_error(
    app: Flask, start: Callable[[Schedule], Worker], monkeypatch: pytest.MonkeyPatch
) -> None:
    schedule, rounds = Schedule(), []

    def fail_once(_subscriptions: object, _line: object) -> bool:
        rounds.append(1)
        if len(rounds) == 1:
            raise sa.exc.OperationalError("SELECT", {}, Exception("the database is away"))
        return False

    monkeypatch.setattr(module.outbox, "handle_next", fail_once)
    start(schedule)
    wait_until(lambda: len(rounds) > 1, "another round after the failed one")
    assert len(rounds) > 1


def test_a_failing_task_stops_no_other(app: Flask, folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    schedule, ran = Schedule(), []

    def fail() -> bool:
        ran.append("fail")
        db.session.execute(sa.text("SELECT * FROM no_such_table"))
        return False

    schedule.every(3600, fail, "failing")
    schedule.every(3600, lambda: bool(ran.append(str(db.session.scalar(sa.text("SELECT 1"))))), "other")
    assert one_round(app, schedule, folder, rounds=2) == [False, False]
    assert ran == ["fail", "1"], "each once, the failed one again when its time comes"
    assert "failing" in caplog.text


def test_a_task_runs_at_its_interval_or_at_once_when_there_is_more(
    app: Flask, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, ran, more = [100.0], [], [True, True, False, False]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    schedule = Schedule()
    schedule.every(10, lambda: ran.append(now[0]) or more[len(ran) - 1], "task")  # type: ignore[func-returns-value]
    made = Worker(app, schedule, folder)
    with app.app_context():
        assert [made.round() for _ in range(4)] == [True, True, False, False]
        now[0] = 109.9
        made.round()
        assert len(ran) == 3
        now[0] = 110.0
        made.round()
        made._lead.release()
    assert ran == [100.0, 100.0, 100.0, 110.0]


def test_a_task_with_a_line_of_its_own_keeps_nothing_waiting(app: Flask, start: Callable[[Schedule], Worker]) -> None:
    schedule, under_way, over, ran = Schedule(), threading.Event(), threading.Event(), []

    def compare() -> bool:
        under_way.set()
        return not over.wait(30)

    schedule.tasks.append(Task("comparison", compare, 3600, line="comparison"))
    schedule.every(0, lambda: bool(ran.append(under_way.is_set())), "index")
    start(schedule)
    try:
        wait_until(lambda: any(ran), "another task runs while the long one does")
    finally:
        over.set()


def test_many_messages_do_not_keep_the_tasks_waiting(app: Flask, folder: Path) -> None:
    schedule, order = Schedule(), []
    schedule.subscriptions.add("door.open", lambda message: order.append(message.payload["n"]))
    schedule.every(3600, lambda: bool(order.append("task")), "task")
    with app.app_context(), transaction():
        for number in range(60):
            emit("door.open", Door(id=number), {"n": number})
    assert one_round(app, schedule, folder, rounds=2) == [True, True]
    assert order == [*range(50), "task", *range(50, 60)]


def test_a_task_reads_what_others_wrote_meanwhile(app: Flask, folder: Path, doors: list[int]) -> None:
    """Not what a handler of the same round read before: the indexer would write a stale entry."""
    schedule, seen = Schedule(), []

    def reads(_message: object) -> None:
        kept.append(db.session.get_one(Door, doors[0]))

    def elsewhere() -> None:
        with app.app_context(), transaction():
            db.session.get_one(Door, doors[0]).count = 5

    def task() -> bool:
        writer = threading.Thread(target=elsewhere)
        if not seen:
            writer.start()
            writer.join()
        seen.append(db.session.get_one(Door, doors[0]).count)
        return False

    kept: list[Door] = []
    schedule.subscriptions.add("door.open", reads)
    schedule.every(0, task, "reader")
    with app.app_context(), transaction():
        for _ in range(50):
            emit("door.open", Door(id=doors[0]))
    one_round(app, schedule, folder)
    assert len(kept) == 50
    assert seen == [5]


# ---- many workers ---------------------------------------------------------------------------------------------------


def test_one_leads_and_another_follows_when_it_ends(app: Flask, folder: Path) -> None:
    first, second = Leadership(app, folder), Leadership(app, folder)
    with app.app_context():
        assert [first.held(), second.held(), first.held(), second.held()] == [True, False, True, False]
        first.release()
        wait_until(second.held, "the lead is free")
        assert not first.held()
        second.release()
        second.release()
        wait_until(first.held, "the lead is free again")
        first.release()


def test_only_the_leader_runs_tasks(app: Flask, start: Callable[[Schedule], Worker]) -> None:
    ran: list[str] = []
    by_thread = [Schedule(), Schedule()]
    for number, schedule in enumerate(by_thread):
        schedule.every(0, lambda number=number: bool(ran.append(str(number))), "task")  # type: ignore[misc]
    first = start(by_thread[0])
    wait_until(lambda: bool(ran), "the first worker leads")
    start(by_thread[1])
    before = len(ran)
    wait_until(lambda: len(ran) >= before + 3, "some more rounds")
    assert set(ran) == {"0"}
    first.stop()
    ran.clear()
    wait_until(lambda: "1" in ran, "the second takes over")
    assert set(ran) == {"1"}


HOLDER = """
import os, signal, sys
from pathlib import Path
from marketplace.app import create_app
from marketplace.config import Config
from marketplace.foundation.worker import Leadership
app = create_app(Config.from_environment(os.environ))
with app.app_context():
    lead = Leadership(app, Path(os.environ["MARKETPLACE_DATA_DIR"]))
    print(lead.held(), flush=True)
    signal.pause()
"""


def test_the_lead_passes_on_when_the_holder_is_killed(app: Flask, folder: Path, database_url: str) -> None:
    own = {name: value for name, value in os.environ.items() if not name.startswith("MARKETPLACE_")}
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER], env={**own, **environment(database_url, folder)}, stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )  # fmt: skip
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"True\n"
        other = Leadership(app, folder)
        with app.app_context():
            assert not other.held()
            os.kill(holder.pid, signal.SIGKILL)
            wait_until(other.held, "the lead is free")
            assert other.held()
            other.release()
    finally:
        holder.kill()
        holder.wait(30)
        if holder.stdout:
            holder.stdout.close()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # SQLite's lock is a file, not a connection
def test_who_lost_his_connection_no_longer_leads(app: Flask, folder: Path) -> None:
    first, second = Leadership(app, folder), Leadership(app, folder)
    with app.app_context():
        assert first.held()
        with transaction():
            db.session.execute(
                sa.text("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted")
            )
        wait_until(second.held, "the lead is free")
        assert not first.held()
        assert not first.held(), "not by a new connection either"
        second.release()
        wait_until(first.held, "the lead is free again")
        first.release()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_who_could_not_ask_does_not_believe_he_leads(app: Flask, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = Leadership(app, folder), Leadership(app, folder)
    with app.app_context():
        assert first.held()
        with monkeypatch.context() as patch:
            patch.setattr(module, "LEADER_KEY", "no number")
            with pytest.raises(sa.exc.DBAPIError):
                second.held()
        assert not second.held()
        first.release()
        second.release()
