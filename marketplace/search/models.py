"""Tables of the search beside its index: typing suggestions, corrections, and what arrived when."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.foundation.db import Base, BigId

# Ordered by its bytes, so that a prefix is a range of the index under any collation of the database.
PREFIXED = sa.String(24).with_variant(sa.String(24, collation="C"), "postgresql")


class SuggestionKey(Base):
    """One way to begin typing the name of something public.

    ``tier`` 0 are words of the trade and of the catalogue, 1 objects; see search/suggesting.py. ``subject_id`` is the
    key of an object; a word has 0 and stands in ``words`` itself.
    """

    __tablename__ = "search_suggestion"
    __table_args__ = (
        sa.Index("ix_search_suggestion_key", "tier", "key"),
        sa.Index("ix_search_suggestion_subject", "kind", "subject_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    tier: Mapped[int] = mapped_column(sa.SmallInteger)
    key: Mapped[str] = mapped_column(PREFIXED)
    kind: Mapped[str] = mapped_column(sa.String(16))
    subject_id: Mapped[int]
    words: Mapped[str] = mapped_column(sa.String(60), default="")
    weight: Mapped[int] = mapped_column(default=0)


class SpellingKey(Base):
    """A word of the public texts under what it may be mistaken for: its pinyin, initials, one character left out."""

    __tablename__ = "search_spelling"
    __table_args__ = (sa.Index("ix_search_spelling_key", "key", "documents"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(64))
    word: Mapped[str] = mapped_column(sa.String(64))
    documents: Mapped[int]


class Arrival(Base):
    """When an object came into the search or changed there last, as a place in one order without gaps in time.

    ``seq`` is taken under the lock of ``Arrivals`` in the transaction that settles the indexer's notes, so that a later
    number is never seen before an earlier one.
    """

    __tablename__ = "search_arrival"

    kind: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    doc_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(sa.BigInteger, index=True)


class Arrivals(Base):
    """The last number given: one row, locked by whoever gives the next."""

    __tablename__ = "search_arrivals"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int] = mapped_column(sa.BigInteger)
