"""Several people at the same moment: threads that start together, each in an app context of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from typing import TypeVar

from flask import Flask

Answer = TypeVar("Answer")

PATIENCE = 60.0


def together(acts: Sequence[Callable[[], Answer]], app: Flask | None = None) -> list[Answer]:
    """Run all acts at once and return their answers in the order given; the first error is raised.

    Args:
        app: whose context each act gets; none for acts that bring their own (a client's request).
    """
    line = threading.Barrier(len(acts))

    def run(act: Callable[[], Answer]) -> Answer:
        with app.app_context() if app else nullcontext():
            line.wait(PATIENCE)
            return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        running = [pool.submit(run, act) for act in acts]
        return [each.result(PATIENCE) for each in running]
