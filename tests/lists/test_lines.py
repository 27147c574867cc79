"""Compact text in cells: what is written is read back, and mistakes are named with their line."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.core.errors import FieldError
from marketplace.lists import lines
from marketplace.products.content import EVIDENCE
from marketplace.reference import catalogue, values
from marketplace.reference.terms import Spec
from marketplace.web.forms import clean
from tests.factories.products import sample_value

LANGUAGES = ("zh_CN", "en")

# Text as it is stored, rich in the signs that the grammar uses.
SIGNS = st.sampled_from(list("|｜\\（）();；=>≥<~\n、,:： 需要覆盖na1"))
TEXTS = st.lists(SIGNS | st.characters(exclude_categories=("Cs", "Cc", "Co")), max_size=30).map("".join).map(clean)
WORDS = TEXTS.filter(bool)
DECIMALS = st.decimals(-10_000, 10_000, places=3, allow_nan=False).map(lambda number: format(number.normalize(), "f"))


def wanted_of(spec: Spec, op: str) -> dict[str, Any]:
    if op == "yes":
        return {"flag": True}
    if op == "in" or spec.kind == "choices":
        return {"choices": [each.code for each in spec.choices]}
    return sample_value(spec)


EVERY_REQUIREMENT = [
    {"spec": spec.key, "op": operator.code, "value": wanted_of(spec, operator.code)}
    for spec in catalogue.specs()
    for operator in values.operators(spec)
]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_spec_with_every_comparison_reads_back(language: str) -> None:
    found = [{**each, "why": ""} for each in EVERY_REQUIREMENT]
    assert len(found) > 300
    assert lines.read_requirements(lines.show_requirements(found, language)) == found


@given(st.lists(st.tuples(st.sampled_from(EVERY_REQUIREMENT), TEXTS), max_size=5), st.sampled_from(LANGUAGES))
def test_requirements_read_back(found: list[tuple[dict[str, Any], str]], language: str) -> None:
    content = [{**each, "why": why} for each, why in found]
    assert lines.read_requirements(lines.show_requirements(content, language)) == content


TARGETS = st.builds(
    lambda **parts: parts, name=WORDS, unit=TEXTS, direction=st.sampled_from(["up", "down"]),
    baseline=DECIMALS | st.just(""), target=DECIMALS, method=TEXTS,
)  # fmt: skip


@given(st.lists(TARGETS, max_size=5), st.sampled_from(LANGUAGES))
def test_targets_read_back(content: list[dict[str, str]], language: str) -> None:
    assert lines.read_targets(lines.show_targets(content, language)) == content


@given(
    st.dictionaries(
        st.sampled_from([each.key for each in catalogue.specs()]),
        st.tuples(st.sampled_from(list(EVIDENCE)), TEXTS, TEXTS),
        max_size=6,
    ),
    st.sampled_from(LANGUAGES),
)
def test_evidence_reads_back(found: dict[str, tuple[str, str, str]], language: str) -> None:
    claims = {key: dict(zip(("evidence", "source", "note"), parts, strict=True)) for key, parts in found.items()}
    bare = {"evidence": "declared", "source": "", "note": ""}
    read = lines.read_evidence(lines.show_evidence(claims, EVIDENCE, language), EVIDENCE)
    assert {key: read.get(key, bare) for key in claims} == claims
    assert read.keys() <= claims.keys()


@given(TEXTS.filter(lambda text: " ".join(text.split()).isprintable()), st.sampled_from(LANGUAGES))
def test_conditions_read_back(note: str, language: str) -> None:
    content = {each.key: sample_value(each) for each in catalogue.conditions()}
    stored = values.parse(catalogue.condition("note"), note)
    content = {**content, "note": stored} if stored else {key: content[key] for key in content if key != "note"}
    assert lines.read_conditions(lines.show_conditions(content, language)) == content


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("额定负载>=15 kg（红外云台）", ("payload", ">=", {"from": "15"}, "红外云台")),
        ("负载≥15千克（带(a)臂）", ("payload", ">=", {"from": "15"}, "带(a)臂")),
        ("Payload at least 500 g", ("payload", ">=", {"from": "0.5"}, "")),
        ("工作温度 覆盖 -10~40 ℃", ("operating_temp", "covers", {"from": "-10", "to": "40"}, "")),
        ("防爆区域 包含 煤矿井下（I类）", ("ex_zones", "covers", {"choices": ["mine"]}, "")),
        ("单次覆盖面积 >= 100", ("coverage_area", ">=", {"from": "100"}, "")),
        ("自主充电 需要（无人值守）", ("auto_charging", "yes", {"flag": True}, "无人值守")),
    ],
)
def test_requirements_as_people_write_them(text: str, meant: tuple[Any, ...]) -> None:
    assert lines.read_requirements(text) == [dict(zip(("spec", "op", "value", "why"), meant, strict=True))]


def test_several_requirements_in_one_line() -> None:
    found = lines.read_requirements("负载>=15 kg（红外；云台）；防护等级>=IP66")
    assert [(each["spec"], each["why"]) for each in found] == [("payload", "红外；云台"), ("ip_rating", "")]


@pytest.mark.parametrize("text", ["识别率≥95%", "识别率 | 不低于 95% ｜ 现状：80 | 方法：抽检"])
def test_targets_as_people_write_them(text: str) -> None:
    if "|" not in text:
        with pytest.raises(FieldError, match="line 1"):
            lines.read_targets(text)
        return
    assert lines.read_targets(text) == [
        {"name": "识别率", "unit": "%", "direction": "up", "baseline": "80", "target": "95", "method": "抽检"}
    ]


@pytest.mark.parametrize(
    ("read", "text", "told"),
    [
        (lines.read_requirements, "额定负载 >= 20\n翻跟头 >= 3", "第 2 行：没有名为“翻跟头”的参数"),
        (lines.read_requirements, "额定负载 20", "第 1 行：请写成“参数 比较 值（理由）”"),
        (lines.read_requirements, "额定负载 覆盖 1~2", "第 1 行：“额定负载”只能用"),
        (lines.read_requirements, "额定负载 >= 很重", "第 1 行：“额定负载”要填数字"),
        (lines.read_requirements, "行程 >= 3", "请写其中一个代码"),
        (lines.read_requirements, "自主充电 需要 3", "后面不写值"),
        (lines.read_requirements, "额定负载 >= 3（" + "很" * 301 + "）", "理由最多 300 个字"),
        (lines.read_conditions, "天气 = 晴", "条件只能是"),
        (lines.read_conditions, "最大坡度 = 8\n最大坡度 = 9", "第 2 行：“最大坡度”写了两次"),
        (lines.read_conditions, "最大坡度 = 很陡", "第 1 行：“最大坡度”要填数字"),
        (lines.read_targets, "识别率 | >= 95 | 现状 很低", "请写成“名称 | >= 目标"),
        (lines.read_targets, "识别率 | >= 9.5.1", "请写成“名称 | >= 目标"),
        (lines.read_targets, f"{'长' * 301} | >= 9", "最多 300 个字"),
        (lambda text: lines.read_evidence(text, EVIDENCE), "额定负载 | 听说", "依据只能是"),
        (lambda text: lines.read_evidence(text, EVIDENCE), "额定负载 | 有据\n额定负载 | 检测", "写了两次"),
        (lambda text: lines.read_evidence(text, EVIDENCE), "额定负载 | 有据 | a | b | c", "请写成“参数 | 依据"),
    ],
)
def test_mistakes_are_named(read: Any, text: str, told: str) -> None:
    with pytest.raises(FieldError) as refused:
        read(text)
    assert told in refused.value.message.zh
    assert refused.value.message.en
