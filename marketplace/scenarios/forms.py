"""Pages of the guided form: what is to be done, where, budget and time, contact. Those with rows are in ``rows``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from wtforms import Field, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError

from marketplace.core.errors import FieldError
from marketplace.core.text import Text
from marketplace.listings.answers import day, email, phone
from marketplace.listings.forms import UPLOADS, UploadForm, write_captions
from marketplace.listings.kind import Content
from marketplace.reference import catalogue, regions, values
from marketplace.reference.terms import Spec
from marketplace.scenarios import answers
from marketplace.scenarios.content import BUDGETS, PAYMENTS
from marketplace.scenarios.fields import text
from marketplace.web.fields import CHOOSE, OneOf, OneShown, SomeOf, listed, read_into, refuse
from marketplace.web.forms import MarketplaceForm, at_most, required
from marketplace.web.languages import current_language
from marketplace.web.languages import lazy_gettext as _l

START_YEARS = 10
ADDED_LATER = (*UPLOADS, *(f"new_{name}" for name in UPLOADS))

# ---- what is to be done ----


def domain_choices() -> list[SelectChoice]:
    """The ten domains."""
    return listed([("", CHOOSE), *((each.code, each.label) for each in catalogue.domains())])


def subscenario_choices() -> list[SelectChoice]:
    """The sub-scenarios under their domains."""
    choices = listed([("", Text("不细分", "Not specified"))])
    for domain in catalogue.domains():
        choices += listed(((sub.code, sub.label) for sub in domain.subscenarios), domain.label)
    return choices


class WhatForm(MarketplaceForm):
    """Name, domain, how it is done now, and the task, in both languages."""

    title = text(
        "title",
        _l("名称"),
        validators=[required(_l("请填写名称；草稿也要有名称，以便找到它"))],
        description=_l("写成“在哪里做什么”，例如：变电站设备区自主巡检。"),
    )
    domain = OneOf(_l("领域"), choices=domain_choices)
    subscenario = OneOf(
        _l("子场景"), choices=subscenario_choices, description=_l("属于所选领域；没有合适的就选“不细分”。")
    )
    situation = text(
        "situation",
        _l("现状与痛点"),
        TextAreaField,
        description=_l("现在谁在做、多久一次、难在哪里。有数就写数。空一行分段。"),
    )
    task = text(
        "task",
        _l("要做什么"),
        TextAreaField,
        description=_l("机器人从哪里开始、做到什么算完、异常时怎么办。不必写用什么技术。"),
    )
    title_en = text("title_en", _l("名称（英文）"))
    situation_en = text("situation_en", _l("现状与痛点（英文）"), TextAreaField)
    task_en = text("task_en", _l("要做什么（英文）"), TextAreaField)

    def __init__(self, content: Content) -> None:
        super().__init__(data=content)

    def validate_subscenario(self, field: Field) -> None:
        """It lies in the chosen domain; without one, it says which domain is meant."""
        if not field.data or field.errors or self.domain.errors:
            return
        upper = catalogue.subscenario(field.data).domain
        if self.domain.data and upper != self.domain.data:
            names: dict[str, object] = {
                "sub": catalogue.subscenario(field.data).label,
                "domain": catalogue.domain(upper).label,
            }
            message = Text(
                "“%(sub)s”属于“%(domain)s”，与所选领域不同",
                "“%(sub)s” belongs to “%(domain)s”, not to the chosen domain",
            )
            raise ValidationError((message % names).say(current_language()))
        self.domain.data = upper


def write_what(form: WhatForm, content: Content) -> Content:
    keys = ("title", "title_en", "domain", "subscenario", "situation", "situation_en", "task", "task_en")
    return content | {key: form[key].data or "" for key in keys}


# ---- where ----


def region_choices() -> list[SelectChoice]:
    """The cities and counties of Anhui, and the rest of the world."""
    choices = listed([("", Text("安徽省外", "Outside Anhui"))])
    for city in regions.cities():
        whole = Text("%(city)s（市区或全市）", "%(city)s (the city)") % {"city": city.label}
        counties = [(each.code, each.label) for each in regions.counties(city.code, zones=True)]
        choices += listed([(city.code, whole), *counties], city.label)
    return choices


CONDITION = "condition_"
NOT_SAID = Text("不说明", "Not stated")
YES_NO = (("yes", Text("是", "Yes")), ("no", Text("否", "No")))
LONGEST_NUMBER = 40
# What mostly decides; the other conditions are folded away until one is wanted.
USUAL = frozenset(("place", "temperature", "explosive_zone", "floor", "slope", "people", "network"))


def condition_fields(spec: Spec) -> dict[str, Any]:
    """The fields that ask for one site condition, by name."""
    name = CONDITION + spec.key
    if spec.kind == "choices":
        return {name: SomeOf(spec.label, choices=listed((each.code, each.label) for each in spec.choices))}
    if spec.kind == "choice":
        known = [(each.code, each.label) for each in spec.choices]
        return {name: OneOf(spec.label, choices=listed([("", NOT_SAID), *known]))}
    if spec.kind == "flag":
        return {name: OneOf(spec.label, choices=listed([("", NOT_SAID), *YES_NO]))}
    if spec.kind == "range":
        ends = (("from", Text("最低", "Lowest")), ("to", Text("最高", "Highest")))
        return {f"{name}_{end}": _short(label, LONGEST_NUMBER) for end, label in ends}
    return {name: _short(spec.label, values.TEXT_LIMIT if spec.kind == "text" else LONGEST_NUMBER)}


def _short(label: Any, most: int) -> Any:
    return StringField(label, [at_most(most)])


class WhereForm(MarketplaceForm):
    """The place and what it is like; ``found`` are the conditions after ``validate``."""

    region = OneOf(_l("所在市县"), choices=region_choices, description=_l("供方按服务半径查找。省外的在“地点”里写明。"))
    place = text("place", _l("地点"), description=_l("写到供方能估计路程即可，例如：庐阳区某变电站。不要写涉密地点。"))
    place_en = text("place_en", _l("地点（英文）"))

    def __init__(self, content: Content) -> None:
        stored = content.get("conditions") or {}
        typed: dict[str, Any] = {}
        for spec in catalogue.conditions():
            typed |= _as_typed(spec, stored.get(spec.key))
        self.found: dict[str, Any] = {}
        super().__init__(data={**content, **typed})

    def conditions(self, part: str = "") -> Iterator[tuple[Spec, list[Field]]]:
        """Each condition with the fields that ask for it: two for a range, else one. ``part``: "usual" or "more"."""
        for spec in catalogue.conditions():
            if not part or (spec.key in USUAL) == (part == "usual"):
                yield spec, [self[name] for name in FIELD_NAMES[spec.key]]

    def more_open(self) -> bool:
        """Whether something is written, or wrong, among the conditions that are folded away."""
        return any(field.data or field.errors for _spec, fields in self.conditions("more") for field in fields)

    def validate(self, extra_validators: Any = None) -> bool:
        """Read every condition by the rules of its kind; a refusal stands at its (first) field."""
        good = bool(super().validate(extra_validators))
        for spec, fields in self.conditions():
            if any(field.errors for field in fields):
                continue
            try:
                value = values.parse(spec, _raw(spec, fields))
            except FieldError as error:
                refuse(fields[0], error.message)
                good = False
            else:
                self.found |= {spec.key: value} if value is not None else {}
        return good


# Key of a condition → names of its fields.
FIELD_NAMES: dict[str, tuple[str, ...]] = {}
for _spec in catalogue.conditions():
    _fields = condition_fields(_spec)
    FIELD_NAMES[_spec.key] = tuple(_fields)
    for _name, _field in _fields.items():
        setattr(WhereForm, _name, _field)


def _as_typed(spec: Spec, value: Mapping[str, Any] | None) -> dict[str, Any]:
    """A stored condition as its fields show it."""
    name = CONDITION + spec.key
    if value is None:
        return {}
    if spec.kind == "choices":
        return {name: list(value["choices"])}
    if spec.kind == "choice":
        return {name: value["choice"]}
    if spec.kind == "flag":
        return {name: "yes" if value["flag"] else "no"}
    if spec.kind == "range":
        return {f"{name}_from": value["from"], f"{name}_to": value["to"]}
    return {name: values.export_text(spec, dict(value), current_language())}


def _raw(spec: Spec, fields: list[Field]) -> Any:
    """What was typed, as ``values.parse`` takes it."""
    if spec.kind == "range":
        return {"from": fields[0].data or "", "to": fields[1].data or ""}
    if spec.kind in ("choice", "choices", "flag"):
        return {spec.kind: fields[0].data or ""}
    return fields[0].data or ""


def write_where(form: WhereForm, content: Content) -> Content:
    return content | {key: form[key].data or "" for key in ("region", "place", "place_en")} | {"conditions": form.found}


# ---- budget and time ----


class BudgetForm(MarketplaceForm):
    """How much, how it is paid, how many, and until when."""

    budget_kind = OneShown(_l("预算"), choices=listed(BUDGETS.items()))
    budget_from = StringField(_l("金额，或范围的下限"), [at_most(LONGEST_NUMBER)])
    budget_to = StringField(_l("范围的上限"), [at_most(LONGEST_NUMBER)])
    budget_note = text("budget_note", _l("预算说明"), description=_l("例如：含安装和一年运维；分两年支付。"))
    payment = SomeOf(_l("付费方式"), choices=listed(PAYMENTS.items()), description=_l("可选多项。"))
    quantity = text("quantity", _l("数量"), description=_l("例如：2 台；覆盖 3 个车间。"))
    start_by = StringField(_l("期望开始"), [at_most(LONGEST_NUMBER)], description=_l("希望机器人到场的日子。"))
    answer_by = StringField(_l("答复截止"), [at_most(LONGEST_NUMBER)], description=_l("过了这一天不再等新的方案。"))
    valid_until = StringField(
        _l("有效期至"),
        [at_most(LONGEST_NUMBER)],
        description=_l("过了这一天自动标为已过期，最长三年；空着表示长期有效。"),
    )

    def __init__(self, content: Content) -> None:
        self.stored = content
        super().__init__(data=content)

    def validate(self, extra_validators: Any = None) -> bool:
        """Amounts fit the kind of budget, days lie ahead and in order."""
        good = [bool(super().validate(extra_validators)), self._amounts()]
        good += [
            read_into(self, "start_by", day, years=START_YEARS, kept=self.stored.get("start_by", "")),
            read_into(self, "answer_by", day, kept=self.stored.get("answer_by", "")),
            read_into(self, "valid_until", day, kept=self.stored.get("valid_until", "")),
        ]
        if all(good) and self.valid_until.data and (self.answer_by.data or "") > self.valid_until.data:
            refuse(self.answer_by, Text("答复截止不能晚于有效期", "The day for answers lies within the validity"))
            return False
        return all(good)

    def _amounts(self) -> bool:
        read = [read_into(self, key, answers.amount) for key in ("budget_from", "budget_to")]
        if not all(read) or self.budget_kind.errors:
            return False
        refusal = self._misfit(self.budget_kind.data, self.budget_from.data or "", self.budget_to.data or "")
        if refusal is not None:
            refuse(*refusal)
        return refusal is None

    def _misfit(self, kind: str, low: str, high: str) -> tuple[Field, Text] | None:
        if kind not in ("fixed", "range"):
            message = Text(
                "选了“%(kind)s”就不填金额；要写金额请改选",
                "With “%(kind)s” there is no amount; choose another one to give it",
            )
            filled = self.budget_from if low else self.budget_to
            return (filled, message % {"kind": BUDGETS[kind]}) if low or high else None
        if not low:
            return self.budget_from, Text("请填金额，单位万元，例如 80", "Give the amount in CNY 10,000, e.g. 80")
        if kind == "fixed":
            return (self.budget_to, Text("固定金额只填前一格", "A fixed amount has no upper end")) if high else None
        if not high:
            return self.budget_to, Text("请填范围的上限", "Give the upper end of the range")
        if Decimal(high) <= Decimal(low):
            return self.budget_to, Text("上限要大于下限", "The upper end is above the lower one")
        return None


def write_budget(form: BudgetForm, content: Content) -> Content:
    keys = (
        "budget_kind",
        "budget_from",
        "budget_to",
        "budget_note",
        "quantity",
        "start_by",
        "answer_by",
        "valid_until",
    )
    given = {key: form[key].data or "" for key in keys}
    return content | given | {"payment": [code for code in PAYMENTS if code in (form.payment.data or ())]}


# ---- contact, terms, files ----


class ContactForm(UploadForm):
    """Whom to ask, what must be kept to, and what shows it."""

    contact_name = text("contact_name", _l("联系人"))
    contact_phone = text(
        "contact_phone",
        _l("联系电话"),
        description=_l("手机、带区号的固定电话或 400 电话。"),
        render_kw={"type": "tel", "autocomplete": "tel"},
    )
    contact_email = text("contact_email", _l("联系邮箱"), render_kw={"type": "email", "autocomplete": "email"})
    data_terms = text(
        "data_terms", _l("数据条件"), TextAreaField, description=_l("现场数据归谁、能不能带出、要不要内网部署。")
    )
    safety_terms = text(
        "safety_terms", _l("安全要求"), TextAreaField, description=_l("进场培训、资质、急停、作业票等。")
    )

    def __init__(self, content: Content) -> None:
        super().__init__(data=content)
        for name in ADDED_LATER:  # the summary of errors goes in the order of the page
            self._fields[name] = self._fields.pop(name)

    def validate(self, extra_validators: Any = None) -> bool:
        """A telephone number and an address that can exist."""
        good = [bool(super().validate(extra_validators))]
        good += [read_into(self, "contact_phone", phone), read_into(self, "contact_email", email)]
        return all(good)


def write_contact(form: ContactForm, content: Content) -> Content:
    keys = ("contact_name", "contact_phone", "contact_email", "data_terms", "safety_terms")
    return write_captions(form, content | {key: form[key].data or "" for key in keys})
