"""A changed number in any address, field or button of any form never reads or changes a foreign object.

Each person's pages are walked as the matrix names them. In every form and every address whatever names an object is
replaced by each foreign one, everything else being sent as the page had it; afterwards the rows of every table are
compared with those before, and the answer is searched for what the foreign object says.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from itertools import cycle, islice
from typing import Any

import pytest
from werkzeug.routing import Rule

from tests.architecture.arguments import (
    HIDDEN,
    NAMES,
    OFFICE,
    PRIVATE,
    address,
    meaning,
    named_by,
    posted,
    strangers,
)  # fmt: skip
from tests.architecture.forms import NUMBER, WebForm, forms_of
from tests.architecture.matrix import MATRIX
from tests.architecture.questions import OBJECTS
from tests.architecture.rows import Owners, changes, foreign, owners
from tests.architecture.world import World

SHOWN_AT = {"product": "/products/", "scenario": "/scenarios/", "organization": "/organizations/"}
# What a form may be given beside its fields, in the hope that somebody copies it into a row.
EXTRA = {
    "id": "1", "organization_id": "1", "owner_id": "1", "user_id": "1", "state": "published", "region": "340200",
    "administrator": "1", "demo": "1", "duties": "review", "role": "owner", "edition": "9", "kind": "government",
    "post_id": "1", "listing_id": "1", "confirmed_at": "2026-01-01", "is_admin": "true", "email": "other@demo.example",
}  # fmt: skip
WALKERS = ("vendor", "soe", "city", "admin")
# What each of them has to try at least, so that the walk cannot pass over nothing; nobody's forms name no object.
LEAST = {"vendor": 20, "soe": 20, "city": 10, "admin": 0}
# How many foreign objects are tried in each place of a form; they take turns, so that the walk meets every one.
AT_ONCE = 2


@cache
def seen_by(world: World, role: str) -> dict[str, str]:
    """Address → text, of everything that the role gets by the matrix."""
    pages = {}
    for row in MATRIX:
        if row.method == "GET" and row.expected()[role] == 200 and not row.endpoint.startswith("static"):
            path = world.address(row)
            answer = world.people[role].get(path, buffered=True)
            pages[path] = text_of(answer)
            answer.close()
    return pages


def text_of(answer: Any) -> str:
    """What can be read in an answer."""
    readable = answer.mimetype.startswith(("text/", "application/json", "application/problem"))
    return str(answer.text) if readable else ""


def distinct_forms(pages: dict[str, str]) -> list[WebForm]:
    """One form of each shape that posts, over all pages."""
    found = {}
    for path, html in pages.items():
        for form in forms_of(html, path) if "<form" in html else ():
            if form.method == "POST" and not form.action.endswith("/sign-out"):
                found.setdefault(form.key, form)
    return list(found.values())


def hidden_from(world: World, role: str) -> dict[str, str]:
    """Number → name of every object whose page the role is refused."""
    found = {}
    for name in (each for each in OBJECTS if each.partition(".")[0] in SHOWN_AT):
        number = world.numbers[name]
        if world.people[role].get(SHOWN_AT[name.partition(".")[0]] + number).status_code == 404:
            found[number] = name
    return found


def secrets_of(world: World, number: str) -> list[str]:
    """What only the page of the object says: its title, and whom to call."""
    table = {"P": "product", "S": "scenario", "O": "organization"}[number[0]]
    if table == "organization":
        ((*words,),) = world.watch.execute("SELECT name, credit_code FROM organization WHERE number = ?", (number,))
        return words
    query = f"""SELECT r.content FROM revision r JOIN {table} l ON r.listing_id = l.id AND r.listing_type = ?
                WHERE l.number = ?"""
    contents = [json.loads(content) for (content,) in world.watch.execute(query, (table, number))]
    return [content["title"] for content in contents if content.get("title")]


def allowed_to(world: World, role: str) -> Owners:
    """Whose rows the role may change: a member his organization's, an official those of his region."""
    if role == "visitor":
        return Owners(frozenset(), frozenset())
    own = owners(world.kept, f"{role}@demo.example")
    if role != "city":
        return own
    rows = world.kept.execute("SELECT id FROM organization WHERE region LIKE '3401%'")
    return Owners(frozenset(key for (key,) in rows), own.users)


class Attack:
    """One person who sends what the pages never offered him."""

    def __init__(self, world: World, role: str) -> None:
        self.world, self.client = world, world.people[role]
        self.allowed = allowed_to(world, role)
        self.pages = seen_by(world, role)
        known = " ".join(self.pages.values())
        self.victims = hidden_from(world, role)
        self.words = {
            word: number for number in self.victims for word in secrets_of(world, number) if word not in known
        }
        files = list(world.foreign_files(self.allowed.organizations))
        kinds = {number[0] for number in self.victims}
        self.turns = {kind: cycle([each for each in self.victims if each[0] == kind]) for kind in kinds}
        self.files = cycle(files) if files else iter(())
        self.wrong: list[str] = []
        self.tried = 0

    def numbers_like(self, value: str) -> Iterator[str]:
        """Foreign objects in the place of ``value``: of the same kind, or files in the place of keys."""
        turns = self.turns.get(value[0], iter(())) if NUMBER.fullmatch(value) else self.files
        return islice(turns, AT_ONCE)

    def send(self, path: str, data: dict[str, Any] | None, what: str) -> int:
        """Ask, look at the answer and at every table, and put everything back; returns the first status."""
        self.tried += 1
        before = self.world.fingerprint()
        answer = self.client.get(path, buffered=True) if data is None else self.client.submit(path, data)
        status: int = answer.status_code
        if answer.status_code in (302, 303) and answer.location.startswith("/"):
            answer.close()
            answer = self.client.get(answer.location, buffered=True)
        if answer.status_code == 500:
            self.wrong.append(f"{what}: {answer.status_code}")
        text = text_of(answer)
        self.wrong += [f"{what}: tells of {self.words[word]}" for word in self.words if word in text]
        answer.close()
        if self.world.fingerprint() != before:
            after, kept = self.world.watch, self.world.kept
            self.wrong += [
                f"{what}: changes {change.table} {change.row.get('id')}"
                for change in changes(kept, after)
                if foreign(change, self.allowed, kept, after)
            ]
            self.world.restore()
        return status


@pytest.mark.parametrize("role", WALKERS)
def test_a_changed_number_in_a_form_reaches_nothing(world: World, role: str) -> None:
    attack = Attack(world, role)
    forms = distinct_forms(attack.pages)
    assert attack.victims
    assert attack.words
    for form in forms:
        for place in NUMBER.findall(form.action):
            for number in attack.numbers_like(place):
                action = form.action.replace(place, number)
                attack.send(action, form.data(), f"{form.action} → {action} {dict(form.fields).get('transition')}")
        for name in form.naming():
            old = dict(form.fields).get(name) or dict(form.buttons)[name]
            for value in attack.numbers_like(old):
                attack.send(form.action, form.instead(name, value).data(), f"{form.action} with {name}={value}")
    assert not attack.wrong, attack.wrong
    assert attack.tried >= LEAST[role]


@pytest.mark.parametrize("role", ["visitor", *WALKERS])
def test_a_changed_number_in_an_address_tells_nothing(world: World, role: str) -> None:
    attack = Attack(world, role)
    for path in attack.pages:
        for place in set(NUMBER.findall(path)):
            for number in attack.victims:
                if number[0] == place[0]:
                    attack.send(path.replace(place, number), None, f"{path} → {number}")
        for victim in list(attack.victims)[:1]:
            more = "&".join(f"{name}={victim}" for name in ("no", "organization", "number", "id", "owner"))
            attack.send(f"{path}{'&' if '?' in path else '?'}{more}", None, f"{path} with {victim}")
    assert not attack.wrong, attack.wrong
    assert attack.tried > 100


@pytest.mark.parametrize("role", ["vendor", "soe"])
def test_fields_that_no_form_has_change_nothing(world: World, role: str) -> None:
    """Mass assignment: whatever is sent beside the fields of a form reaches no column."""
    attack = Attack(world, role)
    tried = 0
    for form in distinct_forms(attack.pages):
        names = {name for name, _value in form.fields}
        before = {name: value for name, value in EXTRA.items() if name not in names}
        sent = {**form.data(), **before}
        attack.client.submit(form.action, sent).close()
        touched = columns_touched(world, before)
        world.restore()
        attack.client.submit(form.action, form.data()).close()
        assert touched == columns_touched(world, before), form.action
        world.restore()
        tried += 1
    assert tried > 5


def columns_touched(world: World, extra: dict[str, str]) -> set[tuple[str, str]]:
    """(table, column) of every changed row whose value is one that was smuggled in."""
    found = set()
    for change in changes(world.kept, world.watch):
        if change.table == "user_session":  # noted as used by the request itself
            continue
        for column in set(extra) & set(change.row):
            if str(change.row[column]) == extra[column]:
                found.add((change.table, column))
    return found


def test_the_walk_meets_the_forms_of_the_site(world: World) -> None:
    """Otherwise the tests above would pass over nothing."""
    actions = {
        re.sub(NUMBER, "#", form.action).partition("?")[0]
        for role in WALKERS
        for form in distinct_forms(seen_by(world, role))
    }
    expected = {
        "/products/new", "/products/#/edit/basics", "/products/#/check", "/products/#/do", "/scenarios/#/edit/what",
        "/organizations/#/edit", "/organizations/#/do", "/review/products/#", "/account/",
    }  # fmt: skip
    assert not expected - actions, sorted(actions)


# ---- arguments of addresses -----------------------------------------------------------------------------------------


def test_every_argument_of_every_address_is_known(world: World) -> None:
    unknown = [
        f"{rule.endpoint}.{argument} ({rule.rule})"
        for rule in world.app.url_map.iter_rules()
        for argument in rule.arguments
        if meaning(rule.endpoint, argument) is None
    ]
    assert not unknown, (
        "say in NAMES of tests/architecture/arguments.py which table's column these arguments name "
        f"(and in PRIVATE whether it exists for nobody else), or in NOBODYS that they name nobody's object: {unknown}"
    )


@pytest.mark.parametrize("role", WALKERS)
def test_a_foreign_object_in_any_address_is_out_of_reach(world: World, role: str) -> None:
    attack = Attack(world, role)
    for rule, named in named_rules(world, role):
        walk(attack, rule, *named)
    assert not attack.wrong, attack.wrong
    assert attack.tried > 50


def test_the_walks_meet_objects_of_every_table(world: World) -> None:
    tried = {
        table
        for role in WALKERS
        for _rule, (_argument, table, _column) in named_rules(world, role)
        if strangers(world, allowed_to(world, role), table)
    }
    missing = {found.partition(".")[0] for found in NAMES.values()} - tried
    assert not missing, f"no foreign object to try: {missing}"


def named_rules(world: World, role: str) -> Iterator[tuple[Rule, tuple[str, str, str]]]:
    """The addresses that name an object and are not of the role's own office, with what names it."""
    for rule in world.app.url_map.iter_rules():
        named = named_by(rule) if rule.arguments else None
        if named and not (role == "admin" and rule.endpoint.startswith(OFFICE)):
            yield rule, named


def walk(attack: Attack, rule: Rule, argument: str, table: str, column: str) -> None:
    """Ask one address with foreign objects: everything with the first, reading and one act with the last."""
    for place, row in enumerate(strangers(attack.world, attack.allowed, table)):
        path = address(attack.world, rule, {argument: str(row[column])}, row)
        with attack.world.app.app_context():
            sent = list(posted(rule.endpoint, table, row)) if "POST" in (rule.methods or ()) else []
        statuses = [attack.send(path, data, f"{path} {data}") for data in (sent[:1] if place else sent)]
        if "GET" in (rule.methods or ()):
            statuses.append(attack.send(path, None, path))
        if table in PRIVATE and not set(statuses) <= set(HIDDEN):
            attack.wrong.append(f"{path}: {statuses}")
