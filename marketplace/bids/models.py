"""Tables of sealed bids: who opens, what was sealed, who takes part, and what happened while nobody may know."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.accounts.models import User
from marketplace.challenges.models import Challenge
from marketplace.core import clock
from marketplace.foundation.db import Base
from marketplace.organizations.models import Organization


class Opening(Base):
    """The key of one challenge and the act of opening. Bids are sealed once ``public`` is there.

    The private half is nowhere until enough openers have given their shares; from then on ``private`` holds it,
    encrypted for this site, because who may read the bids is decided by the policy from opening on.
    """

    __tablename__ = "bid_opening"

    challenge_id: Mapped[int] = mapped_column(sa.ForeignKey("challenge.id"), primary_key=True, autoincrement=False)
    public: Mapped[bytes | None]
    made_at: Mapped[datetime | None]
    private: Mapped[str] = mapped_column(sa.String(300), default="")
    # When two came together: the bids were opened, or there were too few of them and they stay sealed.
    done_at: Mapped[datetime | None]
    counted: Mapped[int | None]

    challenge: Mapped[Challenge] = relationship()
    openers: Mapped[list[Opener]] = relationship(
        primaryjoin=lambda: sa.orm.foreign(Opener.challenge_id) == Opening.challenge_id, viewonly=True,
        order_by=lambda: Opener.id,
    )  # fmt: skip

    @property
    def subject_type(self) -> str:
        return "opening"

    @property
    def id(self) -> int:
        """What history calls it by: a challenge is opened once."""
        return self.challenge_id


class Opener(Base):
    """One of those who open a challenge. ``public`` is the half of his code that the site knows.

    ``share`` is his share of the challenge's private half, sealed to his code. ``given`` is the share itself, encrypted
    for this site, from when he gave it until the opening is done or the time to come together is over.
    """

    __tablename__ = "bid_opener"
    __table_args__ = (sa.UniqueConstraint("challenge_id", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    challenge_id: Mapped[int] = mapped_column(sa.ForeignKey("challenge.id"))
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id"), index=True)
    named_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    named_at: Mapped[datetime] = mapped_column(default=clock.now)
    public: Mapped[bytes | None]
    confirmed_at: Mapped[datetime | None]
    share: Mapped[bytes | None]
    given: Mapped[str] = mapped_column(sa.String(300), default="")
    given_at: Mapped[datetime | None]

    user: Mapped[User] = relationship(foreign_keys=[user_id])


class Bid(Base):
    """One organization's answer to a challenge, alone or leading a consortium.

    ``draft`` is encrypted with the key ``draft_key`` (drafts.py); it is there while somebody writes, beside whatever is
    sealed already. ``sealed`` is the number of the version in force, 0 before the first. ``number`` is random: it tells
    neither how many there are nor which came first.
    """

    __tablename__ = "bid"
    __table_args__ = (
        sa.CheckConstraint(
            "state IN ('draft','sealed','needs_reconfirm','withdrawn','opened','qualified','disqualified')",
            name="state",
        ),
        sa.Index("ix_bid_challenge_state", "challenge_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(sa.String(20), unique=True)
    challenge_id: Mapped[int] = mapped_column(sa.ForeignKey("challenge.id"))
    organization_id: Mapped[int] = mapped_column(sa.ForeignKey("organization.id"), index=True)
    state: Mapped[str] = mapped_column(sa.String(16), default="draft")
    version: Mapped[int] = mapped_column(default=1)
    sealed: Mapped[int] = mapped_column(default=0)
    draft: Mapped[bytes | None]
    draft_key: Mapped[str] = mapped_column(sa.String(32), default="")
    # The half of the bidder's code that the site knows: to it the bidder's own copy is sealed.
    own_public: Mapped[bytes | None]
    # False when the envelope did not open at the opening.
    readable: Mapped[bool] = mapped_column(default=True)
    demo: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(default=clock.now, onupdate=clock.now)

    challenge: Mapped[Challenge] = relationship()
    organization: Mapped[Organization] = relationship()
    versions: Mapped[list[SealedVersion]] = relationship(back_populates="bid", order_by="SealedVersion.number")
    participations: Mapped[list[Participation]] = relationship(back_populates="bid", order_by="Participation.id")
    correction: Mapped[Correction | None] = relationship(back_populates="bid")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    @property
    def subject_type(self) -> str:
        return "bid"


class SealedVersion(Base):
    """What was sealed at one moment. ``receipt`` is the signed receipt; ``digest`` the SHA-256 of the bid file.

    ``envelope`` is for the key of the challenge, ``own`` for the code that the bidder was given; a version that is no
    longer in force keeps neither. ``edition`` is that of the challenge which the bidder had before him.
    """

    __tablename__ = "bid_version"
    __table_args__ = (sa.UniqueConstraint("bid_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    bid_id: Mapped[int] = mapped_column(sa.ForeignKey("bid.id"))
    number: Mapped[int]
    sealed_at: Mapped[datetime]
    sealed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    digest: Mapped[str] = mapped_column(sa.String(64))
    envelope: Mapped[bytes | None]
    own: Mapped[bytes | None]
    edition: Mapped[int]
    receipt: Mapped[dict[str, Any]]

    bid: Mapped[Bid] = relationship(back_populates="versions")


class Participation(Base):
    """An organization's part in a bid. The live ones of a challenge are unique by organization: see the index."""

    __tablename__ = "bid_participation"
    __table_args__ = (
        sa.CheckConstraint("role IN ('lead','partner')", name="role"),
        sa.CheckConstraint("state IN ('asked','live','declined','ended')", name="state"),
        # One live bid per organization and challenge, as lead or partner, whatever the code above it does.
        sa.Index("uq_bid_participation_live", "challenge_id", "organization_id", unique=True,
                 sqlite_where=sa.text("state = 'live'"), postgresql_where=sa.text("state = 'live'")),
        sa.Index("ix_bid_participation_organization", "organization_id", "state"),
        sa.Index("ix_bid_participation_bid", "bid_id"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    bid_id: Mapped[int] = mapped_column(sa.ForeignKey("bid.id"))
    challenge_id: Mapped[int] = mapped_column(sa.ForeignKey("challenge.id"))
    organization_id: Mapped[int] = mapped_column(sa.ForeignKey("organization.id"))
    role: Mapped[str] = mapped_column(sa.String(8))
    state: Mapped[str] = mapped_column(sa.String(8))
    asked_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    asked_at: Mapped[datetime] = mapped_column(default=clock.now)
    # Who consented or declined for the organization, and when: the record of a partner's consent.
    answered_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    answered_at: Mapped[datetime | None]

    bid: Mapped[Bid] = relationship(back_populates="participations")
    organization: Mapped[Organization] = relationship()

    @property
    def subject_type(self) -> str:
        return "participation"


class Correction(Base):
    """The papers that the formality check asked for, and what the bidder gave (补正). The sealed bid stays as it is.

    ``kinds`` of ``content.FILE_KINDS``; ``last_day`` in Beijing. ``papers``: entries of files as in a draft, as JSON
    encrypted for this site, because the keys of the files stand in it.
    """

    __tablename__ = "bid_correction"
    __table_args__ = (
        sa.CheckConstraint("state IN ('asked','given','missed')", name="state"),
        # Once a bid, whatever the code above it does.
        sa.UniqueConstraint("bid_id"),
        sa.Index("ix_bid_correction_due", "state", "last_day"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    bid_id: Mapped[int] = mapped_column(sa.ForeignKey("bid.id"))
    state: Mapped[str] = mapped_column(sa.String(8), default="asked")
    version: Mapped[int] = mapped_column(default=1)
    kinds: Mapped[list[str]] = mapped_column(sa.JSON)
    reason: Mapped[str] = mapped_column(sa.Text)
    asked_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    asked_at: Mapped[datetime] = mapped_column(default=clock.now)
    last_day: Mapped[date]
    papers: Mapped[str] = mapped_column(sa.Text, default="")
    given_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    given_at: Mapped[datetime | None]

    bid: Mapped[Bid] = relationship(back_populates="correction")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    @property
    def subject_type(self) -> str:
        return "correction"


class BidAct(Base):
    """History of a bid while nobody may learn of it; the opening brings it into history (services of opening)."""

    __tablename__ = "bid_act"

    id: Mapped[int] = mapped_column(primary_key=True)
    bid_id: Mapped[int] = mapped_column(sa.ForeignKey("bid.id"), index=True)
    at: Mapped[datetime] = mapped_column(default=clock.now)
    actor_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    organization_id: Mapped[int | None] = mapped_column(sa.ForeignKey("organization.id"))
    action: Mapped[str] = mapped_column(sa.String(48))
    before: Mapped[str] = mapped_column(sa.String(24), default="")
    after: Mapped[str] = mapped_column(sa.String(24), default="")
    reason: Mapped[str] = mapped_column(sa.Text, default="")
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
