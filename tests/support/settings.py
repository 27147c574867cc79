"""The settings that tests run with."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from marketplace.config import Config

SECRET = "only-for-tests-" + "x" * 32


def settings(database_url: str, data_dir: Path, **changes: Any) -> Config:
    """Settings of a test site: cheap passwords, no embedded worker, mail printed; ``changes`` names other fields."""
    given = environment(database_url, data_dir)
    return replace(Config.from_environment(given), **{"testing": True, **changes})


def environment(database_url: str, data_dir: Path) -> dict[str, str]:
    """The same as environment variables, for a process."""
    return {
        "MARKETPLACE_DATABASE_URL": database_url,
        "MARKETPLACE_DATA_DIR": str(data_dir),
        "MARKETPLACE_SECRET_KEY": SECRET,
        "MARKETPLACE_MAIL_URL": "console:",
    }
