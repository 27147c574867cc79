"""Tables of saved searches: the question, how far it was answered, and what its owner was told."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.core import clock
from marketplace.core.text import Text
from marketplace.foundation.db import Base

if TYPE_CHECKING:
    from marketplace.accounts.models import User

RHYTHMS = {
    "at_once": Text("有新结果就发", "At once"),
    "daily": Text("每天一封", "Once a day"),
    "weekly": Text("每周一封", "Once a week"),
    "off": Text("暂停", "Paused"),
}


class SavedSearch(Base):
    """A question that is asked again and again.

    ``query`` is the query string of the search page. ``mark`` is the last arrival (search.models.Arrival) that was
    looked at; it moves in the transaction that writes what was found. ``baseline`` holds what was found when the
    search was saved, which is never told as new.
    """

    __tablename__ = "saved_search"
    __table_args__ = (
        sa.CheckConstraint("rhythm IN ('at_once','daily','weekly','off')", name="rhythm"),
        sa.Index("ix_saved_search_due", "rhythm", "due_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id"), index=True)
    name: Mapped[str] = mapped_column(sa.String(60))
    query: Mapped[str] = mapped_column(sa.Text)
    rhythm: Mapped[str] = mapped_column(sa.String(8))
    mark: Mapped[int] = mapped_column(sa.BigInteger)
    baseline: Mapped[bytes] = mapped_column(sa.LargeBinary)
    due_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    user: Mapped[User] = relationship("User")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    @property
    def subject_type(self) -> str:
        return "saved_search"

    @property
    def made(self) -> str:
        """Tells it apart from one that was removed and whose key it has: SQLite gives the highest key again."""
        return f"{self.user_id} {self.created_at.isoformat()}"

    @property
    def shown(self) -> str:
        """What its form shows, as one text; ``version`` counts the looks of the worker, too."""
        return f"{self.made} {self.rhythm} {self.name}"


class ToldItem(Base):
    """An item that the owner of a saved search was told of: the key makes a second time impossible."""

    __tablename__ = "saved_search_item"

    saved_search_id: Mapped[int] = mapped_column(
        sa.ForeignKey("saved_search.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    kind: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    doc_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    told_at: Mapped[datetime] = mapped_column(default=clock.now)
