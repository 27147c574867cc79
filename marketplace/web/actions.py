"""The one way from a button to a step of a life cycle: a page that asks, a route that does, buttons from the table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.core.actor import Actor
from marketplace.core.errors import NotFound
from marketplace.core.lifecycle import Lifecycle, Offer, Step
from marketplace.web.identity import current_actor, signed_in
from marketplace.web.languages import current_language
from marketplace.web.languages import gettext as _
from marketplace.web.request import redirect_target


@dataclass(frozen=True)
class ActionRoute:
    """How a blueprint carries out the steps of one life cycle.

    ``load(number, actor)``: the subject, or NotFound when the actor may not know of it.
    ``perform(subject, step, actor, reason, seen)``: the service command behind a step.
    ``title(subject)``: its name for people; ``href(subject)``: its page.
    """

    lifecycle: Lifecycle
    load: Callable[[str, Actor], Any]
    perform: Callable[[Any, Step, Actor, str, int | None], None]
    title: Callable[[Any], str]
    href: Callable[[Any], str]


def add_actions(blueprint: Blueprint, route: ActionRoute) -> None:
    """Add ``/<number>/do/<name>`` to the blueprint: GET asks (reason, consequence), POST does."""

    def ask(number: str, name: str) -> ResponseReturnValue:
        subject, offer = _offer(route, number, name)
        return render_template("layout/action.html", route=route, subject=subject, offer=offer, step=offer.step)

    def act(number: str, name: str) -> ResponseReturnValue:
        subject = route.load(number, current_actor())
        step = _step(route.lifecycle, name)
        seen = request.form.get("seen", "")
        route.perform(
            subject, step, current_actor(), request.form.get("reason", ""), int(seen) if seen.isdigit() else None
        )
        flash(_("已办理：%(step)s。", step=step.label.say(current_language())))
        return redirect(redirect_target(route.href(subject)))

    rule = "/<number>/do/<name>"
    blueprint.add_url_rule(rule, "ask", signed_in(ask), methods=["GET"])
    blueprint.add_url_rule(rule, "act", signed_in(act), methods=["POST"])


@dataclass(frozen=True)
class Button:
    """One button as the macro ``action_button`` draws it: a link to the page that asks."""

    step: Step
    href: str
    refusal: Any


def buttons(lifecycle: Lifecycle, subject: Any, endpoint: str) -> Sequence[Button]:
    """The buttons of ``open_to``; ``endpoint`` is the blueprint's name."""
    return [
        Button(offer.step, url_for(f"{endpoint}.ask", number=subject.number, name=offer.step.name), offer.refusal)
        for offer in lifecycle.open_to(current_actor(), subject)
    ]


def _step(lifecycle: Lifecycle, name: str) -> Step:
    step = lifecycle.by_name.get(name)
    if step is None or step.quiet:
        raise NotFound
    return step


def _offer(route: ActionRoute, number: str, name: str) -> tuple[Any, Offer]:
    subject = route.load(number, current_actor())
    step = _step(route.lifecycle, name)
    for offer in route.lifecycle.open_to(current_actor(), subject):
        if offer.step is step:
            return subject, offer
    raise NotFound
