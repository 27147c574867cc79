"""The timetable of a challenge: what its instants must keep to, and what the clock allows now."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from marketplace.challenges.models import Challenge
from marketplace.core import clock
from marketplace.core.errors import FieldError
from marketplace.core.setting import Setting
from marketplace.core.text import Text
from marketplace.foundation.db import moment
from marketplace.reference.calendar import YearUnknown, workdays_between
from marketplace.reference.services import overrides
from marketplace.settings.queries import value

WORKING_DAYS = Text("个工作日", "working days")
OPEN_DAYS = Setting(
    "challenges.open_days",
    Text("榜单公开征集的最短时间", "Minimum time a challenge is open for bids"),
    20,
    Text("从发榜到揭榜截止，按自然日计", "Calendar days from publication to the deadline"),
    Text("天", "days"),
    least=1,
    most=365,
)
ANSWER_DAYS = Setting(
    "challenges.answer_days",
    Text("答疑与揭榜截止之间至少隔", "Minimum time from the last answer to the deadline"),
    3,
    Text("让各单位来得及按答复修改申报", "So that bidders can still take the answers into account"),
    WORKING_DAYS,
    least=0,
    most=60,
)
EXTENSION_DAYS = Setting(
    "challenges.extension_days",
    Text("实质性更正后至少留出", "Minimum time after a material change"),
    5,
    Text("从更正发布到新的揭榜截止", "From its publication to the new deadline"),
    WORKING_DAYS,
    least=1,
    most=60,
)
SETTINGS = (OPEN_DAYS, ANSWER_DAYS, EXTENSION_DAYS)

ORDER = ("questions_until", "answers_until", "deadline", "opening_at")
LABELS = {
    "publish_at": Text("计划发榜", "Planned publication"),
    "questions_until": Text("提问截止", "Questions until"),
    "answers_until": Text("答复截止", "Answers until"),
    "deadline": Text("揭榜截止", "Deadline for bids"),
    "opening_at": Text("开启", "Opening"),
}


def workdays_from(start: datetime, end: datetime) -> int:
    """Working days after the Beijing day of ``start`` up to and including that of ``end``; raises YearUnknown."""
    return workdays_between(clock.beijing(start).date(), clock.last_day(end), overrides())


def faults(challenge: Challenge, start: datetime | None = None) -> list[FieldError]:
    """What is wrong with the timetable if the challenge is published at ``start`` (as planned, or now, without it)."""
    missing = [key for key in ORDER if getattr(challenge, key) is None]
    if missing:
        return [FieldError(key, _MISSING) for key in missing]
    opens = start or max(challenge.publish_at or clock.now(), clock.now())
    return [*_order(challenge, opens), *_time_enough(challenge, opens)]


_MISSING = Text("请填写日期和时间", "Give the day and the time")


def _order(challenge: Challenge, opens: datetime) -> Iterator[FieldError]:
    before, name = opens, Text("发榜时间", "publication")
    for key in ORDER:
        at: datetime = getattr(challenge, key)
        # Opening may begin the moment the deadline strikes; the others lie apart.
        if at < before or (at == before and key != "opening_at"):
            yield FieldError(key, Text("要晚于%(before)s", "Must be later than %(before)s") % {"before": name})
        before, name = at, LABELS[key]


def _time_enough(challenge: Challenge, opens: datetime) -> Iterator[FieldError]:
    assert challenge.deadline is not None
    assert challenge.answers_until is not None
    open_days = value(OPEN_DAYS)
    if challenge.deadline < opens + timedelta(days=open_days):
        message = Text(
            "从发榜到揭榜截止至少 %(days)d 天", "At least %(days)d days from publication to the deadline"
        )  # fmt: skip
        yield FieldError("deadline", message % {"days": open_days})
    answer_days = value(ANSWER_DAYS)
    try:
        between = workdays_from(challenge.answers_until, challenge.deadline)
    except YearUnknown as unknown:
        yield FieldError("deadline", unknown.fact)
        return
    if between < answer_days:
        message = Text(
            "答复截止与揭榜截止之间至少隔 %(days)d 个工作日",
            "At least %(days)d working days between the last answer and the deadline",
        )
        yield FieldError("answers_until", message % {"days": answer_days})


# ---- what the clock allows: always the database's clock, never a flag that a late job has to set ----


def takes_bids(challenge: Challenge) -> bool:
    """Whether a bid would be in time now."""
    return challenge.state == "published" and challenge.deadline is not None and moment() < challenge.deadline


def takes_questions(challenge: Challenge) -> bool:
    """Whether a question can be asked now; after the window it goes to the late queue, until the deadline."""
    return takes_bids(challenge)


def is_late(challenge: Challenge) -> bool:
    """Whether a question asked now is late."""
    return challenge.questions_until is not None and moment() >= challenge.questions_until
