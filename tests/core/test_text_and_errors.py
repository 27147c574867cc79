"""Labels in two languages, and the errors that carry them to a person."""

from __future__ import annotations

import pytest

from marketplace.core.errors import Conflict, FieldError, Gathered, Invalid, MarketplaceError, NotFound, Refused
from marketplace.core.reasons import in_words
from marketplace.core.text import Text, within_marks

DAY = Text("有效期已过：%(day)s", "It was valid until %(day)s")


@pytest.mark.parametrize(
    ("language", "words"),
    [("zh_CN", "草稿"), ("zh", "草稿"), ("", "草稿"), ("de", "草稿"), ("en", "Draft"), ("en_GB", "Draft")],
)
def test_a_text_says_english_only_in_english(language: str, words: str) -> None:
    assert Text("草稿", "Draft").say(language) == words


def test_placeholders_are_filled_in_both_languages() -> None:
    filled = DAY % {"day": "2026-03-31"}
    assert filled == Text("有效期已过：2026-03-31", "It was valid until 2026-03-31")


def test_a_text_in_a_placeholder_is_said_in_each_language() -> None:
    filled = Text("“%(step)s”没有执行", "“%(step)s” was not done") % {"step": Text("退回", "Return")}
    assert filled == Text("“退回”没有执行", "“Return” was not done")


def test_a_percent_sign_in_a_value_stays() -> None:
    assert (DAY % {"day": "100%(day)s%"}).zh == "有效期已过：100%(day)s%"


def test_a_forgotten_value_is_an_error() -> None:
    with pytest.raises(KeyError):
        DAY % {"date": "2026-03-31"}


def test_marks_within_marks_are_single_ones() -> None:
    assert within_marks("“巡检机器人”") == within_marks('"巡检机器人"') == "‘巡检机器人’"
    assert within_marks("合肥 “巡检” “清洁”") == "合肥 ‘巡检’ ‘清洁’"
    assert within_marks('24" 屏') == '24" 屏', "no pair"


def test_a_field_error_names_its_field_and_is_a_value_error() -> None:
    error = FieldError("specs.payload.value", Text("写数字", "Write a number"))
    assert (error.field, error.message.zh, str(error)) == (
        "specs.payload.value", "写数字", "specs.payload.value: Write a number",
    )  # fmt: skip
    assert isinstance(error, ValueError)


def test_invalid_keeps_every_field_in_order() -> None:
    errors = [FieldError("b", Text("乙", "B")), FieldError("a", Text("甲", "A"))]
    assert Invalid(iter(errors)).errors == errors
    assert str(Invalid(errors)) == "b: B; a: A"


def test_what_is_wrong_in_several_values_is_told_at_once() -> None:
    first, second = FieldError("a", Text("甲", "A")), FieldError("b", Text("乙", "B"))
    wrong, read = Gathered(), []
    for error in (first, None, Invalid([second])):
        with wrong:
            if error:
                raise error
            read.append("good")
    assert read == ["good"]
    with pytest.raises(Invalid) as told:
        wrong.tell()
    assert told.value.errors == [first, second]
    Gathered().tell()
    with pytest.raises(ZeroDivisionError), wrong:
        raise ZeroDivisionError  # a defect is no wrong value


def test_a_ticked_reason_is_read_in_both_languages() -> None:
    found = in_words("缺少支撑材料\n请补检测报告")
    assert (found.zh, found.en) == ("缺少支撑材料\n请补检测报告", "Supporting material is missing\n请补检测报告")


def test_a_refusal_names_rule_fact_and_next_step() -> None:
    refusal = Refused(Text("规则", "Rule."), Text("事实", "Fact."), Text("下一步", "Next."))
    assert (refusal.rule.zh, refusal.fact.zh, refusal.next.zh) == ("规则", "事实", "下一步")
    assert str(refusal) == "Rule. Fact."


def test_a_conflict_may_know_what_happened() -> None:
    assert Conflict(Text("有人先办了", "Somebody was first")).happened is None
    assert Conflict(Text("有人先办了", "Somebody was first"), "entry").happened == "entry"


@pytest.mark.parametrize("kind", [FieldError, Invalid, Refused, Conflict, NotFound])
def test_every_error_can_be_told_to_a_person(kind: type[Exception]) -> None:
    assert issubclass(kind, MarketplaceError)
