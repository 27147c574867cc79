"""How a talk ends without a result: one side proposes it, the other agrees, or says nothing for too long."""

from __future__ import annotations

from datetime import datetime, time

import pytest

from marketplace.core.clock import BEIJING
from marketplace.core.errors import Conflict, Invalid, Refused
from marketplace.enquiries import figures, queries, services, showing
from marketplace.enquiries.lifecycle import ENQUIRY, end_due
from marketplace.enquiries.models import ENDED
from marketplace.foundation.db import transaction
from marketplace.foundation.lifecycle import move
from tests.enquiries.test_talks import Pair, both_end, pair, settle
from tests.support.site import Clock

__all__ = ["pair"]


def test_a_talk_is_ended_by_both(pair: Pair, clock: Clock) -> None:
    """One proposes with a reason, the other agrees or says why not; nobody is held by who says nothing."""
    enquiry = pair.accepted()
    with pytest.raises(Refused, match="No end was agreed on"), transaction():
        move(ENQUIRY, enquiry, "end", pair.owner)
    with pytest.raises(Invalid), transaction():
        services.propose_end(enquiry, pair.vendor, "other", "", None)
    with transaction():
        services.propose_end(enquiry, pair.vendor, "price", "超出预算", None)
    assert [each.id for each in queries.waiting(pair.owner)] == [enquiry.id]
    with pytest.raises(Refused):  # nobody agrees with himself
        settle(enquiry, "confirm", pair.vendor)
    settle(enquiry, "refuse", pair.owner, "价格可以再谈")
    assert enquiry.state == "accepted"
    both_end(enquiry, pair.owner, pair.vendor, "cancelled")
    assert (enquiry.state, enquiry.cause) == ("ended", "cancelled")
    assert figures.funnel_of_scenario(pair.scenario.id).causes == [(ENDED["cancelled"], 1)]
    lines = [each["text"].zh for each in showing.history(enquiry, pair.owner)]
    assert lines[:3] == [
        "结束对接：项目取消或推迟", "确认结果：结束对接（项目取消或推迟）", "提出结果：结束对接（项目取消或推迟）",
    ]  # fmt: skip
    with pytest.raises(Conflict), transaction():
        services.propose_end(enquiry, pair.owner, "price", "", None)

    silent = pair.accepted()
    with transaction():
        services.propose_end(silent, pair.owner, "time", "", None)
    due = end_due(silent.outcomes[0])
    assert due is not None
    clock.move_to(datetime.combine(due, time(23, 59), BEIJING))  # New Year's Eve or not: the last minute counts
    with transaction():
        services.settle_ends()
    assert silent.state == "accepted"
    clock.forward(minutes=1)
    with transaction():
        services.settle_ends()
    assert (silent.state, silent.cause) == ("ended", "time")
    assert showing.history(silent, pair.vendor)[1]["text"].en.startswith("Taken as agreed")
