"""What several pages of pilots show: plots, and what both sides are asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from marketplace.core import clock
from marketplace.pilots import plan, plotting, queries, report, wording
from marketplace.pilots.judging import Judged
from marketplace.pilots.lifecycle import complete
from marketplace.pilots.models import Incident, Pilot


def plots(results: Sequence[Judged], incidents: Sequence[Incident]) -> list[dict[str, Any]]:
    """Every target as the macro ``band_plot`` draws it."""
    when = [clock.beijing(each.at).date() for each in incidents]
    return [
        {
            "result": each, "geometry": plotting.band_plot(each, when), "summary": wording.summary(each),
            "label": wording.spoken(each), "unit": wording.unit_of(each.target), "aim": wording.aim(each.target),
            "stop": wording.figure(each.target.stop), "base": wording.figure(each.target.baseline),
        }
        for each in results
    ]  # fmt: skip


def agreement(pilot: Pilot) -> dict[str, Any] | None:
    """What both sides are asked to say yes to now: what, its digest, and who has."""
    if pilot.state == "planned":
        what, digest = "plan", plan.digest(pilot.plan)
    elif pilot.state == "paused":
        what, digest = "resume", str(pilot.pauses)
    elif pilot.state == "reporting":
        what, digest = "report", plan.digest(report.parts_signed(pilot))
    else:
        return None
    refusal = complete(pilot) if what == "plan" else None
    return {"what": what, "digest": digest, "given": queries.consents(pilot, what, digest), "refusal": refusal}
