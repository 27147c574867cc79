"""Forms of joining and inviting."""

from __future__ import annotations

from wtforms import EmailField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice

from marketplace.core.text import Text
from marketplace.members.models import MESSAGE_LIMIT
from marketplace.web.forms import MarketplaceForm, at_most, chosen, required
from marketplace.web.languages import lazy_gettext as _l


class JoinForm(MarketplaceForm):
    """Which organization, and who asks."""

    organization = StringField(_l("单位编号或统一社会信用代码"), [required(), at_most(40)])
    message = TextAreaField(_l("给单位所有者的话"), [at_most(MESSAGE_LIMIT)])


class InviteForm(MarketplaceForm):
    """Whom, and in which role."""

    email = EmailField(_l("对方的邮箱"), [required(), at_most(254)])
    role = RadioField(
        _l("成员身份"),
        [chosen()],
        default="editor",
        choices=[
            SelectChoice("editor", Text("编辑：登记和修改内容、送审", "Editor: writes and submits")),
            SelectChoice("owner", Text("所有者：还能管理成员和单位信息", "Owner: also manages members")),
        ],
    )


class AnswerForm(MarketplaceForm):
    """Two buttons and nothing else."""
