"""Commands on a pilot's life: plan, agree, start, resume, report, sign, verify. They flush and never commit."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

import sqlalchemy as sa

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.errors import Conflict, FieldError, Invalid, NotFound, Refused
from marketplace.core.text import Text
from marketplace.experts.services import months_on
from marketplace.foundation import ledger, once
from marketplace.foundation.db import add_once, db, lock
from marketplace.foundation.lifecycle import move
from marketplace.foundation.numbers import next_number
from marketplace.foundation.outbox import emit
from marketplace.foundation.tables import write_csv
from marketplace.organizations.models import Organization
from marketplace.pilots import measuring, plan, queries, waiting
from marketplace.pilots.lifecycle import PILOT, VALID_MONTHS, complete, signed_by_both
from marketplace.pilots.models import Consent, Pilot, Target
from marketplace.pilots.policy import Side, deciding_post, organization_of, side_of
from marketplace.pilots.report import gaps_of, parts_signed
from marketplace.products import services as products
from marketplace.products.models import Product
from marketplace.scenarios.models import Scenario
from marketplace.settings.queries import value

Origin = tuple[Literal["direct", "enquiry", "challenge"], str]
DIRECT: Origin = ("direct", "")


def start_plan(
    actor: Actor,
    product: Product,
    scenario: Scenario | None,
    demander: Organization,
    origin: Origin = DIRECT,
    first_day: date | None = None,
    form_key: str = "",
) -> Pilot:
    """Begin a plan between a product's vendor and a demander: the one way in, for people and upper capabilities.

    ``origin``: what it came from, with that object's number; it is shown and never changed. ``first_day``: the day
    that was spoken of, for the plan to begin with. ``form_key``: the form that it came with (foundation/once.py).

    Raises:
        Refused: the product is not public, both sides are one organization, or one of them is not verified.
    """
    refusal = refusal_to_plan(actor, product, scenario, demander, origin)
    if refusal is not None:
        raise refusal
    title = scenario.label if scenario else product.label
    made = Pilot(
        number=next_number("V"), product_id=product.id, product_edition=product.edition,
        scenario_id=scenario.id if scenario else None, supplier_id=product.organization_id, demander_id=demander.id,
        region=demander.region, origin=origin[0], origin_number=origin[1], title=title.zh[:200],
        title_en=title.en[:300], plan=_bound(_draft(scenario, first_day), product), created_by=actor.user_id,
        demo=product.demo or demander.demo, created_at=clock.now(),
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    from_what = {"origin": origin[0], "number": origin[1], **once.noted(form_key)}
    ledger.record(made, "plan", actor, organization_id=_own(made, actor), data=from_what)
    emit("pilot.plan", made)
    waiting.note(made)
    return made


def _draft(scenario: Scenario | None, first_day: date | None) -> dict[str, Any]:
    """What a plan begins with: what the need asks to be measured, where it is, and the day that was spoken of."""
    asked = scenario.content if scenario else {}
    draft = plan.blank(plan.targets_asked(asked), asked.get("place", ""))
    return draft | {"first_day": first_day.isoformat()} if first_day is not None else draft


# A need past its validity is on offer no more, but what was agreed about it in time stands.
NEEDS = {"direct": ("published",), "enquiry": ("published", "expired"), "challenge": ("published", "expired")}


def refusal_to_plan(
    actor: Actor, product: Product, scenario: Scenario | None, demander: Organization, origin: Origin = DIRECT
) -> Refused | None:
    """Why these cannot plan a pilot, or None."""
    open_need = scenario is None or scenario.state in NEEDS[origin[0]]
    mine = actor.is_system or actor.belongs_to(product.organization_id) or actor.belongs_to(demander.id)
    facts = (
        (not mine, Text("您不是其中任何一方的成员", "You are a member of neither side")),
        (product.state != "published", Text("产品没有公开", "The product is not public")),
        (not open_need, Text("场景需求没有公开", "The need is not public")),
        (product.organization_id == demander.id, Text("供需是同一单位", "Both sides are one organization")),
        (product.organization.state != "verified", Text("供方未通过核验", "The supplier is not verified")),
        (demander.state != "verified", Text("需方未通过核验", "The demander is not verified")),
    )
    fact = next((words for holds, words in facts if holds), None)
    if fact is None:
        return None
    return Refused(
        Text("场景验证由两个已核验的单位商定：公开产品的供方和需方",
             "A pilot is agreed between two verified organizations: the vendor of a public product, and a demander"),
        fact, Text("请先办好这一项，或换一个产品、需求", "See to that first, or choose another product or need"),
    )  # fmt: skip


def _bound(content: Mapping[str, Any], product: Product) -> dict[str, Any]:
    """The plan with what it is about, so that its digest covers the product's very revision."""
    return {**content, "product": product.number, "product_edition": product.edition}


def _own(pilot: Pilot, actor: Actor) -> int | None:
    side = side_of(actor, pilot)
    return organization_of(pilot, side) if side else None


def _side(pilot: Pilot, actor: Actor) -> Side:
    """The side of who acts; takes the pilot's row.

    Raises:
        NotFound: he acts for neither.
    """
    lock(pilot)
    side = side_of(actor, pilot)
    if side is None:
        raise NotFound
    return side


def _in_state(pilot: Pilot, state: str) -> None:
    if pilot.state != state:
        message = Text("没有保存：现在是“%(state)s”", "Not saved: it is now “%(state)s”")
        raise Conflict(message % {"state": PILOT.mark(pilot.state).label}, ledger.latest(pilot))


def _unchanged(pilot: Pilot, seen: int | None) -> None:
    if seen is not None and seen != pilot.version:
        message = Text("没有保存：对方或同事刚刚改过", "Not saved: the other side or a colleague has just changed it")
        raise Conflict(message, ledger.latest(pilot))


def save_plan(pilot: Pilot, content: Mapping[str, Any], actor: Actor, seen: int | None) -> None:
    """Write the plan. Who agreed to another text of it has not agreed to this one.

    Raises:
        NotFound: the actor acts for neither side. Conflict: it changed meanwhile, or is agreed already.
    """
    side = _side(pilot, actor)
    _in_state(pilot, "planned")
    _unchanged(pilot, seen)
    product = db.session.get_one(Product, pilot.product_id)
    pilot.plan, pilot.product_edition = _bound(content, product), product.edition
    db.session.flush()
    ledger.record(
        pilot, "write_plan", actor, organization_id=organization_of(pilot, side),
        data={"sha256": plan.digest(pilot.plan)},
    )  # fmt: skip
    emit("pilot.write_plan", pilot, {"side": side})
    waiting.note(pilot)


def agree(pilot: Pilot, actor: Actor, digest: str) -> None:
    """Say yes to the plan with this digest; the second side's yes makes it agreed.

    Raises:
        NotFound, Refused: not a side, not complete. Conflict: the plan is another one by now.
    """
    side = _side(pilot, actor)
    _in_state(pilot, "planned")
    _same(digest, plan.digest(pilot.plan), pilot)
    refusal = complete(pilot)
    if refusal is not None:
        raise refusal
    if _consent(pilot, "plan", digest, side, actor):
        move(PILOT, pilot, "agree", actor, organization_id=organization_of(pilot, side), data={"sha256": digest})
    waiting.note(pilot)


def _same(given: str, now: str, pilot: Pilot) -> None:
    if given != now:
        raise Conflict(
            Text(
                "没有确认：内容已经变化，请看过新的再确认",
                "Not confirmed: the text has changed; read it and confirm anew",
            ),
            ledger.latest(pilot),
        )


def _consent(pilot: Pilot, what: str, digest: str, side: Side, actor: Actor) -> bool:
    """Note a side's yes; True when both have said it to the same thing."""
    made = add_once(
        Consent, pilot_id=pilot.id, what=what, digest=digest, side=side, user_id=actor.user_id, at=clock.now()
    )
    if made is not None:
        own = organization_of(pilot, side)
        ledger.record(pilot, f"consent_{what}", actor, organization_id=own, data={"sha256": digest})
    both = queries.consents(pilot, what, digest).keys() == {"supplier", "demander"}
    if made is not None and not both:
        emit("pilot.asked", pilot, {"what": what, "side": side})
    return both


def _ask_anew(pilot: Pilot, what: str) -> None:
    """What both said yes to is open again; that they had is in history."""
    db.session.execute(sa.delete(Consent).where(Consent.pilot_id == pilot.id, Consent.what == what))


def take_step(pilot: Pilot, name: str, actor: Actor, reason: str = "", seen: int | None = None) -> None:
    """Take a step that stands as a button: change the plan, start, pause, end, stop.

    Raises:
        Refused, Conflict, Invalid: as ``move``.
    """
    if name == "pause":
        measuring.pause(pilot, actor, reason, seen=seen)
        return
    lock(pilot)
    data = {"sha256": plan.digest(pilot.plan)} if name == "start" else None
    move(PILOT, pilot, name, actor, reason, organization_id=_own(pilot, actor), seen=seen, data=data)
    if name == "start":
        _freeze(pilot)
    if name == "revise":
        _ask_anew(pilot, "plan")
    if name in ("finish", "abort"):
        _close(pilot)
    waiting.note(pilot)


def _freeze(pilot: Pilot) -> None:
    """From here on the plan is what it is: its digest, its first day, its targets as rows."""
    pilot.plan_sha256, pilot.frozen_at, pilot.started_on = plan.digest(pilot.plan), clock.now(), clock.today()
    for place, each in enumerate(pilot.plan["targets"], 1):
        goal = plan.number(each["goal"])
        assert goal is not None
        db.session.add(
            Target(
                pilot_id=pilot.id, place=place, name=each["name"], name_en=each["name_en"], kind=each["kind"],
                unit=each["unit"], direction=each["direction"], baseline=plan.number(each["baseline"]), goal=goal,
                stop=plan.number(each["stop"]), least=plan.number(each["least"]) or 0, spec=each["spec"],
            )
        )  # fmt: skip
    db.session.flush()
    db.session.expire(pilot, ["targets"])


HEADER = (
    "id", "target", "at", "value", "base", "device", "side", "source", "standing", "corrects", "objection", "note",
)  # fmt: skip


def _close(pilot: Pilot) -> None:
    """The run is over: its last day, and the digest of the file that the export of its readings is from now on."""
    if pilot.started_on is None:
        return
    pilot.ended_on = clock.today()
    found = hashlib.sha256()
    for piece in write_csv(HEADER, measuring.lines(pilot)):
        found.update(piece)
    pilot.data_sha256 = found.hexdigest()


def agree_to_resume(pilot: Pilot, actor: Actor, pause: int) -> None:
    """Say that it may go on after the pause with this number; the second side's yes resumes it.

    Raises:
        NotFound: not a side. Conflict: it is not paused any more, or was paused anew.
    """
    side = _side(pilot, actor)
    _in_state(pilot, "paused")
    _same(str(pause), str(pilot.pauses), pilot)
    if _consent(pilot, "resume", str(pause), side, actor):
        move(PILOT, pilot, "resume", actor, organization_id=organization_of(pilot, side))
    waiting.note(pilot)


# ---- the report ----


def save_report(pilot: Pilot, content: Mapping[str, Any], actor: Actor, seen: int | None) -> None:
    """Write the report; signatures under another text of it do not count any more.

    Raises:
        NotFound, Conflict: as ``save_plan``.
    """
    side = _side(pilot, actor)
    _in_state(pilot, "reporting")
    _unchanged(pilot, seen)
    pilot.report, pilot.submitted_at = dict(content), None
    db.session.flush()
    data = {"sha256": plan.digest(parts_signed(pilot))}
    ledger.record(pilot, "write_report", actor, organization_id=organization_of(pilot, side), data=data)
    waiting.note(pilot)


def sign(pilot: Pilot, actor: Actor, digest: str) -> None:
    """Sign the report with this digest; when both have, it waits for the official.

    Raises:
        NotFound, Conflict: as ``agree``. Refused: the report is not complete.
    """
    side = _side(pilot, actor)
    _in_state(pilot, "reporting")
    _same(digest, plan.digest(parts_signed(pilot)), pilot)
    missing = gaps_of(pilot.report)
    if missing:
        raise Refused(
            Text("报告写完才能签署", "Only a complete report can be signed"), missing[0],
            Text("请先补写报告", "Complete the report first"),
        )  # fmt: skip
    if _consent(pilot, "report", digest, side, actor):
        pilot.submitted_at = clock.now()
        db.session.flush()
        emit("pilot.signed", pilot)
    waiting.note(pilot)


# ---- the official ----


def verify(
    pilot: Pilot, name: str, actor: Actor, reason: str, seen: int | None, *, visit: Mapping[str, str] | None = None
) -> None:
    """Verify the report, refuse it or return it. The first two rest on a visit: its day, who
    went, what was seen; with the third one is kept for the next time.

    Raises:
        Refused, Conflict, Invalid: as ``move``; also for a visit before the run or in the future.
    """
    lock(pilot)
    post = deciding_post(actor, pilot)
    if visit is not None and post is not None and signed_by_both(pilot) is None:
        _unchanged(pilot, seen)
        _check_visit(pilot, visit)
        pilot.visit, seen = dict(visit), None  # compared already; the visit is a version of its own
        db.session.flush()  # move reads the row again
    data = {"report": plan.digest(parts_signed(pilot)), "data": pilot.data_sha256}
    move(PILOT, pilot, name, actor, reason, post=post, seen=seen, data=data)
    pilot.submitted_at, pilot.decided_at = None, clock.now()
    if name == "return":
        _ask_anew(pilot, "report")
        pilot.report = {**pilot.report, "returned": reason.strip()}
    if name == "verify":
        pilot.valid_until = months_on(clock.today(), value(VALID_MONTHS))
        _prove(pilot, actor)
    waiting.note(pilot)


def _check_visit(pilot: Pilot, visit: Mapping[str, str]) -> None:
    day = date.fromisoformat(visit["day"])
    if pilot.started_on is not None and pilot.started_on <= day <= clock.today():
        return
    raise Invalid(
        [
            FieldError(
                "day", Text("查看日期在运行开始之后、今天之前", "The visit lies between the start of the run and today")
            )
        ]
    )


def _prove(pilot: Pilot, actor: Actor) -> None:
    """Claims of the product that met targets stand for are proven here from now on."""
    met = [each.target.spec for each in queries.results(pilot) if each.verdict == "met" and each.target.spec]
    product = db.session.get_one(Product, pilot.product_id)
    products.prove(product, met, pilot.number, pilot.product_edition, actor)
