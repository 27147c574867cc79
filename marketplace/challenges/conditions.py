"""What later stages demand before a challenge moves on: upper capabilities register it, the life cycle asks it.

Bids know whether enough were sealed, panels whether every score is in: a challenge knows neither. A step that depends
on such a stage stays shut until somebody has registered what it demands.
"""

from __future__ import annotations

from collections.abc import Callable

from marketplace.challenges.models import Challenge
from marketplace.core.errors import Refused
from marketplace.core.text import Text

Condition = Callable[[Challenge], Refused | None]

_registered: dict[str, dict[str, Condition]] = {}


def require(step: str, name: str, condition: Condition) -> None:
    """Have the step ask ``condition`` too; the same ``name`` again replaces it (an app may be composed twice)."""
    _registered.setdefault(step, {})[name] = condition


def asked(step: str) -> Condition:
    """The guard of a step: every registered condition; shut when there is none."""

    def guard(challenge: Challenge) -> Refused | None:
        conditions = _registered.get(step)
        if not conditions:
            return _shut()
        return next((refusal for each in conditions.values() if (refusal := each(challenge)) is not None), None)

    guard.__name__ = f"asked_to_{step}"  # the documentation of the life cycles names guards
    return guard


def unhindered(step: str) -> Condition:
    """The guard of a step that stands open: only what is registered can hold it up."""

    def guard(challenge: Challenge) -> Refused | None:
        conditions = _registered.get(step, {})
        return next((refusal for each in conditions.values() if (refusal := each(challenge)) is not None), None)

    guard.__name__ = f"unhindered_to_{step}"
    return guard


def _shut() -> Refused:
    return Refused(
        Text("这一步以上一环节的记录为依据", "This step rests on the records of the stage before it"),
        Text("还没有可以依据的记录", "There are none yet"),
        Text("请先办完上一环节", "Finish the stage before it first"),
    )
