"""Receipts: what a bidder is given for a sealed bid, signed by the site, so that anyone can check it later.

``docs/check_receipt.py`` checks one against the bid file with nothing but Python's standard library.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

BID_FORM = "jiyu-bid/1"
RECEIPT_FORM = "jiyu-receipt/1"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was sealed and when. ``sha256`` is of the bid file, ``envelope`` of what the site keeps of it.

    ``sealed_at`` is the instant by the database's clock; ``lead`` and ``partners`` are credit codes.
    """

    number: str
    challenge: str
    bid: str
    version: int
    lead: str
    sealed_at: datetime
    sha256: str
    envelope: str

    def content(self) -> dict[str, Any]:
        """As it stands in the receipt file."""
        return {**asdict(self), "form": RECEIPT_FORM, "sealed_at": self.sealed_at.isoformat(timespec="microseconds")}

    def signed(self, key: Ed25519PrivateKey) -> dict[str, Any]:
        """The receipt file: content, signature over its canonical form, and the public half that checks it."""
        signature = key.sign(canonical(self.content()))
        return {"receipt": self.content(), "signature": signature.hex(), "key": public_of(key)}


def canonical(content: Mapping[str, Any]) -> bytes:
    """JSON with sorted keys and no spaces, in UTF-8: one form for one content."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def bid_file(content: Mapping[str, Any]) -> bytes:
    """The bid file as it is hashed and as the bidder keeps it: canonical, but a line for each value, to be read."""
    text = json.dumps({**content, "form": BID_FORM}, ensure_ascii=False, sort_keys=True, indent=1)
    return f"{text}\n".encode()


def sha256(data: bytes) -> str:
    """In hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def site_key(secret: str) -> Ed25519PrivateKey:
    """The key that signs receipts, derived from a SECRET_KEY of the site."""
    seed = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"jiyu/bids.receipts").derive(secret.encode())
    return Ed25519PrivateKey.from_private_bytes(seed)


def public_of(key: Ed25519PrivateKey) -> str:
    """The public half in hexadecimal."""
    return key.public_key().public_bytes_raw().hex()


def genuine(signed: Mapping[str, Any]) -> bool:
    """Whether the signature is of this content and the named key."""
    try:
        public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(signed["key"]))
        public.verify(bytes.fromhex(signed["signature"]), canonical(signed["receipt"]))
    except (InvalidSignature, KeyError, ValueError, TypeError):
        return False
    return True
