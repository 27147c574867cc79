"""Three kinds of administrator, checks of history, the leader's pulse, and the log's indexes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

KINDS = "administrator IN ('','system','security','audit')"
LOG_INDEXES = {
    "ix_ledger_entry_at": ["at", "id"],
    "ix_ledger_entry_actor": ["actor_id", "id"],
    "ix_ledger_entry_action": ["action", "id"],
    "ix_ledger_entry_post": ["post_id", "id"],
}


def upgrade() -> None:
    """Apply. Administrators of before become security administrators: those can make the others."""
    op.execute("ALTER TABLE user_account RENAME COLUMN administrator TO was_administrator")
    op.execute(
        "ALTER TABLE user_account ADD COLUMN administrator VARCHAR(8) DEFAULT '' NOT NULL "
        f"CONSTRAINT ck_user_account_administrator CHECK ({KINDS})"
    )
    op.execute("UPDATE user_account SET administrator = 'security' WHERE was_administrator")
    op.execute("ALTER TABLE user_account DROP COLUMN was_administrator")
    op.create_table(
        "history_check",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("requested_by", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("last_hash", sa.String(length=64), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("broken", sa.Integer(), nullable=True),
        sa.Column("fault", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["requested_by"], ["user_account.id"], name=op.f("fk_history_check_requested_by_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_history_check")),
    )
    op.create_table(
        "pulse",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pulse")),
    )
    for name, columns in LOG_INDEXES.items():
        op.create_index(name, "ledger_entry", columns)


def downgrade() -> None:
    """Take back: an administrator of any kind is an administrator."""
    for name in LOG_INDEXES:
        op.drop_index(name, "ledger_entry")
    op.drop_table("pulse")
    op.drop_table("history_check")
    op.execute("ALTER TABLE user_account ADD COLUMN was_administrator BOOLEAN DEFAULT FALSE NOT NULL")
    op.execute("UPDATE user_account SET was_administrator = (administrator <> '')")
    op.execute("ALTER TABLE user_account DROP COLUMN administrator")
    op.execute("ALTER TABLE user_account RENAME COLUMN was_administrator TO administrator")
