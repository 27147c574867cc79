"""Experts drawn for an acceptance give their opinions; equal ranks are told apart by a draw of two officials."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

ACCEPTANCE = "award_acceptance"


def upgrade() -> None:
    """Apply."""
    _opinions()
    _draws()
    with op.batch_alter_table(ACCEPTANCE) as batch:
        batch.add_column(sa.Column("departure", sa.Text(), nullable=False, server_default=""))
    with op.batch_alter_table(ACCEPTANCE) as batch:
        batch.alter_column("departure", existing_type=sa.Text(), server_default=None)


def _opinions() -> None:
    table = "award_opinion"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("acceptance_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.Column("vote", sa.String(length=8), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("vote IN ('','pass','partly','return')", name=op.f(f"ck_{table}_vote")),
        *(
            sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"))
            for column, other in (
                ("assignment_id", "panel_assignment"), ("acceptance_id", ACCEPTANCE), ("user_id", "user_account"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("assignment_id", name=op.f(f"uq_{table}_assignment_id")),
    )  # fmt: skip
    for column in ("acceptance_id", "user_id"):
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def _draws() -> None:
    table = "score_tie_draw"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("challenge_id", "ranking_id", "rank")),
        sa.Column("bids", sa.JSON(), nullable=False),
        sa.Column("secret", sa.String(length=32), nullable=False),
        sa.Column("commitment", sa.String(length=64), nullable=False),
        sa.Column("words", sa.String(length=40), nullable=False),
        sa.Column("outcome", sa.JSON(), nullable=False),
        sa.Column("prepared_by", sa.Integer(), nullable=True),
        sa.Column("prepared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("drawn_by", sa.Integer(), nullable=True),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('prepared','drawn')", name=op.f(f"ck_{table}_state")),
        *(
            sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"))
            for column, other in (
                ("challenge_id", "challenge"), ("ranking_id", "ranking"), ("prepared_by", "user_account"),
                ("drawn_by", "user_account"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("ranking_id", "rank", name=op.f(f"uq_{table}_ranking_id_rank")),
    )  # fmt: skip
    op.create_index(op.f(f"ix_{table}_challenge_id"), table, ["challenge_id"])


def downgrade() -> None:
    """Take back."""
    op.drop_table("score_tie_draw")
    op.drop_table("award_opinion")
    with op.batch_alter_table(ACCEPTANCE) as batch:
        batch.drop_column("departure")
