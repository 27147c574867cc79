"""The guided form of a declaration: who he is, and the rows of his employments, shareholdings and relations."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from wtforms import BooleanField, Field, FormField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from marketplace.core.errors import FieldError, Gathered
from marketplace.core.text import Text
from marketplace.experts.content import LIMITS, MOST_ROWS, OUTSIDE, SECTIONS, read_period
from marketplace.experts.ties import RELATIONS, Content, first_day, folded, last_day
from marketplace.organizations.checks import checked_credit_code
from marketplace.reference import catalogue, regions
from marketplace.reference.reading import normalize, plain
from marketplace.web.fields import CHOOSE, OneOf, SomeOf, listed, refuse, written
from marketplace.web.forms import MarketplaceForm
from marketplace.web.languages import lazy_gettext as _l
from marketplace.web.rows import READ_AT_MOST, Rows, RowsForm, WrittenRow

YEARS_AHEAD = 20


def text(key: str, label: Any, kind: type[Field] = StringField, **options: Any) -> Any:
    """A field for the text ``key``, as long as its limit allows."""
    return written(label, LIMITS[key], kind, **options)


# ---- who he is ----


@cache
def region_choices() -> tuple[SelectChoice, ...]:
    """The cities of Anhui, and the rest of the world."""
    cities = [(city.code, city.label) for city in regions.cities()]
    return tuple(listed([("", CHOOSE), *cities, (OUTSIDE, Text("安徽省外", "Outside Anhui"))]))


@cache
def domain_choices() -> tuple[SelectChoice, ...]:
    """The ten domains."""
    return tuple(listed((each.code, each.label) for each in catalogue.domains()))


@cache
def category_choices() -> tuple[SelectChoice, ...]:
    """The categories of products under their classes."""
    return tuple(
        each
        for group in catalogue.classes()
        for each in listed(((one.code, one.label) for one in catalogue.categories_of(group.code)), group.label)
    )


class WhoForm(MarketplaceForm):
    """Name, title, place, and what he can judge."""

    name = text("name", _l("姓名"), description=_l("与身份证件一致。专家名单不公开。"))
    title = text("title", _l("职称或职务"), description=_l("例如：教授级高级工程师。"))
    region = OneOf(_l("所在地"), choices=lambda: list(region_choices()), description=_l("用于评审组的地区均衡。"))
    domains = SomeOf(_l("熟悉的领域"), choices=lambda: list(domain_choices()))
    categories = SomeOf(_l("熟悉的品类"), choices=lambda: list(category_choices()))
    about = text("about", _l("专长与代表性工作"), TextAreaField, description=_l("主持或参与过的项目、标准、评审。"))

    def __init__(self, content: Content) -> None:
        super().__init__(data=content)


def write_who(form: Any, content: Content) -> Content:
    """The content with this page as typed."""
    lists = {key: form[key].data or [] for key in ("domains", "categories")}
    return content | {key: form[key].data or "" for key in ("name", "title", "region", "about")} | lists


# ---- rows ----


class TiedRow(WrittenRow):
    """What every line has: an organization, by its name and best also its code, and from when to when."""

    organization = text("organization", _l("单位全称"))
    code = text("code", _l("统一社会信用代码（选填）"))
    since = text("period", _l("起（年-月）"), render_kw={"placeholder": "2019-03"})
    until = text("period", _l("止（至今则空）"), render_kw={"placeholder": "2023-06"})

    def tied(self, *, organization: bool = True, since: bool = True) -> dict[str, Any]:
        """These four as content; raises Invalid with everything that is wrong."""
        wrong = Gathered()
        found = {"organization": self.organization.data or "", "code": "", "since": "", "until": ""}
        with wrong:
            if organization and not found["organization"]:
                raise FieldError("organization", Text("请写单位全称", "Give the full name of the organization"))
        with wrong:
            found["code"] = self._code()
        with wrong:
            found["since"] = read_period(self.since.data or "", "since")
            if since and not found["since"]:
                raise FieldError("since", Text("请写起始年月，例如 2019-03", "Give the month it began, e.g. 2019-03"))
        with wrong:
            found["until"] = read_period(self.until.data or "", "until", ahead=YEARS_AHEAD)
            began, ended = first_day(found["since"]), last_day(found["until"])
            if began and ended and ended < began:
                raise FieldError("until", Text("止不能早于起", "It cannot end before it begins"))
        wrong.tell()
        return found

    def _code(self) -> str:
        try:
            return checked_credit_code(self.code.data) if self.code.data else ""
        except FieldError as error:
            raise FieldError("code", error.message) from error


class TiesForm(RowsForm):
    """A page of lines of one section. ``none``: he declares that there are none."""

    section: str
    most = MOST_ROWS
    none: Any = None

    def __init__(self, content: Content) -> None:
        super().__init__(content)
        if self.none is not None and not self.is_submitted():
            self.none.data = bool(content.get(f"no_{self.section}"))

    def typed(self, content: Content) -> list[dict[str, Any]]:
        return [dict(row) for row in content.get(self.section) or []]

    def key(self, found: Mapping[str, Any]) -> Any:
        kind, person = found.get("kind", ""), folded(found.get("person", ""))
        return kind, found["code"] or folded(found["organization"]), person, found["since"]

    def validate(self, extra_validators: Any = None) -> bool:
        """The rows; and "none" only where there is none."""
        super().validate(extra_validators)
        if self.none is not None and self.none.data and self.found:
            message = Text("已填了内容，请取消勾选或删去各行", "There are lines; untick this or remove them")
            refuse(self.none, message)
        return not self.errors


def write_ties(form: Any, content: Content) -> Content:
    """The content with the lines of a section as read."""
    none = {f"no_{form.section}": bool(form.none.data)} if form.none is not None else {}
    return content | {form.section: form.found} | none


class EmployerRow(TiedRow):
    """An employment, present or past."""

    written = ("organization", "code", "position", "since", "until")

    position = text("position", _l("职务"))


class EmployersForm(TiesForm):
    """Where he works and worked."""

    section = "employers"
    rows = Rows(FormField(EmployerRow), name="employers", max_entries=READ_AT_MOST)

    def read(self, row: Any) -> dict[str, Any]:
        return {**row.tied(), "position": row.position.data or ""}


class HoldingRow(TiedRow):
    """Shares in a firm."""

    written = ("organization", "code", "percent", "since", "until")

    percent = text("percent", _l("持股比例"))


class HoldingsForm(TiesForm):
    """What he holds shares in."""

    section = "holdings"
    rows = Rows(FormField(HoldingRow), name="holdings", max_entries=READ_AT_MOST)
    none = BooleanField(_l("我没有持股（上市公司公开交易的零星股票不必填）"))

    def read(self, row: Any) -> dict[str, Any]:
        wrong, found = Gathered(), {"percent": ""}
        with wrong:
            found |= row.tied()
        with wrong:
            found["percent"] = read_percent(row.percent.data or "")
        wrong.tell()
        return found


def read_percent(typed: str) -> str:
    """A share above 0 up to 100 as decimal text.

    Raises:
        FieldError: on "percent".
    """
    number = normalize(typed).removesuffix("%").strip()
    written_well = re.fullmatch(r"\d{1,3}(\.\d{1,4})?", number, re.ASCII)
    if not written_well or not 0 < Decimal(number) <= 100:
        message = Text("请填大于 0、不超过 100 的数，例如 2.5", "Give a number above 0 up to 100, e.g. 2.5")
        raise FieldError("percent", message)
    return plain(Decimal(number))


class RelationRow(TiedRow):
    """A relation to an organization or a person."""

    written = ("organization", "code", "person", "since", "until", "note")

    kind = OneOf(_l("关系"), choices=listed([("", CHOOSE), *RELATIONS.items()]))
    person = text("person", _l("对方姓名（选填）"))
    note = text("note", _l("说明（选填）"))

    @property
    def blank(self) -> bool:
        return not self.kind.data and super().blank


class RelationsForm(TiesForm):
    """Relations that may affect fairness."""

    section = "relations"
    rows = Rows(FormField(RelationRow), name="relations", max_entries=READ_AT_MOST)
    none = BooleanField(_l("我没有上述关系"))

    def read(self, row: Any) -> dict[str, Any]:
        wrong, found = Gathered(), {}
        with wrong:
            if not row.kind.data:
                raise FieldError("kind", Text("请选择是什么关系", "Choose what relation it is"))
        with wrong:
            found = row.tied(organization=False, since=False)
            if not found["organization"] and not found["code"] and not row.person.data:
                raise FieldError("organization", Text("请写单位或对方姓名", "Give the organization or the person"))
        wrong.tell()
        return {**found, "kind": row.kind.data, "person": row.person.data or "", "note": row.note.data or ""}


class PromiseForm(MarketplaceForm):
    """What stands behind a declaration."""

    promise = BooleanField(_l("以上内容真实、完整；有变化时我会及时更新"), [InputRequired(_l("请确认后再提交"))])


@dataclass(frozen=True, slots=True)
class FormStep:
    """One page of the form: ``form(content)`` makes it, ``write(form, content)`` gives the changed content."""

    key: str
    title: Text
    lead: Text
    form: Callable[[Content], Any]
    write: Callable[[Any, Content], Content]


STEPS = (
    FormStep(
        "who", Text("本人与领域", "You and your fields"),
        Text("抽取评审组时按这里选的领域和品类。", "Panels are drawn by the domains and categories chosen here."),
        WhoForm, write_who,
    ),
    FormStep(
        "employers", Text("任职单位", "Employers"),
        Text("现单位和以前的单位都要写；退休的写退休前单位。", "Present and past ones; retired experts give the last."),
        EmployersForm, write_ties,
    ),
    FormStep(
        "holdings", SECTIONS["holdings"],
        Text("本人名下的股权和合伙份额。", "Shares and partnership interests in your own name."),
        HoldingsForm, write_ties,
    ),
    FormStep(
        "relations", SECTIONS["relations"],
        Text("与机器人企业、用户单位或其中的人的关系，一行写一项。",
             "Relations to robot firms, users or people in them, one a line."),
        RelationsForm, write_ties,
    ),
)  # fmt: skip
