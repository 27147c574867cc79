"""Forms of panels: the draw, further reserves, an expert's answer, and the reason of a waiver."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, IntegerField, TextAreaField
from wtforms.validators import InputRequired

from marketplace.foundation.lifecycle import REASON_LIMIT
from marketplace.web.fields import SomeOf
from marketplace.web.forms import MarketplaceForm, at_most, required
from marketplace.web.languages import lazy_gettext as _l


def _whole(label: Any, **options: Any) -> IntegerField:
    """A small whole number."""
    return IntegerField(label, [InputRequired(_l("请写整数"))], **options)


class DrawForm(MarketplaceForm):
    """For what experts are drawn, and how many. The choices are set by the page."""

    fields = SomeOf(_l("领域或品类"), choices=[], description=_l("在所选任一领域入库的专家参加抽取。"))
    seats = _whole(_l("评审席位"), description=_l("单数。抽中的专家立即收到邀请。"))
    reserves = _whole(_l("候补人数"), description=_l("有人回避或逾期未答复时，按抽取顺序递补。"))


class MoreForm(MarketplaceForm):
    """Further reserves."""

    reserves = _whole(_l("补抽人数"), default=1)


class AcceptForm(MarketplaceForm):
    """An expert takes his seat."""

    promise = BooleanField(
        _l("本人与被评审单位没有利害关系，独立评审并保守秘密"), [InputRequired(_l("接受评审前须作出承诺"))]
    )


class ReasonForm(MarketplaceForm):
    """Why somebody steps out, or is let in."""

    reason = TextAreaField(_l("理由"), [required(), at_most(REASON_LIMIT)])
