"""Demonstration sites with their pilots, parties, visits, sheets and statements."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "site",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("scenario_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("region", sa.String(length=6), nullable=False),
        sa.Column("domain", sa.String(length=32), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("title_en", sa.String(length=300), nullable=False),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("filed", sa.JSON(), nullable=False),
        sa.Column("filed_sha256", sa.String(length=64), nullable=False),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("plate", sa.String(length=20), nullable=True),
        sa.Column("designated_on", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("level", sa.String(length=8), nullable=False),
        sa.Column("level_basis", sa.JSON(), nullable=False),
        sa.Column("report_due", sa.Date(), nullable=True),
        sa.Column("rectify_until", sa.Date(), nullable=True),
        sa.Column("reply_until", sa.Date(), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reminded_of", sa.Date(), nullable=True),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("turn", sa.String(length=9), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(filed_at IS NULL) = (filed_sha256 = '')", name=op.f("ck_site_filed")),
        sa.CheckConstraint("kind IN ('place','street','industry')", name=op.f("ck_site_kind")),
        sa.CheckConstraint("level IN ('','province','national')", name=op.f("ck_site_level")),
        sa.CheckConstraint(
            "state IN ('draft', 'submitted', 'recommended', 'returned', 'under_evaluation', 'notice', 'refused', "
            "'withdrawn', 'designated', 'rechecked', 'rectifying', 'warned', 'expired', 'revoked')",
            name=op.f("ck_site_state"),
        ),
        sa.CheckConstraint("turn IN ('','applicant','city','province')", name=op.f("ck_site_turn")),
        sa.CheckConstraint("(plate IS NULL) = (designated_on IS NULL)", name=op.f("ck_site_plate")),
        sa.CheckConstraint("(plate IS NULL) = (valid_until IS NULL)", name=op.f("ck_site_validity")),
        sa.ForeignKeyConstraint(["created_by"], ["user_account.id"], name=op.f("fk_site_created_by_user_account")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_site_organization_id_organization")
        ),
        sa.ForeignKeyConstraint(["scenario_id"], ["scenario.id"], name=op.f("fk_site_scenario_id_scenario")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site")),
        sa.UniqueConstraint("number", name=op.f("uq_site_number")),
        sa.UniqueConstraint("plate", name=op.f("uq_site_plate")),
    )
    op.create_index(op.f("ix_site_organization_id"), "site", ["organization_id"], unique=False)
    op.create_index(op.f("ix_site_scenario_id"), "site", ["scenario_id"], unique=False)
    op.create_index("ix_site_state_region", "site", ["state", "region"], unique=False)
    op.create_index("ix_site_turn", "site", ["turn", "submitted_at"], unique=False)

    op.create_table(
        "site_party",
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=8), nullable=False),
        sa.CheckConstraint("role IN ('operator','vendor')", name=op.f("ck_site_party_role")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_site_party_organization_id_organization")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_site_party_site_id_site")),
        sa.PrimaryKeyConstraint("site_id", "organization_id", "role", name=op.f("pk_site_party")),
    )
    op.create_index(op.f("ix_site_party_organization_id"), "site_party", ["organization_id"], unique=False)

    op.create_table(
        "site_pilot",
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("pilot_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["pilot_id"], ["pilot.id"], name=op.f("fk_site_pilot_pilot_id_pilot")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_site_pilot_site_id_site")),
        sa.PrimaryKeyConstraint("site_id", "pilot_id", name=op.f("pk_site_pilot")),
    )
    op.create_index(op.f("ix_site_pilot_pilot_id"), "site_pilot", ["pilot_id"], unique=False)

    op.create_table(
        "site_sheet",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("marks", sa.JSON(), nullable=False),
        sa.Column("opinion", sa.Text(), nullable=False),
        sa.Column("total", sa.Double(), nullable=True),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["assignment_id"],
            ["panel_assignment.id"],
            name=op.f("fk_site_sheet_assignment_id_panel_assignment"),
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_site_sheet_site_id_site")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_site_sheet_user_id_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site_sheet")),
        sa.UniqueConstraint("assignment_id", name=op.f("uq_site_sheet_assignment_id")),
    )
    op.create_index(op.f("ix_site_sheet_site_id"), "site_sheet", ["site_id"], unique=False)
    op.create_index(op.f("ix_site_sheet_user_id"), "site_sheet", ["user_id"], unique=False)

    op.create_table(
        "site_statement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("period", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('yearly','rectification','reply','renewal')", name=op.f("ck_site_statement_kind")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_site_statement_site_id_site")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_site_statement_user_id_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site_statement")),
    )
    op.create_index("ix_site_statement_site", "site_statement", ["site_id", "id"], unique=False)
    op.create_index(
        "uq_site_statement_year",
        "site_statement",
        ["site_id", "period"],
        unique=True,
        sqlite_where=sa.text("kind = 'yearly'"),
        postgresql_where=sa.text("kind = 'yearly'"),
    )

    op.create_table(
        "site_visit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("occasion", sa.String(length=10), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("visitors", sa.String(length=200), nullable=False),
        sa.Column("findings", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("occasion IN ('evaluation','recheck')", name=op.f("ck_site_visit_occasion")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_site_visit_site_id_site")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_site_visit_user_id_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site_visit")),
    )
    op.create_index(op.f("ix_site_visit_site_id"), "site_visit", ["site_id"], unique=False)


def downgrade() -> None:
    """Undo."""
    op.drop_index(op.f("ix_site_visit_site_id"), table_name="site_visit")

    op.drop_table("site_visit")
    op.drop_index(
        "uq_site_statement_year",
        table_name="site_statement",
        sqlite_where=sa.text("kind = 'yearly'"),
        postgresql_where=sa.text("kind = 'yearly'"),
    )
    op.drop_index("ix_site_statement_site", table_name="site_statement")

    op.drop_table("site_statement")
    op.drop_index(op.f("ix_site_sheet_site_id"), table_name="site_sheet")
    op.drop_index(op.f("ix_site_sheet_user_id"), table_name="site_sheet")

    op.drop_table("site_sheet")
    op.drop_index(op.f("ix_site_pilot_pilot_id"), table_name="site_pilot")

    op.drop_table("site_pilot")
    op.drop_index(op.f("ix_site_party_organization_id"), table_name="site_party")

    op.drop_table("site_party")
    op.drop_index("ix_site_turn", table_name="site")
    op.drop_index("ix_site_state_region", table_name="site")
    op.drop_index(op.f("ix_site_scenario_id"), table_name="site")
    op.drop_index(op.f("ix_site_organization_id"), table_name="site")

    op.drop_table("site")
