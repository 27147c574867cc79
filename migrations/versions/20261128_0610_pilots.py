"""Pilots with their targets, readings and tallies; tokens of the data interface."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "api_token",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("hint", sa.String(length=12), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by", sa.Integer(), nullable=True),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["user_account.id"], name=op.f("fk_api_token_created_by_user_account")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_api_token_organization_id_organization")
        ),
        sa.ForeignKeyConstraint(["revoked_by"], ["user_account.id"], name=op.f("fk_api_token_revoked_by_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("digest", name=op.f("uq_api_token_digest")),
    )
    op.create_index(op.f("ix_api_token_organization_id"), "api_token", ["organization_id"], unique=False)
    op.create_table(
        "pilot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("product_edition", sa.Integer(), nullable=False),
        sa.Column("scenario_id", sa.Integer(), nullable=True),
        sa.Column("supplier_id", sa.Integer(), nullable=False),
        sa.Column("demander_id", sa.Integer(), nullable=False),
        sa.Column("region", sa.String(length=6), nullable=False),
        sa.Column("origin", sa.String(length=10), nullable=False),
        sa.Column("origin_number", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("title_en", sa.String(length=300), nullable=False),
        sa.Column("plan", sa.JSON(), nullable=False),
        sa.Column("plan_sha256", sa.String(length=64), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("started_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("pauses", sa.Integer(), nullable=False),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.Column("data_sha256", sa.String(length=64), nullable=False),
        sa.Column("visit", sa.JSON(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("awaits", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(frozen_at IS NULL) = (plan_sha256 = '')", name=op.f("ck_pilot_frozen")),
        sa.CheckConstraint(
            "state IN ('planned','agreed','running','paused','reporting','verified','not_verified','aborted')",
            name=op.f("ck_pilot_state"),
        ),
        sa.CheckConstraint("supplier_id <> demander_id", name=op.f("ck_pilot_sides")),
        sa.ForeignKeyConstraint(["created_by"], ["user_account.id"], name=op.f("fk_pilot_created_by_user_account")),
        sa.ForeignKeyConstraint(["demander_id"], ["organization.id"], name=op.f("fk_pilot_demander_id_organization")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_pilot_product_id_product")),
        sa.ForeignKeyConstraint(["scenario_id"], ["scenario.id"], name=op.f("fk_pilot_scenario_id_scenario")),
        sa.ForeignKeyConstraint(["supplier_id"], ["organization.id"], name=op.f("fk_pilot_supplier_id_organization")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pilot")),
        sa.UniqueConstraint("number", name=op.f("uq_pilot_number")),
    )
    op.create_index(op.f("ix_pilot_demander_id"), "pilot", ["demander_id"], unique=False)
    op.create_index(op.f("ix_pilot_product_id"), "pilot", ["product_id"], unique=False)
    op.create_index(op.f("ix_pilot_scenario_id"), "pilot", ["scenario_id"], unique=False)
    op.create_index("ix_pilot_state_region", "pilot", ["state", "region"], unique=False)
    op.create_index(op.f("ix_pilot_supplier_id"), "pilot", ["supplier_id"], unique=False)
    op.create_table(
        "pilot_batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pilot_id", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(length=8), nullable=False),
        sa.Column("source", sa.String(length=4), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("token_id", sa.Integer(), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("side IN ('supplier','demander')", name=op.f("ck_pilot_batch_side")),
        sa.CheckConstraint("source IN ('form','file','api')", name=op.f("ck_pilot_batch_source")),
        sa.ForeignKeyConstraint(["pilot_id"], ["pilot.id"], name=op.f("fk_pilot_batch_pilot_id_pilot")),
        sa.ForeignKeyConstraint(["token_id"], ["api_token.id"], name=op.f("fk_pilot_batch_token_id_api_token")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_pilot_batch_user_id_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pilot_batch")),
    )
    op.create_index(
        "uq_pilot_batch_key",
        "pilot_batch",
        ["pilot_id", "side", "key"],
        unique=True,
        sqlite_where=sa.text("key <> ''"),
        postgresql_where=sa.text("key <> ''"),
    )
    op.create_table(
        "pilot_consent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pilot_id", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(length=8), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("side", sa.String(length=8), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("side IN ('supplier','demander')", name=op.f("ck_pilot_consent_side")),
        sa.CheckConstraint("what IN ('plan','resume','report')", name=op.f("ck_pilot_consent_what")),
        sa.ForeignKeyConstraint(["pilot_id"], ["pilot.id"], name=op.f("fk_pilot_consent_pilot_id_pilot")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_pilot_consent_user_id_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pilot_consent")),
        sa.UniqueConstraint(
            "pilot_id", "what", "digest", "side", name=op.f("uq_pilot_consent_pilot_id_what_digest_side")
        ),
    )
    op.create_table(
        "pilot_excluded_day",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pilot_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("side", sa.String(length=8), nullable=False),
        sa.Column("answer", sa.String(length=8), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("answer IN ('','agreed','declined')", name=op.f("ck_pilot_excluded_day_answer")),
        sa.CheckConstraint("side IN ('supplier','demander')", name=op.f("ck_pilot_excluded_day_side")),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["user_account.id"], name=op.f("fk_pilot_excluded_day_decided_by_user_account")
        ),
        sa.ForeignKeyConstraint(["pilot_id"], ["pilot.id"], name=op.f("fk_pilot_excluded_day_pilot_id_pilot")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_pilot_excluded_day_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pilot_excluded_day")),
        sa.UniqueConstraint("pilot_id", "day", name=op.f("uq_pilot_excluded_day_pilot_id_day")),
    )
    op.create_table(
        "pilot_incident",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pilot_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("severity", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("what", sa.String(length=1000), nullable=False),
        sa.Column("done", sa.String(length=1000), nullable=False),
        sa.Column("side", sa.String(length=8), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('incident','near_miss','intervention','fault')", name=op.f("ck_pilot_incident_kind")
        ),
        sa.CheckConstraint("side IN ('supplier','demander')", name=op.f("ck_pilot_incident_side")),
        sa.CheckConstraint("severity IN (1,2,3)", name=op.f("ck_pilot_incident_severity")),
        sa.ForeignKeyConstraint(["pilot_id"], ["pilot.id"], name=op.f("fk_pilot_incident_pilot_id_pilot")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_pilot_incident_user_id_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pilot_incident")),
    )
    op.create_index(op.f("ix_pilot_incident_pilot_id"), "pilot_incident", ["pilot_id"], unique=False)
    op.create_table(
        "pilot_target",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pilot_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("name_en", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("direction", sa.String(length=4), nullable=False),
        sa.Column("baseline", sa.Double(), nullable=True),
        sa.Column("goal", sa.Double(), nullable=False),
        sa.Column("stop", sa.Double(), nullable=True),
        sa.Column("least", sa.Double(), nullable=False),
        sa.Column("spec", sa.String(length=40), nullable=False),
        sa.CheckConstraint("direction IN ('up','down')", name=op.f("ck_pilot_target_direction")),
        sa.CheckConstraint("kind IN ('proportion','mean','rate','time_to_failure')", name=op.f("ck_pilot_target_kind")),
        sa.ForeignKeyConstraint(["pilot_id"], ["pilot.id"], name=op.f("fk_pilot_target_pilot_id_pilot")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pilot_target")),
        sa.UniqueConstraint("pilot_id", "place", name=op.f("uq_pilot_target_pilot_id_place")),
    )
    op.create_table(
        "pilot_reading",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("pilot_id", sa.Integer(), nullable=False),
        sa.Column("target_id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(length=8), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.Column("base", sa.Double(), nullable=False),
        sa.Column("device", sa.String(length=40), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("corrects_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("standing", sa.String(length=9), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("objection", sa.String(length=300), nullable=False),
        sa.CheckConstraint("side IN ('supplier','demander')", name=op.f("ck_pilot_reading_side")),
        sa.CheckConstraint(
            "standing IN ('pending','confirmed','disputed','replaced')", name=op.f("ck_pilot_reading_standing")
        ),
        sa.ForeignKeyConstraint(["batch_id"], ["pilot_batch.id"], name=op.f("fk_pilot_reading_batch_id_pilot_batch")),
        sa.ForeignKeyConstraint(
            ["corrects_id"], ["pilot_reading.id"], name=op.f("fk_pilot_reading_corrects_id_pilot_reading")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["user_account.id"], name=op.f("fk_pilot_reading_decided_by_user_account")
        ),
        sa.ForeignKeyConstraint(["pilot_id"], ["pilot.id"], name=op.f("fk_pilot_reading_pilot_id_pilot")),
        sa.ForeignKeyConstraint(
            ["target_id"], ["pilot_target.id"], name=op.f("fk_pilot_reading_target_id_pilot_target")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pilot_reading")),
    )
    op.create_index("ix_pilot_reading_day", "pilot_reading", ["target_id", "day"], unique=False)
    op.create_index("ix_pilot_reading_newest", "pilot_reading", ["pilot_id", "id"], unique=False)
    op.create_index("ix_pilot_reading_waiting", "pilot_reading", ["pilot_id", "standing", "side"], unique=False)
    op.create_index(
        "uq_pilot_reading_correction",
        "pilot_reading",
        ["corrects_id"],
        unique=True,
        sqlite_where=sa.text("corrects_id IS NOT NULL"),
        postgresql_where=sa.text("corrects_id IS NOT NULL"),
    )
    op.create_index(
        "uq_pilot_reading_moment",
        "pilot_reading",
        ["target_id", "device", "at"],
        unique=True,
        sqlite_where=sa.text("corrects_id IS NULL"),
        postgresql_where=sa.text("corrects_id IS NULL"),
    )
    op.create_table(
        "pilot_tally",
        sa.Column("target_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("standing", sa.String(length=9), nullable=False),
        sa.Column("pilot_id", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("base", sa.Double(), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.Column("square", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["pilot_id"], ["pilot.id"], name=op.f("fk_pilot_tally_pilot_id_pilot")),
        sa.ForeignKeyConstraint(["target_id"], ["pilot_target.id"], name=op.f("fk_pilot_tally_target_id_pilot_target")),
        sa.PrimaryKeyConstraint("target_id", "day", "standing", name=op.f("pk_pilot_tally")),
    )
    op.create_index(op.f("ix_pilot_tally_pilot_id"), "pilot_tally", ["pilot_id"], unique=False)


def downgrade() -> None:
    """Take back."""
    op.drop_index(op.f("ix_pilot_tally_pilot_id"), table_name="pilot_tally")
    op.drop_table("pilot_tally")
    op.drop_index(
        "uq_pilot_reading_moment",
        table_name="pilot_reading",
        sqlite_where=sa.text("corrects_id IS NULL"),
        postgresql_where=sa.text("corrects_id IS NULL"),
    )
    op.drop_index(
        "uq_pilot_reading_correction",
        table_name="pilot_reading",
        sqlite_where=sa.text("corrects_id IS NOT NULL"),
        postgresql_where=sa.text("corrects_id IS NOT NULL"),
    )
    op.drop_index("ix_pilot_reading_waiting", table_name="pilot_reading")
    op.drop_index("ix_pilot_reading_newest", table_name="pilot_reading")
    op.drop_index("ix_pilot_reading_day", table_name="pilot_reading")
    op.drop_table("pilot_reading")
    op.drop_table("pilot_target")
    op.drop_index(op.f("ix_pilot_incident_pilot_id"), table_name="pilot_incident")
    op.drop_table("pilot_incident")
    op.drop_table("pilot_excluded_day")
    op.drop_table("pilot_consent")
    op.drop_index(
        "uq_pilot_batch_key",
        table_name="pilot_batch",
        sqlite_where=sa.text("key <> ''"),
        postgresql_where=sa.text("key <> ''"),
    )
    op.drop_table("pilot_batch")
    op.drop_index(op.f("ix_pilot_supplier_id"), table_name="pilot")
    op.drop_index("ix_pilot_state_region", table_name="pilot")
    op.drop_index(op.f("ix_pilot_scenario_id"), table_name="pilot")
    op.drop_index(op.f("ix_pilot_product_id"), table_name="pilot")
    op.drop_index(op.f("ix_pilot_demander_id"), table_name="pilot")
    op.drop_table("pilot")
    op.drop_index(op.f("ix_api_token_organization_id"), table_name="api_token")
    op.drop_table("api_token")
