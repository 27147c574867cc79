"""Tables of enquiries: the talk, what it is about, what was said, who read contact data, and what was agreed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.core import clock
from marketplace.core.text import Text
from marketplace.foundation.db import Base
from marketplace.organizations.models import Organization
from marketplace.products.models import Product
from marketplace.scenarios.models import Scenario

MESSAGE_LIMIT = 5000
NOTE_LIMIT = 500

SUPPLIER, DEMANDER = "supplier", "demander"
SIDES = {SUPPLIER: Text("供方", "Supplier"), DEMANDER: Text("需方", "Demander")}
OTHER = {SUPPLIER: DEMANDER, DEMANDER: SUPPLIER}

# Why an invitation or an answer is declined, and why a talk ends; "other" needs words of its own.
DECLINED = {
    "requirements": Text("不满足硬性要求", "A must-have is not met"),
    "price": Text("价格或预算不合", "Price and budget do not fit"),
    "capacity": Text("暂时排不出人手或产能", "No people or capacity at present"),
    "place": Text("地点超出服务范围", "The place is out of reach"),
    "taken": Text("已选定其他方案", "Another solution was chosen"),
    "other": Text("其他原因", "Another reason"),
}
ENDED = {
    "requirements": Text("现场核对后不满足要求", "The site showed that a requirement is not met"),
    "price": Text("价格或预算没有谈成", "No agreement on the price"),
    "time": Text("时间安排不合", "The dates do not fit"),
    "cancelled": Text("项目取消或推迟", "The project was cancelled or put off"),
    "taken": Text("已选定其他方案", "Another solution was chosen"),
    "other": Text("其他原因", "Another reason"),
}
# Reasons that only one side can have; every other is open to both.
CAUSES_OF_ONE = {"capacity": SUPPLIER, "place": SUPPLIER, "taken": DEMANDER}
OUTCOMES = {
    "pilot": Text("开展场景验证", "A pilot"),
    "purchase": Text("采购", "A purchase"),
}
ENDING = "ended"
# What one side proposes and the other confirms.
PROPOSALS = {**OUTCOMES, ENDING: Text("结束对接", "End the talk")}

LIVE = ("opened", "accepted")
_LIVE = sa.text("state IN ('opened','accepted')")


def causes_open_to(side: str, causes: Mapping[str, Text]) -> dict[str, Text]:
    """Those of DECLINED or ENDED that a side may give."""
    return {key: label for key, label in causes.items() if CAUSES_OF_ONE.get(key, side) == side}


class Enquiry(Base):
    """A talk of one supplier and one demander: about a scenario, or about one product where no scenario is named.

    The database holds at most one live one of the same pair about the same thing. ``answered_at``: when the other
    side accepted or declined. ``cause``: a key of DECLINED or ENDED.
    """

    __tablename__ = "enquiry"
    __table_args__ = (
        sa.CheckConstraint(
            "state IN ('opened','accepted','declined','withdrawn','lapsed','agreed','ended')", name="state"
        ),
        sa.CheckConstraint("opened_side IN ('supplier','demander')", name="opened_side"),
        sa.CheckConstraint("supplier_id <> demander_id", name="two_sides"),
        sa.CheckConstraint("(scenario_id IS NULL) <> (product_id IS NULL)", name="about"),
        sa.Index("uq_enquiry_live_scenario", "supplier_id", "demander_id", "scenario_id", unique=True,
                 sqlite_where=_LIVE, postgresql_where=_LIVE),
        sa.Index("uq_enquiry_live_product", "supplier_id", "demander_id", "product_id", unique=True,
                 sqlite_where=_LIVE, postgresql_where=_LIVE),
        sa.Index("ix_enquiry_supplier", "supplier_id", "state"),
        sa.Index("ix_enquiry_demander", "demander_id", "state"),
        sa.Index("ix_enquiry_waiting", "state", "reminded_at", "opened_at"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(sa.String(20), unique=True)
    supplier_id: Mapped[int] = mapped_column(sa.ForeignKey("organization.id"))
    demander_id: Mapped[int] = mapped_column(sa.ForeignKey("organization.id"))
    scenario_id: Mapped[int | None] = mapped_column(sa.ForeignKey("scenario.id"), index=True)
    product_id: Mapped[int | None] = mapped_column(sa.ForeignKey("product.id"))
    opened_side: Mapped[str] = mapped_column(sa.String(8))
    opened_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"), index=True)
    opened_at: Mapped[datetime] = mapped_column(default=clock.now)
    answered_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
    # The Beijing day on which the two sides met, as one of them has noted it.
    met_on: Mapped[date | None]
    cause: Mapped[str] = mapped_column(sa.String(16), default="")
    state: Mapped[str] = mapped_column(sa.String(12), default="opened")
    version: Mapped[int] = mapped_column(default=1)
    updated_at: Mapped[datetime] = mapped_column(default=clock.now, onupdate=clock.now)

    supplier: Mapped[Organization] = relationship(foreign_keys=[supplier_id])
    demander: Mapped[Organization] = relationship(foreign_keys=[demander_id])
    scenario: Mapped[Scenario | None] = relationship()
    offered: Mapped[list[Product]] = relationship(secondary="enquiry_product", order_by="Product.id", viewonly=True)
    outcomes: Mapped[list[Outcome]] = relationship(back_populates="enquiry", order_by="Outcome.id")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    @property
    def subject_type(self) -> str:
        return "enquiry"

    def organization_of(self, side: str) -> Organization:
        """The organization on a side."""
        return self.supplier if side == SUPPLIER else self.demander

    @property
    def asked_side(self) -> str:
        """The side that answers."""
        return OTHER[self.opened_side]

    @property
    def title(self) -> Text:
        """What it is about: the scenario, else the product."""
        return self.scenario.label if self.scenario is not None else self.offered[0].label

    @property
    def proposal(self) -> Outcome | None:
        """The outcome that waits for an answer."""
        return next((each for each in self.outcomes if each.state == "proposed"), None)


class EnquiryProduct(Base):
    """A product of the supplier that the talk is about."""

    __tablename__ = "enquiry_product"

    enquiry_id: Mapped[int] = mapped_column(sa.ForeignKey("enquiry.id", ondelete="CASCADE"), primary_key=True)
    product_id: Mapped[int] = mapped_column(sa.ForeignKey("product.id"), primary_key=True, index=True)


class EnquiryMessage(Base):
    """What one side said. Never changed: a trigger holds the table to that. Its files are stored files of its own."""

    __tablename__ = "enquiry_message"

    id: Mapped[int] = mapped_column(primary_key=True)
    enquiry_id: Mapped[int] = mapped_column(sa.ForeignKey("enquiry.id"), index=True)
    side: Mapped[str] = mapped_column(sa.String(8))
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"), index=True)
    text: Mapped[str] = mapped_column(sa.Text)
    at: Mapped[datetime] = mapped_column(default=clock.now)

    @property
    def subject_type(self) -> str:
        return "enquiry_message"


class ContactReading(Base):
    """That a person of one side looked at the contact data of the other."""

    __tablename__ = "contact_reading"

    id: Mapped[int] = mapped_column(primary_key=True)
    enquiry_id: Mapped[int] = mapped_column(sa.ForeignKey("enquiry.id"), index=True)
    side: Mapped[str] = mapped_column(sa.String(8))
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"), index=True)
    at: Mapped[datetime] = mapped_column(default=clock.now)


class Outcome(Base):
    """What one side proposes; it counts once the other confirms. At most one waits for that.

    ``amount``: in 万元 (10,000 yuan), of a purchase. ``on_day``: the day of the contract, of the pilot's start, or on
    which the end was proposed. ``cause``: why the talk is to end, a key of ENDED.
    """

    __tablename__ = "enquiry_outcome"
    __table_args__ = (
        sa.CheckConstraint("state IN ('proposed','confirmed','refused','taken_back')", name="state"),
        sa.CheckConstraint("kind IN ('pilot','purchase','ended')", name="kind"),
        sa.CheckConstraint("(kind = 'ended') = (cause <> '')", name="cause"),
        sa.CheckConstraint("kind <> 'purchase' OR amount IS NOT NULL", name="amount"),
        sa.Index("uq_enquiry_outcome_open", "enquiry_id", unique=True,
                 sqlite_where=sa.text("state = 'proposed'"), postgresql_where=sa.text("state = 'proposed'")),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    enquiry_id: Mapped[int] = mapped_column(sa.ForeignKey("enquiry.id"), index=True)
    kind: Mapped[str] = mapped_column(sa.String(8))
    amount: Mapped[Decimal | None] = mapped_column(sa.Numeric(14, 4))
    on_day: Mapped[date]
    cause: Mapped[str] = mapped_column(sa.String(16), default="")
    note: Mapped[str] = mapped_column(sa.String(NOTE_LIMIT), default="")
    side: Mapped[str] = mapped_column(sa.String(8))
    proposed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"), index=True)
    proposed_at: Mapped[datetime] = mapped_column(default=clock.now)
    state: Mapped[str] = mapped_column(sa.String(12), default="proposed")
    version: Mapped[int] = mapped_column(default=1)

    enquiry: Mapped[Enquiry] = relationship(back_populates="outcomes")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    @property
    def subject_type(self) -> str:
        return "outcome"
