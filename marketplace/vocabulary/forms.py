"""The form of a group of synonyms."""

from __future__ import annotations

from wtforms import StringField, TextAreaField

from marketplace.foundation.lifecycle import REASON_LIMIT
from marketplace.web.forms import MarketplaceForm, at_most, required
from marketplace.web.languages import lazy_gettext as _l


class GroupForm(MarketplaceForm):
    """A group: its words, one a line, and why they mean the same."""

    words = TextAreaField(_l("同义的词"), [required(_l("请写出这一组的词，每行一个")), at_most(1000)])
    note = StringField(_l("说明"), [at_most(200)])
    reason = StringField(_l("这次改动的理由"), [required(_l("请写明理由，会记入留痕")), at_most(REASON_LIMIT)])

    def lines(self) -> list[str]:
        """The words as typed."""
        return [line for line in (self.words.data or "").split("\n") if line.strip()]
