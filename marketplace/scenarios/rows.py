"""Pages of the guided form that have rows: must-haves and targets. Rows come and go by submit buttons, no script."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from wtforms import FormField, StringField
from wtforms.fields.choices import SelectChoice

from marketplace.core.errors import FieldError, Gathered
from marketplace.core.text import Text, enumerated
from marketplace.listings.kind import Content
from marketplace.reference import catalogue, values
from marketplace.reference.terms import Spec
from marketplace.scenarios import answers
from marketplace.scenarios.content import DIRECTIONS, MOST_ROWS
from marketplace.scenarios.fields import text
from marketplace.web.fields import CHOOSE, OneOf, listed
from marketplace.web.forms import at_most
from marketplace.web.languages import current_language
from marketplace.web.languages import lazy_gettext as _l
from marketplace.web.rows import READ_AT_MOST, Rows, RowsForm, WrittenRow

LONGEST_VALUE = 200


# ---- must-haves ----


@cache
def spec_choices() -> tuple[SelectChoice, ...]:
    """Every spec that products are described by, under its heading."""
    groups: dict[Text, list[tuple[str, Text]]] = {}
    for spec in catalogue.specs():
        groups.setdefault(catalogue.group_label(spec.group), []).append((spec.key, spec.label))
    return (*listed([("", CHOOSE)]), *(each for head, specs in groups.items() for each in listed(specs, head)))


@cache
def operator_choices() -> tuple[SelectChoice, ...]:
    """Every way of comparing, and "as is usual for the spec"; which of them fit a spec is said when it is read."""
    labels: dict[str, dict[Text, None]] = {}
    for spec in catalogue.specs():
        for each in values.operators(spec):
            labels.setdefault(each.code, {})[each.label] = None
    said = [
        (code, Text("/".join(each.zh for each in labels[code]), "/".join(each.en for each in labels[code])))
        for code in (">=", "<=", "=", "covers", "in", "yes")
    ]
    return tuple(listed([("", Text("按惯例", "As usual")), *said]))


class RequirementRow(WrittenRow):
    """One must-have: spec, comparison, value, and why."""

    written = ("spec", "value", "why")

    spec = OneOf(_l("指标"), choices=lambda: list(spec_choices()))
    op = OneOf(_l("比较"), choices=lambda: list(operator_choices()))
    value = StringField(_l("数值"), [at_most(LONGEST_VALUE)])
    why = text("why", _l("为什么（选填）"))

    @property
    def chosen(self) -> Spec | None:
        """The spec that the row is about, or None."""
        known = {each.key: each for each in catalogue.specs()}
        return known.get(self.spec.data)

    def hint(self) -> Text:
        """How the value of the chosen spec is written."""
        spec = self.chosen
        if spec is None:
            return Text("", "")
        if "yes" in {each.code for each in values.operators(spec)}:
            return Text("数值留空", "Leave the value empty")
        if not spec.choices:
            return spec.hint
        listed = enumerated(each.label for each in spec.choices)
        return Text("可填：%(listed)s；几项用顿号分开", "One or more of: %(listed)s") % {"listed": listed}


class RequirementsForm(RowsForm):
    """The must-haves of a scenario."""

    most = MOST_ROWS
    rows = Rows(FormField(RequirementRow), name="requirements", called=_l("要求 %(number)s"), max_entries=READ_AT_MOST)

    def typed(self, content: Content) -> list[dict[str, Any]]:
        return [{**each, "value": wanted_text(each)} for each in content.get("requirements") or []]

    def read(self, row: RequirementRow) -> dict[str, Any]:
        spec = row.chosen
        if spec is None:
            raise FieldError(
                "spec", Text("请选择指标；不需要这一项就删去", "Choose a spec; remove the row if it is not needed")
            )
        op = row.op.data or values.operators(spec)[0].code
        if op not in {each.code for each in values.operators(spec)}:
            raise FieldError("op", _WRONG_OPERATOR % {"name": spec.label, "listed": _listed(spec)})
        typed = row.value.data or ""
        if op == "yes":
            _only_yes(spec, typed)
        value = values.parse_wanted(spec, op, typed, "value")
        return {"spec": spec.key, "op": op, "value": value, "why": row.why.data or ""}

    def key(self, found: Mapping[str, Any]) -> Any:
        return found["spec"], found["op"]


_WRONG_OPERATOR = Text("“%(name)s”只能这样比较：%(listed)s", "“%(name)s” is compared by: %(listed)s")
_ONLY_YES = Text(
    "“%(name)s”只能要求“需要”，数值留空；要说明的写在“为什么”",
    "“%(name)s” can only be required; leave the value empty and explain under “Why”",
)


def _listed(spec: Spec) -> Text:
    return enumerated(each.label for each in values.operators(spec))


def _only_yes(spec: Spec, typed: str) -> None:
    """Nothing that was written beside "required" is thrown away unsaid."""
    asked = Text("需要", "required")
    if typed and typed.casefold() not in (asked.zh, asked.en, "是", "有", "yes"):
        raise FieldError("value", _ONLY_YES % {"name": spec.label})


def wanted_text(requirement: Mapping[str, Any]) -> str:
    """The value of a stored must-have as it would be typed: "2.5", "-10~40", "IP66", "激光SLAM、视觉SLAM", ""."""
    if requirement["op"] == "yes":
        return ""
    spec = catalogue.spec(requirement["spec"])
    shape = replace(spec, kind="choices") if "choices" in requirement["value"] else spec
    return values.export_text(shape, requirement["value"], current_language())


def write_requirements(form: RequirementsForm, content: Content) -> Content:
    return content | {"requirements": form.found}


# ---- targets ----


def _number(label: Any) -> Any:
    return StringField(label, [at_most(40)])


class TargetRow(WrittenRow):
    """One target: what is measured, in which unit, how it is now, what is to be reached, and how it is measured."""

    written = ("name", "unit", "baseline", "target", "method")

    name = text("target_name", _l("测什么"))
    unit = text("target_unit", _l("计量单位"))
    direction = OneOf(_l("比较"), choices=listed(DIRECTIONS.items()), default="up")
    baseline = _number(_l("现状（选填）"))
    target = _number(_l("目标值"))
    method = text("target_method", _l("怎样测（选填）"))


class TargetsForm(RowsForm):
    """What a trial would be judged by."""

    most = MOST_ROWS
    rows = Rows(FormField(TargetRow), name="targets", called=_l("目标 %(number)s"), max_entries=READ_AT_MOST)

    def typed(self, content: Content) -> list[dict[str, Any]]:
        return [dict(each) for each in content.get("targets") or []]

    def read(self, row: Any) -> dict[str, Any]:
        unit, wrong = row.unit.data or "", Gathered()
        found = {"name": row.name.data, "unit": unit, "direction": row.direction.data, "method": row.method.data or ""}
        with wrong:
            if not found["name"]:
                raise FieldError(
                    "name", Text("请写测什么，例如：单次巡检时间", "Say what is measured, e.g. time of one inspection")
                )
        with wrong:
            found["baseline"] = answers.number(row.baseline.data or "", "baseline", unit)
        with wrong:
            found["target"] = answers.number(row.target.data or "", "target", unit)
            if not found["target"]:
                raise FieldError("target", Text("请填目标值，例如 98", "Give the value to be reached, e.g. 98"))
        wrong.tell()
        return found

    def key(self, found: Mapping[str, Any]) -> Any:
        return found["name"]


def write_targets(form: TargetsForm, content: Content) -> Content:
    return content | {"targets": form.found}
