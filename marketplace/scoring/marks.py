"""What experts say of a bid: the criteria of a challenge, marks as they are typed, and what is still missing.

A sheet's marks: key of a criterion → {"mark": "25.5" or "yes" or "no" or "", "note": text}.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from marketplace.bids.models import Bid
from marketplace.challenges.content import BLANK, decimal, is_gate
from marketplace.challenges.models import Challenge
from marketplace.core.errors import FieldError
from marketplace.core.text import Text
from marketplace.scoring import ranking
from marketplace.scoring.models import Change, Sheet
from marketplace.scoring.ranking import Criterion, Judged

Marks = Mapping[str, Mapping[str, str]]
NOTE_LIMIT = 2000
YES, NO = "yes", "no"
ANSWERS = {YES: Text("通过", "Passes"), NO: Text("不通过", "Does not pass")}
HUNDREDTH = Decimal("0.01")


def criteria_of(challenge: Challenge) -> list[Criterion]:
    """The criteria that were published with the challenge, in their order."""
    return [
        Criterion(
            key=row["key"], name=_both(row, "name"), hint=_both(row, "hint"),
            kind="gate" if is_gate(row) else "points", weight=decimal(row["weight"]) or Decimal(0),
            least=decimal(row["least"]),
        )
        for row in {**BLANK, **challenge.content}["criteria"]
    ]  # fmt: skip


def _both(row: Mapping[str, Any], key: str) -> Text:
    return Text(row[key], row.get(f"{key}_en") or row[key])


def pass_mark_of(challenge: Challenge) -> Decimal | None:
    """The total below which nothing is awarded, if the challenge sets one."""
    return decimal({**BLANK, **challenge.content}["pass_mark"])


def read_mark(criterion: Criterion, typed: str, field: str) -> str:
    """A mark as it is kept; "" stays "".

    Raises:
        FieldError: on ``field``: no number, out of its range, or finer than a hundredth.
    """
    text = typed.strip()
    if not text:
        return ""
    if criterion.kind == "gate":
        found = next((key for key, label in ANSWERS.items() if text in (key, label.zh, label.en)), None)
        if found is None:
            raise FieldError(field, Text("请写“通过”或“不通过”", "Say “Passes” or “Does not pass”"))
        return found
    refusal = Text(
        "请写 0 到 %(most)s 的数，最多两位小数", "Give a number from 0 to %(most)s, with at most two decimals"
    ) % {"most": f"{criterion.weight:f}"}
    try:
        points = Decimal(text)
    except InvalidOperation as error:
        raise FieldError(field, refusal) from error
    if not points.is_finite() or not 0 <= points <= criterion.weight or points != points.quantize(HUNDREDTH):
        raise FieldError(field, refusal)
    return f"{points:f}"


def missing(criteria: Sequence[Criterion], marks: Marks, least: int) -> Iterator[FieldError]:
    """What still keeps a sheet from being locked. ``least``: characters of a reason."""
    for each in criteria:
        given = marks.get(each.key, {})
        if not given.get("mark"):
            yield FieldError(f"mark_{each.key}", Text("请给分", "Give a mark"))
        if len(given.get("note", "")) < least:
            message = Text("请写理由，至少 %(least)d 个字", "Give a reason of at least %(least)d characters")
            yield FieldError(f"note_{each.key}", message % {"least": least})


def total_of(criteria: Sequence[Criterion], marks: Marks) -> tuple[Decimal, int]:
    """The points given so far, and for how many criteria there is a mark."""
    given = {each.key: marks.get(each.key, {}).get("mark", "") for each in criteria}
    points = sum(
        (Decimal(given[each.key]) for each in criteria if each.kind == "points" and given[each.key]), Decimal(0)
    )
    return points, sum(map(bool, given.values()))


# ---- the panel as a whole ----


def judged(
    bid: Bid, code: str, criteria: Sequence[Criterion], sheets: Sequence[Sheet], changes: Sequence[Change], price: str
) -> Judged:
    """What the panel says of a bid: the mean of its locked sheets, unless the chair changed it in consensus.

    ``code``: what the result calls the bid. ``price``: in 万元 as text, "" when it has none.
    """
    changed = {each.criterion: each.mark for each in changes if each.bid_id == bid.id}
    own = [each.marks for each in sheets if each.bid_id == bid.id]
    points: dict[str, Fraction] = {}
    gates: dict[str, bool] = {}
    for each in criteria:
        given = [one[each.key]["mark"] for one in own]
        if each.kind == "gate":
            gates[each.key] = changed[each.key] == YES if each.key in changed else _passed(given)
        else:
            points[each.key] = (
                Fraction(changed[each.key]) if each.key in changed else ranking.mean([Decimal(one) for one in given])
            )
    return Judged(code, points, gates, decimal(price))


def _passed(given: Sequence[str]) -> bool:
    return ranking.passes([one == YES for one in given])
