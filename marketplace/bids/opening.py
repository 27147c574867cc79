"""Who opens, and the opening: codes, shares, the key of a challenge, and what happens when enough come together."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from flask import current_app

from marketplace.bids import codes, envelope, queries, shares
from marketplace.bids.lifecycle import TOGETHER_MINUTES
from marketplace.bids.models import Opener, Opening
from marketplace.bids.policy import is_opener, names_openers
from marketplace.challenges.models import Challenge
from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.errors import Conflict, FieldError, Invalid, NotFound, Refused
from marketplace.core.text import Text
from marketplace.foundation import ledger
from marketplace.foundation.db import db, lock, moment
from marketplace.foundation.outbox import emit
from marketplace.foundation.vault import Vault
from marketplace.settings.queries import value

PURPOSE = "opener"
MISREAD = Text(
    "开启码不对：请逐组核对，共 9 组，每组 4 位", "Not your code: compare it group by group, nine groups of four"
)


# How history names what happens to the key of a challenge.
ACTS = {
    "name": Text("确定开启人", "Openers named"),
    "take": Text("领取开启码", "Code taken"),
    "confirm": Text("确认开启码", "Code confirmed"),
    "make_key": Text("生成密钥并分割", "Key made and split"),
    "give": Text("到场并输入开启码", "Came with the code"),
}


# What an opener does himself, with a code or a share that is his alone.
_OWN_ACTS = ("take", "confirm", "give")


def told(action: str, place: int | None) -> Text:
    """An act of history; of openers also which of them it was, counted from 1."""
    act = ACTS[action]
    if action not in _OWN_ACTS or place is None:
        return act
    return Text("%(act)s（开启人 %(place)s）", "%(act)s (opener %(place)s)") % {"act": act, "place": place}


def vault() -> Vault:
    """What keeps a share between two openers, and the key of a challenge once it was opened."""
    return Vault(current_app.extensions["config"], "bids.opening")


def name_openers(challenge: Challenge, chosen: Collection[int], actor: Actor) -> Opening:
    """Say who opens; possible until the key is made.

    Raises:
        NotFound: the actor does not run the challenge.
        Refused: the key is made already.
        Invalid: not as many as the challenge says, or somebody who runs no challenges there.
    """
    lock(challenge)
    if not names_openers(actor, challenge):
        raise NotFound
    opening = queries.opening_of(challenge)
    if opening is not None and opening.public is not None:
        raise _key_made()
    able = {user.id for user in queries.candidates(challenge)}
    if len(set(chosen)) != challenge.openers or not set(chosen) <= able:
        message = Text("请选 %(count)s 人，都是办理揭榜挂帅的经办人", "Choose %(count)s officials who run challenges")
        raise Invalid([FieldError("users", message % {"count": challenge.openers})])
    if opening is None:
        opening = Opening(challenge_id=challenge.id)
        db.session.add(opening)
        db.session.flush()
    there = {each.user_id: each for each in queries.openers_of(challenge.id)}
    for user_id in set(there) - set(chosen):
        db.session.delete(there[user_id])
    for user_id in chosen:
        if user_id not in there:
            db.session.add(Opener(challenge_id=challenge.id, user_id=user_id, named_by=actor.user_id))
    db.session.flush()
    _record(opening, "name", actor, users=sorted(chosen))
    emit("opening.name", opening, {"users": sorted(set(chosen) - set(there))})
    _make_key(challenge, opening, actor)
    return opening


def _record(opening: Opening, action: str, actor: Actor, **data: object) -> None:
    challenge = opening.challenge or db.session.get_one(Challenge, opening.challenge_id)
    post = actor.post_for("challenge", challenge.region)
    ledger.record(opening, action, actor, post=post, data={"challenge": challenge.number, **data})


def _key_made() -> Refused:
    return Refused(
        Text("密钥生成以后，开启人不再更换", "Openers are fixed once the key is made"),
        Text("本榜单的密钥已经生成", "The key of this challenge is made"),
        Text("有人不能到场时，由其余开启人开启", "If somebody cannot come, the others open"),
    )


def opener_of(opening: Opening, actor: Actor) -> Opener:
    """The actor's own place among the openers, locked.

    Raises:
        NotFound: he is none of them.
    """
    for each in queries.openers_of(opening.challenge_id):
        if is_opener(actor, each):
            lock(each)
            return each
    raise NotFound


def take_code(opening: Opening, actor: Actor) -> str:
    """A code for the actor, told once and kept nowhere; another one replaces it until it is confirmed.

    Raises:
        NotFound: he is no opener.
        Refused: he has confirmed one.
    """
    lock(opening)
    opener = opener_of(opening, actor)
    if opener.confirmed_at is not None:
        raise Refused(
            Text("开启码只发一次", "A code is given out once"),
            Text("您已经确认过开启码", "You have confirmed yours"),
            Text(
                "找不到时请告诉其余开启人：缺一人仍可开启", "If it is lost, tell the other openers: one may be missing"
            ),
        )
    code = codes.new_code()
    opener.public = codes.key_of(code, PURPOSE).public_key().public_bytes_raw()
    db.session.flush()
    _record(opening, "take", actor)
    return code


def confirm_code(opening: Opening, code: str, actor: Actor) -> None:
    """The opener types his code back: it is written down right. With the last one the key of the challenge is made.

    Raises:
        Invalid: it is not his.
    """
    lock(opening)
    opener = opener_of(opening, actor)
    _his_key(opener, code)
    if opener.confirmed_at is None:
        opener.confirmed_at = clock.now()
        db.session.flush()
        _record(opening, "confirm", actor)
    _make_key(opening.challenge, opening, actor)


def _his_key(opener: Opener, code: str) -> X25519PrivateKey:
    try:
        key = codes.key_of(code, PURPOSE)
    except codes.Misread as error:
        raise Invalid([FieldError("code", MISREAD)]) from error
    if opener.public != key.public_key().public_bytes_raw():
        raise Invalid([FieldError("code", MISREAD)])
    return key


def _make_key(challenge: Challenge, opening: Opening, actor: Actor) -> None:
    """Once every opener holds a code: a key whose private half leaves this function in sealed shares alone."""
    openers = queries.openers_of(challenge.id)
    if opening.public is not None or any(each.confirmed_at is None for each in openers):
        return
    private = X25519PrivateKey.generate()
    parts = shares.split(private.private_bytes_raw(), challenge.openers_needed, len(openers))
    for opener, part in zip(openers, parts, strict=True):
        assert opener.public is not None
        opener.share = envelope.seal(part, opener.public, _place(challenge, opener))
    opening.public, opening.made_at = private.public_key().public_bytes_raw(), clock.now()
    db.session.flush()
    _record(opening, "make_key", actor, public=opening.public.hex())


def _place(challenge: Challenge, opener: Opener) -> bytes:
    return envelope.place_of("share", challenge.number, opener.user_id)


# ---- coming together ----


def give(challenge: Challenge, code: str, actor: Actor) -> X25519PrivateKey | None:
    """An opener gives his share; the key of the challenge once enough have come together, None before.

    Raises:
        NotFound: he is no opener.
        Refused: it is not time, or the opening is done.
        Invalid: it is not his code.
    """
    lock(challenge)
    opening = queries.opening_of(challenge)
    if opening is None or opening.public is None:
        raise NotFound
    lock(opening)
    opener = opener_of(opening, actor)
    refusal = not_now(opening)
    if refusal is not None:
        raise refusal
    assert opener.share is not None
    share = envelope.unseal(opener.share, _his_key(opener, code), _place(challenge, opener))
    opener.given, opener.given_at = vault().encrypt(share.hex()), moment()
    db.session.flush()
    _record(opening, "give", actor)
    here = present(opening)
    if len(here) < challenge.openers_needed:
        return None
    private = X25519PrivateKey.from_private_bytes(
        shares.join([bytes.fromhex(vault().decrypt(each.given)) for each in here])
    )
    if private.public_key().public_bytes_raw() != opening.public:
        raise Conflict(
            Text("两份合不成本榜单的密钥，请联系系统管理员", "The shares do not make the key of this challenge")
        )
    return private


def not_now(opening: Opening) -> Refused | None:
    """Why nothing can be opened at this instant."""
    challenge = opening.challenge
    if opening.done_at is None and challenge.state == "closed" and moment() >= (challenge.opening_at or moment()):
        return None
    at = clock.beijing(challenge.opening_at).strftime("%Y-%m-%d %H:%M") if challenge.opening_at else "?"
    done = Text("已经办完", "It is done") if opening.done_at else None
    return Refused(
        Text(
            "截止以后、到公布的时间才能开启，只开启一次",
            "Bids are opened once, after the deadline, at the published time",
        ),
        done or Text("公布的开启时间是 %(at)s（北京时间）", "The published time is %(at)s (Beijing time)") % {"at": at},
        Text("无需办理", "Nothing to do")
        if done
        else Text("请到时与另一位开启人共同办理", "Come back then, with another opener"),
    )


def present(opening: Opening) -> Sequence[Opener]:
    """Those whose shares count now: given within the time in which openers come together."""
    since = moment() - timedelta(minutes=value(TOGETHER_MINUTES))
    return [
        each for each in queries.openers_of(opening.challenge_id)
        if each.given and each.given_at is not None and each.given_at > since
    ]  # fmt: skip
