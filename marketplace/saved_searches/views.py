"""Pages of saved searches in the workspace, and the link at the end of their mails."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.core.errors import Conflict, Invalid, NotFound, Refused
from marketplace.core.text import within_marks
from marketplace.saved_searches import queries, services
from marketplace.saved_searches.forms import SavedSearchForm
from marketplace.saved_searches.models import RHYTHMS, SavedSearch
from marketplace.search.forms import canonical, question_of, read_question
from marketplace.search.queries import count_of
from marketplace.search.views import words_of
from marketplace.web.identity import current_actor, signed_in
from marketplace.web.languages import current_language
from marketplace.web.languages import gettext as _

saved_searches = Blueprint("saved_searches", __name__)
BOTH = ["GET", "POST"]


@saved_searches.get("/workspace/searches")
@signed_in
def table() -> ResponseReturnValue:
    """What the person has saved, how much each finds now, how often he is told."""
    return _table()


@saved_searches.route("/workspace/searches/new", methods=BOTH)
@signed_in
def new() -> ResponseReturnValue:
    """Save the question of the address; one that is saved already is shown as it was saved."""
    query, actor = canonical(read_question(request.args)), current_actor()
    if query and (known := queries.same_of_mine(query, actor)):
        flash(_("这个搜索您已经保存过，没有再存一份。下面是已保存的。"))
        return redirect(url_for("saved_searches.edit", saved_id=known.id))
    words = _words(query)
    form = SavedSearchForm(data={"name": words[: services.LONGEST_NAME]})
    refusal = services.refusal(query, actor)
    if refusal is None and form.validate_on_submit():
        try:
            services.save_search(form.name.data or "", query, form.rhythm.data or "", actor)
        except Invalid as invalid:
            form.refuse(invalid)
        else:
            flash(_("已保存。有新的结果时按您选的方式发邮件。"), "success")
            return redirect(url_for("saved_searches.table"))
    return _form_page(form, words, query, refusal=refusal)


@saved_searches.route("/workspace/searches/<int:saved_id>", methods=BOTH)
@signed_in
def edit(saved_id: int) -> ResponseReturnValue:
    """Change the name or the rhythm, or remove it."""
    try:
        saved = queries.one_of_mine(saved_id, current_actor())
    except NotFound:
        return _table(gone=True), HTTPStatus.NOT_FOUND
    form, conflict = SavedSearchForm(data={"name": saved.name, "rhythm": saved.rhythm}), None
    seen, removing = request.form.get("seen", ""), request.form.get("act") == "remove"
    if removing or form.validate_on_submit():
        try:
            if removing:
                services.remove_search(saved, seen)
            else:
                services.change_search(saved, form.name.data or "", form.rhythm.data or "", seen)
        except Invalid as invalid:
            form.refuse(invalid)
        except Conflict as refused:
            conflict = refused
        else:
            flash(_("已删除，不再发邮件。") if removing else _("已保存。"), "success")
            return redirect(url_for("saved_searches.table"))
    return _form_page(form, _words(saved.query), saved.query, saved, conflict=conflict)


@saved_searches.route("/saved-searches/leave/<token>", methods=BOTH)
def leave(token: str) -> ResponseReturnValue:
    """The link of a mail: one press, no sign-in. Looking at the page changes nothing, for mail programs look too."""
    try:
        saved = services.search_of_token(token, current_app.extensions["config"].secret_key)
    except NotFound:
        return render_template("saved_searches/leave.html", saved=None), HTTPStatus.NOT_FOUND
    if request.method == "POST":
        services.change_search(saved, saved.name, "off", saved.shown)
    return render_template(
        "saved_searches/leave.html", saved=saved, name=within_marks(saved.name), done=saved.rhythm == "off"
    )  # fmt: skip


def _table(*, gone: bool = False) -> str:
    rows = [_row(saved) for saved in queries.mine(current_actor())]
    return render_template("saved_searches/table.html", rows=rows, gone=gone)


def _row(saved: SavedSearch) -> dict[str, Any]:
    return {
        "saved": saved,
        "words": _words(saved.query),
        "rhythm": RHYTHMS[saved.rhythm],
        "count": count_of(question_of(saved.query)),
        "href": f"/search?{saved.query}",
    }


def _words(query: str) -> str:
    """The question in words: 巡检 · 合肥市 · 额定负载 ≥ 20 kg."""
    return " · ".join(words_of(question_of(query), current_language()))


def _form_page(
    form: SavedSearchForm,
    words: str,
    query: str,
    saved: SavedSearch | None = None,
    *,
    refusal: Refused | None = None,
    conflict: Conflict | None = None,
) -> ResponseReturnValue:
    page = render_template(
        "saved_searches/form.html",
        form=form, words=words, query=query, saved=saved, refusal=refusal, conflict=conflict,
    )  # fmt: skip
    wrong = form.errors or (refusal and request.method == "POST")
    status = HTTPStatus.CONFLICT if conflict else HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK
    return page, status
