"""Forms of talks: opening one, writing, declining or ending, a meeting, an outcome."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wtforms import StringField, TextAreaField

from marketplace.core.errors import Invalid
from marketplace.core.text import Text
from marketplace.enquiries.models import MESSAGE_LIMIT, NOTE_LIMIT, OUTCOMES
from marketplace.enquiries.uploads import MOST_FILES, prepare
from marketplace.foundation.files import EITHER, Prepared
from marketplace.web.fields import Attached, OneShown, SomeOf, listed, written
from marketplace.web.forms import MarketplaceForm, chosen, required
from marketplace.web.languages import lazy_gettext as _l


class MessageForm(MarketplaceForm):
    """What is said, and files."""

    text = written(_l("留言"), MESSAGE_LIMIT, TextAreaField)
    files = Attached(_l("附件"), kinds=EITHER, most=MOST_FILES)

    def uploads(self) -> list[tuple[Any, str]]:
        """The files that came: (bytes, name) each."""
        return [(each.stream, each.filename or "") for each in self.files.data or () if not isinstance(each, str)]

    def taken(self) -> list[Prepared] | None:
        """Its files, checked; None where anything of the form is refused. What is wrong is told at once, files too."""
        valid = self.validate()
        try:
            prepared = prepare(self.uploads())
        except Invalid as error:
            self.refuse(error)
            return None
        return prepared if valid else None


class AnswerForm(MessageForm):
    """With which products a need is answered, and the first message, which is never empty."""

    products = SomeOf(_l("用哪些产品"), validators=[chosen()])
    text = written(_l("留言"), MESSAGE_LIMIT, TextAreaField, validators=[required()])

    def offer(self, products: Mapping[str, Text]) -> AnswerForm:
        """The same form with its choices: number → label."""
        self.products.choices = listed(products.items())
        return self


class InviteForm(MessageForm):
    """For what a product is invited, and the first message."""

    need = OneShown(_l("为哪项需求"), validators=[chosen()])
    text = written(_l("留言"), MESSAGE_LIMIT, TextAreaField, validators=[required()])

    def offer(self, needs: Mapping[str, Text]) -> InviteForm:
        """The same form with its choices: number → label."""
        self.need.choices = listed(needs.items())
        return self


class LeaveForm(MarketplaceForm):
    """Why a talk is declined or ended: one of a short list, and words."""

    cause = OneShown(_l("原因"), validators=[chosen()])
    note = written(_l("补充说明"), NOTE_LIMIT, TextAreaField)

    def offer(self, causes: Mapping[str, Text]) -> LeaveForm:
        """The same form with its choices."""
        self.cause.choices = listed(causes.items())
        return self


class MeetingForm(MarketplaceForm):
    """On which day the two sides met."""

    day = written(_l("会面日期"), 20, StringField, validators=[required()])


class OutcomeForm(MarketplaceForm):
    """What was agreed."""

    kind = OneShown(_l("结果"), choices=listed(OUTCOMES.items()), validators=[chosen()])
    amount = written(_l("金额"), 20, StringField)
    on_day = written(_l("日期"), 20, StringField, validators=[required()])
    remark = written(_l("说明"), NOTE_LIMIT, TextAreaField)
