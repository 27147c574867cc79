"""Tables of the search engine on PostgreSQL. They exist on SQLite too, empty, so that there is one schema."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.foundation.db import Base

VECTOR = sa.Text().with_variant(postgresql.TSVECTOR(), "postgresql")
WORDS = sa.Text().with_variant(postgresql.ARRAY(sa.Text), "postgresql")


class SearchEntry(Base):
    """One document of one generation. ``slot`` is its place in the bit sets of that generation, and stays.

    ``seq`` is the commit that wrote it last. A deleted document keeps its row, no longer ``live``, without words.
    """

    __tablename__ = "search_entry"
    __table_args__ = (
        sa.UniqueConstraint("generation", "kind", "doc_id"),
        sa.Index("ix_search_entry_seq", "generation", "seq"),
        # Without the pending list, whose entries every search would have to walk until a vacuum.
        sa.Index("ix_search_entry_vector", "vector", postgresql_using="gin", postgresql_with={"fastupdate": "off"}),
        sa.Index("ix_search_entry_claims", "claims", postgresql_using="gin", postgresql_with={"fastupdate": "off"}),
    )

    generation: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    slot: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(sa.BigInteger)
    live: Mapped[bool]
    kind: Mapped[str] = mapped_column(sa.String(32))
    doc_id: Mapped[int]
    version: Mapped[int]
    number: Mapped[str] = mapped_column(sa.String(20), default="")
    timestamp: Mapped[int] = mapped_column(sa.BigInteger)
    evidence: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    facets: Mapped[str] = mapped_column(WORDS)
    claims: Mapped[str] = mapped_column(WORDS)
    vector: Mapped[str] = mapped_column(VECTOR)


class SearchGeneration(Base):
    """A build of the index; the one ``current`` is searched. ``words``: the dictionary its texts were cut with."""

    __tablename__ = "search_generation"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    current: Mapped[bool]
    # The number of the last change; readers look here whether anything is new.
    commit: Mapped[int] = mapped_column(sa.BigInteger)
    analyzer: Mapped[str] = mapped_column(sa.String(80))
    words: Mapped[str] = mapped_column(sa.Text)
    built_at: Mapped[int] = mapped_column(sa.BigInteger)
