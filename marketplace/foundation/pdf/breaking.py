"""Where a line of Chinese, English or both may end. Pure: the width of a piece is asked of ``measure``.

After the usual rules for horizontal setting (GB/T 15834, clreq): a line begins with no closing mark and ends with no
opening one; Latin words and numbers stay whole as long as one fits a line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

CLOSING = "、。，．：；？！％）」』】》〉”’…—,.:;?!%)]}"
OPENING = "（「『【《〈“‘([{"
_WIDE = "\u2e80-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\U00020000-\U0003ffff“”‘’…—"
_PIECES = re.compile(rf"[{re.escape(OPENING)}]*(?:[{_WIDE}]|[^\s{_WIDE}]+|\s+)[{re.escape(CLOSING)}]*")


def lines(text: str, width: float, measure: Callable[[str], float]) -> list[str]:
    """``text`` in lines no wider than ``width``; its own line ends stay. Empty text has one line."""
    return [line for part in text.split("\n") for line in _filled(part.rstrip(), width, measure)]


def _filled(text: str, width: float, measure: Callable[[str], float]) -> Iterator[str]:
    line, used = "", 0.0
    for piece in _pieces(text, width, measure):
        wide = measure(piece)
        if line and used + measure(piece.rstrip()) > width:
            yield line.rstrip()
            line, used = "", 0.0
            if piece.isspace():
                continue
        line, used = line + piece, used + wide
    yield line.rstrip()


def _pieces(text: str, width: float, measure: Callable[[str], float]) -> Iterator[str]:
    """What stays together; a word wider than a line is cut, because it must end somewhere."""
    for piece in _PIECES.findall(text) or ([text] if text else []):
        start = 0
        for end in range(1, len(piece) + 1):
            if end - start > 1 and measure(piece[start:end]) > width:
                yield piece[start : end - 1]
                start = end - 1
        yield piece[start:]
