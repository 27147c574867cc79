"""Forms of people."""

from __future__ import annotations

from wtforms import BooleanField, EmailField, PasswordField, RadioField, StringField
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


class CodeForm(MarketplaceForm):
    """The second step of signing in: a code of the device, or a recovery code."""

    code = StringField(_l("动态口令或恢复码"), [required(), at_most(40)])


class RegisterForm(MarketplaceForm):
    """A person registers; the password is asked twice, because it cannot be seen."""

    name = StringField(_l("姓名"), [required(), at_most(60)])
    email = EmailField(_l("邮箱"), [required(), at_most(254)])
    password = PasswordField(_l("密码"), [required()])
    again = PasswordField(_l("再输入一次密码"), [required(), EqualTo("password", _l("两次输入的密码不一样"))])
    consent = BooleanField(_l("我已阅读并同意《隐私与个人信息保护》"), [required(_l("请先阅读并同意，才能注册"))])


class AccountForm(MarketplaceForm):
    """What a person changes about himself."""

    name = StringField(_l("姓名"), [required(), at_most(60)])
    language = RadioField(_l("邮件语言"), [chosen()], choices=list(LANGUAGE_NAMES))


class ConfirmForm(MarketplaceForm):
    """A button and nothing else."""


class AddressForm(MarketplaceForm):
    """An address to which a link to a new password goes."""

    email = EmailField(_l("邮箱"), [required(), at_most(254)])


class NewPasswordForm(MarketplaceForm):
    """A new password, asked twice."""

    password = PasswordField(_l("新密码"), [required()])
    again = PasswordField(_l("再输入一次新密码"), [required(), EqualTo("password", _l("两次输入的密码不一样"))])


class ChangePasswordForm(NewPasswordForm):
    """The same by who knows the present one."""

    present = PasswordField(_l("现在的密码"), [required()])
    everywhere = BooleanField(_l("这台设备也退出"))


class PasswordForm(MarketplaceForm):
    """The password once more, before something dangerous."""

    present = PasswordField(_l("现在的密码"), [required()])


class SetUpForm(MarketplaceForm):
    """The first code of a new device, and the password."""

    code = StringField(_l("设备上显示的 6 位动态口令"), [required(), at_most(40)])
    present = PasswordField(_l("现在的密码"), [required()])


class NewAddressForm(PasswordForm):
    """Another address."""

    email = EmailField(_l("新邮箱"), [required(), at_most(254)])


class LeaveForm(PasswordForm):
    """Delete the account."""

    sure = BooleanField(_l("我要注销账号，知道不能恢复"), [required(_l("请确认"))])
