"""Notices with their objections; challenges with their editions, addenda, questions, answers and watchers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

STATES = (
    "state IN ('draft','in_review','returned','approved','published','closed','opened','scoring','consensus','ranked',"
    "'notice','confirmed','executing','accepted','partly_accepted','terminated','withdrawn','failed','no_suitable')"
)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("duty", sa.String(length=16), nullable=False),
        sa.Column("about_type", sa.String(length=32), nullable=False),
        sa.Column("about_id", sa.Integer(), nullable=False),
        sa.Column("about_number", sa.String(length=20), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("region", sa.String(length=6), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("title_en", sa.String(length=300), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("issuer", sa.String(length=120), nullable=False),
        sa.Column("issuer_en", sa.String(length=200), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("stopped_on", sa.Date(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('open','extended','closed','annulled')", name=op.f("ck_notice_state")),
        sa.CheckConstraint("days > 0", name=op.f("ck_notice_days")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_notice_organization_id_organization")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("number", name=op.f("uq_notice_number")),
    )
    op.create_index("ix_notice_opened", "notice", ["opened_at", "id"], unique=False)
    op.create_index(op.f("ix_notice_organization_id"), "notice", ["organization_id"], unique=False)
    op.create_index(
        "uq_notice_running",
        "notice",
        ["about_type", "about_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('open','extended')"),
        postgresql_where=sa.text("state IN ('open','extended')"),
    )
    op.create_table(
        "challenge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("region", sa.String(length=6), nullable=False),
        sa.Column("scenario_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("title_en", sa.String(length=300), nullable=False),
        sa.Column("domain", sa.String(length=40), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("mode", sa.String(length=8), nullable=False),
        sa.Column("most_winners", sa.Integer(), nullable=False),
        sa.Column("blind", sa.Boolean(), nullable=False),
        sa.Column("min_bids", sa.Integer(), nullable=False),
        sa.Column("most_partners", sa.Integer(), nullable=False),
        sa.Column("openers_needed", sa.Integer(), nullable=False),
        sa.Column("openers", sa.Integer(), nullable=False),
        sa.Column("publish_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("questions_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answers_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deadline", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opening_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submitted_by", sa.Integer(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.CheckConstraint("mode IN ('single','race')", name=op.f("ck_challenge_mode")),
        sa.CheckConstraint(STATES, name=op.f("ck_challenge_state")),
        sa.CheckConstraint("min_bids >= 1", name=op.f("ck_challenge_min_bids")),
        sa.CheckConstraint("most_partners >= 0", name=op.f("ck_challenge_most_partners")),
        sa.CheckConstraint("most_winners >= 1", name=op.f("ck_challenge_most_winners")),
        sa.CheckConstraint("openers_needed >= 2 AND openers_needed <= openers", name=op.f("ck_challenge_openers")),
        sa.ForeignKeyConstraint(["created_by"], ["user_account.id"], name=op.f("fk_challenge_created_by_user_account")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_challenge_organization_id_organization")
        ),
        sa.ForeignKeyConstraint(["scenario_id"], ["scenario.id"], name=op.f("fk_challenge_scenario_id_scenario")),
        sa.ForeignKeyConstraint(
            ["submitted_by"], ["user_account.id"], name=op.f("fk_challenge_submitted_by_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_challenge")),
        sa.UniqueConstraint("number", name=op.f("uq_challenge_number")),
    )
    op.create_index(op.f("ix_challenge_organization_id"), "challenge", ["organization_id"], unique=False)
    op.create_index("ix_challenge_queue", "challenge", ["state", "submitted_at"], unique=False)
    op.create_index(op.f("ix_challenge_scenario_id"), "challenge", ["scenario_id"], unique=False)
    op.create_index("ix_challenge_state_deadline", "challenge", ["state", "deadline"], unique=False)
    op.create_index("ix_challenge_state_published", "challenge", ["state", "published_at"], unique=False)
    op.create_table(
        "objection",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("notice_id", sa.Integer(), nullable=False),
        sa.Column("region", sa.String(length=6), nullable=False),
        sa.Column("duty", sa.String(length=16), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("gist", sa.Text(), nullable=False),
        sa.Column("reply", sa.Text(), nullable=False),
        sa.Column("reply_en", sa.Text(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint("state IN ('raised','upheld','dismissed','recalled')", name=op.f("ck_objection_state")),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name=op.f("fk_objection_notice_id_notice")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_objection_organization_id_organization")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_objection_user_id_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objection")),
    )
    op.create_index("ix_objection_notice", "objection", ["notice_id", "state"], unique=False)
    op.create_index("ix_objection_queue", "objection", ["state", "submitted_at"], unique=False)
    op.create_index(op.f("ix_objection_user_id"), "objection", ["user_id"], unique=False)
    op.create_index(
        "uq_objection_open",
        "objection",
        ["notice_id", "user_id"],
        unique=True,
        sqlite_where=sa.text("state = 'raised'"),
        postgresql_where=sa.text("state = 'raised'"),
    )
    op.create_table(
        "challenge_addendum",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("challenge_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("region", sa.String(length=6), nullable=False),
        sa.Column("material", sa.Boolean(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("text_en", sa.Text(), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("difference", sa.JSON(), nullable=False),
        sa.Column("questions_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answers_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deadline", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opening_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("old_deadline", sa.DateTime(timezone=True), nullable=True),
        sa.Column("edition", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_by", sa.Integer(), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('proposed','issued','declined','recalled')", name=op.f("ck_challenge_addendum_state")
        ),
        sa.ForeignKeyConstraint(
            ["challenge_id"], ["challenge.id"], name=op.f("fk_challenge_addendum_challenge_id_challenge")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_challenge_addendum_organization_id_organization")
        ),
        sa.ForeignKeyConstraint(
            ["submitted_by"], ["user_account.id"], name=op.f("fk_challenge_addendum_submitted_by_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_challenge_addendum")),
        sa.UniqueConstraint("challenge_id", "number", name=op.f("uq_challenge_addendum_challenge_id_number")),
    )
    op.create_index("ix_challenge_addendum_queue", "challenge_addendum", ["state", "submitted_at"], unique=False)
    op.create_index(
        "uq_challenge_addendum_proposed",
        "challenge_addendum",
        ["challenge_id"],
        unique=True,
        sqlite_where=sa.text("state = 'proposed'"),
        postgresql_where=sa.text("state = 'proposed'"),
    )
    op.create_table(
        "challenge_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("challenge_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("question_en", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answer_en", sa.Text(), nullable=False),
        sa.Column("answered_by", sa.Integer(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["answered_by"], ["user_account.id"], name=op.f("fk_challenge_answer_answered_by_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["challenge_id"], ["challenge.id"], name=op.f("fk_challenge_answer_challenge_id_challenge")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_challenge_answer")),
        sa.UniqueConstraint("challenge_id", "number", name=op.f("uq_challenge_answer_challenge_id_number")),
    )
    op.create_table(
        "challenge_edition",
        sa.Column("challenge_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["challenge_id"], ["challenge.id"], name=op.f("fk_challenge_edition_challenge_id_challenge")
        ),
        sa.PrimaryKeyConstraint("challenge_id", "number", name=op.f("pk_challenge_edition")),
    )
    op.create_table(
        "challenge_watch",
        sa.Column("challenge_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_until", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["challenge_id"], ["challenge.id"], name=op.f("fk_challenge_watch_challenge_id_challenge")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_challenge_watch_user_id_user_account")),
        sa.PrimaryKeyConstraint("challenge_id", "user_id", name=op.f("pk_challenge_watch")),
    )
    op.create_index(op.f("ix_challenge_watch_user_id"), "challenge_watch", ["user_id"], unique=False)
    op.create_table(
        "challenge_question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("challenge_id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("section", sa.String(length=16), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("seal", sa.String(length=64), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer_id", sa.Integer(), nullable=True),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('asked','answered','declined')", name=op.f("ck_challenge_question_state")),
        sa.ForeignKeyConstraint(
            ["answer_id"], ["challenge_answer.id"], name=op.f("fk_challenge_question_answer_id_challenge_answer")
        ),
        sa.ForeignKeyConstraint(
            ["asked_by"], ["user_account.id"], name=op.f("fk_challenge_question_asked_by_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["challenge_id"], ["challenge.id"], name=op.f("fk_challenge_question_challenge_id_challenge")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_challenge_question_organization_id_organization")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_challenge_question")),
    )
    op.create_index(op.f("ix_challenge_question_answer_id"), "challenge_question", ["answer_id"], unique=False)
    op.create_index(op.f("ix_challenge_question_asked_by"), "challenge_question", ["asked_by"], unique=False)
    op.create_index("ix_challenge_question_state", "challenge_question", ["challenge_id", "state"], unique=False)


def downgrade() -> None:
    """Take back."""
    op.drop_table("challenge_question")
    op.drop_table("challenge_watch")
    op.drop_table("challenge_edition")
    op.drop_table("challenge_answer")
    op.drop_table("challenge_addendum")
    op.drop_table("objection")
    op.drop_table("challenge")
    op.drop_table("notice")
