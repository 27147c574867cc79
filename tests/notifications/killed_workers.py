"""Starts workers to be killed: a process that has the app ready and forks one at each line that it reads.

``python -m tests.notifications.killed_workers``, set up by the environment of the site. A line "now" forks a worker,
"later" one whose clock is three minutes ahead, so that it relieves the killed ones. Answers with the worker's key.
"""

from __future__ import annotations

import os
import signal
import sys
from datetime import UTC, datetime, timedelta

import time_machine
from flask import Flask

from marketplace.app import create_app, start_worker
from marketplace.config import Config

LATER = timedelta(minutes=3)


def work(app: Flask, when: str) -> None:
    """Be a worker until killed."""
    if when == "later":
        time_machine.travel(datetime.now(UTC) + LATER, tick=True).start()
    start_worker(app)
    signal.pause()


def main() -> None:
    """Fork until the input ends."""
    app = create_app(Config.from_environment(os.environ))
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the killed are buried by the system
    for line in sys.stdin:
        child = os.fork()
        if not child:
            work(app, line.strip())
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
