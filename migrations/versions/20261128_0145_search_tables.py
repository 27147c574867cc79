"""Synonyms, typing suggestions, corrections, saved searches, and the search engine on PostgreSQL."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
PREFIXED = sa.String(24).with_variant(sa.String(24, collation="C"), "postgresql")
WORDS = sa.Text().with_variant(postgresql.ARRAY(sa.Text()), "postgresql")
VECTOR = sa.Text().with_variant(postgresql.TSVECTOR(), "postgresql")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "synonym_group",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("retired", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_synonym_group")),
        sa.UniqueConstraint("revision", name=op.f("uq_synonym_group_revision")),
    )
    _beside_the_index()
    _saved_searches()
    _engine()


def _beside_the_index() -> None:
    op.create_table(
        "search_suggestion",
        sa.Column("id", KEY, nullable=False),
        sa.Column("tier", sa.SmallInteger(), nullable=False),
        sa.Column("key", PREFIXED, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(length=60), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_suggestion")),
    )
    op.create_index("ix_search_suggestion_key", "search_suggestion", ["tier", "key"])
    op.create_index("ix_search_suggestion_subject", "search_suggestion", ["kind", "subject_id"])
    op.create_table(
        "search_spelling",
        sa.Column("id", KEY, nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("word", sa.String(length=64), nullable=False),
        sa.Column("documents", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_spelling")),
    )
    op.create_index("ix_search_spelling_key", "search_spelling", ["key", "documents"])
    op.create_table(
        "search_arrival",
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("doc_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "doc_id", name=op.f("pk_search_arrival")),
    )
    op.create_index(op.f("ix_search_arrival_seq"), "search_arrival", ["seq"])
    op.create_table(
        "search_arrivals",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_arrivals")),
    )


def _saved_searches() -> None:
    op.create_table(
        "saved_search",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("rhythm", sa.String(length=8), nullable=False),
        sa.Column("mark", sa.BigInteger(), nullable=False),
        sa.Column("baseline", sa.LargeBinary(), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.CheckConstraint("rhythm IN ('at_once','daily','weekly','off')", name=op.f("ck_saved_search_rhythm")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_saved_search_user_id_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_search")),
    )
    op.create_index("ix_saved_search_due", "saved_search", ["rhythm", "due_at"])
    op.create_index(op.f("ix_saved_search_user_id"), "saved_search", ["user_id"])
    op.create_table(
        "saved_search_item",
        sa.Column("saved_search_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("doc_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("told_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["saved_search_id"], ["saved_search.id"], ondelete="CASCADE",
            name=op.f("fk_saved_search_item_saved_search_id_saved_search"),
        ),
        sa.PrimaryKeyConstraint("saved_search_id", "kind", "doc_id", name=op.f("pk_saved_search_item")),
    )  # fmt: skip


def _engine() -> None:
    op.create_table(
        "search_entry",
        sa.Column("generation", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("slot", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("doc_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("timestamp", sa.BigInteger(), nullable=False),
        sa.Column("evidence", sa.BigInteger(), nullable=False),
        sa.Column("facets", WORDS, nullable=False),
        sa.Column("claims", WORDS, nullable=False),
        sa.Column("vector", VECTOR, nullable=False),
        sa.PrimaryKeyConstraint("generation", "slot", name=op.f("pk_search_entry")),
        sa.UniqueConstraint("generation", "kind", "doc_id", name=op.f("uq_search_entry_generation_kind_doc_id")),
    )
    op.create_index("ix_search_entry_seq", "search_entry", ["generation", "seq"])
    gin = {"postgresql_using": "gin", "postgresql_with": {"fastupdate": "off"}}
    op.create_index("ix_search_entry_vector", "search_entry", ["vector"], **gin)
    op.create_index("ix_search_entry_claims", "search_entry", ["claims"], **gin)
    op.create_table(
        "search_generation",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("current", sa.Boolean(), nullable=False),
        sa.Column("commit", sa.BigInteger(), nullable=False),
        sa.Column("analyzer", sa.String(length=80), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("built_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_search_generation")),
    )


def downgrade() -> None:
    """Undo."""
    for table in (
        "search_generation", "search_entry", "saved_search_item", "saved_search", "search_arrivals", "search_arrival",
        "search_spelling", "search_suggestion", "synonym_group",
    ):  # fmt: skip
        op.drop_table(table)
