"""Where the bytes lie: a store addressed by content, so that no name that a person chose ever becomes a path."""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, NamedTuple, Protocol, cast

from flask import Flask, current_app

from marketplace.config import Config

_SHA256 = re.compile(r"[0-9a-f]{64}")
DAY = 24 * 3600


class Blob(NamedTuple):
    """Stored bytes: their SHA-256 in hexadecimal, and when they were last put."""

    sha256: str
    put_at: datetime


class Store(Protocol):
    """What every place for files offers. A later object store implements these five and nothing else changes."""

    def put(self, data: bytes) -> str:
        """Store the bytes durably and return their SHA-256; putting them again makes them young again."""

    def open(self, sha256: str) -> BinaryIO:
        """Open for reading.

        Raises:
            FileNotFoundError: the store has no such bytes.
        """

    def has(self, sha256: str) -> bool:
        """Whether the bytes are there."""

    def discard(self, sha256: str, *, unless_put_since: datetime) -> bool:
        """Remove the bytes unless they were put (again) since that instant; True when they were removed."""

    def blobs(self) -> Iterator[Blob]:
        """Everything that is stored, in no order."""


class LocalStore:
    """A folder. A blob appears whole or not at all: written beside, synced, then renamed into place."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._incoming = root / "incoming"
        self._incoming.mkdir(parents=True, exist_ok=True)
        self._clear_incoming()

    def put(self, data: bytes) -> str:
        """Store the bytes durably and return their SHA-256; putting them again makes them young again."""
        sha256 = hashlib.sha256(data).hexdigest()
        path = self._path(sha256)
        with self._locked():
            if path.exists():
                os.utime(path)
                return sha256
        path.parent.mkdir(exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=self._incoming)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        _sync_folder(path.parent)
        return sha256

    def open(self, sha256: str) -> BinaryIO:
        """Open for reading.

        Raises:
            FileNotFoundError: the store has no such bytes.
        """
        return self._path(sha256).open("rb")

    def has(self, sha256: str) -> bool:
        """Whether the bytes are there."""
        return self._path(sha256).is_file()

    def discard(self, sha256: str, *, unless_put_since: datetime) -> bool:
        """Remove the bytes unless they were put (again) since that instant; True when they were removed."""
        path = self._path(sha256)
        with self._locked():
            if not path.is_file() or path.stat().st_mtime >= unless_put_since.timestamp():
                return False
            path.unlink()
        return True

    def blobs(self) -> Iterator[Blob]:
        """Everything that is stored, in no order."""
        for path in self._root.glob("[0-9a-f][0-9a-f]/*"):
            if _SHA256.fullmatch(path.name):
                yield Blob(path.name, datetime.fromtimestamp(path.stat().st_mtime, UTC))

    def _path(self, sha256: str) -> Path:
        if not _SHA256.fullmatch(sha256):
            raise ValueError(f"not a SHA-256 in hexadecimal: {sha256!r}")
        return self._root / sha256[:2] / sha256

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Keep a blob that is being put again apart from the sweep that would remove it, in any process."""
        with (self._root / "lock").open("w") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield

    def _clear_incoming(self) -> None:
        """A process killed while it was writing leaves its temporary file; it goes at a later start."""
        for path in self._incoming.iterdir():
            if path.stat().st_mtime < time.time() - DAY:
                path.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    """Make a rename survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def init_files(app: Flask, config: Config) -> None:
    """Give the app the store of its settings."""
    app.extensions["files"] = LocalStore(config.files_dir)


def store() -> Store:
    """The store of the running app."""
    return cast(Store, current_app.extensions["files"])
