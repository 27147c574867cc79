"""Equal ranks told apart by lot (抽签): two officials make the seed, and anybody can draw again from the record.

What neither the panel nor the published rule tells apart, a draw does: the way that public procurement knows for equal
scores (财政部令第87号, article 31). The site draws half of the seed, and history keeps its SHA-256 before anybody knows
it; a second official gives the other half, digits thrown or named by those who are present. Neither of them can steer
it alone. An order is drawn once for a rank of a signed ranking, and stands for every later place.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from collections.abc import Sequence
from typing import Any

from sqlalchemy.exc import IntegrityError

from marketplace.challenges.models import Challenge
from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.errors import Conflict, FieldError, Invalid, NotFound
from marketplace.core.text import Text
from marketplace.foundation import ledger
from marketplace.foundation.db import db, lock
from marketplace.foundation.lifecycle import move
from marketplace.panels.drawing import METHOD, order
from marketplace.scoring import queries
from marketplace.scoring.lifecycle import TIE_DRAW
from marketplace.scoring.models import TieDraw
from marketplace.scoring.policy import concludes

DIGITS = re.compile(r"[0-9]{6,40}")


def shared_ranks(challenge: Challenge) -> dict[int, list[str]]:
    """Rank → the numbers of the bids that share it, sorted; of the ranking in force."""
    found: dict[int, list[str]] = {}
    for each in queries.ranking(challenge):
        if each.rank is not None and each.shared:
            found.setdefault(each.rank, []).append(each.bid.number)
    return {rank: sorted(bids) for rank, bids in found.items()}


def prepare(challenge: Challenge, rank: int, actor: Actor) -> TieDraw:
    """Begin a draw: what is drawn among, and the hidden half of the seed, of which history keeps the SHA-256.

    Raises:
        NotFound: the actor does not run the challenge, it is not ranked, or nobody shares this rank.
        Conflict: there is a draw of it.
    """
    lock(challenge)
    ranking, bids = queries.valid_ranking(challenge), shared_ranks(challenge).get(rank)
    if not concludes(actor, challenge) or challenge.state != "ranked" or ranking is None or bids is None:
        raise NotFound
    secret = secrets.token_hex(16)
    made = TieDraw(
        challenge_id=challenge.id, ranking_id=ranking.id, rank=rank, bids=bids, secret=secret, outcome=[],
        commitment=_sha256(secret), prepared_by=actor.user_id,
    )  # fmt: skip
    try:
        with db.session.begin_nested():
            db.session.add(made)
    except IntegrityError as error:
        raise Conflict(Text("没有备签：这一名次已经备签", "Not prepared: there is a draw of this rank")) from error
    data = {"rank": rank, "bids": bids, "commitment": made.commitment}
    post = actor.post_for("challenge", challenge.region)
    ledger.record(made, "prepare", actor, post=post, after="prepared", data=data)
    return made


def draw(made: TieDraw, words: str, actor: Actor, seen: int | None = None) -> None:
    """A second official gives his half of the seed, and the order is there.

    Raises:
        Refused, Conflict: as ``move``. Invalid: no 6 to 40 digits.
    """
    challenge = made.challenge
    lock(challenge)
    if not DIGITS.fullmatch(words):
        raise Invalid([FieldError("words", Text("请写 6 至 40 位数字", "Give 6 to 40 digits"))])
    outcome = order(f"{made.secret}:{words}", made.bids)
    record = _record(made, words, outcome)
    data = {"outcome": outcome, "secret": made.secret, "words": words, "sha256": _sha256(_canonical(record))}
    post = actor.post_for("challenge", challenge.region)
    move(TIE_DRAW, made, "draw", actor, post=post, seen=seen, data=data)
    made.words, made.outcome = words, outcome
    made.drawn_by, made.drawn_at = actor.user_id, clock.now()
    db.session.flush()


def _record(made: TieDraw, words: str, outcome: Sequence[str]) -> dict[str, Any]:
    return {
        "bids": made.bids, "challenge": made.challenge.number, "commitment": made.commitment, "method": METHOD,
        "outcome": outcome, "rank": made.rank, "ranking": made.ranking.digest, "secret": made.secret,
        "seed": f"{made.secret}:{words}", "words": words,
    }  # fmt: skip


def text_of(made: TieDraw) -> str:
    """All that a draw was made of and what it gave, as canonical JSON; history keeps its SHA-256."""
    return _canonical(_record(made, made.words, made.outcome))


def _canonical(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
