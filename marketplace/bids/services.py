"""Commands of a bidder on what is sealed: seal a version, confirm it again, withdraw it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import current_app

from marketplace.bids import codes, content, envelope, queries, receipt
from marketplace.bids.consortium import end_all
from marketplace.bids.diary import diary, note
from marketplace.bids.drafting import draft_of, forget_files
from marketplace.bids.drafts import draft_keys
from marketplace.bids.eligibility import barriers
from marketplace.bids.lifecycle import BID
from marketplace.bids.models import Bid, Participation, SealedVersion
from marketplace.bids.owncopy import OWN, place
from marketplace.bids.terms import changed_since, closed_by
from marketplace.challenges.content import funds_published
from marketplace.challenges.models import Challenge
from marketplace.core.actor import SYSTEM, Actor
from marketplace.core.errors import Conflict, Refused
from marketplace.core.lifecycle import Step
from marketplace.core.text import Text
from marketplace.foundation.db import db, hold, moment
from marketplace.foundation.lifecycle import move_unseen


def seal(bid: Bid, actor: Actor, seen: int | None) -> tuple[SealedVersion, str]:
    """Seal what is written as the next version; the receipt's version, and a new code of the bidder, "" if he has one.

    After the commit the key of the draft is to be destroyed (``shred``): until then the draft could be read.

    Raises:
        Refused: the deadline has passed, the challenge has no key yet, somebody may not take part, a partner has not
            answered, or something is missing.
        Conflict: it changed meanwhile.
    """
    hold(bid.challenge)
    public = _key_of_challenge(bid.challenge)
    moved_at = _moved(bid, actor, seen)
    written = draft_of(bid)
    if written is None:
        raise Conflict(Text("没有等待封存的草稿", "Nothing waits to be sealed"))
    _may_be_sealed(bid, written)
    number = bid.sealed + 1
    file = receipt.bid_file(content.bid_content(written, about(bid, number)))
    files = [{key: each[key] for key in ("sha256", "blob", "key")} for each in written["files"]]
    inner = json.dumps({"file": file.decode(), "files": files}, ensure_ascii=False).encode()
    code = _own_key(bid)
    sealed = envelope.seal(inner, public, place(bid, number, "openers"))
    made = SealedVersion(
        bid_id=bid.id, number=number, sealed_at=moved_at, sealed_by=actor.user_id, digest=receipt.sha256(file),
        envelope=sealed, own=envelope.seal(inner, bid.own_public or b"", place(bid, number, OWN)),
        edition=bid.challenge.edition, receipt=_receipt(bid, number, moved_at, receipt.sha256(file), sealed),
    )  # fmt: skip
    _let_go(bid)
    db.session.add(made)
    bid.sealed, bid.draft = number, None
    db.session.flush()
    return made, code


def _key_of_challenge(challenge: Challenge) -> bytes:
    opening = queries.opening_of(challenge)
    if opening is not None and opening.public is not None:
        return opening.public
    raise _no_key()


def not_ready(challenge: Challenge) -> Refused | None:
    """Why nothing can be sealed for a challenge yet: its key is made once every opener holds a code."""
    opening = queries.opening_of(challenge)
    return None if opening is not None and opening.public is not None else _no_key()


def _no_key() -> Refused:
    return Refused(
        Text("开启人各自领到开启码以后才能封存", "Bids can be sealed once every opener holds a code"),
        Text("这个榜单的开启人还没有全部办好", "The openers of this challenge are not ready yet"),
        Text(
            "草稿已保存；请稍后再来封存，或联系发榜单位",
            "Your draft is kept; come back later, or ask the office in charge",
        ),
    )


def _moved(bid: Bid, actor: Actor, seen: int | None) -> datetime:
    """Take the step; the instant is read after every lock was taken, and is the one on the receipt."""
    instant: list[datetime] = []

    def keep(step: Step, before: str, reason: str) -> None:
        instant.append(moment())
        note(bid, step.name, actor, bid.organization_id, before, step.target, reason, {"version": bid.sealed + 1})

    move_unseen(BID, bid, "seal", actor, keep, seen=seen)
    refusal = closed_by(bid.challenge, instant[0])
    if refusal is not None:
        raise refusal
    return instant[0]


def _may_be_sealed(bid: Bid, written: Mapping[str, Any]) -> None:
    for each in bid.participations:
        # A partner may have left while this waited for the row of the bid.
        db.session.refresh(each)
    for each in live(bid):
        for refusal in barriers(bid.challenge, each.organization, lead=each.role == "lead"):
            raise refusal
    missing = content.blocking(check(bid, written))
    if missing:
        raise Refused(
            missing[0].why or Text("内容完整才能封存", "Only a complete bid can be sealed"),
            Text("还有 %(count)s 处要补：%(first)s", "To correct (%(count)s): %(first)s")
            % {"count": len(missing), "first": missing[0].text},
            Text("请按核对结果逐项补齐", "Complete them as the check says"),
        )


def check(bid: Bid, written: Mapping[str, Any]) -> list[content.Check]:
    """The check before sealing."""
    indicators = bid.challenge.content.get("indicators") or []
    asked = [each.organization.label for each in bid.participations if each.state == "asked"]
    most = funds_published(bid.challenge.content)
    return content.checks(written, indicators, consortium=len(live(bid)) > 1, asked=asked, most=most)


def live(bid: Bid) -> list[Participation]:
    """Who takes part, the lead first."""
    return [each for each in bid.participations if each.state == "live"]


def about(bid: Bid, number: int) -> dict[str, Any]:
    """Who bids for what, at the head of the bid file."""
    return {
        "challenge": bid.challenge.number, "edition": bid.challenge.edition, "title": bid.challenge.title,
        "bid": bid.number, "version": number, "lead": bid.organization.credit_code,
        "organizations": [[each.organization.credit_code, each.organization.name] for each in live(bid)],
    }  # fmt: skip


def _own_key(bid: Bid) -> str:
    """See to it that there is a code to which the bidder's copy is sealed; the code if it is new."""
    if bid.own_public is not None:
        return ""
    code = codes.new_code()
    bid.own_public = codes.key_of(code, OWN).public_key().public_bytes_raw()
    return code


def _receipt(bid: Bid, number: int, sealed_at: datetime, digest: str, sealed: bytes) -> dict[str, Any]:
    key = receipt.site_key(current_app.extensions["config"].secret_key)
    made = receipt.Receipt(
        number=f"R-{bid.number.removeprefix('B-')}-{number}", challenge=bid.challenge.number, bid=bid.number,
        version=number, lead=bid.organization.credit_code, sealed_at=sealed_at, sha256=digest,
        envelope=receipt.sha256(sealed),
    )  # fmt: skip
    return made.signed(key)


def _let_go(bid: Bid) -> None:
    """Only the version in force can be opened: of the others their receipts remain."""
    gone = sa.update(SealedVersion).where(SealedVersion.bid_id == bid.id).values(envelope=None, own=None)
    db.session.execute(gone, execution_options={"synchronize_session": "fetch"})


def shred(bid: Bid) -> None:
    """Destroy the key of a draft that is no more; to be called behind the commit."""
    if bid.draft is None and bid.draft_key:
        draft_keys().destroy(bid.draft_key)


def shred_left() -> bool:
    """Destroy the keys of drafts that are no more, as a killed process leaves them. Always False: nothing is left."""
    for name in list(draft_keys().left(queries.draft_keys_needed())):
        draft_keys().destroy(name)
    return False


# ---- steps without content ----


def take_step(bid: Bid, name: str, actor: Actor, seen: int | None) -> None:
    """Confirm or withdraw a bid before the deadline.

    Raises:
        Refused, Conflict: as ``move_unseen``.
    """
    hold(bid.challenge)
    move_unseen(BID, bid, name, actor, diary(bid, actor), seen=seen)
    if name == "confirm":
        version = queries.version_of(bid)
        assert version is not None
        version.edition = bid.challenge.edition
    if name in ("withdraw", "lapse"):
        end(bid, actor)
    db.session.flush()


def end(bid: Bid, actor: Actor) -> None:
    """What was written and sealed is destroyed; its organizations are free for another bid."""
    _let_go(bid)
    forget_files(bid, sa.true())
    bid.draft = None
    end_all(bid, actor)


def ask_again(challenge: Challenge) -> None:
    """Have the bids confirmed again that were sealed under terms which a material addendum changed."""
    for bid in queries.live_bids(challenge):
        version = queries.version_of(bid)
        if bid.state == "sealed" and version is not None and changed_since(challenge, version.edition):
            move_unseen(BID, bid, "ask_again", SYSTEM, diary(bid, SYSTEM))
