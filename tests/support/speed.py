"""What makes thousands of small tests quick: folders in memory, things compiled once, garbage left lying a while."""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import event
from sqlalchemy.engine import Dialect, Engine

MEMORY = Path("/dev/shm")
ENOUGH = 4 << 30  # bytes; what two processes, each with its databases, take at most, and as much again


def use_memory() -> None:
    """Put temporary folders into memory where there is plenty of it: a fresh database is many small files.

    Processes that this one starts follow, by their environment.
    """
    if "TMPDIR" not in os.environ and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free >= ENOUGH:
        os.environ["TMPDIR"] = str(MEMORY)
        tempfile.tempdir = None  # read anew from the environment


def pytest_collection_finish() -> None:
    """Look for garbage seldom: what a test leaves is small, and Python would walk over all that it holds every moment.

    What is there by now (modules, tables, mappings) stays to the end and is never walked over again.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 10, 10)


class CompiledTemplates(BytecodeCache):
    """Compiled templates of this process. Jinja compares the source itself, so that a changed one is compiled anew."""

    def __init__(self) -> None:
        self._code: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give the compiled template, if there is one."""
        if code := self._code.get(bucket.key):
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a compiled template."""
        self._code[bucket.key] = bucket.bytecode_to_string()


def share_templates() -> None:
    """Every app that is made from now on compiles no template that another one has compiled."""
    Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": CompiledTemplates()}


def share_statements() -> None:
    """Every database of a kind uses the same compiled statements: compiling takes longer than carrying out."""
    make = SQLAlchemy._make_engine
    kept: dict[str, tuple[Dialect, Any]] = {}

    def made(database: SQLAlchemy, key: str | None, options: dict[str, Any], app: Flask) -> Engine:
        engine = make(database, key, {**options, "query_cache_size": 10_000}, app)
        name = engine.dialect.name
        if name in kept:
            engine.dialect, engine._compiled_cache = kept[name]
        else:
            # Statements are kept by their dialect, which knows all that it needs once it has met a database.
            event.listen(engine, "connect", lambda *_: kept.setdefault(name, (engine.dialect, engine._compiled_cache)))
        return engine

    SQLAlchemy._make_engine = made  # type: ignore[method-assign, assignment]


use_memory()
share_templates()
share_statements()
