"""The directories of an index: numbered generations, each with a manifest, and one pointer to the current one."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from marketplace.foundation.index.interface import IndexBusy, IndexUnusable
from marketplace.foundation.index.writer import synchronise

CURRENT = "CURRENT"
MANIFEST = "MANIFEST.json"
LOCK = "WRITE.lock"
LAYOUT = 2
KEEP_RETIRED = 600  # seconds that an old generation stays for readers still on it
_FOLDER = re.compile("gen-([0-9]+)")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation was built with, and the SHA-256 of each segment file by name. ``built_at`` in epoch seconds.

    ``words``: the whole dictionary. Questions to this generation, and what is added to it, are cut with the same words.
    """

    layout: int
    analyzer: str
    words: list[str]
    whoosh: str
    documents: int
    built_at: int
    files: dict[str, str]

    def write(self, folder: Path) -> None:
        replace_file(folder / MANIFEST, json.dumps(asdict(self), indent=1, sort_keys=True))

    def with_files(self, paths: list[Path], live: set[str]) -> Manifest:
        """The manifest of the next commit: new files hashed, files that no segment uses any more dropped."""
        kept = {name: digest for name, digest in self.files.items() if name in live}
        return replace(self, files=kept | {path.name: file_hash(path) for path in paths})


class Generations:
    """Generations under one root directory, which only the application may write: commits are pickles."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def current(self) -> int:
        """The number of the generation to read. Raises IndexUnusable when there is none."""
        try:
            return int((self.root / CURRENT).read_text(encoding="ascii"))
        except (OSError, ValueError) as error:
            raise IndexUnusable(f"{self.root / CURRENT}: {error}") from error

    def folder(self, number: int) -> Path:
        return self.root / f"gen-{number}"

    def manifest(self, number: int) -> Manifest:
        try:
            fields: dict[str, Any] = json.loads((self.folder(number) / MANIFEST).read_text(encoding="utf-8"))
            manifest = Manifest(**fields)
        except (OSError, ValueError, TypeError) as error:
            raise IndexUnusable(f"{self.folder(number) / MANIFEST}: {error}") from error
        if manifest.layout != LAYOUT:
            raise IndexUnusable(f"{self.folder(number)}: layout {manifest.layout} instead of {LAYOUT}")
        return manifest

    def create(self) -> int:
        """Create the folder of a new generation and return its number."""
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        number = max(self._numbers(), default=0) + 1
        self.folder(number).mkdir()
        return number

    def publish(self, number: int) -> None:
        synchronise(self.folder(number))
        replace_file(self.root / CURRENT, str(number))

    def remove_retired(self) -> None:
        """Delete generations that nothing points to any more, ten minutes after the swap. Needs the lock."""
        pointer = self.root / CURRENT
        if not pointer.exists() or time.time() - pointer.stat().st_mtime < KEEP_RETIRED:
            return
        current = self.current()
        for number in self._numbers():
            if number != current:
                shutil.rmtree(self.folder(number))

    def _numbers(self) -> list[int]:
        found = (_FOLDER.fullmatch(path.name) for path in self.root.iterdir())
        return [int(match.group(1)) for match in found if match]

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Be the only writer, across threads and processes; the lock dies with its process. Raises IndexBusy."""
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self.root / LOCK, os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC, 0o600)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise IndexBusy(f"another writer holds {self.root / LOCK}") from error
            yield
        finally:
            os.close(descriptor)


def file_hash(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def replace_file(path: Path, content: str) -> None:
    """Write a small file so that after a crash either the old or the new content is there, never a part."""
    temporary = path.with_name(f"{path.name}.new")
    with temporary.open("w", encoding="utf-8") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(temporary, path)
    synchronise(path.parent)
