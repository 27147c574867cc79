"""What makes thousands of small tests quick: folders in memory, things compiled once, garbage left lying a while."""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
from collections.abc import Hashable
from pathlib import Path
from types import CodeType
from typing import Any, ClassVar

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import event
from sqlalchemy.engine import Dialect, Engine
from werkzeug.routing import Map, Rule, RuleFactory

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
    """Compiled templates of this process, by their source: a changed one is compiled anew."""

    def __init__(self) -> None:
        self._code: dict[tuple[str, str], CodeType | None] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give the compiled template, if there is one."""
        bucket.code = self._code.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a compiled template."""
        self._code[bucket.key, bucket.checksum] = bucket.code


def share_templates() -> None:
    """Every app that is made from now on compiles no template that another one has compiled."""
    Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": CompiledTemplates()}


class SharedMap(Map):
    """The addresses of an app: worked out when they are first asked for, and once for all apps that have the same."""

    _known: ClassVar[dict[Hashable, Map]] = {}

    def __init__(self, **options: Any) -> None:
        self._given: list[Rule] = []
        super().__init__(**options)

    def add(self, rulefactory: RuleFactory) -> None:
        """Note a rule; ``update`` works it out."""
        assert isinstance(rulefactory, Rule)
        self._given.append(rulefactory)
        self._remap = True

    def update(self) -> None:
        """Take over what an equal map has worked out, or work it out for all that follow."""
        if not self._remap:
            return
        with self._remap_lock:
            key = (self.host_matching, tuple(self.converters.items()), *map(asked, self._given))
            known = self._known.get(key)
            if known is None:
                known = self._known[key] = Map(host_matching=self.host_matching, converters=self.converters)
                for rule in self._given:
                    known.add(own(rule))
                known.update()
            self._matcher, self._rules_by_endpoint = known._matcher, known._rules_by_endpoint
            self._remap = False


def asked(rule: Rule) -> Hashable:
    """All that a rule was made of."""
    made_of = {**vars(own(rule)), "methods": frozenset(rule.methods or ())}
    return tuple((name, value if isinstance(value, Hashable) else repr(value)) for name, value in made_of.items())


def own(rule: Rule) -> Rule:
    """A copy that belongs to no map."""
    copied = rule.empty()
    copied.provide_automatic_options = rule.provide_automatic_options  # type: ignore[attr-defined]
    return copied


def share_addresses() -> None:
    """Every app that is made from now on works out no address that another one with the same has worked out."""
    Flask.url_map_class = SharedMap  # type: ignore[assignment]


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
share_addresses()
share_statements()
