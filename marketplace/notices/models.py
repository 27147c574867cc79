"""Tables of notices and of the objections raised against them."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.core import clock
from marketplace.core.text import Text
from marketplace.foundation.db import Base

if TYPE_CHECKING:
    from marketplace.organizations.models import Organization


class Notice(Base):
    """A decision shown to the public. What it says never changes after it was opened; ``digest`` is its SHA-256.

    ``about_type``, ``about_id``: what was decided on ("challenge"). ``duty``: which officials decide on objections.
    ``content``: paragraphs and tables as ``content.py`` describes them. ``last_day`` is the last day of the window in
    Beijing, counted anew when an objection stopped the clock; ``stopped_on`` is set while it stands.
    """

    __tablename__ = "notice"
    __table_args__ = (
        sa.CheckConstraint("state IN ('open','extended','closed','annulled')", name="state"),
        sa.CheckConstraint("days > 0", name="days"),
        # One notice at a time about one thing.
        sa.Index("uq_notice_running", "about_type", "about_id", unique=True,
                 sqlite_where=sa.text("state IN ('open','extended')"),
                 postgresql_where=sa.text("state IN ('open','extended')")),
        sa.Index("ix_notice_opened", "opened_at", "id"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(sa.String(20), unique=True)
    kind: Mapped[str] = mapped_column(sa.String(32))
    duty: Mapped[str] = mapped_column(sa.String(16))
    about_type: Mapped[str] = mapped_column(sa.String(32))
    about_id: Mapped[int]
    # The number people know of what was decided on, and the organization whose matter it is.
    about_number: Mapped[str] = mapped_column(sa.String(20))
    organization_id: Mapped[int] = mapped_column(sa.ForeignKey("organization.id"), index=True)
    region: Mapped[str] = mapped_column(sa.String(6), default="")
    title: Mapped[str] = mapped_column(sa.String(200))
    title_en: Mapped[str] = mapped_column(sa.String(300), default="")
    content: Mapped[dict[str, Any]]
    digest: Mapped[str] = mapped_column(sa.String(64))
    # The office that publishes, in both languages, as the post names it.
    issuer: Mapped[str] = mapped_column(sa.String(120))
    issuer_en: Mapped[str] = mapped_column(sa.String(200), default="")
    days: Mapped[int]
    opened_at: Mapped[datetime]
    last_day: Mapped[date]
    stopped_on: Mapped[date | None]
    closed_at: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(sa.String(12), default="open")
    version: Mapped[int] = mapped_column(default=1)
    demo: Mapped[bool] = mapped_column(default=False)
    updated_at: Mapped[datetime] = mapped_column(default=clock.now, onupdate=clock.now)

    organization: Mapped[Organization] = relationship("Organization")
    parties: Mapped[list[NoticeParty]] = relationship("NoticeParty")
    objections: Mapped[list[Objection]] = relationship(
        "Objection", back_populates="notice", order_by="Objection.id", viewonly=True
    )

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    @property
    def subject_type(self) -> str:
        return "notice"

    @property
    def label(self) -> Text:
        """The title in both languages; without an English one the Chinese stands in both."""
        return Text(self.title, self.title_en or self.title)

    @property
    def summary(self) -> Text:
        """What its first section says; without English the Chinese stands in both."""
        first: dict[str, Any] = next(iter(self.content["sections"]), {})
        text: str = first.get("text") or ""
        return Text(text, first.get("text_en") or text)

    @property
    def issued_by(self) -> Text:
        """The office in both languages."""
        return Text(self.issuer, self.issuer_en or self.issuer)

    @property
    def ends_at(self) -> datetime:
        """The first instant after the window."""
        return clock.end_of_day(self.last_day)


class NoticeParty(Base):
    """An organization whose matter a notice is, beside the one that it is about: it decides on no objection."""

    __tablename__ = "notice_party"

    notice_id: Mapped[int] = mapped_column(sa.ForeignKey("notice.id", ondelete="CASCADE"), primary_key=True)
    organization_id: Mapped[int] = mapped_column(sa.ForeignKey("organization.id"), primary_key=True, index=True)


class Objection(Base):
    """What a named person raised against a notice. Who he is, and his words, are for him and the officials in charge.

    ``gist`` and ``reply`` are what the official publishes with his decision.
    """

    __tablename__ = "objection"
    __table_args__ = (
        sa.CheckConstraint("state IN ('raised','upheld','dismissed','recalled')", name="state"),
        sa.Index("ix_objection_notice", "notice_id", "state"),
        sa.Index("ix_objection_queue", "state", "submitted_at"),
        # One open objection a person and notice.
        sa.Index("uq_objection_open", "notice_id", "user_id", unique=True,
                 sqlite_where=sa.text("state = 'raised'"), postgresql_where=sa.text("state = 'raised'")),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    notice_id: Mapped[int] = mapped_column(sa.ForeignKey("notice.id"))
    # Of the notice, copied so that an official's queue is one select.
    region: Mapped[str] = mapped_column(sa.String(6), default="")
    duty: Mapped[str] = mapped_column(sa.String(16))
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id"), index=True)
    # The organization in whose name he objects, if any.
    organization_id: Mapped[int | None] = mapped_column(sa.ForeignKey("organization.id"))
    name: Mapped[str] = mapped_column(sa.String(60))
    phone: Mapped[str] = mapped_column(sa.String(40))
    subject: Mapped[str] = mapped_column(sa.String(200))
    facts: Mapped[str] = mapped_column(sa.Text)
    gist: Mapped[str] = mapped_column(sa.Text, default="")
    reply: Mapped[str] = mapped_column(sa.Text, default="")
    reply_en: Mapped[str] = mapped_column(sa.Text, default="")
    submitted_at: Mapped[datetime] = mapped_column(default=clock.now)
    decided_at: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(sa.String(12), default="raised")
    version: Mapped[int] = mapped_column(default=1)
    demo: Mapped[bool] = mapped_column(default=False)

    notice: Mapped[Notice] = relationship("Notice", back_populates="objections")
    organization: Mapped[Organization | None] = relationship("Organization")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    @property
    def subject_type(self) -> str:
        return "objection"
