"""The plate of search: pages, menu, the indexer's tasks and the command ``index``."""

from __future__ import annotations

from collections.abc import Iterable

import click
from flask import Flask

from marketplace.config import Config
from marketplace.core.text import Text
from marketplace.foundation.index.interface import SearchEngine
from marketplace.foundation.index.postgres_engine import PostgresEngine
from marketplace.foundation.index.whoosh_engine import WhooshEngine
from marketplace.foundation.worker import Task
from marketplace.search import services
from marketplace.search.commands import index
from marketplace.search.queries import requirement_counts, requirement_keys
from marketplace.search.views import search
from marketplace.vocabulary.queries import thesaurus
from marketplace.web.limits import A_MINUTE, Limit, figure
from marketplace.web.plate import Capability, FooterLink, NavItem
from marketplace.web.ready import init_ready

NIGHTLY = 24 * 3600.0


def _words() -> Iterable[str]:
    """What the segmenter should know beyond the words shipped with it."""
    return thesaurus().words


def init(app: Flask) -> None:
    """Open the engine; nothing is read before the first question."""
    config: Config = app.extensions["config"]
    engine: SearchEngine = (
        PostgresEngine(_words) if config.search == "postgres" else WhooshEngine(config.search_dir, _words)
    )
    app.extensions["search_engine"] = engine
    app.extensions["requirement_counts"] = requirement_counts
    app.extensions["requirement_keys"] = requirement_keys
    init_ready(app, engine.position)


commands: tuple[click.Command, ...] = (index,)

# A person opens perhaps one page a second; the figure leaves room for an office behind one address.
SEARCHES = figure("search.pages", Text("搜索和清单页面", "Pages of search and of the lists"), 600, A_MINUTE)

SEARCH = Capability(
    name="search",
    blueprints=lambda: (search,),
    navigation=(
        NavItem("scenarios", Text("场景需求", "Needs"), "search.scenarios", 20),
        NavItem("products", Text("产品供给", "Products"), "search.products", 30),
        NavItem("organizations", Text("单位", "Organizations"), "search.organizations", 80),
    ),
    footer=(
        FooterLink(0, Text("产品供给清单", "Product list"), "search.products", 10),
        FooterLink(0, Text("场景需求清单", "Need list"), "search.scenarios", 20),
        FooterLink(0, Text("单位名录", "Organizations"), "search.organizations", 30),
    ),
    tasks=(
        Task("search index", services.catch_up, 0.2, line="index"),
        Task("search index health", services.ensure, 5.0, line="index"),
        Task("search index comparison", services.check_nightly, NIGHTLY, line="comparison"),
    ),
    limits=(Limit(SEARCHES, ("search.",)),),
    commands=commands,
    init=init,
)
