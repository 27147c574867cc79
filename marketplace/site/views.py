"""Home, help, accessibility, privacy; /healthz and /readyz."""

from __future__ import annotations

from flask import Blueprint, current_app, jsonify, render_template
from flask.typing import ResponseReturnValue

from marketplace.accounts.services import PRIVACY_VERSION
from marketplace.core.text import Text
from marketplace.site import queries
from marketplace.web.identity import current_actor
from marketplace.web.ready import ready_for_visitors

site = Blueprint("site", __name__)


@site.get("/")
@ready_for_visitors
def home() -> ResponseReturnValue:
    """The home page."""
    words = [(word, f"/search?q={word.zh}") for word in queries.FREQUENT]
    pages = {rule.rule for rule in current_app.url_map.iter_rules()}  # stages of the chain whose pages are there
    return render_template("site/home.html", frequent=words, pages=pages, **queries.home(current_actor()))


@site.get("/help")
@ready_for_visitors
def help_page() -> ResponseReturnValue:
    """What things mean and how to post."""
    return render_template("site/help.html")


@site.get("/accessibility")
@ready_for_visitors
def accessibility() -> ResponseReturnValue:
    """How the site can be used by everybody."""
    return render_template("site/accessibility.html")


@site.get("/privacy")
@ready_for_visitors
def privacy() -> ResponseReturnValue:
    """What personal data is kept, why, and who sees it."""
    return render_template("site/privacy.html", version=PRIVACY_VERSION)


@site.get("/healthz")
def healthz() -> ResponseReturnValue:
    """The process answers."""
    return jsonify(status="alive")


@site.get("/readyz")
def readyz() -> ResponseReturnValue:
    """The database answers, the index can be searched, the worker keeps up; 503 names what does not."""
    state = queries.readiness()
    return jsonify(state), 200 if set(state.values()) == {"ok"} else 503


LABELS = {
    "home": Text("首页", "Home"),
    "help": Text("帮助", "Help"),
    "accessibility": Text("无障碍说明", "Accessibility"),
    "privacy": Text("隐私与个人信息保护", "Privacy"),
}
