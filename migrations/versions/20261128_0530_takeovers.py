"""Claims to organizations, words of synonyms one by one, and backups that were made."""

from __future__ import annotations

import re
import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

OPEN = sa.text("state = 'open'")
STATES = "state IN ('open','approved','declined','withdrawn','lapsed')"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "takeover",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("region", sa.String(length=6), nullable=False),
        sa.Column("credit_code", sa.String(length=18), nullable=False),
        sa.Column("message", sa.String(length=500), nullable=False),
        sa.Column("licence_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(STATES, name=op.f("ck_takeover_state")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_takeover_organization_id_organization")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_takeover_user_id_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_takeover")),
    )
    op.create_index("uq_takeover_open", "takeover", ["organization_id", "user_id"], unique=True,
                    sqlite_where=OPEN, postgresql_where=OPEN)  # fmt: skip
    op.create_index("ix_takeover_queue", "takeover", ["state", "region"])
    op.create_index(op.f("ix_takeover_user_id"), "takeover", ["user_id"])
    words = op.create_table(
        "synonym_word",
        sa.Column("word", sa.String(length=1000), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"], ["synonym_group.id"], name=op.f("fk_synonym_word_group_id_synonym_group")
        ),
        sa.PrimaryKeyConstraint("word", name=op.f("pk_synonym_word")),
    )
    op.create_index(op.f("ix_synonym_word_group_id"), "synonym_word", ["group_id"])
    op.bulk_insert(words, [{"word": word, "group_id": key} for word, key in _words_in_use().items()])
    op.create_table(
        "backup_made",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_backup_made")),
    )


def _words_in_use() -> dict[str, int]:
    """Word → the first group that has it. Without the conversion to Simplified, which the next edit of a group does."""
    groups = sa.table("synonym_group", sa.column("id"), sa.column("words", sa.JSON), sa.column("retired", sa.Boolean))
    in_use = sa.select(groups.c.id, groups.c.words).where(groups.c.retired.is_(False)).order_by(groups.c.id)
    found: dict[str, int] = {}
    for key, words in op.get_bind().execute(in_use):
        for word in words:
            found.setdefault(re.sub(r"[\s_-]+", "", unicodedata.normalize("NFKC", word).lower()), key)
    return found


def downgrade() -> None:
    """Take back."""
    op.drop_table("backup_made")
    op.drop_table("synonym_word")
    op.drop_table("takeover")
