"""The cultivation library with its copies; one pilot of a product from one agreed talk or awarded challenge."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

ONCE = "state <> 'aborted' AND origin <> 'direct'"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "library_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scenario_id", sa.Integer(), nullable=False),
        sa.Column("tier", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "tier IN ('none','innovative','demonstration','mature')", name=op.f("ck_library_entry_tier")
        ),
        sa.ForeignKeyConstraint(["scenario_id"], ["scenario.id"], name=op.f("fk_library_entry_scenario_id_scenario")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_library_entry")),
        sa.UniqueConstraint("scenario_id", name=op.f("uq_library_entry_scenario_id")),
    )
    op.create_index("ix_library_entry_tier", "library_entry", ["tier", "moved_at"])
    op.create_table(
        "library_resource",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("holder", sa.String(length=100), nullable=False),
        sa.Column("link", sa.String(length=300), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('dataset','laboratory','training_ground','shop','other')", name=op.f("ck_library_resource_kind")
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["library_entry.id"], name=op.f("fk_library_resource_entry_id_library_entry")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_library_resource")),
    )
    op.create_index(op.f("ix_library_resource_entry_id"), "library_resource", ["entry_id"])
    op.create_table(
        "scenario_copy",
        sa.Column("scenario_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("origin_id", sa.Integer(), nullable=False),
        sa.Column("root_id", sa.Integer(), nullable=False),
        sa.Column("origin_edition", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("scenario_id <> origin_id", name=op.f("ck_scenario_copy_elsewhere")),
        sa.ForeignKeyConstraint(["scenario_id"], ["scenario.id"], name=op.f("fk_scenario_copy_scenario_id_scenario")),
        sa.ForeignKeyConstraint(["origin_id"], ["scenario.id"], name=op.f("fk_scenario_copy_origin_id_scenario")),
        sa.ForeignKeyConstraint(["root_id"], ["scenario.id"], name=op.f("fk_scenario_copy_root_id_scenario")),
        sa.PrimaryKeyConstraint("scenario_id", name=op.f("pk_scenario_copy")),
    )
    op.create_index(op.f("ix_scenario_copy_origin_id"), "scenario_copy", ["origin_id"])
    op.create_index(op.f("ix_scenario_copy_root_id"), "scenario_copy", ["root_id"])
    op.create_index(
        "uq_pilot_origin", "pilot", ["origin", "origin_number", "product_id"], unique=True,
        sqlite_where=sa.text(ONCE), postgresql_where=sa.text(ONCE),
    )  # fmt: skip


def downgrade() -> None:
    """Undo."""
    op.drop_index("uq_pilot_origin", table_name="pilot")
    op.drop_table("scenario_copy")
    op.drop_table("library_resource")
    op.drop_table("library_entry")
