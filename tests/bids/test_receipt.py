"""Receipts, and the script in docs/ that checks them without anything of this project."""

from __future__ import annotations

import json
import runpy
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from marketplace.bids import receipt

SCRIPT = Path(__file__).parents[2] / "docs" / "check_receipt.py"
KEY = receipt.site_key("a secret of the test's own site")
BID = receipt.bid_file(
    {
        "challenge": "C-2026-000001", "bid": "B-7K2M9QXA", "version": 2, "lead": "91340100MA0000001X",
        "salt": "00" * 32,
        "files": [{"name": "方案.pdf", "size": 3, "sha256": receipt.sha256(b"pdf")}],
    }
)  # fmt: skip


def _signed(**changes: Any) -> dict[str, Any]:
    made = receipt.Receipt(
        number="R-7K2M9QXA-2", challenge="C-2026-000001", bid="B-7K2M9QXA", version=2, lead="91340100MA0000001X",
        sealed_at=datetime(2026, 3, 2, 9, 0, 0, 5, UTC), sha256=receipt.sha256(BID), envelope="e" * 64,
    )  # fmt: skip
    signed = made.signed(KEY)
    signed["receipt"] |= changes
    return signed


def _run(folder: Path, signed: Any, bid: bytes = BID, *more: str) -> subprocess.CompletedProcess[str]:
    (folder / "receipt.json").write_text(json.dumps(signed), encoding="utf-8")
    (folder / "bid.json").write_bytes(bid)
    (folder / "file.pdf").write_bytes(b"pdf")
    (folder / "other.pdf").write_bytes(b"PDF")
    # -I: nothing of the project and nothing installed can be imported; -S: no site-packages.
    command = [sys.executable, "-I", "-S", "-X", "utf8", str(SCRIPT), "receipt.json", "bid.json", *more]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, encoding="utf-8", check=False)


def test_the_script_finds_a_receipt_right(tmp_path: Path) -> None:
    done = _run(tmp_path, _signed(), BID, "file.pdf", "--key", receipt.public_of(KEY))
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert "FAILS" not in done.stdout
    assert "方案.pdf" in done.stdout
    assert "2026-03-02T09:00:00.000005+00:00" in done.stdout


def test_the_script_finds_what_is_wrong(tmp_path: Path) -> None:
    other_key = receipt.public_of(receipt.site_key("another site"))
    cases: list[tuple[Any, bytes, list[str], str]] = [
        (_signed(sealed_at="2026-03-02T08:00:00.000005+00:00"), BID, [], "signature"),
        (_signed(), BID.replace(b"91340100MA0000001X", b"91340100MA0000002X"), [], "bid file"),
        (_signed(), BID, ["other.pdf"], "other.pdf"),
        (_signed(), BID, ["--key", other_key], "signature"),
        ({"receipt": {}}, BID, [], "cannot be checked"),
        (_signed(), b"no JSON", [], "cannot be checked"),
    ]
    for signed, bid, more, said in cases:
        done = _run(tmp_path, signed, bid, *more)
        wrong = [line for line in done.stdout.splitlines() if "FAILS" in line or "cannot be checked" in line]
        assert any(said in line for line in wrong), done.stdout
        assert (done.returncode, done.stderr) == (1, "")


@pytest.mark.parametrize(
    ("public", "message", "signature"),
    [
        ("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
         "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"),
        ("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
         "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"),
    ],
)  # fmt: skip
def test_the_script_agrees_with_the_published_vectors(public: str, message: str, signature: str) -> None:
    """RFC 8032, section 7.1, tests 1 and 2."""
    holds = runpy.run_path(str(SCRIPT))["signature_holds"]
    key, text, made = bytes.fromhex(public), bytes.fromhex(message), bytes.fromhex(signature)
    assert holds(key, text, made)
    assert not holds(key, text + b"x", made)
    assert not holds(key, text, made[:32] + bytes(32))


def test_a_signature_is_of_one_content_and_one_key() -> None:
    assert receipt.genuine(_signed())
    assert not receipt.genuine(_signed(version=3))
    assert not receipt.genuine({**_signed(), "key": receipt.public_of(receipt.site_key("another"))})
    assert not receipt.genuine({"receipt": {}, "key": "zz", "signature": ""})
