"""People: attempts, former passwords, second factors, sessions that end when idle, consent."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("user_account") as table:
        table.add_column(sa.Column("password_at", MOMENT, nullable=True))
        table.add_column(sa.Column("second_factor_at", MOMENT, nullable=True))
        table.add_column(sa.Column("consent_version", sa.String(16), nullable=False, server_default=""))
        table.add_column(sa.Column("consent_at", MOMENT, nullable=True))
        table.add_column(sa.Column("deleted_at", MOMENT, nullable=True))
    op.execute("UPDATE user_account SET password_at = created_at")
    with op.batch_alter_table("user_account") as table:
        table.alter_column("password_at", existing_type=MOMENT, nullable=False)
        table.alter_column("consent_version", existing_type=sa.String(16), server_default=None)
    with op.batch_alter_table("user_session") as table:
        table.add_column(sa.Column("idle_at", MOMENT, nullable=True))
        table.add_column(sa.Column("seen_at", MOMENT, nullable=True))
    op.execute("UPDATE user_session SET idle_at = ends_at, seen_at = created_at")
    with op.batch_alter_table("user_session") as table:
        table.alter_column("idle_at", existing_type=MOMENT, nullable=False)
        table.alter_column("seen_at", existing_type=MOMENT, nullable=False)
    op.create_table(
        "attempt",
        sa.Column("id", KEY, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("outcome", sa.String(8), nullable=False),
        sa.Column("who", sa.String(64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("network", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_attempt_user_id_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt")),
    )
    op.create_index("ix_attempt_at", "attempt", ["at"])
    op.create_index("ix_attempt_user_id", "attempt", ["user_id"])
    op.create_index("ix_attempt_who", "attempt", ["kind", "who", "id"])
    op.create_index("ix_attempt_network", "attempt", ["kind", "network", "id"])
    _of_user("former_password", sa.Column("password_hash", sa.String(200), nullable=False),
             sa.Column("until", MOMENT, nullable=False))  # fmt: skip
    _of_user("second_factor", sa.Column("secret", sa.String(255), nullable=False),
             sa.Column("created_at", MOMENT, nullable=False), sa.Column("confirmed_at", MOMENT, nullable=True),
             sa.Column("last_step", sa.BigInteger(), nullable=False))  # fmt: skip
    _of_user("recovery_code", sa.Column("digest", sa.String(64), nullable=False),
             sa.Column("used_at", MOMENT, nullable=True))  # fmt: skip


def _of_user(table: str, *columns: sa.Column) -> None:
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        *columns,
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f(f"fk_{table}_user_id_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index(f"ix_{table}_user_id", table, ["user_id"])


def downgrade() -> None:
    """Take back."""
    for table in ("recovery_code", "second_factor", "former_password", "attempt"):
        op.drop_table(table)
    with op.batch_alter_table("user_session") as table:
        table.drop_column("seen_at")
        table.drop_column("idle_at")
    with op.batch_alter_table("user_account") as table:
        for column in ("deleted_at", "consent_at", "consent_version", "second_factor_at", "password_at"):
            table.drop_column(column)
