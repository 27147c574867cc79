"""The page on which an operator states something: the report of a year, what was put right, a reply, a renewal."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from marketplace.core.errors import NotFound
from marketplace.sites import queries, running, uploads, wording
from marketplace.sites.forms import StatementForm, YearlyForm
from marketplace.sites.models import Site
from marketplace.web.forms import form_page
from marketplace.web.identity import current_actor, signed_in
from marketplace.web.languages import gettext as _


def add_pages(pages: Blueprint) -> None:
    """Add the page to the blueprint of sites."""
    rule = "/<number>/statements/<any(yearly, rectification, reply, renewal):kind>"
    pages.add_url_rule(rule, "state", signed_in(state), methods=["GET", "POST"])


def state(number: str, kind: str) -> ResponseReturnValue:
    """Write and file it."""
    actor = current_actor()
    site = queries.operated_site(number, actor)
    if kind not in running.open_statements(site):
        raise NotFound
    form = YearlyForm() if kind == "yearly" else StatementForm()
    if form.validate_on_submit():
        files = uploads.prepared(form, "files")
        if not form.errors:
            running.state_of_it(site, kind, form.stated(), files, actor)
            flash(_("已提交，省级会收到通知。"))
            return redirect(url_for("sites.show", number=number))
    return form_page(
        "sites/state.html", form, site=site, kind=kind, title=wording.STATEMENTS[kind],
        year=queries.years_reported(site) + 1, due=_due(site, kind),
    )  # fmt: skip


def _due(site: Site, kind: str) -> object:
    return {"yearly": site.report_due, "rectification": site.rectify_until, "reply": site.reply_until}.get(kind)
