"""The form of a claim."""

from __future__ import annotations

from wtforms import StringField, TextAreaField

from marketplace.foundation.files import EITHER
from marketplace.takeovers.models import MESSAGE_LIMIT
from marketplace.web.fields import AttachedOne
from marketplace.web.forms import MarketplaceForm, at_most, required
from marketplace.web.languages import lazy_gettext as _l


class ClaimForm(MarketplaceForm):
    """Who claims, and what shows that he may."""

    credit_code = StringField(_l("统一社会信用代码"), [required(), at_most(40)])
    licence = AttachedOne(_l("营业执照或法人证书"), kinds=EITHER)
    message = TextAreaField(_l("您的部门、职务和联系电话"), [required(), at_most(MESSAGE_LIMIT)])
