"""The form with which an official hands duties over."""

from __future__ import annotations

from typing import Any

from wtforms import DateField, SelectField, SelectMultipleField, TextAreaField
from wtforms.fields.choices import SelectChoice

from marketplace.core.text import Text
from marketplace.posts.models import DUTIES, Post
from marketplace.posts.queries import colleagues
from marketplace.posts.services import REASON_LIMIT
from marketplace.web.forms import MarketplaceForm, at_most, chosen, required
from marketplace.web.languages import lazy_gettext as _l


class DelegationForm(MarketplaceForm):
    """To whom, what, from when until when, and why."""

    user = SelectField(_l("委托给"), [chosen()])
    duties = SelectMultipleField(_l("委托的职责"), [chosen()])
    first = DateField(_l("从"), [required(_l("请写日期，例如 2026-10-09"))])
    last = DateField(_l("到（含当天）"), [required(_l("请写日期，例如 2026-10-09"))])
    reason = TextAreaField(_l("事由"), [at_most(REASON_LIMIT)])

    def __init__(self, post: Post, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.user.choices = [
            SelectChoice("", Text("请选择", "Choose one")),
            *(SelectChoice(str(user.id), user.name) for user in colleagues(post)),
        ]
        self.duties.choices = [SelectChoice(duty, DUTIES[duty]) for duty in post.duties]
