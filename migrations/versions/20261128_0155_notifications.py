"""Notifications, mails to one person each, and choices."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "delivery",
        sa.Column("id", BIG, nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("digest_of", sa.Date(), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("group_key", sa.String(length=40), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dropped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("dead_address", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_delivery_user_id_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("message_id", "address", name=op.f("uq_delivery_message_id_address")),
        sa.UniqueConstraint("user_id", "digest_of", name=op.f("uq_delivery_user_id_digest_of")),
    )
    failed = sa.text("failed_at IS NOT NULL")
    op.create_index("ix_delivery_failed", "delivery", ["failed_at"], sqlite_where=failed, postgresql_where=failed)
    op.create_index("ix_delivery_created", "delivery", ["created_at"])
    op.create_table(
        "notification",
        sa.Column("id", BIG, nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("group_key", sa.String(length=40), nullable=False),
        sa.Column("template", sa.String(length=120), nullable=False),
        sa.Column("context", sa.JSON(), nullable=False),
        sa.Column("link", sa.String(length=500), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("awaits_digest", sa.Boolean(), nullable=False),
        sa.Column("digest_id", BIG, nullable=True),
        sa.ForeignKeyConstraint(
            ["digest_id"], ["delivery.id"], name=op.f("fk_notification_digest_id_delivery"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_notification_user_id_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification")),
        sa.UniqueConstraint("message_id", "user_id", name=op.f("uq_notification_message_id_user_id")),
    )
    unread, awaits = sa.text("read_at IS NULL"), sa.text("awaits_digest")
    op.create_index("ix_notification_user", "notification", ["user_id", "id"])
    op.create_index("ix_notification_unread", "notification", ["user_id"], sqlite_where=unread, postgresql_where=unread)
    op.create_index(
        "ix_notification_awaits", "notification", ["created_at"], sqlite_where=awaits, postgresql_where=awaits
    )
    op.create_index(op.f("ix_notification_digest_id"), "notification", ["digest_id"])
    op.create_table(
        "notification_choice",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("group_key", sa.String(length=40), nullable=False),
        sa.Column("way", sa.String(length=16), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("way IN ('at_once', 'daily', 'inbox')", name=op.f("ck_notification_choice_way")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_notification_choice_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("user_id", "group_key", name=op.f("pk_notification_choice")),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("notification_choice")
    op.drop_table("notification")
    op.drop_table("delivery")
