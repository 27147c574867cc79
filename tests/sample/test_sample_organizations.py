"""Organizations of the sample: codes valid in form and nobody's, demo units recognisable as such."""

from collections import Counter

import pytest
from stdnum.cn import uscc

from marketplace.sample.credit import ENTERPRISE, INSTITUTION, ORGAN, credit_code, subject_code
from marketplace.sample.organizations import (
    DEPARTMENTS,
    OWNERS,
    account_organizations,
    makers,
    organizations,
    owners,
)
from marketplace.sample.rows import rows

_KINDS = {"vendor", "state_owned_firm", "government", "public_institution", "enterprise", "research", "service"}


def test_codes_are_valid_unique_and_of_no_place() -> None:
    codes = [organization.credit_code for organization in organizations()]
    assert len(codes) == len(set(codes))
    for code in codes:
        assert uscc.is_valid(code), code
        assert code[2:8] == "000000"
        assert code[:2] in (ENTERPRISE, ORGAN, INSTITUTION)


def test_codes_follow_from_the_name() -> None:
    for maker in makers():
        assert maker.credit_code == credit_code(maker.key)
    assert credit_code("演示单位·供方一") == credit_code("演示单位·供方一")
    assert credit_code("演示单位·供方一") != credit_code("演示单位·供方二")


@pytest.mark.parametrize("name", ["甲", "乙", "丙", "丁", "戊", "己", "庚", "辛", "壬", "癸", "子", "丑"])
def test_subject_code_checks_by_gb_11714(name: str) -> None:
    code = subject_code(name)
    rest = 10 if code[8] == "X" else int(code[8])
    weighted = sum(int(digit) * weight for digit, weight in zip(code[:8], (3, 7, 9, 10, 5, 8, 4, 2), strict=True))
    assert (weighted + rest) % 11 == 0


def test_keys_and_names_are_unique() -> None:
    everyone = list(organizations())
    for values in ([each.key for each in everyone], [each.name for each in everyone]):
        assert [value for value, count in Counter(values).items() if count > 1] == []
    assert {each.kind for each in everyone} == _KINDS
    assert all(each.name and each.name_en for each in everyone)


def test_makers_say_only_what_the_rows_say() -> None:
    stated = {row["maker"]: (row["maker_en"], row["hq_city"], row["is_anhui"]) for row in rows("products.csv")}
    assert {maker.key for maker in makers()} == set(stated)
    for maker in makers():
        name_en, city, is_anhui = stated[maker.key]
        assert (maker.name_en, maker.city) == (name_en, city)
        assert maker.name in maker.key
        assert bool(maker.city) == bool(maker.city_en)
        assert maker.website == ""
        assert maker.region == ({"芜湖": "340200", "合肥": "340100"}[city] if is_anhui == "Y" else "")


def test_demo_units_are_marked_in_both_languages() -> None:
    for unit in (*owners(), *account_organizations()):
        assert unit.name.startswith("演示单位·")
        assert unit.name_en.startswith("Demo unit: ")
        assert unit.region in ("340000", "340100", "340200")


def test_every_owner_type_has_a_unit() -> None:
    assert set(OWNERS) == {row["owner_type"] for row in rows("scenarios.csv")}
    assert set(OWNERS.values()) == {unit.key for unit in owners()}


def test_accounts_have_their_organizations() -> None:
    by_account = {unit.account: unit for unit in account_organizations()}
    assert set(by_account) == {"vendor", "vendor2", "soe", "soe2"}
    assert by_account["vendor"].name == "演示单位·供方一"
    assert by_account["soe"].kind == "state_owned_firm"


def test_departments_are_marked_as_demo() -> None:
    assert [department.key for department in DEPARTMENTS] == ["province", "hefei", "assets"]
    assert all(department.name.endswith("（演示）") for department in DEPARTMENTS)
    assert all(department.name_en.endswith("(demo)") for department in DEPARTMENTS)
