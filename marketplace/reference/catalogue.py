"""What robots, needs and claims are called here: domains, segments, categories, specs, marks, site conditions.

Policy order is kept (clauses 一, 2 and 15). Codes and keys are stable: listings store them.
"""

from __future__ import annotations

import unicodedata
from decimal import Decimal
from functools import cache
from typing import Any

from marketplace.core.text import Text
from marketplace.reference.files import label, read_json
from marketplace.reference.terms import (
    Category,
    Choice,
    Domain,
    Mark,
    RobotClass,
    Segment,
    Spec,
    SpecGroup,
    Subscenario,
)

__all__ = [
    "Category",
    "Choice",
    "Domain",
    "Mark",
    "RobotClass",
    "Segment",
    "Spec",
    "SpecGroup",
    "Subscenario",
    "categories",
    "categories_asked_for",
    "categories_of",
    "category",
    "category_by_label",
    "class_by_label",
    "classes",
    "condition",
    "conditions",
    "domain",
    "domain_by_label",
    "domains",
    "fold",
    "group_label",
    "mark",
    "marks",
    "robot_class",
    "segment",
    "segments",
    "spec",
    "specs",
    "specs_by_label",
    "specs_of",
    "subscenario",
]


@cache
def domains() -> tuple[Domain, ...]:
    """The ten domains in the order of clause 15."""
    return tuple(
        Domain(
            row["code"],
            label(row),
            tuple(
                Subscenario(each["code"], label(each), row["code"], frozenset(each["categories"]))
                for each in row["subscenarios"]
            ),
        )
        for row in read_json("domains.json")["domains"]
    )


def domain(code: str) -> Domain:
    """The domain with this code; raises KeyError."""
    return _domains_by_code()[code]


def domain_by_label(text: str) -> Domain | None:
    """The domain called so (code, Chinese or English), or None."""
    return _domain_names().get(fold(text))


def subscenario(code: str) -> Subscenario:
    """The sub-scenario with this code ("industrial.welding"); raises KeyError."""
    return _subscenarios()[code]


@cache
def segments() -> tuple[Segment, ...]:
    """The links of the value chain: whole_machine, core_part, model, aftermarket, integration."""
    return tuple(
        Segment(row["code"], label(row), label(row, "note_"), tuple(each["code"] for each in row["classes"]))
        for row in read_json("segments.json")["segments"]
    )


def segment(code: str) -> Segment:
    """The segment with this code; raises KeyError."""
    return {each.code: each for each in segments()}[code]


@cache
def classes() -> tuple[RobotClass, ...]:
    """The upper level of the product tree, in the order of the segments."""
    return tuple(
        RobotClass(each["code"], label(each), row["code"], each["drawing"], each.get("clause", ""))
        for row in read_json("segments.json")["segments"]
        for each in row["classes"]
    )


def robot_class(code: str) -> RobotClass:
    """The class with this code; raises KeyError."""
    return _classes_by_code()[code]


def class_by_label(text: str) -> RobotClass | None:
    """The class called so (code, Chinese or English), or None."""
    return _class_names().get(fold(text))


@cache
def categories() -> tuple[Category, ...]:
    """Every category, grouped by class."""
    content = read_json("categories.json")
    return tuple(_category(row, content["spec_sets"]) for row in content["categories"])


def category(code: str) -> Category:
    """The category with this code; raises KeyError."""
    return _categories_by_code()[code]


def categories_of(robot_class_code: str) -> tuple[Category, ...]:
    """The categories of one class."""
    return tuple(each for each in categories() if each.robot_class == robot_class_code)


def category_by_label(text: str) -> Category | None:
    """The category called so (code, Chinese, English or an alias; width and case do not matter), or None."""
    return _category_names().get(fold(text))


def categories_asked_for(text: str) -> frozenset[str]:
    """The codes of the categories that a text asks for by their names: 人形机器人 is three of them."""
    folded = text.lower()
    return frozenset(each.code for each in categories() if any(name in folded for name in each.asked_as))


@cache
def specs() -> tuple[Spec, ...]:
    """Every spec, in the order of the file."""
    return tuple(_spec(row) for row in read_json("specs.json")["specs"])


def spec(key: str) -> Spec:
    """The spec with this key; raises KeyError."""
    return _specs_by_key()[key]


def specs_by_label(text: str) -> tuple[Spec, ...]:
    """The specs called so (key, Chinese, English or an alias).

    Several when a word is used for two quantities: 电池 is an energy in Wh or a charge in Ah.
    """
    return _spec_names().get(fold(text), ())


@cache
def specs_of(category_code: str) -> tuple[SpecGroup, ...]:
    """The specs of a category under their headings, in order; raises KeyError."""
    wanted = [spec(key) for key in category(category_code).specs]
    groups = (
        SpecGroup(row["code"], label(row), tuple(each for each in wanted if each.group == row["code"]))
        for row in read_json("specs.json")["groups"]
    )
    return tuple(group for group in groups if group.specs)


@cache
def group_label(code: str) -> Text:
    """The heading of a spec group; raises KeyError."""
    return {row["code"]: label(row) for row in read_json("specs.json")["groups"]}[code]


@cache
def marks() -> tuple[Mark, ...]:
    """Every mark: each of the 三首 at national, provincial and municipal level, then the certificates."""
    content = read_json("marks.json")
    levels = {row["code"]: label(row) for row in content["levels"]}
    return tuple(mark for row in content["marks"] for mark in _marks(row, levels))


def mark(code: str) -> Mark:
    """The mark with this code ("first_set_provincial", "cr"); raises KeyError."""
    return _marks_by_code()[code]


@cache
def conditions() -> tuple[Spec, ...]:
    """The conditions a scenario states about its site; their values follow the same rules as specs."""
    return tuple(_spec(row) for row in read_json("conditions.json")["conditions"])


def condition(key: str) -> Spec:
    """The condition with this key; raises KeyError."""
    return _conditions_by_key()[key]


def fold(text: str) -> str:
    """A name reduced to what must agree: width, case and spaces do not matter."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def _category(row: dict[str, Any], sets: dict[str, list[str]]) -> Category:
    keys = [key for each in row["specs"] for key in (sets[each[1:]] if each.startswith("@") else [each])]
    keys.append("service_area")  # whatever is offered is served somewhere
    upper = robot_class(row["class"])
    return Category(
        code=row["code"],
        label=label(row),
        robot_class=upper.code,
        segment=upper.segment,
        drawing=row["drawing"],
        clause=row.get("clause", ""),
        aliases=tuple(row.get("aliases", ())),
        asked_as=frozenset(map(str.lower, (*row.get("asked_as", ()), *_kinds(row["zh"], *row.get("aliases", ()))))),
        specs=tuple(dict.fromkeys(keys)),
        headline=tuple(row["headline"]),
    )


def _kinds(*names: str) -> list[str]:
    """Those of a category's names that say a kind of robot, and not what it works on (焊接, 电池)."""
    return [name for name in names if name.endswith(("机器人", "机械臂"))]


def _spec(row: dict[str, Any]) -> Spec:
    unit = row.get("unit", "")
    return Spec(
        key=row["key"],
        label=label(row),
        kind=row["kind"],
        hint=label(row, "hint_"),
        unit=unit,
        unit_label=Text(row.get("unit_zh", unit), row.get("unit_en", unit)),
        low=Decimal(row["min"]) if "min" in row else None,
        high=Decimal(row["max"]) if "max" in row else None,
        decimals=row.get("decimals", 0),
        choices=tuple(Choice(c["code"], label(c), tuple(c.get("aliases", ()))) for c in row.get("choices", ())),
        group=row.get("group", ""),
        better=row.get("better", "none"),
        grade=row.get("grade", False),
        aliases=tuple(row.get("aliases", ())),
    )


def _marks(row: dict[str, Any], levels: dict[str, Text]) -> list[Mark]:
    whole, short, note = label(row), label(row, "short_"), label(row, "note_")
    if not row["levels"]:
        return [Mark(row["code"], row["kind"], row["code"], "", whole, short, note)]
    return [
        Mark(
            code=f"{row['code']}_{level}",
            kind=row["kind"],
            family=row["code"],
            level=level,
            label=Text(f"{whole.zh}（{words.zh}）", f"{whole.en} ({words.en.lower()})"),
            short=Text(f"{words.zh}{short.zh}", f"{short.en} ({words.en.lower()})"),
            note=note,
        )
        for level, words in levels.items()
    ]


@cache
def _domains_by_code() -> dict[str, Domain]:
    return {each.code: each for each in domains()}


@cache
def _domain_names() -> dict[str, Domain]:
    return {fold(name): each for each in domains() for name in (each.code, each.label.zh, each.label.en)}


@cache
def _subscenarios() -> dict[str, Subscenario]:
    return {each.code: each for upper in domains() for each in upper.subscenarios}


@cache
def _classes_by_code() -> dict[str, RobotClass]:
    return {each.code: each for each in classes()}


@cache
def _class_names() -> dict[str, RobotClass]:
    return {fold(name): each for each in classes() for name in (each.code, each.label.zh, each.label.en)}


@cache
def _categories_by_code() -> dict[str, Category]:
    return {each.code: each for each in categories()}


@cache
def _category_names() -> dict[str, Category]:
    return {
        fold(name): each for each in categories() for name in (each.code, each.label.zh, each.label.en, *each.aliases)
    }


@cache
def _specs_by_key() -> dict[str, Spec]:
    return {each.key: each for each in specs()}


@cache
def _spec_names() -> dict[str, tuple[Spec, ...]]:
    names: dict[str, tuple[Spec, ...]] = {}
    for each in specs():
        for name in dict.fromkeys(map(fold, (each.key, each.label.zh, each.label.en, *each.aliases))):
            names[name] = (*names.get(name, ()), each)
    return names


@cache
def _marks_by_code() -> dict[str, Mark]:
    return {each.code: each for each in marks()}


@cache
def _conditions_by_key() -> dict[str, Spec]:
    return {each.key: each for each in conditions()}
