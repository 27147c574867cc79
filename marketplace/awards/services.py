"""Commands from the ranking to the answer: put on notice, take back, confirm, answer, strike off, undo, none suits."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.exc import IntegrityError

from marketplace.awards import policy, ranking, wording
from marketplace.awards.lifecycle import ANSWER_DAYS, AWARD, SIGN_DAYS
from marketplace.awards.models import Award
from marketplace.awards.queries import awards_of, live_of, unanswered
from marketplace.awards.wording import EMPTIED, RULES
from marketplace.challenges.lifecycle import CHALLENGE
from marketplace.challenges.models import Challenge
from marketplace.challenges.policy import runs
from marketplace.core import clock
from marketplace.core.actor import SYSTEM, Actor, PostHeld
from marketplace.core.errors import Conflict, NotFound, Refused
from marketplace.core.lifecycle import Step
from marketplace.core.reasons import COLON
from marketplace.core.text import Text
from marketplace.foundation import dirty, ledger
from marketplace.foundation.db import db, lock
from marketplace.foundation.lifecycle import given_reason, move
from marketplace.foundation.outbox import emit
from marketplace.notices import services as notices
from marketplace.notices.models import Notice
from marketplace.posts.queries import posts_by_id
from marketplace.reference.calendar import add_workdays
from marketplace.reference.services import overrides
from marketplace.scoring.policy import concludes
from marketplace.scoring.queries import RankedBid
from marketplace.scoring.services import settle
from marketplace.settings.queries import value


def post_of(actor: Actor, challenge: Challenge) -> PostHeld | None:
    """The post in which an official acts on a challenge."""
    return actor.post_to_decide("challenge", challenge.region, challenge.organization_id)


def step_challenge(challenge: Challenge, name: str, actor: Actor, reason: str = "", seen: int | None = None) -> None:
    """Move the challenge on; search learns of it.

    Raises:
        Refused, Conflict, Invalid: as ``move``.
    """
    move(CHALLENGE, challenge, name, actor, reason, post=post_of(actor, challenge), seen=seen)
    if name in ("find_none", "terminate"):
        challenge.remark = reason.strip()
    db.session.flush()
    dirty.note("challenge", challenge.id)


# ---- the notice of the result ----


def announce(challenge: Challenge, actor: Actor, days: int | None = None, seen: int | None = None) -> Notice:
    """Put the first candidates for every empty place on public notice, with the whole ranking, for ``days`` days.

    Raises:
        NotFound: the actor does not run the challenge, or takes part in a bid.
        Refused: nobody can be put into a place, or equal ranks compete for the last one.
        Conflict: the challenge moved on meanwhile.
    """
    lock(challenge)
    if not concludes(actor, challenge):
        raise NotFound
    if challenge.state != "ranked" or (seen is not None and seen != challenge.version):
        raise Conflict(
            Text("没有公示：榜单已经变化，请看当前状态", "Not announced: the challenge has changed; see its state"),
            ledger.latest(challenge),
        )
    chosen = ranking.next_ones(challenge)
    if not chosen:
        raise nobody()
    refusal = ranking.undecided(challenge)
    if refusal is not None:
        raise refusal
    post = post_of(actor, challenge)
    assert post is not None
    office = posts_by_id([post.post_id])[post.post_id].label
    notice = notices.open_notice(wording.decision(challenge, chosen, office), actor, post, days)
    for lot, place in chosen:
        _propose(challenge, lot, place, notice, actor, post)
    step_challenge(challenge, "announce", actor)
    settle(challenge)  # what the panel said stands from here on: a later tie changes nothing
    return notice


def nobody() -> Refused:
    """Why nothing can be announced when there is no candidate."""
    return Refused(
        Text("按名次把合格的申报列入公示", "Bids that passed are put on notice in the order of their rank"),
        Text("没有可以列入的申报", "There is none that could be"),
        Text("可以认定无合适申报，说明理由", "Find that no bid is suitable, and say why"),
    )


def _propose(challenge: Challenge, lot: int, place: RankedBid, notice: Notice, actor: Actor, post: PostHeld) -> None:
    assert place.rank is not None  # of candidates
    award = Award(
        challenge_id=challenge.id, bid_id=place.bid.id, organization_id=place.bid.organization_id, lot=lot,
        rank=place.rank, total=str(place.total), notice_id=notice.id, proposed_by=actor.user_id, demo=challenge.demo,
    )  # fmt: skip
    try:
        with db.session.begin_nested():
            db.session.add(award)
    except IntegrityError as error:
        raise Conflict(Text("没有公示：这个名额刚刚有了立榜", "Not announced: this place was just taken")) from error
    data = {"bid": place.bid.number, "lot": lot, "rank": place.rank, "total": award.total, "notice": notice.number}
    entry = ledger.record(award, "propose", actor, post=post, after="proposed", data=data)
    emit("award.propose", award, {"entry": entry.id})


def take_back(challenge: Challenge, actor: Actor, reason: str) -> None:
    """The official in charge annuls his own notice: what was proposed is dropped, and ranked again.

    Raises:
        NotFound: the actor does not run it, or nothing is on notice.
        Invalid: no reason.
    """
    lock(challenge)
    proposed = live_of(challenge, "proposed")
    if not concludes(actor, challenge) or not proposed:
        raise NotFound
    words = given_reason(reason)
    notice = proposed[0].notice
    if notice.state in ("open", "extended"):
        notices.annul(notice, words)
    drop(challenge, actor, words)


def drop(challenge: Challenge, actor: Actor, reason: str) -> None:
    """Drop what is proposed, and have the challenge ranked again; nothing when nothing is proposed."""
    proposed = live_of(challenge, "proposed")
    for award in proposed:
        _end(award, "drop", actor, reason)
    if proposed and challenge.state == "notice":
        step_challenge(challenge, "rank_again", actor, reason)


def notice_annulled(notice: Notice) -> None:
    """An objection was upheld: what the notice proposed is dropped, and the challenge ranked again."""
    if notice.about_type != "challenge":
        return
    challenge = db.session.get_one(Challenge, notice.about_id)
    lock(challenge)
    if any(each.notice_id == notice.id for each in live_of(challenge, "proposed")):
        drop(challenge, SYSTEM, RULES["objected"].zh)


def confirm(challenge: Challenge, actor: Actor, seen: int | None = None) -> None:
    """Award what was proposed, once its notice is over.

    Raises:
        Refused: the notice is not over, an objection is open, or the actor does not run it.
        Conflict: the challenge moved on meanwhile.
    """
    lock(challenge)
    post = post_of(actor, challenge)
    by = add_workdays(clock.today(), value(ANSWER_DAYS), overrides())
    for award in live_of(challenge, "proposed"):
        move(AWARD, award, "confirm", actor, post=post, data={"answer_by": by.isoformat()})
        award.confirmed_at, award.confirmed_by, award.answer_by = clock.now(), actor.user_id, by
        db.session.flush()
    step_challenge(challenge, "confirm", actor, seen=seen)


# ---- the answer, and what follows from it ----


def take_step(award: Award, step: Step, actor: Actor, reason: str, seen: int | None) -> None:
    """Accept, decline, take back, strike off, undo: whatever the page of an award offers as a button.

    Raises:
        Refused, Conflict, Invalid: as ``move``.
    """
    lock(award.challenge)
    refusal = needs_second(award, actor) if step.name == "undo" else None
    if refusal is not None:
        raise refusal
    if step.name != "accept":
        _end(award, step.name, actor, reason, seen)
        vacate(award.challenge, f"{EMPTIED[step.name].zh}{COLON}{reason.strip()}")
        return
    by = clock.today() + timedelta(days=value(SIGN_DAYS))
    move(AWARD, award, "accept", actor, seen=seen, organization_id=award.organization_id,
         data={"sign_by": by.isoformat()})  # fmt: skip
    award.answered_at, award.answered_by, award.sign_by = clock.now(), actor.user_id, by
    db.session.flush()


def needs_second(award: Award, actor: Actor) -> Refused | None:
    """Why an official who decided on an award does not undo it himself, and who does; None for everybody else."""
    if not policy.decides(actor, award) or policy.corrects(actor, award):
        return None
    done = Text("您把它列入了公示", "You proposed it") if actor.user_id == award.proposed_by else None
    if actor.user_id == award.confirmed_by:
        done = Text("您把它列入公示并立榜", "You proposed and confirmed it") if done else None
        done = done or Text("您办理了立榜", "You confirmed it")
    assert done is not None  # by ``policy.corrects``
    return Refused(
        Text("立榜由未经办它的第二名经办人更正", "An award is undone by a second official, who did not decide on it"),
        done,
        Text("请另一名经办人在立榜页面办理", "Ask another official to do it on the page of the award"),
    )


def _end(award: Award, name: str, actor: Actor, reason: str, seen: int | None = None) -> None:
    post = post_of(actor, award.challenge) if runs(actor, award.challenge) else None
    own = award.organization_id if name == "decline" else None
    move(AWARD, award, name, actor, reason, post=post, organization_id=own, seen=seen)
    award.ended_at, award.remark = clock.now(), reason.strip()
    db.session.flush()


def vacate(challenge: Challenge, reason: str) -> None:
    """A place became empty: with nobody left in any, the challenge is ranked again; else ``advance`` decides."""
    if challenge.state == "confirmed" and not live_of(challenge) and not _terminated(challenge):
        step_challenge(challenge, "rank_again", SYSTEM, reason)
        return
    advance(challenge, SYSTEM)


def _terminated(challenge: Challenge) -> bool:
    return any(each.state == "terminated" for each in awards_of(challenge))


def fill_again(challenge: Challenge, actor: Actor, reason: str) -> None:
    """In a race with an empty place: go back to the ranking, so that the next in rank can be put on notice.

    Raises:
        Refused, Conflict, Invalid: as ``move``.
    """
    lock(challenge)
    step_challenge(challenge, "rank_again", actor, reason)


def proceed(challenge: Challenge, actor: Actor) -> None:
    """In a race with an empty place: leave it empty, and begin.

    Raises:
        Refused, Conflict: as ``move``.
    """
    lock(challenge)
    step_challenge(challenge, "execute", actor)


def advance(challenge: Challenge, actor: Actor) -> None:
    """Begin the work of the challenge once a contract stands and no other place waits for anything.

    An empty place that somebody could step into waits for the official: he fills it or leaves it (``proceed``).
    """
    if challenge.state != "confirmed" or ranking.next_ones(challenge):
        return
    if live_of(challenge, "executing") and not live_of(challenge, "proposed", "awarded", "accepted"):
        step_challenge(challenge, "execute", actor if runs(actor, challenge) else SYSTEM)


def find_none(challenge: Challenge, actor: Actor, reason: str, seen: int | None = None) -> None:
    """No bid is suitable: the challenge ends, and every bidder is told.

    Raises:
        Refused, Conflict, Invalid: as ``move``.
    """
    lock(challenge)
    step_challenge(challenge, "find_none", actor, reason, seen)


# ---- by the clock ----


def lapse_due() -> None:
    """Awards that nobody answered in time."""
    for award in unanswered(clock.today()):
        lock(award.challenge)
        if award.state == "awarded":
            _end(award, "lapse", SYSTEM, "")
            vacate(award.challenge, EMPTIED["lapse"].zh)
