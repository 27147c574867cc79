"""The plate of pilots: pages, panels, letters, what waits for sides and officials."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Flask, url_for

from marketplace.core.actor import Actor
from marketplace.core.text import Text
from marketplace.foundation.letters import DESK
from marketplace.pilots import chained, notify, panels, queries, views, waiting, wording
from marketplace.pilots.lifecycle import DECISION_DAYS, PILOT, VALID_MONTHS
from marketplace.pilots.models import Pilot
from marketplace.pilots.plan import MIN_DAYS, MIN_SAMPLE
from marketplace.pilots.policy import DUTY, waits_for
from marketplace.web.languages import current_language
from marketplace.web.plate import Capability, Duty, FooterLink, Named, NavItem, Queue, Recorded, Waiting


def duties(actor: Actor) -> list[Duty]:
    """The pilots in which it is the turn of the actor's side."""
    return [
        Duty(
            verb=Text("办理", "Attend to"), title=f"{pilot.label.say(current_language())} {pilot.number}",
            href=views.href(pilot), why=waiting.ACTS[pilot.state], since=pilot.updated_at,
        )
        for pilot, _side in waiting.pilots_of(actor)
    ]  # fmt: skip


def waiting_rows(ids: Sequence[int]) -> list[Waiting]:
    """Reports to verify, for the queue of an official."""
    return [_row(each) for each in queries.pilots_with(ids)]


def _row(pilot: Pilot) -> Waiting:
    return Waiting(
        key=pilot.id, title=pilot.label, number=pilot.number, href=url_for("pilots.verify", number=pilot.number),
        what=Text("验证报告", "Report"), organization=pilot.demander.label, at=pilot.submitted_at,
    )  # fmt: skip


REPORTS = Queue(
    key="pilots",
    label=Text("场景验证", "Pilots"),
    verb=Text("核验", "Verify"),
    model=Pilot,
    held=lambda actor: actor.has_duty(DUTY),
    waits=waits_for,
    rows=waiting_rows,
    days=DECISION_DAYS,
)


def named(ids: Sequence[int]) -> dict[int, Named]:
    """Pilots as the logs name them."""
    return {each.id: Named(each.number, views.href(each)) for each in queries.pilots_with(ids)}


RECORDED = Recorded("pilot", PILOT.label, acts=wording.ACTS, lifecycle=PILOT, named=named, key_of=queries.key_of)


def _init(app: Flask) -> None:
    app.extensions.setdefault("listing_panels", {}).setdefault("scenario", []).append(panels.of_scenario)
    app.extensions.setdefault("enquiry_panels", []).append(panels.of_enquiry)
    app.extensions.setdefault("challenge_panels", []).append(panels.of_challenge)
    app.extensions.setdefault("organization_panels", []).append(panels.of_organization)
    app.extensions.setdefault("workspace_panels", []).append(panels.workspace)


PILOTS = Capability(
    name="pilots",
    chain=chained.CHAIN,
    blueprints=lambda: (views.blueprint(), views.twins()),
    navigation=(NavItem("pilots", Text("场景验证", "Pilots"), "pilots.table", 40),),
    footer=(FooterLink(0, Text("场景验证", "Pilots"), "pilots.table", 40),),
    letters={
        "pilot.plan": notify.planned,
        "pilot.write_plan": notify.planned,
        "pilot.asked": notify.asked,
        "pilot.measured": notify.measured,
        "pilot.disputed": notify.disputed,
        "pilot.incident": notify.happened,
        "pilot.excluding": notify.excluding,
        "pilot.signed": notify.signed,
        **{f"pilot.{step}": notify.stepped for step in notify.TOLD},
    },
    letter_groups=(notify.PILOTS, DESK),
    settings=(*MIN_DAYS.values(), MIN_SAMPLE, DECISION_DAYS, VALID_MONTHS),
    records=(RECORDED,),
    queues=lambda: (REPORTS,),
    duties=duties,
    duty_selects=waiting.selects,
    personal=queries.personal,
    init=_init,
)
