"""Pages for who forgot his password: ask for a link, use it."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts import asking, forms, links, passwords, queries, services, throttle
from marketplace.accounts.models import User
from marketplace.core.errors import FieldError, Refused
from marketplace.foundation.db import transaction
from marketplace.web.forms import form_page
from marketplace.web.languages import current_language
from marketplace.web.languages import gettext as _
from marketplace.web.request import own_transaction


def add_to(people: Blueprint) -> None:
    """Add the pages to the blueprint of people."""
    both = ["GET", "POST"]
    people.add_url_rule("/forgotten", "forgotten", forgotten, methods=both)
    people.add_url_rule("/forgotten/sent", "reset_sent", reset_sent)
    people.add_url_rule("/reset/<token>", "reset", reset, methods=both)


@own_transaction
def forgotten() -> ResponseReturnValue:
    """Ask for a link to a new password. Known and unknown addresses: the same steps, the same answer."""
    form = forms.AddressForm()
    if not form.validate_on_submit():
        return form_page("accounts/forgotten.html", form, minutes=links.RESET_MINUTES)
    email = form.data["email"]
    user = queries.user_by_email(email)
    user_id = user.id if user else None
    attempt = asking.tried("reset", email, user_id).must_pass()
    with transaction():
        services.ask_reset(attempt, user_id)
    return redirect(url_for("accounts.reset_sent"))


def reset_sent() -> ResponseReturnValue:
    """Check your mail; says the same for every address."""
    config = asking.config()
    return render_template("accounts/reset_sent.html", minutes=links.RESET_MINUTES, console=config.demo)


@own_transaction
def reset(token: str) -> ResponseReturnValue:
    """Take a new password. Opening the link changes nothing, so that a mail scanner cannot use it up."""
    form, rules = forms.NewPasswordForm(), passwords.rules()
    try:
        user, _more = links.RESET.user_of(token, asking.config().secret_key)
        if form.validate_on_submit() and acceptable(user, form, rules):
            hashed = passwords.hash_password(form.data["password"], cheap=asking.cheap())
            with transaction():
                services.reset_password(token, asking.config().secret_key, hashed)
                throttle.release(asking.digest(user.email), user.id, asking.origin())
            flash(_("密码已重设，所有设备上的登录都已结束。请用新密码登录。"))
            return redirect(url_for("accounts.sign_in"))
    except Refused as refused:
        return render_template("accounts/reset_refused.html", refused=refused), HTTPStatus.FORBIDDEN
    return form_page("accounts/reset.html", form, user=user, rules=rules.lines())


def acceptable(user: User, form: forms.NewPasswordForm, rules: passwords.Rules) -> bool:
    """Whether the new password of the form may be taken; what is wrong stands at its field. Slow."""
    password = form.data["password"]
    try:
        rules.check(password, email=user.email, name=user.name)
    except FieldError as error:
        form.refuse([error])
        return False
    if passwords.was_used(password, queries.former_hashes(user), cheap=asking.cheap()):
        form.password.errors = [passwords.REUSED.say(current_language())]
        return False
    return True
