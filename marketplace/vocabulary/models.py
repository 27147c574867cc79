"""The table of synonyms: one row is a group of words that stand for the same thing."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.core import clock
from marketplace.foundation.db import Base


class SynonymGroup(Base):
    """Words that find each other. A group that is no longer used stays, retired, so that its history can be read."""

    __tablename__ = "synonym_group"

    id: Mapped[int] = mapped_column(primary_key=True)
    words: Mapped[list[Any]]
    # Why these mean the same, for who edits it next.
    note: Mapped[str] = mapped_column(sa.String(200), default="")
    retired: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)
    # The history entry of the last change: grows with every edit of the table, so that its greatest names its state.
    revision: Mapped[int] = mapped_column(sa.BigInteger, unique=True)
    updated_at: Mapped[datetime] = mapped_column(default=clock.now, onupdate=clock.now)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    @property
    def subject_type(self) -> str:
        return "synonyms"


class SynonymWord(Base):
    """A word of a group in use, as ``thesaurus.squeezed`` writes it: the database holds each in one group alone."""

    __tablename__ = "synonym_word"

    word: Mapped[str] = mapped_column(sa.String(1000), primary_key=True)
    group_id: Mapped[int] = mapped_column(sa.ForeignKey("synonym_group.id"), index=True)
