"""Commands: open a talk, answer it, write, read contact data, agree on an outcome; and what time does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import sqlalchemy as sa

from marketplace.core import clock
from marketplace.core.actor import SYSTEM, Actor
from marketplace.core.errors import Conflict, FieldError, Invalid, Refused
from marketplace.core.lifecycle import Step
from marketplace.core.setting import Setting
from marketplace.core.text import Text, day_text
from marketplace.enquiries import lifecycle, queries
from marketplace.enquiries.lifecycle import ENQUIRY, OUTCOME
from marketplace.enquiries.models import (
    DECLINED,
    ENDED,
    ENDING,
    MESSAGE_LIMIT,
    NOTE_LIMIT,
    OUTCOMES,
    ContactReading,
    Enquiry,
    EnquiryMessage,
    Outcome,
    causes_open_to,
)
from marketplace.enquiries.policy import side_of
from marketplace.foundation import ledger, once
from marketplace.foundation.db import db, lock
from marketplace.foundation.files import Prepared, keep
from marketplace.foundation.lifecycle import move
from marketplace.foundation.outbox import emit
from marketplace.listings.answers import VALID_YEARS, years_on
from marketplace.listings.models import Listing
from marketplace.settings.queries import value

DAYS = Text("天", "days")
REMIND_DAYS = Setting(
    "enquiries.remind_days", Text("对接几天未答复时提醒", "Days without an answer before a reminder"), 5,
    Text("从发起的次日数起，到那天上午 9 点（北京时间）提醒一次",
         "Counted from the day after; sent once, at nine in the morning, Beijing time"),
    DAYS, least=1, most=60,
)  # fmt: skip
HOUR = time(9)  # of reminders, in Beijing
BATCH = 100
TALKING = ("accepted", "agreed")


def opened_on(enquiry: Enquiry) -> date:
    """The Beijing day on which a talk was opened: nothing that comes of it lies before."""
    return clock.beijing(enquiry.opened_at).date()


# ---- answering ------------------------------------------------------------------------------------------------------


def take_step(enquiry: Enquiry, step: Step, actor: Actor, reason: str, seen: int | None) -> None:
    """Accept or withdraw a talk.

    Raises:
        Refused, Conflict: as ``move``.
    """
    _move(enquiry, step.name, actor, reason, seen)
    if step.name == "accept":
        enquiry.answered_at = clock.now()


def decline(enquiry: Enquiry, actor: Actor, cause: str, note: str, seen: int | None) -> None:
    """Decline what the other side has opened.

    Raises:
        Invalid: on "cause" or "note".
        Refused, Conflict: as ``move``.
    """
    _check_cause(causes_open_to(enquiry.asked_side, DECLINED), cause, note)
    _move(enquiry, "decline", actor, note, seen, {"cause": cause})
    enquiry.cause, enquiry.answered_at = cause, clock.now()


def _check_cause(causes: dict[str, Text], cause: str, note: str) -> None:
    if cause not in causes:
        raise Invalid([FieldError("cause", Text("请选择一项原因", "Choose a reason"))])
    if cause == "other" and not note:
        raise Invalid([FieldError("note", Text("选“其他原因”时请写明", "Say what the reason is"))])
    _check_length("note", note, NOTE_LIMIT)


def _move(
    enquiry: Enquiry, name: str, actor: Actor, reason: str, seen: int | None, data: dict[str, str] | None = None
) -> None:
    side = side_of(actor, enquiry)
    organization_id = enquiry.organization_of(side).id if side else None
    lock(enquiry)
    if side and enquiry.state == "lapsed":  # neither side did that, so that both are told why
        raise _changed(enquiry)
    move(ENQUIRY, enquiry, name, actor, reason, organization_id=organization_id, seen=seen, data=data)


# ---- talking --------------------------------------------------------------------------------------------------------


def write_message(
    enquiry: Enquiry, actor: Actor, text: str, prepared: Sequence[Prepared] = (), form_key: str = ""
) -> EnquiryMessage:
    """Say something to the other side, with files or without.

    Raises:
        Invalid: on "text": nothing is said and nothing attached, or too much.
        Refused, Conflict: the talk rests, or is not open.
    """
    if not text and not prepared:
        raise Invalid([FieldError("text", Text("请写留言，或附上文件", "Write something, or attach a file"))])
    side = _acting(enquiry, actor)
    message = add_message(enquiry, side, actor, text, prepared)
    what = {"message": message.id, "files": len(prepared), **once.noted(form_key)}
    entry = _record(enquiry, "message", actor, side, what)
    emit("enquiry.message", enquiry, {"entry": entry.id})
    return message


def add_message(enquiry: Enquiry, side: str, actor: Actor, text: str, prepared: Sequence[Prepared]) -> EnquiryMessage:
    """Write down what a side says; its files belong to the message.

    Raises:
        Invalid: on "text": too long.
    """
    _check_length("text", text, MESSAGE_LIMIT)
    message = EnquiryMessage(enquiry_id=enquiry.id, side=side, author_id=actor.user_id, text=text, at=clock.now())
    db.session.add(message)
    db.session.flush()
    for each in prepared:
        keep(each, message, actor)
    return message


def note_meeting(enquiry: Enquiry, actor: Actor, day: date, seen: int | None) -> None:
    """Note the day on which the two sides met, on site or by telephone.

    Raises:
        Invalid: on "day": in the future, or before the talk began.
        Refused, Conflict: as ``write_message``, or somebody else was first.
    """
    side = _acting(enquiry, actor, seen)
    if not opened_on(enquiry) <= day <= clock.today():
        message = Text("请填发起对接之后、今天或以前的日期", "Give a day from the opening of the talk until today")
        raise Invalid([FieldError("day", message)])
    enquiry.met_on = day
    entry = _record(enquiry, "meet", actor, side, {"day": day.isoformat()})
    emit("enquiry.meet", enquiry, {"entry": entry.id})


def read_contact(enquiry: Enquiry, actor: Actor) -> list[tuple[Text, Sequence[str]]]:
    """The contact data of the other side, as (of what, [name, telephone, e-mail]); that it was read is written down.

    Raises:
        Refused, Conflict: as ``write_message``.
    """
    side = _acting(enquiry, actor)
    db.session.add(ContactReading(enquiry_id=enquiry.id, side=side, user_id=actor.user_id, at=clock.now()))
    _record(enquiry, "read_contact", actor, side)
    if side == "demander":
        return [(each.label, _contact(each)) for each in enquiry.offered]
    if enquiry.scenario is not None:
        return [(enquiry.scenario.label, _contact(enquiry.scenario))]
    asking = enquiry.demander
    return [(asking.label, [asking.contact_name, asking.contact_phone, asking.contact_email])]


def _contact(listing: Listing) -> list[str]:
    return [listing.content.get(f"contact_{key}") or "" for key in ("name", "phone", "email")]


def _acting(enquiry: Enquiry, actor: Actor, seen: int | None = None) -> str:
    """The side for which the actor acts in a talk that is held now; its row is locked from here on."""
    lock(enquiry)
    side = _own_side(enquiry, actor)
    if enquiry.state not in TALKING or (seen is not None and seen != enquiry.version):
        raise _changed(enquiry)
    refusal = lifecycle.standing(enquiry)
    if refusal is not None:
        raise refusal
    return side


def _own_side(enquiry: Enquiry, actor: Actor) -> str:
    side = side_of(actor, enquiry)
    if not side:
        raise Refused(
            Text("对接的每一方由自己的成员办理", "Each side of a talk acts through members of its own"),
            Text("您同时属于双方", "You belong to both"),
            Text("请由只属于一方的成员办理", "Have a member act who belongs to one side only"),
        )
    return side


def _changed(enquiry: Enquiry) -> Conflict:
    message = Text("没有执行：对接已经变化，现在是“%(state)s”", "Not done: the talk has changed and is now “%(state)s”")
    entry, state = ledger.latest(enquiry), ENQUIRY.mark(enquiry.state).label
    why = lifecycle.why_lapsed(enquiry, entry.data) if entry is not None and enquiry.state == "lapsed" else None
    return Conflict(message % {"state": lifecycle.because(state, why or "")}, entry)


# ---- the outcome ----------------------------------------------------------------------------------------------------


def propose(
    enquiry: Enquiry, actor: Actor, kind: str, amount: Decimal | None, day: date, note: str, seen: int | None
) -> Outcome:
    """Propose what was agreed; it counts once the other side confirms. A purchase may follow an agreed pilot.

    Args:
        amount: in 万元 (10,000 yuan), of a purchase.
        day: of the contract, or the pilot's start; not before the talk was opened, of a purchase not after today, and
            of a pilot no further ahead than the validity of a need may lie.

    Raises:
        Invalid: on "kind", "amount", "on_day" or "remark".
        Refused, Conflict: as ``write_message``, or one is waiting for an answer.
    """
    errors = list(_wrong(enquiry, kind, amount, day, note))
    if errors:
        raise Invalid(errors)
    side = _acting(enquiry, actor, seen)
    return _proposed(enquiry, side, actor, Outcome(kind=kind, amount=amount, on_day=day, note=note))


def propose_end(enquiry: Enquiry, actor: Actor, cause: str, note: str, seen: int | None) -> Outcome:
    """Propose to end the talk without a result; it ends once the other side agrees, or is silent for too long.

    A talk that rests can be ended too: nobody is held in one.

    Raises:
        Invalid: on "cause" or "note".
        Refused, Conflict: it is not open, or something else waits for an answer.
    """
    lock(enquiry)
    side = _own_side(enquiry, actor)
    _check_cause(causes_open_to(side, ENDED), cause, note)
    if enquiry.state != "accepted" or (seen is not None and seen != enquiry.version):
        raise _changed(enquiry)
    return _proposed(enquiry, side, actor, Outcome(kind=ENDING, on_day=clock.today(), cause=cause, note=note))


def _proposed(enquiry: Enquiry, side: str, actor: Actor, outcome: Outcome) -> Outcome:
    refusal = lifecycle.no_open_proposal(enquiry)
    if refusal is not None:
        raise refusal
    outcome.enquiry_id, outcome.side = enquiry.id, side
    outcome.proposed_by, outcome.proposed_at = actor.user_id, clock.now()
    db.session.add(outcome)
    db.session.flush()
    _touch(enquiry)
    db.session.refresh(enquiry, ["outcomes"])
    entry = ledger.record(
        outcome, "propose", actor, organization_id=enquiry.organization_of(side).id, after="proposed",
        data={"kind": outcome.kind, "amount": str(outcome.amount or ""), "day": outcome.on_day.isoformat(),
              "cause": outcome.cause},
    )  # fmt: skip
    emit("outcome.propose", outcome, {"entry": entry.id})
    return outcome


def _wrong_for_pilot(amount: Decimal | None, day: date) -> Iterator[FieldError]:
    if amount is not None:  # kept nowhere, so that it would be lost unsaid
        words = Text("场景验证不记金额，请留空；约定的费用写在说明里", "A pilot has no amount; write its price below")
        yield FieldError("amount", words)
    last = years_on(clock.today(), VALID_YEARS)
    if day > last:
        message = Text("验证最晚 %(last)s 开始", "A pilot begins by %(last)s")
        yield FieldError("on_day", message % {"last": day_text(last)})


def _wrong(enquiry: Enquiry, kind: str, amount: Decimal | None, day: date, note: str) -> Sequence[FieldError]:
    found = []
    if kind not in OUTCOMES:
        found.append(FieldError("kind", Text("请选择场景验证或采购", "Choose a pilot or a purchase")))
    if kind == "purchase" and amount is None:
        found.append(FieldError("amount", Text("采购要写金额", "A purchase has an amount")))
    if kind == "pilot":
        found += _wrong_for_pilot(amount, day)
    if kind == "purchase" and day > clock.today():
        found.append(
            FieldError(
                "on_day", Text("采购填签约日期，不能在今天以后", "Give the day of the contract, not one after today")
            )
        )
    if day < opened_on(enquiry):
        message = Text("不能早于发起对接的 %(day)s", "Not before %(day)s, when the talk was opened")
        found.append(FieldError("on_day", message % {"day": day_text(enquiry.opened_at)}))
    if len(note) > NOTE_LIMIT:
        found.append(_too_long("remark", NOTE_LIMIT))
    return found


def answer_outcome(outcome: Outcome, step: Step, actor: Actor, reason: str, seen: int | None) -> None:
    """Confirm, refuse or take back what was proposed; with the first one confirmed the talk is agreed, or ends.

    Raises:
        Refused, Conflict, Invalid: as ``move``.
    """
    enquiry = outcome.enquiry
    lock(enquiry)  # first the talk, then its outcome, as every command does
    side = side_of(actor, enquiry)
    organization_id = enquiry.organization_of(side).id if side else None
    move(OUTCOME, outcome, step.name, actor, reason, organization_id=organization_id, seen=seen)
    _touch(enquiry)
    if outcome.state == "confirmed":
        _conclude(outcome, actor, organization_id)


def _conclude(outcome: Outcome, actor: Actor, organization_id: int | None) -> None:
    enquiry = outcome.enquiry
    if outcome.kind == ENDING:
        move(ENQUIRY, enquiry, "end", actor, outcome.note, organization_id=organization_id,
             data={"cause": outcome.cause})  # fmt: skip
        enquiry.cause = outcome.cause
    elif enquiry.state == "accepted":
        move(ENQUIRY, enquiry, "agree", actor, organization_id=organization_id, data={"outcome": outcome.id})


# ---- time, and what happens elsewhere -------------------------------------------------------------------------------


def reminder_at(opened_at: datetime, days: int) -> datetime:
    """When an unanswered talk is reminded of: at nine in Beijing, ``days`` days after the day it was opened."""
    day = clock.beijing(opened_at).date() + timedelta(days=days)
    return datetime.combine(day, HOUR, clock.BEIJING)


def remind_due() -> bool:
    """Remind of the talks that have waited long enough, each once; the clock's own task. True when there are more.

    One whose organizations rest now is passed over until they are back: nobody could answer it.
    """
    days, here = value(REMIND_DAYS), clock.beijing(clock.now())
    reached = here.date() if here.time() >= HOUR else here.date() - timedelta(days=1)
    due = queries.to_remind(clock.end_of_day(reached - timedelta(days=days)), BATCH)
    reminded = 0
    for enquiry in due:
        lock(enquiry)
        if enquiry.state != "opened" or lifecycle.standing(enquiry) is not None:
            continue
        enquiry.reminded_at = clock.now()
        entry = ledger.record(enquiry, "remind", SYSTEM)
        emit("enquiry.remind", enquiry, {"entry": entry.id})
        reminded += 1
    return reminded == BATCH


def settle_ends() -> bool:
    """End the talks whose end was proposed and not answered in time; the clock's own task. True when there are more."""
    earliest = clock.now() - timedelta(days=value(lifecycle.END_DAYS))  # no fewer days pass than working days
    late = [each for each in queries.ends_proposed(earliest) if lifecycle.unanswered_end(each) is None][:BATCH]
    for outcome in late:
        lock(outcome.enquiry)
        if outcome.state == "proposed":
            move(OUTCOME, outcome, "settle", SYSTEM)
            _conclude(outcome, SYSTEM, None)
    return len(late) == BATCH


def lapse_about(kind: str, listing_id: int) -> None:
    """End the unanswered talks about a listing that has ended; a talk that both sides hold already goes on."""
    for enquiry in queries.unanswered_about(kind, listing_id):
        if lifecycle.is_off_offer(enquiry) is None:
            about = [each for each in (enquiry.scenario, *enquiry.offered) if each is not None]
            listing = next(each for each in about if (each.subject_type, each.id) == (kind, listing_id))
            move(ENQUIRY, enquiry, "lapse", SYSTEM, data=lifecycle.ended_by(listing, queries.end_of(listing)))


def _record(
    enquiry: Enquiry, action: str, actor: Actor, side: str, data: dict[str, object] | None = None
) -> ledger.LedgerEntry:
    db.session.flush()
    _touch(enquiry)
    return ledger.record(enquiry, action, actor, organization_id=enquiry.organization_of(side).id, data=data)


def _touch(enquiry: Enquiry) -> None:
    """Note that something of the talk has changed; its version stays, so that no form that is open goes stale by it."""
    db.session.execute(sa.update(Enquiry).where(Enquiry.id == enquiry.id).values(updated_at=clock.now()))


def _check_length(field: str, text: str, most: int) -> None:
    if len(text) > most:
        raise Invalid([_too_long(field, most)])


def _too_long(field: str, most: int) -> FieldError:
    return FieldError(field, Text("最多 %(count)d 个字", "At most %(count)d characters") % {"count": most})
