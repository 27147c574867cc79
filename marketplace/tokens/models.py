"""The table of tokens. The secret itself is shown once and kept nowhere."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.core import clock
from marketplace.foundation.db import Base
from marketplace.organizations.models import Organization


class ApiToken(Base):
    """What a program shows instead of a person's password: it acts for one organization, within its scopes, for a time.

    ``digest``: SHA-256 of the secret. It has 256 random bits, so that a slow hash would protect nothing more.
    """

    __tablename__ = "api_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(sa.ForeignKey("organization.id"), index=True)
    name: Mapped[str] = mapped_column(sa.String(60))
    scopes: Mapped[list[Any]]
    digest: Mapped[str] = mapped_column(sa.String(64), unique=True)
    # The beginning of the secret, by which people tell theirs apart.
    hint: Mapped[str] = mapped_column(sa.String(12))
    created_by: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id"))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    last_used_at: Mapped[datetime | None]

    organization: Mapped[Organization] = relationship()

    @property
    def subject_type(self) -> str:
        return "api_token"

    @property
    def live(self) -> bool:
        """Whether it works now, as far as it depends on the token itself."""
        return self.revoked_at is None and clock.now() < self.expires_at
