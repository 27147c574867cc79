"""Who makes and revokes an organization's tokens."""

from __future__ import annotations

import sqlalchemy as sa

from marketplace.core.actor import Actor
from marketplace.tokens.models import ApiToken


def can_manage(actor: Actor, token: ApiToken) -> bool:
    """Owners of the organization: a token acts for all of it."""
    return actor.owns(token.organization_id)


def visible_to(actor: Actor) -> sa.ColumnElement[bool]:
    """``can_manage`` as a condition on the table."""
    owned = [each.organization_id for each in actor.memberships if each.role == "owner"]
    return ApiToken.organization_id.in_(sorted(owned))
