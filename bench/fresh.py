"""Sites for the benchmarks: a fresh one in a folder, and the large one, which may be kept from one run to the next."""

from __future__ import annotations

import time

from marketplace.app import create_app
from marketplace.cli.scale import grow
from marketplace.config import Config
from marketplace.foundation.db import db, migrate
from marketplace.search.services import rebuild


def variables(folder: str, **more: str) -> dict[str, str]:
    """The environment of such a site; mails go nowhere. ``more``: further variables."""
    given = {"MARKETPLACE_DATA_DIR": folder, "MARKETPLACE_SECRET_KEY": "bench-" + "k3Vq9xZt" * 8}
    return {**given, "MARKETPLACE_MAIL_URL": "none:", **more}


def fresh_site(folder: str, **more: str) -> Config:
    """A migrated SQLite database in ``folder``."""
    config = Config.from_environment(variables(folder, **more))
    migrate(config)
    return config


def scale_site(folder: str, products: int, scenarios: int) -> Config:
    """The same with ``seed scale`` in it, searchable; what ``folder`` holds already is used as it is."""
    config = fresh_site(folder)
    if config.search_dir.exists():
        return config
    with create_app(config).app_context():
        start = time.process_time()
        grow(products, scenarios, max(20, products // 20), 1)
        loaded = time.process_time()
        rebuild()
        print(f"{products:,} products, {scenarios:,} needs: loaded in {loaded - start:.0f} s, indexed in "
              f"{time.process_time() - loaded:.0f} s of processor time", flush=True)  # fmt: skip
        db.engine.dispose()
    return config
