"""What opens once enough openers have come together: every bid, or none when there are too few."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from marketplace.bids import envelope, queries, receipt
from marketplace.bids.correcting import papers_of
from marketplace.bids.diary import diary
from marketplace.bids.lifecycle import BID
from marketplace.bids.models import Bid, Opening, SealedVersion
from marketplace.bids.opening import give, vault
from marketplace.bids.owncopy import file_of, place, written_of
from marketplace.bids.services import ask_again, end
from marketplace.challenges.lifecycle import CHALLENGE
from marketplace.challenges.models import Challenge
from marketplace.challenges.policy import runs
from marketplace.core import clock
from marketplace.core.actor import SYSTEM, Actor
from marketplace.core.errors import NotFound, Refused
from marketplace.core.text import Text
from marketplace.foundation import ledger
from marketplace.foundation.db import db, moment
from marketplace.foundation.files import store
from marketplace.foundation.lifecycle import move, move_unseen

TOO_FEW = "有效申报少于榜单要求的 {least} 件。申报没有开启，内容仍然封存。"


def come(challenge: Challenge, code: str, actor: Actor) -> bool:
    """An opener comes with his code; True when with him the opening was done.

    Raises:
        NotFound, Refused, Invalid: as ``opening.give``.
    """
    private = give(challenge, code, actor)
    if private is None:
        return False
    opening = queries.opening_of(challenge)
    assert opening is not None
    sealed = _sealed(challenge)
    opening.done_at, opening.counted = moment(), len(sealed)
    for opener in queries.openers_of(challenge.id):
        opener.given = ""
    db.session.flush()
    if len(sealed) < challenge.min_bids:
        reason = TOO_FEW.format(least=challenge.min_bids)
        move(CHALLENGE, challenge, "fail", SYSTEM, reason)
        return True
    opening.private = vault().encrypt(private.private_bytes_raw().hex())
    for bid in sealed:
        _open(bid, private)
    # Openers need not run this challenge; who came stands in the history of the opening.
    acting = actor if runs(actor, challenge) else SYSTEM
    move(CHALLENGE, challenge, "open", acting, post=acting.post_for("challenge", challenge.region))
    return True


def _sealed(challenge: Challenge) -> list[Bid]:
    """The bids that count; those never sealed, or not confirmed after a change, are taken as withdrawn."""
    ask_again(challenge)
    found = []
    for bid in queries.live_bids(challenge):
        if bid.state == "sealed":
            found.append(bid)
        else:
            move_unseen(BID, bid, "lapse", SYSTEM, diary(bid, SYSTEM))
            end(bid, SYSTEM)
    return found


def _open(bid: Bid, private: X25519PrivateKey) -> None:
    """One bid: what happened in silence comes into history, its envelope is tried, its state is open."""
    for act in queries.acts(bid):
        ledger.record(
            bid, act.action, Actor(kind="user", user_id=act.actor_id) if act.actor_id else SYSTEM,
            organization_id=act.organization_id, before=act.before, after=act.after, reason=act.reason,
            data={**act.data, "at": act.at.isoformat()},
        )  # fmt: skip
    version = _version(bid)
    bid.readable = _opened(bid, version, private) is not None
    data = {
        "version": version.number, "sha256": version.digest, "sealed_at": version.sealed_at.isoformat(),
        "readable": bid.readable,
    }  # fmt: skip
    bid.draft = None
    db.session.flush()  # the step reads the row again
    move(BID, bid, "open", SYSTEM, data=data)


def _version(bid: Bid) -> SealedVersion:
    version = queries.version_of(bid)
    if version is None:
        raise NotFound
    return version


def _opened(bid: Bid, version: SealedVersion, private: X25519PrivateKey) -> bytes | None:
    """What is in the envelope; None when it does not open, or is not what the receipt says."""
    if version.envelope is None or receipt.sha256(version.envelope) != version.receipt["receipt"]["envelope"]:
        return None
    try:
        inner = envelope.unseal(version.envelope, private, place(bid, version.number, "openers"))
    except envelope.Broken:
        return None
    return inner if receipt.sha256(file_of(inner)) == version.digest else None


# ---- reading what was opened ----


def too_few(challenge: Challenge) -> Refused | None:
    """What a challenge demands before it fails for want of bids: that the openers have counted them."""
    opening = queries.opening_of(challenge)
    if opening is not None and opening.done_at is not None and (opening.counted or 0) < challenge.min_bids:
        return None
    return Refused(
        Text(
            "申报不足，由开启人共同清点后流榜", "A challenge fails for want of bids once the openers have counted them"
        ),
        Text("还没有清点，或申报不少于要求", "They have not been counted, or are enough"),
        Text("请开启人共同办理开启", "The openers come together first"),
    )


def counted(challenge: Challenge) -> Refused | None:
    """What a challenge demands before it is opened: that the openers came together, and found enough bids."""
    opening = queries.opening_of(challenge)
    if opening is not None and opening.private:
        return None
    return Refused(
        Text("开启由 %(count)s 名开启人共同办理", "%(count)s openers open a challenge together")
        % {"count": challenge.openers_needed},
        Text("他们还没有共同到场", "They have not come together"),
        Text("请各自在开启页面输入开启码", "Each opener enters a code on the page of the opening"),
    )


def content_of(bid: Bid) -> tuple[dict[str, Any], bytes]:
    """An opened bid: fields and files, and the bid file whose digest is on the receipt.

    Papers that were handed in later stand behind the sealed files, marked ``corrected``.

    Raises:
        NotFound: it was not opened, or could not be read.
    """
    opening = db.session.get(Opening, bid.challenge_id)
    if opening is None or not opening.private or not bid.readable:
        raise NotFound
    private = X25519PrivateKey.from_private_bytes(bytes.fromhex(vault().decrypt(opening.private)))
    inner = _opened(bid, _version(bid), private)
    if inner is None:
        raise NotFound
    written = written_of(inner)
    return {**written, "files": [*written["files"], *papers_of(bid)]}, file_of(inner)


def file_pieces(entry: dict[str, Any]) -> Iterator[bytes]:
    """The bytes of a file, piece by piece, each checked before it is given out."""
    with store().open(entry["blob"]) as sealed:
        yield from envelope.unseal_file(sealed, entry["size"], bytes.fromhex(entry["key"]))


def has_read(bid: Bid, actor: Actor) -> bool:
    """Whether history knows that he read the bid within the last day."""
    since = clock.now() - timedelta(days=1)
    return any(
        each.action == "read" and each.at > since and each.actor_id == actor.user_id for each in ledger.history(bid)
    )


def note_reading(bid: Bid, actor: Actor) -> None:
    """An official or the owner is about to read a bid: history knows who and when."""
    ledger.record(bid, "read", actor, post=actor.post_for("challenge", bid.challenge.region))


# ---- the formality check ----


def decide(bid: Bid, name: str, actor: Actor, rule: str, words: str, seen: int | None) -> None:
    """An official finds a bid in order, or not; who disqualifies names the rule (``lifecycle.FORMAL_RULES``).

    Raises:
        Refused, Conflict, Invalid: as ``move``.
    """
    data = {"rule": rule} if name == "disqualify" else {}
    post = actor.post_for("challenge", bid.challenge.region)
    move(BID, bid, name, actor, words, post=post, seen=seen, data=data)
