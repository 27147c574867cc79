"""What makes thousands of small tests quick: folders in memory, and templates that are compiled once."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

MEMORY = Path("/dev/shm")
ENOUGH = 4 << 30  # bytes; what two processes, each with its databases, take at most, and as much again


def use_memory() -> None:
    """Put temporary folders into memory where there is plenty of it: a fresh database is many small files.

    Processes that this one starts follow, by their environment.
    """
    if "TMPDIR" not in os.environ and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free >= ENOUGH:
        os.environ["TMPDIR"] = str(MEMORY)
        tempfile.tempdir = None  # read anew from the environment


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


use_memory()
share_templates()
