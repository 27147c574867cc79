"""The block format of Whoosh 2.7.4 posting lists, written and read whole; the stock reader reads the same bytes."""

from __future__ import annotations

import io
import pickle
import struct
import zlib
from array import array
from collections.abc import Iterator, Sequence
from itertools import accumulate, repeat
from typing import Any

from whoosh.codec.whoosh3 import WHOOSH3_HEADER_MAGIC as MAGIC
from whoosh.codec.whoosh3 import W3TermInfo

BLOCK = 4096
COMPRESS_ABOVE = 100  # bytes; zlib makes shorter blocks longer
SHORT = 16  # postings; below it a pickled tuple is smaller than a pickled array
_INT = struct.Struct("!i")


def write_postings(postfile: Any, ids: array[int], frequencies: array[int]) -> bytes:
    """Append one posting list and return the packed term information that points to it.

    Length bounds are written as 0: block skipping of the stock searcher stays correct, only less eager.
    """
    offset = postfile.tell()
    chunks = [MAGIC]
    for start in range(0, len(ids), BLOCK):
        last = start + BLOCK >= len(ids)
        chunks.append(_block(ids[start : start + BLOCK], frequencies[start : start + BLOCK], last))
    data = b"".join(chunks)
    postfile.write(data)
    info = W3TermInfo()
    info._weight = float(sum(frequencies))
    info._df = len(ids)
    info._minlength = info._maxlength = 0
    info._maxweight = float(max(frequencies))
    info._minid, info._maxid = ids[0], ids[-1]
    info.set_extent(offset, len(data))
    packed: bytes = info.to_bytes()
    return packed


def _block(ids: array[int], frequencies: array[int], last: bool) -> bytes:
    top = max(frequencies)
    deltas: Sequence[int] = array("I", [ids[0], *map(int.__sub__, ids[1:], ids[:-1])]) if len(ids) > 1 else ids
    weights: Any = None
    if top > 1:
        low = min(frequencies)
        weights = float(top) if low == top else array("f", frequencies)
    if len(ids) < SHORT:
        deltas = tuple(deltas)
        weights = tuple(weights) if isinstance(weights, array) else weights
    data = pickle.dumps((deltas, weights, None), 4)
    level = 3 if len(data) > COMPRESS_ABOVE else 0
    if level:
        data = zlib.compress(data, level)
    info = pickle.dumps((len(ids), ids[-1], float(top), level, 0, 0), 2)
    length = len(info) + len(data)
    return _INT.pack(-length if last else length) + info + data


class Frequencies(Sequence[int]):
    """How often a token is in each document of a list, kept as the blocks say it: many are never asked for."""

    __slots__ = ("_blocks", "_count")

    def __init__(self, blocks: Sequence[Any], count: int) -> None:
        self._blocks = blocks  # a float for a block of equals, an array or a tuple, or None for ones
        self._count = count

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, position: Any) -> Any:
        block = self._blocks[position // BLOCK]
        if block is None:
            return 1
        return int(block if isinstance(block, float) else block[position % BLOCK])

    def __iter__(self) -> Iterator[int]:
        left = self._count
        for block in self._blocks:
            size = min(left, BLOCK)
            left -= size
            if block is None or isinstance(block, float):
                yield from repeat(int(block or 1), size)
            else:
                yield from map(int, block)


def read_postings(data: bytes) -> tuple[array[int], Frequencies | None]:
    """Decode a whole posting list: document numbers, and frequencies or None when all are 1."""
    if data[:4] != MAGIC:
        raise ValueError("not a posting list")
    ids = array("I")
    blocks: list[Any] = []
    position, last = 4, False
    while not last:
        (length,) = _INT.unpack_from(data, position)
        last, length = length < 0, abs(length)
        stream = io.BytesIO(data[position + 4 : position + 4 + length])
        count, final, _, level, _, _ = pickle.load(stream)
        payload = stream.read()
        deltas, weights, _ = pickle.loads(zlib.decompress(payload) if level else payload)
        ids.extend(accumulate(deltas))
        if len(deltas) != count or ids[-1] != final:
            raise ValueError("posting list does not match its own header")
        blocks.append(weights)
        position += 4 + length
    return ids, None if all(each is None for each in blocks) else Frequencies(blocks, len(ids))
