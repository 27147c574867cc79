"""Drafts at rest: encrypted with keys that lie beside the database, one for each, destroyed when a bid is sealed.

What is written of a draft into the database, its log, its free pages and its backups can then be read by nobody any
more. The folder of the keys must stay out of backups (docs/operations.md): a key that is kept opens what it opened.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import time
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import Flask, current_app

from marketplace.bids.envelope import Broken, padded_length
from marketplace.config import Config

KEY, NONCE = 32, 12
# A key younger than this may belong to a draft whose transaction is still open.
YOUNG_SECONDS = 3600
_NAME = re.compile(r"[0-9a-f]{32}")


class DraftKeys:
    """A folder with one file a key, readable by the site alone."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def make(self) -> str:
        """A new key; the name by which it is found."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = secrets.token_hex(16)
        handle = os.open(self._folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(KEY))
            file.flush()
            os.fsync(file.fileno())
        return name

    def encrypt(self, name: str, content: Mapping[str, Any]) -> bytes:
        """The draft as it is stored."""
        text = json.dumps(content, ensure_ascii=False).encode()
        nonce = secrets.token_bytes(NONCE)
        # JSON may end in spaces: the length of a draft does not show what it holds.
        padded = text.ljust(padded_length(len(text)))
        return nonce + AESGCM(self._key(name)).encrypt(nonce, padded, name.encode())

    def decrypt(self, name: str, stored: bytes) -> dict[str, Any]:
        """What ``encrypt`` was given.

        Raises:
            Broken: its key is gone, or it was changed.
        """
        try:
            text = AESGCM(self._key(name)).decrypt(stored[:NONCE], stored[NONCE:], name.encode())
        except InvalidTag as error:
            raise Broken from error
        return cast(dict[str, Any], json.loads(text))

    def destroy(self, name: str) -> None:
        """Overwrite and remove a key, as far as the disk lets one."""
        path = self._path(name)
        if path.exists():
            with path.open("r+b") as file:
                file.write(bytes(KEY))
                file.flush()
                os.fsync(file.fileno())
            path.unlink(missing_ok=True)

    def left(self, needed: Collection[str]) -> Iterator[str]:
        """Keys that no draft needs, as a process leaves them that was killed between commit and clean-up."""
        old = time.time() - YOUNG_SECONDS
        for path in self._folder.glob("*"):
            if _NAME.fullmatch(path.name) and path.name not in needed and path.stat().st_mtime < old:
                yield path.name

    def _key(self, name: str) -> bytes:
        try:
            return self._path(name).read_bytes()
        except FileNotFoundError as error:
            raise Broken from error

    def _path(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise ValueError(f"not the name of a key: {name!r}")
        return self._folder / name


def init_drafts(app: Flask) -> None:
    """Give the app the keys of its settings."""
    config: Config = app.extensions["config"]
    app.extensions["draft_keys"] = DraftKeys(config.draft_keys_dir)


def draft_keys() -> DraftKeys:
    """The keys of the running app."""
    return cast(DraftKeys, current_app.extensions["draft_keys"])
