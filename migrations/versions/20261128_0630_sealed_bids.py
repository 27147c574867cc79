"""Sealed bids: openers and their key, bids, sealed versions, who takes part, and what happened in silence."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "bid",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("challenge_id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.Integer(), nullable=False),
        sa.Column("draft", sa.LargeBinary(), nullable=True),
        sa.Column("draft_key", sa.String(length=32), nullable=False),
        sa.Column("own_public", sa.LargeBinary(), nullable=True),
        sa.Column("readable", sa.Boolean(), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('draft','sealed','needs_reconfirm','withdrawn','opened','qualified','disqualified')",
            name=op.f("ck_bid_state"),
        ),
        sa.ForeignKeyConstraint(["challenge_id"], ["challenge.id"], name=op.f("fk_bid_challenge_id_challenge")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_bid_organization_id_organization")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bid")),
        sa.UniqueConstraint("number", name=op.f("uq_bid_number")),
    )
    with op.batch_alter_table("bid", schema=None) as batch_op:
        batch_op.create_index("ix_bid_challenge_state", ["challenge_id", "state"], unique=False)
        batch_op.create_index(batch_op.f("ix_bid_organization_id"), ["organization_id"], unique=False)

    op.create_table(
        "bid_opener",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("challenge_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("named_by", sa.Integer(), nullable=True),
        sa.Column("named_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("public", sa.LargeBinary(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("share", sa.LargeBinary(), nullable=True),
        sa.Column("given", sa.String(length=300), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["challenge_id"], ["challenge.id"], name=op.f("fk_bid_opener_challenge_id_challenge")),
        sa.ForeignKeyConstraint(["named_by"], ["user_account.id"], name=op.f("fk_bid_opener_named_by_user_account")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_bid_opener_user_id_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bid_opener")),
        sa.UniqueConstraint("challenge_id", "user_id", name=op.f("uq_bid_opener_challenge_id_user_id")),
    )
    with op.batch_alter_table("bid_opener", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_bid_opener_user_id"), ["user_id"], unique=False)

    op.create_table(
        "bid_opening",
        sa.Column("challenge_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("public", sa.LargeBinary(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("private", sa.String(length=300), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("counted", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["challenge_id"], ["challenge.id"], name=op.f("fk_bid_opening_challenge_id_challenge")),
        sa.PrimaryKeyConstraint("challenge_id", name=op.f("pk_bid_opening")),
    )
    op.create_table(
        "bid_act",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("bid_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("organization_id", sa.Integer(), nullable=True),
        sa.Column("action", sa.String(length=48), nullable=False),
        sa.Column("before", sa.String(length=24), nullable=False),
        sa.Column("after", sa.String(length=24), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["user_account.id"], name=op.f("fk_bid_act_actor_id_user_account")),
        sa.ForeignKeyConstraint(["bid_id"], ["bid.id"], name=op.f("fk_bid_act_bid_id_bid")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_bid_act_organization_id_organization")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bid_act")),
    )
    with op.batch_alter_table("bid_act", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_bid_act_bid_id"), ["bid_id"], unique=False)

    op.create_table(
        "bid_participation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("bid_id", sa.Integer(), nullable=False),
        sa.Column("challenge_id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_by", sa.Integer(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("role IN ('lead','partner')", name=op.f("ck_bid_participation_role")),
        sa.CheckConstraint("state IN ('asked','live','declined','ended')", name=op.f("ck_bid_participation_state")),
        sa.ForeignKeyConstraint(
            ["answered_by"], ["user_account.id"], name=op.f("fk_bid_participation_answered_by_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["asked_by"], ["user_account.id"], name=op.f("fk_bid_participation_asked_by_user_account")
        ),
        sa.ForeignKeyConstraint(["bid_id"], ["bid.id"], name=op.f("fk_bid_participation_bid_id_bid")),
        sa.ForeignKeyConstraint(
            ["challenge_id"], ["challenge.id"], name=op.f("fk_bid_participation_challenge_id_challenge")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_bid_participation_organization_id_organization")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bid_participation")),
    )
    with op.batch_alter_table("bid_participation", schema=None) as batch_op:
        batch_op.create_index("ix_bid_participation_bid", ["bid_id"], unique=False)
        batch_op.create_index("ix_bid_participation_organization", ["organization_id", "state"], unique=False)
        batch_op.create_index(
            "uq_bid_participation_live",
            ["challenge_id", "organization_id"],
            unique=True,
            sqlite_where=sa.text("state = 'live'"),
            postgresql_where=sa.text("state = 'live'"),
        )

    op.create_table(
        "bid_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("bid_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sealed_by", sa.Integer(), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("envelope", sa.LargeBinary(), nullable=True),
        sa.Column("own", sa.LargeBinary(), nullable=True),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("receipt", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["bid_id"], ["bid.id"], name=op.f("fk_bid_version_bid_id_bid")),
        sa.ForeignKeyConstraint(["sealed_by"], ["user_account.id"], name=op.f("fk_bid_version_sealed_by_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bid_version")),
        sa.UniqueConstraint("bid_id", "number", name=op.f("uq_bid_version_bid_id_number")),
    )


def downgrade() -> None:
    """Undo."""
    op.drop_table("bid_version")
    with op.batch_alter_table("bid_participation", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_bid_participation_live",
            sqlite_where=sa.text("state = 'live'"),
            postgresql_where=sa.text("state = 'live'"),
        )
        batch_op.drop_index("ix_bid_participation_organization")
        batch_op.drop_index("ix_bid_participation_bid")

    op.drop_table("bid_participation")
    with op.batch_alter_table("bid_act", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_bid_act_bid_id"))

    op.drop_table("bid_act")
    op.drop_table("bid_opening")
    with op.batch_alter_table("bid_opener", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_bid_opener_user_id"))

    op.drop_table("bid_opener")
    with op.batch_alter_table("bid", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_bid_organization_id"))
        batch_op.drop_index("ix_bid_challenge_state")

    op.drop_table("bid")
