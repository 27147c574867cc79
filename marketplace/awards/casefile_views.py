"""The case file of a challenge: what stood on a day, and the archive of it. For the official in charge and auditors."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.wsgi import wrap_file

from marketplace.awards import casefile, showing
from marketplace.awards.forms import AsOfForm
from marketplace.awards.services import post_of
from marketplace.challenges.models import Challenge
from marketplace.challenges.policy import runs
from marketplace.challenges.queries import challenge_by_number
from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.errors import FieldError, Invalid, NotFound
from marketplace.core.text import Text
from marketplace.foundation import ledger
from marketplace.listings.answers import any_day
from marketplace.scoring.policy import sees_scores
from marketplace.web.forms import clean
from marketplace.web.identity import current_actor, signed_in
from marketplace.web.plate import records


def add_routes(pages: Blueprint) -> None:
    """The page and the archive."""
    pages.add_url_rule("/<challenge>/case", "case", signed_in(page))
    pages.add_url_rule("/<challenge>/case.zip", "case_file", signed_in(download), methods=["POST"])


def reads(actor: Actor, challenge: Challenge) -> bool:
    """The official in charge, whole; an audit administrator, without what no administrator reads."""
    return challenge.published_at is not None and (runs(actor, challenge) or actor.administrator == "audit")


def _asked(number: str) -> tuple[Challenge, Actor]:
    actor = current_actor()
    challenge = challenge_by_number(number, actor)
    if not reads(actor, challenge):
        raise NotFound
    return challenge, actor


def _day(typed: str) -> date:
    """The day asked for; today without one. Raises FieldError."""
    found = any_day(typed, "as_of") if typed else clock.today()
    if found > clock.today():
        raise FieldError("as_of", Text("不能晚于今天", "Not later than today"))
    return found


def page(challenge: str) -> ResponseReturnValue:
    """What stood on a day, object by object, as history tells it."""
    found, actor = _asked(challenge)
    form = AsOfForm(request.args)
    case, status = None, 200
    try:
        day = _day(clean(request.args.get("as_of")))
        case = _case(found, day, actor)
    except FieldError as error:
        form.refuse([error])
        status = 422
    except NotFound:
        form.refuse([FieldError("as_of", Text("那一天还没有发榜", "It was not published on that day"))])
        status = 422
    if not form.as_of.data:
        form.as_of.data = clock.today().isoformat()
    body = render_template(
        "awards/case.html", challenge=found, form=form, case=case, rows=_rows(case) if case else [],
        history=showing.told(case.entries) if case else [], errors=form.problems(),
    )  # fmt: skip
    return body, status


def _case(challenge: Challenge, day: date, actor: Actor) -> casefile.Case:
    """The case as far as the reader may know it today, whatever day he looks at."""
    return casefile.case_of(challenge, day, whole=runs(actor, challenge), scores=sees_scores(actor, challenge))


def _rows(case: casefile.Case) -> list[dict[str, Any]]:
    """Kind, name and state of each object in words, in the order in which they came to it."""
    known, found = records(), casefile.standing(case)
    names: dict[tuple[str, int], str] = {}
    for kind in {each["kind"] for each in found}:
        named, keys = known[kind].named, [each["key"] for each in found if each["kind"] == kind]
        names.update({(kind, key): one.name for key, one in (named(keys) if named else {}).items()})
    return [
        {
            "what": known[each["kind"]].label, "name": names.get((each["kind"], each["key"]), str(each["key"])),
            "state": _state(known[each["kind"]], each["state"]),
            "at": datetime.fromisoformat(each["since"]) if each["since"] else None,
        }
        for each in sorted(found, key=lambda each: str(each["since"]))
    ]  # fmt: skip


def _state(record: Any, state: str) -> Any:
    life = record.lifecycle
    return life.mark(state) if life is not None and state in life.states else None


def download(challenge: str) -> Response:
    """The archive. That it was given out, to whom, and which manifest it had, stands in history."""
    found, actor = _asked(challenge)
    try:
        day = _day(clean(request.form.get("as_of")))
    except FieldError as error:
        raise Invalid([error]) from error
    case = _case(found, day, actor)
    packed, digest = casefile.archive(case)
    ledger.record(
        casefile.CaseFile(found.id), "give", actor, post=post_of(actor, found) if case.whole else None,
        data={"as_of": day.isoformat(), "manifest": digest, "whole": case.whole, "left_out": case.left_out},
    )  # fmt: skip
    name = f"{found.number}-{day.isoformat()}.zip"
    response = Response(wrap_file(request.environ, packed), mimetype="application/zip", direct_passthrough=True)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    response.call_on_close(packed.close)
    return response
