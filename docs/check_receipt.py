#!/usr/bin/env python3
"""核对密封申报的回执 / Check the receipt of a sealed bid. Needs Python 3.8 or later and nothing else.

    python check_receipt.py RECEIPT.json BID.json [FILE ...] [--key HEX]

RECEIPT.json  the receipt, as the site gave it
BID.json      the bid file that the bidder kept
FILE          files of the bid, as they were uploaded, under whatever name
--key         the public key that the site publishes; without it the key named in the receipt is taken

Says line by line what holds, and ends with 0 when all of it does, else with 1.
Signature: Ed25519, checked as RFC 8032, 5.1.7 says. Digests: SHA-256.
"""

import argparse
import hashlib
import json
import sys

# ---- Ed25519 (RFC 8032, 5.1): points are (X, Y, Z, T) with x = X/Z, y = Y/Z, xy = T/Z ----

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)


def add(a, b):
    """Sum of two points (5.1.4)."""
    left, right = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    cross, double = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = right - left, double - cross, double + cross, right + left
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def times(number, point):
    """A point added to itself ``number`` times."""
    total = (0, 1, 1, 0)
    while number:
        if number & 1:
            total = add(total, point)
        point = add(point, point)
        number >>= 1
    return total


def same(a, b):
    """Whether two points are one."""
    return (a[0] * b[2] - b[0] * a[2]) % P == 0 and (a[1] * b[2] - b[1] * a[2]) % P == 0


def point_of(data):
    """The point that 32 bytes stand for (5.1.3), or None."""
    number = int.from_bytes(data, "little")
    sign, y = number >> 255, number & ((1 << 255) - 1)
    if len(data) != 32 or y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return (x, y, 1, x * y % P)


BASE = point_of((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def signature_holds(key, message, signature):
    """Whether ``signature`` (64 bytes) of ``message`` was made with the private half of ``key`` (32 bytes)."""
    public, r = point_of(key), point_of(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if len(signature) != 64 or public is None or r is None or s >= ORDER:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % ORDER
    return same(times(s, BASE), add(r, times(k, public)))


# ---- the receipt ----


def canonical(content):
    """What is signed: JSON with sorted keys and no spaces, in UTF-8."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def checks(signed, bid_bytes, files, key):
    """Pairs (holds, what was checked)."""
    receipt, bid = signed["receipt"], json.loads(bid_bytes.decode())
    key = key or signed["key"]
    holds = signature_holds(bytes.fromhex(key), canonical(receipt), bytes.fromhex(signed["signature"]))
    yield holds, "签名出自公钥 / signature made with key " + key
    digest = hashlib.sha256(bid_bytes).hexdigest()
    yield digest == receipt["sha256"], "申报原件的 SHA-256 / SHA-256 of the bid file " + digest
    for name in ("challenge", "bid", "version", "lead"):
        yield bid[name] == receipt[name], f"{name}: {receipt[name]}"
    listed = {each["sha256"]: each["name"] for each in bid["files"]}
    for path in files:
        with open(path, "rb") as file:
            digest = hashlib.sha256(file.read()).hexdigest()
        yield digest in listed, "附件 / file {} = {}".format(path, listed.get(digest, "?"))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("receipt")
    parser.add_argument("bid")
    parser.add_argument("files", nargs="*")
    parser.add_argument("--key", default="")
    given = parser.parse_args()
    try:
        with open(given.receipt, encoding="utf-8") as file:
            signed = json.load(file)
        with open(given.bid, "rb") as file:
            bid = file.read()
        found = list(checks(signed, bid, given.files, given.key))
    except (OSError, ValueError, KeyError, TypeError) as error:
        print(f"不能核对 / cannot be checked: {error!r}")
        return 1
    for holds, what in found:
        print("{}  {}".format("符合 / holds " if holds else "不符 / FAILS", what))
    if all(holds for holds, _what in found):
        print("封存时间 / sealed at {}, {}".format(signed["receipt"]["sealed_at"], signed["receipt"]["number"]))
        return 0
    return 1


if __name__ == "__main__":
    sys.exit(main())
