"""Topic → who is told what of scoring. No letter holds a score, or says who bids."""

from __future__ import annotations

from collections.abc import Iterator

from marketplace.accounts.notify import letter
from marketplace.challenges.models import Challenge
from marketplace.challenges.notify import OWN
from marketplace.config import Config
from marketplace.foundation.db import db
from marketplace.foundation.letters import DESK, Letter, Link
from marketplace.foundation.outbox import Message
from marketplace.organizations.queries import member_users
from marketplace.panels.notify import ASSIGNMENTS
from marketplace.panels.queries import clean_members, panel_of
from marketplace.posts.queries import officials

# Steps of which the experts are told, each with a letter of its own.
TO_EXPERTS = {"score": "scoring/begun", "gather": "scoring/consensus", "score_again": "scoring/again"}


def to_experts(message: Message, config: Config) -> Iterator[Letter]:
    """Those who judge: there is something to do."""
    challenge = db.session.get_one(Challenge, message.subject_id)
    panel, step = panel_of(challenge), message.topic.partition(".")[2]
    for one in clean_members(panel) if panel is not None else []:
        yield letter(
            one.expert.user, TO_EXPERTS[step], ASSIGNMENTS, number=challenge.number, title=challenge.label,
            link=Link(f"{config.base_url}/scoring/{challenge.number}"),
        )  # fmt: skip


def ranked(message: Message, config: Config) -> Iterator[Letter]:
    """Officials in charge and the owner: the panel has signed its ranking."""
    challenge = db.session.get_one(Challenge, message.subject_id)
    link = Link(f"{config.base_url}/scoring/{challenge.number}/ranking")
    own = list(member_users(challenge.organization_id))
    known = {user.id for user in own}
    words = {"number": challenge.number, "title": challenge.label, "link": link}
    for user in own:
        yield letter(user, "scoring/ranked", OWN, **words)
    for user in officials("challenge", challenge.region):
        if user.id not in known:
            yield letter(user, "scoring/ranked", DESK, **words)
