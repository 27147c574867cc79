"""Pages: the inbox, what a person chose, and the page behind an unsubscribing link."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from flask import Blueprint, current_app, flash, get_template_attribute, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from jinja2 import TemplateNotFound
from markupsafe import Markup

from marketplace.accounts.models import User
from marketplace.accounts.queries import people
from marketplace.config import Config
from marketplace.core.actor import Actor
from marketplace.core.errors import NotFound
from marketplace.core.text import Text
from marketplace.foundation.letters import LetterGroup
from marketplace.notifications import queries, services, unsubscribe
from marketplace.notifications.digest import HOUR
from marketplace.notifications.forms import choices_form
from marketplace.notifications.models import WAYS, Notification
from marketplace.notifications.sending import words
from marketplace.settings.queries import value
from marketplace.web.forms import form_page
from marketplace.web.identity import current_actor, signed_in
from marketplace.web.languages import current_language
from marketplace.web.languages import gettext as _
from marketplace.web.paging import address, paginate
from marketplace.web.plate import letter_groups
from marketplace.web.request import redirect_target

log = logging.getLogger(__name__)

LARGEST = 2**63 - 1
SHORT = 300  # characters that the list shows of a notification
COLON, FULL_STOP = Text("：", ":"), Text("。", ".")


def blueprint() -> Blueprint:
    """The blueprint, made anew for each app."""
    notifications = Blueprint("notifications", __name__)
    inbox = "/workspace/inbox"
    notifications.add_url_rule(f"{inbox}/", "inbox", signed_in(inbox_page))
    notifications.add_url_rule(f"{inbox}/read", "read_all", signed_in(read_all), methods=["POST"])
    notifications.add_url_rule(f"{inbox}/<int:key>/open", "open", signed_in(open_one), methods=["POST"])
    notifications.add_url_rule(f"{inbox}/<int:key>/read", "read", signed_in(read_one), methods=["POST"])
    notifications.add_url_rule("/account/notifications", "choices", signed_in(choices), methods=["GET", "POST"])
    notifications.add_url_rule("/unsubscribe/<token>", "unsubscribe", unsubscribe_page, methods=["GET", "POST"])
    return notifications


# ---- the inbox ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """A notification as the inbox shows it. ``parts``: (lines of a paragraph, whether it quotes a person's words)."""

    kept: Notification
    group: LetterGroup | None
    subject: str
    parts: Sequence[tuple[Sequence[str], bool]]

    @property
    def shown(self) -> int:
        """How many paragraphs stand in the list: all of a short text, else the first."""
        return len(self.parts) if sum(len(line) for lines, _quoted in self.parts for line in lines) <= SHORT else 1


def inbox_page() -> ResponseReturnValue:
    """What the person was told, unread first, all of it or one group."""
    actor, groups, chosen = current_actor(), letter_groups(), request.args.get("group", "")
    if chosen and chosen not in groups:
        raise NotFound
    page, counts = paginate(queries.inbox(actor, chosen)), queries.counts(actor)
    tabs = [(_("全部"), sum(counts.values()), address(group=None, page=None), not chosen)]
    tabs += [
        (group.label.say(current_language()), counts[key], address(group=key, page=None), key == chosen)
        for key, group in groups.items()
        if key in counts or key == chosen
    ]
    return render_template(
        "notifications/inbox.html", page=page, lines=[_line(kept) for kept in page.items], tabs=tabs, chosen=chosen,
        base_url=_config().base_url,
        unread=queries.unread_count(actor), up_to=max((kept.id for kept in page.items), default=0),
    )  # fmt: skip


def _line(kept: Notification) -> Line:
    group = letter_groups().get(kept.group_key)
    try:
        shown = words(kept, current_language(), _config())
    except TemplateNotFound:  # written by another release; the page that it is about is still there
        log.warning("notification %s: there is no letter %s", kept.id, kept.template)
        return Line(kept, group, _("一条通知"), [])
    return Line(kept, group, shown.subject, list(_paragraphs(shown.body, _config().base_url + kept.link)))


def _paragraphs(body: str, link: str) -> Sequence[tuple[Sequence[str], bool]]:
    """The text without the line of the link, which the subject leads to here."""
    found = [part.strip() for part in body.split("\n\n")]
    kept = [_ended(part) if after == link else part for part, after in pairwise([*found, ""]) if part not in ("", link)]
    return [(_without_marks(part), part.startswith(">")) for part in kept]


def _ended(part: str) -> str:
    """A sentence that led to the link's line, with a full stop."""
    for language in ("zh_CN", "en"):
        if part.endswith(COLON.say(language)):
            return part[:-1] + FULL_STOP.say(language)
    return part


def _without_marks(part: str) -> list[str]:
    return [re.sub("^> ?", "", line) for line in part.splitlines()]


def open_one(key: int) -> ResponseReturnValue:
    """Mark one as read and go to the page that it is about."""
    kept = services.mark_read(key, current_actor())
    return redirect(kept.link or url_for("notifications.inbox"))


def read_one(key: int) -> ResponseReturnValue:
    """Mark one as read and stay."""
    services.mark_read(key, current_actor())
    return redirect(redirect_target(url_for("notifications.inbox")))


def read_all() -> ResponseReturnValue:
    """Mark everything that the person had before him as read."""
    given, chosen = request.form.get("up_to", ""), request.form.get("group", "")
    up_to = min(int(given), LARGEST) if given.isascii() and given.isdecimal() and len(given) < 20 else 0
    done = services.mark_all_read(current_actor(), up_to, chosen)
    flash(_("已把 %(count)s 条标为已读。", count=done))
    return redirect(redirect_target(url_for("notifications.inbox")))


# ---- what a person chose --------------------------------------------------------------------------------------------


def choices() -> ResponseReturnValue:
    """In which way each group of letters reaches the person."""
    actor = current_actor()
    groups = [group for group in letter_groups().values() if group.concerns(actor)]
    free = [group for group in groups if group.owed is None]
    assert actor.user_id is not None
    form = choices_form(free, queries.ways_of(actor.user_id, free))
    if form.validate_on_submit():
        for group in free:
            services.choose(actor.user_id, group, form.data[group.key])
        flash(_("已保存。"))
        return redirect(url_for("notifications.choices"))
    owed = [group for group in groups if group.owed is not None]
    return form_page("notifications/choices.html", form, free=free, owed=owed, hour=value(HOUR))


def account_panel(_user: User, actor: Actor) -> Markup:
    """The way from the page of one's account to the inbox and the choices."""
    draw = get_template_attribute("notifications/account_panel.html", "account_panel")
    return Markup(draw(queries.unread_count(actor)))


# ---- unsubscribing --------------------------------------------------------------------------------------------------


def unsubscribe_page(token: str) -> ResponseReturnValue:
    """Switch off by the link of a mail, signed in or not. Opening it changes nothing, so that a scanner cannot; one
    POST does, from the page's button or from a mail program (RFC 8058)."""
    user_id, key = unsubscribe.read(token, _config().secret_key)
    user = people([user_id]).get(user_id)
    groups = [group for group in letter_groups().values() if group.owed is None]
    if user is None or user.disabled_at is not None:
        raise NotFound
    meant = [group for group in groups if group.key == key]
    if request.method == "GET":
        return render_template("notifications/unsubscribe.html", groups=meant, done=None, user=user)
    if "undo" in request.form:
        return _taken_back(user, groups, request.form["undo"])
    stopped = services.switch_off(user_id, key, groups)
    way = "at_once" if meant else "daily"
    return render_template("notifications/unsubscribe.html", groups=stopped, done="off", user=user, way=way)


def _taken_back(user: User, groups: Sequence[LetterGroup], way: str) -> ResponseReturnValue:
    again = [group for group in groups if group.key in request.form.getlist("group")]
    if way not in WAYS:
        raise NotFound
    for group in again:
        services.choose(user.id, group, way)
    return render_template("notifications/unsubscribe.html", groups=again, done="on", user=user)


def _config() -> Config:
    config: Config = current_app.extensions["config"]
    return config
