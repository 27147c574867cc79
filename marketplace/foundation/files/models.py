"""Tables of files: what a person uploaded, and the smaller pictures made of it. Several rows may share one blob."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.foundation.db import Base


class StoredFile(Base):
    """One accepted file of one owner. Never changed after it was written; who may see it is the owner's policy.

    ``size`` is in bytes, ``width`` and ``height`` in pixels (pictures only). ``name`` is for people and
    decides nothing: where the bytes lie follows from ``sha256`` alone, what they are from ``media_type``.
    """

    __tablename__ = "stored_file"
    __table_args__ = (
        sa.CheckConstraint("purpose IN ('picture', 'document')", name="purpose"),
        sa.Index("ix_stored_file_owner", "owner_type", "owner_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(sa.String(64), index=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    media_type: Mapped[str] = mapped_column(sa.String(100))
    size: Mapped[int]
    width: Mapped[int | None]
    height: Mapped[int | None]
    purpose: Mapped[str] = mapped_column(sa.String(16))
    owner_type: Mapped[str] = mapped_column(sa.String(32))
    owner_id: Mapped[int]
    uploaded_by: Mapped[int | None]
    created_at: Mapped[datetime]
    variants: Mapped[list[FileVariant]] = relationship(
        lazy="selectin", cascade="all, delete-orphan", passive_deletes=True, order_by="FileVariant.id"
    )

    def variant(self, kind: str) -> FileVariant | None:
        """The smaller picture of that kind ("list" or "page"); None for documents."""
        return next((each for each in self.variants if each.kind == kind), None)


class FileVariant(Base):
    """A smaller picture made when the file was accepted; WebP like the picture itself."""

    __tablename__ = "file_variant"
    __table_args__ = (sa.UniqueConstraint("file_id", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    file_id: Mapped[int] = mapped_column(sa.ForeignKey("stored_file.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(sa.String(16))
    sha256: Mapped[str] = mapped_column(sa.String(64), index=True)
    size: Mapped[int]
    width: Mapped[int]
    height: Mapped[int]
