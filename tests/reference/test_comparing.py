"""Requirements: what is met, what is not, and what nobody can say yet."""

from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from marketplace.core.errors import FieldError
from marketplace.reference import catalogue, values

spec = catalogue.spec


def verdict(key, text, op, wanted):
    each = spec(key)
    return values.compare(each, values.parse(each, text), op, values.parse_wanted(each, op, wanted))


@pytest.mark.parametrize(
    ("key", "text", "op", "wanted", "answer"),
    [
        ("payload", "20", ">=", "15", "met"),
        ("payload", "20", ">=", "20", "met"),
        ("payload", "20", ">=", "20.1", "not_met"),
        ("payload", "", ">=", "1", "unknown"),
        # A range counts by its conservative end.
        ("endurance", "2.5-4", ">=", "2", "met"),
        ("endurance", "2.5-4", ">=", "3", "not_met"),
        ("endurance", "2.5-4", "<=", "4", "met"),
        ("endurance", "2.5-4", "<=", "3", "not_met"),
        ("endurance", "2.5-4", "=", "3", "unknown"),
        ("endurance", "2.5-4", "=", "5", "not_met"),
        # Of a known bound only what follows is said.
        ("range_distance", "≥10", ">=", "8", "met"),
        ("range_distance", "≥10", ">=", "12", "unknown"),
        ("range_distance", "≥10", "<=", "8", "not_met"),
        ("range_distance", "≥10", "<=", "12", "unknown"),
        ("range_distance", "≥10", "=", "8", "not_met"),
        ("range_distance", "≥10", "=", "10", "unknown"),
        ("noise", "≤55", "<=", "60", "met"),
        ("noise", "≤55", "<=", "50", "unknown"),
        ("noise", "≤55", ">=", "60", "not_met"),
        ("noise", "≤55", ">=", "55", "unknown"),
        ("payload", "约20", ">=", "20", "met"),
        ("dof", "6", "=", "6", "met"),
        ("dof", "6", "=", "7", "not_met"),
        ("operating_temp", "-20~55", "covers", "-10~40", "met"),
        ("operating_temp", "-20~55", "covers", "-20~55", "met"),
        ("operating_temp", "-20~55", "covers", "-25~40", "not_met"),
        ("operating_temp", "-20~55", "covers", "0~60", "not_met"),
        ("operating_temp", "", "covers", "0~60", "unknown"),
        ("ip_rating", "IP67", ">=", "IP66", "met"),
        ("ip_rating", "IP54", ">=", "IP66", "not_met"),
        ("ip_rating", "IP65", ">=", "IP56", "not_met"),
        ("ip_rating", "IP69K", ">=", "IP68", "met"),
        ("ip_rating", "IPX7", ">=", "IP66", "unknown"),
        ("ip_rating", "IPX4", ">=", "IP66", "not_met"),
        ("ip_rating", "IPX7", ">=", "IPX6", "met"),
        ("ip_rating", "IPX7", ">=", "IP06", "met"),
        ("ip_rating", "IP67", "=", "IP67", "met"),
        ("ip_rating", "IP68", "=", "IP67", "not_met"),
        ("ip_rating", "", ">=", "IP20", "unknown"),
        ("payload_basis", "双臂", "in", "单臂、双臂", "met"),
        ("payload_basis", "整机", "in", "单臂、双臂", "not_met"),
        ("payload_basis", "整机", "=", "整机", "met"),
        ("ex_zones", "1区、2区", "covers", "1区", "met"),
        ("ex_zones", "2区", "covers", "1区、2区", "not_met"),
        ("navigation", "激光、RTK", "in", "视觉、RTK", "met"),
        ("navigation", "激光", "in", "视觉、RTK", "not_met"),
        ("elevator_link", "是", "yes", "", "met"),
        ("elevator_link", "否", "yes", "", "not_met"),
        ("elevator_link", "", "yes", "", "unknown"),
        ("ex_mark", "Ex db IIC T5 Gb", "yes", "", "met"),
        ("ex_mark", "", "yes", "", "unknown"),
    ],
)
def test_verdicts(key, text, op, wanted, answer):
    assert verdict(key, text, op, wanted) == answer


def test_operators_have_words_and_the_usual_one_comes_first():
    for each in catalogue.specs():
        offered = values.operators(each)
        assert len({operator.code for operator in offered}) == len(offered)
        for operator in offered:
            assert operator.label.zh
            assert operator.label.en
    assert values.operators(spec("payload"))[0].label.zh == "不低于"
    assert values.operators(spec("noise"))[0].label.zh == "不高于"
    assert [each.code for each in values.operators(spec("operating_temp"))] == ["covers"]


@pytest.mark.parametrize(("key", "op"), [("payload", "covers"), ("operating_temp", ">="), ("elevator_link", "=")])
def test_a_comparison_that_makes_no_sense_is_an_error(key, op):
    with pytest.raises(ValueError, match=key):
        values.compare(spec(key), None, op, {"from": "1"})
    with pytest.raises(ValueError, match=key):
        values.parse_wanted(spec(key), op, "1")


@pytest.mark.parametrize(
    ("key", "op", "wanted", "words"),
    [
        ("payload", ">=", "10-20", "确定的数"),
        ("payload", ">=", "≤10", "确定的数"),
        ("payload", ">=", "约10", "确定的数"),
        ("ip_rating", ">=", "≤IP65", "IP 加两位代码"),
        ("payload", ">=", "", "还没有填值"),
        ("payload", ">=", "很重", "要填数字"),
        ("operating_temp", "covers", "40", "两个数"),
        ("navigation", "in", "星光", "请从下列"),
    ],
)
def test_a_requirement_needs_a_definite_value(key, op, wanted, words):
    with pytest.raises(FieldError) as caught:
        values.parse_wanted(spec(key), op, wanted, "requirements.0.value")
    assert caught.value.field == "requirements.0.value"
    assert words in caught.value.message.zh
    assert "例如 20" not in caught.value.message.zh or words == "确定的数", "the hint is for who claims a value"


@pytest.mark.parametrize(
    ("key", "op", "wanted", "bare"),
    [
        ("payload", ">=", ">20", "20"), ("payload", ">=", "≥20 kg", "20"), ("payload", ">=", "20以上", "20"),
        ("payload", ">=", "at least 20000 g", "20"), ("payload", "<=", "<=5", "5"),
        ("ip_rating", ">=", "≥ IP65", "IP65"),
    ],
)  # fmt: skip
def test_the_operator_may_be_said_again(key, op, wanted, bare):
    assert values.parse_wanted(spec(key), op, wanted) == values.parse_wanted(spec(key), op, bare)


@pytest.mark.parametrize(
    ("key", "op", "wanted", "zh", "en"),
    [
        ("payload", ">=", "15", "≥ 15 kg", "≥ 15 kg"),
        ("operating_temp", "covers", "-10~40", "覆盖 −10 ~ 40 ℃", "covers −10 ~ 40 ℃"),
        ("payload_basis", "in", "单臂、双臂", "属于 单臂、双臂", "one of One arm, Both arms"),
        ("elevator_link", "yes", "", "需要", "required"),
        ("ip_rating", ">=", "IP66", "≥ IP66", "≥ IP66"),
    ],
)
def test_a_requirement_in_words(key, op, wanted, zh, en):
    value = values.parse_wanted(spec(key), op, wanted)
    assert values.show_requirement(spec(key), op, value, "zh_CN") == zh
    assert values.show_requirement(spec(key), op, value, "en") == en


numbers = st.decimals(1, 1000, places=1, allow_nan=False)


@st.composite
def payloads(draw: st.DrawFn) -> values.Value:
    low, high = sorted((draw(numbers), draw(numbers)))
    return draw(
        st.sampled_from(
            [{"from": str(low)}, {"from": str(low), "to": str(high)}]
            + [{"from": str(low), "approx": approx} for approx in (">=", "<=", "~")]
        )
    )


@given(payloads(), numbers, numbers)
def test_asking_less_never_loses_a_fit(value, first, second):
    less, more = sorted((first, second))
    payload = spec("payload")
    if values.compare(payload, value, ">=", {"from": str(more)}) == "met":
        assert values.compare(payload, value, ">=", {"from": str(less)}) == "met"
    if values.compare(payload, value, "<=", {"from": str(less)}) == "met":
        assert values.compare(payload, value, "<=", {"from": str(more)}) == "met"


@given(payloads(), numbers, st.sampled_from([">=", "<=", "="]))
def test_a_verdict_is_true_of_every_number_the_value_may_be(value, wanted, op):
    """Whatever the true figure is within what was stated, "met" holds for it; and of a bound, "not_met" too."""
    answer = values.compare(spec("payload"), value, op, {"from": str(wanted)})
    low, high = values.interval(value)
    possible = [low if low is not None else Decimal(0), high if high is not None else Decimal(100000)]
    truths = [{">=": each >= wanted, "<=": each <= wanted, "=": each == wanted}[op] for each in possible]
    if answer == "met":
        assert all(truths)
    if answer == "not_met" and "to" not in value:
        assert not any(truths)
    if answer == "unknown":
        assert low is None or high is None or low != high


@given(
    st.sampled_from("0123456"), st.sampled_from("012345678"), st.sampled_from("0123456"), st.sampled_from("012345678")
)
def test_ip_needs_both_digits(solids, water, wanted_solids, wanted_water):
    rating = spec("ip_rating")
    answer = values.compare(
        rating, {"choice": f"IP{solids}{water}"}, ">=", {"choice": f"IP{wanted_solids}{wanted_water}"}
    )
    assert (answer == "met") == (solids >= wanted_solids and water >= wanted_water)


@given(numbers, numbers, numbers, numbers)
def test_covering_is_containing(first, second, third, fourth):
    (low, high), (least, most) = sorted((first, second)), sorted((third, fourth))
    assume(low != least)
    height = spec("height_range")
    have, asked = ({"from": str(a), "to": str(b)} for a, b in ((low, high), (least, most)))
    assert (values.compare(height, have, "covers", asked) == "met") == (low <= least and most <= high)
