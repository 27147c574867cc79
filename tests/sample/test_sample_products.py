"""The compiled products: complete, in the shape, with specs the catalogue knows, each traceable to its row."""

from decimal import Decimal
from typing import Any

import pytest

from marketplace.reference import catalogue, values
from marketplace.sample.organizations import makers
from marketplace.sample.products import MARK, SampleProduct, domains, products
from marketplace.sample.rows import rows_by
from marketplace.sample.shapes import product_content
from marketplace.sample.specs import number, other_entries, specs, unplaced


@pytest.fixture(scope="module")
def found() -> dict[str, SampleProduct]:
    return {product.sample_id: product for product in products()}


@pytest.fixture(scope="module")
def source() -> dict[str, dict[str, str]]:
    return rows_by("products.csv", "product_id")


def _row(**given: str) -> dict[str, str]:
    """A row of products.csv that states nothing but what is given."""
    return dict.fromkeys(rows_by("products.csv", "product_id")["P001"], "") | {"source": "a source"} | given


def test_every_row_becomes_a_product(found: dict[str, SampleProduct], source: dict[str, dict[str, str]]) -> None:
    assert len(found) == 170
    assert list(found) == list(source)


def test_contents_have_the_keys_and_types_of_the_shape(found: dict[str, SampleProduct]) -> None:
    blank = product_content()
    for product in found.values():
        assert product.content.keys() == blank.keys()
        for key, value in product.content.items():
            assert isinstance(value, type(blank[key])), (product.sample_id, key)


def test_titles_and_summaries_fit(found: dict[str, SampleProduct]) -> None:
    for product in found.values():
        content = product.content
        for key in ("title", "title_en", "summary", "summary_en", "description", "description_en", "model"):
            assert content[key].strip(), (product.sample_id, key)
        assert len(content["summary"]) <= 300
        assert len(content["summary_en"]) <= 300


def test_title_is_model_and_name() -> None:
    product = next(each for each in products() if each.sample_id == "P096")
    assert product.content["title"] == "绝影X30　工业四足机器人"
    assert product.content["title_en"] == "Jueying X30 industrial quadruped robot"


def test_categories_and_domains_are_of_the_catalogue(found: dict[str, SampleProduct]) -> None:
    codes = {domain.code for domain in catalogue.domains()}
    for product in found.values():
        assert catalogue.category(product.content["category"])
        chosen = product.content["domains"]
        assert 1 <= len(chosen) <= 3, product.sample_id
        assert len(set(chosen)) == len(chosen)
        assert set(chosen) <= codes


def test_category_is_the_one_the_catalogue_finds_for_the_label(
    found: dict[str, SampleProduct], source: dict[str, dict[str, str]]
) -> None:
    for product in found.values():
        by_label = catalogue.category_by_label(source[product.sample_id]["category"])
        assert by_label is not None
        assert by_label.code == product.content["category"]


def test_specs_belong_to_the_category_and_are_stored_values(found: dict[str, SampleProduct]) -> None:
    for product in found.values():
        allowed = catalogue.category(product.content["category"]).specs
        for key, spec in product.content["specs"].items():
            assert key in allowed, (product.sample_id, key)
            assert values.parse(catalogue.spec(key), spec["value"]) == spec["value"], (product.sample_id, key)


def test_specs_are_documented_by_the_row(found: dict[str, SampleProduct], source: dict[str, dict[str, str]]) -> None:
    for product in found.values():
        for spec in product.content["specs"].values():
            assert spec.keys() == {"value", "evidence", "source", "file", "note"}
            assert spec["evidence"] == "documented"
            assert spec["source"] == source[product.sample_id]["source"]


def test_no_statement_of_a_row_is_lost(found: dict[str, SampleProduct], source: dict[str, dict[str, str]]) -> None:
    stated = ["payload_kg", "reach_mm", "repeatability_mm", "dof", "weight_kg", "height_mm", "speed_mps", "endurance_h"]
    for sample_id, row in source.items():
        cells = [row[column] for column in (*stated, "ip_rating", "ex_mark", "navigation") if row[column]]
        expected = len(cells) + len(other_entries(row)) - len(unplaced(row))
        assert len(found[sample_id].content["specs"]) == expected, sample_id
        for words in unplaced(row):
            assert words in found[sample_id].content["source_note"]


def test_every_product_is_marked_as_compiled(found: dict[str, SampleProduct]) -> None:
    for product in found.values():
        content = product.content
        assert content["source_note"].startswith(MARK)
        assert content["sources"]
        assert all(content["sources"])
        assert "未经生产企业核实" in content["description"]
        assert "not verified" in content["description_en"]


def test_nothing_is_said_that_rows_do_not_give(found: dict[str, SampleProduct]) -> None:
    silent = ("marks", "ways", "delivery", "cases", "pictures", "files", "contact_name", "contact_phone", "valid_until")
    for product in found.values():
        assert not [key for key in silent if product.content[key]], product.sample_id


def test_makers_of_products_are_organizations(found: dict[str, SampleProduct]) -> None:
    assert {product.maker for product in found.values()} == {maker.key for maker in makers()}


@pytest.mark.parametrize(
    ("sample_id", "key", "value"),
    [
        ("P054", "dof", {"from": "23", "to": "43"}),
        ("P088", "dof", {"from": "28", "approx": ">="}),
        ("P166", "noise", {"from": "55", "approx": "<="}),
        ("P166", "slope", {"from": "26.6", "approx": "~"}),
        ("P157", "finger_force", {"from": "10", "to": "15"}),
        ("P156", "backlash", {"from": "1", "approx": "<="}),
        ("P096", "range_distance", {"from": "10", "approx": ">="}),
        ("P096", "operating_temp", {"from": "-20", "to": "55"}),
        ("P111", "suction", {"from": "24000"}),
        ("P062", "battery_energy", {"from": "2000"}),
        ("P062", "payload_basis", {"choice": "single_arm"}),
        ("P076", "tcp_speed", {"from": "10000"}),
        ("P151", "ratio", {"from": "6.33"}),
        ("P141", "navigation", {"choices": ["visual", "rtk"]}),
        ("P101", "sensors", {"choices": ["lidar"]}),
        ("P099", "ex_mark", {"text": "Ex IIB T4"}),
        ("P092", "ip_rating", {"choice": "IP67"}),
    ],
)
def test_values_are_read_as_the_row_means_them(
    found: dict[str, SampleProduct], sample_id: str, key: str, value: dict[str, Any]
) -> None:
    assert found[sample_id].content["specs"][key]["value"] == value


def test_source_note_goes_to_the_spec_it_is_about(found: dict[str, SampleProduct]) -> None:
    h1 = found["P055"].content["specs"]
    assert h1["weight"]["note"] == "体重两处来源分别为47与55千克，取47"
    assert h1["speed"]["note"] == ""
    assert all("社区维护" in spec["note"] for spec in found["P044"].content["specs"].values())
    assert "空载" in found["P097"].content["specs"]["range_distance"]["note"]
    assert "50%" in found["P166"].content["specs"]["slope"]["note"]


def test_what_no_spec_holds_is_in_the_source_note(found: dict[str, SampleProduct]) -> None:
    assert "无线充电：3 kW" in found["P088"].content["source_note"]
    assert "导航方式：双SLAM" in found["P133"].content["source_note"]
    assert "navigation" not in found["P133"].content["specs"]


@pytest.mark.parametrize("text", ["", "约5", "5 kg", "1-2-3", "a"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a number"):
        number(text)


def test_number_turns_units() -> None:
    assert number("0.50") == {"from": "0.5"}
    assert number("1.5-2", Decimal(1000)) == {"from": "1500", "to": "2000"}


def test_an_entry_nobody_mapped_is_refused() -> None:
    with pytest.raises(ValueError, match="no spec for"):
        specs(_row(other_specs="吸力=5 bar"))
    with pytest.raises(ValueError, match="not name, sign and value"):
        specs(_row(other_specs="吸力"))


def test_a_value_without_a_source_is_only_declared() -> None:
    assert specs(_row(payload_kg="5", source=""))["payload"]["evidence"] == "declared"


def test_domains_come_from_the_description_then_from_the_category() -> None:
    assert domains(_row(category="四足机器人", description_zh="用于教学和物流")) == ["education", "logistics"]
    assert domains(_row(category="四足机器人", description_zh="负重5千克")) == ["special"]
    assert domains(_row(category="关节模组", description_zh="用于手术与医院")) == ["industrial"]
    assert domains(_row(category="商用清洁机器人", description_zh="用于医院")) == ["commercial", "healthcare"]


def test_content_refuses_a_key_outside_the_shape() -> None:
    with pytest.raises(KeyError, match="colour"):
        product_content(colour="red")
