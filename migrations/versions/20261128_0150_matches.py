"""Matches of scenarios and products."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "scenario_match",
        sa.Column("scenario_id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("open_questions", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_scenario_match_product_id_product"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["scenario_id"], ["scenario.id"], name=op.f("fk_scenario_match_scenario_id_scenario"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("scenario_id", "product_id", name=op.f("pk_scenario_match")),
    )
    with op.batch_alter_table("scenario_match", schema=None) as batch_op:
        batch_op.create_index("ix_scenario_match_product", ["product_id", "score"], unique=False)
        batch_op.create_index("ix_scenario_match_scenario", ["scenario_id", "score"], unique=False)
    op.create_table(
        "matched_listing",
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("listing_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("rules", sa.Integer(), nullable=False),
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("kind", "listing_id", name=op.f("pk_matched_listing")),
    )
    with op.batch_alter_table("matched_listing", schema=None) as batch_op:
        batch_op.create_index("ix_matched_listing_seq", ["seq"], unique=False)


def downgrade() -> None:
    """Take back."""
    op.drop_table("matched_listing")
    op.drop_table("scenario_match")
