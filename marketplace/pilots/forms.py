"""Forms of pilots: the plan with its targets, one reading, a file, an incident, a day, the report, the verification."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from flask_wtf.file import FileField
from wtforms import FormField, HiddenField, IntegerField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import NumberRange

from marketplace.core.errors import FieldError, Gathered
from marketplace.core.text import Text
from marketplace.pilots import plan, report, wording
from marketplace.pilots.estimates import beyond
from marketplace.pilots.measuring import LONGEST_OBJECTION
from marketplace.pilots.models import Target
from marketplace.pilots.plan import read_day, read_number
from marketplace.products.models import Product
from marketplace.reference import catalogue
from marketplace.web.fields import CHOOSE, OneOf, OneShown, listed, refuse, written
from marketplace.web.forms import MarketplaceForm, at_most, chosen, required
from marketplace.web.languages import lazy_gettext as _l
from marketplace.web.rows import READ_AT_MOST, Rows, RowsForm, WrittenRow


def text(key: str, label: Any, kind: Any = StringField, **options: Any) -> Any:
    """A field of the plan, as long as its limit allows."""
    return written(label, plan.LIMITS[key], kind, **options)


@cache
def spec_choices() -> tuple[SelectChoice, ...]:
    """The specs of products that a target may prove."""
    return tuple(listed([("", Text("不对应参数", "None")), *((each.key, each.label) for each in catalogue.specs())]))


class BeginForm(MarketplaceForm):
    """Which product, for which need or with whom."""

    product = StringField(_l("产品编号"), [required(), at_most(20)], render_kw={"placeholder": "P-2026-000001"})
    scenario = StringField(_l("场景需求编号"), [at_most(20)], render_kw={"placeholder": "S-2026-000001"})
    demander = StringField(_l("需方单位编号"), [at_most(20)], render_kw={"placeholder": "O-2026-000001"})


class GroundForm(MarketplaceForm):
    """Which of the agreed products is tried."""

    product = OneShown(_l("验证哪个产品"), choices=[], validators=[chosen()])

    def offer(self, products: Sequence[Product]) -> GroundForm:
        """With these products to choose from; a single one is chosen already."""
        self.product.choices = listed([(each.number, each.label) for each in products])
        if len(products) == 1 and not self.product.data:
            self.product.data = products[0].number
        return self


class TargetRow(WrittenRow):
    """One target of the plan."""

    written = ("name", "goal", "stop", "standard")

    name = text("name", _l("测什么"))
    name_en = text("name_en", _l("英文名称（选填）"))
    kind = OneOf(_l("怎样统计"), choices=listed(plan.KINDS.items()), default="mean")
    unit = text("unit", _l("计量单位"))
    direction = OneOf(_l("比较"), choices=listed(plan.DIRECTIONS.items()), default="up")
    goal = StringField(_l("目标值"), [at_most(30)])
    baseline = StringField(_l("基线（选填）"), [at_most(30)])
    stop = StringField(_l("停止线（选填）"), [at_most(30)])
    least = StringField(_l("最低样本量"), [at_most(12)])
    measurer = OneOf(_l("谁来测"), choices=listed(plan.MEASURERS.items()), default="demander")
    standard = text("standard", _l("测试标准或办法"))
    spec = OneOf(_l("对应的产品参数"), choices=lambda: list(spec_choices()))


class PlanForm(RowsForm):
    """The plan on one page."""

    most = plan.MOST_TARGETS
    place = text("place", plan.LABELS["place"])
    first_day = StringField(plan.LABELS["first_day"], [at_most(20)], render_kw={"placeholder": "2027-03-01"})
    last_day = StringField(plan.LABELS["last_day"], [at_most(20)], render_kw={"placeholder": "2027-05-31"})
    tier = OneOf(plan.LABELS["tier"], choices=listed([("", CHOOSE), *plan.TIERS.items()]))
    min_days = IntegerField(plan.LABELS["min_days"], [NumberRange(1, plan.LONGEST_DAYS, _l("请写 1 到 1100 的整数"))])
    units = text("units", plan.LABELS["units"])
    software = text("software", plan.LABELS["software"])
    third_party = text("third_party", plan.LABELS["third_party"])
    baseline_note = text("baseline_note", plan.LABELS["baseline_note"], TextAreaField)
    sampling = text("sampling", plan.LABELS["sampling"], TextAreaField)
    exclusions = text("exclusions", plan.LABELS["exclusions"], TextAreaField)
    risks = text("risks", plan.LABELS["risks"], TextAreaField)
    insurance = text("insurance", plan.LABELS["insurance"], TextAreaField)
    rows = Rows(FormField(TargetRow), name="targets", called=_l("验证指标 %(number)s"), max_entries=READ_AT_MOST)

    def __init__(self, content: Mapping[str, Any]) -> None:
        self.found: list[dict[str, Any]] = []
        super(RowsForm, self).__init__(data={**content, "rows": self.typed(dict(content))})
        if not self.rows.entries and not self.is_submitted():
            self.rows.append_entry()

    def typed(self, content: dict[str, Any]) -> list[dict[str, Any]]:
        return [dict(each) for each in content.get("targets") or []]

    def key(self, found: Mapping[str, Any]) -> Any:
        return found["name"]

    def read(self, row: Any) -> dict[str, Any]:
        wrong = Gathered()
        found = {name: row[name].data or "" for name in ("name", "name_en", "kind", "unit", "direction", "measurer",
                                                         "standard", "spec")}  # fmt: skip
        with wrong:
            if not found["name"]:
                raise FieldError("name", Text("请写测什么", "Say what is measured"))
        for key in ("goal", "baseline", "stop", "least"):
            with wrong:
                found[key] = read_number(row[key].data or "", key)
        with wrong:
            _check_goal(found)
        with wrong:
            _check_stop(found)
        with wrong:
            _check_least(found)
        wrong.tell()
        return found

    def validate(self, extra_validators: Any = None) -> bool:
        super().validate(extra_validators)
        for key in ("first_day", "last_day"):
            try:
                self[key].data = read_day(self[key].data or "", key)
            except FieldError as error:
                refuse(self[key], error.message)
        return not self.errors

    def content(self) -> dict[str, Any]:
        """The plan as it is stored."""
        return {key: self[key].data or "" for key in plan.LABELS} | {"targets": self.found}


def _check_goal(found: Mapping[str, Any]) -> None:
    if "goal" not in found:
        return
    goal = plan.number(found["goal"])
    if goal is None:
        raise FieldError("goal", Text("请填目标值，例如 98", "Give the value to be reached, e.g. 98"))
    if found["kind"] == "proportion" and not 0 <= goal <= 100:
        raise FieldError("goal", Text("比例写百分数，0 到 100", "A proportion is a percentage, 0 to 100"))
    if found["kind"] in ("rate", "time_to_failure") and goal < 0:
        raise FieldError("goal", Text("不能小于 0", "It cannot be less than 0"))


def _check_stop(found: Mapping[str, Any]) -> None:
    goal, stop = (plan.number(found.get(key, "")) for key in ("goal", "stop"))
    if goal is not None and stop is not None and beyond(goal, stop, found["direction"]):
        raise FieldError(
            "stop",
            Text(
                "停止线要比目标差：现在目标本身就触及停止线",
                "The stop limit must be worse than the target, which lies beyond it now",
            ),
        )


def _check_least(found: Mapping[str, Any]) -> None:
    least = plan.number(found.get("least", "2"))
    if least is None or least < 2:
        raise FieldError("least", Text("最低样本量至少为 2", "The least sample is 2 or more"))


class ReadingForm(MarketplaceForm):
    """One reading by hand."""

    target = OneOf(_l("指标"))
    at = StringField(_l("测量时间"), [required(), at_most(40)])
    value = StringField(_l("数值"), [required(), at_most(40)])
    base = StringField(_l("分母"), [at_most(40)])
    device = StringField(_l("设备或序列号"), [at_most(40)])
    note = StringField(_l("备注"), [at_most(200)])

    def __init__(self, targets: Sequence[Target]) -> None:
        super().__init__()
        self.target.choices = listed((each.code, each.label) for each in targets)


class FileForm(MarketplaceForm):
    """A file of readings."""

    file = FileField(_l("测量文件"))


class DecisionForm(MarketplaceForm):
    """What the other side says to readings; which ones it ticked is beside it."""

    reading = StringField(_l("测量记录"))
    objection = written(_l("为什么有异议"), LONGEST_OBJECTION)


class CorrectionForm(MarketplaceForm):
    """The right value in the place of a wrong one."""

    value = StringField(_l("更正后的数值"), [required(), at_most(40)])
    base = StringField(_l("更正后的分母"), [at_most(40)])
    reason = written(_l("为什么更正"), 200, validators=[required()])


class IncidentForm(MarketplaceForm):
    """What happened."""

    kind = OneOf(_l("类别"), choices=listed(wording.INCIDENTS.items()), default="intervention")
    severity = OneShown(
        _l("严重程度"),
        choices=listed((str(key), label) for key, label in wording.SEVERITIES.items()),
        validators=[chosen()],
    )
    at = StringField(_l("发生时间"), [required(), at_most(40)])
    what = written(_l("经过"), 1000, TextAreaField, validators=[required()])
    done = written(_l("处置（选填）"), 1000, TextAreaField)


class DayForm(MarketplaceForm):
    """A day that shall not count."""

    day = StringField(_l("日期"), [required(), at_most(20)], render_kw={"placeholder": "2027-03-31"})
    reason = written(_l("为什么不计入"), 300, validators=[required()])


class ReportForm(MarketplaceForm):
    """What both sides say at the end."""

    verdict = OneShown(_l("双方建议"), choices=[
        SelectChoice(key, label, render_kw={"sub": report.VERDICT_HINTS[key]}) for key, label in report.VERDICTS.items()
    ], validators=[chosen()])  # fmt: skip
    scope = written(report.LABELS["scope"], report.LIMITS["scope"], TextAreaField, validators=[required()])
    findings = written(report.LABELS["findings"], report.LIMITS["findings"], TextAreaField, validators=[required()])
    economics = written(report.LABELS["economics"], report.LIMITS["economics"], TextAreaField)
    copying = written(report.LABELS["copying"], report.LIMITS["copying"], TextAreaField)

    def content(self) -> dict[str, str]:
        """The report as it is stored."""
        return {key: self[key].data or "" for key in ("verdict", *report.LABELS)}


DECISIONS = {
    "verify": Text("核验通过", "Verify"),
    "return": Text("退回补正报告", "Return for correction"),
    "refuse": Text("不予通过", "Do not verify"),
}


class VerifyForm(MarketplaceForm):
    """The visit, and the decision that rests on it."""

    version = HiddenField()
    day = StringField(_l("现场查看日期"), [at_most(20)], render_kw={"placeholder": "2027-03-31"})
    who = written(_l("查看人员"), 200)
    seen = written(_l("现场所见"), 2000, TextAreaField)
    decision = OneShown(_l("决定"), choices=listed(DECISIONS.items()), validators=[chosen()])
    reason = written(_l("理由"), 2000, TextAreaField)

    def validate(self, extra_validators: Any = None) -> bool:
        super().validate(extra_validators)
        needed = () if self.decision.data == "return" else ("day", "who", "seen")
        for key in (*needed, *(("reason",) if self.decision.data in ("return", "refuse") else ())):
            if not self[key].data:
                refuse(self[key], Text("请填写此项", "Please fill this in"))
        try:
            self.day.data = read_day(self.day.data or "", "day")
        except FieldError as error:
            refuse(self.day, error.message)
        return not self.errors

    def visit(self) -> dict[str, str] | None:
        """The visit as it is stored; a report may go back without one."""
        found = {"day": self.day.data, "who": self.who.data, "seen": self.seen.data}
        return found if all(found.values()) else None
