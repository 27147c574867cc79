"""The blueprint of the administration, and its first page."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from marketplace.accounts.models import ADMINISTRATIONS
from marketplace.admin import health, log_views, policy, post_views, queries, system_views, user_views
from marketplace.admin.frame import Right, View, guarded, menu
from marketplace.web.identity import current_actor


def blueprint() -> Blueprint:
    """The blueprint, made anew for each app: address, name of the endpoint, who, view."""
    pages = Blueprint("admin", __name__, url_prefix="/admin")

    def show(path: str, name: str, right: Right, view: View) -> None:
        pages.add_url_rule(path, name, guarded(right, view))

    def act(path: str, name: str, right: Right, view: View) -> None:
        pages.add_url_rule(path, name, guarded(right, view), methods=["POST"])

    def both(path: str, name: str, right: Right, view: View) -> None:
        pages.add_url_rule(path, name, guarded(right, view), methods=["GET", "POST"])

    show("/", "home", policy.is_administrator, home)
    show("/users", "users", policy.can_secure, user_views.users)
    show("/users/<int:key>", "user", policy.can_secure, user_views.user)
    act("/users/<int:key>/do", "act_on_user", policy.can_secure, user_views.act_on_user)
    show("/posts", "posts", policy.can_secure, post_views.posts)
    both("/posts/new", "new_post", policy.can_secure, post_views.new_post)
    both("/posts/<int:key>", "post", policy.can_secure, post_views.post)
    act("/posts/<int:key>/end", "end_post", policy.can_secure, post_views.end)
    show("/organizations", "organizations", policy.can_secure, user_views.organizations)
    both("/settings/<key>", "one_setting", policy.can_run, system_views.one_setting)
    show("/settings", "settings", policy.can_run, system_views.all_settings)
    both("/workdays", "workdays", policy.can_run, system_views.workdays)
    act("/workdays/<day>/clear", "clear_workday", policy.can_run, system_views.clear_workday)
    show("/messages", "messages", policy.can_run, system_views.failed_messages)
    act("/messages/<int:key>/do", "act_on_message", policy.can_run, system_views.act_on_message)
    act("/messages/retry", "retry_messages", policy.can_run, system_views.retry_messages)
    show("/mails", "mails", policy.can_run, system_views.failed_mails)
    act("/mails/<int:key>/do", "act_on_mail", policy.can_run, system_views.act_on_mail)
    act("/mails/retry", "retry_mails", policy.can_run, system_views.retry_mails)
    show("/log", "decisions", policy.can_read_logs, log_views.decisions)
    show("/log/<int:key>", "decision", policy.can_read_logs, log_views.decision)
    act("/log/export", "export_decisions", policy.can_read_logs, log_views.export_decisions)
    show("/sign-ins", "sign_ins", policy.can_read_logs, log_views.sign_ins)
    act("/sign-ins/export", "export_sign_ins", policy.can_read_logs, log_views.export_sign_ins)
    show("/history", "history", policy.can_audit, log_views.history)
    act("/history/check", "check_history", policy.can_audit, log_views.check_history)
    act("/history/export", "export_history", policy.can_audit, log_views.export_history)
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
