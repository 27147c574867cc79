"""The form in which a person chooses how he is told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from wtforms import RadioField
from wtforms.fields.choices import SelectChoice

from marketplace.foundation.letters import LetterGroup, Way
from marketplace.notifications.models import WAYS
from marketplace.web.forms import MarketplaceForm, chosen


def choices_form(groups: Iterable[LetterGroup], ways: Mapping[str, Way]) -> MarketplaceForm:
    """One row of ways for each group of letters, set to what counts now."""
    offered = [SelectChoice(way, label) for way, label in WAYS.items()]
    rows = {group.key: RadioField(group.label, [chosen()], choices=offered, description=group.hint) for group in groups}
    form: MarketplaceForm = type("ChoicesForm", (MarketplaceForm,), rows)(data=dict(ways))
    return form
