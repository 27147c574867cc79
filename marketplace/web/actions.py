"""The one way from a button to a step of a life cycle: buttons from the table, one POST route per life cycle."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, request
from flask.typing import ResponseReturnValue

from marketplace.core.actor import Actor
from marketplace.core.errors import Invalid, NotFound
from marketplace.core.lifecycle import Lifecycle, Offer, Step
from marketplace.core.text import Text
from marketplace.web.forms import clean
from marketplace.web.identity import current_actor, signed_in
from marketplace.web.languages import current_language
from marketplace.web.request import redirect_target


@dataclass(frozen=True, slots=True)
class RefusedReason:
    """A reason that was not accepted, for the macro ``action_button``: of which step, what was typed, what is wrong."""

    step: str
    reason: str
    message: Text


@dataclass(frozen=True)
class ActionRoute:
    """How a blueprint carries out the steps of one life cycle.

    ``load(number, actor)``: the subject, or NotFound when the actor may not know of it.
    ``perform(subject, step, actor, reason, seen)``: the service command behind a step.
    ``href(subject)``: where the actor lands afterwards.
    ``path``: the part of the address behind the number; another life cycle of the same page takes another.
    ``redraw(subject, refused)``: the page of the button again, with what was typed; without it an error page tells it.
    """

    lifecycle: Lifecycle
    load: Callable[[str, Actor], Any]
    perform: Callable[[Any, Step, Actor, str, int | None], None]
    href: Callable[[Any], str]
    path: str = "do"
    redraw: Callable[[Any, RefusedReason], ResponseReturnValue] | None = None


def add_actions(blueprint: Blueprint, route: ActionRoute) -> None:
    """Add POST ``/<number>/<path>`` to the blueprint, as the macro ``action_button`` posts it.

    Fields: ``transition`` (name of the step), ``version`` (what the actor had before him), ``reason``.
    """

    def act(number: str) -> ResponseReturnValue:
        subject = route.load(number, current_actor())
        step = route.lifecycle.by_name.get(request.form.get("transition", ""))
        if step is None or step.quiet:
            raise NotFound
        reason = clean(request.form.get("reason"))
        try:
            route.perform(subject, step, current_actor(), reason, seen_version())
        except Invalid as error:
            wrong = next((each for each in error.errors if each.field == "reason"), None)
            if route.redraw is None or wrong is None:
                raise
            return route.redraw(subject, RefusedReason(step.name, reason, wrong.message))
        flash(done(step.told))
        return redirect(redirect_target(route.href(subject)))

    rule = f"/<number>/{route.path}"
    blueprint.add_url_rule(rule, f"act_{route.path}", signed_in(act), methods=["POST"])


def done(told: Text) -> str:
    """That an act was carried out; ``told``: what history says was done."""
    return (Text("已办理：%(step)s。", "%(step)s.") % {"step": told}).say(current_language())


def seen_version() -> int | None:
    """The version that the form was drawn from."""
    text = request.form.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def offers(lifecycle: Lifecycle, subject: Any) -> Sequence[Offer]:
    """What the actor may do now, for ``action_buttons``."""
    return list(lifecycle.open_to(current_actor(), subject))
