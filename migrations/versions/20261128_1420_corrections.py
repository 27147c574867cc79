"""Papers corrected once in the formality check; the frozen terms of a challenge are append-only."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0023"
branch_labels = None
depends_on = None

# Frozen terms are never changed or taken away: a bid names the edition it answers.
KEPT = "challenge_edition"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "bid_correction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("bid_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("papers", sa.Text(), nullable=False),
        sa.Column("given_by", sa.Integer(), nullable=True),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('asked','given','missed')", name=op.f("ck_bid_correction_state")),
        sa.ForeignKeyConstraint(["bid_id"], ["bid.id"], name=op.f("fk_bid_correction_bid_id_bid")),
        sa.ForeignKeyConstraint(
            ["asked_by"], ["user_account.id"], name=op.f("fk_bid_correction_asked_by_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["given_by"], ["user_account.id"], name=op.f("fk_bid_correction_given_by_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bid_correction")),
        sa.UniqueConstraint("bid_id", name=op.f("uq_bid_correction_bid_id")),
    )
    op.create_index("ix_bid_correction_due", "bid_correction", ["state", "last_day"])
    if op.get_bind().dialect.name == "sqlite":
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {KEPT}_kept_{act.lower()} BEFORE {act} ON {KEPT} "
                f"BEGIN SELECT RAISE(ABORT, '{KEPT} is append-only'); END"
            )
        return
    op.execute(
        f"CREATE FUNCTION {KEPT}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{KEPT} is append-only'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {KEPT}_kept BEFORE UPDATE OR DELETE ON {KEPT} FOR EACH ROW EXECUTE FUNCTION {KEPT}_refuse()"
    )


def downgrade() -> None:
    """Take back."""
    if op.get_bind().dialect.name == "sqlite":
        for act in ("update", "delete"):
            op.execute(f"DROP TRIGGER {KEPT}_kept_{act}")
    else:
        op.execute(f"DROP TRIGGER {KEPT}_kept ON {KEPT}")
        op.execute(f"DROP FUNCTION {KEPT}_refuse()")
    op.drop_table("bid_correction")
