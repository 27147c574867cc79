"""Forms of people."""

from __future__ import annotations

from wtforms import EmailField, PasswordField, RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import EqualTo

from marketplace.core.text import Text
from marketplace.web.forms import MarketplaceForm, at_most, chosen, required
from marketplace.web.languages import lazy_gettext as _l

LANGUAGE_NAMES = (SelectChoice("zh_CN", Text("中文", "中文")), SelectChoice("en", "English"))


class SignInForm(MarketplaceForm):
    """Address and password."""

    email = EmailField(_l("邮箱"), [required(), at_most(254)])
    password = PasswordField(_l("密码"), [required()])


class RegisterForm(MarketplaceForm):
    """A person registers; the password is asked twice, because it cannot be seen."""

    name = StringField(_l("姓名"), [required(), at_most(60)])
    email = EmailField(_l("邮箱"), [required(), at_most(254)])
    password = PasswordField(_l("密码"), [required()])
    again = PasswordField(_l("再输入一次密码"), [required(), EqualTo("password", _l("两次输入的密码不一样"))])


class AccountForm(MarketplaceForm):
    """What a person changes about himself."""

    name = StringField(_l("姓名"), [required(), at_most(60)])
    language = RadioField(_l("邮件语言"), [chosen()], choices=list(LANGUAGE_NAMES))


class ConfirmForm(MarketplaceForm):
    """A button and nothing else."""
