"""The decision of an official, on a listing or on an organization."""

from __future__ import annotations

from typing import Any

from wtforms import RadioField, SelectMultipleField, TextAreaField

from marketplace.web.forms import MarketplaceForm, at_most, chosen
from marketplace.web.languages import gettext as _
from marketplace.web.languages import lazy_gettext as _l

# Room for the ticked reasons within what history keeps of a reason.
NOTE_LENGTH = 1800

Reasons = tuple[tuple[str, str, Any], ...]

# Written to history and to the owner in the working language, whatever the reviewer's page reads.
LISTING_REASONS = (
    ("material", "缺少支撑材料", _l("缺少支撑材料")),
    ("differs", "与附件或公开资料不一致", _l("与附件或公开资料不一致")),
    ("unclear", "单位或工况不清", _l("单位或工况不清")),
    ("outside", "不属于本清单或类别不对", _l("不属于本清单或类别不对")),
    ("contact", "公开文字含联系方式或广告", _l("公开文字含联系方式或广告")),
)
ORGANIZATION_REASONS = (
    ("code", "名称与统一社会信用代码不符", _l("名称与统一社会信用代码不符")),
    ("kind", "单位类型或所在地不对", _l("单位类型或所在地不对")),
    ("contact", "联系人无法核实", _l("联系人无法核实")),
)


class DecisionForm(MarketplaceForm):
    """Accept or return. Who returns says why: a ticked reason, or a note, or both."""

    accepting = "approve"
    standard: Reasons = LISTING_REASONS

    decision = RadioField(_l("审核决定"), [chosen(_l("请选择通过或退回"))], validate_choice=True)
    reasons = SelectMultipleField(_l("退回理由"))
    note = TextAreaField(_l("给申请单位的话"), [at_most(NOTE_LENGTH)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.decision.choices = [(self.accepting, _("通过")), ("return", _("退回补正"))]
        self.reasons.choices = [(code, said) for code, _words, said in self.standard]

    def validate_note(self, field: TextAreaField) -> None:
        """A return without a reason helps nobody."""
        if self.decision.data == "return" and not field.data and not self.reasons.data:
            field.errors = [*field.errors, _("退回要写明理由：勾选一条，或写一句话")]

    def words(self) -> str:
        """What the owner will read: the ticked reasons, then the note. An acceptance has the note alone."""
        ticked = [words for code, words, _said in self.standard if code in (self.reasons.data or [])]
        line = "；".join(ticked) if self.decision.data == "return" else ""
        return "\n".join(part for part in (line, self.note.data or "") if part)

    def typed(self) -> list[tuple[str, str]]:
        """What was chosen and written, to be shown again where it could not be carried out."""
        words = {"return": _("退回补正"), self.accepting: _("通过")}
        return [
            (_("审核决定"), words.get(self.decision.data or "", "")),
            (_("给申请单位的话"), self.words() or self.note.data or ""),
        ]


class VerificationForm(DecisionForm):
    """The same for an organization."""

    accepting = "verify"
    standard: Reasons = ORGANIZATION_REASONS
