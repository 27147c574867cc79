"""An acceptance that was sent back has a last day to be applied for again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply. What was sent back before has no such day."""
    with op.batch_alter_table("award_acceptance") as batch:
        batch.add_column(sa.Column("rework_by", sa.Date(), nullable=True))


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table("award_acceptance") as batch:
        batch.drop_column("rework_by")
