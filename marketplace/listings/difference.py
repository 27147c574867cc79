"""What changed inside a text, piece by piece, so that a reviewer does not read it twice."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from typing import Any, Literal

from marketplace.listings.kind import Difference

Piece = tuple[Literal["same", "del", "ins"], str]

# A word or number in one piece; each Chinese character by itself.
_TOKEN = re.compile(r"[A-Za-z0-9._%@/+-]+|\s+|.", re.DOTALL)
_SENTENCE = re.compile(r"[^。！？；\n]*[。！？；\n]?")
# Comparing token by token takes their product in time; longer texts are compared by sentence.
MOST_TOKENS = 1200
# Less in common than this, and the pieces would be confetti: the whole is struck out and written anew.
LEAST_COMMON = 0.35
# What stayed between two changes is taken as changed with them when it is so short.
SHORT = 2


def pieces(old: str, new: str) -> tuple[list[Piece], list[Piece]]:
    """The old text with what went marked "del", the new one with what came marked "ins"; joined they are the texts."""
    before, after = _tokens(old), _tokens(new)
    if len(before) > MOST_TOKENS or len(after) > MOST_TOKENS:
        before, after = _sentences(old), _sentences(new)
    if len(before) > MOST_TOKENS or len(after) > MOST_TOKENS:  # no sentences either: comparing would take seconds
        return _piece("del", old), _piece("ins", new)
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    if not old or not new or matcher.ratio() < LEAST_COMMON:
        return _piece("del", old), _piece("ins", new)
    left: list[Piece] = []
    right: list[Piece] = []
    opcodes = matcher.get_opcodes()
    for place, (what, a, b, c, d) in enumerate(opcodes):
        stays = what == "equal" and not _is_crumb("".join(before[a:b]), 0 < place < len(opcodes) - 1)
        left += _piece("same" if stays else "del", "".join(before[a:b]))
        right += _piece("same" if stays else "ins", "".join(after[c:d]))
    return _joined(left), _joined(right)


def _tokens(text: str) -> list[str]:
    return _TOKEN.findall(text)


def _sentences(text: str) -> list[str]:
    return [each for each in _SENTENCE.findall(text) if each]


def _is_crumb(text: str, between: bool) -> bool:
    return between and len(text) < SHORT


def _piece(kind: Literal["same", "del", "ins"], text: str) -> list[Piece]:
    return [(kind, text)] if text else []


def _joined(found: list[Piece]) -> list[Piece]:
    joined: list[Piece] = []
    for kind, text in found:
        if joined and joined[-1][0] == kind:
            joined[-1] = (kind, joined[-1][1] + text)
        else:
            joined.append((kind, text))
    return joined


def drawn(rows: Sequence[Difference]) -> list[dict[str, Any]]:
    """The rows as the macro ``diff`` draws them, with the pieces of what changed inside a text."""
    found = []
    for row in rows:
        old, new = (row.old, row.new) if row.same else pieces(row.old, row.new)
        found.append(
            {
                "field": row.label, "old": old, "new": new, "same": row.same,
                "old_evidence": row.old_evidence[0], "old_source": row.old_evidence[1],
                "new_evidence": row.new_evidence[0], "new_source": row.new_evidence[1],
            }
        )  # fmt: skip
    return found
