"""Envelopes: bytes that only the holder of a private half reads, in a place and version that cannot be exchanged.

HPKE (RFC 9180) with X25519, HKDF-SHA256 and AES-256-GCM. ``place`` says what the envelope is for (challenge, bid,
version, …) and is bound into the key: an envelope that was put in another place does not open. Lengths are hidden by
Padmé (PURBs, Nikitin et al. 2019): at most 12 % more, and no more than a few bits are told.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

FORM = b"\x01"
_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
_LENGTH = struct.Struct(">Q")
LEAST = 4096
CHUNK = 64 * 1024
TAG = 16


class Broken(Exception):
    """An envelope that does not open: made for another key or place, changed, cut off, or of a form not known here."""


def place_of(*parts: str | int) -> bytes:
    """What an envelope is bound to. The parts are kept apart by a sign that none of them holds."""
    words = [str(part) for part in parts]
    if any("\x1f" in word for word in words):
        raise ValueError("a part of a place holds the separator")
    return "\x1f".join(("jiyu", *words)).encode()


def seal(data: bytes, public: bytes, place: bytes) -> bytes:
    """An envelope of ``data`` for the holder of the private half of ``public`` (32 bytes)."""
    padded = _LENGTH.pack(len(data)) + data
    padded += bytes(padded_length(len(padded)) - len(padded))
    return FORM + _SUITE.encrypt(padded, X25519PublicKey.from_public_bytes(public), place)


def unseal(envelope: bytes, private: X25519PrivateKey, place: bytes) -> bytes:
    """What ``seal`` was given.

    Raises:
        Broken: the envelope does not open.
    """
    if envelope[:1] != FORM:
        raise Broken
    try:
        padded = _SUITE.decrypt(envelope[1:], private, place)
    except (InvalidTag, ValueError) as error:
        raise Broken from error
    (length,) = _LENGTH.unpack_from(padded)
    return padded[_LENGTH.size : _LENGTH.size + length]


def padded_length(length: int) -> int:
    """The length that bytes of this length are brought to."""
    length = max(length, LEAST)
    exponent = length.bit_length() - 1
    low_bits = exponent - exponent.bit_length()
    mask = (1 << low_bits) - 1
    return length + mask & ~mask


# ---- files: sealed and read piece by piece, each with a key of its own ----


def seal_file(data: BinaryIO, size: int, key: bytes) -> Iterator[bytes]:
    """The pieces of a sealed file of ``size`` bytes (the STREAM construction of Hoang et al. 2015).

    ``key``: 32 bytes, never used for another file, so that the number of a piece is nonce enough.
    """
    cipher, whole, left = AESGCM(key), padded_length(size), size
    yield FORM
    for number, start in enumerate(range(0, whole, CHUNK)):
        length = min(CHUNK, whole - start)
        piece = data.read(min(length, left))
        left -= len(piece)
        yield cipher.encrypt(_nonce(number, start + length == whole), piece.ljust(length, b"\0"), FORM)


def unseal_file(sealed: BinaryIO, size: int, key: bytes) -> Iterator[bytes]:
    """The pieces of the file. Each is checked before it is given out; the last shows that nothing was cut off.

    Raises:
        Broken: changed, cut off, or sealed with another key.
    """
    cipher, whole = AESGCM(key), padded_length(size)
    if sealed.read(1) != FORM:
        raise Broken
    for number, start in enumerate(range(0, whole, CHUNK)):
        length = min(CHUNK, whole - start)
        try:
            piece = cipher.decrypt(_nonce(number, start + length == whole), sealed.read(length + TAG), FORM)
        except (InvalidTag, ValueError) as error:
            raise Broken from error
        if start < size:
            yield piece[: size - start]


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])
