"""Pages of posts: what somebody holds, what he hands over, and what was handed to him."""

from __future__ import annotations

from flask import Blueprint, flash, get_template_attribute, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.errors import Invalid
from marketplace.core.lifecycle import Step
from marketplace.posts import forms, queries, services
from marketplace.posts.lifecycle import DELEGATION
from marketplace.posts.models import Delegation
from marketplace.posts.queries import posts_in_force
from marketplace.reference import regions
from marketplace.settings.queries import value
from marketplace.web.actions import ActionRoute, add_actions, offers
from marketplace.web.forms import form_page
from marketplace.web.identity import current_actor, forget_actor, signed_in
from marketplace.web.languages import gettext as _


def blueprint() -> Blueprint:
    """The blueprint, made anew for each app."""
    pages = Blueprint("posts", __name__, url_prefix="/posts")
    pages.add_url_rule("/", "mine", signed_in(mine))
    pages.add_url_rule("/<int:post_id>/delegate", "delegate", signed_in(delegate), methods=["GET", "POST"])
    route = ActionRoute(DELEGATION, queries.delegation_by_key, _take, lambda _each: url_for("posts.mine"), "delegation")
    add_actions(pages, route)
    return pages


def mine() -> ResponseReturnValue:
    """The posts of whoever asks, what he handed over and what was handed to him."""
    actor = current_actor()
    rows = [
        {"delegation": each, "given": each.post.user_id == actor.user_id, "mark": DELEGATION.mark(each.state),
         "offers": list(offers(DELEGATION, each)), "last": clock.last_day(each.until)}
        for each in queries.my_delegations(actor)
    ]  # fmt: skip
    posts = [post for post in queries.posts_of([actor.user_id or 0]) if post.until is None or post.until > clock.now()]
    return render_template("posts/mine.html", posts=posts, rows=rows, region_name=regions.name)


def delegate(post_id: int) -> ResponseReturnValue:
    """Hand duties of one's own post to a colleague."""
    actor = current_actor()
    post = queries.post_of(post_id, actor)
    form = forms.DelegationForm(post)
    if form.validate_on_submit():
        given = form.data
        try:
            services.delegate(
                post, int(given["user"]), given["duties"], given["first"], given["last"], given["reason"], actor
            )
        except Invalid as error:
            form.refuse(error)
        else:
            flash(_("委托已记录，对方会收到邮件。"))
            return redirect(url_for("posts.mine"))
    return form_page(
        "posts/delegate.html", form, post=post, region=regions.name(post.region), today=clock.today(),
        most=value(services.DELEGATION_DAYS),
    )  # fmt: skip


def _take(delegation: Delegation, step: Step, actor: Actor, reason: str, seen: int | None) -> None:
    services.take_delegation_step(delegation, step.name, actor, reason, seen)
    forget_actor()


def account_panel(user: User, _actor: Actor) -> Markup:
    """The posts a person holds, for the page of his account; nothing for who holds none."""
    draw = get_template_attribute("posts/account_panel.html", "account_panel")
    return Markup(draw(posts_in_force(user), regions.name))
