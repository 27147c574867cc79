"""Acceptances before the experts drawn for them: the kind that panels judge, and the page of an expert's opinion."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.awards import accepting, policy, queries, showing
from marketplace.awards.forms import ExpertForm
from marketplace.awards.models import Acceptance
from marketplace.awards.wording import VOTES
from marketplace.challenges.showing import required
from marketplace.core.actor import Actor
from marketplace.core.errors import Invalid
from marketplace.panels.showing import counts
from marketplace.panels.subjects import SubjectKind
from marketplace.web.forms import form_page
from marketplace.web.identity import current_actor, signed_in
from marketplace.web.languages import gettext as _


def add_routes(acceptances: Blueprint) -> None:
    """The page below one acceptance."""
    acceptances.add_url_rule("/<number>/sheet", "sheet", signed_in(sheet), methods=["GET", "POST"])


def home(acceptance: Acceptance) -> str:
    """The page of an acceptance for who reads it, else that of the result, which is public."""
    if policy.sees_inside(current_actor(), acceptance.award):
        return url_for("acceptances.show", number=acceptance.id)
    return url_for("awards.show", challenge=acceptance.award.challenge.number)


KIND = SubjectKind(
    name="acceptance",
    label=accepting.LABEL,
    duty="challenge",
    find=queries.acceptance_by_number,
    load=accepting.load,
    parties=accepting.parties,
    runs=policy.accepts,
    judged=accepting.waits,
    fields=lambda acceptance: [f"domain.{acceptance.award.challenge.domain}"],
    home=home,
    work=lambda acceptance: url_for("acceptances.sheet", number=acceptance.id),
    earlier=accepting.earlier,
    seated=accepting.seated,
)


def panel_part(acceptance: Acceptance, actor: Actor) -> dict[str, Any]:
    """What the page of an acceptance shows of its panel, for the macro ``panel_block``."""
    standing = accepting.standing_of(acceptance)
    decided = acceptance.decided_at is not None
    runs = policy.accepts(actor, acceptance)
    shown = standing is not None and policy.reads_opinions(actor, acceptance, standing.complete)
    return {
        "standing": standing, "runs": runs, "waits": accepting.waits(acceptance), "decided": decided,
        "line": counts([standing.panel]) if standing else None,
        "votes": showing.votes(standing) if standing and (decided or (runs and standing.complete)) else None,
        "opinions": standing.opinions if standing and shown else [], "labels": VOTES,
        "needs": {key: accepting.departs(standing, key) is not None for key in ("pass", "partly")},
    }  # fmt: skip


def sheet(number: str) -> ResponseReturnValue:
    """An expert's own opinion: saved as often as he likes, handed in once; everybody's once all are in."""
    actor = current_actor()
    own = queries.opinion_of(number, actor)
    acceptance = own.acceptance
    form = ExpertForm(own)
    if request.method == "POST" and form.validate():
        accepting.save(own, form.read(), form.vote.data or "", form.reasons.data or "", actor)
        try:
            return _after(own, acceptance, actor)
        except Invalid as error:
            form.refuse(error)
    standing = accepting.standing_of(acceptance)
    complete = standing is not None and standing.complete
    milestones = acceptance.award.milestones
    indicators = [(each, required(each)) for each in acceptance.indicators]
    return form_page(
        "awards/opinion.html", form, acceptance=acceptance, award=acceptance.award, own=own, labels=VOTES,
        challenge=acceptance.award.challenge, errors=form.problems(), milestones=milestones,
        indicators=indicators, rows=[(*row, entry) for row, entry in zip(indicators, form.findings, strict=True)],
        files=showing.files("acceptance", [acceptance.id])[acceptance.id],
        evidence=showing.files("milestone", [each.id for each in milestones]),
        opinions=standing.opinions if standing is not None and complete else [],
        votes=showing.votes(standing) if standing is not None and complete else None,
    )  # fmt: skip


def _after(own: Any, acceptance: Acceptance, actor: Actor) -> ResponseReturnValue:
    """What follows when an opinion was saved: it is handed in when that was asked for."""
    if request.form.get("go") != "hand_in":
        flash(_("已保存，还没有提交。"))
    elif accepting.hand_in(own, actor):
        flash(_("验收意见已提交。"))
    else:
        flash(_("按最新的回避核对结果，您不能参加这次验收，意见不计入。"))
        return redirect(url_for("panels.mine"))
    return redirect(url_for("acceptances.sheet", number=acceptance.id))
