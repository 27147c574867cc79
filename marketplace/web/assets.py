"""Addresses of static files that change with their content, so that browsers may keep them for a year."""

from __future__ import annotations

import hashlib
from pathlib import Path

from flask import Flask, current_app, url_for


def asset(path: str) -> str:
    """The address of ``path`` below static/, with a hash of its content.

    Read once in the life of a process: a page asks for some sixty icons.

    Raises:
        FileNotFoundError: the file is not there; a page must not ask for it.
    """
    known: dict[str, str] = current_app.extensions["assets"]
    if path not in known:
        content = (Path(current_app.static_folder or "static") / path).read_bytes()
        known[path] = url_for("static", filename=path, v=hashlib.sha256(content).hexdigest()[:10])
    return known[path]


def init_assets(app: Flask) -> None:
    """Make ``asset`` known to every template and macro."""
    app.extensions["assets"] = {}
    app.jinja_env.globals["asset"] = asset
