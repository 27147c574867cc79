"""The terms of a challenge: their fields, what is still missing, and the text that is frozen."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from marketplace.challenges.models import Challenge
from marketplace.core import clock
from marketplace.core.errors import FieldError
from marketplace.core.text import Text

Content = dict[str, Any]

# ``indicators``: rows of name, name_en, unit, comparator, threshold, present, method, method_en.
# ``payments``: rows of name, name_en, share (percent). ``criteria``: rows of key, name, name_en, hint, hint_en,
# kind ("points", or "gate": passed or not, without weight), weight, least (points of the 100; ``least`` may be empty).
# ``corrections``: papers may be corrected once in the formality check.
# ``contract``, and each of ``files``: file (key of a StoredFile), name, size in bytes, sha256.
# Figures are decimals as text.
BLANK: Content = {
    "task": "", "task_en": "", "indicators": [], "funds_kind": "amount", "funds": "", "funds_note": "",
    "funds_note_en": "", "payments": [], "months": "", "kinds": [], "regions": [], "categories": [],
    "credit": True, "owner_barred": True, "conditions": "", "conditions_en": "", "criteria": [], "pass_mark": "60",
    "tie_rule": "criteria", "corrections": True, "contract": None, "files": [],
}  # fmt: skip

COMPARATORS = {
    "<=": Text("≤", "≤"),
    ">=": Text("≥", "≥"),
    "=": Text("=", "="),
    "is": Text("符合", "meets"),
}
CRITERION_KINDS = {
    "points": Text("打分", "Points"),
    "gate": Text("只看是否通过", "Pass or fail"),
}
MODES = {
    "single": Text("单一揭榜", "Single winner"),
    "race": Text("赛马", "Several side by side"),
}
FUNDS = {
    "amount": Text("不超过", "Up to"),
    "talks": Text("面议", "To be agreed"),
}
TIE_RULES = {
    "criteria": Text(
        "总分相同的，按评审项从上到下逐项比较得分，先高者在前",
        "Equal totals are ordered by the criteria from the first on: whoever scores higher comes first",
    ),
    "price": Text("总分相同的，报价低者在前", "Equal totals are ordered by price, the lower first"),
    "vote": Text("总分相同的，由评审组记名表决", "Equal totals are decided by a recorded vote of the panel"),
}

# What a material addendum may change. Criteria, funds and eligibility stay: who bids has relied on them.
ADDENDUM_KEYS = ("task", "task_en", "indicators", "months")

HUNDRED = Decimal(100)


def funds_published(content: Mapping[str, Any]) -> Decimal | None:
    """The most that a challenge offers, in 万元; None when that is to be agreed."""
    return decimal(content.get("funds")) if content.get("funds_kind") == "amount" else None


def decimal(text: object) -> Decimal | None:
    """The figure, or None where none is written."""
    try:
        return Decimal(str(text)) if text not in ("", None) else None
    except InvalidOperation:
        return None


def blocking(challenge: Challenge) -> list[FieldError]:
    """What must be mended before an official can judge it, in the order of the form."""
    content = {**BLANK, **challenge.content}
    return [*_said(challenge, content), *_indicators(content), *_payments(content), *_criteria(content)]


def _said(challenge: Challenge, content: Content) -> Iterator[FieldError]:
    needed = {
        "title": (challenge.title, Text("没有写榜单名称", "The title is missing")),
        "domain": (challenge.domain, Text("没有选所属领域", "The domain is missing")),
        "task": (content["task"], Text("没有写任务", "The task is missing")),
        "months": (content["months"], Text("没有写完成期限", "The time to finish is missing")),
        "contract": (content["contract"], Text("没有上传合同范本", "The contract template is missing")),
    }
    for field, (given, message) in needed.items():
        if not given:
            yield FieldError(field, message)
    if content["funds_kind"] == "amount" and not content["funds"]:
        yield FieldError(
            "funds", Text("没有写资金上限；没有定的选“面议”", "Give the maximum, or choose “to be agreed”")
        )
    if challenge.mode == "race" and challenge.most_winners < 2:
        yield FieldError("most_winners", Text("赛马至少 2 家", "Side by side means at least two"))
    if challenge.mode == "race" and challenge.min_bids < 2:
        yield FieldError("min_bids", Text("赛马至少要有 2 件申报", "Side by side needs at least two bids"))


def _indicators(content: Content) -> Iterator[FieldError]:
    rows = content["indicators"]
    if not any(decimal(row["threshold"]) is not None and row["unit"] for row in rows):
        message = Text("至少要有 1 项带单位的量化指标", "At least one indicator needs a figure with its unit")
        yield FieldError("indicators", message)
    for number, row in enumerate(rows, 1):
        if not (row["name"] and row["threshold"] and row["method"]):
            message = Text(
                "第 %(number)d 项指标要写名称、要求和检验方法",
                "Indicator %(number)d: name, requirement and test method",
            )
            yield FieldError("indicators", message % {"number": number})


def _payments(content: Content) -> Iterator[FieldError]:
    shares = [decimal(row["share"]) for row in content["payments"]]
    if not shares or None in shares or sum(filter(None, shares)) != HUNDRED:
        yield FieldError("payments", Text("付款计划各期合计要等于 100%", "Shares of the payments must add up to 100%"))


def _criteria(content: Content) -> Iterator[FieldError]:
    rows = content["criteria"]
    weights = [decimal(row["weight"]) for row in rows if not is_gate(row)]
    if len(weights) < 2 or None in weights or sum(filter(None, weights)) != HUNDRED:
        message = Text(
            "打分的评审项至少 2 项，权重合计要等于 100", "At least two criteria in points, with weights that sum to 100"
        )
        yield FieldError("criteria", message)
    for number, row in enumerate(rows, 1):
        if is_gate(row) and (row["weight"] or row["least"]):
            message = Text(
                "第 %(number)d 项只看是否通过，不写权重和最低分",
                "Criterion %(number)d is pass or fail: no weight, no minimum",
            )
            yield FieldError("criteria", message % {"number": number})
        elif (decimal(row["least"]) or 0) > (decimal(row["weight"]) or 0):
            message = Text(
                "第 %(number)d 项的最低分超过了满分", "Criterion %(number)d asks for more points than there are"
            )
            yield FieldError("criteria", message % {"number": number})


def is_gate(row: Mapping[str, Any]) -> bool:
    """Whether a criterion is passed or not, instead of scored."""
    return row.get("kind") == "gate"


# ---- what is frozen ----


def frozen_text(challenge: Challenge) -> str:
    """The terms as canonical JSON: sorted keys, no spaces, UTF-8. Its SHA-256 is the edition's digest."""
    terms = {
        "number": challenge.number,
        "edition": challenge.edition,
        "organization": {"name": challenge.organization.name, "credit_code": challenge.organization.credit_code},
        "scenario": challenge.scenario.number if challenge.scenario else None,
        "title": challenge.title,
        "title_en": challenge.title_en,
        "domain": challenge.domain,
        "mode": challenge.mode,
        "most_winners": challenge.most_winners,
        "blind": challenge.blind,
        "min_bids": challenge.min_bids,
        "most_partners": challenge.most_partners,
        "openers": [challenge.openers_needed, challenge.openers],
        "timetable": {key: in_beijing(getattr(challenge, key)) for key in _FROZEN_INSTANTS},
        "terms": challenge.content,
    }
    return json.dumps(terms, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


_FROZEN_INSTANTS = ("published_at", "questions_until", "answers_until", "deadline", "opening_at")


def in_beijing(moment: Any) -> str | None:
    """An instant as "2026-10-30T17:00:00+08:00"."""
    return clock.beijing(moment).isoformat(timespec="seconds") if moment is not None else None


def digest_of(text: str) -> str:
    """SHA-256 of the UTF-8 bytes, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def from_scenario(content: Mapping[str, Any]) -> Content:
    """The terms that a published need already says; its owner writes the rest."""
    comparators = {"up": ">=", "down": "<=", "keep": "="}
    return {
        "task": content.get("task") or "",
        "task_en": content.get("task_en") or "",
        "indicators": [
            {
                "name": row["name"], "name_en": row.get("name_en", ""), "unit": row["unit"],
                "comparator": comparators.get(row["direction"], ">="), "threshold": row["target"],
                "present": row["baseline"], "method": row["method"], "method_en": row.get("method_en", ""),
            }
            for row in content.get("targets") or []
        ],
        "funds": content.get("budget_to") or "",
    }  # fmt: skip
