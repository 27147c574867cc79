"""The answers to one need side by side: each product against the must-haves, with evidence and price."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from marketplace.core.text import Text, enumerated
from marketplace.enquiries.figures import ANSWERED, OVER
from marketplace.enquiries.lifecycle import ENQUIRY
from marketplace.enquiries.models import SUPPLIER, Enquiry
from marketplace.enquiries.queries import whole
from marketplace.foundation.db import db
from marketplace.listings.wording import both
from marketplace.products.content import EVIDENCE, EVIDENCE_LEVEL, WAYS
from marketplace.products.models import Product
from marketplace.products.sheet import best_evidence
from marketplace.scenarios.fitting import Cell, cells, heads, verdict
from marketplace.scenarios.models import Scenario

MOST = 100


@dataclass(frozen=True, slots=True)
class Answer:
    """One product of one talk about the need."""

    enquiry: Enquiry
    product: Product
    cells: Sequence[Cell]

    @property
    def kind(self) -> str:
        """The verdict on all must-haves together: yes, no, unknown."""
        return verdict(self.cells)

    @property
    def state(self) -> Text:
        """Where the talk stands."""
        return ENQUIRY.mark(self.enquiry.state).label

    @property
    def turn(self) -> Text | None:
        """Who must act, where somebody must; it is the demander who reads."""
        proposal = self.enquiry.proposal
        if self.enquiry.state == "opened":
            return Text("等本单位答复", "Your organization is to answer")
        if proposal is None:
            return None
        if proposal.side == SUPPLIER:
            return Text("等本单位确认结果", "Your organization is to confirm the outcome")
        return Text("等供方确认结果", "The vendor is to confirm the outcome")

    @property
    def open_questions(self) -> int:
        """How many must-haves the product leaves unknown."""
        return sum(each.kind == "unknown" for each in self.cells)

    @property
    def evidence(self) -> str:
        """What its answer rests on, a key of EVIDENCE; "" where it rests on nothing.

        The weakest proof among the claims that meet the must-haves; without must-haves the best of all claims.
        """
        if not self.cells:
            return best_evidence(self.product.content.get("specs") or {})
        met = [each.evidence for each in self.cells if each.kind == "yes"]
        return min(met, key=EVIDENCE_LEVEL.__getitem__, default="")

    @property
    def price(self) -> Text:
        """What it says of its price."""
        return both(self.product.content, "price_note")

    @property
    def ways(self) -> Text:
        """How it can be had."""
        return enumerated([WAYS[each] for each in self.product.content.get("ways") or []])


def answers_to(scenario: Scenario) -> list[Answer]:
    """Every answer: what meets all first, then what leaves questions; what is over comes last."""
    select = whole(sa.select(Enquiry).where(Enquiry.scenario_id == scenario.id, ANSWERED))
    requirements = scenario.content.get("requirements") or []
    found = [
        Answer(enquiry, product, cells(requirements, product.content.get("specs") or {}))
        for enquiry in db.session.scalars(select.order_by(Enquiry.id).limit(MOST))
        for product in enquiry.offered
    ]
    order = {"yes": 0, "unknown": 1, "no": 2}
    return sorted(found, key=lambda each: (each.enquiry.state in OVER, order[each.kind], each.open_questions))


def table_of(scenario: Scenario, found: Sequence[Answer], language: str) -> tuple[list[str], list[list[str]]]:
    """The same as a file: column names, and a row for each answer."""
    columns = [Text("对接", "Talk"), Text("供方", "Vendor"), Text("产品编号", "Number"), Text("产品", "Product")]
    columns += [Text(f"{name.zh} {wanted.zh}", f"{name.en} {wanted.en}") for name, wanted in _heads(scenario)]
    columns += [evidence_head(scenario), Text("价格说明", "Price"), Text("获取方式", "Ways to buy"),
                Text("交付周期", "Delivery"), Text("状态", "State")]  # fmt: skip
    return [each.say(language) for each in columns], [_row(each, language) for each in found]


def evidence_head(scenario: Scenario) -> Text:
    """What the evidence of an answer is called beside it."""
    if scenario.content.get("requirements"):
        return Text("满足项中最弱的依据", "Weakest evidence for what is met")
    return Text("最好的依据", "Best evidence")


def _row(each: Answer, language: str) -> list[str]:
    evidence = EVIDENCE[each.evidence].say(language) if each.evidence else ""
    return [
        each.enquiry.number, each.enquiry.supplier.label.say(language), each.product.number,
        each.product.label.say(language), *(cell.words.say(language) for cell in each.cells), evidence,
        each.price.say(language), each.ways.say(language), each.product.content.get("delivery") or "",
        each.state.say(language),
    ]  # fmt: skip


def items_of(found: Sequence[Answer]) -> list[dict[str, Any]]:
    """The same for programs."""
    return [
        {
            "talk": each.enquiry.number, "state": each.state.zh, "state_en": each.state.en,
            "vendor": each.enquiry.supplier.label.zh, "product": each.product.number, "title": each.product.label.zh,
            "title_en": each.product.label.en, "fits": each.kind, "evidence": each.evidence or None,
            "requirements": [
                {"name": cell.name.zh, "wanted": cell.wanted.zh, "said": cell.said.zh, "fits": cell.kind}
                for cell in each.cells
            ],
            "price": each.price.zh or None, "ways": each.product.content.get("ways") or [],
            "delivery": each.product.content.get("delivery") or None,
        }
        for each in found
    ]  # fmt: skip


def _heads(scenario: Scenario) -> Sequence[tuple[Text, Text]]:
    return heads(scenario.content.get("requirements") or [])
