"""What an invented listing of a demo account is, and the placeholders for dates in its content."""

import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

_DAY = re.compile(r"\{today(?:([+-])(\d+))?\}")


@dataclass(frozen=True, slots=True)
class DemoListing:
    """A listing to be brought to `state` through the real life cycle.

    `account` is the key of an account organization; `state` one of draft, in_review, returned, published, suspended,
    withdrawn, expired (scenarios also fulfilled, closed); `reason` what is said with the last step, where one is asked;
    `revision` the changed content that awaits review beside the published one, or None; `filed` how many days ago it
    was filed, 0 for as long as is usual for its state.
    """

    sample_id: str
    account: str
    state: str
    content: dict[str, Any]
    reason: str = ""
    revision: dict[str, Any] | None = field(default=None)
    filed: int = 0


def with_dates(value: Any, today: date) -> Any:
    """The same JSON with {today}, {today+60} and {today-10} in its strings replaced by dates, YYYY-MM-DD."""
    if isinstance(value, dict):
        return {key: with_dates(inner, today) for key, inner in value.items()}
    if isinstance(value, list):
        return [with_dates(inner, today) for inner in value]
    if isinstance(value, str):
        return _DAY.sub(lambda found: _day(found, today).isoformat(), value)
    return value


def _day(found: re.Match[str], today: date) -> date:
    days = int(found[2] or 0)
    return today + timedelta(days=-days if found[1] == "-" else days)
