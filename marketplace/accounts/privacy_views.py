"""Pages of one's own data: consent, a copy, leaving."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import logout_user

from marketplace.accounts import asking, forms, privacy, second_factor, services
from marketplace.core import clock
from marketplace.core.text import Text
from marketplace.foundation.db import transaction
from marketplace.web.identity import forget_actor, signed_in
from marketplace.web.languages import gettext as _
from marketplace.web.languages import moment, say
from marketplace.web.plate import PersonalPart, capabilities
from marketplace.web.request import own_transaction


def add_to(people: Blueprint) -> None:
    """Add the pages to the blueprint of people."""
    people.add_url_rule("/privacy", "privacy", signed_in(own_data))
    people.add_url_rule("/privacy/agree", "agree", signed_in(agree), methods=["POST"])
    people.add_url_rule("/privacy/data.zip", "own_copy", signed_in(own_copy))
    people.add_url_rule("/leave", "leave", signed_in(leave), methods=["GET", "POST"])


def own_data() -> ResponseReturnValue:
    """What I agreed to, a copy of my data, and how to leave."""
    return render_template("accounts/privacy.html", user=asking.me(), version=services.PRIVACY_VERSION)


def agree() -> ResponseReturnValue:
    """Agree to the privacy notice as it is now."""
    second_factor.not_of_demonstration(asking.me())
    services.agree(asking.me())
    flash(_("已记录您的同意。"))
    return redirect(url_for("accounts.privacy"))


def own_copy() -> ResponseReturnValue:
    """Everything that names me, for programs (JSON) and for reading (HTML), in one file."""
    user = asking.me()
    parts = privacy.everything(user)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data.json", json.dumps(_plain(parts), ensure_ascii=False, indent=1))
        page = render_template("accounts/own_copy.html", user=user, parts=parts, shown=_shown, at=clock.now())
        archive.writestr("index.html", page)
    name = f"jiyu-{clock.today():%Y%m%d}.zip"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(packed.getvalue(), mimetype="application/zip", headers=headers)


def _plain(parts: Sequence[PersonalPart]) -> dict[str, Any]:
    return {
        "made_at": clock.now().isoformat(),
        "parts": [
            {"table": part.table, "title": say(part.title), "rows": [
                {key: _value(value) for key, value in row.items()} for row in part.rows
            ]} for part in parts
        ],
    }  # fmt: skip


def _value(value: Any) -> Any:
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    return say(value) if isinstance(value, Text) else value


def _shown(value: Any) -> str:
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, (list, tuple)):
        return ", ".join(map(_shown, value))
    return "" if value is None else str(say(value) if isinstance(value, Text) else value)


@own_transaction
def leave() -> ResponseReturnValue:
    """Delete the account, after saying what happens and what has to be settled before."""
    user, form = asking.me(), forms.LeaveForm()
    second_factor.not_of_demonstration(user)
    keeping = [reason for each in capabilities() if each.keeps for reason in each.keeps(user.id)]
    refusal = None
    if not keeping and form.validate_on_submit():
        refusal = asking.knows_password(form.present)
        if not form.errors:
            with transaction():
                privacy.delete_account(user)
            logout_user()
            session.clear()
            forget_actor()
            flash(_("账号已注销。"))
            return redirect("/")
    named = privacy.pseudonym(user.id)
    return asking.answer("accounts/leave.html", form, refusal, keeping=keeping, pseudonym=named)
