"""Talks between suppliers and demanders: messages that stay as they were written, contact data read, outcomes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

LIVE = sa.text("state IN ('opened','accepted')")
TABLES = ("enquiry_product", "enquiry_outcome", "enquiry_message", "contact_reading", "enquiry")
# What was said, and who looked at contact data, is never changed. SQLite: two triggers a table; PostgreSQL: one.
KEPT = ("enquiry_message", "contact_reading")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "enquiry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("supplier_id", sa.Integer(), nullable=False),
        sa.Column("demander_id", sa.Integer(), nullable=False),
        sa.Column("scenario_id", sa.Integer(), nullable=True),
        sa.Column("product_id", sa.Integer(), nullable=True),
        sa.Column("opened_side", sa.String(length=8), nullable=False),
        sa.Column("opened_by", sa.Integer(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("met_on", sa.Date(), nullable=True),
        sa.Column("cause", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("opened_side IN ('supplier','demander')", name=op.f("ck_enquiry_opened_side")),
        sa.CheckConstraint(
            "state IN ('opened','accepted','declined','withdrawn','lapsed','agreed','ended')",
            name=op.f("ck_enquiry_state"),
        ),
        sa.CheckConstraint("(scenario_id IS NULL) <> (product_id IS NULL)", name=op.f("ck_enquiry_about")),
        sa.CheckConstraint("supplier_id <> demander_id", name=op.f("ck_enquiry_two_sides")),
        sa.ForeignKeyConstraint(["demander_id"], ["organization.id"], name=op.f("fk_enquiry_demander_id_organization")),
        sa.ForeignKeyConstraint(["opened_by"], ["user_account.id"], name=op.f("fk_enquiry_opened_by_user_account")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_enquiry_product_id_product")),
        sa.ForeignKeyConstraint(["scenario_id"], ["scenario.id"], name=op.f("fk_enquiry_scenario_id_scenario")),
        sa.ForeignKeyConstraint(["supplier_id"], ["organization.id"], name=op.f("fk_enquiry_supplier_id_organization")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enquiry")),
        sa.UniqueConstraint("number", name=op.f("uq_enquiry_number")),
    )
    op.create_index("ix_enquiry_demander", "enquiry", ["demander_id", "state"], unique=False)
    op.create_index(op.f("ix_enquiry_opened_by"), "enquiry", ["opened_by"], unique=False)
    op.create_index(op.f("ix_enquiry_scenario_id"), "enquiry", ["scenario_id"], unique=False)
    op.create_index("ix_enquiry_supplier", "enquiry", ["supplier_id", "state"], unique=False)
    op.create_index("ix_enquiry_waiting", "enquiry", ["state", "reminded_at", "opened_at"], unique=False)
    op.create_index(
        "uq_enquiry_live_product",
        "enquiry",
        ["supplier_id", "demander_id", "product_id"],
        unique=True,
        sqlite_where=LIVE,
        postgresql_where=LIVE,
    )
    op.create_index(
        "uq_enquiry_live_scenario",
        "enquiry",
        ["supplier_id", "demander_id", "scenario_id"],
        unique=True,
        sqlite_where=LIVE,
        postgresql_where=LIVE,
    )
    op.create_table(
        "contact_reading",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enquiry_id", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(length=8), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["enquiry_id"], ["enquiry.id"], name=op.f("fk_contact_reading_enquiry_id_enquiry")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_contact_reading_user_id_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_reading")),
    )
    op.create_index(op.f("ix_contact_reading_enquiry_id"), "contact_reading", ["enquiry_id"], unique=False)
    op.create_index(op.f("ix_contact_reading_user_id"), "contact_reading", ["user_id"], unique=False)
    op.create_table(
        "enquiry_message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enquiry_id", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(length=8), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["user_account.id"], name=op.f("fk_enquiry_message_author_id_user_account")
        ),
        sa.ForeignKeyConstraint(["enquiry_id"], ["enquiry.id"], name=op.f("fk_enquiry_message_enquiry_id_enquiry")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enquiry_message")),
    )
    op.create_index(op.f("ix_enquiry_message_author_id"), "enquiry_message", ["author_id"], unique=False)
    op.create_index(op.f("ix_enquiry_message_enquiry_id"), "enquiry_message", ["enquiry_id"], unique=False)
    op.create_table(
        "enquiry_outcome",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enquiry_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("amount", sa.Numeric(precision=14, scale=4), nullable=True),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("side", sa.String(length=8), nullable=False),
        sa.Column("proposed_by", sa.Integer(), nullable=True),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind <> 'purchase' OR amount IS NOT NULL", name=op.f("ck_enquiry_outcome_amount")),
        sa.CheckConstraint("kind IN ('pilot','purchase')", name=op.f("ck_enquiry_outcome_kind")),
        sa.CheckConstraint(
            "state IN ('proposed','confirmed','refused','taken_back')", name=op.f("ck_enquiry_outcome_state")
        ),
        sa.ForeignKeyConstraint(["enquiry_id"], ["enquiry.id"], name=op.f("fk_enquiry_outcome_enquiry_id_enquiry")),
        sa.ForeignKeyConstraint(
            ["proposed_by"], ["user_account.id"], name=op.f("fk_enquiry_outcome_proposed_by_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enquiry_outcome")),
    )
    op.create_index(op.f("ix_enquiry_outcome_enquiry_id"), "enquiry_outcome", ["enquiry_id"], unique=False)
    op.create_index(op.f("ix_enquiry_outcome_proposed_by"), "enquiry_outcome", ["proposed_by"], unique=False)
    op.create_index(
        "uq_enquiry_outcome_open",
        "enquiry_outcome",
        ["enquiry_id"],
        unique=True,
        sqlite_where=sa.text("state = 'proposed'"),
        postgresql_where=sa.text("state = 'proposed'"),
    )
    op.create_table(
        "enquiry_product",
        sa.Column("enquiry_id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["enquiry_id"], ["enquiry.id"], name=op.f("fk_enquiry_product_enquiry_id_enquiry"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_enquiry_product_product_id_product")),
        sa.PrimaryKeyConstraint("enquiry_id", "product_id", name=op.f("pk_enquiry_product")),
    )
    op.create_index(op.f("ix_enquiry_product_product_id"), "enquiry_product", ["product_id"], unique=False)
    for table in KEPT:
        _guard(table)


def _guard(table: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_kept_{act.lower()} BEFORE {act} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        return
    op.execute(
        f"CREATE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_kept BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_refuse()"
    )


def downgrade() -> None:
    """Take back; triggers go with their tables."""
    for table in TABLES:
        op.drop_table(table)
    if op.get_bind().dialect.name != "sqlite":
        for table in KEPT:
            op.execute(f"DROP FUNCTION {table}_refuse()")
