"""Commands while a pilot runs: record, correct, confirm and dispute readings, note incidents, exclude days."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from marketplace.core import clock
from marketplace.core.actor import SYSTEM, Actor
from marketplace.core.errors import Conflict, FieldError, Invalid, NotFound, Refused
from marketplace.core.text import Text
from marketplace.foundation import ledger
from marketplace.foundation.db import add_once, db, lock
from marketplace.foundation.lifecycle import given_reason, move
from marketplace.foundation.outbox import emit
from marketplace.pilots import intake, waiting
from marketplace.pilots.intake import Judgement
from marketplace.pilots.judging import past_limit
from marketplace.pilots.lifecycle import PILOT
from marketplace.pilots.models import Batch, ExcludedDay, Incident, Pilot, Reading, Tally, Target
from marketplace.pilots.packing import Moment, Readings
from marketplace.pilots.policy import UNDECIDED, Side, organization_of, other, side_of
from marketplace.pilots.wording import serious, stopped_by

OPEN = ("running", "paused")
# Rows that go to the database at once.
PORTION = 5000
# From so many days on all tallies are counted anew: a long list of days is slower than the whole.
MANY_DAYS = 200
LONGEST_OBJECTION = 300


def speaking(pilot: Pilot, actor: Actor) -> Side:
    """The side that the actor acts for while the pilot runs; takes the pilot's row.

    Raises:
        NotFound: he acts for neither. Refused: it does not run.
    """
    lock(pilot)
    side = side_of(actor, pilot)
    if side is None:
        raise NotFound
    if pilot.state not in OPEN:
        raise Refused(
            Text("正式运行期间才登记和确认测量", "Readings are recorded and confirmed while the pilot runs"),
            Text("现在是“%(state)s”", "It is now “%(state)s”") % {"state": PILOT.mark(pilot.state).label},
            Text(
                "未开始的先转入正式运行；已结束的数据已锁定", "Start the run first; after its end the data are locked"
            ),
        )
    return side


def rules_of(pilot: Pilot) -> intake.Rules:
    """What readings of the pilot are held against now."""
    assert pilot.started_on is not None
    return intake.Rules(tuple(pilot.targets), pilot.started_on, clock.now())


# ---- readings ----


def record(
    pilot: Pilot, actor: Actor, found: Judgement, source: str, sha256: str, *, file_name: str = "", key: str = "",
    token_id: int | None = None,
) -> Batch:  # fmt: skip
    """Write checked readings, all or none. The same ``key`` with the same content gives the first batch again.

    Raises:
        NotFound, Refused: as ``speaking``. Invalid: some are recorded already ("rows" names them).
        Conflict: the key was used for something else.
    """
    side = speaking(pilot, actor)
    before = batch_of(pilot, side, key) if key else None
    if before is not None:
        if before.sha256 != sha256:
            raise Conflict(
                Text("这个 Idempotency-Key 已用于另一份内容", "This Idempotency-Key was used for another content")
            )
        return before
    batch = Batch(
        pilot_id=pilot.id, side=side, source=source, file_name=file_name[:200], count=len(found.taken), sha256=sha256,
        key=key, token_id=token_id, user_id=actor.user_id, at=clock.now(),
    )  # fmt: skip
    db.session.add(batch)
    db.session.flush()
    _insert(pilot, batch, found)
    days = found.taken.days
    count_anew(pilot, days)
    ledger.record(
        pilot, "measure", actor, organization_id=organization_of(pilot, side),
        data={"batch": batch.id, "count": batch.count, "sha256": sha256},
    )  # fmt: skip
    emit("pilot.measured", pilot, {"batch": batch.id})
    _watch_limits(pilot, days)
    waiting.note(pilot)
    return batch


def batch_of(pilot: Pilot, side: Side, key: str) -> Batch | None:
    """The batch that came with an Idempotency-Key."""
    mine = (Batch.pilot_id == pilot.id) & (Batch.side == side) & (Batch.key == key)
    return db.session.scalar(sa.select(Batch).where(mine))


def _insert(pilot: Pilot, batch: Batch, found: Judgement) -> None:
    """Write the readings. Whether one is there already, the unique index says; only then they are looked for.

    Raises:
        Invalid: which rows are recorded already.
    """
    shared = {"pilot_id": pilot.id, "batch_id": batch.id, "side": batch.side, "standing": "pending", "objection": ""}
    taken = found.taken
    try:
        with db.session.begin_nested():
            for start in range(0, len(taken), PORTION):
                rows = [shared | each._asdict() for each in taken[start : start + PORTION]]
                db.session.execute(sa.insert(Reading.__table__), rows)  # type: ignore[arg-type]
    except IntegrityError as error:
        intake.hold_against(found, _stored(pilot, taken))
        if not found.problems:
            raise
        raise Invalid(FieldError(f"readings.{each.row}", each.message) for each in found.problems) from error


def _stored(pilot: Pilot, taken: Readings) -> Iterator[Moment]:
    """What is recorded between the first and the last of these moments."""
    select = sa.select(Reading.target_id, Reading.device, Reading.at).where(
        Reading.target_id.in_([each.id for each in pilot.targets]), Reading.corrects_id.is_(None),
        Reading.at.between(*taken.span()),
    ).execution_options(yield_per=PORTION)  # fmt: skip
    for row in db.session.execute(select):
        yield row[0], row[1], row[2]


def count_anew(pilot: Pilot, days: Collection[date]) -> None:
    """Bring the tallies of these days up to date with the readings, in the database alone."""
    mine, tallied = [Reading.pilot_id == pilot.id], [Tally.pilot_id == pilot.id]
    if len(days) <= MANY_DAYS:
        mine.append(Reading.target_id.in_([each.id for each in pilot.targets]) & Reading.day.in_(sorted(days)))
        tallied.append(Tally.day.in_(sorted(days)))
    shifted = sa.case((Target.kind == "mean", Reading.value - Target.goal), else_=Reading.value)
    totals = (
        sa.select(
            Reading.target_id, Reading.day, Reading.standing, sa.literal(pilot.id), sa.func.count(),
            sa.func.sum(Reading.base), sa.func.sum(shifted), sa.func.sum(shifted * shifted),
        )
        .join(Target, Target.id == Reading.target_id)
        .where(*mine)
        .group_by(Reading.target_id, Reading.day, Reading.standing)
    )  # fmt: skip
    db.session.execute(sa.delete(Tally).where(*tallied))
    columns = ["target_id", "day", "standing", "pilot_id", "count", "base", "value", "square"]
    db.session.execute(sa.insert(Tally).from_select(columns, totals))


def _watch_limits(pilot: Pilot, days: Collection[date]) -> None:
    """Pause when a day's readings lie beyond a stop limit; the first target and day that do are named."""
    if pilot.state != "running":
        return
    rows = db.session.scalars(sa.select(Tally).where(Tally.pilot_id == pilot.id)).all()
    for target in pilot.targets:
        for day in sorted(days):
            found = past_limit(target, [each for each in rows if (each.target_id, each.day) == (target.id, day)])
            if found is not None:
                _pause(pilot, target, day, found.value)
                return


def _pause(pilot: Pilot, target: Target, day: date, value: float) -> None:
    data: dict[str, Any] = {"target": target.code, "day": day.isoformat(), "value": value}
    pause(pilot, SYSTEM, stopped_by(target, data["day"], value).zh, data=data)


def pause(pilot: Pilot, actor: Actor, reason: str, data: dict[str, Any] | None = None, seen: int | None = None) -> None:
    """Pause; going on needs a new consent of both.

    Raises:
        Refused, Conflict, Invalid: as ``move``.
    """
    side = side_of(actor, pilot)
    own = organization_of(pilot, side) if side else None
    move(PILOT, pilot, "pause", actor, reason, organization_id=own, seen=seen, data=data)
    pilot.pauses += 1
    waiting.note(pilot)


def decide(
    pilot: Pilot, actor: Actor, standing: str, ids: Sequence[int] | None, *, last: int, objection: str = ""
) -> int:
    """Confirm or dispute readings of the other side: those with ``ids``, or all that wait up to the key ``last``.

    Returns how many. What was decided or replaced meanwhile is passed over.

    Raises:
        NotFound, Refused: as ``speaking``. Invalid: a dispute without its reason.
    """
    side = speaking(pilot, actor)
    words = _checked_objection(standing, objection)
    chosen = _chosen(pilot, other(side), standing, ids, last)
    days = set(db.session.scalars(sa.select(Reading.day).where(chosen).distinct()))
    now = clock.now()
    changed = db.session.execute(
        sa.update(Reading).where(chosen).values(
            standing=standing, decided_at=now, decided_by=actor.user_id,
            objection=words,
        ).execution_options(synchronize_session=False)
    ).rowcount  # type: ignore[attr-defined]  # fmt: skip
    if not changed:
        return 0
    if standing == "confirmed":
        _replace_corrected(pilot)
    count_anew(pilot, days)
    db.session.expire_all()
    ledger.record(
        pilot, "confirm" if standing == "confirmed" else "dispute", actor, organization_id=organization_of(pilot, side),
        reason=words, data={"count": changed, "last": last},
    )  # fmt: skip
    waiting.note(pilot)
    if standing == "disputed":
        emit("pilot.disputed", pilot, {"count": changed, "side": other(side), "objection": words})
    return int(changed)


def _chosen(pilot: Pilot, side: Side, standing: str, ids: Sequence[int] | None, last: int) -> sa.ColumnElement[bool]:
    """The readings of a side that can still be decided so; a single disputed one may be confirmed after all."""
    open_ones = UNDECIDED if standing == "confirmed" and ids is not None else ("pending",)
    found = (Reading.pilot_id == pilot.id) & (Reading.side == side) & Reading.standing.in_(open_ones)
    found &= Reading.id <= last
    return found if ids is None else found & Reading.id.in_(ids)


def _checked_objection(standing: str, objection: str) -> str:
    """Why it is disputed, as it will be kept.

    Raises:
        Invalid: a dispute without its reason, or one too long.
    """
    words = objection.strip()
    if standing == "disputed" and not words:
        raise Invalid([FieldError("objection", Text("写明为什么有异议", "Say why you dispute it"))])
    if len(words) > LONGEST_OBJECTION:
        message = Text("最多 %(most)d 个字", "At most %(most)d characters") % {"most": LONGEST_OBJECTION}
        raise Invalid([FieldError("objection", message)])
    return words if standing == "disputed" else ""


def _replace_corrected(pilot: Pilot) -> None:
    """A correction that is confirmed takes the place of what it corrects."""
    corrected = sa.select(Reading.corrects_id).where(
        Reading.pilot_id == pilot.id, Reading.standing == "confirmed", Reading.corrects_id.is_not(None)
    )
    db.session.execute(
        sa.update(Reading).where(Reading.id.in_(corrected), Reading.standing != "replaced").values(standing="replaced")
        .execution_options(synchronize_session=False)
    )  # fmt: skip


def correct(pilot: Pilot, reading_id: int, actor: Actor, value: str, base: str, why: str) -> Reading:
    """Write a new row that takes the place of one's own reading; a confirmed one counts until this one is confirmed.

    Raises:
        NotFound: no reading of one's own side. Refused: as ``speaking``. Invalid: the value, or no reason.
        Conflict: it was corrected already.
    """
    side = speaking(pilot, actor)
    old = _own_reading(pilot, reading_id, side)
    why = given_reason(why)
    try:
        number, part = intake.read_value(old.target, value, base, "")
    except FieldError as error:
        raise Invalid([error]) from error
    text = f"{old.id}|{number!r}|{part!r}|{why}"
    batch = Batch(
        pilot_id=pilot.id, side=side, source="form", count=1, sha256=hashlib.sha256(text.encode()).hexdigest(),
        user_id=actor.user_id, at=clock.now(),
    )  # fmt: skip
    db.session.add(batch)
    db.session.flush()
    new = Reading(
        pilot_id=pilot.id, target_id=old.target_id, batch_id=batch.id, side=side, at=old.at, day=old.day, value=number,
        base=part, device=old.device, note=why[:200], corrects_id=old.id,
    )  # fmt: skip
    db.session.add(new)
    if old.standing != "confirmed":
        old.standing = "replaced"
    db.session.flush()
    count_anew(pilot, {old.day})
    data = {"reading": new.id, "corrects": old.id}
    ledger.record(pilot, "correct", actor, organization_id=organization_of(pilot, side), reason=why, data=data)
    emit("pilot.measured", pilot, {"batch": batch.id})
    _watch_limits(pilot, {old.day})
    waiting.note(pilot)
    return new


def _own_reading(pilot: Pilot, reading_id: int, side: Side) -> Reading:
    """A reading of one's own side that was not corrected yet; takes its row.

    Raises:
        NotFound: there is none. Conflict: it was corrected already.
    """
    old = db.session.get(Reading, reading_id, with_for_update=True, populate_existing=True)
    if old is None or old.pilot_id != pilot.id or old.side != side:
        raise NotFound
    if old.standing == "replaced" or db.session.scalar(sa.select(Reading.id).where(Reading.corrects_id == old.id)):
        raise Conflict(
            Text("这条记录已经更正过，请更正新的那一条", "This was corrected already; correct the newer row")
        )
    return old


def lines(pilot: Pilot) -> Iterator[tuple[str, ...]]:
    """Every reading as a line of text, in the order of its key: what is exported, and what the digest is made of."""
    select = (
        sa.select(
            Reading.id, Target.place, Reading.at, Reading.value, Reading.base, Reading.device, Reading.side,
            Batch.source, Reading.standing, Reading.corrects_id, Reading.objection, Reading.note,
        )
        .join(Target, Target.id == Reading.target_id)
        .join(Batch, Batch.id == Reading.batch_id)
        .where(Reading.pilot_id == pilot.id)
        .order_by(Reading.id)
        .execution_options(yield_per=PORTION)
    )  # fmt: skip
    for row in db.session.execute(select):
        at = clock.beijing(row.at).strftime("%Y-%m-%d %H:%M:%S")
        yield (
            str(row.id), f"T{row.place}", at, f"{row.value:.12g}", f"{row.base:.12g}", row.device, row.side, row.source,
            row.standing, str(row.corrects_id or ""), row.objection, row.note,
        )  # fmt: skip


# ---- incidents and days ----


def note_incident(pilot: Pilot, actor: Actor, kind: str, severity: int, at: datetime, what: str, done: str) -> Incident:
    """Note what happened; a serious one pauses at once.

    Raises:
        NotFound, Refused: as ``speaking``.
    """
    side = speaking(pilot, actor)
    made = Incident(
        pilot_id=pilot.id, kind=kind, severity=severity, at=at, what=what, done=done, side=side, user_id=actor.user_id,
        noted_at=clock.now(),
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    own, data = organization_of(pilot, side), {"incident": made.id, "kind": kind, "severity": severity}
    entry = ledger.record(pilot, "incident", actor, organization_id=own, reason=what, data=data)
    emit("pilot.incident", pilot, {"entry": entry.id, "incident": made.id})
    if severity == 3 and pilot.state == "running":
        pause(pilot, SYSTEM, serious(kind).zh, data={"incident": made.id, "serious": kind})
    return made


def ask_to_exclude(pilot: Pilot, actor: Actor, day: date, reason: str) -> ExcludedDay:
    """Propose that a day shall not count; it does until the other side agrees.

    Raises:
        NotFound, Refused: as ``speaking``. Invalid: a day outside the run, or no reason. Conflict: asked already.
    """
    side = speaking(pilot, actor)
    reason = given_reason(reason)
    if pilot.started_on is None or not pilot.started_on <= day <= clock.today():
        raise Invalid(
            [FieldError("day", Text("只能是运行期间已过的日子", "It must be a day of the run that has come"))]
        )
    made = add_once(ExcludedDay, pilot_id=pilot.id, day=day, reason=reason[:300], side=side, user_id=actor.user_id)
    if made is None:
        raise Conflict(Text("这一天已经提出过", "This day was proposed already"))
    own, data = organization_of(pilot, side), {"day": day.isoformat()}
    ledger.record(pilot, "exclude", actor, organization_id=own, reason=reason, data=data)
    emit("pilot.excluding", pilot, {"excluded": made.id})
    return made


def decide_on_day(pilot: Pilot, excluded_id: int, actor: Actor, agree: bool) -> None:
    """The other side agrees that a day does not count, or declines.

    Raises:
        NotFound: nothing of the other side. Refused: as ``speaking``. Conflict: decided already.
    """
    side = speaking(pilot, actor)
    day = db.session.get(ExcludedDay, excluded_id, with_for_update=True, populate_existing=True)
    if day is None or day.pilot_id != pilot.id or day.side == side:
        raise NotFound
    if day.answer:
        raise Conflict(Text("这一天已经决定过", "This day was decided on already"))
    day.answer, day.decided_by, day.decided_at = "agreed" if agree else "declined", actor.user_id, clock.now()
    own, data = organization_of(pilot, side), {"day": day.day.isoformat()}
    ledger.record(pilot, f"day_{day.answer}", actor, organization_id=own, data=data)
    db.session.flush()
