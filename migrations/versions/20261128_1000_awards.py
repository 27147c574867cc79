"""Awards: awards, contracts, milestones, extensions, payments, acceptances, terminations."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

LIVE = "state IN ('proposed','awarded','accepted','executing','fulfilled','partly_fulfilled')"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "award",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("challenge_id", sa.Integer(), nullable=False),
        sa.Column("bid_id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("lot", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("total", sa.String(length=60), nullable=False),
        sa.Column("notice_id", sa.Integer(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proposed_by", sa.Integer(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_by", sa.Integer(), nullable=True),
        sa.Column("answer_by", sa.Date(), nullable=True),
        sa.Column("sign_by", sa.Date(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.Integer(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('proposed','awarded','accepted','executing','fulfilled','partly_fulfilled',"
            "'dropped','struck','declined','lapsed','undone','terminated')",
            name=op.f("ck_award_state"),
        ),
        sa.CheckConstraint("lot >= 1", name=op.f("ck_award_lot")),
        sa.ForeignKeyConstraint(["answered_by"], ["user_account.id"], name=op.f("fk_award_answered_by_user_account")),
        sa.ForeignKeyConstraint(["bid_id"], ["bid.id"], name=op.f("fk_award_bid_id_bid")),
        sa.ForeignKeyConstraint(["challenge_id"], ["challenge.id"], name=op.f("fk_award_challenge_id_challenge")),
        sa.ForeignKeyConstraint(["confirmed_by"], ["user_account.id"], name=op.f("fk_award_confirmed_by_user_account")),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name=op.f("fk_award_notice_id_notice")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_award_organization_id_organization")
        ),
        sa.ForeignKeyConstraint(["proposed_by"], ["user_account.id"], name=op.f("fk_award_proposed_by_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award")),
    )
    with op.batch_alter_table("award", schema=None) as batch_op:
        batch_op.create_index("ix_award_answer", ["state", "answer_by"], unique=False)
        batch_op.create_index("ix_award_challenge_state", ["challenge_id", "state"], unique=False)
        batch_op.create_index(batch_op.f("ix_award_notice_id"), ["notice_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_award_organization_id"), ["organization_id"], unique=False)
        batch_op.create_index(
            "uq_award_bid",
            ["bid_id"],
            unique=True,
            sqlite_where=sa.text(LIVE),
            postgresql_where=sa.text(LIVE),
        )
        batch_op.create_index(
            "uq_award_lot",
            ["challenge_id", "lot"],
            unique=True,
            sqlite_where=sa.text(LIVE),
            postgresql_where=sa.text(LIVE),
        )

    op.create_table(
        "award_acceptance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("award_id", sa.Integer(), nullable=False),
        sa.Column("region", sa.String(length=6), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("indicators", sa.JSON(), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("applied_by", sa.Integer(), nullable=True),
        sa.Column("owner_result", sa.String(length=8), nullable=False),
        sa.Column("owner_opinion", sa.Text(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("endorsed_by", sa.Integer(), nullable=True),
        sa.Column("panel", sa.Text(), nullable=False),
        sa.Column("opinion", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("owner_result IN ('','pass','partly')", name=op.f("ck_award_acceptance_owner_result")),
        sa.CheckConstraint(
            "state IN ('applied','endorsed','passed','partly','returned')", name=op.f("ck_award_acceptance_state")
        ),
        sa.ForeignKeyConstraint(
            ["applied_by"], ["user_account.id"], name=op.f("fk_award_acceptance_applied_by_user_account")
        ),
        sa.ForeignKeyConstraint(["award_id"], ["award.id"], name=op.f("fk_award_acceptance_award_id_award")),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["user_account.id"], name=op.f("fk_award_acceptance_decided_by_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["endorsed_by"], ["user_account.id"], name=op.f("fk_award_acceptance_endorsed_by_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_award_acceptance_organization_id_organization")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award_acceptance")),
    )
    with op.batch_alter_table("award_acceptance", schema=None) as batch_op:
        batch_op.create_index("ix_award_acceptance_queue", ["state", "submitted_at"], unique=False)
        batch_op.create_index(
            "uq_award_acceptance_open",
            ["award_id"],
            unique=True,
            sqlite_where=sa.text("state IN ('applied','endorsed')"),
            postgresql_where=sa.text("state IN ('applied','endorsed')"),
        )

    op.create_table(
        "award_contract",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("award_id", sa.Integer(), nullable=False),
        sa.Column("paper_number", sa.String(length=80), nullable=False),
        sa.Column("amount", sa.Numeric(precision=14, scale=4), nullable=False),
        sa.Column("owner_signed_on", sa.Date(), nullable=False),
        sa.Column("winner_signed_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("written_by", sa.Integer(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_by", sa.Integer(), nullable=True),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('proposed','returned','signed')", name=op.f("ck_award_contract_state")),
        sa.CheckConstraint("amount > 0", name=op.f("ck_award_contract_amount")),
        sa.ForeignKeyConstraint(["award_id"], ["award.id"], name=op.f("fk_award_contract_award_id_award")),
        sa.ForeignKeyConstraint(
            ["confirmed_by"], ["user_account.id"], name=op.f("fk_award_contract_confirmed_by_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["written_by"], ["user_account.id"], name=op.f("fk_award_contract_written_by_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award_contract")),
        sa.UniqueConstraint("award_id", name=op.f("uq_award_contract_award_id")),
    )
    op.create_table(
        "award_milestone",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("award_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("payment", sa.Integer(), nullable=False),
        sa.Column("report", sa.Text(), nullable=False),
        sa.Column("result", sa.String(length=8), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submitted_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("result IN ('','met','partly')", name=op.f("ck_award_milestone_result")),
        sa.CheckConstraint(
            "state IN ('planned','submitted','accepted','returned','missed')", name=op.f("ck_award_milestone_state")
        ),
        sa.ForeignKeyConstraint(["award_id"], ["award.id"], name=op.f("fk_award_milestone_award_id_award")),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["user_account.id"], name=op.f("fk_award_milestone_decided_by_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["submitted_by"], ["user_account.id"], name=op.f("fk_award_milestone_submitted_by_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award_milestone")),
        sa.UniqueConstraint("award_id", "place", name=op.f("uq_award_milestone_award_id_place")),
    )
    with op.batch_alter_table("award_milestone", schema=None) as batch_op:
        batch_op.create_index("ix_award_milestone_due", ["state", "until"], unique=False)

    op.create_table(
        "award_payment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("award_id", sa.Integer(), nullable=False),
        sa.Column("plan", sa.Integer(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=14, scale=4), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('recorded','confirmed','revoked')", name=op.f("ck_award_payment_state")),
        sa.CheckConstraint("amount > 0", name=op.f("ck_award_payment_amount")),
        sa.CheckConstraint("plan >= 1", name=op.f("ck_award_payment_plan")),
        sa.ForeignKeyConstraint(["award_id"], ["award.id"], name=op.f("fk_award_payment_award_id_award")),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["user_account.id"], name=op.f("fk_award_payment_decided_by_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by"], ["user_account.id"], name=op.f("fk_award_payment_recorded_by_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award_payment")),
    )
    with op.batch_alter_table("award_payment", schema=None) as batch_op:
        batch_op.create_index("ix_award_payment_award", ["award_id", "state"], unique=False)

    op.create_table(
        "award_termination",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("award_id", sa.Integer(), nullable=False),
        sa.Column("ground", sa.String(length=1), nullable=False),
        sa.Column("settlement", sa.Text(), nullable=False),
        sa.Column("terminated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("terminated_by", sa.Integer(), nullable=True),
        sa.Column("exemption", sa.String(length=8), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("exempted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("exempted_by", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("exemption <> 'granted' OR ground <> 'B'", name=op.f("ck_award_termination_exempt")),
        sa.CheckConstraint("exemption IN ('open','granted','refused')", name=op.f("ck_award_termination_exemption")),
        sa.CheckConstraint("ground IN ('A','B','C','D')", name=op.f("ck_award_termination_ground")),
        sa.ForeignKeyConstraint(["award_id"], ["award.id"], name=op.f("fk_award_termination_award_id_award")),
        sa.ForeignKeyConstraint(
            ["exempted_by"], ["user_account.id"], name=op.f("fk_award_termination_exempted_by_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["terminated_by"], ["user_account.id"], name=op.f("fk_award_termination_terminated_by_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award_termination")),
        sa.UniqueConstraint("award_id", name=op.f("uq_award_termination_award_id")),
    )
    op.create_table(
        "award_extension",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("milestone_id", sa.Integer(), nullable=False),
        sa.Column("region", sa.String(length=6), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("new_day", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('asked','approved','declined','recalled')", name=op.f("ck_award_extension_state")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["user_account.id"], name=op.f("fk_award_extension_decided_by_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["milestone_id"], ["award_milestone.id"], name=op.f("fk_award_extension_milestone_id_award_milestone")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_award_extension_organization_id_organization")
        ),
        sa.ForeignKeyConstraint(
            ["submitted_by"], ["user_account.id"], name=op.f("fk_award_extension_submitted_by_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award_extension")),
    )
    with op.batch_alter_table("award_extension", schema=None) as batch_op:
        batch_op.create_index("ix_award_extension_queue", ["state", "submitted_at"], unique=False)
        batch_op.create_index(
            "uq_award_extension_asked",
            ["milestone_id"],
            unique=True,
            sqlite_where=sa.text("state = 'asked'"),
            postgresql_where=sa.text("state = 'asked'"),
        )


def downgrade() -> None:
    """Undo."""
    for table in (
        "award_extension", "award_termination", "award_payment", "award_milestone", "award_contract",
        "award_acceptance", "award",
    ):  # fmt: skip
        op.drop_table(table)
