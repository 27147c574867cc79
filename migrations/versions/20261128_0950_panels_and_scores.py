"""Panels and scoring: panels, draws, experts' assignments, hits, waivers, sheets, rankings."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "panel",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("about_type", sa.String(length=32), nullable=False),
        sa.Column("about_id", sa.Integer(), nullable=False),
        sa.Column("about_number", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("title_en", sa.String(length=300), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("region", sa.String(length=6), nullable=False),
        sa.Column("duty", sa.String(length=16), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('open','closed','dissolved')", name=op.f("ck_panel_state")),
        sa.CheckConstraint("seats > 0", name=op.f("ck_panel_seats")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_panel_organization_id_organization")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_panel")),
    )
    with op.batch_alter_table("panel", schema=None) as batch_op:
        batch_op.create_index("ix_panel_about", ["about_type", "about_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_panel_organization_id"), ["organization_id"], unique=False)
        batch_op.create_index(
            "uq_panel_open",
            ["about_type", "about_id"],
            unique=True,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )

    op.create_table(
        "panel_assignment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("panel_id", sa.Integer(), nullable=False),
        sa.Column("expert_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("called_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer_by", sa.Date(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('reserve','proposed','accepted','scored','recused','lapsed','blocked','void','released')",
            name=op.f("ck_panel_assignment_state"),
        ),
        sa.ForeignKeyConstraint(["expert_id"], ["expert.id"], name=op.f("fk_panel_assignment_expert_id_expert")),
        sa.ForeignKeyConstraint(["panel_id"], ["panel.id"], name=op.f("fk_panel_assignment_panel_id_panel")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_panel_assignment")),
        sa.UniqueConstraint("panel_id", "expert_id", name=op.f("uq_panel_assignment_panel_id_expert_id")),
        sa.UniqueConstraint("panel_id", "place", name=op.f("uq_panel_assignment_panel_id_place")),
    )
    with op.batch_alter_table("panel_assignment", schema=None) as batch_op:
        batch_op.create_index("ix_panel_assignment_expert", ["expert_id", "state"], unique=False)

    op.create_table(
        "panel_draw",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("panel_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("record", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("drawn_by", sa.Integer(), nullable=True),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["drawn_by"], ["user_account.id"], name=op.f("fk_panel_draw_drawn_by_user_account")),
        sa.ForeignKeyConstraint(["panel_id"], ["panel.id"], name=op.f("fk_panel_draw_panel_id_panel")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_panel_draw")),
        sa.UniqueConstraint("panel_id", "number", name=op.f("uq_panel_draw_panel_id_number")),
    )
    with op.batch_alter_table("panel_draw", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_panel_draw_drawn_by"), ["drawn_by"], unique=False)

    op.create_table(
        "panel_hit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("rule", sa.String(length=16), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=True),
        sa.Column("via_id", sa.Integer(), nullable=True),
        sa.Column("tie", sa.JSON(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["panel_assignment.id"], name=op.f("fk_panel_hit_assignment_id_panel_assignment")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_panel_hit_organization_id_organization")
        ),
        sa.ForeignKeyConstraint(["via_id"], ["organization.id"], name=op.f("fk_panel_hit_via_id_organization")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_panel_hit")),
        sa.UniqueConstraint("assignment_id", "key", name=op.f("uq_panel_hit_assignment_id_key")),
    )
    with op.batch_alter_table("panel_hit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_panel_hit_organization_id"), ["organization_id"], unique=False)

    op.create_table(
        "ranking",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("challenge_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("rows", sa.JSON(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("signed_by", sa.Integer(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("annulled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["challenge_id"], ["challenge.id"], name=op.f("fk_ranking_challenge_id_challenge")),
        sa.ForeignKeyConstraint(
            ["signed_by"], ["panel_assignment.id"], name=op.f("fk_ranking_signed_by_panel_assignment")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ranking")),
        sa.UniqueConstraint("challenge_id", "number", name=op.f("uq_ranking_challenge_id_number")),
    )
    with op.batch_alter_table("ranking", schema=None) as batch_op:
        batch_op.create_index(
            "uq_ranking_valid",
            ["challenge_id"],
            unique=True,
            sqlite_where=sa.text("annulled_at IS NULL"),
            postgresql_where=sa.text("annulled_at IS NULL"),
        )

    op.create_table(
        "bid_code",
        sa.Column("bid_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("challenge_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=4), nullable=False),
        sa.ForeignKeyConstraint(["bid_id"], ["bid.id"], name=op.f("fk_bid_code_bid_id_bid")),
        sa.ForeignKeyConstraint(["challenge_id"], ["challenge.id"], name=op.f("fk_bid_code_challenge_id_challenge")),
        sa.PrimaryKeyConstraint("bid_id", name=op.f("pk_bid_code")),
        sa.UniqueConstraint("challenge_id", "code", name=op.f("uq_bid_code_challenge_id_code")),
    )
    op.create_table(
        "panel_waiver",
        sa.Column("hit_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("waived_by", sa.Integer(), nullable=True),
        sa.Column("post", sa.String(length=200), nullable=False),
        sa.Column("waived_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["hit_id"], ["panel_hit.id"], name=op.f("fk_panel_waiver_hit_id_panel_hit")),
        sa.ForeignKeyConstraint(
            ["waived_by"], ["user_account.id"], name=op.f("fk_panel_waiver_waived_by_user_account")
        ),
        sa.PrimaryKeyConstraint("hit_id", name=op.f("pk_panel_waiver")),
    )
    with op.batch_alter_table("panel_waiver", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_panel_waiver_waived_by"), ["waived_by"], unique=False)

    op.create_table(
        "score_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("challenge_id", sa.Integer(), nullable=False),
        sa.Column("bid_id", sa.Integer(), nullable=False),
        sa.Column("criterion", sa.String(length=24), nullable=False),
        sa.Column("mark", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("dropped_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["panel_assignment.id"], name=op.f("fk_score_change_assignment_id_panel_assignment")
        ),
        sa.ForeignKeyConstraint(["bid_id"], ["bid.id"], name=op.f("fk_score_change_bid_id_bid")),
        sa.ForeignKeyConstraint(
            ["challenge_id"], ["challenge.id"], name=op.f("fk_score_change_challenge_id_challenge")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_score_change")),
    )
    with op.batch_alter_table("score_change", schema=None) as batch_op:
        batch_op.create_index("ix_score_change_challenge", ["challenge_id"], unique=False)

    op.create_table(
        "score_sheet",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("challenge_id", sa.Integer(), nullable=False),
        sa.Column("bid_id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("marks", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("locked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('draft','locked','void')", name=op.f("ck_score_sheet_state")),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["panel_assignment.id"], name=op.f("fk_score_sheet_assignment_id_panel_assignment")
        ),
        sa.ForeignKeyConstraint(["bid_id"], ["bid.id"], name=op.f("fk_score_sheet_bid_id_bid")),
        sa.ForeignKeyConstraint(["challenge_id"], ["challenge.id"], name=op.f("fk_score_sheet_challenge_id_challenge")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_score_sheet")),
        sa.UniqueConstraint("bid_id", "assignment_id", name=op.f("uq_score_sheet_bid_id_assignment_id")),
    )
    with op.batch_alter_table("score_sheet", schema=None) as batch_op:
        batch_op.create_index("ix_score_sheet_assignment", ["assignment_id", "state"], unique=False)
        batch_op.create_index("ix_score_sheet_challenge", ["challenge_id", "state"], unique=False)

    op.create_table(
        "score_tie_vote",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("challenge_id", sa.Integer(), nullable=False),
        sa.Column("among", sa.String(length=200), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("bid_id", sa.Integer(), nullable=False),
        sa.Column("voted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["panel_assignment.id"], name=op.f("fk_score_tie_vote_assignment_id_panel_assignment")
        ),
        sa.ForeignKeyConstraint(["bid_id"], ["bid.id"], name=op.f("fk_score_tie_vote_bid_id_bid")),
        sa.ForeignKeyConstraint(
            ["challenge_id"], ["challenge.id"], name=op.f("fk_score_tie_vote_challenge_id_challenge")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_score_tie_vote")),
        sa.UniqueConstraint(
            "challenge_id", "among", "assignment_id", name=op.f("uq_score_tie_vote_challenge_id_among_assignment_id")
        ),
    )


def downgrade() -> None:
    """Undo."""
    op.drop_table("score_tie_vote")
    with op.batch_alter_table("score_sheet", schema=None) as batch_op:
        batch_op.drop_index("ix_score_sheet_challenge")
        batch_op.drop_index("ix_score_sheet_assignment")

    op.drop_table("score_sheet")
    with op.batch_alter_table("score_change", schema=None) as batch_op:
        batch_op.drop_index("ix_score_change_challenge")

    op.drop_table("score_change")
    with op.batch_alter_table("panel_waiver", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_panel_waiver_waived_by"))

    op.drop_table("panel_waiver")
    op.drop_table("bid_code")
    with op.batch_alter_table("ranking", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_ranking_valid",
            sqlite_where=sa.text("annulled_at IS NULL"),
            postgresql_where=sa.text("annulled_at IS NULL"),
        )

    op.drop_table("ranking")
    with op.batch_alter_table("panel_hit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_panel_hit_organization_id"))

    op.drop_table("panel_hit")
    with op.batch_alter_table("panel_draw", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_panel_draw_drawn_by"))

    op.drop_table("panel_draw")
    with op.batch_alter_table("panel_assignment", schema=None) as batch_op:
        batch_op.drop_index("ix_panel_assignment_expert")

    op.drop_table("panel_assignment")
    with op.batch_alter_table("panel", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_panel_open", sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'")
        )
        batch_op.drop_index(batch_op.f("ix_panel_organization_id"))
        batch_op.drop_index("ix_panel_about")

    op.drop_table("panel")
