"""Addresses of static files that change with their content, so that browsers may keep them for a year."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from flask import Flask, current_app, url_for


def asset(path: str) -> str:
    """The address of ``path`` below static/, with a hash of its content.

    Raises:
        FileNotFoundError: the file is not there; a page must not ask for it.
    """
    file = Path(current_app.static_folder or "static") / path
    return url_for("static", filename=path, v=_digest(file, file.stat().st_mtime_ns))


@lru_cache(maxsize=256)
def _digest(file: Path, _changed: int) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()[:10]


def init_assets(app: Flask) -> None:
    """Make ``asset`` known to every template and macro."""
    app.jinja_env.globals["asset"] = asset
