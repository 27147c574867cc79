"""A secret split so that some of its shares give it back and fewer give nothing (Shamir over GF(256)).

The field and the form of a share are those of draft-mcgrew-tss-03: polynomial 0x11B, a share is one byte of index
followed by one byte for each byte of the secret. No table is read at a place that depends on the secret.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from functools import reduce

MOST = 255


class TooFew(ValueError):
    """These shares do not give a secret back: too few, two of the same, or of different lengths."""


def split(secret: bytes, needed: int, count: int) -> list[bytes]:
    """``count`` shares of which any ``needed`` give the secret back."""
    if not 1 <= needed <= count <= MOST or not secret:
        raise ValueError("between 1 and 255 shares of a secret of at least one byte")
    polynomials = [bytes([byte]) + secrets.token_bytes(needed - 1) for byte in secret]
    return [bytes([x, *(_value_at(x, each) for each in polynomials)]) for x in range(1, count + 1)]


def join(shares: Sequence[bytes]) -> bytes:
    """The secret of at least as many shares as were needed; fewer of them give other bytes and no sign of it.

    Raises:
        TooFew: the shares cannot belong together.
    """
    indices = [share[0] for share in shares if share]
    if not shares or len(set(indices)) != len(shares) or 0 in indices or len({len(share) for share in shares}) != 1:
        raise TooFew
    weights = [_weight_at_zero(index, indices) for index in indices]
    return bytes(
        reduce(lambda sum_, pair: sum_ ^ _times(*pair), zip(column, weights, strict=True), 0)
        for column in zip(*(share[1:] for share in shares), strict=True)
    )


def _value_at(x: int, polynomial: bytes) -> int:
    """Horner's rule; the first coefficient is the value at 0."""
    return reduce(lambda value, coefficient: _times(value, x) ^ coefficient, reversed(polynomial), 0)


def _weight_at_zero(index: int, indices: Sequence[int]) -> int:
    """Lagrange's weight of one share for the value at 0."""
    return reduce(
        lambda weight, other: _times(weight, _times(other, _inverse(index ^ other))),
        (other for other in indices if other != index),
        1,
    )


def _times(a: int, b: int) -> int:
    """Product in GF(256): always the same eight steps."""
    product = 0
    for bit in range(8):
        product ^= -(b >> bit & 1) & a
        a = a << 1 ^ (-(a >> 7) & 0x11B)
    return product


def _inverse(a: int) -> int:
    """a to the power of 254, which is 1/a."""
    square, power = a, 1
    for _ in range(7):
        square = _times(square, square)
        power = _times(power, square)
    return power
