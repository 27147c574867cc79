"""Pages of users and of the organizations they belong to, for security administrators."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts import asking, throttle
from marketplace.accounts.models import ADMINISTRATIONS, User
from marketplace.admin import forms, queries, services, sign_ins
from marketplace.admin.frame import menu
from marketplace.core.actor import Actor
from marketplace.core.errors import NotFound
from marketplace.core.text import Text
from marketplace.organizations.lifecycle import ORGANIZATION
from marketplace.organizations.policy import PUBLIC_STATES
from marketplace.organizations.views import place_of
from marketplace.reference import regions
from marketplace.web.actions import done
from marketplace.web.forms import clean
from marketplace.web.identity import current_actor
from marketplace.web.paging import paginate


@dataclass(frozen=True, slots=True)
class Act:
    """What a security administrator does to a user; ``offered`` says to whom it can be done now.

    ``past``: the English words of what was done; in Chinese the button reads the same.
    """

    label: Text
    past: str
    run: Callable[[User, Actor, str], None]
    offered: Callable[[User], bool]
    hint: Text | None = None


def _appoint(user: User, actor: Actor, reason: str) -> None:
    services.appoint(user, request.form.get("kind", ""), actor, reason)


def locked_until(user: User) -> datetime | None:
    """When the pause after wrong passwords or codes ends, if there is one now."""
    return max(throttle.locks_of(asking.digest(user.email)).values(), default=None)


ACTS: Mapping[str, Act] = {
    "disable": Act(
        Text("停用账号", "Disable the account"),
        "Account disabled",
        services.disable,
        lambda user: user.disabled_at is None,
        Text("立即退出所有会话，不能再登录；做过的事都保留。", "Every session ends at once; what was done stays."),
    ),
    "enable": Act(
        Text("启用账号", "Enable the account"),
        "Account enabled",
        services.enable,
        lambda user: user.disabled_at is not None and user.deleted_at is None,
    ),
    "unlock": Act(
        Text("解除锁定", "Lift the lock"),
        "Lock lifted",
        services.unlock,
        lambda user: user.disabled_at is None and locked_until(user) is not None,
        Text(
            "请先核实是本人在登录；忘了密码的，让本人重设即可。",
            "Make sure that it is the owner who signs in. Who forgot the password can reset it without you.",
        ),
    ),
    "end_sessions": Act(
        Text("结束全部会话", "End all sessions"),
        "All sessions ended",
        services.end_sessions,
        lambda user: user.disabled_at is None,
    ),
    "reset_second_factor": Act(
        Text("重置动态口令", "Reset the second factor"),
        "Second factor reset",
        services.reset_second_factor,
        lambda user: user.second_factor_at is not None,
        Text(
            "手机丢失、恢复码也用完时用；请先核实本人身份，写明怎样核实的。",
            "For a lost phone without recovery codes. Identify the person first, and say how.",
        ),
    ),
    "appoint": Act(
        Text("任命为管理员", "Make an administrator"),
        "Made an administrator",
        _appoint,
        lambda user: user.is_active and not user.administrator,
    ),
    "dismiss": Act(
        Text("免去管理员", "End the administration"),
        "Administration ended",
        services.dismiss,
        lambda user: bool(user.administrator),
    ),
}


def users() -> ResponseReturnValue:
    """Users by address, name, organization, state and kind."""
    question = forms.user_question(request.args)
    page = paginate(queries.users(question))
    return render_template(
        "admin/users.html", menu=menu("admin.users"), page=page, question=question,
        states=forms.options(queries.USER_STATES, Text("全部状态", "Any state")),
        kinds=forms.options(queries.USER_KINDS, Text("全部身份", "Anybody")),
        state_words=queries.USER_STATES, state_of=queries.state_of, standing=queries.standing(page.items),
        administrations=ADMINISTRATIONS,
    )  # fmt: skip


def user(key: int) -> ResponseReturnValue:
    """One user: what he is, his sessions, and what can be done."""
    found = queries.user_by_id(key)
    count, sessions = queries.sessions_of(found)
    return render_template(
        "admin/user.html", menu=menu("admin.users"), user=found, state=queries.state_of(found),
        state_words=queries.USER_STATES, administrations=ADMINISTRATIONS,
        memberships=queries.memberships_of(found), posts=queries.posts_of(found), region_name=regions.name,
        attempts=sign_ins.named(queries.attempts_of(found)), session_count=count, sessions=sessions,
        own=found.id == current_actor().user_id, locked_until=locked_until(found),
        acts={name: act for name, act in ACTS.items() if act.offered(found)},
    )  # fmt: skip


def act_on_user(key: int) -> ResponseReturnValue:
    """Do one of ACTS, with its reason."""
    found = queries.user_by_id(key)
    act = ACTS.get(request.form.get("act", ""))
    if act is None:
        raise NotFound
    act.run(found, current_actor(), clean(request.form.get("reason")))
    flash(done(Text(act.label.zh, act.past)))
    return redirect(url_for("admin.user", key=found.id))


def organizations() -> ResponseReturnValue:
    """Organizations in every state; an administrator has no powers over them, officials do."""
    question = forms.organization_question(request.args)
    page = paginate(queries.organizations(question))
    states = {key: state.label for key, state in ORGANIZATION.states.items()}
    return render_template(
        "admin/organizations.html", menu=menu("admin.organizations"), page=page, question=question,
        states=forms.options(states, Text("全部状态", "Any state")),
        kinds=forms.options(forms.KINDS, Text("全部类型", "Any kind")),
        cities=forms.options(forms.cities(), Text("全省及省外", "Anywhere")), kind_words=forms.KINDS,
        mark=ORGANIZATION.mark, place_of=place_of, members=queries.member_counts(page.items),
        public=PUBLIC_STATES,
    )  # fmt: skip
