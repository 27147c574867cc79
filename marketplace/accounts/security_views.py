"""Pages of an account's safety: password, second factor, address, sessions."""

from __future__ import annotations

from http import HTTPStatus

import segno
from flask import Blueprint, flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import logout_user
from markupsafe import Markup

from marketplace.accounts import (
    asking,
    entry,
    forms,
    links,
    passwords,
    second_factor,
    services,
    sessions,
)  # fmt: skip
from marketplace.accounts.devices import device
from marketplace.accounts.models import User, normal_email
from marketplace.accounts.recovery_views import acceptable
from marketplace.core import clock
from marketplace.core.errors import FieldError, Refused
from marketplace.foundation.db import transaction
from marketplace.web.forms import form_page
from marketplace.web.identity import forget_actor, signed_in
from marketplace.web.languages import gettext as _
from marketplace.web.languages import ngettext
from marketplace.web.request import own_transaction


def add_to(people: Blueprint) -> None:
    """Add the pages to the blueprint of people."""
    both, post = ["GET", "POST"], ["POST"]
    people.add_url_rule("/security", "security", signed_in(security))
    people.add_url_rule("/password", "change_password", signed_in(change_password), methods=both)
    people.add_url_rule("/second-factor", "set_up", signed_in(set_up), methods=both)
    people.add_url_rule("/second-factor/codes", "recovery_codes", signed_in(recovery_codes), methods=both)
    people.add_url_rule("/second-factor/off", "turn_off", signed_in(turn_off), methods=both)
    people.add_url_rule("/address", "new_address", signed_in(new_address), methods=both)
    people.add_url_rule("/address/<token>", "confirm_address", confirm_address, methods=both)
    people.add_url_rule("/sessions", "sessions", signed_in(session_list))
    people.add_url_rule("/sessions/<int:session_id>/end", "end_session", signed_in(end_session), methods=post)
    people.add_url_rule("/sessions/end-others", "end_others", signed_in(end_others), methods=post)


def security() -> ResponseReturnValue:
    """What guards the account, and what can be done about it."""
    user = asking.me()
    return render_template(
        "accounts/security.html", user=user, left=second_factor.codes_left(user), required=asking.is_strict(user),
        running=len(sessions.sessions_of(user)),
    )  # fmt: skip


@own_transaction
def change_password() -> ResponseReturnValue:
    """Take a new password from who knows the present one."""
    user, form, rules = asking.me(), forms.ChangePasswordForm(), passwords.rules()
    second_factor.not_of_demonstration(user)
    refusal = None
    if form.validate_on_submit():
        refusal = asking.knows_password(form.present)
        if not form.errors and acceptable(user, form, rules):
            return _changed(user, form)
    return asking.answer("accounts/change_password.html", form, refusal, rules=rules.lines(), user=user)


def _changed(user: User, form: forms.ChangePasswordForm) -> ResponseReturnValue:
    hashed = passwords.hash_password(form.data["password"], cheap=asking.cheap())
    with transaction():
        services.change_password(user, hashed, everywhere=form.data["everywhere"])
    session.pop(entry.OLD_PASSWORD, None)
    if form.data["everywhere"]:
        return _signed_out(_("密码已更换，所有设备上的登录都已结束。请用新密码登录。"))
    flash(_("密码已更换，其他设备上的登录都已结束。"))
    return redirect(url_for("accounts.security"))


@own_transaction
def set_up() -> ResponseReturnValue:
    """Set up a second factor, or change its device: scan the picture, give the first code."""
    user, form = asking.me(), forms.SetUpForm()
    second_factor.not_of_demonstration(user)
    factor = second_factor.pending(user)
    if factor is None and form.is_submitted():  # confirmed or lifted meanwhile: the page shows a new secret
        return redirect(url_for("accounts.set_up"))
    if factor is None:
        with transaction():
            factor = second_factor.prepare(user, asking.vault())
    refusal = None
    if form.validate_on_submit():
        refusal = asking.knows_password(form.present)
        if not form.errors:
            try:
                with transaction():
                    codes = second_factor.confirm(user, form.data["code"], asking.vault())
            except FieldError as error:
                form.refuse([error])
            else:
                return _show_codes(codes)
    secret = asking.vault().decrypt(factor.secret)
    return asking.answer(
        "accounts/set_up.html", form, refusal, user=user, picture=_picture(second_factor.uri(user, secret)),
        secret=" ".join(secret[place : place + 4] for place in range(0, len(secret), 4)),
    )  # fmt: skip


def _picture(uri: str) -> Markup:
    """The QR code as SVG without styles, so that the security policy lets it pass."""
    made = segno.make_qr(uri, error="m")
    return Markup(made.svg_inline(scale=5, border=4, dark="#0e2136", light="#fff", title=None))


def _show_codes(codes: list[str]) -> ResponseReturnValue:
    """The recovery codes, once: they are nowhere kept in a form that can be read."""
    return render_template("accounts/codes_shown.html", codes=codes, email=asking.me().email, made_at=clock.now())


@own_transaction
def recovery_codes() -> ResponseReturnValue:
    """A new set of recovery codes."""
    user, form = asking.me(), forms.PasswordForm()
    if user.second_factor_at is None:
        return redirect(url_for("accounts.set_up"))
    refusal = asking.knows_password(form.present) if form.validate_on_submit() else None
    if not form.is_submitted() or form.errors:
        left = second_factor.codes_left(user)
        return asking.answer("accounts/new_codes.html", form, refusal, left=left)
    with transaction():
        codes = second_factor.new_codes(user, asking.vault())
    return _show_codes(codes)


@own_transaction
def turn_off() -> ResponseReturnValue:
    """Ask for no second factor any more, where none is required."""
    user, form = asking.me(), forms.PasswordForm()
    if user.second_factor_at is None:
        return redirect(url_for("accounts.security"))
    refusal = asking.knows_password(form.present) if form.validate_on_submit() else None
    if not form.is_submitted() or form.errors:
        return asking.answer("accounts/turn_off.html", form, refusal)
    required = asking.is_strict(user)
    with transaction():
        second_factor.turn_off(user, required=required)
    flash(_("已关闭动态口令，以后登录只要密码。"))
    return redirect(url_for("accounts.security"))


@own_transaction
def new_address() -> ResponseReturnValue:
    """Ask for another address; it counts once its link was opened and confirmed."""
    user, form = asking.me(), forms.NewAddressForm()
    second_factor.not_of_demonstration(user)
    refusal = None
    if form.validate_on_submit():
        try:
            address = normal_email(form.data["email"])
        except FieldError as error:
            form.refuse([error])
        else:
            refusal = asking.knows_password(form.present)
        if not form.errors:
            asking.tried("new_address", user.email, user.id).must_pass()
            with transaction():
                services.ask_new_address(user, address)
            flash(_("确认邮件已发往新邮箱。打开其中的链接后，才改用新邮箱登录和收通知。"))
            return redirect(url_for("accounts.security"))
    return asking.answer("accounts/new_address.html", form, refusal, user=user, hours=links.ADDRESS_HOURS)


def confirm_address(token: str) -> ResponseReturnValue:
    """Take the new address. Opening the link changes nothing, so that a mail scanner cannot use it up."""
    form = forms.ConfirmForm()
    try:
        user, more = links.NEW_ADDRESS.user_of(token, asking.config().secret_key)
        if form.validate_on_submit():
            services.change_address(token, asking.config().secret_key)
            return _signed_out(_("邮箱已更换，所有设备上的登录都已结束。请用新邮箱登录。"))
    except Refused as refused:
        return render_template("accounts/address_refused.html", refused=refused), HTTPStatus.FORBIDDEN
    return form_page("accounts/confirm_address.html", form, old=user.email, address=more[0])


def session_list() -> ResponseReturnValue:
    """Where I am signed in."""
    user = asking.me()
    running = [(each, device(each.agent), each.id == user.session_id) for each in sessions.sessions_of(user)]
    return render_template("accounts/sessions.html", running=running)


def end_session(session_id: int) -> ResponseReturnValue:
    """End one of my sessions."""
    user = asking.me()
    sessions.revoke_session(user, session_id)
    if session_id == user.session_id:
        return _signed_out(_("已退出。"))
    flash(_("那台设备上的登录已结束。"))
    return redirect(url_for("accounts.sessions"))


def end_others() -> ResponseReturnValue:
    """End all my sessions but this one."""
    ended = sessions.revoke_others(asking.me())
    flash(ngettext("已结束 %(num)d 个登录。", "已结束 %(num)d 个登录。", ended))
    return redirect(url_for("accounts.sessions"))


def _signed_out(why: str) -> ResponseReturnValue:
    logout_user()
    session.clear()
    forget_actor()
    flash(why)
    return redirect(url_for("accounts.sign_in"))
