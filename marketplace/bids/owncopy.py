"""What envelopes of a bid are bound to, and the copy that the bidder opens with his own code."""

from __future__ import annotations

import json
from typing import Any

from marketplace.bids import codes, envelope, queries
from marketplace.bids.models import Bid

# What a code of a bidder opens.
OWN = "bidder"


def place(bid: Bid, version: int, whose: str) -> bytes:
    """What an envelope of this bid is bound to: challenge, organization, bid, version, and for whom it is."""
    return envelope.place_of(whose, bid.challenge.number, bid.organization.credit_code, bid.number, version)


def own_copy(bid: Bid, code: str) -> tuple[dict[str, Any], bytes]:
    """The sealed version in force, opened with the bidder's own code: what he wrote, and the bid file.

    Raises:
        codes.Misread, envelope.Broken: the code is none, or not that of this bid.
    """
    version = queries.version_of(bid)
    if version is None or version.own is None:
        raise envelope.Broken
    inner = envelope.unseal(version.own, codes.key_of(code, OWN), place(bid, version.number, OWN))
    return written_of(inner), file_of(inner)


def file_of(opened: bytes) -> bytes:
    """The bid file in an opened envelope, byte by byte as it was hashed."""
    file: str = json.loads(opened)["file"]
    return file.encode()


def written_of(opened: bytes) -> dict[str, Any]:
    """The fields and files of an opened envelope, each file with the place and key of its sealed bytes."""
    file = json.loads(file_of(opened))
    kept = {each["sha256"]: each for each in json.loads(opened)["files"]}
    return {**file["content"], "files": [{**each, **kept[each["sha256"]]} for each in file["files"]]}
