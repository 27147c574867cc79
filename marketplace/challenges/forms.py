"""The form of a challenge, of a question, of an answer and of an addendum."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

from wtforms import BooleanField, FormField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice

from marketplace.challenges import timetable
from marketplace.challenges.content import COMPARATORS, CRITERION_KINDS, FUNDS, HUNDRED, MODES, TIE_RULES, decimal
from marketplace.challenges.models import Challenge
from marketplace.challenges.questions import LIMITS
from marketplace.core import clock
from marketplace.core.errors import FieldError
from marketplace.core.text import Text
from marketplace.foundation.files import DOCUMENTS
from marketplace.organizations.models import KIND_LABELS
from marketplace.reference import catalogue, regions
from marketplace.reference.reading import normalize
from marketplace.web.fields import CHOOSE, Attached, AttachedOne, OneOf, OneShown, SomeOf, listed, refuse
from marketplace.web.fields import written as line
from marketplace.web.forms import MarketplaceForm, required
from marketplace.web.languages import lazy_gettext as _l
from marketplace.web.rows import READ_AT_MOST, Rows, WrittenRow

MOST_ROWS = 30
MOST_FILES = 8
_AT = "%Y-%m-%dT%H:%M"


@cache
def domain_choices() -> tuple[SelectChoice, ...]:
    """The ten domains."""
    return tuple(listed([("", CHOOSE), *((each.code, each.label) for each in catalogue.domains())]))


@cache
def city_choices() -> tuple[SelectChoice, ...]:
    """The cities of Anhui."""
    return tuple(listed((city.code, city.label) for city in regions.cities()))


@cache
def category_choices() -> tuple[SelectChoice, ...]:
    """The categories of products under their classes."""
    return tuple(
        each
        for group in catalogue.classes()
        for each in listed(((one.code, one.label) for one in catalogue.categories_of(group.code)), group.label)
    )


class IndicatorRow(WrittenRow):
    """One indicator: what is measured, what is required, how it is tested."""

    written = ("name", "threshold", "method")
    name = line(_l("指标名称"), 80)
    name_en = line(_l("指标（英文，选填）"), 120)
    comparator = OneOf(_l("比较"), choices=lambda: listed(COMPARATORS.items()), default=">=")
    threshold = line(_l("要求"), 60)
    unit = line(_l("计量单位"), 20)
    present = line(_l("现状（选填）"), 60)
    method = line(_l("检验方法"), 200)
    method_en = line(_l("检验方法（英文，选填）"), 300)


class PaymentRow(WrittenRow):
    """One payment of the plan."""

    written = ("name", "share")
    name = line(_l("付款节点"), 80)
    name_en = line(_l("付款节点（英文，选填）"), 120)
    share = line(_l("比例"), 8)


class CriterionRow(WrittenRow):
    """One criterion that experts score."""

    written = ("name", "weight")
    name = line(_l("评审项"), 60)
    name_en = line(_l("评审项（英文，选填）"), 120)
    hint = line(_l("看什么（选填）"), 200)
    hint_en = line(_l("看什么（英文，选填）"), 300)
    kind = OneOf(_l("怎样评"), choices=lambda: listed(CRITERION_KINDS.items()), default="points")
    weight = line(_l("权重"), 8, description=_l("只看是否通过的，不写权重。"))
    least = line(_l("最低分（选填）"), 8)


def _instant(label: Any, **options: Any) -> StringField:
    return StringField(label, render_kw={"type": "datetime-local"}, **options)


def _rows(form: type[WrittenRow], label: Any, called: Any) -> Rows:
    return Rows(FormField(form), label, called=called, max_entries=READ_AT_MOST)


def _timetable() -> tuple[Any, Any, Any, Any]:
    """The fields of ``timetable.ORDER``, where a form has them: errors are listed in the order of its fields."""
    return _instant(_l("提问截止")), _instant(_l("答复截止")), _instant(_l("揭榜截止")), _instant(_l("开启时间"))


class TimesForm(MarketplaceForm):
    """Base of forms with instants on a Beijing clock."""

    instants: tuple[str, ...] = timetable.ORDER

    def read_instants(self) -> dict[str, datetime | None]:
        """The instants as they are kept; a refusal stands at its field."""
        found: dict[str, datetime | None] = {}
        for key in self.instants:
            try:
                found[key] = read_instant(self[key].data or "", key)
            except FieldError as error:
                refuse(self[key], error.message)
        return found


def read_instant(typed: str, field: str) -> datetime | None:
    """A day and time on a Beijing clock; "" is none. Raises FieldError."""
    text = re.sub(r"[ T]+", "T", normalize(typed).strip())
    if not text:
        return None
    try:
        found = datetime.strptime(text, _AT).replace(tzinfo=clock.BEIJING)
        return found.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        message = Text("请按“2026-10-30 17:00”填写日期和时间", "Write the day and time like 2026-10-30 17:00")
        raise FieldError(field, message) from error


def typed_instant(moment: datetime | None) -> str:
    """An instant as the field shows it."""
    return clock.beijing(moment).strftime(_AT) if moment is not None else ""


class ChallengeForm(TimesForm):
    """Everything that is written about a challenge. A draft may be incomplete; figures must be figures."""

    instants = ("publish_at", *timetable.ORDER)
    title = line(_l("榜单名称"), 100, description=_l("写清要解决的问题，例如“井下中央变电所巡检机器人”。"))
    title_en = line(_l("榜单名称（英文，选填）"), 200)
    domain = OneOf(_l("所属领域"), choices=lambda: list(domain_choices()))
    task = line(_l("任务"), 5000, TextAreaField, description=_l("现状、要做到什么、现场条件、需求单位提供什么。"))
    task_en = line(_l("任务（英文，选填）"), 8000, TextAreaField)
    months = line(_l("完成期限"), 3)
    indicators = _rows(IndicatorRow, _l("考核指标"), _l("指标 %(number)s"))
    funds_kind = OneShown(_l("资金"), choices=lambda: listed(FUNDS.items()), default="amount")
    funds = line(_l("资金上限"), 12)
    funds_note = line(_l("资金说明（选填）"), 300)
    funds_note_en = line(_l("资金说明（英文，选填）"), 500)
    payments = _rows(PaymentRow, _l("付款计划"), _l("付款 %(number)s"))
    mode = OneShown(_l("揭榜方式"), choices=lambda: listed(MODES.items()), default="single")
    most_winners = line(_l("最多几家"), 2)
    min_bids = line(_l("至少几件申报，少于此数流榜"), 2)
    most_partners = line(_l("联合体参加单位最多几家（不含牵头）"), 2)
    kinds = SomeOf(_l("单位类型"), choices=lambda: listed(KIND_LABELS.items()), description=_l("不勾选则不限。"))
    regions = SomeOf(_l("所在地"), choices=lambda: list(city_choices()), description=_l("不勾选则不限。"))
    categories = SomeOf(
        _l("能力：已发布下列品类的产品"), choices=lambda: list(category_choices()), description=_l("不勾选则不限。")
    )
    owner_barred = BooleanField(_l("需求单位及其上下级单位不得揭榜"))
    credit = BooleanField(_l("三年内无严重失信记录"))
    corrections = BooleanField(_l("形式审查时可以补正材料一次"))
    conditions = line(_l("其他条件（选填）"), 1000, TextAreaField)
    conditions_en = line(_l("其他条件（英文，选填）"), 2000, TextAreaField)
    criteria = _rows(CriterionRow, _l("评审标准"), _l("评审项 %(number)s"))
    pass_mark = line(_l("总分低于多少不立榜"), 6)
    tie_rule = OneShown(_l("总分相同时"), choices=lambda: listed(TIE_RULES.items()), default="criteria")
    blind = BooleanField(_l("盲评：专家看不到申报单位"))
    publish_at = _instant(_l("计划发榜（选填）"), description=_l("不填则审核通过后立即发榜。"))
    questions_until, answers_until, deadline, opening_at = _timetable()
    openers_needed = line(_l("开启时至少到场"), 1)
    openers = line(_l("开启人共"), 1)
    contract = AttachedOne(_l("合同范本"), kinds=DOCUMENTS)
    new_files = Attached(_l("附件（选填）"), kinds=DOCUMENTS, most=MOST_FILES)
    keep_files = SelectMultipleField(_l("保留的附件"), coerce=str, validate_choice=False)

    def __init__(self, challenge: Challenge) -> None:
        content = challenge.content
        columns = {key: getattr(challenge, key) for key in ("title", "title_en", "domain", "mode", "blind")}
        counts = {key: str(getattr(challenge, key)) for key in _COUNTS}
        instants = {key: typed_instant(getattr(challenge, key)) for key in self.instants}
        kept = [str(each["file"]) for each in content["files"]]
        super().__init__(data={**content, **columns, **counts, **instants, "keep_files": kept})
        for rows in (self.indicators, self.payments, self.criteria):
            if not rows.entries and not self.is_submitted():
                rows.append_entry()

    def read(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Columns and content as typed; refusals stand at their fields."""
        columns: dict[str, Any] = {key: self[key].data or "" for key in ("title", "title_en", "domain", "mode")}
        columns |= self.read_instants() | {"blind": bool(self.blind.data)}
        for key, (least, most) in _COUNTS.items():
            columns[key] = _count(self[key], least, most)
        if columns["openers_needed"] > columns["openers"]:
            refuse(self.openers, Text("不能少于至少到场的人数", "No fewer than must be present"))
        if columns["mode"] == "single":
            columns["most_winners"] = 1
        content: dict[str, Any] = {key: self[key].data or "" for key in _TEXTS}
        content |= {key: list(self[key].data or []) for key in ("kinds", "regions", "categories")}
        content |= {key: bool(self[key].data) for key in ("credit", "owner_barred", "corrections")}
        content |= {"funds_kind": self.funds_kind.data, "tie_rule": self.tie_rule.data}
        content |= {"months": _figure(self.months), "funds": _figure(self.funds), "pass_mark": _figure(self.pass_mark)}
        if content["pass_mark"] and (decimal(content["pass_mark"]) or 0) > HUNDRED:
            refuse(self.pass_mark, _UP_TO_HUNDRED)
        content["indicators"] = read_indicators(self.indicators)
        content["payments"] = [
            _row(row, ("name", "name_en")) | {"share": _percent(row.share)} for row in _filled(self.payments)
        ]
        content["criteria"] = [
            {"key": f"c{number}", **_row(row, ("name", "name_en", "hint", "hint_en")),
             "kind": row.kind.data or "points", "weight": _percent(row.weight), "least": _percent(row.least)}
            for number, row in enumerate(_filled(self.criteria), 1)
        ]  # fmt: skip
        return columns, content


_COUNTS = {
    "most_winners": (1, 10), "min_bids": (1, 20), "most_partners": (0, 10), "openers_needed": (2, 5), "openers": (2, 5),
}  # fmt: skip
_TEXTS = ("task", "task_en", "funds_note", "funds_note_en", "conditions", "conditions_en")
_UP_TO_HUNDRED = Text("请写 0 到 100 的数", "Give a number from 0 to 100")


def read_indicators(rows: Rows) -> list[dict[str, str]]:
    """Indicators as content. Two of one name could not be told apart in an addendum."""
    found, seen = [], set()
    for row in _filled(rows):
        name = row.name.data or ""
        if name and name in seen:
            refuse(row.name, Text("指标重名，请改名或删去", "Two indicators have this name; rename or remove one"))
        seen.add(name)
        keys = ("name", "name_en", "unit", "comparator", "threshold", "present", "method", "method_en")
        one = _row(row, keys)
        if one["comparator"] != "is" and one["threshold"]:
            one["threshold"] = _figure(row.threshold)
        found.append(one)
    return found


def _filled(rows: Rows) -> list[Any]:
    found = [entry.form for entry in rows if not entry.form.blank]
    if len(found) > MOST_ROWS:
        refuse(found[-1][found[-1].written[0]], Text("行数太多，请合并", "Too many rows; merge some"))
    return found[:MOST_ROWS]


def _row(row: Any, keys: Iterable[str]) -> dict[str, str]:
    return {key: row[key].data or "" for key in keys}


def _figure(field: Any) -> str:
    """A number as it is kept; what is none is refused at its field."""
    typed = normalize(field.data or "").strip()
    if typed and not re.fullmatch(r"-?\d{1,9}(\.\d{1,6})?", typed, re.ASCII):
        refuse(field, Text("请只写数字，单位另填", "Write a number only; the unit has its own field"))
        return ""
    return typed


def _percent(field: Any) -> str:
    typed = _figure(field)
    given = decimal(typed)
    if given is not None and not 0 <= given <= HUNDRED:
        refuse(field, _UP_TO_HUNDRED)
        return ""
    return typed


def _count(field: Any, least: int, most: int) -> int:
    typed = normalize(field.data or "").strip()
    if typed.isascii() and typed.isdigit() and least <= int(typed) <= most:
        return int(typed)
    message = Text("请写 %(least)d 到 %(most)d 的整数", "Give a whole number from %(least)d to %(most)d")
    refuse(field, message % {"least": least, "most": most})
    return least


class AskForm(MarketplaceForm):
    """A question, in the name of one of one's organizations."""

    organization = OneOf(_l("以哪个单位的名义"))
    body = line(_l("问题"), LIMITS["question"], TextAreaField, validators=[required()],
                   description=_l("请不要写出本单位名称或能看出身份的内容；公开时由需求单位转述。"))  # fmt: skip

    def __init__(self, organizations: Mapping[str, Text]) -> None:
        super().__init__()
        self.organization.choices = listed(organizations.items())
        if len(organizations) == 1 and not self.organization.data:
            self.organization.data = next(iter(organizations))


class AnswerForm(MarketplaceForm):
    """An answer to one or several questions."""

    questions = SelectMultipleField(_l("答复哪些问题"), coerce=str, validate_choice=False)
    question = line(_l("公开的问题"), LIMITS["question"], TextAreaField,
                       description=_l("用自己的话转述，不带出提问单位；几个问题相同的，合并答复。"))  # fmt: skip
    question_en = line(_l("公开的问题（英文，选填）"), LIMITS["question"], TextAreaField)
    answer = line(_l("答复"), LIMITS["answer"], TextAreaField,
                     description=_l("答复改变了任务、指标或时间的，须另发更正。"))  # fmt: skip
    answer_en = line(_l("答复（英文，选填）"), LIMITS["answer"], TextAreaField)

    def keys(self) -> list[int]:
        """The keys of the chosen questions."""
        return [int(each) for each in self.questions.data or [] if each.isascii() and each.isdigit() and len(each) < 10]


class AddendumForm(TimesForm):
    """A change or a clarification of what is published."""

    material = OneShown(_l("性质"), choices=lambda: listed([
        ("", Text("说明：不改变任务、指标和时间", "A clarification: task, indicators and times stay")),
        ("y", Text("实质性更正：顺延截止时间，申报单位重新确认",
                   "A material change: the deadline moves and bidders confirm again")),
    ]), default="")  # fmt: skip
    text = line(_l("内容"), 3000, TextAreaField, description=_l("写清改了什么、为什么。"))
    text_en = line(_l("内容（英文，选填）"), 5000, TextAreaField)
    questions_until, answers_until, deadline, opening_at = _timetable()
    task = line(_l("任务"), 5000, TextAreaField)
    task_en = line(_l("任务（英文，选填）"), 8000, TextAreaField)
    months = line(_l("完成期限"), 3)
    indicators = _rows(IndicatorRow, _l("考核指标"), _l("指标 %(number)s"))

    def __init__(self, challenge: Challenge) -> None:
        instants = {key: typed_instant(getattr(challenge, key)) for key in self.instants}
        super().__init__(data={**challenge.content, **instants})

    def terms(self) -> dict[str, Any]:
        """The terms as typed."""
        return {
            "task": self.task.data or "", "task_en": self.task_en.data or "", "months": _figure(self.months),
            "indicators": read_indicators(self.indicators),
        }  # fmt: skip
