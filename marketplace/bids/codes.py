"""Codes that a person keeps on paper and that stand nowhere on the site: each is the private half of a key.

160 random bits in Crockford's base 32, which has no I, L, O, U, and four signs that show a slip of the pen:
"7K2M-…" in nine groups of four. The site keeps the public half alone, so there is nothing to be tried out.
"""

from __future__ import annotations

import hashlib
import secrets

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
SIGNS, CHECKS, GROUP = 32, 4, 4
# What is misread, and what is put between the groups.
_MEANT = str.maketrans({"I": "1", "L": "1", "O": "0", " ": None, "-": None, "－": None, "—": None, "\n": None})


class Misread(ValueError):
    """Not a code: too long, too short, a foreign sign, or a slip that the last four signs show."""


def random_signs(count: int) -> str:
    """So many random signs of the alphabet."""
    return "".join(secrets.choice(ALPHABET) for _ in range(count))


def new_code() -> str:
    """A code of its own, in groups as a person reads it."""
    signs = random_signs(SIGNS)
    return grouped(signs + _check(signs))


def grouped(signs: str) -> str:
    """Signs in groups of four."""
    return "-".join(signs[start : start + GROUP] for start in range(0, len(signs), GROUP))


def key_of(code: str, purpose: str) -> X25519PrivateKey:
    """The private half that a code is, for one purpose.

    Raises:
        Misread: it is not a code.
    """
    seed = HKDF(algorithm=SHA256(), length=32, salt=None, info=f"jiyu/code/{purpose}".encode()).derive(_read(code))
    return X25519PrivateKey.from_private_bytes(seed)


def _read(code: str) -> bytes:
    signs = code.upper().translate(_MEANT)
    if len(signs) != SIGNS + CHECKS or not set(signs) <= set(ALPHABET) or _check(signs[:SIGNS]) != signs[SIGNS:]:
        raise Misread
    return signs[:SIGNS].encode()


def _check(signs: str) -> str:
    """20 bits of the SHA-256, as four signs."""
    number = int.from_bytes(hashlib.sha256(signs.encode()).digest()[:3], "big") >> 4
    return "".join(ALPHABET[number >> shift & 31] for shift in (15, 10, 5, 0))
