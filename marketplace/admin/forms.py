"""Forms of administration: filters of its lists, and the reason that every act asks for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import (
    DateField,
    EmailField,
    Field,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Optional, ValidationError

from marketplace.admin.logs import LogQuestion
from marketplace.admin.queries import (
    POST_STATES,
    USER_KINDS,
    USER_STATES,
    OrganizationQuestion,
    PostQuestion,
    UserQuestion,
)
from marketplace.admin.sign_ins import OUTCOMES, TRIED, SignInQuestion
from marketplace.core import clock
from marketplace.core.errors import FieldError, Invalid, NotFound
from marketplace.core.setting import Setting
from marketplace.core.text import Text
from marketplace.foundation.lifecycle import REASON_LIMIT
from marketplace.organizations.lifecycle import ORGANIZATION
from marketplace.organizations.models import OrganizationKind
from marketplace.posts.models import DUTIES
from marketplace.reference import regions
from marketplace.web.forms import MarketplaceForm, at_most, chosen, clean, required
from marketplace.web.languages import current_language
from marketplace.web.languages import gettext as _
from marketplace.web.languages import lazy_gettext as _l
from marketplace.web.plate import records

KINDS: dict[str, Text] = {kind.value: kind.label for kind in OrganizationKind}
LONGEST = 200  # characters of a filter


def words(args: MultiDict[str, str], name: str) -> str:
    """What was typed into a filter, on one line."""
    return " ".join(clean(args.get(name)).split())[:LONGEST]


def one_of(args: MultiDict[str, str], name: str, known: Mapping[str, Any]) -> str:
    """The choice of a filter; "" for all.

    Raises:
        NotFound: for one that is not offered.
    """
    value = args.get(name, "")
    if value and value not in known:
        raise NotFound
    return value


def user_question(args: MultiDict[str, str]) -> UserQuestion:
    """What the list of users is asked for."""
    return UserQuestion(words(args, "q"), one_of(args, "state", USER_STATES), one_of(args, "kind", USER_KINDS))


def day(args: MultiDict[str, str], name: str) -> date | None:
    """A day of a filter, None where there is none.

    Raises:
        Invalid: it is not written as a day.
    """
    text = args.get(name, "").strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        message = Text("日期请写成 2026-10-09", "Write a date like 2026-10-09")
        raise Invalid([FieldError(name, message)]) from error


def log_question(args: MultiDict[str, str]) -> LogQuestion:
    """What the log of decisions is asked for."""
    acts = {f"{kind}.{action}": action for kind, record in records().items() for action in record.every_act()}
    return LogQuestion(
        person=words(args, "person"), act=one_of(args, "act", acts), number=words(args, "number").upper(),
        post=words(args, "post"), first=day(args, "from"), last=day(args, "to"),
    )  # fmt: skip


@cache
def cities() -> dict[str, Text]:
    """The cities of a filter by their codes."""
    return {city.code: city.label for city in regions.cities()}


def sign_in_question(args: MultiDict[str, str]) -> SignInQuestion:
    """What the sign-in log is asked for."""
    return SignInQuestion(
        person=words(args, "person"), kind=one_of(args, "kind", TRIED), outcome=one_of(args, "outcome", OUTCOMES),
        address=words(args, "address"), first=day(args, "from"), last=day(args, "to"),
    )  # fmt: skip


def organization_question(args: MultiDict[str, str]) -> OrganizationQuestion:
    """What the list of organizations is asked for."""
    return OrganizationQuestion(
        words(args, "q"), one_of(args, "state", ORGANIZATION.states), one_of(args, "kind", KINDS),
        one_of(args, "city", cities()),
    )  # fmt: skip


def options(known: Mapping[str, Text], every: Text) -> list[tuple[str, Text]]:
    """The choices of a filter, all of them first."""
    return [("", every), *known.items()]


# ---- settings -------------------------------------------------------------------------------------------------------

# What the figures of a capability are about.
GROUPS: dict[str, Text] = {
    "accounts": Text("账号与登录", "Accounts and sign-in"),
    "posts": Text("岗位", "Posts"),
    "organizations": Text("单位", "Organizations"),
    "members": Text("单位成员", "Members of organizations"),
    "experts": Text("评审专家", "Experts"),
    "notifications": Text("通知与邮件", "Notifications and mail"),
    "listings": Text("清单审核", "Review of listings"),
    "matching": Text("匹配推荐", "Matching"),
    "takeovers": Text("认领单位", "Taking over organizations"),
    "enquiries": Text("供需对接", "Enquiries"),
    "notices": Text("公示与异议", "Notices and objections"),
    "challenges": Text("揭榜挂帅", "Challenges"),
    "bids": Text("揭榜申报", "Bids"),
    "panels": Text("评审组", "Panels"),
    "scoring": Text("专家评分", "Scoring"),
    "awards": Text("立榜与执行", "Awards and their execution"),
    "pilots": Text("场景验证", "Pilots"),
    "sites": Text("示范应用", "Demonstration sites"),
    "cultivation": Text("场景培育库", "Cultivation library"),
    "admin": Text("备份", "Backup"),
}
YES_NO: dict[str, Text] = {"1": Text("是", "Yes"), "0": Text("否", "No")}


class SettingForm(MarketplaceForm):
    """The value of one setting, as text, and the reason; ``form_for`` gives the field its kind."""

    value: Field
    reason = TextAreaField(_l("修改理由"), [required(), at_most(REASON_LIMIT)])

    def refuse_setting(self, errors: Invalid, key: str) -> None:
        """Show what is wrong with the value, which the setting calls by its own key, at the field."""
        self.refuse([FieldError("value" if each.field == key else each.field, each.message) for each in errors.errors])


def form_for(setting: Setting[Any], present: Any) -> SettingForm:
    """The form of a setting: a choice where there are few values, else one line."""
    label, choices = setting.label.say(current_language()), _choices(setting)
    if choices:
        words = [SelectChoice(value, text) for value, text in choices.items()]
        field = RadioField(label, [chosen()], choices=words)
    else:
        field = StringField(label, [at_most(500)])
    made = type("OneSettingForm", (SettingForm,), {"value": field})
    form: SettingForm = made(data={"value": setting.write(present)})
    return form


def _choices(setting: Setting[Any]) -> Mapping[str, Text]:
    return YES_NO if isinstance(setting.default, bool) else setting.choices or {}


def shown_value(setting: Setting[Any], text: str) -> Text:
    """A stored value in words, with its unit."""
    word = _choices(setting).get(text)
    if word is not None:
        return word
    unit = setting.unit or Text("", "")
    return Text(f"{text} {unit.zh}".strip(), f"{text} {unit.en}".strip())


def range_of(setting: Setting[Any]) -> Text | None:
    """What a number may be; None for what is no number."""
    if isinstance(setting.default, bool) or not isinstance(setting.default, int):
        return None
    said: dict[str, object] = {"least": setting.least, "most": setting.most, "default": setting.default}
    return Text("%(least)d 到 %(most)d，初始值 %(default)d", "%(least)d to %(most)d; at first %(default)d") % said


# ---- working days ---------------------------------------------------------------------------------------------------

YEARS = (2000, 2100)


class WorkdayForm(MarketplaceForm):
    """One day of the table."""

    day = DateField(_l("日期"), [DataRequired(_l("请写日期，例如 2027-10-01"))])
    kind = RadioField(
        _l("这一天"), [chosen()],
        choices=[SelectChoice("off", Text("放假", "Day off")), SelectChoice("work", Text("上班", "Working day"))],
    )  # fmt: skip
    note = StringField(_l("说明"), [at_most(80)], description=_l("例如：国庆节、中秋节补班"))
    reason = TextAreaField(_l("理由"), [required(), at_most(REASON_LIMIT)])

    def validate_day(self, field: DateField) -> None:
        """A year that nobody plans for is a typing error."""
        if field.data and not YEARS[0] <= field.data.year <= YEARS[1]:
            raise ValidationError(_("年份应在 2000 到 2100 之间"))


# ---- posts ----------------------------------------------------------------------------------------------------------


@cache
def post_regions() -> dict[str, Text]:
    """Where a post can be: the province and its cities."""
    return {regions.PROVINCE: Text("安徽省", "Anhui Province"), **cities()}


def post_question(args: MultiDict[str, str]) -> PostQuestion:
    """What the list of posts is asked for."""
    return PostQuestion(
        words(args, "q"), one_of(args, "region", post_regions()), one_of(args, "duty", DUTIES),
        one_of(args, "state", POST_STATES),
    )  # fmt: skip


def instant_after(day: date | None) -> datetime | None:
    """When what lasts through a Beijing day ends."""
    return clock.end_of_day(day) if day else None


def last_day(until: datetime | None) -> date | None:
    """The last Beijing day of what ends at an instant."""
    return clock.beijing(until - timedelta(microseconds=1)).date() if until else None


def _terms() -> tuple[Any, Any, Any]:
    """Duties, last day and reason, where a form has them: errors are listed in the order of its fields."""
    return (
        SelectMultipleField(_l("职责"), [chosen(_l("请至少选择一项职责"))]),
        DateField(_l("最后一天"), [Optional()], description=_l("留空表示没有期限。")),
        TextAreaField(_l("理由"), [required(), at_most(REASON_LIMIT)]),
    )


class ChangePostForm(MarketplaceForm):
    """Duties and end of a post, and why."""

    duties, until, reason = _terms()

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.duties.choices = [SelectChoice(duty, label) for duty, label in DUTIES.items()]


class PostForm(ChangePostForm):
    """A new post: who, in which department, for which place."""

    email = EmailField(_l("邮箱"), [required(), at_most(254)], description=_l("本人注册用的邮箱。"))
    department = StringField(_l("部门"), [required(), at_most(120)])
    department_en = StringField(_l("部门（英文）"), [at_most(200)])
    region = SelectField(_l("负责的地区"), [chosen()])
    duties, until, reason = _terms()

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        known = [SelectChoice(code, label) for code, label in post_regions().items()]
        self.region.choices = [SelectChoice("", Text("请选择", "Choose one")), *known]
