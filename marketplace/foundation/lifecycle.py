"""``move``: the only writer of a state. Right, state and guard in that order; history and outbox in the same breath."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from marketplace.core.actor import Actor, PostHeld
from marketplace.core.errors import Conflict, FieldError, Invalid, Refused
from marketplace.core.lifecycle import Lifecycle, Step
from marketplace.core.text import Text
from marketplace.foundation import ledger
from marketplace.foundation.db import db, lock
from marketplace.foundation.outbox import emit

REASON_MISSING = Text("请写明理由，对方会看到这段话", "Give the reason; the other side will read it")
REASON_LIMIT = 2000
REASON_LONG = Text("理由最多 2000 字", "A reason has at most 2,000 characters")


def move(
    lifecycle: Lifecycle,
    subject: Any,
    name: str,
    actor: Actor,
    reason: str = "",
    *,
    post: PostHeld | None = None,
    organization_id: int | None = None,
    seen: int | None = None,
    data: Mapping[str, Any] | None = None,
) -> ledger.LedgerEntry:
    """Take the step ``name`` of ``lifecycle`` on ``subject`` in the running transaction.

    Args:
        seen: the version of the subject that the actor had before him; a newer one means somebody else was first.
        data: what else history shall keep of this step (JSON).

    Raises:
        Refused: the actor has no right to the step, or its guard does not hold.
        Conflict: the subject is no longer in a state, or at the version, from which the step leads.
        Invalid: the step asks for a reason and none was given.
    """
    step = lifecycle.by_name[name]
    before, words = _set(lifecycle, step, subject, actor, reason, seen)
    entry = ledger.record(
        subject, name, actor, organization_id=organization_id, post=post,
        before=before, after=step.target, reason=words, data=data,
    )  # fmt: skip
    emit(f"{subject.subject_type}.{name}", subject, {"entry": entry.id})
    return entry


def move_unseen(
    lifecycle: Lifecycle,
    subject: Any,
    name: str,
    actor: Actor,
    keep: Callable[[Step, str, str], None],
    reason: str = "",
    *,
    seen: int | None = None,
) -> None:
    """The same for a step that nobody else may learn of yet: no history that others read, and no message.

    ``keep(step, before, reason)`` writes it down where it stays until history may have it.

    Raises:
        Refused, Conflict, Invalid: as ``move``.
    """
    step = lifecycle.by_name[name]
    keep(step, *_set(lifecycle, step, subject, actor, reason, seen))


def _set(
    lifecycle: Lifecycle, step: Step, subject: Any, actor: Actor, reason: str, seen: int | None
) -> tuple[str, str]:
    """Check the step, set the state, and give what it was with the reason as it will stand in history.

    Nothing is changed before everything is checked: the page of a refused act is drawn from the same object.
    """
    lock(subject)
    before = lifecycle.state_of(subject)
    _check(lifecycle, step, subject, actor, seen)
    words = checked_reason(step, reason)
    setattr(subject, lifecycle.column, step.target)
    db.session.flush()
    return before, words


def _check(lifecycle: Lifecycle, step: Step, subject: Any, actor: Actor, seen: int | None) -> None:
    """Right, state, guard: in this order, so that nobody learns a state from a refusal he had no right to."""
    state = lifecycle.state_of(subject)
    if not step.who(actor, subject):
        raise _no_right(lifecycle, step)
    if state not in step.sources or (seen is not None and seen != subject.version):
        raise Conflict(_changed(lifecycle, step, state), ledger.latest(subject))
    refusal = step.guard(subject) if step.guard else None
    if refusal is not None:
        raise refusal


def checked_reason(step: Step, reason: str) -> str:
    """The reason as it will stand in history.

    Raises:
        Invalid: it is missing where the step asks for one, or too long.
    """
    return given_reason(reason, asked=step.asks_reason)


def given_reason(reason: str, *, asked: bool = True) -> str:
    """The same for an act that is no step of a life cycle."""
    text = reason.strip()
    if asked and not text:
        raise Invalid([FieldError("reason", REASON_MISSING)])
    if len(text) > REASON_LIMIT:
        raise Invalid([FieldError("reason", REASON_LONG)])
    return text


def _no_right(lifecycle: Lifecycle, step: Step) -> Refused:
    return Refused(
        Text("%(cycle)s的“%(step)s”只由有相应职责的人办理", "“%(step)s” (%(cycle)s) is for those in charge of it")
        % {"cycle": lifecycle.label, "step": step.label},
        Text("您现在的身份没有这项职责", "You do not hold that charge now"),
        Text("请换用有职责的账号，或联系本单位管理员", "Use an account that does, or ask your organization's owner"),
    )


def _changed(lifecycle: Lifecycle, step: Step, state: str) -> Text:
    return Text(
        "“%(step)s”没有执行：这项内容已经变化，现在是“%(state)s”",
        "“%(step)s” was not done: this has changed meanwhile and is now “%(state)s”",
    ) % {"step": step.label, "state": lifecycle.mark(state).label}
