"""Tables behind the ranking: who is awarded, the contract, milestones, payments, acceptance, terminations."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.bids.models import Bid
from marketplace.challenges.models import Challenge
from marketplace.core import clock
from marketplace.core.text import Text
from marketplace.foundation.db import Base
from marketplace.notices.models import Notice
from marketplace.organizations.models import Organization
from marketplace.panels.models import Assignment

# An award in one of these holds its place; the others have given it up.
LIVE = ("proposed", "awarded", "accepted", "executing", "fulfilled", "partly_fulfilled")
ENDED = ("dropped", "struck", "declined", "lapsed", "undone", "terminated")
_LIVE = "state IN ('proposed','awarded','accepted','executing','fulfilled','partly_fulfilled')"
_STATES = ",".join(f"'{each}'" for each in (*LIVE, *ENDED))


class Award(Base):
    """A bid that is put into a winner's place of its challenge: proposed on notice, awarded, carried out.

    ``lot`` counts the places of a challenge from 1 (赛马 has several). ``total`` is the exact total of the ranking as
    text. ``remark`` is why it was given up, for everybody. Days are those in Beijing, and the last that count.
    """

    __tablename__ = "award"
    __table_args__ = (
        sa.CheckConstraint(f"state IN ({_STATES})", name="state"),
        sa.CheckConstraint("lot >= 1", name="lot"),
        # One live award for each place of a challenge, and for each bid, whatever the code above it does.
        sa.Index("uq_award_lot", "challenge_id", "lot", unique=True,
                 sqlite_where=sa.text(_LIVE), postgresql_where=sa.text(_LIVE)),
        sa.Index("uq_award_bid", "bid_id", unique=True,
                 sqlite_where=sa.text(_LIVE), postgresql_where=sa.text(_LIVE)),
        sa.Index("ix_award_challenge_state", "challenge_id", "state"),
        sa.Index("ix_award_answer", "state", "answer_by"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    challenge_id: Mapped[int] = mapped_column(sa.ForeignKey("challenge.id"))
    bid_id: Mapped[int] = mapped_column(sa.ForeignKey("bid.id"))
    # Who bids alone or leads; its partners are those of the bid.
    organization_id: Mapped[int] = mapped_column(sa.ForeignKey("organization.id"), index=True)
    lot: Mapped[int]
    rank: Mapped[int]
    total: Mapped[str] = mapped_column(sa.String(60))
    notice_id: Mapped[int] = mapped_column(sa.ForeignKey("notice.id"), index=True)
    proposed_at: Mapped[datetime] = mapped_column(default=clock.now)
    proposed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    confirmed_at: Mapped[datetime | None]
    confirmed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    # The last day on which it can be accepted, and on which the contract is to be signed.
    answer_by: Mapped[date | None]
    sign_by: Mapped[date | None]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    ended_at: Mapped[datetime | None]
    remark: Mapped[str] = mapped_column(sa.Text, default="")
    state: Mapped[str] = mapped_column(sa.String(16), default="proposed")
    version: Mapped[int] = mapped_column(default=1)
    demo: Mapped[bool] = mapped_column(default=False)
    updated_at: Mapped[datetime] = mapped_column(default=clock.now, onupdate=clock.now)

    challenge: Mapped[Challenge] = relationship()
    bid: Mapped[Bid] = relationship()
    organization: Mapped[Organization] = relationship()
    notice: Mapped[Notice] = relationship()
    contract: Mapped[Contract | None] = relationship(back_populates="award")
    milestones: Mapped[list[Milestone]] = relationship(back_populates="award", order_by="Milestone.place")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    @property
    def subject_type(self) -> str:
        return "award"

    @property
    def live(self) -> bool:
        """Whether it holds its place."""
        return self.state in LIVE


class Contract(Base):
    """The contract of an award, written by the owner of the challenge and confirmed by who was awarded.

    ``amount``: in 万元 (10,000 yuan). ``owner_signed_on``, ``winner_signed_on``: the days on the paper.
    """

    __tablename__ = "award_contract"
    __table_args__ = (
        sa.CheckConstraint("state IN ('proposed','returned','signed')", name="state"),
        sa.CheckConstraint("amount > 0", name="amount"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    award_id: Mapped[int] = mapped_column(sa.ForeignKey("award.id"), unique=True)
    paper_number: Mapped[str] = mapped_column(sa.String(80))
    amount: Mapped[Decimal] = mapped_column(sa.Numeric(14, 4))
    owner_signed_on: Mapped[date]
    winner_signed_on: Mapped[date]
    ends_on: Mapped[date]
    note: Mapped[str] = mapped_column(sa.Text, default="")
    written_at: Mapped[datetime] = mapped_column(default=clock.now)
    written_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    confirmed_at: Mapped[datetime | None]
    confirmed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    remark: Mapped[str] = mapped_column(sa.Text, default="")
    state: Mapped[str] = mapped_column(sa.String(12), default="proposed")
    version: Mapped[int] = mapped_column(default=1)

    award: Mapped[Award] = relationship(back_populates="contract")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    @property
    def subject_type(self) -> str:
        return "contract"


class Milestone(Base):
    """A dated step of an awarded challenge. ``due_on`` is the day of the contract, ``until`` the one in force now.

    ``payment``: which payment of the challenge's plan falls due with its acceptance, counted from 1; 0 for none.
    ``result``: what the owner found, "met" or "partly", once it is accepted. ``report``: what was last submitted.
    """

    __tablename__ = "award_milestone"
    __table_args__ = (
        sa.CheckConstraint("state IN ('planned','submitted','accepted','returned','missed')", name="state"),
        sa.CheckConstraint("result IN ('','met','partly')", name="result"),
        sa.UniqueConstraint("award_id", "place"),
        sa.Index("ix_award_milestone_due", "state", "until"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    award_id: Mapped[int] = mapped_column(sa.ForeignKey("award.id"))
    place: Mapped[int]
    name: Mapped[str] = mapped_column(sa.String(120))
    name_en: Mapped[str] = mapped_column(sa.String(200), default="")
    due_on: Mapped[date]
    until: Mapped[date]
    payment: Mapped[int] = mapped_column(default=0)
    report: Mapped[str] = mapped_column(sa.Text, default="")
    result: Mapped[str] = mapped_column(sa.String(8), default="")
    remark: Mapped[str] = mapped_column(sa.Text, default="")
    submitted_at: Mapped[datetime | None]
    submitted_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    state: Mapped[str] = mapped_column(sa.String(12), default="planned")
    version: Mapped[int] = mapped_column(default=1)

    award: Mapped[Award] = relationship(back_populates="milestones")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    @property
    def subject_type(self) -> str:
        return "milestone"

    @property
    def label(self) -> Text:
        """The name in both languages; without an English one the Chinese stands in both."""
        return Text(self.name, self.name_en or self.name)


class Extension(Base):
    """A later day for a milestone: asked for by who was awarded, approved by an official."""

    __tablename__ = "award_extension"
    __table_args__ = (
        sa.CheckConstraint("state IN ('asked','approved','declined','recalled')", name="state"),
        sa.Index("uq_award_extension_asked", "milestone_id", unique=True,
                 sqlite_where=sa.text("state = 'asked'"), postgresql_where=sa.text("state = 'asked'")),
        sa.Index("ix_award_extension_queue", "state", "submitted_at"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    milestone_id: Mapped[int] = mapped_column(sa.ForeignKey("award_milestone.id"))
    # Of the challenge, copied so that an official's queue is one select.
    region: Mapped[str] = mapped_column(sa.String(6), default="")
    organization_id: Mapped[int] = mapped_column(sa.ForeignKey("organization.id"))
    new_day: Mapped[date]
    reason: Mapped[str] = mapped_column(sa.Text)
    submitted_at: Mapped[datetime] = mapped_column(default=clock.now)
    submitted_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    state: Mapped[str] = mapped_column(sa.String(12), default="asked")
    version: Mapped[int] = mapped_column(default=1)

    milestone: Mapped[Milestone] = relationship()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    @property
    def subject_type(self) -> str:
        return "extension"


class Payment(Base):
    """Money that was paid: recorded by the owner of the challenge, confirmed by who received it.

    ``plan``: which payment of the challenge's plan it belongs to, counted from 1. ``amount``: in 万元.
    """

    __tablename__ = "award_payment"
    __table_args__ = (
        sa.CheckConstraint("state IN ('recorded','confirmed','revoked')", name="state"),
        sa.CheckConstraint("amount > 0", name="amount"),
        sa.CheckConstraint("plan >= 1", name="plan"),
        sa.Index("ix_award_payment_award", "award_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    award_id: Mapped[int] = mapped_column(sa.ForeignKey("award.id"))
    plan: Mapped[int]
    amount: Mapped[Decimal] = mapped_column(sa.Numeric(14, 4))
    paid_on: Mapped[date]
    note: Mapped[str] = mapped_column(sa.String(300), default="")
    recorded_at: Mapped[datetime] = mapped_column(default=clock.now)
    recorded_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    state: Mapped[str] = mapped_column(sa.String(12), default="recorded")
    version: Mapped[int] = mapped_column(default=1)

    award: Mapped[Award] = relationship()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    @property
    def subject_type(self) -> str:
        return "payment"


class Acceptance(Base):
    """The acceptance of the whole: applied for with every indicator measured, judged by the owner, then by an official.

    ``indicators``: rows of {name, name_en, required, unit, measured, met}. Experts are drawn for it by the capability
    panels (``accepting.py``). ``departure``: why the official decided without a panel, or otherwise than most of it.
    ``panel``: who sat on it, as officials wrote before panels were drawn; empty since then. ``rework_by``: the last day
    to apply again after it was returned.
    """

    __tablename__ = "award_acceptance"
    __table_args__ = (
        sa.CheckConstraint("state IN ('applied','endorsed','passed','partly','returned')", name="state"),
        sa.CheckConstraint("owner_result IN ('','pass','partly')", name="owner_result"),
        sa.Index("uq_award_acceptance_open", "award_id", unique=True,
                 sqlite_where=sa.text("state IN ('applied','endorsed')"),
                 postgresql_where=sa.text("state IN ('applied','endorsed')")),
        sa.Index("ix_award_acceptance_queue", "state", "submitted_at"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    award_id: Mapped[int] = mapped_column(sa.ForeignKey("award.id"))
    region: Mapped[str] = mapped_column(sa.String(6), default="")
    organization_id: Mapped[int] = mapped_column(sa.ForeignKey("organization.id"))
    indicators: Mapped[list[Any]]
    statement: Mapped[str] = mapped_column(sa.Text)
    applied_at: Mapped[datetime] = mapped_column(default=clock.now)
    applied_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    owner_result: Mapped[str] = mapped_column(sa.String(8), default="")
    owner_opinion: Mapped[str] = mapped_column(sa.Text, default="")
    # When the owner passed it on, and since when it waits for an official.
    submitted_at: Mapped[datetime | None]
    endorsed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    panel: Mapped[str] = mapped_column(sa.Text, default="")
    departure: Mapped[str] = mapped_column(sa.Text, default="")
    opinion: Mapped[str] = mapped_column(sa.Text, default="")
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    rework_by: Mapped[date | None]
    state: Mapped[str] = mapped_column(sa.String(12), default="applied")
    version: Mapped[int] = mapped_column(default=1)

    award: Mapped[Award] = relationship()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    @property
    def subject_type(self) -> str:
        return "acceptance"

    @property
    def number(self) -> str:
        """What it is called on the panel that judges it: its challenge, and which application."""
        return f"{self.award.challenge.number}-V{self.id}"

    @property
    def label(self) -> Text:
        """The same in words, in both languages."""
        title = self.award.challenge.label
        return Text(f"验收：{title.zh}", f"Acceptance: {title.en}")

    @property
    def demo(self) -> bool:
        """Whether it is invented."""
        return self.award.demo


class Opinion(Base):
    """What one expert of an acceptance panel finds; handed in once and for all, and counted as long as his seat is.

    ``findings``: place of an indicator from 0, as text → {"met": "yes" or "no", "note"}. ``vote``: a key of
    ``wording.VOTES``.
    """

    __tablename__ = "award_opinion"
    __table_args__ = (sa.CheckConstraint("vote IN ('','pass','partly','return')", name="vote"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment_id: Mapped[int] = mapped_column(sa.ForeignKey("panel_assignment.id"), unique=True)
    acceptance_id: Mapped[int] = mapped_column(sa.ForeignKey("award_acceptance.id"), index=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id"), index=True)
    findings: Mapped[dict[str, Any]]
    vote: Mapped[str] = mapped_column(sa.String(8), default="")
    reasons: Mapped[str] = mapped_column(sa.Text, default="")
    saved_at: Mapped[datetime] = mapped_column(default=clock.now)
    submitted_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    acceptance: Mapped[Acceptance] = relationship()
    assignment: Mapped[Assignment] = relationship()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    @property
    def subject_type(self) -> str:
        return "opinion"


class Termination(Base):
    """Why an award ended before its work was done, how it was settled, and whether those who tried are exempt.

    ``ground``: a key of ``wording.GROUNDS``. ``exemption`` is the state of 尽职免责: who tried in good faith and kept
    the records answers for nothing.
    """

    __tablename__ = "award_termination"
    __table_args__ = (
        sa.CheckConstraint("ground IN ('A','B','C','D')", name="ground"),
        sa.CheckConstraint("exemption IN ('open','granted','refused')", name="exemption"),
        sa.CheckConstraint("exemption <> 'granted' OR ground <> 'B'", name="exempt"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    award_id: Mapped[int] = mapped_column(sa.ForeignKey("award.id"), unique=True)
    ground: Mapped[str] = mapped_column(sa.String(1))
    settlement: Mapped[str] = mapped_column(sa.Text)
    terminated_at: Mapped[datetime] = mapped_column(default=clock.now)
    terminated_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    exemption: Mapped[str] = mapped_column(sa.String(8), default="open")
    basis: Mapped[str] = mapped_column(sa.Text, default="")
    exempted_at: Mapped[datetime | None]
    exempted_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    version: Mapped[int] = mapped_column(default=1)

    award: Mapped[Award] = relationship()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    @property
    def subject_type(self) -> str:
        return "termination"
