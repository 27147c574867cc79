"""Commands on tokens: make, revoke, and who a program is that shows one."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import timedelta

import sqlalchemy as sa

from marketplace.core import clock
from marketplace.core.actor import Actor, Membership
from marketplace.core.errors import Refused
from marketplace.core.text import Text
from marketplace.foundation import ledger
from marketplace.foundation.db import db, lock
from marketplace.organizations.models import Organization
from marketplace.tokens.models import ApiToken

PREFIX = "jiyu_"
MOST_LIVE = 20
# What a token may be made for. A capability that takes another kind of call adds its scope here.
SCOPES = {"readings": Text("登记场景验证的测量", "Record readings of pilots")}
LIFETIMES = (30, 90, 180, 365)
# Noting every use would make a write of every call.
NOTED_EVERY = timedelta(minutes=1)


def make(organization: Organization, name: str, scopes: Sequence[str], days: int, actor: Actor) -> tuple[ApiToken, str]:
    """A new token and its secret, which nobody sees again.

    Raises:
        Refused: the actor is no owner, the organization is not verified, or it has too many.
    """
    lock(organization)
    live = sa.select(sa.func.count()).select_from(ApiToken).where(
        ApiToken.organization_id == organization.id, ApiToken.revoked_at.is_(None), ApiToken.expires_at > clock.now()
    )  # fmt: skip
    facts = (
        (not actor.owns(organization.id), Text("您不是该单位的所有者", "You are no owner of it")),
        (organization.state != "verified", Text("单位未通过核验", "The organization is not verified")),
        ((db.session.scalar(live) or 0) >= MOST_LIVE, Text("有效令牌已有 20 个", "It has 20 valid tokens already")),
    )
    fact = next((words for holds, words in facts if holds), None)
    if fact is not None:
        raise Refused(
            Text("已核验单位的所有者可以建令牌，最多 20 个有效的",
                 "An owner of a verified organization makes tokens, at most 20 valid ones"),
            fact, Text("请先撤销不用的，或请所有者办理", "Revoke unused ones, or ask an owner"),
        )  # fmt: skip
    secret = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken(
        organization_id=organization.id, name=name, scopes=[each for each in SCOPES if each in scopes],
        digest=digest_of(secret), hint=secret[:10], created_by=actor.user_id, created_at=clock.now(),
        expires_at=clock.now() + timedelta(days=days),
    )  # fmt: skip
    db.session.add(token)
    db.session.flush()
    data = {"name": name, "scopes": token.scopes, "days": days}
    ledger.record(token, "make", actor, organization_id=organization.id, data=data)
    return token, secret


def digest_of(secret: str) -> str:
    """How a secret is kept."""
    return hashlib.sha256(secret.encode()).hexdigest()


def revoke(token: ApiToken, actor: Actor) -> None:
    """End a token at once; a second time changes nothing."""
    lock(token)
    if token.revoked_at is None:
        token.revoked_at, token.revoked_by = clock.now(), actor.user_id
        db.session.flush()
        ledger.record(token, "revoke", actor, organization_id=token.organization_id)


def bearer(secret: str) -> tuple[ApiToken, Actor] | None:
    """The token of a secret and who acts with it: an editor of its organization. None when it does not work."""
    token = db.session.scalar(sa.select(ApiToken).where(ApiToken.digest == digest_of(secret)))
    if token is None or not token.live or token.organization.state != "verified":
        return None
    now = clock.now()
    if token.last_used_at is None or now - token.last_used_at > NOTED_EVERY:
        token.last_used_at = now
    membership = Membership(token.organization_id, "editor", token.organization.state)
    return token, Actor("user", token.created_by, token.name, (membership,))
