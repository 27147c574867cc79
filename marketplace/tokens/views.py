"""The page of tokens in the workspace."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.organizations.queries import my_organizations
from marketplace.tokens import queries, services
from marketplace.tokens.forms import TokenForm
from marketplace.web.identity import current_actor, signed_in
from marketplace.web.languages import gettext as _


def blueprint() -> Blueprint:
    """The blueprint, made anew for each app."""
    pages = Blueprint("tokens", __name__, url_prefix="/workspace/tokens")
    pages.add_url_rule("", "table", signed_in(table), methods=["GET", "POST"])
    pages.add_url_rule("/<int:key>/revoke", "revoke", signed_in(revoke), methods=["POST"])
    return pages


def table() -> ResponseReturnValue:
    """The tokens of the actor's organizations, and a form for a new one; its secret is on the answer alone."""
    actor = current_actor()
    owned = [each for each in my_organizations(actor) if actor.owns(each.id)]
    form, made, secret = TokenForm(owned), None, ""
    if owned and form.validate_on_submit():
        organization = next(each for each in owned if str(each.id) == form.organization.data)
        made, secret = services.make(organization, form.name.data, form.scopes.data, int(form.days.data), actor)
    body = render_template(
        "tokens/table.html", form=form, tokens=queries.tokens_of(actor), owned=owned, made=made, secret=secret,
        scopes=services.SCOPES,
    )  # fmt: skip
    return body, HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK


def revoke(key: int) -> ResponseReturnValue:
    """End a token at once."""
    services.revoke(queries.token_by_key(key, current_actor()), current_actor())
    flash(_("令牌已撤销，立即失效。"))
    return redirect(url_for("tokens.table"))
