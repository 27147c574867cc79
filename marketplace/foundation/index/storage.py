"""Whoosh's directory of files, reading it in such a way that damage has one name and leaves no file open."""

from __future__ import annotations

import io
import mmap
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from whoosh.filedb.compound import CompoundStorage
from whoosh.filedb.filestore import FileStorage
from whoosh.filedb.structfile import BufferFile
from whoosh.index import TOC

from marketplace.foundation.index.interface import IndexUnusable

INDEX_NAME = "MAIN"


class IndexStorage(FileStorage):  # type: ignore[misc]
    """The folder of one generation. Make one for each use: reading is not for several threads at once."""

    def __init__(self, folder: Path) -> None:
        super().__init__(str(folder))
        self.path = folder
        self._opened: list[Any] = []

    def open_file(self, name: str, **options: Any) -> Any:
        opened = super().open_file(name, **options)
        self._opened.append(opened)
        return opened

    @contextmanager
    def reading(self, what: str) -> Iterator[None]:
        """Turn whatever a damaged file leads to into IndexUnusable, and close the files that were opened by then."""
        try:
            yield
        except Exception as error:  # anything: struct, zlib, pickle, EOF, key, value, type, OS errors
            for opened in self._opened:
                if not opened.is_closed:
                    opened.close()
            if isinstance(error, IndexUnusable):
                raise
            raise IndexUnusable(f"{what}: {error!r}") from error
        finally:
            self._opened.clear()

    def newest(self) -> int:
        """The number of the newest commit, -1 when there is none."""
        number: int = TOC._latest_generation(self, INDEX_NAME)
        return number

    def contents(self) -> Any:
        """Whoosh's table of contents of the newest commit. Raises IndexUnusable."""
        with self.reading(str(self.path)):
            return TOC.read(self, INDEX_NAME)

    def segment_files(self, record: Any) -> MappedFiles:
        """The files of a segment."""
        return MappedFiles(self.open_file(self.segment_path(record).name))

    def segment_path(self, record: Any) -> Path:
        name: str = record.make_filename(record.COMPOUND_EXT)
        return self.path / name


class MappedFiles(CompoundStorage):  # type: ignore[misc]
    """The files in one compound file, each a part of its mapping: every process has the pages of the system's cache."""

    def open_file(self, name: str, *_args: Any, **_options: Any) -> Any:
        offset, length = self.range(name)
        return MappedFile(memoryview(self._source)[offset : offset + length], name)

    def let_go(self) -> None:
        """Keep no page that was read: those of a whole segment count as this process's until somebody else needs room.

        They stay in the system's cache, and whoever reads on gets them from there.
        """
        self._source.madvise(mmap.MADV_DONTNEED)


class MappedFile(BufferFile):  # type: ignore[misc]
    """Whoosh's own class copies the part into memory as soon as it is opened: the size of the index in each process."""

    def __init__(self, part: memoryview, name: str) -> None:
        super().__init__(b"", name)
        self._buf, self.file = part, Window(part)


class Window(io.RawIOBase):
    """A part of a mapping, read as a file."""

    def __init__(self, part: memoryview) -> None:
        self._part = part
        self._at = 0

    def readable(self) -> bool:
        return True

    def readinto(self, target: Any) -> int:
        found = self._part[self._at : self._at + len(target)]
        target[: len(found)] = found
        self._at += len(found)
        return len(found)

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        self._at = offset + {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: len(self._part)}[whence]
        return self._at
