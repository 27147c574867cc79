"""Selects of tokens."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from marketplace.core.actor import Actor
from marketplace.core.errors import NotFound
from marketplace.core.text import Text
from marketplace.foundation.db import db
from marketplace.tokens.models import ApiToken
from marketplace.tokens.policy import visible_to
from marketplace.web.plate import PersonalPart


def tokens_of(actor: Actor) -> Sequence[ApiToken]:
    """The tokens that the actor manages, the newest first."""
    select = sa.select(ApiToken).where(visible_to(actor)).options(joinedload(ApiToken.organization))
    return db.session.scalars(select.order_by(ApiToken.id.desc())).all()


def token_by_key(key: int, actor: Actor) -> ApiToken:
    """One of them.

    Raises:
        NotFound: it is none of the actor's.
    """
    found = db.session.scalar(sa.select(ApiToken).where(ApiToken.id == key, visible_to(actor)))
    if found is None:
        raise NotFound
    return found


def names_of(ids: Sequence[int]) -> dict[int, str]:
    """Key → the name that people gave it, for the logs."""
    return {
        row.id: row.name
        for row in db.session.execute(sa.select(ApiToken.id, ApiToken.name).where(ApiToken.id.in_(ids)))
    }


def personal(user_id: int) -> Sequence[PersonalPart]:
    """The tokens that a person made, for the copy of his data."""
    labels = {
        "name": Text("名称", "Name"),
        "created_at": Text("建立时间", "Made"),
        "expires_at": Text("到期", "Expires"),
    }
    mine = sa.select(ApiToken).where(ApiToken.created_by == user_id).order_by(ApiToken.id)
    rows = [{key: getattr(each, key) for key in labels} for each in db.session.scalars(mine)]
    return (PersonalPart("api_token", Text("接口令牌", "Tokens of the data interface"), labels, rows),)
