"""Tables that every kind of listing has: the listing itself (what the public reads) and its revisions."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, declared_attr, foreign, mapped_column, relationship

from marketplace.core import clock
from marketplace.core.text import Text
from marketplace.foundation.db import Base

if TYPE_CHECKING:
    from marketplace.organizations.models import Organization

OPEN = ("drafted", "in_review", "returned")


class Revision(Base):
    """One version of a listing's content. Being written or reviewed (at most one), approved (at most one), or past."""

    __tablename__ = "revision"
    __table_args__ = (
        sa.UniqueConstraint("listing_type", "listing_id", "number"),
        sa.CheckConstraint(
            "state IN ('drafted','in_review','returned','approved','superseded','discarded')", name="state"
        ),
        sa.Index("uq_revision_open", "listing_type", "listing_id", unique=True,
                 sqlite_where=sa.text("state IN ('drafted','in_review','returned')"),
                 postgresql_where=sa.text("state IN ('drafted','in_review','returned')")),
        sa.Index("uq_revision_approved", "listing_type", "listing_id", unique=True,
                 sqlite_where=sa.text("state = 'approved'"), postgresql_where=sa.text("state = 'approved'")),
        sa.Index("ix_revision_queue", "state", "submitted_at"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    listing_type: Mapped[str] = mapped_column(sa.String(16))
    listing_id: Mapped[int]
    number: Mapped[int]
    content: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(sa.String(12), default="drafted")
    version: Mapped[int] = mapped_column(default=1)
    # Region of the owner, copied so that an official's queue is one select.
    region: Mapped[str] = mapped_column(sa.String(6), default="")
    organization_id: Mapped[int] = mapped_column(sa.ForeignKey("organization.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(default=clock.now, onupdate=clock.now)
    submitted_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    # What the reviewer wrote when he returned it, for the form's first page.
    remark: Mapped[str] = mapped_column(sa.Text, default="")

    organization: Mapped[Organization] = relationship("Organization")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    @property
    def subject_type(self) -> str:
        return "revision"


class Listing(Base):
    """Columns of every kind of listing. ``content`` is the approved content; before the first approval it is empty."""

    __abstract__ = True

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(sa.String(20), unique=True)
    organization_id: Mapped[int] = mapped_column(sa.ForeignKey("organization.id"), index=True)
    # Region of the owner: which officials are in charge.
    region: Mapped[str] = mapped_column(sa.String(6), default="")
    title: Mapped[str] = mapped_column(sa.String(200), default="")
    title_en: Mapped[str] = mapped_column(sa.String(300), default="")
    content: Mapped[dict[str, Any]] = mapped_column(default=dict)
    edition: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(sa.String(12), default="draft")
    version: Mapped[int] = mapped_column(default=1)
    compiled: Mapped[bool] = mapped_column(default=False)
    demo: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    created_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    updated_at: Mapped[datetime] = mapped_column(default=clock.now, onupdate=clock.now)
    published_at: Mapped[datetime | None]
    valid_until: Mapped[date | None]

    @declared_attr.directive
    @classmethod
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.__table__.c.version}

    @declared_attr
    def organization(cls) -> Mapped[Organization]:
        return relationship("Organization")

    @declared_attr
    def open_revision(cls) -> Mapped[Revision | None]:
        """The revision being written or reviewed."""
        return relationship(
            Revision,
            primaryjoin=lambda: sa.and_(
                foreign(Revision.listing_id) == cls.id,
                Revision.listing_type == cls.__tablename__,
                Revision.state.in_(OPEN),
            ),
            viewonly=True,
            uselist=False,
        )

    @property
    def subject_type(self) -> str:
        return str(self.__tablename__)

    @property
    def label(self) -> Text:
        """The title in both languages; without an English one the Chinese stands in both."""
        return Text(self.title, self.title_en or self.title)
