"""Spec values as people write them: what is read, what is refused and how, and what comes back unchanged."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.core.errors import FieldError
from marketplace.reference import catalogue, values
from marketplace.reference.reading import plain
from marketplace.reference.terms import Spec

ALL_SPECS = (*catalogue.specs(), *catalogue.conditions())
spec = catalogue.spec


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("payload", "20", {"from": "20"}),
        ("payload", "２０ｋｇ", {"from": "20"}),
        ("payload", "10～20", {"from": "10", "to": "20"}),
        ("payload", "20 to 30 kg", {"from": "20", "to": "30"}),
        ("payload", "20-20", {"from": "20"}),
        ("payload", "1,200", {"from": "1200"}),
        ("payload", "500 g", {"from": "0.5"}),
        ("payload", "0.5吨", {"from": "500"}),
        ("payload", "200 g-1.5 kg", {"from": "0.2", "to": "1.5"}),
        ("payload", "≥10", {"from": "10", "approx": ">="}),
        ("payload", "不低于 10 公斤", {"from": "10", "approx": ">="}),
        ("payload", "10kg以上", {"from": "10", "approx": ">="}),
        ("payload", "at most 10 KG", {"from": "10", "approx": "<="}),
        ("payload", "约20", {"from": "20", "approx": "~"}),
        ("repeatability", "±0.02", {"from": "0.02"}),
        ("repeatability", "0.50", {"from": "0.5"}),
        ("repeatability", ".02", {"from": "0.02"}),
        ("reach", "1.2 m", {"from": "1200"}),
        ("endurance", "2.5-4", {"from": "2.5", "to": "4"}),
        ("endurance", "2.5 – 4 小时", {"from": "2.5", "to": "4"}),
        ("endurance", "30 min", {"from": "0.5"}),
        ("endurance", "20 min", {"from": "0.33"}),
        ("dof", "28+", {"from": "28", "approx": ">="}),
        ("dof", "23-43", {"from": "23", "to": "43"}),
        ("dof", "6轴", {"from": "6"}),
        ("operating_temp", "-20~55 ℃", {"from": "-20", "to": "55"}),
        ("operating_temp", "−20℃至−5℃", {"from": "-20", "to": "-5"}),
        ("operating_temp", "-20--5", {"from": "-20", "to": "-5"}),
        ("operating_temp", "±5°C", {"from": "-5", "to": "5"}),
        ("operating_temp", "20-20", {"from": "20", "to": "20"}),
        ("suction", "24 kPa", {"from": "24000"}),
        ("slope", "50 %", {"from": "26.6"}),
        ("slope", "15度", {"from": "15"}),
        ("cleaning_rate", "1.2万", {"from": "12000"}),
        ("cleaning_rate", "1-1.2万 m²/h", {"from": "10000", "to": "12000"}),
        ("finance_limit", "500万元", {"from": "500"}),
        ("finance_limit", "500万", {"from": "500"}),
        ("finance_limit", "2亿元", {"from": "20000"}),
        ("power", "3kW", {"from": "3000"}),
        ("power", "500 mW", {"from": "0.5"}),
        ("parameters", "70亿", {"from": "7"}),
        ("ratio", "100:1", {"from": "100"}),
        ("noise", "<55 dB", {"from": "55", "approx": "<="}),
        ("rated_torque", "5 N⋅m", {"from": "5"}),
        ("rated_torque", "5 N·m", {"from": "5"}),
        ("wrist_inertia", "3.5 kg·m²", {"from": "3.5"}),
        ("throughput", "2件/分钟", {"from": "120"}),
        ("discharge_rate", "3C", {"from": "3"}),
        ("ip_rating", "ip 67", {"choice": "IP67"}),
        ("ip_rating", "IPX5", {"choice": "IPX5"}),
        ("ip_rating", "IP69k", {"choice": "IP69K"}),
        ("navigation", "激光+视觉SLAM", {"choices": ["laser", "visual"]}),
        ("navigation", "视觉；RTK", {"choices": ["visual", "rtk"]}),
        ("fieldbus", "EtherNet/IP, EtherCAT", {"choices": ["ethercat", "ethernet_ip"]}),
        ("payload_basis", "双臂", {"choice": "dual_arm"}),
        ("payload_basis", "One arm", {"choice": "single_arm"}),
        ("elevator_link", "支持", {"flag": True}),
        ("elevator_link", "否", {"flag": False}),
        ("ex_mark", " Ex  IIB T4 ", {"text": "Ex IIB T4"}),
    ],
)
def test_reads_what_people_write(key, text, value):
    assert values.parse(spec(key), text) == value


@pytest.mark.parametrize("text", ["", "  ", "未公开", "-", "—", "N/A", "Not disclosed", "unknown"])
@pytest.mark.parametrize(
    "key", ["payload", "operating_temp", "navigation", "payload_basis", "elevator_link", "ex_mark"]
)
def test_blank_means_not_known(key, text):
    assert values.parse(spec(key), text) is None
    assert values.export_text(spec(key), None) == ""


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ({"from": "2.5", "to": "4"}, {"from": "2.5", "to": "4"}),
        ({"from": "30", "to": "90", "unit": "min"}, {"from": "0.5", "to": "1.5"}),
        ({"from": "2", "to": "", "approx": ">="}, {"from": "2", "approx": ">="}),
        ({"from": "", "to": "4"}, {"from": "4", "approx": "<="}),
        ({"value": "2.5-4", "unit": "h"}, {"from": "2.5", "to": "4"}),
        ({"value": "90 min"}, {"from": "1.5"}),
        ({"from": "", "to": ""}, None),
        ({}, None),
    ],
)
def test_reads_the_parts_of_a_form(raw, value):
    assert values.parse(spec("endurance"), raw) == value


def test_reads_answers_of_a_form():
    assert values.parse(spec("navigation"), {"choices": ["rtk", "laser"]}) == {"choices": ["laser", "rtk"]}
    assert values.parse(spec("navigation"), {"choices": []}) is None
    assert values.parse(spec("elevator_link"), {"flag": "1"}) == {"flag": True}
    assert values.parse(spec("ip_rating"), {"choice": "ip54"}) == {"choice": "IP54"}


@pytest.mark.parametrize(
    ("key", "text", "zh", "en"),
    [
        ("payload", "很重", "例如 20", "e.g. 20"),
        ("payload", "20 m", "单位 kg", "in kg"),
        ("payload", "1,2", "要填数字", "takes a number"),
        ("payload", "1e3", "要填数字", "takes a number"),
        ("payload", "2-3-4", "要填数字", "takes a number"),
        ("payload", "≥10 以下", "要填数字", "takes a number"),
        ("payload", "≥10-20", "要填数字", "takes a number"),
        ("payload", "٣", "要填数字", "takes a number"),
        ("payload", "9" * 40, "0.01 到 50000 kg", "0.01 and 50000 kg"),
        ("payload", "4-2", "2~4", "2~4"),
        ("payload", "200000", "0.01 到 50000 kg", "0.01 and 50000 kg"),
        ("payload", "-5", "0.01 到 50000 kg", "0.01 and 50000 kg"),
        ("payload", "0.12345", "3 位小数", "3 decimal places"),
        ("dof", "6.5", "0 位小数", "0 decimal places"),
        ("operating_temp", "55", "-20~55", "-20~55"),
        ("operating_temp", "≤55", "两个数", "two numbers"),
        ("navigation", "星光导航", "视觉SLAM", "Visual SLAM"),
        ("payload_basis", "三臂", "双臂", "Both arms"),
        ("ip_rating", "7", "IP67", "IP67"),
        ("ip_rating", "IP99", "IP67", "IP67"),
        ("elevator_link", "也许", "“是”或“否”", "yes or no"),
        ("ex_mark", "x" * 301, "300", "300"),
        ("ex_mark", "Ex\x00", "文字", "text"),
    ],
)
def test_refuses_with_what_is_expected_and_an_example(key, text, zh, en):
    with pytest.raises(FieldError) as caught:
        values.parse(spec(key), text, "specs.here")
    assert caught.value.field == "specs.here"
    assert zh in caught.value.message.zh
    assert spec(key).label.zh in caught.value.message.zh
    assert en in caught.value.message.en


def test_an_error_names_the_key_when_no_field_is_given():
    with pytest.raises(FieldError) as caught:
        values.parse(spec("payload"), "x")
    assert caught.value.field == "payload"


@pytest.mark.parametrize(
    ("key", "text", "zh", "en"),
    [
        ("payload", "20", "20 kg", "20 kg"),
        ("payload", "≥10", "≥10 kg", "≥10 kg"),
        ("payload", "约10", "约 10 kg", "about 10 kg"),
        ("endurance", "2.5-4", "2.5–4 h", "2.5–4 h"),
        ("operating_temp", "-20~55", "−20 ~ 55 ℃", "−20 ~ 55 ℃"),
        ("slope", "15", "15°", "15°"),
        ("dof", "6", "6", "6"),
        ("lease_min", "1", "1 天", "1 days"),
        ("navigation", "激光、视觉", "激光SLAM、视觉SLAM", "LiDAR SLAM, Visual SLAM"),
        ("payload_basis", "单臂", "单臂", "One arm"),
        ("elevator_link", "是", "是", "Yes"),
        ("ip_rating", "ip67", "IP67", "IP67"),
        ("ex_mark", "Ex IIB T4", "Ex IIB T4", "Ex IIB T4"),
        ("payload", "", "未公开", "unknown"),
    ],
)
def test_shows_for_people(key, text, zh, en):
    value = values.parse(spec(key), text)
    assert values.show_with_unit(spec(key), value, "zh_CN") == zh
    assert values.show_with_unit(spec(key), value, "en") == en


def test_orders_ascending_with_unknown_last():
    def ordered(key, *texts):
        found = [(text, values.parse(spec(key), text)) for text in texts]
        return [text for text, value in sorted(found, key=lambda pair: values.sort_key(spec(key), pair[1]))]

    assert ordered("payload", "100", "", "20", "3-200") == ["3-200", "20", "100", ""]
    assert ordered("noise", "60", "50-70", "65") == ["60", "65", "50-70"]  # less is better: the louder end counts
    assert ordered("ip_rating", "IP67", "IPX5", "IP54") == ["IPX5", "IP54", "IP67"]
    assert ordered("safety_level", "PL d、SIL 2", "PL b") == ["PL b", "PL d、SIL 2"]
    assert ordered("elevator_link", "是", "否", "") == ["否", "是", ""]
    assert ordered("ex_mark", "", "b", "A") == ["A", "b", ""]


def test_interval_of_a_number():
    def interval(text):
        return values.interval(values.parse(spec("payload"), text) or {})

    assert interval("2.5-4") == (Decimal("2.5"), Decimal(4))
    assert interval("3") == interval("~3") == (Decimal(3), Decimal(3))
    assert interval("≥3") == (Decimal(3), None)
    assert interval("≤3") == (None, Decimal(3))


def numbers_of(each: Spec) -> st.SearchStrategy[str]:
    return st.decimals(each.low, each.high, places=each.decimals, allow_nan=False).map(plain)


@st.composite
def stored(draw: st.DrawFn, kinds: tuple[str, ...] = ()) -> tuple[Spec, values.Value]:
    """A spec of the catalogue with a value of it, as it is stored."""
    each = draw(st.sampled_from([one for one in ALL_SPECS if not kinds or one.kind in kinds]))
    codes = [choice.code for choice in each.choices]
    if each.kind in ("number", "range"):
        low, high = sorted((draw(numbers_of(each)), draw(numbers_of(each))), key=Decimal)
        if each.kind == "range" or (low != high and draw(st.booleans())):
            return each, {"from": low, "to": high}
        approx = draw(st.sampled_from(["", ">=", "<=", "~"]))
        return each, {"from": low, "approx": approx} if approx else {"from": low}
    if each.kind == "choice":
        return each, {"choice": draw(st.sampled_from(codes))}
    if each.kind == "choices":
        chosen = draw(st.sets(st.sampled_from(codes), min_size=1))
        return each, {"choices": [code for code in codes if code in chosen]}
    if each.kind == "flag":
        return each, {"flag": draw(st.booleans())}
    if each.kind == "ip":
        return each, {
            "choice": "IP" + draw(st.sampled_from("0123456X")) + draw(st.sampled_from([*"012345678X", "9", "9K"]))
        }
    return each, {"text": draw(st.from_regex(r"Ex [a-z]{1,3} II[ABC] T[1-6]( G[abc])?", fullmatch=True))}


@given(stored())
def test_a_stored_value_reads_as_itself(pair):
    each, value = pair
    assert values.parse(each, value) == value


@given(stored(), st.sampled_from(["zh_CN", "en"]))
def test_export_and_import_are_inverse(pair, language):
    each, value = pair
    assert values.import_text(each, values.export_text(each, value, language)) == value


@given(stored(), st.sampled_from(["zh_CN", "en"]))
def test_what_is_shown_can_be_typed_in_again(pair, language):
    each, value = pair
    assert values.parse(each, values.show_with_unit(each, value, language)) == value


@given(stored(), st.sampled_from(["zh_CN", "en"]))
def test_every_value_has_words_and_a_place(pair, language):
    each, value = pair
    assert values.show(each, value, language)
    assert values.sort_key(each, value) < values.sort_key(each, None)


def read_or_refused(each: Spec, text: str) -> values.Value | FieldError | None:
    try:
        return values.parse(each, text)
    except FieldError as error:
        return error


@given(
    st.sampled_from(ALL_SPECS),
    st.text(max_size=40) | st.text("0123456789.,-~+±≥≤约万亿元kgmhLW%°: 至以上", max_size=16),
)
def test_any_text_is_read_or_refused_in_both_languages(each, text):
    outcome = read_or_refused(each, text)
    if isinstance(outcome, FieldError):
        assert each.label.zh in outcome.message.zh
        assert each.label.en in outcome.message.en
    elif outcome is not None:
        assert values.parse(each, outcome) == outcome
