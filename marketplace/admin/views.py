"""The blueprint of the administration, and its first page."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from marketplace.accounts.models import ADMINISTRATIONS
from marketplace.admin import health, log_views, policy, post_views, queries, system_views, user_views
from marketplace.admin.frame import Right, View, guarded, menu
from marketplace.web.identity import current_actor


def blueprint() -> Blueprint:
    """The blueprint, made anew for each app from the table below."""
    pages = Blueprint("admin", __name__, url_prefix="/admin")
    for path, name, right, view, methods in ROUTES:
        pages.add_url_rule(path, name, guarded(right, view), methods=list(methods))
    return pages


def home() -> ResponseReturnValue:
    """What each kind of administrator looks at first."""
    actor = current_actor()
    return render_template(
        "admin/home.html", menu=menu("admin.home"), kind=ADMINISTRATIONS[actor.administrator],
        parts=health.parts() if policy.can_run(actor) else (),
        counts=queries.user_counts() if policy.can_secure(actor) else {}, states=queries.USER_STATES,
        administrators=queries.administrators(), kinds=ADMINISTRATIONS,
    )  # fmt: skip


GET, POST = ("GET",), ("POST",)
BOTH = (*GET, *POST)
# Address below /admin, name, who may, view, methods. What acts answers to POST alone.
ROUTES: tuple[tuple[str, str, Right, View, tuple[str, ...]], ...] = (
    ("/", "home", policy.is_administrator, home, GET),
    ("/users", "users", policy.can_secure, user_views.users, GET),
    ("/users/<int:key>", "user", policy.can_secure, user_views.user, GET),
    ("/users/<int:key>/do", "act_on_user", policy.can_secure, user_views.act_on_user, POST),
    ("/posts", "posts", policy.can_secure, post_views.posts, GET),
    ("/posts/new", "new_post", policy.can_secure, post_views.new_post, BOTH),
    ("/posts/<int:key>", "post", policy.can_secure, post_views.post, BOTH),
    ("/posts/<int:key>/end", "end_post", policy.can_secure, post_views.end, POST),
    ("/organizations", "organizations", policy.can_secure, user_views.organizations, GET),
    ("/settings/<key>", "one_setting", policy.can_run, system_views.one_setting, BOTH),
    ("/settings", "settings", policy.can_run, system_views.all_settings, GET),
    ("/workdays", "workdays", policy.can_run, system_views.workdays, BOTH),
    ("/workdays/<day>/clear", "clear_workday", policy.can_run, system_views.clear_workday, POST),
    ("/messages", "messages", policy.can_run, system_views.failed_messages, GET),
    ("/messages/<int:key>/do", "act_on_message", policy.can_run, system_views.act_on_message, POST),
    ("/messages/retry", "retry_messages", policy.can_run, system_views.retry_messages, POST),
    ("/mails", "mails", policy.can_run, system_views.failed_mails, GET),
    ("/mails/<int:key>/do", "act_on_mail", policy.can_run, system_views.act_on_mail, POST),
    ("/mails/retry", "retry_mails", policy.can_run, system_views.retry_mails, POST),
    ("/log", "decisions", policy.can_read_logs, log_views.decisions, GET),
    ("/log/<int:key>", "decision", policy.can_read_logs, log_views.decision, GET),
    ("/log/export", "export_decisions", policy.can_read_logs, log_views.export_decisions, POST),
    ("/sign-ins", "sign_ins", policy.can_read_logs, log_views.sign_ins, GET),
    ("/sign-ins/export", "export_sign_ins", policy.can_read_logs, log_views.export_sign_ins, POST),
    ("/history", "history", policy.can_audit, log_views.history, GET),
    ("/history/check", "check_history", policy.can_audit, log_views.check_history, POST),
    ("/history/export", "export_history", policy.can_audit, log_views.export_history, POST),
)
