"""Which places a post is in charge of, as SQL, and who hands duties over."""

from __future__ import annotations

import sqlalchemy as sa

from marketplace.core.actor import PROVINCE, Actor, Duty
from marketplace.posts.models import Delegation, Post

Column = sa.SQLColumnExpression[str]
Key = sa.SQLColumnExpression[int]


def in_region(region: str, column: Column) -> sa.ColumnElement[bool]:
    """``core.actor.covers`` as SQL: the province is in charge of every row, a city of those with its four digits."""
    return sa.true() if region == PROVINCE else column.startswith(region[:4], autoescape=True)


def in_charge(actor: Actor, duty: Duty, region: Column) -> sa.ColumnElement[bool]:
    """``Actor.post_for`` as SQL."""
    return sa.or_(sa.false(), *(in_region(post.region, region) for post in actor.posts if duty in post.duties))


def may_decide(actor: Actor, duty: Duty, region: Column, organization_id: Key) -> sa.ColumnElement[bool]:
    """``Actor.post_to_decide`` as SQL."""
    open_to = (
        in_region(post.region, region) & organization_id.not_in(sorted(post.barred))
        for post in actor.posts
        if duty in post.duties
    )
    return sa.or_(sa.false(), *open_to)


def holds(actor: Actor, post: Post) -> bool:
    """Who holds the post himself: only he hands its duties over."""
    return actor.signed_in and post.user_id == actor.user_id


def is_delegator(actor: Actor, delegation: Delegation) -> bool:
    """Who handed the duties over."""
    return holds(actor, delegation.post)


def is_deputy(actor: Actor, delegation: Delegation) -> bool:
    """Who took the duties over."""
    return actor.signed_in and delegation.user_id == actor.user_id
