"""Talks for tests, brought to their end by the commands that bring them there."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from marketplace.core import clock
from marketplace.enquiries import opening, services
from marketplace.enquiries.lifecycle import ENQUIRY, OUTCOME
from marketplace.enquiries.models import Enquiry
from marketplace.foundation.db import transaction
from tests.factories.pilots import Sides


def agreed(both: Sides, kind: str = "pilot") -> Enquiry:
    """A talk that agreed on a pilot in a week, or on a purchase."""
    with transaction():
        made = opening.answer_scenario(both.scenario, [both.product.number], both.supplier, "可以做。")
        services.take_step(made, ENQUIRY.by_name["accept"], both.demander, "", None)
        later, amount = (7, None) if kind == "pilot" else (0, Decimal("48.5"))
        services.propose(made, both.supplier, kind, amount, clock.today() + timedelta(days=later), "", None)
        assert made.proposal is not None
        services.answer_outcome(made.proposal, OUTCOME.by_name["confirm"], both.demander, "", None)
    return made
