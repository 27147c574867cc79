"""The composition root: the only place that knows every capability."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from pathlib import Path

from flask import Flask
from flask_compress import Compress
from flask_wtf import CSRFProtect

from marketplace.accounts.capability import ACCOUNTS
from marketplace.accounts.entry import note, owed
from marketplace.accounts.queries import user_of_session
from marketplace.admin.capability import ADMIN
from marketplace.api.capability import API
from marketplace.awards.capability import AWARDS
from marketplace.bids.capability import BIDS
from marketplace.chains.capability import CHAINS
from marketplace.challenges.capability import CHALLENGES
from marketplace.config import Config
from marketplace.cultivation.capability import LIBRARY
from marketplace.enquiries.capability import ENQUIRIES
from marketplace.experts.capability import EXPERTS
from marketplace.foundation.db import init_database
from marketplace.foundation.files import init_files
from marketplace.foundation.worker import Schedule, Worker
from marketplace.listings.capability import LISTINGS
from marketplace.lists.capability import LISTS
from marketplace.matching.capability import MATCHING
from marketplace.members.capability import MEMBERS
from marketplace.notices.capability import NOTICES
from marketplace.notifications.capability import NOTIFICATIONS
from marketplace.organizations.capability import ORGANIZATIONS
from marketplace.organizations.queries import actor_of
from marketplace.panels.capability import PANELS
from marketplace.pilots.capability import PILOTS
from marketplace.posts.capability import POSTS
from marketplace.products.capability import PRODUCTS
from marketplace.reference.capability import REFERENCE
from marketplace.saved_searches.capability import SAVED_SEARCHES
from marketplace.scenarios.capability import SCENARIOS
from marketplace.scoring.capability import SCORING
from marketplace.search.capability import SEARCH
from marketplace.settings.capability import SETTINGS
from marketplace.settings.queries import value
from marketplace.site.capability import SITE
from marketplace.sites.capability import SITES
from marketplace.takeovers.capability import TAKEOVERS
from marketplace.tokens.capability import TOKENS
from marketplace.vocabulary.capability import VOCABULARY
from marketplace.web.assets import init_assets
from marketplace.web.chain import init_chain
from marketplace.web.door import init_door
from marketplace.web.errors import init_errors
from marketplace.web.identity import init_identity
from marketplace.web.languages import cookie_name, init_languages
from marketplace.web.letters import tell
from marketplace.web.limits import init_limits
from marketplace.web.navigation import init_navigation
from marketplace.web.plate import Capability
from marketplace.web.request import Marketplace, init_headers, init_request, serve_static
from marketplace.workspace.capability import WORKSPACE

PACKAGE = Path(__file__).resolve().parent
# In a checkout the folders lie beside the package; in a wheel, inside it.
ROOT = PACKAGE if (PACKAGE / "templates").is_dir() else PACKAGE.parent

# The table of contents. A capability is on the site when its plate is in this line.
CAPABILITIES: tuple[Capability, ...] = (
    REFERENCE,
    SETTINGS,
    ACCOUNTS,
    POSTS,
    NOTIFICATIONS,
    ORGANIZATIONS,
    MEMBERS,
    TOKENS,
    TAKEOVERS,
    EXPERTS,
    VOCABULARY,
    PRODUCTS,
    SCENARIOS,
    LISTINGS,
    NOTICES,
    PANELS,
    CHALLENGES,
    BIDS,
    SCORING,
    AWARDS,
    ENQUIRIES,
    PILOTS,
    SITES,
    LIBRARY,
    CHAINS,
    MATCHING,
    SEARCH,
    SAVED_SEARCHES,
    LISTS,
    WORKSPACE,
    ADMIN,
    API,
    SITE,
)

# Modules with tables, for the migrations.
TABLES = (
    "foundation.ledger",
    "foundation.numbers",
    "foundation.outbox",
    "foundation.dirty",
    "foundation.files.models",
    "reference.models",
    "settings.models",
    "accounts.models",
    "posts.models",
    "notifications.models",
    "organizations.models",
    "members.models",
    "tokens.models",
    "takeovers.models",
    "experts.models",
    "vocabulary.models",
    "listings.models",
    "products.models",
    "scenarios.models",
    "pilots.models",
    "cultivation.models",
    "notices.models",
    "panels.models",
    "challenges.models",
    "bids.models",
    "sites.models",
    "scoring.models",
    "awards.models",
    "admin.models",
    "enquiries.models",
    "matching.models",
    "foundation.index.postgres_tables",
    "search.models",
    "saved_searches.models",
)


def models() -> None:
    """Import every table."""
    for name in TABLES:
        import_module(f"marketplace.{name}")


def create_app(config: Config) -> Flask:
    """Compose the site for one configuration."""
    models()
    app = Marketplace(
        "marketplace",
        template_folder=str(ROOT / "templates"),
        static_folder=str(ROOT / "static"),
        static_url_path="/static",
    )
    app.extensions["config"] = config
    _settings(app, config)
    init_database(app, config)
    init_files(app, config)
    init_request(app)
    init_door(app, config)
    init_headers(app, secure=config.secure)
    init_languages(app)
    init_assets(app)
    init_errors(app)
    limits = [limit for capability in CAPABILITIES for limit in capability.limits]
    init_limits(app, limits, value, config.rate_limit_url)
    CSRFProtect(app)
    init_identity(app, user_of_session, actor_of, owed, note)
    init_navigation(app)
    init_chain(app)
    _compose(app)
    Compress(app)
    serve_static(app, ROOT / "static", secure=config.secure)
    return app


def _settings(app: Flask, config: Config) -> None:
    app.config.update(
        SECRET_KEY=config.secret_key,
        SECRET_KEY_FALLBACKS=list(config.old_secret_keys),
        SESSION_COOKIE_NAME=cookie_name("jiyu", secure=config.secure),
        SESSION_COOKIE_SECURE=config.secure,
        SESSION_COOKIE_PATH="/",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=timedelta(days=7),
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session: a long form must not die under its writer
        BABEL_DEFAULT_LOCALE=config.language,
        TESTING=config.testing,
        COMPRESS_MIMETYPES=["text/html", "text/csv", "application/json", "application/problem+json", "image/svg+xml"],
    )
    app.config["demo"] = config.demo
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    # Names and numbers of the operator, printed only when set: an open-source product invents none.
    app.jinja_env.globals["site_settings"] = {}
    app.json.ensure_ascii = False  # type: ignore[attr-defined]


def _compose(app: Flask) -> None:
    schedule = Schedule()
    app.extensions["capabilities"] = CAPABILITIES
    app.extensions["schedule"] = schedule
    for capability in CAPABILITIES:
        for blueprint in capability.blueprints():
            app.register_blueprint(blueprint)
        for topic, handler in capability.topics.items():
            schedule.subscriptions.add(topic, handler)
        for topic, write in capability.letters.items():
            tell(app, topic, write)
        schedule.tasks.extend(capability.tasks)
        for command in capability.commands:
            app.cli.add_command(command)
        if capability.init is not None:
            capability.init(app)


def start_worker(app: Flask) -> Callable[[], None]:
    """Start the background worker in a thread and return what stops it."""
    config: Config = app.extensions["config"]
    worker = Worker(app, app.extensions["schedule"], config.data_dir)
    worker.start()
    return worker.stop
