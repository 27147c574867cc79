"""A talk ends when both sides say so; a notice names every organization whose matter it is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations

revision = "0025"
down_revision = "0021"
branch_labels = None
depends_on = None

OUTCOME = "enquiry_outcome"
BEFORE = {"kind": "kind IN ('pilot','purchase')"}
AFTER = {"kind": "kind IN ('pilot','purchase','ended')", "cause": "(kind = 'ended') = (cause <> '')"}


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "notice_party",
        sa.Column("notice_id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["notice.id"], name=op.f("fk_notice_party_notice_id_notice"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_notice_party_organization_id_organization")
        ),
        sa.PrimaryKeyConstraint("notice_id", "organization_id", name=op.f("pk_notice_party")),
    )
    op.create_index(op.f("ix_notice_party_organization_id"), "notice_party", ["organization_id"])
    with op.batch_alter_table(OUTCOME) as batch:
        batch.add_column(sa.Column("cause", sa.String(length=16), nullable=False, server_default=""))
        _exchange(batch, BEFORE, AFTER)
    with op.batch_alter_table(OUTCOME) as batch:
        batch.alter_column("cause", existing_type=sa.String(length=16), server_default=None)


def downgrade() -> None:
    """Take back; what was proposed as an end goes."""
    op.execute(f"DELETE FROM {OUTCOME} WHERE kind = 'ended'")
    with op.batch_alter_table(OUTCOME) as batch:
        _exchange(batch, AFTER, BEFORE)
        batch.drop_column("cause")
    op.drop_table("notice_party")


def _exchange(batch: BatchOperations, old: dict[str, str], new: dict[str, str]) -> None:
    for name in old:
        batch.drop_constraint(op.f(f"ck_{OUTCOME}_{name}"))
    for name, condition in new.items():
        batch.create_check_constraint(op.f(f"ck_{OUTCOME}_{name}"), condition)
