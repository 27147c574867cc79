"""The worker: drains the outbox, keeps the index, and, when it leads, runs what is due by the clock."""

from __future__ import annotations

import fcntl
import logging
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import IO

import sqlalchemy as sa
from flask import Flask

from marketplace.foundation import outbox
from marketplace.foundation.db import after_commit, db

log = logging.getLogger(__name__)

# A wake-up comes at once inside one process; another process's change is seen after this pause at the latest.
PAUSE = 0.25
# One that is alive handles what is due within a second or two; this many seconds later it is not.
LATE = 60.0
# The line of work of whatever has none of its own.
COMMON = "common"
LEADER_KEY = 0x4A49_5955  # "JIYU": the advisory lock of the leading worker on PostgreSQL


@dataclass(frozen=True, slots=True)
class Task:
    """Work of the leading worker: called every ``every`` seconds; returns True when there is more to do at once.

    ``line``: what may take long, or must not wait, has a line of work of its own, under a name of its own.
    """

    name: str
    run: Callable[[], bool]
    every: float
    line: str = COMMON


@dataclass
class Schedule:
    """The tasks and the topics, filled when the app is composed."""

    subscriptions: outbox.Subscriptions = field(default_factory=outbox.Subscriptions)
    tasks: list[Task] = field(default_factory=list)

    def every(self, seconds: float, run: Callable[[], bool], name: str, line: str = COMMON) -> None:
        """Have the leading worker call ``run`` every ``seconds``."""
        self.tasks.append(Task(name, run, seconds, line))


class Leadership:
    """One leader among all workers: a file lock beside SQLite, an advisory lock on PostgreSQL. Dies with its holder."""

    def __init__(self, app: Flask, data_dir: Path) -> None:
        self._app = app
        self._path = data_dir / "leader.lock"
        self._file: IO[str] | None = None
        self._connection: sa.Connection | None = None
        self._one_asks = threading.Lock()

    def held(self) -> bool:
        """Whether this worker leads now; takes the lead when it is free. Any line of it may ask."""
        with self._one_asks:
            if db.engine.dialect.name == "sqlite":
                return self._file is not None or self._lock_file()
            return self._holds_advisory_lock()

    def _lock_file(self) -> bool:
        handle = self._path.open("w")
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            handle.close()
            return False
        self._file = handle
        return True

    def _holds_advisory_lock(self) -> bool:
        if self._connection is None:
            return self._take_advisory_lock()
        try:
            self._connection.scalar(sa.select(1))
        except sa.exc.DBAPIError:
            self.release()
            return False
        return True

    def _take_advisory_lock(self) -> bool:
        """The connection is kept only when it holds the lock: its existence is what says that this worker leads."""
        connection = db.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        try:
            if connection.scalar(sa.select(sa.func.pg_try_advisory_lock(LEADER_KEY))):
                self._connection = connection
        finally:
            if self._connection is None:
                connection.close()
        return self._connection is not None

    def release(self) -> None:
        """Give the lead back."""
        if self._file is not None:
            self._file.close()
            self._file = None
        if self._connection is not None:
            with suppress(sa.exc.DBAPIError):
                self._connection.invalidate()
            self._connection.close()
            self._connection = None


@dataclass
class _Line:
    """One line of work: a round that says whether there is more to do, and what wakes it."""

    round: Callable[[], bool]
    wake: threading.Event = field(default_factory=threading.Event)


class Worker:
    """Runs until stopped. The same loops serve embedded (threads) and alone (``marketplace worker``).

    Several lines of work: what talks to the world (a mail server that thinks for twenty seconds) has one of its own, so
    have the index, for which readers wait, and what takes seconds or minutes, so that all else goes on meanwhile.
    """

    def __init__(self, app: Flask, schedule: Schedule, data_dir: Path) -> None:
        self._app = app
        self._schedule = schedule
        self._lead = Leadership(app, data_dir)
        self._next: dict[str, float] = {}
        self._stop = threading.Event()
        own = {each.line for each in schedule.tasks} - {COMMON}
        self._lines = {
            COMMON: _Line(self.round), "messenger": _Line(self.outside_round),
            **{line: _Line(partial(self.tasks_round, line)) for line in sorted(own)},
        }  # fmt: skip
        self._threads: list[threading.Thread] = []
        for line in self._lines.values():
            after_commit(app, line.wake.set)

    def start(self) -> None:
        """Run in threads of this process."""
        # Whoever has waited for the database takes his turn after a millisecond, not five, from one who computes: the
        # index writes beside the nightly comparison, and pages are drawn beside both.
        sys.setswitchinterval(0.001)
        self._threads = [
            threading.Thread(target=self._run_line, args=(line,), name=name, daemon=True)
            for name, line in self._lines.items()
        ]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Finish what is under way and end."""
        self._stop.set()
        for line in self._lines.values():
            line.wake.set()
        for thread in self._threads:
            thread.join(timeout=30)
        with self._app.app_context():
            self._lead.release()

    def _run_line(self, line: _Line) -> None:
        """Work until stopped; an error is logged and the loop goes on, because the truth is in the database."""
        while not self._stop.is_set():
            line.wake.clear()
            try:
                with self._app.app_context():
                    busy = line.round()
            except Exception:
                log.exception("the worker met an error and goes on")
                busy = False
                self._stop.wait(1.0)
            if not busy:
                line.wake.wait(PAUSE)

    def outside_round(self) -> bool:
        """One message to the world; True when there was one."""
        try:
            return outbox.handle_next(self._schedule.subscriptions, "outside")
        finally:
            db.session.rollback()

    def round(self) -> bool:
        """Up to 50 messages inside the house, then the tasks that are due. True when there is more to do at once."""
        busy = False
        for _ in range(50):
            if not outbox.handle_next(self._schedule.subscriptions, "inside"):
                break
            busy = True
        return self.tasks_round(COMMON) or busy

    def tasks_round(self, line: str) -> bool:
        """The tasks of a line that are due. True when there is more to do at once."""
        try:
            return self._run_due(line)
        finally:
            db.session.rollback()

    def _run_due(self, line: str) -> bool:
        due = [
            each for each in self._schedule.tasks
            if each.line == line and time.monotonic() >= self._next.get(each.name, 0.0)
        ]  # fmt: skip
        busy = False
        if due and self._lead.held():
            for task in due:
                again = self._run(task)
                self._next[task.name] = time.monotonic() + (0.0 if again else task.every)
                busy = busy or again
        return busy

    def _run(self, task: Task) -> bool:
        """Run one task on rows as they are now; one that fails keeps no other from running."""
        db.session.rollback()
        db.session.expire_all()  # what a handler's committed transaction left behind; a rollback alone keeps it
        try:
            return task.run()
        except Exception:
            log.exception("the task %s failed and is tried again when its time comes", task.name)
            db.session.rollback()
            return False
