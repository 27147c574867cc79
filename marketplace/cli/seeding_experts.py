"""The invented experts of the demonstration, brought to their state by the commands that bring them there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from marketplace.accounts import services as accounts
from marketplace.accounts.models import User
from marketplace.cli.demo import PASSWORD
from marketplace.core import clock
from marketplace.core.actor import SYSTEM, Actor
from marketplace.experts import services
from marketplace.experts.models import Expert
from marketplace.foundation.db import db
from marketplace.organizations.models import Organization
from marketplace.organizations.queries import actor_of
from marketplace.sample.demo_experts import DemoExpert, demo_experts

UNIT = re.compile(r"\{(\w+)\}")
TIED = ("employers", "holdings", "relations")
# State → the steps behind the declaration that lead to it; the official takes those that are his.
WAYS = {"in_review": (), "returned": ("return",), "approved": ("approve",), "suspended": ("approve", "suspend"),
        "expired": ("approve", "expire"), "withdrawn": ("approve", "withdraw")}  # fmt: skip


def load_experts(people: Mapping[str, User], units: Mapping[str, Organization]) -> int:
    """Load them, those beyond the demo accounts with accounts that no list names. Returns how many."""
    official = actor_of(people["province"])
    wanted = list(demo_experts())
    for each in wanted:
        user = people.get(each.account) or _unlisted_account(each)
        _bring(each, user, official, units)
    return len(wanted)


def _unlisted_account(each: DemoExpert) -> User:
    """Of who is approved it is open, because only who can sign in is drawn."""
    user = accounts.make_demo_account(f"{each.account}@demo.example", each.content["name"], PASSWORD)
    user.disabled_at = None if each.state == "approved" else clock.now()
    db.session.flush()
    return user


def _bring(each: DemoExpert, user: User, official: Actor, units: Mapping[str, Organization]) -> Expert:
    person = actor_of(user)
    declared = clock.now() - timedelta(days=each.days_ago)
    with clock.standing_at(declared):
        expert = services.start(person, _named(each.content, units), demo=True)
        services.declare(expert, person, None)
    for step in WAYS[each.state]:
        # Approvals follow the declaration by a day; time and people act now.
        moment = declared + timedelta(days=1) if step in ("approve", "return") else clock.now()
        with clock.standing_at(moment):
            actor = {"expire": SYSTEM, "withdraw": person}.get(step, official)
            services.take_step(expert, step, actor, each.reason if step in ("return", "suspend") else "")
    if each.change is not None:
        services.save(expert, {**expert.content, **_named(each.change, units)}, None)
        with clock.standing_at(clock.now() - timedelta(days=1)):
            services.declare(expert, person, None)
    return expert


def _named(content: Mapping[str, Any], units: Mapping[str, Organization]) -> dict[str, Any]:
    """The content with the names and codes of the demo units in the places that are kept for them."""
    lines = {key: [_line(row, units) for row in content[key]] for key in TIED if key in content}
    return {**content, **lines}


def _line(row: Mapping[str, Any], units: Mapping[str, Organization]) -> dict[str, Any]:
    found = UNIT.fullmatch(row["organization"])
    if found is None:
        return dict(row)
    unit = units[found[1]]
    return {**row, "organization": unit.name, "code": unit.credit_code}
