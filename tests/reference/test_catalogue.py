"""The data files hold together: unique codes, both languages, nothing orphaned, everything the policy names."""

from collections import Counter
from itertools import pairwise

import pytest

from marketplace.core.text import Text
from marketplace.reference import catalogue, units
from marketplace.reference.comparing import operators
from marketplace.reference.terms import Spec

DRAWINGS = {"arm", "human", "dog", "amr", "clean", "track", "rail", "solar", "part"}

# Every class of robot, part, model and service that clauses 一 and 2 of the policy name.
NAMED_BY_POLICY = [
    "喷涂",
    "仓储物流",
    "防爆",
    "光伏清洁",
    "汽车白车身集成",
    "室外环卫",
    "智慧商超",
    "家居服务",
    "导览导购",
    "仿真机器人",
    "工业机器人",
    "人形机器人",
    "高精密传感器",
    "减速器",
    "电机",
    "电池",
    "灵巧手",
    "关节模组",
    "具身模型",
    "通用技术底座",
    "控制及人机交互",
    "保养维修",
    "金融服务",
    "租赁共享",
    "回收拆解",
]

# Every value of the column "category" of the compiled product list, and the category it stands for.
PUBLISHED_CATEGORIES = {
    "双足人形机器人": "biped_humanoid",
    "轮式人形机器人": "wheeled_humanoid",
    "轮足人形机器人": "wheel_legged_humanoid",
    "协作机械臂": "cobot",
    "喷涂机器人": "painting_robot",
    "多关节工业机器人": "articulated_arm",
    "桌面教育机械臂": "desktop_arm",
    "焊接机器人": "welding_robot",
    "移动机器人(AMR)": "amr",
    "割草机器人": "lawn_mowing",
    "商用清洁机器人": "commercial_cleaning",
    "四足机器人": "quadruped",
    "室外无人配送车": "outdoor_delivery",
    "室外环卫机器人": "outdoor_sanitation",
    "家居服务机器人": "home_service",
    "导览导购机器人": "guide",
    "教育机器人": "education",
    "消毒机器人": "disinfection",
    "轮足机器人": "wheel_legged",
    "配送机器人": "delivery",
    "餐饮制作机器人": "food_preparation",
    "消防机器人": "firefighting",
    "特种作业底盘": "special_chassis",
    "防爆巡检机器人": "ex_inspection",
    "关节模组": "joint_module",
    "减速器": "reducer",
    "灵巧手": "dexterous_hand",
    "高精密传感器": "sensor",
}

# The numeric columns of that list and the keys inside its column "other_specs".
PUBLISHED_COLUMNS = [
    "payload_kg",
    "reach_mm",
    "repeatability_mm",
    "dof",
    "weight_kg",
    "height_mm",
    "speed_mps",
    "endurance_h",
    "ip_rating",
    "ex_mark",
    "navigation",
]
PUBLISHED_KEYS = [
    "J4静态许用负载力矩",
    "J4许用转动惯量",
    "单手自由度",
    "电池",
    "自主换电时间",
    "负载口径",
    "升降高度",
    "关节峰值扭矩",
    "末端速度",
    "工作温度",
    "无线充电",
    "算力",
    "行程",
    "里程",
    "里程(空载)",
    "最大负重",
    "吸力",
    "尘箱",
    "清扫效率",
    "水循环率",
    "洗地效率",
    "清洁效率",
    "紫外功率",
    "最小通行宽度",
    "充电",
    "爬坡",
    "越障",
    "广告屏",
    "货舱",
    "锅体",
    "最高温度",
    "噪声",
    "坡度",
    "屏幕",
    "额定扭矩",
    "峰值扭矩",
    "外径",
    "长度",
    "额定转速",
    "减速比",
    "电压",
    "背隙",
    "单指抓力",
    "XY精度",
    "Z精度",
    "延迟",
    "覆盖面积",
]

ALL_SPECS = (*catalogue.specs(), *catalogue.conditions())


def labels() -> list[tuple[str, Text]]:
    found: list[tuple[str, Text]] = []
    for each in catalogue.domains():
        found.append((each.code, each.label))
        found.extend((sub.code, sub.label) for sub in each.subscenarios)
    for rows in (catalogue.segments(), catalogue.classes(), catalogue.categories(), catalogue.marks()):
        found.extend((row.code, row.label) for row in rows)
    found.extend((segment.code, segment.note) for segment in catalogue.segments())
    for mark in catalogue.marks():
        found.extend([(mark.code, mark.short), (mark.code, mark.note)])
    for spec in ALL_SPECS:
        found.extend([(spec.key, spec.label), (spec.key, spec.hint)])
        found.extend((choice.code, choice.label) for choice in spec.choices)
    return found


def test_every_label_is_in_both_languages():
    for code, label in labels():
        assert label.zh.strip() == label.zh, code
        assert label.zh, code
        assert label.en.strip() == label.en, code
        assert label.en, code
        # No Chinese word was left standing in the English column; a certificate's own number prefix is none.
        assert not any("一" <= char <= "鿿" for char in label.en), (code, label.en)


@pytest.mark.parametrize(
    "codes",
    [
        [each.code for each in catalogue.domains()],
        [sub.code for each in catalogue.domains() for sub in each.subscenarios],
        [each.code for each in catalogue.segments()],
        [each.code for each in catalogue.classes()],
        [each.code for each in catalogue.categories()],
        [each.code for each in catalogue.marks()],
        [each.key for each in catalogue.specs()],
        [each.key for each in catalogue.conditions()],
    ],
)
def test_codes_are_unique_and_plain(codes):
    assert [code for code, count in Counter(codes).items() if count > 1] == []
    assert all(code.replace("_", "").replace(".", "").isalnum() and code.isascii() for code in codes)


def test_ten_domains_in_the_order_of_clause_15():
    names = [each.label.zh for each in catalogue.domains()]
    assert names == [
        "工业制造",
        "公共服务",
        "商业服务",
        "养老服务",
        "特种作业",
        "智慧文旅",
        "医疗健康",
        "农业生产",
        "教育科研",
        "物流运输",
    ]
    assert all(len(each.subscenarios) >= 5 for each in catalogue.domains())
    assert catalogue.domain_by_label("智慧文旅") == catalogue.domain("tourism")
    assert catalogue.subscenario("industrial.welding").domain == "industrial"


@pytest.mark.parametrize("name", NAMED_BY_POLICY)
def test_what_the_policy_names_is_in_the_tree(name):
    found = catalogue.category_by_label(name) or catalogue.class_by_label(name)
    assert found is not None
    assert found.clause in ("一", "2")


@pytest.mark.parametrize(("name", "code"), PUBLISHED_CATEGORIES.items())
def test_published_categories_are_known(name, code):
    found = catalogue.category_by_label(name)
    assert found is not None
    assert found.code == code


def test_category_names_lead_to_one_category_only():
    owners: dict[str, set[str]] = {}
    for each in catalogue.categories():
        for name in (each.code, each.label.zh, each.label.en, *each.aliases):
            owners.setdefault(catalogue.fold(name), set()).add(each.code)
    assert {name: codes for name, codes in owners.items() if len(codes) > 1} == {}


def test_a_category_is_found_by_any_of_its_names():
    assert catalogue.category_by_label("ＡＧＶ") == catalogue.category("amr")
    assert catalogue.category_by_label("quadruped  robot") == catalogue.category("quadruped")
    assert catalogue.category_by_label("飞行汽车") is None


def test_tree_has_no_orphan():
    classes = {each.code for each in catalogue.classes()}
    assert {code for each in catalogue.segments() for code in each.classes} == classes
    assert {each.robot_class for each in catalogue.categories()} == classes
    for each in catalogue.categories():
        assert each.segment == catalogue.robot_class(each.robot_class).segment
        assert each.drawing in DRAWINGS
        assert each in catalogue.categories_of(each.robot_class)


def test_categories_ask_for_specs_that_exist_and_every_spec_is_asked_for():
    keys = {each.key for each in catalogue.specs()}
    asked = {key for each in catalogue.categories() for key in each.specs}
    assert asked == keys
    for each in catalogue.categories():
        assert len(set(each.headline)) == 4
        assert set(each.headline) <= set(each.specs), each.code
        assert len(set(each.specs)) == len(each.specs) >= 5, each.code


@pytest.mark.parametrize("category", [each.code for each in catalogue.categories()])
def test_grouped_specs_are_the_specs_of_the_category(category):
    groups = catalogue.specs_of(category)
    grouped = [spec.key for group in groups for spec in group.specs]
    assert sorted(grouped) == sorted(catalogue.category(category).specs)
    assert all(group.specs for group in groups)
    assert all(catalogue.group_label(group.code) == group.label for group in groups)


@pytest.mark.parametrize("spec", ALL_SPECS, ids=lambda spec: spec.key)
def test_specs_are_sane(spec: Spec):
    assert units.is_known(spec.unit), spec.unit
    assert operators(spec)
    if spec.kind in ("number", "range"):
        assert spec.low is not None
        assert spec.high is not None
        assert spec.low < spec.high
        assert 0 <= spec.decimals <= 4
        assert any(char.isdigit() for char in spec.hint.zh), "the hint gives an example"
        assert any(char.isdigit() for char in spec.hint.en), "the hint gives an example"
    else:
        assert (spec.low, spec.high, spec.decimals, spec.unit) == (None, None, 0, "")
    assert bool(spec.choices) == (spec.kind in ("choice", "choices"))
    assert bool(spec.unit) == bool(spec.unit_label.zh and spec.unit_label.en)


@pytest.mark.parametrize("spec", [each for each in ALL_SPECS if each.choices], ids=lambda spec: spec.key)
def test_choices_are_told_apart_by_every_name(spec: Spec):
    owners: dict[str, set[str]] = {}
    for each in spec.choices:
        for name in (each.code, each.label.zh, each.label.en, *each.aliases):
            owners.setdefault(catalogue.fold(name), set()).add(each.code)
            assert "、" not in name, "the sign that parts a list"
            assert ", " not in name, "the sign that parts a list"
    assert {name: codes for name, codes in owners.items() if len(codes) > 1} == {}


@pytest.mark.parametrize("name", PUBLISHED_COLUMNS + PUBLISHED_KEYS)
def test_published_figures_have_a_spec(name):
    assert catalogue.specs_by_label(name)


def test_a_word_for_two_quantities_gives_both():
    assert {each.unit for each in catalogue.specs_by_label("电池")} == {"Wh", "Ah"}
    assert catalogue.specs_by_label("没有这一项") == ()


def test_the_three_firsts_exist_at_three_levels():
    firsts = [each for each in catalogue.marks() if each.kind == "three_firsts"]
    assert [(each.family, each.level) for each in firsts] == [
        (family, level)
        for family in ("first_set", "first_batch", "first_version")
        for level in ("national", "provincial", "municipal")
    ]
    assert catalogue.mark("first_set_provincial").short.zh == "省级首台（套）"
    assert catalogue.mark("cr").level == ""


def test_site_conditions_and_specs_share_the_zones_they_are_compared_by():
    codes = [each.code for each in catalogue.condition("explosive_zone").choices]
    assert codes == [each.code for each in catalogue.spec("ex_zones").choices]


def test_unknown_codes_are_not_passed_over():
    for reader in (catalogue.domain, catalogue.subscenario, catalogue.segment, catalogue.robot_class):
        with pytest.raises(KeyError):
            reader("nowhere")
    for reader in (catalogue.category, catalogue.specs_of, catalogue.spec, catalogue.mark, catalogue.condition):
        with pytest.raises(KeyError):
            reader("nowhere")


def test_order_of_groups_is_the_same_in_every_category():
    order = list(dict.fromkeys(each.group for each in catalogue.specs()))
    known = {code: place for place, code in enumerate(_groups())}
    assert set(order) == set(known)
    for each in catalogue.categories():
        places = [known[group.code] for group in catalogue.specs_of(each.code)]
        assert all(first < second for first, second in pairwise(places))


def _groups() -> list[str]:
    from marketplace.reference.files import read_json

    return [row["code"] for row in read_json("specs.json")["groups"]]


def test_every_task_names_the_categories_that_usually_do_it() -> None:
    known = {each.code for each in catalogue.categories()}
    for domain in catalogue.domains():
        for task in domain.subscenarios:
            assert task.categories, task.code
            assert task.categories <= known, task.code
