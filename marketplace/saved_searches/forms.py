"""The forms of a saved search."""

from __future__ import annotations

from typing import Any

from wtforms import RadioField, StringField

from marketplace.saved_searches.models import RHYTHMS
from marketplace.saved_searches.services import LONGEST_NAME
from marketplace.web.forms import MarketplaceForm, at_most, chosen, required
from marketplace.web.languages import current_language
from marketplace.web.languages import lazy_gettext as _l


class SavedSearchForm(MarketplaceForm):
    """Its name, and how often its owner is told."""

    name = StringField(_l("搜索名称"), [required(), at_most(LONGEST_NAME)])
    rhythm = RadioField(_l("多久发一次邮件"), [chosen(_l("请选择多久发一次"))], default="daily")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rhythm.choices = [(code, label.say(current_language())) for code, label in RHYTHMS.items()]
