"""What several pages of pilots show: plots, and what both sides are asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from marketplace.core import clock
from marketplace.core.text import Text
from marketplace.foundation import ledger
from marketplace.pilots import plan, plotting, queries, report, wording
from marketplace.pilots.judging import Judged
from marketplace.pilots.lifecycle import complete
from marketplace.pilots.models import Incident, Pilot
from marketplace.products.models import Product
from marketplace.scenarios.models import Scenario
from marketplace.web.languages import day, number
from marketplace.web.languages import gettext as _


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


def why_paused(pilot: Pilot) -> Text | None:
    """Why it stands still, for those who read its readings; None while it does not."""
    if pilot.state != "paused":
        return None
    last = next(each for each in reversed(ledger.history(pilot)) if each.action == "pause")
    return wording.reason_of(pilot.targets, last)


def period(pilot: Pilot) -> str:
    """The days of the run in words; the planned ones before it began."""
    if pilot.started_on:
        last = day(pilot.ended_on) or _("进行中")
        return f"{day(pilot.started_on)} – {last}"
    planned = [pilot.plan.get("first_day") or _("日期未定"), pilot.plan.get("last_day")]
    return " – ".join(filter(None, planned))


def parties(pilot: Pilot, ran: int) -> list[tuple[Text, Any]]:
    """Who tried what, where and how, for the report: label and value. ``ran``: days that count."""
    product, need = pilot.product, pilot.scenario
    edition = Text("第 %(number)s 版", "edition %(number)s") % {"number": pilot.product_edition}
    return [
        (Text("场景需求", "Need"), _named(need) if need else wording.ORIGINS["direct"]),
        (wording.SIDES["demander"], pilot.demander.label),
        (wording.SIDES["supplier"], pilot.supplier.label),
        (Text("产品", "Product"), Text("%(name)s %(edition)s", "%(name)s, %(edition)s")
         % {"name": _named(product), "edition": edition}),
        (Text("正式运行", "Formal run"), period(pilot)),
        (Text("计入天数", "Days that count"), str(ran)),
        *wording.plan_pairs(pilot.plan),
    ]  # fmt: skip


def _named(subject: Product | Scenario) -> Text:
    return Text("%(number)s %(name)s", "%(number)s %(name)s") % {"number": subject.number, "name": subject.label}


def counted(counts: Mapping[str, int]) -> str:
    """Which readings the report rests on; the digest of their file follows."""
    return _(
        "双方确认 %(confirmed)s 条，待确认 %(pending)s 条、有异议 %(disputed)s 条未计入；"
        "运行结束时锁定，数据文件（CSV）摘要（SHA-256）",
        **{key: number(counts[key]) for key in ("confirmed", "pending", "disputed")},
    )
