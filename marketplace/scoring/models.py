"""Tables of scoring: random codes, score sheets, what the chair changed, votes on ties, rankings."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.bids.models import Bid
from marketplace.challenges.models import Challenge
from marketplace.core import clock
from marketplace.foundation.db import Base
from marketplace.panels.models import Assignment


class BidCode(Base):
    """What the experts call a bid: a letter given at random when scoring begins, which tells neither who nor when."""

    __tablename__ = "bid_code"
    __table_args__ = (sa.UniqueConstraint("challenge_id", "code"),)

    bid_id: Mapped[int] = mapped_column(sa.ForeignKey("bid.id"), primary_key=True, autoincrement=False)
    challenge_id: Mapped[int] = mapped_column(sa.ForeignKey("challenge.id"))
    code: Mapped[str] = mapped_column(sa.String(4))

    bid: Mapped[Bid] = relationship()


class Sheet(Base):
    """What one expert says of one bid. ``marks``: key of a criterion → mark and note, as ``marks.py`` describes it.

    Points are decimals as text. A sheet that was locked is never written again; scoring once more unlocks it, and
    history keeps what it said. One whose expert was voided is void and counts for nothing.
    """

    __tablename__ = "score_sheet"
    __table_args__ = (
        sa.CheckConstraint("state IN ('draft','locked','void')", name="state"),
        sa.UniqueConstraint("bid_id", "assignment_id"),
        sa.Index("ix_score_sheet_assignment", "assignment_id", "state"),
        sa.Index("ix_score_sheet_challenge", "challenge_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    challenge_id: Mapped[int] = mapped_column(sa.ForeignKey("challenge.id"))
    bid_id: Mapped[int] = mapped_column(sa.ForeignKey("bid.id"))
    assignment_id: Mapped[int] = mapped_column(sa.ForeignKey("panel_assignment.id"))
    marks: Mapped[dict[str, Any]] = mapped_column(default=dict)
    state: Mapped[str] = mapped_column(sa.String(8), default="draft")
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    saved_at: Mapped[datetime] = mapped_column(default=clock.now)
    locked_at: Mapped[datetime | None]

    bid: Mapped[Bid] = relationship()
    challenge: Mapped[Challenge] = relationship()
    assignment: Mapped[Assignment] = relationship()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    @property
    def subject_type(self) -> str:
        return "sheet"


class Change(Base):
    """A mark of the whole panel that the chair changed in consensus, and why. Rows stay; the last one counts."""

    __tablename__ = "score_change"
    __table_args__ = (sa.Index("ix_score_change_challenge", "challenge_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    challenge_id: Mapped[int] = mapped_column(sa.ForeignKey("challenge.id"))
    bid_id: Mapped[int] = mapped_column(sa.ForeignKey("bid.id"))
    criterion: Mapped[str] = mapped_column(sa.String(24))
    mark: Mapped[str] = mapped_column(sa.String(16))
    reason: Mapped[str] = mapped_column(sa.Text)
    assignment_id: Mapped[int] = mapped_column(sa.ForeignKey("panel_assignment.id"))
    changed_at: Mapped[datetime] = mapped_column(default=clock.now)
    # Scoring was begun once more after it: it counts for that round alone.
    dropped_at: Mapped[datetime | None]

    @property
    def subject_type(self) -> str:
        return "score_change"


class TieVote(Base):
    """A member's recorded vote among bids with equal totals, where the challenge lets the panel decide.

    ``among``: the codes of the tied bids, sorted and joined with "-"; a vote counts while just these are tied.
    """

    __tablename__ = "score_tie_vote"
    __table_args__ = (sa.UniqueConstraint("challenge_id", "among", "assignment_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    challenge_id: Mapped[int] = mapped_column(sa.ForeignKey("challenge.id"))
    among: Mapped[str] = mapped_column(sa.String(200))
    assignment_id: Mapped[int] = mapped_column(sa.ForeignKey("panel_assignment.id"))
    bid_id: Mapped[int] = mapped_column(sa.ForeignKey("bid.id"))
    voted_at: Mapped[datetime] = mapped_column(default=clock.now)

    @property
    def subject_type(self) -> str:
        return "tie_vote"


class TieDraw(Base):
    """Equal ranks of a ranking told apart by lot (``lots.py``). ``bids``: the numbers that are drawn among, sorted.

    ``secret``: the half of the seed that the site drew, shown to nobody before the draw; ``commitment`` is published
    before it. ``words``: the half that the second official gave. ``outcome``: the numbers in the order drawn.
    """

    __tablename__ = "score_tie_draw"
    __table_args__ = (
        sa.CheckConstraint("state IN ('prepared','drawn')", name="state"),
        # No order is drawn again until somebody likes it.
        sa.UniqueConstraint("ranking_id", "rank"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    challenge_id: Mapped[int] = mapped_column(sa.ForeignKey("challenge.id"), index=True)
    ranking_id: Mapped[int] = mapped_column(sa.ForeignKey("ranking.id"))
    rank: Mapped[int]
    bids: Mapped[list[Any]]
    secret: Mapped[str] = mapped_column(sa.String(32))
    commitment: Mapped[str] = mapped_column(sa.String(64))
    words: Mapped[str] = mapped_column(sa.String(40), default="")
    outcome: Mapped[list[Any]]
    prepared_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    prepared_at: Mapped[datetime] = mapped_column(default=clock.now)
    drawn_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    drawn_at: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(sa.String(8), default="prepared")
    version: Mapped[int] = mapped_column(default=1)

    challenge: Mapped[Challenge] = relationship()
    ranking: Mapped[Ranking] = relationship()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    @property
    def subject_type(self) -> str:
        return "tie_draw"


class Ranking(Base):
    """The order that the chair signed. ``text`` is the report as canonical JSON, ``digest`` its SHA-256.

    ``rows``: what lists need of it (``ranking.py``). At most one of a challenge is not annulled.
    """

    __tablename__ = "ranking"
    __table_args__ = (
        sa.UniqueConstraint("challenge_id", "number"),
        sa.Index("uq_ranking_valid", "challenge_id", unique=True,
                 sqlite_where=sa.text("annulled_at IS NULL"), postgresql_where=sa.text("annulled_at IS NULL")),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    challenge_id: Mapped[int] = mapped_column(sa.ForeignKey("challenge.id"))
    number: Mapped[int]
    rows: Mapped[list[Any]]
    text: Mapped[str] = mapped_column(sa.Text)
    digest: Mapped[str] = mapped_column(sa.String(64))
    signed_by: Mapped[int] = mapped_column(sa.ForeignKey("panel_assignment.id"))
    signed_at: Mapped[datetime] = mapped_column(default=clock.now)
    annulled_at: Mapped[datetime | None]

    challenge: Mapped[Challenge] = relationship()

    @property
    def subject_type(self) -> str:
        return "ranking"
