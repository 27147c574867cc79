"""The settings of a fresh site in a folder, as the benchmarks use them."""

from __future__ import annotations

from marketplace.config import Config
from marketplace.foundation.db import migrate


def fresh_site(folder: str, **more: str) -> Config:
    """A migrated SQLite database in ``folder``; mails go nowhere. ``more``: further variables of the environment."""
    given = {"MARKETPLACE_DATA_DIR": folder, "MARKETPLACE_SECRET_KEY": "bench-" + "k3Vq9xZt" * 8}
    config = Config.from_environment({**given, "MARKETPLACE_MAIL_URL": "none:", **more})
    migrate(config)
    return config
