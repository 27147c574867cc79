"""Commands on a challenge: begin, write, submit, decide, freeze, and what is due by the clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from marketplace.challenges.content import BLANK, Content, digest_of, from_scenario, frozen_text
from marketplace.challenges.lifecycle import CHALLENGE, WRITABLE, past_deadline, publication_due
from marketplace.challenges.models import Challenge, ChallengeEdition
from marketplace.challenges.policy import can_edit, can_post
from marketplace.core import clock
from marketplace.core.actor import SYSTEM, Actor
from marketplace.core.errors import Conflict, NotFound, Refused
from marketplace.core.lifecycle import Step
from marketplace.core.text import Text
from marketplace.foundation import dirty, ledger, once
from marketplace.foundation.db import db, lock
from marketplace.foundation.files import Prepared, StoredFile, keep
from marketplace.foundation.lifecycle import move
from marketplace.foundation.numbers import next_number
from marketplace.organizations.models import Organization
from marketplace.organizations.policy import no_verified_member
from marketplace.scenarios.models import Scenario

LETTER = "C"
# Columns that the form writes; everything else of it is content.
COLUMNS = (
    "title", "title_en", "domain", "mode", "most_winners", "blind", "min_bids", "most_partners", "openers_needed",
    "openers", "publish_at", "questions_until", "answers_until", "deadline", "opening_at",
)  # fmt: skip


def create(
    organization: Organization, actor: Actor, *, scenario: Scenario | None = None, columns: Mapping[str, Any] = {},
    content: Content | None = None, form_key: str = "",
) -> Challenge:  # fmt: skip
    """Begin a draft, alone or from a published need of the same organization. ``form_key``: as in foundation/once.py.

    Raises:
        Refused: the actor is no member, the organization is not verified, or the need is not its own or not public.
    """
    if not can_post(actor, organization):
        raise no_verified_member(
            Text("榜单由已认证单位的成员发起", "A challenge is posted by a member of a verified organization")
        )
    told: dict[str, Any] = {}
    if scenario is not None:
        _own_and_public(scenario, organization)
        told = {"title": scenario.title, "title_en": scenario.title_en, "domain": scenario.domain}
    challenge = Challenge(
        number=next_number(LETTER), organization_id=organization.id, region=organization.region,
        scenario_id=scenario.id if scenario else None, created_by=actor.user_id, demo=organization.demo,
        content={**BLANK, **(from_scenario(scenario.content) if scenario else {}), **(content or {})},
        **{**told, **columns},
    )  # fmt: skip
    db.session.add(challenge)
    db.session.flush()
    origin = {"scenario": scenario.number} if scenario else {}
    data = {**origin, **once.noted(form_key)} or None
    ledger.record(challenge, "create", actor, organization_id=organization.id, data=data)
    return challenge


def _own_and_public(scenario: Scenario, organization: Organization) -> None:
    if scenario.organization_id == organization.id and scenario.state == "published":
        return
    raise Refused(
        Text("只有本单位已发布的场景需求可以发榜", "Only a published need of your own can be posted as a challenge"),
        Text("这条需求不是本单位的，或没有公开", "This one is not yours, or not public"),
        Text("请选择本单位已发布的需求，或单独发榜", "Choose one of yours, or post without one"),
    )


def save(challenge: Challenge, columns: Mapping[str, Any], content: Content, actor: Actor, seen: int | None) -> None:
    """Keep what was written.

    Raises:
        NotFound: the actor may not write.
        Conflict: it changed since the actor saw it, or is no draft any more.
    """
    lock(challenge)
    if not can_edit(actor, challenge):
        raise NotFound
    if challenge.state not in WRITABLE or (seen is not None and seen != challenge.version):
        message = Text(
            "没有保存：这份榜单刚刚被别人改过或已送审",
            "Not saved: somebody else has just changed or submitted this challenge",
        )
        raise Conflict(message, ledger.latest(challenge))
    for key in COLUMNS:
        if key in columns:
            setattr(challenge, key, columns[key])
    challenge.content = {**challenge.content, **content}
    db.session.flush()


def attach(challenge: Challenge, contract: Prepared | None, files: Sequence[Prepared], actor: Actor) -> None:
    """Put the contract template, and files behind those it has, into the terms; each with its hash.

    Call after ``save``, in the same transaction: that has asked the right and the version.
    """
    content = dict(challenge.content)
    if contract is not None:
        content["contract"] = _named(keep(contract, challenge, actor))
    if files:
        content["files"] = [*content["files"], *(_named(keep(each, challenge, actor)) for each in files)]
    challenge.content = content
    db.session.flush()


def _named(file: StoredFile) -> dict[str, Any]:
    return {"file": file.id, "name": file.name, "size": file.size, "sha256": file.sha256}


def take_step(challenge: Challenge, step: Step, actor: Actor, reason: str, seen: int | None) -> None:
    """Take one step of the table; what else belongs to it happens here.

    Raises:
        Refused, Conflict, Invalid: as ``foundation.lifecycle.move``.
    """
    post = None if can_edit(actor, challenge) else actor.post_for("challenge", challenge.region)
    owner = challenge.organization_id if can_edit(actor, challenge) else None
    move(CHALLENGE, challenge, step.name, actor, reason, seen=seen, post=post, organization_id=owner,
         data=post.trace if post else None)  # fmt: skip
    if step.name == "submit":
        challenge.submitted_at, challenge.submitted_by, challenge.remark = clock.now(), actor.user_id, ""
    elif step.name in ("return", "withdraw"):
        challenge.remark = reason.strip()
    db.session.flush()
    if challenge.published_at is not None:
        dirty.note("challenge", challenge.id)


def publish(challenge: Challenge) -> None:
    """Publish what is due: the terms are frozen with their hash in the same breath.

    Raises:
        Refused: it is not due, or its timetable no longer holds.
    """
    lock(challenge)
    refusal = publication_due(challenge)
    if refusal is not None:
        raise refusal
    challenge.published_at, challenge.edition = clock.now(), 1
    made = freeze(challenge)
    move(CHALLENGE, challenge, "publish", SYSTEM, data={"edition": made.number, "sha256": made.digest})
    dirty.note("challenge", challenge.id)


def freeze(challenge: Challenge) -> ChallengeEdition:
    """Write the terms down as the challenge's present edition."""
    text = frozen_text(challenge)
    made = ChallengeEdition(
        challenge_id=challenge.id, number=challenge.edition, text=text, digest=digest_of(text), frozen_at=clock.now()
    )
    db.session.add(made)
    challenge.digest = made.digest
    db.session.flush()
    return made


def close(challenge: Challenge) -> None:
    """Close what is past its deadline.

    Raises:
        Refused: the deadline has not come, or a question asked in time still waits.
    """
    move(CHALLENGE, challenge, "close", SYSTEM)
    challenge.closed_at = clock.now()
    db.session.flush()
    dirty.note("challenge", challenge.id)


# ---- what is due by the clock ----


def publish_due() -> None:
    """Publish what was approved and whose planned time has come; what no longer holds waits for its owner."""
    planned = Challenge.publish_at
    due = (Challenge.state == "approved") & sa.or_(planned.is_(None), planned <= clock.now())
    for challenge in db.session.scalars(sa.select(Challenge).where(due).order_by(Challenge.id)).all():
        if publication_due(challenge) is None:
            publish(challenge)


def close_due() -> None:
    """Close what is past its deadline; one with a question that still waits stays, and takes no bid either."""
    due = (Challenge.state == "published") & (Challenge.deadline <= clock.now())
    for challenge in db.session.scalars(sa.select(Challenge).where(due).order_by(Challenge.id)).all():
        if past_deadline(challenge) is None:
            close(challenge)
