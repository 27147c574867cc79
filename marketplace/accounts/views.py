"""Pages of people: sign in and out, register, confirm, my account."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, current_app, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_user, logout_user

from marketplace.accounts import forms, queries, services
from marketplace.accounts.models import User, checked_registration
from marketplace.config import Config
from marketplace.core.errors import Invalid, Refused
from marketplace.foundation.db import transaction
from marketplace.web.forms import form_page
from marketplace.web.identity import current_actor, forget_actor, signed_in
from marketplace.web.languages import current_language
from marketplace.web.languages import gettext as _
from marketplace.web.request import own_transaction, redirect_target

HOME = "/workspace/"


def blueprint() -> Blueprint:
    """The blueprint, made anew for each app."""
    both = ["GET", "POST"]
    people = Blueprint("accounts", __name__, url_prefix="/account")
    people.add_url_rule("/sign-in", "sign_in", sign_in, methods=both)
    people.add_url_rule("/sign-out", "sign_out", sign_out, methods=["POST"])
    people.add_url_rule("/register", "register", register, methods=both)
    people.add_url_rule("/registered", "registered", registered)
    people.add_url_rule("/confirm/<token>", "confirm", confirm, methods=both)
    people.add_url_rule("/", "me", signed_in(me), methods=both)
    return people


@own_transaction
def sign_in() -> ResponseReturnValue:
    """Sign in. The password is compared before the transaction begins, because that is slow on purpose."""
    if current_actor().signed_in:
        return redirect(redirect_target(HOME))
    form = forms.SignInForm()
    if not form.validate_on_submit():
        return _sign_in_page(form)
    given = form.data
    user = queries.user_by_email(given["email"])
    if not services.password_matches(user, given["password"], cheap=_config().testing) or user is None:
        form.password.errors = [_("邮箱或密码不对")]
        return _sign_in_page(form)
    if not user.is_active:
        form.email.errors = [_inactive(user)]
        return _sign_in_page(form)
    with transaction():
        services.open_session(user, request.remote_addr or "", request.user_agent.string)
    target = redirect_target(HOME)
    session.clear()
    login_user(user)
    forget_actor()
    return redirect(target)


def _inactive(user: User) -> str:
    """Why somebody with the right password cannot come in; who is not confirmed gets a new link."""
    if user.disabled_at is not None:
        return _("这个账号已停用，请联系平台管理员")
    with transaction():
        services.send_confirmation(user)
    return _("这个邮箱还没有确认。确认邮件已重新发出，请打开其中的链接，然后登录")


def _sign_in_page(form: forms.SignInForm) -> ResponseReturnValue:
    users = queries.demo_users() if _config().demo else ()
    return form_page("accounts/sign_in.html", form, demo_users=users)


def sign_out() -> ResponseReturnValue:
    """End this session; the cookie is worth nothing afterwards."""
    if current_user.is_authenticated:
        services.end_session(current_user._get_current_object())
        logout_user()
    session.clear()
    forget_actor()
    flash(_("已退出。"))
    return redirect("/")


@own_transaction
def register() -> ResponseReturnValue:
    """Register a person. Known and unknown addresses get the same answer in the same time."""
    if current_actor().signed_in:
        return redirect(url_for("accounts.me"))
    form = forms.RegisterForm()
    if not form.validate_on_submit():
        return form_page("accounts/register.html", form)
    given = form.data
    try:
        address = checked_registration(given["email"], given["password"])
    except Invalid as error:
        form.refuse(error)
        return form_page("accounts/register.html", form)
    password_hash = services.hash_password(given["password"], cheap=_config().testing)
    with transaction():
        services.register(address, given["name"], password_hash, current_language())
    return redirect(url_for("accounts.registered"))


def registered() -> ResponseReturnValue:
    """Check your mail."""
    config = _config()
    return render_template("accounts/registered.html", hours=services.CONFIRM_HOURS, console=config.demo)


def confirm(token: str) -> ResponseReturnValue:
    """Confirm an address. Opening the link changes nothing, so that a mail scanner cannot use it up."""
    form = forms.ConfirmForm()
    try:
        user = services.user_of_confirmation(token, _config().secret_key)
        if form.validate_on_submit():
            services.confirm(token, _config().secret_key)
            flash(_("邮箱已确认，请登录。"))
            return redirect(url_for("accounts.sign_in"))
    except Refused as refused:
        return render_template("accounts/confirm_refused.html", refused=refused), HTTPStatus.FORBIDDEN
    return form_page("accounts/confirm.html", form, user=user)


def me() -> ResponseReturnValue:
    """My account: name, language of mails, and what other capabilities add."""
    user: User = current_user._get_current_object()
    form = forms.AccountForm(data={"name": user.name, "language": user.language})
    if form.validate_on_submit():
        services.change_account(user, form.data["name"], form.data["language"])
        flash(_("已保存。"))
        return redirect(url_for("accounts.me"))
    panels = [panel(user, current_actor()) for panel in current_app.extensions.get("account_panels", [])]
    return form_page("accounts/me.html", form, user=user, panels=[panel for panel in panels if panel])


def _config() -> Config:
    config: Config = current_app.extensions["config"]
    return config
