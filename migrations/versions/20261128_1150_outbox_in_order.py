"""An index of what the outbox still has to do, in its order."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

OPEN = sa.text("handled_at IS NULL AND failed_at IS NULL")


def upgrade() -> None:
    """Apply."""
    op.create_index("ix_outbox_message_todo", "outbox_message", ["id"], sqlite_where=OPEN, postgresql_where=OPEN)


def downgrade() -> None:
    """Take back."""
    op.drop_index("ix_outbox_message_todo", table_name="outbox_message", sqlite_where=OPEN, postgresql_where=OPEN)
