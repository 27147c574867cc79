"""What a product's content accepts, how it is told, and what the pre-check finds."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine

from marketplace.core.errors import FieldError
from marketplace.listings import answers
from marketplace.listings.kind import differences
from marketplace.products import content
from marketplace.products.kind import PRODUCT
from marketplace.sample.products import products as sample_products
from tests.factories import products


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("13800138000", "13800138000"), ("138 0013 8000", "13800138000"), ("+86 138-0013-8000", "13800138000"),
        ("１３８００１３８０００", "13800138000"), ("0551-62990000", "0551-62990000"),
        ("0551 6299 0000", "0551-62990000"),
        ("010-12345678", "010-12345678"), ("400-820-8888", "400-820-8888"), ("4008208888", "400-820-8888"),
        ("0551-62990000转801", "0551-62990000 转 801"), ("0551-62990000-801", "0551-62990000 转 801"),
        ("", ""), ("  ", ""),
    ],
)  # fmt: skip
def test_a_telephone_number_is_kept_in_one_way(typed: str, kept: str) -> None:
    assert answers.phone(typed) == kept
    assert answers.phone(kept) == kept


@pytest.mark.parametrize("typed", ["12345", "95588", "+1 650 253 0000", "+852 2123 4567", "62990000", "电话", "1" * 39])
def test_what_is_no_number_of_here_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(FieldError) as refused:
        answers.phone(typed)
    assert refused.value.field == "contact_phone"
    assert "0551-62990000" in refused.value.message.zh
    assert "0551-62990000" in refused.value.message.en


def test_an_address_is_kept_in_small_letters_and_a_wrong_one_refused_at_its_field() -> None:
    assert answers.email(" Wang@Maker.Example ") == "wang@maker.example"
    assert answers.email(" ") == ""
    with pytest.raises(FieldError) as refused:
        answers.email("wang at maker")
    assert refused.value.field == "contact_email"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("2026-03-02", "2026-03-02"), ("2027/3/31", "2027-03-31"), ("2027年3月31日", "2027-03-31"),
        ("2029-03-02", "2029-03-02"), ("２０２７-03-31", "2027-03-31"), ("", ""),
    ],
)  # fmt: skip
def test_validity_ends_between_today_and_three_years_on(clock: Any, typed: str, kept: str) -> None:
    assert answers.day(typed, "valid_until") == kept


@pytest.mark.parametrize(
    "typed", ["2026-03-01", "2029-03-03", "2027-02-30", "明年", "31.12.2027", "0000-00-00", "99999-1-1"]
)
def test_any_other_day_is_refused(clock: Any, typed: str) -> None:
    with pytest.raises(FieldError) as refused:
        answers.day(typed, "valid_until")
    assert refused.value.field == "valid_until"


@time_machine.travel(datetime(2028, 2, 29, 4, tzinfo=UTC), tick=False)
def test_three_years_from_a_leap_day_end_on_the_28th() -> None:
    assert answers.day("2031-02-28", "valid_until") == "2031-02-28"
    with pytest.raises(FieldError):
        answers.day("2031-03-01", "valid_until")


def test_a_difference_names_the_claim_and_keeps_its_evidence_apart() -> None:
    old = products.content()
    specs = {**old["specs"], "payload": products.claim({"from": "25"}, "declared")}
    del specs["navigation"]
    rows = differences(PRODUCT, old, {**old, "specs": specs}, "zh_CN")
    assert [row.key for row in rows] == ["specs.payload", "specs.navigation"]
    payload = rows[0]
    assert (payload.old, payload.new) == ("20 kg", "25 kg")
    assert (payload.old_evidence, payload.new_evidence) == (("tested", "检测报告 2026-1"), ("declared", ""))
    assert rows[1].new == ""


def test_every_sample_row_can_be_told_and_checked() -> None:
    for row in sample_products():
        lines = differences(PRODUCT, {}, row.content, "en")
        assert {line.key for line in lines} >= {"title", "category", "summary"}
        # The rows have no contact, which is right: nobody may submit them; the rest must pass.
        assert {check.step for check in PRODUCT.blocking(row.content)} <= {"offer", "specs"}


def test_every_sample_row_keeps_the_limits() -> None:
    for row in sample_products():
        for key in set(content.LIMITS) & set(row.content):
            assert len(row.content[key]) <= content.LIMITS[key], (row.sample_id, key)
        for claim in row.content["specs"].values():
            assert len(claim["source"]) <= content.LIMITS["spec_source"]
            assert len(claim["note"]) <= content.LIMITS["spec_note"]


@pytest.mark.parametrize(
    ("change", "step"),
    [
        ({"title": ""}, "basics"), ({"category": ""}, "basics"), ({"summary": ""}, "basics"),
        ({"domains": []}, "basics"),
        ({"specs": {}}, "specs"), ({"specs": {"payload": products.claim({"from": "20"}, "tested")}}, "specs"),
        ({"contact_name": ""}, "offer"), ({"contact_phone": "", "contact_email": ""}, "offer"),
        ({"valid_until": "2020-01-01"}, "offer"),
    ],
)  # fmt: skip
def test_what_is_missing_is_named_with_its_step(change: dict[str, Any], step: str) -> None:
    assert PRODUCT.blocking(products.content()) == []
    found = PRODUCT.blocking(products.content(**change))
    assert [check.step for check in found] == [step]
    assert found[0].why is not None
    assert step in {each.key for each in PRODUCT.steps}
