"""Forms of an objection and of its decision."""

from __future__ import annotations

from collections.abc import Mapping

from wtforms import TextAreaField

from marketplace.core.text import Text
from marketplace.foundation.files import DOCUMENTS
from marketplace.web.fields import Attached, OneOf, OneShown, listed, written
from marketplace.web.forms import MarketplaceForm, chosen, required
from marketplace.web.languages import lazy_gettext as _l

OWN_NAME = Text("个人", "Myself")
MOST_FILES = 5


class ObjectionForm(MarketplaceForm):
    """An objection in one's own name, or in that of one's organization."""

    name = written(_l("姓名"), 60, validators=[required()], description=_l("须实名；只有经办人看得到。"))
    phone = written(_l("联系电话"), 40, validators=[required()])
    organization = OneOf(_l("以谁的名义"))
    subject = written(_l("异议对象"), 200, validators=[required()], description=_l("对公示的哪一项有异议。"))
    facts = written(_l("事实与依据"), 5000, TextAreaField, validators=[required()])
    files = Attached(_l("证据文件（选填，最多 5 个）"), kinds=DOCUMENTS, most=MOST_FILES)

    def __init__(self, organizations: Mapping[str, Text], name: str) -> None:
        super().__init__(data={"name": name})
        self.organization.choices = listed([("", OWN_NAME), *organizations.items()])


class DecisionForm(MarketplaceForm):
    """What is published with the decision."""

    result = OneShown(_l("办理结论"), choices=lambda: listed([
        ("dismiss", Text("异议不成立：公示期继续计算", "Dismissed: the clock of the notice goes on")),
        ("uphold", Text("异议成立：本次公示撤销", "Upheld: the notice is annulled")),
    ]), validators=[chosen()])  # fmt: skip
    gist = written(_l("异议要点（公开）"), 1000, TextAreaField, validators=[required()],
                   description=_l("用自己的话概括，不带出提出人。"))  # fmt: skip
    reply = written(_l("答复（公开）"), 3000, TextAreaField, validators=[required()])
    reply_en = written(_l("答复（英文，选填）"), 5000, TextAreaField)
