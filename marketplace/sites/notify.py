"""Topic → who is told what: who runs a site of what was decided and of deadlines, officials of what waits for them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from marketplace.accounts.models import User
from marketplace.accounts.notify import letter
from marketplace.config import Config
from marketplace.core.text import Text
from marketplace.foundation.db import db
from marketplace.foundation.ledger import LedgerEntry
from marketplace.foundation.letters import DECISIONS, DESK, Letter, LetterGroup, Link, Quote
from marketplace.foundation.outbox import Message
from marketplace.organizations.queries import member_users
from marketplace.posts.queries import officials
from marketplace.sites import wording
from marketplace.sites.lifecycle import SITE
from marketplace.sites.models import Site
from marketplace.sites.policy import DUTY

SITES = LetterGroup(
    "sites",
    Text("本单位的示范应用", "Your organization's demonstration sites"),
    Text("推荐、评审、公示的进展，报告和整改的时限", "What becomes of an application; deadlines of reports"),
    concerns=lambda actor: bool(actor.organization_ids),
)
# Steps that members of the applicant are told of: what an official decided against them is owed.
TOLD = {
    "recommend": SITES, "return": DECISIONS, "send_back": DECISIONS, "evaluate": SITES, "announce": SITES,
    "reopen": SITES, "refuse": DECISIONS, "designate": DECISIONS, "recheck": SITES, "renew": DECISIONS,
    "rectify": DECISIONS, "warn": DECISIONS, "keep": DECISIONS, "revoke": DECISIONS, "expire": DECISIONS,
}  # fmt: skip


def _site(message: Message) -> Site:
    return db.session.get_one(Site, message.subject_id)


def _operators(site: Site) -> Iterator[User]:
    """Members of the applicant; once it has a plate, also of who runs the place. Each once."""
    keys = [site.organization_id]
    if site.plate is not None:
        keys += [each.organization_id for each in site.parties if each.role == "operator"]
    yield from {user.id: user for key in dict.fromkeys(keys) for user in member_users(key)}.values()


def _told(user: User, group: LetterGroup, site: Site, what: Text, config: Config, words: str = "") -> Letter:
    return letter(
        user, "sites/told", group, number=site.number, title=site.label, what=what, words=Quote(words),
        link=Link(f"{config.base_url}/sites/{site.number}"),
    )  # fmt: skip


def stepped(message: Message, config: Config) -> Iterator[Letter]:
    """Who runs it reads of a step, with its reason."""
    site, entry = _site(message), db.session.get_one(LedgerEntry, message.payload["entry"])
    name = message.topic.partition(".")[2]
    for user in _operators(site):
        yield _told(user, TOLD[name], site, SITE.by_name[name].told, config, entry.reason)


def submitted(message: Message, config: Config) -> Iterator[Letter]:
    """The city's officials have an application to look at."""
    site = _site(message)
    if site.state == "submitted":
        yield from _to_officials(site, site.region, Text("等待市级推荐", "It waits for the city"), config)


def recommended(message: Message, config: Config) -> Iterator[Letter]:
    """The applicant reads of it; the province's officials have an application to evaluate."""
    yield from stepped(message, config)
    site = _site(message)
    if site.state == "recommended":
        yield from _to_officials(
            site, "", Text("已由市级推荐，等待评审", "Recommended; it waits for evaluation"), config
        )


def stated(message: Message, config: Config) -> Iterator[Letter]:
    """The province's officials have a report, a statement or a reply to look at."""
    what: Any = wording.STATEMENTS[message.payload["kind"]]
    said = Text("运营单位提交了%(what)s", "Its operator filed: %(what)s") % {"what": what}
    yield from _to_officials(_site(message), "", said, config)


def due(message: Message, config: Config) -> Iterator[Letter]:
    """Members of the operator are reminded of a deadline."""
    site = _site(message)
    what = Text("有一项材料要在 %(day)s 前提交", "Something is due by %(day)s") % {"day": message.payload["day"]}
    for user in _operators(site):
        yield _told(user, SITES, site, what, config)


def _to_officials(site: Site, region: str, what: Text, config: Config) -> Iterator[Letter]:
    own = {user.id for user in _operators(site)}
    for user in officials(DUTY, region):
        if user.id not in own:
            yield _told(user, DESK, site, what, config)
