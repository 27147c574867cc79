"""Forms of scoring: the sheet, made for the criteria of a challenge, and those of the consensus."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from wtforms import StringField, TextAreaField

from marketplace.foundation.lifecycle import REASON_LIMIT
from marketplace.scoring.marks import ANSWERS, NOTE_LIMIT, Marks
from marketplace.scoring.ranking import Criterion
from marketplace.web.fields import CHOOSE, OneOf, OneShown, listed
from marketplace.web.forms import MarketplaceForm, about, at_most, required
from marketplace.web.languages import lazy_gettext as _l

MARK_LENGTH = 16


class SheetForm(MarketplaceForm):
    """One expert's sheet of one bid; its fields are made for the criteria (``sheet_form``)."""

    def given(self, criteria: Sequence[Criterion]) -> dict[str, dict[str, str]]:
        """What was typed, as marks."""
        return {
            each.key: {"mark": self[f"mark_{each.key}"].data or "", "note": self[f"note_{each.key}"].data or ""}
            for each in criteria
        }


def sheet_form(criteria: Sequence[Criterion], marks: Marks, *, typed: bool = True) -> SheetForm:
    """The form with a mark and a reason a criterion. ``typed``: read what was sent, if anything was."""
    fields: dict[str, Any] = {}
    data: dict[str, str] = {}
    for each in criteria:
        gate = each.kind == "gate"
        fields[f"mark_{each.key}"] = (
            OneShown(_l("结论"), choices=lambda: listed(ANSWERS.items()), validate_choice=False)
            if gate
            else StringField(_l("给分"), [at_most(MARK_LENGTH)], render_kw={"inputmode": "decimal"})
        )
        fields[f"note_{each.key}"] = TextAreaField(
            _l("理由（评议与复核用，不署名）"), [at_most(NOTE_LIMIT)], render_kw={"rows": 3}
        )
        given = marks.get(each.key, {})
        data |= {f"mark_{each.key}": given.get("mark", ""), f"note_{each.key}": given.get("note", "")}
    made: type[SheetForm] = type("SheetForm", (SheetForm,), fields)
    form = made(data=data) if typed else made(formdata=None, data=data)
    for each in criteria:
        for part in ("mark", "note"):
            about(form[f"{part}_{each.key}"], each.name)
    return form


class ChangeForm(MarketplaceForm):
    """The chair changes a mark of the whole panel. The choices are set by the page."""

    bid = OneOf(_l("申报"))
    criterion = OneOf(_l("评审项"))
    mark = StringField(
        _l("调整后的分数"), [required(), at_most(MARK_LENGTH)], description=_l("只看是否通过的，写“通过”或“不通过”。")
    )
    reason = TextAreaField(_l("理由"), [required(), at_most(REASON_LIMIT)])

    def offer(self, codes: Sequence[str], criteria: Sequence[Criterion], names: Mapping[str, Any]) -> None:
        """Set the choices."""
        self.bid.choices = [("", CHOOSE), *((code, names[code]) for code in codes)]
        self.criterion.choices = [("", CHOOSE), *((each.key, each.name) for each in criteria)]


class AgainForm(MarketplaceForm):
    """Why everybody scores once more."""

    reason = TextAreaField(_l("理由"), [required(), at_most(REASON_LIMIT)])


class LotForm(MarketplaceForm):
    """The half of the seed that the second official gives."""

    words = StringField(
        _l("现场数字"), [required(), at_most(40)], render_kw={"inputmode": "numeric"},
        description=_l("6 至 40 位数字，由到场人员各报一位，或掷骰产生。"),
    )  # fmt: skip
