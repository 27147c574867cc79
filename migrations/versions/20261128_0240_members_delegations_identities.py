"""Members, delegations of duties, new identities, and the link to a parent organization."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Apply."""
    # Added without a constraint: SQLite would have to write the table anew, to which half the others refer.
    op.add_column("organization", sa.Column("parent_state", sa.String(length=8), nullable=False, server_default="none"))
    op.add_column("organization", sa.Column("licence_id", sa.Integer(), nullable=True))
    op.add_column("post", sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    op.execute("UPDATE organization SET parent_state = 'accepted' WHERE parent_id IS NOT NULL")
    _rewrite_marks(lambda codes: [dict(EMPTY, code=code) for code in codes])
    _joining()
    op.create_table(
        "identity_proposal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("region", sa.String(length=6), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("submitted_at", INSTANT, nullable=True),
        sa.CheckConstraint(
            "state IN ('drafted','in_review','returned','approved','discarded')",
            name=op.f("ck_identity_proposal_state"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_identity_proposal_organization_id_organization")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_proposal")),
    )
    op.create_index(op.f("ix_identity_proposal_organization_id"), "identity_proposal", ["organization_id"])
    op.create_index("ix_identity_proposal_queue", "identity_proposal", ["state", "region"])
    _open_once(
        "uq_identity_proposal_open",
        "identity_proposal",
        ["organization_id"],
        "state IN ('drafted','in_review','returned')",
    )
    op.create_table(
        "delegation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("duties", sa.JSON(), nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("until", INSTANT, nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.CheckConstraint("state IN ('given','revoked','over')", name=op.f("ck_delegation_state")),
        sa.CheckConstraint("since < until", name=op.f("ck_delegation_period")),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_delegation_post_id_post")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_delegation_user_id_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delegation")),
    )
    op.create_index("ix_delegation_due", "delegation", ["state", "until"])
    op.create_index(op.f("ix_delegation_post_id"), "delegation", ["post_id"])
    op.create_index(op.f("ix_delegation_user_id"), "delegation", ["user_id"])


def _joining() -> None:
    op.create_table(
        "join_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("message", sa.String(length=500), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("decided_at", INSTANT, nullable=True),
        sa.CheckConstraint(
            "state IN ('open','accepted','declined','withdrawn','expired')", name=op.f("ck_join_request_state")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_join_request_organization_id_organization")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_join_request_user_id_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_join_request")),
    )
    op.create_index("ix_join_request_due", "join_request", ["state", "expires_at"])
    op.create_index(op.f("ix_join_request_user_id"), "join_request", ["user_id"])
    _open_once("uq_join_request_open", "join_request", ["organization_id", "user_id"], "state = 'open'")
    op.create_table(
        "invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("role", sa.String(length=8), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("invited_by", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.CheckConstraint(
            "state IN ('open','accepted','declined','revoked','expired')", name=op.f("ck_invitation_state")
        ),
        sa.CheckConstraint("role IN ('owner','editor')", name=op.f("ck_invitation_role")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_invitation_organization_id_organization")
        ),
        sa.ForeignKeyConstraint(
            ["invited_by"], ["user_account.id"], name=op.f("fk_invitation_invited_by_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
    )
    op.create_index("ix_invitation_due", "invitation", ["state", "expires_at"])
    op.create_index(op.f("ix_invitation_email"), "invitation", ["email"])
    _open_once("uq_invitation_open", "invitation", ["organization_id", "email"], "state = 'open'")
    op.create_table(
        "former_member",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=8), nullable=False),
        sa.Column("joined_at", INSTANT, nullable=False),
        sa.Column("left_at", INSTANT, nullable=False),
        sa.Column("removed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_former_member_organization_id_organization")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_former_member_user_id_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_former_member")),
    )
    op.create_index(op.f("ix_former_member_user_id"), "former_member", ["user_id"])


def _open_once(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, unique=True, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


EMPTY = {"code": "", "batch": "", "certificate": "", "valid_until": ""}


def _rewrite_marks(change) -> None:  # type: ignore[no-untyped-def]
    organization = sa.table("organization", sa.column("id", sa.Integer), sa.column("marks", sa.JSON))
    connection = op.get_bind()
    for row in connection.execute(sa.select(organization)).all():
        if row.marks:
            connection.execute(
                sa.update(organization).where(organization.c.id == row.id).values(marks=change(row.marks))
            )


def downgrade() -> None:
    """Take back."""
    for table in ("former_member", "invitation", "join_request", "delegation", "identity_proposal"):
        op.drop_table(table)
    _rewrite_marks(lambda marks: [mark["code"] for mark in marks])
    op.execute("ALTER TABLE post DROP COLUMN version")
    op.execute("ALTER TABLE organization DROP COLUMN licence_id")
    op.execute("ALTER TABLE organization DROP COLUMN parent_state")
