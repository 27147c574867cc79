"""Commands of a bidder: begin, write, ask partners, seal, confirm again, withdraw."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.exc import IntegrityError

from marketplace.bids import codes, content, envelope, queries, receipt
from marketplace.bids.drafts import draft_keys
from marketplace.bids.eligibility import ONE_BID, barriers
from marketplace.bids.lifecycle import BID, WRITABLE, before_deadline
from marketplace.bids.models import Bid, BidAct, Participation, SealedVersion
from marketplace.bids.policy import is_lead
from marketplace.bids.terms import changed_since, closed_by
from marketplace.challenges.models import Challenge
from marketplace.core import clock
from marketplace.core.actor import SYSTEM, Actor
from marketplace.core.errors import Conflict, NotFound, Refused
from marketplace.core.lifecycle import Step
from marketplace.core.text import Text
from marketplace.foundation.db import db, hold, lock, moment
from marketplace.foundation.files import StoredFile
from marketplace.foundation.lifecycle import move_unseen
from marketplace.organizations.models import Organization

SIGNS = 8
# What a code of a bidder opens.
OWN = "bidder"


def begin(challenge: Challenge, organization: Organization, actor: Actor) -> Bid:
    """Begin a bid of an organization: a draft that nobody else can see.

    Raises:
        Refused: the deadline has passed, the organization may not bid, or takes part in another bid of the challenge.
        NotFound: the actor is no member.
    """
    if not actor.belongs_to(organization.id):
        raise NotFound
    for refusal in (closed_by(challenge, moment()), *barriers(challenge, organization, lead=True)):
        if refusal is not None:
            raise refusal
    bid = Bid(
        number=f"B-{codes.random_signs(SIGNS)}", challenge_id=challenge.id, organization_id=organization.id,
        demo=organization.demo,
    )  # fmt: skip
    db.session.add(bid)
    db.session.flush()
    _take_part(bid, organization, "lead", actor)
    keys = draft_keys()
    bid.draft_key = keys.make()
    bid.draft = keys.encrypt(bid.draft_key, content.BLANK)
    note(bid, "begin", actor)
    return bid


def _take_part(bid: Bid, organization: Organization, role: str, actor: Actor) -> None:
    """The database itself holds each organization to one live bid."""
    try:
        with db.session.begin_nested():
            db.session.add(
                Participation(
                    bid_id=bid.id, challenge_id=bid.challenge_id, organization_id=organization.id, role=role,
                    state="live", asked_by=actor.user_id, answered_by=actor.user_id, answered_at=clock.now(),
                )  # fmt: skip
            )
    except IntegrityError as error:
        raise taken(organization) from error


def taken(organization: Organization) -> Refused:
    """Why an organization cannot take part a second time."""
    return Refused(
        ONE_BID,
        Text("“%(name)s”已经参加本榜单的一份申报", "%(name)s takes part in a bid of this challenge already")
        % {"name": organization.label},
        Text("请在“我的申报”里继续那一份，或先撤回它", "Go on with that one under “My bids”, or withdraw it first"),
    )


# ---- the draft ----


def draft_of(bid: Bid) -> dict[str, Any] | None:
    """What is being written; None when nothing is."""
    if bid.draft is None:
        return None
    return {**content.BLANK, **draft_keys().decrypt(bid.draft_key, bid.draft)}


def save(bid: Bid, written: Mapping[str, Any], actor: Actor, seen: int | None) -> None:
    """Keep what was written.

    Raises:
        NotFound: the actor does not write this bid.
        Refused: the deadline has passed.
        Conflict: it is newer than the version ``seen``, or nothing is being written.
    """
    writable(bid, actor)
    if bid.draft is None or (seen is not None and seen != bid.version):
        raise Conflict(Text("没有保存：内容刚刚在别处改过或封存", "Not saved: it has just been changed or sealed elsewhere"))
    bid.draft = draft_keys().encrypt(bid.draft_key, written)
    db.session.flush()


def writable(bid: Bid, actor: Actor) -> None:
    """Pass when the actor may write now; the bid is locked.

    Raises:
        NotFound, Refused: as ``save``.
    """
    lock(bid)
    if not is_lead(actor, bid):
        raise NotFound
    refusal = before_deadline(bid)
    if refusal is not None:
        raise refusal
    if bid.state not in WRITABLE:
        raise Conflict(
            Text("这份申报现在是“%(state)s”", "The bid is now “%(state)s”") % {"state": BID.mark(bid.state).label}
        )


def write_again(bid: Bid, actor: Actor, code: str) -> None:
    """Begin another version, from the sealed one if its code is given, else from nothing.

    Raises:
        codes.Misread, envelope.Broken: the code is none, or not that of this bid.
        NotFound, Refused: as ``save``.
    """
    writable(bid, actor)
    if bid.draft is not None:
        return
    before = own_copy(bid, code) if code else dict(content.BLANK)
    if not code:
        bid.own_public = None
    keys = draft_keys()
    bid.draft_key = keys.make()
    bid.draft = keys.encrypt(bid.draft_key, before)
    db.session.flush()


def own_copy(bid: Bid, code: str) -> dict[str, Any]:
    """The sealed version in force as the bidder wrote it, opened with his own code.

    Raises:
        codes.Misread, envelope.Broken: the code is none, or not that of this bid.
    """
    version = queries.version_of(bid)
    if version is None or version.own is None:
        raise envelope.Broken
    inner = json.loads(envelope.unseal(version.own, codes.key_of(code, OWN), place(bid, version.number, OWN)))
    file = json.loads(inner["file"])
    kept = {each["sha256"]: each for each in inner["files"]}
    return {**file["content"], "files": [{**each, **kept[each["sha256"]]} for each in file["files"]]}


# ---- files ----


def attach(bid: Bid, entry: Mapping[str, Any], actor: Actor, seen: int | None) -> None:
    """Add a file whose sealed bytes lie in the store already (files.py) to the draft."""
    writable(bid, actor)
    written = draft_of(bid)
    if written is None or len(written["files"]) >= content.MOST_FILES:
        raise Refused(
            Text("一份申报最多 %(most)s 个文件", "A bid has at most %(most)s files") % {"most": content.MOST_FILES},
            Text("已经有 %(most)s 个", "There are %(most)s already") % {"most": content.MOST_FILES},
            Text("先移除不需要的文件", "Remove one first"),
        )
    save(bid, {**written, "files": [*written["files"], dict(entry)]}, actor, seen)
    # What is known of it outside the draft: sealed bytes without name, kind, size or author.
    db.session.add(
        StoredFile(
            sha256=entry["blob"], name="sealed", media_type="application/octet-stream", size=0, purpose="document",
            owner_type=bid.subject_type, owner_id=bid.id, uploaded_by=None, created_at=clock.now(),
        )  # fmt: skip
    )
    db.session.flush()


def detach(bid: Bid, blob: str, actor: Actor, seen: int | None) -> None:
    """Take a file out of the draft; its sealed bytes stay as long as a sealed version may need them."""
    writable(bid, actor)
    written = draft_of(bid)
    if written is None:
        raise NotFound
    save(bid, {**written, "files": [each for each in written["files"] if each["blob"] != blob]}, actor, seen)
    if not bid.sealed:
        _forget_files(bid, StoredFile.sha256 == blob)


def _forget_files(bid: Bid, which: sa.ColumnElement[bool]) -> None:
    mine = (StoredFile.owner_type == bid.subject_type) & (StoredFile.owner_id == bid.id)
    db.session.execute(sa.delete(StoredFile).where(mine, which))


# ---- partners ----


def ask_partner(bid: Bid, organization: Organization, actor: Actor) -> None:
    """Ask an organization into the consortium; nobody but itself can say yes.

    Raises:
        Refused: the consortium is fixed or full, or the organization may not take part.
    """
    writable(bid, actor)
    _not_fixed(bid)
    partners = [each for each in bid.participations if each.role == "partner" and each.state in ("asked", "live")]
    if any(each.organization_id == organization.id for each in (*partners, bid)):
        raise taken(organization)
    most = bid.challenge.most_partners
    if len(partners) >= most:
        raise Refused(
            Text("联合体除牵头单位外最多 %(most)s 家", "A consortium has at most %(most)s partners") % {"most": most},
            Text("已经邀请了 %(count)s 家", "%(count)s are asked already") % {"count": len(partners)},
            Text("先取消一家的邀请", "Take one back first"),
        )
    for refusal in barriers(bid.challenge, organization, lead=False):
        raise refusal
    bid.participations.append(
        Participation(
            challenge_id=bid.challenge_id, organization_id=organization.id, role="partner", state="asked",
            asked_by=actor.user_id,
        )  # fmt: skip
    )
    db.session.flush()
    note(bid, "ask", actor, data={"organization": organization.number})


def drop_partner(bid: Bid, participation_id: int, actor: Actor) -> None:
    """Take an invitation back, or part with a partner, before anything is sealed."""
    writable(bid, actor)
    _not_fixed(bid)
    for each in bid.participations:
        if each.id == participation_id and each.role == "partner" and each.state in ("asked", "live"):
            each.state = "ended"
            db.session.flush()
            note(bid, "drop", actor, data={"organization": each.organization.number})
            return
    raise NotFound


def _not_fixed(bid: Bid) -> None:
    if bid.sealed:
        raise Refused(
            Text("封存以后联合体不再变更", "A consortium is fixed once its bid is sealed"),
            Text("第 %(number)s 版已经封存", "Version %(number)s is sealed") % {"number": bid.sealed},
            Text("要变更成员，请在截止前撤回，再重新申报", "To change it, withdraw before the deadline and begin anew"),
        )


def answer(asked: Participation, consent: bool, actor: Actor) -> None:
    """An organization joins the consortium or declines; who said so, and when, is kept.

    Raises:
        NotFound: the actor is no owner of the organization.
        Refused: the deadline has passed, or it takes part in another bid.
    """
    lock(asked.bid)
    db.session.refresh(asked)
    if not actor.owns(asked.organization_id):
        raise NotFound
    refusal = before_deadline(asked.bid) or next(
        barriers(asked.bid.challenge, asked.organization, lead=False) if consent else iter(()), None
    )
    if refusal is not None:
        raise refusal
    if asked.state != "asked":
        raise Conflict(Text("这份邀请已经答复或取消", "The invitation was answered or taken back"))
    try:
        with db.session.begin_nested():
            asked.state = "live" if consent else "declined"
            asked.answered_by, asked.answered_at = actor.user_id, clock.now()
    except IntegrityError as error:
        raise taken(asked.organization) from error
    note(asked.bid, "join" if consent else "decline", actor, asked.organization_id)


# ---- sealing ----


def place(bid: Bid, version: int, whose: str) -> bytes:
    """What an envelope of this bid is bound to: challenge, organization, bid, version, and for whom it is."""
    return envelope.place_of(whose, bid.challenge.number, bid.organization.credit_code, bid.number, version)


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
    raise Refused(
        Text("开启人各自领到开启码以后才能封存", "Bids are sealed once every opener holds his code"),
        Text("这个榜单的开启人还没有全部办好", "The openers of this challenge are not ready yet"),
        Text("草稿已保存；请稍后再来封存，或联系发榜单位", "Your draft is kept; come back later, or ask the office in charge"),
    )


def _moved(bid: Bid, actor: Actor, seen: int | None) -> Any:
    """Take the step; the instant is read after every lock was taken, and is the one on the receipt."""
    instant = []

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
        if each.state == "asked":
            raise Refused(
                Text("参加单位同意以后才能封存", "A bid is sealed once every partner has consented"),
                Text("“%(name)s”还没有答复", "%(name)s has not answered") % {"name": each.organization.label},
                Text("请等它答复，或取消邀请", "Wait for the answer, or take the invitation back"),
            )
        if each.state == "live":
            for refusal in barriers(bid.challenge, each.organization, lead=each.role == "lead"):
                raise refusal
    missing = content.blocking(check(bid, written))
    if missing:
        raise Refused(
            Text("内容完整才能封存", "Only a complete bid is sealed"),
            Text("还有 %(count)s 处要补：%(first)s", "%(count)s points to mend: %(first)s")
            % {"count": len(missing), "first": missing[0].text},
            Text("请按核对结果逐项补齐", "Complete them as the check says"),
        )


def check(bid: Bid, written: Mapping[str, Any]) -> list[content.Check]:
    """The check before sealing."""
    names = [row["name"] for row in bid.challenge.content.get("indicators") or []]
    return content.checks(written, names, consortium=len(live(bid)) > 1)


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


def _receipt(bid: Bid, number: int, sealed_at: Any, digest: str, sealed: bytes) -> dict[str, Any]:
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
        end(bid)
    db.session.flush()


def end(bid: Bid) -> None:
    """What was written and sealed is destroyed; its organizations are free for another bid."""
    _let_go(bid)
    _forget_files(bid, sa.true())
    bid.draft = None
    for each in bid.participations:
        if each.state in ("asked", "live"):
            each.state = "ended"


def ask_again(challenge: Challenge) -> None:
    """Have the bids confirmed again that were sealed under terms which a material addendum changed."""
    for bid in queries.live_bids(challenge):
        version = queries.version_of(bid)
        if bid.state == "sealed" and version is not None and changed_since(challenge, version.edition):
            move_unseen(BID, bid, "ask_again", SYSTEM, diary(bid, SYSTEM))


# ---- what happened, while nobody may know ----


def diary(bid: Bid, actor: Actor) -> Callable[[Step, str, str], None]:
    """How a step is written down before history may have it."""

    def keep(step: Step, before: str, reason: str) -> None:
        note(bid, step.name, actor, None if actor.is_system else bid.organization_id, before, step.target, reason)

    return keep


def note(
    bid: Bid, action: str, actor: Actor, organization_id: int | None = None, before: str = "", after: str = "",
    reason: str = "", data: Mapping[str, Any] | None = None,
) -> None:  # fmt: skip
    """Write an act down where nobody but the bidder reads it."""
    db.session.add(
        BidAct(
            bid_id=bid.id, actor_id=actor.user_id, organization_id=organization_id or bid.organization_id,
            action=action, before=before, after=after, reason=reason, data=dict(data or {}),
        )  # fmt: skip
    )
    db.session.flush()
