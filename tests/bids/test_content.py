"""What a bid must hold before it is sealed, and what becomes of it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from marketplace.bids import content
from marketplace.core.errors import FieldError
from marketplace.core.text import Text


def _whole(**changes: Any) -> dict[str, Any]:
    files = [
        {"kind": kind, "name": f"{kind}.pdf", "size": 3, "sha256": "0" * 64, "media_type": "application/pdf",
         "blob": "b" * 64, "key": "k" * 64}
        for kind in ("proposal", "integrity")
    ]  # fmt: skip
    texts = {"approach": "方案", "price": "286.50", "months": "12", "leader": "张三", "schedule": "进度"}
    return {
        **content.BLANK,
        **texts,
        "indicators": {"测温误差": {"promised": "±1.5", "basis": ""}},
        "files": files,
        **changes,
    }


INDICATOR = {"name": "测温误差", "name_en": "", "comparator": "<=", "threshold": "1.5"}


def test_a_commitment_that_falls_short_is_pointed_out() -> None:
    for promised, told in (("1.5", []), ("0.5", []), ("2", ["indicators"]), ("±2", []), ("NaN", [])):
        whole = _whole(indicators={"测温误差": {"promised": promised, "basis": ""}})
        found = content.checks(whole, [INDICATOR], consortium=False)
        assert [each.step for each in found if each.kind == "tip"] == told
        assert content.blocking(found) == [], "the bidder may still seal it"


def test_a_whole_bid_lacks_nothing() -> None:
    assert content.blocking(content.checks(_whole(), [INDICATOR], consortium=False)) == []


@pytest.mark.parametrize(
    ("changes", "consortium", "step"),
    [
        ({"approach": ""}, False, "proposal"),
        ({"indicators": {}}, False, "indicators"),
        ({"price": ""}, False, "plan"),
        ({"files": []}, False, "files"),
        ({"division": ""}, True, "plan"),
    ],
)
def test_each_gap_names_the_page_that_mends_it(changes: dict[str, Any], consortium: bool, step: str) -> None:
    found = content.blocking(content.checks(_whole(**changes), [INDICATOR], consortium=consortium))
    assert found
    assert found[0].step == step


def test_a_price_beyond_the_funds_and_a_partner_that_has_not_answered_hold_the_bid_up() -> None:
    def blocked(most: str) -> list[str]:
        asked = [Text("甲公司", "Company A")]
        found = content.checks(_whole(), [INDICATOR], consortium=False, asked=asked, most=Decimal(most))
        return [each.step for each in content.blocking(found)]

    price = Decimal(_whole()["price"])
    assert blocked(str(price)) == ["partners"], "the maximum itself is within it"
    assert blocked(str(price - Decimal("0.01"))) == ["plan", "partners"]


def test_the_bid_file_holds_no_key_and_never_the_same_digest_twice() -> None:
    made = content.bid_content(_whole(), {"bid": "B-1"})
    assert "kkkk" not in str(made)
    assert "bbbb" not in str(made)
    assert made["files"][0]["sha256"] == "0" * 64
    assert made["bid"] == "B-1"
    assert made["salt"] != content.bid_content(_whole(), {"bid": "B-1"})["salt"]


def test_amounts_and_months() -> None:
    assert content.read_price("1,286.5", "price") == "1286.50"
    assert content.read_months("012", "months") == "12"
    for wrong in ("", "abc", "NaN", "Infinity", "-1", "0", "1.234", "1e9", "9" * 40):
        with pytest.raises(FieldError):
            content.read_price(wrong, "price")
    for wrong in ("", "0", "1.5", "121", "十二", "²"):
        with pytest.raises(FieldError):
            content.read_months(wrong, "months")
