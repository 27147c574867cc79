"""Indexes by which a need's page finds the newest similar needs."""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

INDEXES = {
    "ix_scenario_similar": ("domain", "subscenario", "state", "published_at"),
    "ix_scenario_domain_published": ("domain", "state", "published_at"),
}


def upgrade() -> None:
    """Apply."""
    for name, columns in INDEXES.items():
        op.create_index(name, "scenario", list(columns))
    op.drop_index("ix_scenario_domain", "scenario")


def downgrade() -> None:
    """Take back."""
    op.create_index("ix_scenario_domain", "scenario", ["domain"])
    for name in INDEXES:
        op.drop_index(name, "scenario")
