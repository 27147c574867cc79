"""Working days for tests that run in a year whose arrangement the library does not know yet."""

from __future__ import annotations

from marketplace.cli.seeding import know_working_days
from marketplace.foundation.db import transaction


def know() -> None:
    """Have the arrangement of last year, this year and the next in the table, where the library does not know it."""
    with transaction():
        know_working_days()
