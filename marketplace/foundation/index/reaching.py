"""Which documents weigh enough together: sums of weights over sets of bits, counted for all documents at once.

The weights are rounded down to whole units and added as binary numbers that lie across the documents: plane i is the
set of those whose sum has bit i. A document's true sum is at most one unit a set above the counted one, so that only
the few between are added up one by one.
"""

from __future__ import annotations

from collections.abc import Sequence

from marketplace.foundation.index.snapshot import numbers_of

UNITS = 1 << 16  # of which the sum that is needed has so many


def reaching(sets: Sequence[tuple[float, int]], need: float, size: int) -> int:
    """The documents, as a set, whose weights add up to ``need`` at least.

    Args:
        sets: a weight, and the documents that have it. need: more than 0. size: one more than the greatest number.
    """
    planes: list[int] = []
    for weight, bits in sets:
        _add(planes, int(weight / need * UNITS), bits)
    sure = _at_least(planes, UNITS)
    close = _at_least(planes, UNITS - len(sets)) & ~sure
    for number in numbers_of(close, size):
        if sum(weight for weight, bits in sets if bits >> number & 1) >= need:
            sure |= 1 << number
    return sure


def _add(planes: list[int], amount: int, bits: int) -> None:
    """Add an amount to the sums of some documents."""
    for place in range(amount.bit_length()):
        if not amount >> place & 1:
            continue
        carry, at = bits, place
        while carry:
            while at >= len(planes):
                planes.append(0)
            planes[at], carry = planes[at] ^ carry, planes[at] & carry
            at += 1


def _at_least(planes: Sequence[int], least: int) -> int:
    """The documents whose sum is ``least`` or more."""
    if least <= 0:
        raise ValueError("every document would do")
    more, equal = 0, -1  # by the planes looked at so far
    for place in range(max(len(planes), least.bit_length()) - 1, -1, -1):
        plane = planes[place] if place < len(planes) else 0
        if least >> place & 1:
            equal &= plane
        else:
            more |= equal & plane
            equal &= ~plane
    return more | equal
