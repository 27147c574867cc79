"""Pages of officials' posts, for security administrators: given, changed, ended, each with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.queries import people, user_by_email
from marketplace.admin import forms, queries, services
from marketplace.admin.frame import menu
from marketplace.core.errors import FieldError, Invalid
from marketplace.core.text import Text
from marketplace.foundation import ledger
from marketplace.posts.models import DUTIES, Post
from marketplace.posts.services import change_post, end_post
from marketplace.reference import regions
from marketplace.web.actions import seen_version
from marketplace.web.forms import clean, form_page
from marketplace.web.identity import current_actor
from marketplace.web.languages import gettext as _
from marketplace.web.paging import paginate
from marketplace.web.plate import records


def posts() -> ResponseReturnValue:
    """Posts by department or holder, region, duty and state."""
    question = forms.post_question(request.args)
    page = paginate(queries.posts(question))
    return render_template(
        "admin/posts.html", menu=menu("admin.posts"), page=page, question=question,
        regions=forms.options(forms.post_regions(), Text("全部地区", "Any region")),
        duties=forms.options(DUTIES, Text("全部职责", "Any duty")),
        states=forms.options(queries.POST_STATES, Text("全部", "Any")), region_name=regions.name,
        state_of=queries.post_state, state_words=queries.POST_STATES,
    )  # fmt: skip


def new_post() -> ResponseReturnValue:
    """Make somebody an official."""
    form = forms.PostForm(data={"email": request.args.get("email", "")})
    if form.validate_on_submit():
        try:
            made = _give(form)
        except (Invalid, FieldError) as error:
            form.refuse(error if isinstance(error, Invalid) else [error])
        else:
            flash(_("岗位已授予，立即生效。"))
            return redirect(url_for("admin.post", key=made.id))
    return form_page("admin/post_new.html", form, menu=menu("admin.posts"))


def _give(form: forms.PostForm) -> Post:
    user = user_by_email(form.email.data)
    if user is None:
        raise FieldError("email", Text("没有用这个邮箱注册的人", "Nobody is registered with this address"))
    names = Text(form.department.data, form.department_en.data or form.department.data)
    return services.give_post(
        user, names, form.region.data, form.duties.data, forms.instant_after(form.until.data), current_actor(),
        form.reason.data,
    )  # fmt: skip


def post(key: int) -> ResponseReturnValue:
    """One post: change its duties and its end, or end it; below, what happened to it."""
    found = queries.post_by_id(key)
    form = forms.ChangePostForm(data={"duties": found.duties, "until": forms.last_day(found.until)})
    if form.validate_on_submit():
        try:
            until = forms.instant_after(form.until.data)
            changed = change_post(
                found, current_actor(), duties=form.duties.data, until=until, reason=form.reason.data,
                seen=seen_version(),
            )  # fmt: skip
        except (Invalid, FieldError) as error:
            form.refuse(error if isinstance(error, Invalid) else [error])
        else:
            flash(_("已保存，立即生效。") if changed else _("没有变化，没有保存。"))
            return redirect(url_for("admin.post", key=found.id))
    return form_page(
        "admin/post.html", form, menu=menu("admin.posts"), post=found, region_name=regions.name,
        state=queries.post_state(found), state_words=queries.POST_STATES, lines=_history(found),
        version=request.form.get("version", found.version),
    )  # fmt: skip


def end(key: int) -> ResponseReturnValue:
    """End a post now."""
    found = queries.post_by_id(key)
    reason = services.checked_reason(clean(request.form.get("reason")))
    end_post(found, current_actor(), reason, seen_version())
    flash(_("岗位已结束。"))
    return redirect(url_for("admin.post", key=found.id))


def _history(found: Post) -> list[Mapping[str, Any]]:
    entries, acts = ledger.history(found), records()["post"].every_act()
    names = people([entry.actor_id for entry in entries if entry.actor_id])
    return [
        {
            "at": entry.at, "text": acts.get(entry.action, Text(entry.action, entry.action)), "reason": entry.reason,
            "who": names[entry.actor_id].name if entry.actor_id in names else Text("系统", "System"),
        }
        for entry in reversed(entries)
    ]  # fmt: skip
