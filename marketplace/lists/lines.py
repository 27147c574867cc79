"""Compact text for values of several parts: what a person reads and writes in one cell, without loss.

Every row is a line. A backslash takes away the meaning of the sign behind it (``\\|`` is a bar, ``\\n`` a line break
inside a text), so that any text can be written.

    requirements   额定负载 >= 15 kg（红外云台）        name, comparison, value with unit, in brackets why
                   自主充电 需要
                   工作温度 覆盖 -10~40 ℃
    conditions     最大坡度 = 8 °                      name = value with unit
    targets        识别准确率 | >= 95 % | 现状 80 | 方法 每月抽检 200 张
    evidence       额定负载 | 有据 | https://… | 标称   name, level, source, note
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from marketplace.core.errors import FieldError
from marketplace.core.text import Text
from marketplace.reference import catalogue, values
from marketplace.reference.catalogue import fold
from marketplace.reference.terms import Spec

BARS = "|｜"
WHY_SIGNS = "（）();；"  # what ends a reason, or the requirement it stands in
LONGEST = 300  # of a name, a reason, a method
_NUMBER = re.compile(r"[+-]?[0-9]{1,15}(\.[0-9]{1,9})?")
_SIGNS = {"≥": ">=", "≧": ">=", "≤": "<=", "≦": "<=", "＝": "=", "＞=": ">=", "＜=": "<="}
# Words for a comparison, longest first so that none is taken for the beginning of another.
_OPS = {
    **{sign: sign for sign in (">=", "<=", "=")}, **_SIGNS,
    "不低于": ">=", "at least": ">=", "不高于": "<=", "at most": "<=", "等于": "=", "equal to": "=",
    "覆盖": "covers", "covers": "covers", "包含全部": "covers", "包含": "covers", "includes all of": "covers",
    "includes": "covers", "属于": "in", "one of": "in", "至少含一项": "in", "含其一": "in", "any of": "in",
    "includes any of": "in", "需要": "yes", "required": "yes",
}  # fmt: skip
_COMPARISON = re.compile("(" + "|".join(re.escape(word) for word in sorted(_OPS, key=len, reverse=True)) + ")")
NOW, METHOD = Text("现状", "now"), Text("方法", "method")


# ---- escaping -------------------------------------------------------------------------------------------------------


def escaped(text: str, signs: str = BARS) -> str:
    """``text`` with a backslash before each of ``signs``; line breaks as ``\\n``."""
    for sign in "\\" + signs:
        text = text.replace(sign, "\\" + sign)
    return text.replace("\n", "\\n")


def unescaped(text: str) -> str:
    """What ``escaped`` was given."""
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] == "n" else found[1], text, flags=re.DOTALL)


def parts_of(line: str) -> list[str]:
    """The parts of a line between bars, still escaped, trimmed."""
    parts = [""]
    for token in re.findall(r"\\.|[|｜]|[^\\|｜]+|\\", line):
        if token in BARS:
            parts.append("")
        else:
            parts[-1] += token
    return [part.strip() for part in parts]


def rows(text: str) -> list[tuple[int, str]]:
    """The lines with content and their numbers."""
    return [(number, line.strip()) for number, line in enumerate(text.split("\n"), 1) if line.strip()]


def refuse(key: str, number: int, message: Text) -> FieldError:
    """The error of one line of a cell."""
    wrapped = Text("第 %(line)d 行：%(message)s", "line %(line)d: %(message)s")
    return FieldError(key, wrapped % {"line": number, "message": message})


# ---- names of specs and conditions ----------------------------------------------------------------------------------


def spec_name(spec: Spec, language: str) -> str:
    """The label where it means one spec only, else the key."""
    name = spec.label.say(language)
    return name if len(catalogue.specs_by_label(name)) == 1 else spec.key


def spec_named(text: str, key: str, number: int) -> Spec:
    """The spec called so.

    Raises:
        FieldError: none, or several.
    """
    found = catalogue.specs_by_label(text)
    exact = [each for each in found if text == each.key]
    if len(exact or found) != 1:
        options = (
            Text("“%(name)s”可指 %(keys)s，请写其中一个代码", "“%(name)s” may mean %(keys)s; write one of these keys")
            if found
            else Text("没有名为“%(name)s”的参数，请照模板的列名写", "No spec is called “%(name)s”; see the template")
        )
        raise refuse(key, number, options % {"name": text[:40], "keys": "、".join(each.key for each in found)})
    return (exact or list(found))[0]


@cache
def _conditions() -> dict[str, Spec]:
    return {fold(word): each for each in catalogue.conditions() for word in (each.label.zh, each.label.en, each.key)}


def with_unit(spec: Spec, value: Mapping[str, Any], language: str) -> str:
    """A value as ``values.export_text`` writes it, with its unit."""
    unit = spec.unit_label.say(language) if spec.kind in ("number", "range") else ""
    shown = values.export_text(spec, dict(value), language)
    return f"{shown} {unit}" if unit else shown


# ---- requirements ---------------------------------------------------------------------------------------------------


def show_requirements(found: Iterable[Mapping[str, Any]], language: str) -> str:
    """Must-haves, one a line."""
    return "\n".join(_requirement(each, language) for each in found)


def _requirement(each: Mapping[str, Any], language: str) -> str:
    spec, why = catalogue.spec(each["spec"]), str(each.get("why") or "")
    value = ""
    if each["op"] != "yes":
        shape = replace(spec, kind="choices") if "choices" in each["value"] else spec
        value = with_unit(shape, each["value"], language)
    sign = each["op"] if each["op"] in (">=", "<=", "=") else values.operator(spec, each["op"]).sign.say(language)
    line = f"{spec_name(spec, language)} {sign} {value}".rstrip()
    # Brackets at the end are always the reason; a value that ends with some gets an empty reason behind it.
    return line + (f"（{escaped(why, WHY_SIGNS)}）" if why or line.endswith(("）", ")")) else "")


def read_requirements(text: str, key: str = "requirements") -> list[dict[str, Any]]:
    """Must-haves from their lines; one line may hold several with ；between them.

    Raises:
        FieldError: naming the line and what is wrong in it.
    """
    found = []
    for number, line in rows(text):
        for piece in _pieces(line):
            found.append(_read_requirement(piece, key, number))
    return found


def _pieces(line: str) -> list[str]:
    """A line cut at semicolons that stand outside brackets; lists of choices are written with 、."""
    pieces, depth, start = [], 0, 0
    for found in re.finditer(r"\\.|[（(]|[)）]|[;；]", line):
        sign = found[0]
        if sign in "（(":
            depth += 1
        elif sign in ")）":
            depth -= 1
        elif sign in ";；" and depth <= 0:
            pieces.append(line[start : found.start()])
            start = found.end()
    return [piece.strip() for piece in (*pieces, line[start:]) if piece.strip()]


def _read_requirement(line: str, key: str, number: int) -> dict[str, Any]:
    found = [each for each in _COMPARISON.finditer(line) if line[: each.start()].strip()]
    # A name may hold a word of comparison itself (覆盖面积): the longest name that is one counts.
    named = [each for each in found if catalogue.specs_by_label(line[: each.start()].strip())]
    comparison = next(iter(named[-1:] or found), None)
    if comparison is None:
        raise refuse(key, number, Text(
            "请写成“参数 比较 值（理由）”，例如 额定负载 >= 15 kg（红外云台）",
            "Write “spec comparison value (why)”, e.g. Payload >= 15 kg (thermal camera)",
        ))  # fmt: skip
    spec = spec_named(line[: comparison.start()].strip(), key, number)
    op, rest = _OPS[comparison[1]], line[comparison.end() :].strip()
    if op not in [each.code for each in values.operators(spec)]:
        listed = "、".join(each.code for each in values.operators(spec))
        message = Text("“%(name)s”只能用：%(ops)s", "“%(name)s” can be compared by: %(ops)s")
        raise refuse(key, number, message % {"name": spec.label, "ops": listed})
    value, why = _value_and_why(spec, op, rest, key, number)
    if len(why) > LONGEST:
        raise refuse(key, number, Text("理由最多 300 个字", "A reason has at most 300 characters"))
    return {"spec": spec.key, "op": op, "value": value, "why": why}


def _value_and_why(spec: Spec, op: str, text: str, key: str, number: int) -> tuple[dict[str, Any], str]:
    """Brackets at the end are the reason; where that leaves no value, they belong to the value (煤矿井下（I类）)."""
    bracket = re.fullmatch(r"(.*?)[（(]((?:\\.|[^\\（）()])*)[）)]", text, flags=re.DOTALL)
    first, why = (bracket[1].rstrip(), unescaped(bracket[2]).strip()) if bracket else _until_bracket(text)
    try:
        return _wanted(spec, op, first), why
    except FieldError as error:
        try:
            return _wanted(spec, op, text), ""
        except FieldError:
            raise refuse(key, number, error.message) from error


def _until_bracket(text: str) -> tuple[str, str]:
    """A reason that holds brackets itself, as people write it: from the first opening one to the end."""
    found = re.fullmatch(r"([^（(]*)[（(](.*)[）)]", text, flags=re.DOTALL)
    return (found[1].strip(), unescaped(found[2]).strip()) if found else (text, "")


def _wanted(spec: Spec, op: str, text: str) -> dict[str, Any]:
    if op == "yes":
        if text:
            raise FieldError(spec.key, Text("“需要”后面不写值", "Nothing is written behind “required”"))
        return {"flag": True}
    return values.parse_wanted(spec, op, text)


# ---- conditions -----------------------------------------------------------------------------------------------------


def show_conditions(found: Mapping[str, Mapping[str, Any]], language: str) -> str:
    """Site conditions, one a line, in the order of the catalogue."""
    known = [each for each in catalogue.conditions() if each.key in found]
    return "\n".join(f"{each.label.say(language)} = {with_unit(each, found[each.key], language)}" for each in known)


def read_conditions(text: str, key: str = "conditions") -> dict[str, Any]:
    """Site conditions from their lines.

    Raises:
        FieldError: naming the line and what is wrong in it.
    """
    found: dict[str, Any] = {}
    for number, line in rows(text):
        name, sign, rest = _halves(line)
        spec = _conditions().get(fold(name))
        if not sign or spec is None:
            listed = Text(
                "、".join(each.label.zh for each in catalogue.conditions()),
                "; ".join(each.label.en for each in catalogue.conditions()),
            )
            message = Text(
                "请写成“条件 = 值”，条件只能是：%(listed)s", "Write “condition = value”; conditions are: %(listed)s"
            )
            raise refuse(key, number, message % {"listed": listed})
        if spec.key in found:
            raise refuse(key, number, Text("“%(name)s”写了两次", "“%(name)s” is given twice") % {"name": spec.label})
        try:
            value = values.parse(spec, rest, key)
        except FieldError as error:
            raise refuse(key, number, error.message) from error
        if value is not None:
            found[spec.key] = value
    return found


def _halves(line: str) -> tuple[str, str, str]:
    found = re.match(r"([^=＝:：]*)([=＝:：])(.*)", line, flags=re.DOTALL)
    return (found[1].strip(), found[2], found[3].strip()) if found else (line, "", "")


# ---- targets --------------------------------------------------------------------------------------------------------


def show_targets(found: Iterable[Mapping[str, Any]], language: str) -> str:
    """Targets, one a line."""
    return "\n".join(_target(each, language) for each in found)


def _target(each: Mapping[str, Any], language: str) -> str:
    sign = ">=" if each["direction"] == "up" else "<="
    parts = [escaped(each["name"]), f"{sign} {each['target']} {escaped(each['unit'])}".strip()]
    if each.get("baseline"):
        parts.append(f"{NOW.say(language)} {each['baseline']}")
    if each.get("method"):
        parts.append(f"{METHOD.say(language)} {escaped(each['method'])}")
    return " | ".join(parts)


def read_targets(text: str, key: str = "targets") -> list[dict[str, Any]]:
    """Targets from their lines.

    Raises:
        FieldError: naming the line and what is wrong in it.
    """
    return [_read_target(line, key, number) for number, line in rows(text)]


def _read_target(line: str, key: str, number: int) -> dict[str, Any]:
    expected = Text(
        "请写成“名称 | >= 目标 单位 | 现状 数值 | 方法 说明”，后两段可不写，例如 识别准确率 | >= 95 % | 现状 80",
        "Write “name | >= target unit | now figure | method words”; the last two may be left out, "
        "e.g. Accuracy | >= 95 % | now 80",
    )
    name, *rest = parts_of(line)
    found = (
        re.fullmatch(r"(>=|<=|≥|≤|不低于|不高于|at least|at most)\s*([+-]?[0-9.]+)\s*(.*)", rest[0]) if rest else None
    )
    if not name or found is None or not _is_number(found[2]):
        raise refuse(key, number, expected)
    target = {
        "name": unescaped(name),
        "unit": unescaped(found[3]).strip(),
        "direction": "up" if _OPS[found[1]] == ">=" else "down",
        "baseline": "",
        "target": found[2],
        "method": "",
    }
    for part in rest[1:]:
        field, value = _labelled(part)
        if not field or target[field] or not value or (field == "baseline" and not _is_number(value)):
            raise refuse(key, number, expected)
        target[field] = value
    if max(len(target["name"]), len(target["method"]), len(target["unit"]) * 10) > LONGEST:
        raise refuse(
            key, number, Text("名称和方法最多 300 个字，单位最多 30 个字", "At most 300 characters, 30 for a unit")
        )
    return target


def _labelled(part: str) -> tuple[str, str]:
    for field, label in (("baseline", NOW), ("method", METHOD)):
        for word in (label.zh, label.en):
            if part.startswith(word):
                # A space is how it is written; people put a colon there too.
                rest = re.sub(r"^(?:[:：]\s*|\s)", "", part[len(word) :])
                return field, unescaped(rest).strip()
    return "", ""


def _is_number(text: str) -> bool:
    return _NUMBER.fullmatch(text) is not None


# ---- evidence of claims ---------------------------------------------------------------------------------------------


def show_evidence(claims: Mapping[str, Mapping[str, Any]], levels: Mapping[str, Text], language: str) -> str:
    """Evidence, one claim a line; a bare self-declared claim needs none."""
    lines = []
    for spec in catalogue.specs():
        claim = claims.get(spec.key)
        if claim is None:
            continue
        level, source, note = claim.get("evidence") or "declared", claim.get("source") or "", claim.get("note") or ""
        if level == "declared" and not source and not note:
            continue
        parts = [spec_name(spec, language), levels[level].say(language), escaped(source), escaped(note)]
        while not parts[-1]:
            parts.pop()
        lines.append(" | ".join(parts))
    return "\n".join(lines)


def read_evidence(text: str, levels: Mapping[str, Text], key: str = "evidence") -> dict[str, dict[str, str]]:
    """Spec key → {"evidence", "source", "note"} from the lines.

    Raises:
        FieldError: naming the line and what is wrong in it.
    """
    known = {fold(word): code for code, name in levels.items() for word in (code, name.zh, name.en)}
    found: dict[str, dict[str, str]] = {}
    for number, line in rows(text):
        name, level, source, note, *more = (*parts_of(line), "", "", "")
        spec = spec_named(unescaped(name), key, number)
        code = known.get(fold(level))
        if code is None or any(more):
            listed = "、".join(each.zh for each in levels.values())
            message = Text(
                "请写成“参数 | 依据 | 出处 | 备注”，依据只能是：%(levels)s",
                "Write “spec | level | source | note”; levels are: %(codes)s",
            )
            raise refuse(key, number, message % {"levels": listed, "codes": ", ".join(levels)})
        if spec.key in found:
            raise refuse(key, number, Text("“%(name)s”写了两次", "“%(name)s” is given twice") % {"name": spec.label})
        found[spec.key] = {"evidence": code, "source": unescaped(source), "note": unescaped(note)}
    return found
