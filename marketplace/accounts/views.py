"""Pages of people: sign in and out, register, confirm, my account."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, current_app, flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_user, logout_user

from marketplace.accounts import (
    asking,
    entry,
    forms,
    links,
    passwords,
    privacy_views,
    queries,
    recovery_views,
    second_factor,
    security_views,
    services,
    sessions,
    throttle,
)  # fmt: skip
from marketplace.accounts.models import User
from marketplace.core.errors import Invalid, Refused
from marketplace.foundation.db import transaction
from marketplace.foundation.outbox import emit
from marketplace.web.forms import form_page
from marketplace.web.identity import current_actor, forget_actor, signed_in
from marketplace.web.languages import current_language
from marketplace.web.languages import gettext as _
from marketplace.web.request import own_transaction, redirect_target

HOME = "/workspace/"
BOTH = ["GET", "POST"]
# Where the cookie keeps who has given his password and not yet his second factor.
HALF = "second_step"


def blueprint() -> Blueprint:
    """The blueprint, made anew for each app."""
    people = Blueprint("accounts", __name__, url_prefix="/account")
    people.add_url_rule("/sign-in", "sign_in", sign_in, methods=BOTH)
    people.add_url_rule("/sign-in/code", "second_step", second_step, methods=BOTH)
    people.add_url_rule("/sign-out", "sign_out", sign_out, methods=["POST"])
    people.add_url_rule("/register", "register", register, methods=BOTH)
    people.add_url_rule("/registered", "registered", registered)
    people.add_url_rule("/confirm/<token>", "confirm", confirm, methods=BOTH)
    people.add_url_rule("/", "me", signed_in(me), methods=BOTH)
    recovery_views.add_to(people)
    security_views.add_to(people)
    privacy_views.add_to(people)
    return people


@own_transaction
def sign_in() -> ResponseReturnValue:
    """Sign in. The password is compared before the transaction begins, because that is slow on purpose.

    Known and unknown addresses, open and locked ones run through the same steps with the same statements.
    """
    if current_actor().signed_in:
        return redirect(redirect_target(HOME))
    form = forms.SignInForm()
    if not form.validate_on_submit():
        return _sign_in_page(form)
    email, password = form.data["email"], form.data["password"]
    user = queries.user_by_email(email)
    # Taken out now: after the transaction a known user would be read again, an unknown one not.
    user_id, stored = (user.id, user.password_hash) if user else (None, None)
    attempt = asking.tried("sign_in", email, user_id)
    if attempt.refusal is not None:
        form.password.errors = [attempt.refusal.fact]
        return _sign_in_page(form, attempt.refusal)
    right = passwords.matches(stored, password, cheap=asking.cheap())
    if not right or user is None or user.password_hash != stored:
        message, refusal = asking.wrong(attempt, _("邮箱或密码不对"))
        form.password.errors = [message]
        return _sign_in_page(form, refusal)
    asking.passed(attempt)
    if not user.is_active:
        form.email.errors = [_inactive(user)]
        return _sign_in_page(form)
    _renew(user, password)
    if user.second_factor_at is None:
        return _enter(user, "password")
    session[HALF] = links.SECOND_STEP.token(user, asking.config().secret_key)
    return redirect(url_for("accounts.second_step", next=redirect_target("") or None))


def _renew(user: User, password: str) -> None:
    """Hash a password anew when the parameters have become stronger since it was taken."""
    if passwords.is_outdated(user.password_hash, cheap=asking.cheap()):
        renewed = passwords.hash_password(password, cheap=asking.cheap())
        with transaction():
            services.renew_hash(user, user.password_hash, renewed)
        user.password_hash = renewed


@own_transaction
def second_step() -> ResponseReturnValue:
    """The second step of signing in, for who has a second factor."""
    if current_actor().signed_in:
        return redirect(redirect_target(HOME))
    try:
        user, _more = links.SECOND_STEP.user_of(session.get(HALF, ""), asking.config().secret_key)
    except Refused as refused:
        session.pop(HALF, None)
        flash(refused.next.say(current_language()), "warning")
        return redirect(url_for("accounts.sign_in", next=redirect_target("") or None))
    form = forms.CodeForm()
    if not form.validate_on_submit():
        return form_page("accounts/second_step.html", form)
    attempt = asking.tried("second_factor", user.email, user.id)
    if attempt.refusal is not None:
        form.code.errors = [attempt.refusal.fact]
        return asking.answer("accounts/second_step.html", form, attempt.refusal)
    with transaction():
        by = second_factor.check(user, form.data["code"], asking.vault())
        if by:
            throttle.passed(attempt.attempt)
        elif attempt.left == 0:
            emit("user.second_factor", user, {"what": "locked"})
    if by:
        return _enter(user, by)
    message, refusal = asking.wrong(attempt, _("口令不对或已用过"))
    form.code.errors = [message]
    return asking.answer("accounts/second_step.html", form, refusal)


def _enter(user: User, by: str) -> ResponseReturnValue:
    """Begin the session and go to where somebody wanted to go, or first to what he owes."""
    target = redirect_target(HOME)
    strict, old = asking.is_strict(user), entry.has_old_password(user)
    with transaction():
        sessions.open_session(user, asking.origin(), strict=strict, by=by)
        left = second_factor.codes_left(user) if by == "recovery" else 0
    session.clear()
    login_user(user)
    forget_actor()
    if old:
        session[entry.OLD_PASSWORD] = True
    if by != "recovery":
        return redirect(target)
    flash(_("已用恢复码登录，还剩 %(left)d 个。设备丢了请在这里换一台。", left=left))
    return redirect(url_for("accounts.security"))


def _inactive(user: User) -> str:
    """Why somebody with the right password cannot come in; who is not confirmed gets a new link."""
    if user.disabled_at is not None:
        return _("这个账号已停用，请联系平台管理员")
    if asking.tried("confirm", user.email, user.id).refusal is not None:
        return _("这个邮箱还没有确认。确认邮件刚才已经发过，请先查看收件箱和垃圾邮件箱")
    with transaction():
        services.send_confirmation(user)
    return _("这个邮箱还没有确认。确认邮件已重新发出，请打开其中的链接，然后登录")


def _sign_in_page(form: forms.SignInForm, refused: throttle.TooMany | None = None) -> ResponseReturnValue:
    users = queries.demo_users() if asking.config().demo else ()
    return asking.answer("accounts/sign_in.html", form, refused, demo_users=users)


def sign_out() -> ResponseReturnValue:
    """End this session; the cookie is worth nothing afterwards."""
    if current_user.is_authenticated:
        sessions.end_session(asking.me())
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
    form, rules = forms.RegisterForm(), passwords.rules()
    if not form.validate_on_submit():
        return form_page("accounts/register.html", form, rules=rules.lines())
    given = form.data
    try:
        address = services.checked_registration(given["email"], given["name"], given["password"], rules)
    except Invalid as error:
        form.refuse(error)
        return form_page("accounts/register.html", form, rules=rules.lines())
    asking.tried("register", address).must_pass()
    password_hash = passwords.hash_password(given["password"], cheap=asking.cheap())
    with transaction():
        services.register(address, given["name"], password_hash, current_language())
    return redirect(url_for("accounts.registered"))


def registered() -> ResponseReturnValue:
    """Check your mail."""
    return render_template("accounts/registered.html", hours=links.CONFIRM_HOURS, console=asking.config().demo)


def confirm(token: str) -> ResponseReturnValue:
    """Confirm an address. Opening the link changes nothing, so that a mail scanner cannot use it up."""
    form = forms.ConfirmForm()
    try:
        user, _more = links.CONFIRM.user_of(token, asking.config().secret_key)
        if form.validate_on_submit():
            services.confirm(token, asking.config().secret_key)
            flash(_("邮箱已确认，请登录。"))
            return redirect(url_for("accounts.sign_in"))
    except Refused as refused:
        return render_template("accounts/confirm_refused.html", refused=refused), HTTPStatus.FORBIDDEN
    return form_page("accounts/confirm.html", form, user=user)


def me() -> ResponseReturnValue:
    """My account: name, language of mails, and what other capabilities add."""
    user = asking.me()
    form = forms.AccountForm(data={"name": user.name, "language": user.language})
    if form.validate_on_submit():
        services.change_account(user, form.data["name"], form.data["language"])
        flash(_("已保存。"))
        return redirect(url_for("accounts.me"))
    panels = [panel(user, current_actor()) for panel in current_app.extensions.get("account_panels", [])]
    return form_page("accounts/me.html", form, user=user, panels=[panel for panel in panels if panel])
