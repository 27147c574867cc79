"""What somebody finds of a challenge: every address of the site that can show anything of it, and what it answers."""

from __future__ import annotations

import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from flask import Flask
from werkzeug.routing import Rule

from marketplace.awards.models import Acceptance
from marketplace.core.errors import NotFound
from marketplace.foundation.db import Base, db
from marketplace.foundation.files import StoredFile
from tests.architecture.arguments import meaning
from tests.awards.fair import MARKS, Fair, codes_of
from tests.factories import accounts
from tests.support.site import Client

# Capabilities that know nothing of challenges.
STRANGE = {
    "accounts", "products", "scenarios", "pilots", "pilot_files", "sites", "site_list", "plates", "cultivation",
    "library_files", "enquiries", "enquiry_ways", "matching", "members", "takeovers", "tokens", "vocabulary",
    "posts", "invitations", "saved_searches", "static", "lists", "chains",
}  # fmt: skip
# Pages of the others that say the same whatever there is, and what stands before a person's own account.
SAME = {
    "challenges.new", "bids.receipts", "organizations.new", "organizations.edit", "organizations.papers", "api.docs",
    "api.openapi", "api.categories", "api.domains", "api.regions", "api.specs", "api.products", "api.scenarios",
    "api.pilots", "api.sites", "search.products", "search.scenarios", "site.help_page", "site.privacy", "site.healthz",
    "site.accessibility", "notifications.choices", "workspace.listings", "experts.edit", "experts.check", "experts.me",
    "admin.workdays", "admin.new_post", "admin.settings", "admin.one_setting", "admin.post", "admin.user",
    "review.verify", "review.expert", "review.decide", "notifications.unsubscribe",
}  # fmt: skip
# Arguments that name no row.
PARTS: Mapping[str, Sequence[str]] = {
    "edition": "12", "version": "1", "step": ("proposal",), "ending": ("csv", "json", "xlsx"), "kind": ("challenge",),
}  # fmt: skip
SEARCHES = ("/search", "/search/suggest", "/api/v1/search", "/api/v1/suggest")
# Of long tables the last rows.
MOST = 3


def addresses(app: Flask, fair: Fair, *, quiet: bool) -> Iterator[tuple[str, str]]:
    """(method, address) of all that is read, with the keys of everything there is now.

    ``quiet``: without what history tells of whoever reads it.
    """
    for role in fair.bids:
        yield "POST", f"/bids/{fair.bid(role).number}/read"
    for code in codes_of(fair.challenge):
        for act in ("open", "files/1", "files/2"):
            yield "POST", f"/scoring/{fair.challenge.number}/bids/{code}/{act}"
    if not quiet:
        yield "POST", f"/awards/{fair.challenge.number}/case.zip"
        yield "POST", "/admin/log/export"
        yield "GET", "/account/privacy/data.zip"
    for acceptance in db.session.scalars(sa.select(Acceptance)):
        yield "GET", f"/panel/acceptance/{acceptance.number}"
    for words in (MARKS["terms"], MARKS["approach"]):
        yield from (("GET", f"{path}?q={words[:4]}") for path in SEARCHES)
    for rule in app.url_map.iter_rules():
        strange = rule.endpoint in SAME or rule.endpoint.partition(".")[0] in STRANGE
        if "GET" in (rule.methods or ()) and not strange:
            yield from (("GET", path) for path in _filled(rule, fair))


def _filled(rule: Rule, fair: Fair) -> Iterator[str]:
    """The addresses of a rule."""
    if rule.endpoint == "files.show":
        yield from (f"/files/{each.id}/{each.name}" for each in db.session.scalars(sa.select(StoredFile)))
        return
    paths = [rule.rule]
    for argument in rule.arguments:
        found = list(_values(rule, argument, fair))
        paths = [re.sub(rf"<(?:[^<>]*:)?{argument}>", value, path) for path in paths for value in found]
    yield from paths


def _values(rule: Rule, argument: str, fair: Fair) -> Iterator[str]:
    named = meaning(rule.endpoint, argument)
    if named:
        table, _, column = named.partition(".")
        cells = Base.metadata.tables[table].c
        yield from map(str, db.session.scalars(sa.select(cells[column]).order_by(cells["id"].desc()).limit(MOST)))
    elif rule.endpoint == "scoring.report":
        yield "1"
    elif argument == "code":
        yield from codes_of(fair.challenge)
    elif argument == "sha256":
        yield from fair.papers()
    else:
        yield from PARTS[argument]


def text_of(answer: Any) -> str:
    """All that an answer says, unpacked."""
    return _unpacked(answer.get_data(), answer.content_type or "")


def _unpacked(data: bytes, kind: str) -> str:
    if data[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            return "\n".join(f"{name}\n{_unpacked(packed.read(name), name)}" for name in packed.namelist())
    text = data.decode("utf-8", "replace")
    if "json" in kind and "\\u" in text:
        return "\n".join(json.dumps(json.loads(each), ensure_ascii=False) for each in text.splitlines() if each)
    return text


class Sight:
    """The windows of everybody."""

    def __init__(self, app: Flask, fair: Fair) -> None:
        self.app, self.fair = app, fair
        self._windows: dict[int | None, Client] = {}
        self.paths: Sequence[tuple[str, str]] = ()
        # Two pieces of every page that other tests look at and that take half its time: the number in the head, which
        # counts what /workspace/ lists, and the page that tells of a refusal.
        app.context_processor(lambda: {"inbox_count": lambda: 0})
        app.register_error_handler(NotFound, lambda _error: ("", 404))

    def open(self, roles: Iterable[str], *, quiet: bool) -> None:
        """Find the addresses that there are now; when time has thrown everybody out they sign in anew."""
        if self.fair.jumped:
            self._windows = {self.fair.people.get(role): self._window(role) for role in roles}
        self.paths = list(dict.fromkeys(addresses(self.app, self.fair, quiet=quiet)))

    def of(self, role: str, share: int, turn: int) -> Iterator[tuple[str, str]]:
        """(address, text) of what answers somebody now: of every ``share`` addresses one, another one each turn."""
        window = self._windows[self.fair.people.get(role)]
        for method, path in self.paths:
            if (zlib.crc32(path.encode()) + turn) % share:
                continue
            answer = window.get(path) if method == "GET" else window.submit(path)
            assert answer.status_code < 500, (role, path)
            if answer.status_code == 200:
                yield path, text_of(answer)
            answer.close()

    def _window(self, role: str) -> Client:
        made = self.app.test_client()
        assert isinstance(made, Client)
        if role in self.fair.people:
            accounts.sign_in(made, self.fair.user(role))
            made.get("/workspace/")  # what the sign-in had to say is said
        return made
