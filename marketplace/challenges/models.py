"""Tables of challenges: the challenge, the frozen texts of its terms, addenda, questions, answers, and who watches."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from marketplace.core import clock
from marketplace.core.text import Text
from marketplace.foundation.db import Base
from marketplace.notices.models import Notice

if TYPE_CHECKING:
    from marketplace.organizations.models import Organization
    from marketplace.scenarios.models import Scenario

STATES = (
    "draft", "in_review", "returned", "approved", "published", "closed", "opened", "scoring", "consensus", "ranked",
    "notice", "confirmed", "executing", "accepted", "partly_accepted", "terminated", "withdrawn", "failed",
    "no_suitable",
)  # fmt: skip
_STATES = ",".join(f"'{state}'" for state in STATES)


class Challenge(Base):
    """A need posted for bids.

    ``content`` holds its terms as ``content.py`` describes them; the columns below are what lists and guards ask.
    From publication on the terms are those of ``edition``, whose text and hash stand in ``ChallengeEdition``; only an
    addendum makes another edition. Instants are aware and in UTC; they are typed and shown on a Beijing clock.
    """

    __tablename__ = "challenge"
    __table_args__ = (
        sa.CheckConstraint(f"state IN ({_STATES})", name="state"),
        sa.CheckConstraint("mode IN ('single','race')", name="mode"),
        sa.CheckConstraint("most_winners >= 1", name="most_winners"),
        sa.CheckConstraint("min_bids >= 1", name="min_bids"),
        sa.CheckConstraint("most_partners >= 0", name="most_partners"),
        sa.CheckConstraint("openers_needed >= 2 AND openers_needed <= openers", name="openers"),
        sa.Index("ix_challenge_state_published", "state", "published_at"),
        sa.Index("ix_challenge_state_deadline", "state", "deadline"),
        sa.Index("ix_challenge_queue", "state", "submitted_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(sa.String(20), unique=True)
    organization_id: Mapped[int] = mapped_column(sa.ForeignKey("organization.id"), index=True)
    # Region of the owner: which officials are in charge.
    region: Mapped[str] = mapped_column(sa.String(6), default="")
    # The published need it comes from, if any.
    scenario_id: Mapped[int | None] = mapped_column(sa.ForeignKey("scenario.id"), index=True)
    title: Mapped[str] = mapped_column(sa.String(200), default="")
    title_en: Mapped[str] = mapped_column(sa.String(300), default="")
    domain: Mapped[str] = mapped_column(sa.String(40), default="")
    content: Mapped[dict[str, Any]] = mapped_column(default=dict)
    # One winner, or several who run side by side (赛马) up to ``most_winners``.
    mode: Mapped[str] = mapped_column(sa.String(8), default="single")
    most_winners: Mapped[int] = mapped_column(default=1)
    # Experts do not learn who bids.
    blind: Mapped[bool] = mapped_column(default=True)
    # Fewer bids than this, and the challenge fails.
    min_bids: Mapped[int] = mapped_column(default=1)
    # Partners beside the lead of a consortium.
    most_partners: Mapped[int] = mapped_column(default=4)
    # How many of the openers must come together.
    openers_needed: Mapped[int] = mapped_column(default=2)
    openers: Mapped[int] = mapped_column(default=3)
    # When it is to be published; empty: as soon as it is approved.
    publish_at: Mapped[datetime | None]
    questions_until: Mapped[datetime | None]
    answers_until: Mapped[datetime | None]
    # The first instant at which no bid is taken any more.
    deadline: Mapped[datetime | None]
    # Not before this instant are bids opened.
    opening_at: Mapped[datetime | None]
    edition: Mapped[int] = mapped_column(default=0)
    digest: Mapped[str] = mapped_column(sa.String(64), default="")
    state: Mapped[str] = mapped_column(sa.String(16), default="draft")
    version: Mapped[int] = mapped_column(default=1)
    demo: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    created_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    updated_at: Mapped[datetime] = mapped_column(default=clock.now, onupdate=clock.now)
    submitted_at: Mapped[datetime | None]
    submitted_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    published_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    # What the reviewer wrote when he returned it, or why it ended early.
    remark: Mapped[str] = mapped_column(sa.Text, default="")

    # What it is shown as: its state, or "notice_over" between the last day of its newest notice and the award.
    shown_state: Mapped[str] = column_property(
        sa.case(
            (
                (state == "notice")
                & (
                    sa.select(Notice.state)
                    .where(Notice.about_type == "challenge", Notice.about_id == id)
                    .order_by(Notice.id.desc())
                    .limit(1)
                    .scalar_subquery()
                    == "closed"
                ),
                "notice_over",
            ),
            else_=state,
        )
    )

    organization: Mapped[Organization] = relationship("Organization")
    scenario: Mapped[Scenario | None] = relationship("Scenario")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    @property
    def subject_type(self) -> str:
        return "challenge"

    @property
    def label(self) -> Text:
        """The title in both languages; without an English one the Chinese stands in both."""
        return Text(self.title, self.title_en or self.title)


class ChallengeEdition(Base):
    """The terms as they were frozen: ``text`` is canonical JSON, ``digest`` the SHA-256 of its UTF-8 bytes.

    Never changed and never taken away: a bid names the edition it answers.
    """

    __tablename__ = "challenge_edition"

    challenge_id: Mapped[int] = mapped_column(sa.ForeignKey("challenge.id"), primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    text: Mapped[str] = mapped_column(sa.Text)
    digest: Mapped[str] = mapped_column(sa.String(64))
    frozen_at: Mapped[datetime]


class Addendum(Base):
    """A change after publication. A material one changes terms, extends the time and asks bidders to reconfirm.

    ``changes``: new values of what it changes (``content.ADDENDUM_KEYS``); ``difference``: each change in words, as
    it was published. The instants are those that hold from now on, empty where they stay. ``number`` counts what was
    issued for one challenge, ``edition`` is the one it made.
    """

    __tablename__ = "challenge_addendum"
    __table_args__ = (
        sa.CheckConstraint("state IN ('proposed','issued','declined','recalled')", name="state"),
        sa.UniqueConstraint("challenge_id", "number"),
        sa.Index("uq_challenge_addendum_proposed", "challenge_id", unique=True,
                 sqlite_where=sa.text("state = 'proposed'"), postgresql_where=sa.text("state = 'proposed'")),
        sa.Index("ix_challenge_addendum_queue", "state", "submitted_at"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    challenge_id: Mapped[int] = mapped_column(sa.ForeignKey("challenge.id"))
    number: Mapped[int | None]
    organization_id: Mapped[int] = mapped_column(sa.ForeignKey("organization.id"))
    region: Mapped[str] = mapped_column(sa.String(6), default="")
    material: Mapped[bool] = mapped_column(default=False)
    text: Mapped[str] = mapped_column(sa.Text)
    text_en: Mapped[str] = mapped_column(sa.Text, default="")
    changes: Mapped[dict[str, Any]] = mapped_column(default=dict)
    difference: Mapped[list[Any]] = mapped_column(default=list)
    questions_until: Mapped[datetime | None]
    answers_until: Mapped[datetime | None]
    deadline: Mapped[datetime | None]
    opening_at: Mapped[datetime | None]
    # The deadline it moved, for the page.
    old_deadline: Mapped[datetime | None]
    edition: Mapped[int | None]
    state: Mapped[str] = mapped_column(sa.String(12), default="proposed")
    version: Mapped[int] = mapped_column(default=1)
    submitted_at: Mapped[datetime] = mapped_column(default=clock.now)
    submitted_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    issued_at: Mapped[datetime | None]

    challenge: Mapped[Challenge] = relationship("Challenge")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    @property
    def subject_type(self) -> str:
        return "addendum"


class Answer(Base):
    """A question in the words of the owner and its answer, published once for all."""

    __tablename__ = "challenge_answer"
    __table_args__ = (sa.UniqueConstraint("challenge_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    challenge_id: Mapped[int] = mapped_column(sa.ForeignKey("challenge.id"))
    number: Mapped[int]
    question: Mapped[str] = mapped_column(sa.Text)
    question_en: Mapped[str] = mapped_column(sa.Text, default="")
    answer: Mapped[str] = mapped_column(sa.Text)
    answer_en: Mapped[str] = mapped_column(sa.Text, default="")
    answered_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    published_at: Mapped[datetime] = mapped_column(default=clock.now)

    challenge: Mapped[Challenge] = relationship("Challenge")

    @property
    def subject_type(self) -> str:
        return "answer"


class Question(Base):
    """What somebody asked. Who asked is for the asker alone: history, pages, mails and counts never tell.

    Several questions may be answered by one ``Answer`` (merged). ``late``: asked after the window; it is shown to the
    owner apart and holds nothing up. ``seal`` is the random part of the commitment that history keeps of the asker,
    so that an asker can be proven when an objection needs it.
    """

    __tablename__ = "challenge_question"
    __table_args__ = (
        sa.CheckConstraint("state IN ('asked','answered','declined')", name="state"),
        sa.Index("ix_challenge_question_state", "challenge_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    challenge_id: Mapped[int] = mapped_column(sa.ForeignKey("challenge.id"))
    organization_id: Mapped[int] = mapped_column(sa.ForeignKey("organization.id"))
    asked_by: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id"), index=True)
    body: Mapped[str] = mapped_column(sa.Text)
    section: Mapped[str] = mapped_column(sa.String(16), default="")
    late: Mapped[bool] = mapped_column(default=False)
    seal: Mapped[str] = mapped_column(sa.String(64))
    asked_at: Mapped[datetime] = mapped_column(default=clock.now)
    answer_id: Mapped[int | None] = mapped_column(sa.ForeignKey("challenge_answer.id"), index=True)
    # Why the owner did not answer, for the asker.
    remark: Mapped[str] = mapped_column(sa.Text, default="")
    state: Mapped[str] = mapped_column(sa.String(12), default="asked")
    version: Mapped[int] = mapped_column(default=1)

    challenge: Mapped[Challenge] = relationship("Challenge")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    @property
    def subject_type(self) -> str:
        return "question"


class Watch(Base):
    """Somebody who wants to hear of a challenge: one digest of what was published since ``told_until``."""

    __tablename__ = "challenge_watch"

    challenge_id: Mapped[int] = mapped_column(sa.ForeignKey("challenge.id"), primary_key=True, autoincrement=False)
    user_id: Mapped[int] = mapped_column(
        sa.ForeignKey("user_account.id"), primary_key=True, autoincrement=False, index=True
    )
    since: Mapped[datetime] = mapped_column(default=clock.now)
    told_until: Mapped[datetime] = mapped_column(default=clock.now)
