"""The decision of an official, on a listing or on an organization."""

from __future__ import annotations

from typing import Any

from wtforms import RadioField, SelectMultipleField, TextAreaField

from marketplace.core.reasons import EXPERT_REASONS, LISTING_REASONS, ORGANIZATION_REASONS, Reasons
from marketplace.web.forms import MarketplaceForm, at_most, chosen
from marketplace.web.languages import current_language
from marketplace.web.languages import gettext as _
from marketplace.web.languages import lazy_gettext as _l

# Room for the ticked reasons within what history keeps of a reason.
NOTE_LENGTH = 1800


class DecisionForm(MarketplaceForm):
    """Accept or return. Who returns says why: a ticked reason, or a note, or both."""

    accepting = "approve"
    standard: Reasons = LISTING_REASONS

    decision = RadioField(_l("审核决定"), [chosen(_l("请选择通过或退回"))], validate_choice=True)
    reasons = SelectMultipleField(_l("理由"))
    note = TextAreaField(_l("给申请方的话"), [at_most(NOTE_LENGTH)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.decision.choices = [(self.accepting, _("通过")), ("return", _("退回补正"))]
        self.reasons.choices = [(code, text.say(current_language())) for code, text in self.standard]

    def validate_note(self, field: TextAreaField) -> None:
        """A return without a reason helps nobody."""
        if self.decision.data == "return" and not field.data and not self.reasons.data:
            field.errors = [*field.errors, _("退回要写明理由：勾选一条，或写一句话")]

    def words(self) -> str:
        """What the owner will read: a line for each ticked reason, then the note. An acceptance has the note alone."""
        ticked = self.reasons.data or [] if self.decision.data == "return" else []
        lines = [text.zh for code, text in self.standard if code in ticked]
        return "\n".join([*lines, *filter(None, [self.note.data])])

    def typed(self) -> list[tuple[str, str]]:
        """What was chosen and written, to be shown again where it could not be carried out."""
        words = {"return": _("退回补正"), self.accepting: _("通过")}
        return [
            (_("审核决定"), words.get(self.decision.data or "", "")),
            (_("给申请方的话"), self.words() or self.note.data or ""),
        ]


class VerificationForm(DecisionForm):
    """The same for an organization."""

    accepting = "verify"
    standard: Reasons = ORGANIZATION_REASONS


class ExpertForm(DecisionForm):
    """The same for an expert; what is refused of one approved already suspends him, because it counts already."""

    standard: Reasons = EXPERT_REASONS

    def __init__(self, *args: Any, waits_for: str = "in_review", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if waits_for == "approved":
            self.decision.choices = [(self.accepting, _("确认")), ("return", _("暂停"))]
