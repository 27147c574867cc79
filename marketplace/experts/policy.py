"""Who may see an expert of the register, and who decides on him. His name is for nobody else."""

from __future__ import annotations

import sqlalchemy as sa

from marketplace.core.actor import PROVINCE, Actor
from marketplace.experts.models import Expert
from marketplace.posts.policy import in_region


def is_self(actor: Actor, expert: Expert) -> bool:
    """The expert."""
    return actor.signed_in and actor.user_id == expert.user_id


def can_view(actor: Actor, expert: Expert) -> bool:
    """The expert, and the officials who run challenges in his region, once he has declared anything."""
    in_charge = expert.declared > 0 and actor.post_for("challenge", expert.region) is not None
    return actor.is_system or is_self(actor, expert) or in_charge


def visible_to(actor: Actor) -> sa.ColumnElement[bool]:
    """``can_view`` as a condition on the table."""
    if actor.is_system:
        return sa.true()
    seen: list[sa.ColumnElement[bool]] = [Expert.user_id == actor.user_id] if actor.signed_in else [sa.false()]
    for post in actor.posts:
        if "challenge" in post.duties:
            seen.append((Expert.declared > 0) & in_region(post.region, Expert.region))
    return sa.or_(*seen)


def keeps_register(actor: Actor) -> bool:
    """Officials who run challenges, of whatever region: they have a page that lists theirs."""
    return actor.has_duty("challenge")


def decides(actor: Actor) -> bool:
    """Officials of the province who run challenges: the register is one for the whole province."""
    return actor.post_for("challenge", PROVINCE) is not None


def can_decide(actor: Actor, expert: Expert) -> bool:
    """The same, on anybody but himself."""
    return decides(actor) and not is_self(actor, expert)
