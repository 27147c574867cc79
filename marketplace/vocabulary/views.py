"""The administrator's pages of the table of synonyms."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.models import User
from marketplace.accounts.queries import people
from marketplace.core.errors import Conflict, Invalid, NotFound
from marketplace.foundation import ledger
from marketplace.vocabulary import queries, services
from marketplace.vocabulary.forms import GroupForm
from marketplace.vocabulary.models import SynonymGroup
from marketplace.vocabulary.policy import can_edit
from marketplace.web.actions import seen_version
from marketplace.web.identity import current_actor, signed_in
from marketplace.web.languages import gettext as _
from marketplace.web.paging import address

vocabulary = Blueprint("vocabulary", __name__, url_prefix="/admin/synonyms")


@vocabulary.before_request
@signed_in
def guard() -> None:
    """Administrators only; for everybody else the pages do not exist."""
    if not can_edit(current_actor()):
        raise NotFound


@vocabulary.get("/")
def table() -> ResponseReturnValue:
    """All groups, in use or retired, found by a part of a word."""
    words, retired = request.args.get("q", "").strip(), request.args.get("retired") == "1"
    found = queries.groups(words, retired=retired)
    tabs = [(_("使用中"), None, address(retired=None), not retired), (_("已停用"), None, address(retired="1"), retired)]
    return render_template("vocabulary/table.html", groups=found, words=words, retired=retired, tabs=tabs)


@vocabulary.route("/new", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """Add a group."""
    form = GroupForm()
    if request.method == "POST" and _complete(form, None):
        try:
            services.add_group(form.lines(), form.note.data or "", current_actor(), form.reason.data or "")
        except Invalid as invalid:
            form.refuse(invalid)
        else:
            flash(_("已加入。从现在起搜索就用这一组。"), "success")
            return redirect(url_for("vocabulary.table"))
    return _form_page(form, None)


@vocabulary.route("/<int:group_id>", methods=["GET", "POST"])
def edit(group_id: int) -> ResponseReturnValue:
    """Change a group, take it out of use, or bring it back."""
    group = queries.group_by_id(group_id)
    form = GroupForm(data={"words": "\n".join(group.words), "note": group.note})
    if request.method == "POST":
        try:
            if _changed(group, form):
                return redirect(url_for("vocabulary.table"))
        except Invalid as invalid:
            form.refuse(invalid)
        except Conflict as conflict:
            return _form_page(form, group, conflict)
    return _form_page(form, group)


def _changed(group: SynonymGroup, form: GroupForm) -> bool:
    act, version = request.form.get("act", ""), seen_version() or 0
    if act in ("retire", "restore"):
        services.retire_group(group, act == "retire", version, current_actor(), form.reason.data or "")
        flash(_("已停用，搜索不再用这一组。") if act == "retire" else _("已恢复，搜索重新用这一组。"), "success")
        return True
    if not _complete(form, group):
        return False
    services.change_group(group, form.lines(), form.note.data or "", version, current_actor(), form.reason.data or "")
    flash(_("已保存。从现在起搜索就按新的内容。"), "success")
    return True


def _complete(form: GroupForm, group: SynonymGroup | None) -> bool:
    """Whether nothing is wrong with what was typed; what is wrong with the words is told beside a missing reason."""
    if form.validate():
        return True
    if not form.words.errors:
        try:
            services.checked(form.lines(), group)
        except Invalid as invalid:
            form.refuse(invalid)
    return False


def _form_page(form: GroupForm, group: SynonymGroup | None, conflict: Conflict | None = None) -> ResponseReturnValue:
    log = ledger.history(group) if group is not None else []
    users = people([entry.actor_id for entry in log if entry.actor_id])
    status = HTTPStatus.CONFLICT if conflict else HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    lines = [_line(entry, users) for entry in reversed(log)]
    page = render_template("vocabulary/group.html", form=form, group=group, conflict=conflict, lines=lines)
    return page, status


def _line(entry: ledger.LedgerEntry, users: dict[int, User]) -> dict[str, object]:
    """An entry of the history: when, who, what, and the words before and after."""
    acts = {"add": _("加入"), "change": _("修改"), "retire": _("停用"), "restore": _("恢复")}
    after = entry.data.get("after") or entry.data
    before = entry.data.get("before")
    return {
        "at": entry.at,
        "who": users[entry.actor_id].name if entry.actor_id in users else _("系统"),
        "what": acts[entry.action],
        "before": " = ".join(before["words"]) if before else "",
        "after": " = ".join(after["words"]),
        "reason": entry.reason,
    }
