"""The compiled scenarios: complete, in the shape, owned by demo units, with figures only where the row has them."""

import re
from decimal import Decimal

import pytest

from marketplace.reference import catalogue, regions, values
from marketplace.sample.organizations import organizations, owners
from marketplace.sample.rows import rows, rows_by
from marketplace.sample.scenarios import PLACES, SampleScenario, scenarios
from marketplace.sample.shapes import scenario_content


@pytest.fixture(scope="module")
def found() -> dict[str, SampleScenario]:
    return {scenario.sample_id: scenario for scenario in scenarios()}


@pytest.fixture(scope="module")
def source() -> dict[str, dict[str, str]]:
    return rows_by("scenarios.csv", "scenario_id")


def test_every_row_becomes_a_scenario(found: dict[str, SampleScenario], source: dict[str, dict[str, str]]) -> None:
    assert len(found) == 73
    assert list(found) == list(source)


def test_contents_have_the_keys_and_types_of_the_shape(found: dict[str, SampleScenario]) -> None:
    blank = scenario_content()
    for scenario in found.values():
        assert scenario.content.keys() == blank.keys()
        for key, value in scenario.content.items():
            assert isinstance(value, type(blank[key])), (scenario.sample_id, key)


def test_texts_are_there_in_both_languages(found: dict[str, SampleScenario]) -> None:
    for scenario in found.values():
        for key in ("title", "title_en", "situation", "situation_en", "task", "task_en"):
            assert scenario.content[key].strip(), (scenario.sample_id, key)


def test_domains_and_subscenarios_are_of_the_catalogue(
    found: dict[str, SampleScenario], source: dict[str, dict[str, str]]
) -> None:
    for scenario in found.values():
        domain, part = scenario.content["domain"], scenario.content["subscenario"]
        assert catalogue.domain(domain).label.zh == source[scenario.sample_id]["domain"]
        if part:
            assert catalogue.subscenario(part)
            assert part.startswith(f"{domain}."), scenario.sample_id


def test_every_scenario_is_owned_by_a_demo_unit(found: dict[str, SampleScenario]) -> None:
    units = {unit.key: unit for unit in owners()}
    for scenario in found.values():
        unit = units[scenario.owner]
        assert unit.name.startswith("演示单位·")
        assert unit.kind == scenario.owner_kind
        assert scenario.owner_type in scenario.content["owner_note"]
    assert {scenario.owner for scenario in found.values()} == set(units)
    assert set(units) <= {organization.key for organization in organizations()}


def test_only_places_in_anhui_have_a_region(
    found: dict[str, SampleScenario], source: dict[str, dict[str, str]]
) -> None:
    for scenario in found.values():
        row = source[scenario.sample_id]
        inside = row["province"] == "安徽" and bool(row["city"])
        assert bool(scenario.content["region"]) == inside, scenario.sample_id
        assert row["city"] in scenario.content["place"]
    assert found["S008"].content["region"] == "340124"
    assert found["S001"].content["place"] == "江苏 苏州"
    assert found["S020"].content["place"] == "北京(朝阳)"
    assert found["S004"].content["place"] == ""


def test_places_are_codes_of_anhui() -> None:
    for name, code in PLACES.items():
        assert regions.region(code).label.zh.startswith(name.rstrip(")").split("(")[-1])


def test_targets_come_from_the_row(found: dict[str, SampleScenario], source: dict[str, dict[str, str]]) -> None:
    structured = 0
    for scenario in found.values():
        row = source[scenario.sample_id]
        stated = {Decimal(number) for number in re.findall(r"\d+(?:\.\d+)?", row["targets"])}
        for target in scenario.content["targets"]:
            structured += 1
            assert target.keys() == {"name", "unit", "direction", "baseline", "target", "method"}
            assert target["direction"] in ("up", "down")
            assert Decimal(target["target"]) in stated, (scenario.sample_id, target)
            assert not target["baseline"] or Decimal(target["baseline"]) in stated
    assert structured == len(rows("scenario_targets.csv"))


def test_the_words_of_the_row_about_figures_are_kept(
    found: dict[str, SampleScenario], source: dict[str, dict[str, str]]
) -> None:
    for scenario in found.values():
        row, content = source[scenario.sample_id], scenario.content
        assert content["source_note"].startswith("公开资料整理")
        assert row["targets"] in content["source_note"] or row["targets"] == "未公布"
        assert row["budget"] in content["budget_note"]
        assert content["budget_kind"] == "none"


def test_requirements_are_few_and_of_the_catalogue(
    found: dict[str, SampleScenario], source: dict[str, dict[str, str]]
) -> None:
    demanding = {scenario.sample_id for scenario in found.values() if scenario.content["requirements"]}
    assert demanding == {"S034", "S073"}
    for sample_id in demanding:
        for must in found[sample_id].content["requirements"]:
            assert must.keys() == {"spec", "op", "value", "why"}
            assert values.parse_wanted(catalogue.spec(must["spec"]), must["op"], must["value"]) == must["value"]
            assert must["why"].removeprefix("公开资料所载：") in source[sample_id]["targets"]


def test_quantities_are_the_numbers_of_the_row(
    found: dict[str, SampleScenario], source: dict[str, dict[str, str]]
) -> None:
    counted = [scenario for scenario in found.values() if scenario.content["quantity"]]
    assert counted
    for scenario in counted:
        row = source[scenario.sample_id]
        whole = row["targets"] + row["need_zh"]
        assert set(re.findall(r"\d+|万台|千台", scenario.content["quantity"])) <= set(
            re.findall(r"\d+|万台|千台", whole)
        )


def test_origin_year_and_reliability_follow_the_row(
    found: dict[str, SampleScenario], source: dict[str, dict[str, str]]
) -> None:
    counts = {"listed": 0, "policy": 0, "reported": 0}
    for scenario in found.values():
        counts[scenario.content["origin"]] += 1
        assert scenario.content["year"] == source[scenario.sample_id]["year"]
        assert scenario.content["reliability"] in ("高", "中", "低")
    assert counts == {"listed": 15, "policy": 20, "reported": 38}


def test_nothing_is_said_that_rows_do_not_give(found: dict[str, SampleScenario]) -> None:
    silent = ("conditions", "payment", "start_by", "answer_by", "valid_until", "contact_name", "contact_phone", "files")
    for scenario in found.values():
        assert not [key for key in silent if scenario.content[key]], scenario.sample_id


def test_several_sources_become_several(found: dict[str, SampleScenario]) -> None:
    assert len(found["S050"].content["sources"]) == 2
    assert all(len(scenario.content["sources"]) >= 1 for scenario in found.values())
