"""The judgement of one pair: must-haves decide, unknown is not a fit, every part earns what its rule says."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from marketplace.matching import weights
from marketplace.matching.scoring import (
    Need,
    Offer,
    Requirement,
    brevity_of,
    judge,
    need_words,
    offer_tokens,
    pairs_of,
)  # fmt: skip
from marketplace.reference import catalogue

PAYLOAD = Requirement("payload", ">=", {"from": "20"})
RATING = Requirement("ip_rating", ">=", {"choice": "IP65"})


def need(title: str = "变电站巡检", texts: str = "", **given: Any) -> Need:
    words, in_title = need_words(title, texts), pairs_of(title)
    in_texts = pairs_of(texts) - in_title
    facts: dict[str, Any] = {
        "id": 1, "domain": "special", "categories": frozenset({"inspection"}), "named": frozenset(),
        "subscenario": "special.power", "exact": True,
        "region": "340103", "payment": frozenset({"purchase"}),
        "requirements": (PAYLOAD,),
        "words": words, "all_weight": sum(weight for _word, weight in words.values()),
        "title_pairs": in_title, "text_pairs": in_texts, "pair_weight": len(in_title) * 3 + len(in_texts),
    }  # fmt: skip
    facts.update(given)
    return Need(**{"kinds": facts["named"] | facts["categories"], **facts})


def offer(text: str = "变电站巡检机器人", **given: Any) -> Offer:
    facts: dict[str, Any] = {
        "id": 2, "category": "inspection", "domains": frozenset({"special"}),
        "region": "340104", "areas": frozenset(), "ways": frozenset({"sale"}),
        "claims": {"payload": ({"from": "25"}, 4)}, "tokens": offer_tokens(text), "pairs": pairs_of(text),
        "brevity": 10_000,
        "piloted": frozenset({"special", "special.power"}),
    }  # fmt: skip
    return Offer(**{**facts, **given})


def test_the_table_sums_to_a_hundred() -> None:
    assert sum(part.points for part in weights.PARTS.values()) == 100


def test_a_pair_that_has_everything_has_a_hundred() -> None:
    found = judge(need(), offer())
    assert found.listed
    assert found.score == 100_00
    assert found.earned == {part: each.points * 100 for part, each in weights.PARTS.items()}


def test_one_must_have_that_is_not_met_excludes() -> None:
    found = judge(need(requirements=(PAYLOAD, RATING)), offer(claims={"payload": ({"from": "5"}, 4)}))
    assert found.verdicts == ("not_met", "unknown")
    assert found.excluded
    assert not found.listed


@pytest.mark.parametrize("claims", [{}, {"payload": (None, 1)}, {"payload": ({"from": "10", "approx": ">="}, 2)}])
def test_unknown_is_a_question_and_earns_nothing(claims: dict[str, Any]) -> None:
    found = judge(need(), offer(claims=claims))
    assert (found.verdicts, found.open_questions, found.earned["must"]) == (("unknown",), 1, 0)
    assert found.listed


def test_what_the_need_does_not_ask_is_left_out_and_the_rest_counts_as_a_hundred() -> None:
    found = judge(need(requirements=(), payment=frozenset(), region="", categories=frozenset()), offer())
    assert set(found.earned) == {"task", "wording", "domain", "evidence", "pilots"}
    assert found.score == 100_00


@pytest.mark.parametrize(
    ("changes", "part", "points"),
    [
        ({"domains": frozenset({"logistics"})}, "domain", 0), ({"ways": frozenset({"lease"})}, "payment", 0),
        ({"category": "cobot"}, "category", 0), ({"region": "", "areas": frozenset({"china"})}, "place", 5_00),
        ({"region": "340200", "areas": frozenset({"city"})}, "place", 3_00),
        ({"region": "340200", "areas": frozenset({"anhui", "overseas"})}, "place", 5_00),
        ({"region": "340200"}, "place", 3_00), ({"region": ""}, "place", 0), ({"region": "340000"}, "place", 3_00),
        ({"claims": {"payload": ({"from": "25"}, 1)}}, "evidence", 0),
        ({"claims": {"payload": ({"from": "25"}, 2)}}, "evidence", 1_66),
        ({"tokens": offer_tokens("水下清洗")}, "task", 0), ({"pairs": pairs_of("水下清洗")}, "wording", 0),
        ({"pairs": pairs_of("变电")}, "wording", 25 * 9_00 // 30),
        ({"pairs": pairs_of("变电"), "brevity": 5_000}, "wording", 25 * 9_00 // 60),
        ({"piloted": frozenset({"special"})}, "pilots", 2_50),
        ({"piloted": frozenset({"logistics"})}, "pilots", 0),
    ],
)  # fmt: skip
def test_each_part_earns_what_its_rule_says(changes: dict[str, Any], part: str, points: int) -> None:
    full, found = judge(need(), offer()), judge(need(), offer(**changes))
    assert found.earned[part] == points
    assert {key: value for key, value in found.earned.items() if key != part} == {
        key: value for key, value in full.earned.items() if key != part
    }


def test_three_tenths_of_the_words_are_full() -> None:
    wide = need("变电站巡检 光伏清洁")
    assert judge(wide, offer("变电站 巡检")).earned["task"] == judge(wide, offer("变电站巡检光伏清洁")).earned["task"]
    one_in_four = judge(wide, offer("巡检")).earned["task"]
    assert one_in_four == 25 * 21_00 // 30


def test_a_pair_counts_less_in_a_longer_text_and_at_most_double_in_a_short_one() -> None:
    texts = {size: frozenset(str(number) for number in range(size)) for size in (0, 25, 100, 400)}
    assert {size: brevity_of(pairs) for size, pairs in texts.items()} == {
        0: 20_000,
        25: 20_000,
        100: 10_000,
        400: 5_000,
    }


def test_a_shared_domain_alone_is_nothing_in_common() -> None:
    assert not judge(need(), offer("水下清洗", category="underwater")).listed
    assert not judge(need(), offer("站在水下的机器人系统", category="underwater")).listed


def test_a_usual_category_is_something_in_common_where_the_sub_scenario_is_said_or_a_word_shared() -> None:
    silent = offer("水下清洗", domains=frozenset({"logistics"}))
    assert judge(need(), silent).listed
    assert not judge(need(exact=False), silent).listed
    assert judge(need("变电站巡检", "清洗", exact=False), silent).listed


def test_the_kind_that_a_need_names_goes_before_what_is_usual() -> None:
    wanted = need(named=catalogue.categories_asked_for("四足机器人巡检"))
    assert wanted.named == {"quadruped", "wheel_legged"}
    points = {
        each: judge(wanted, offer(category=each)).earned["category"] for each in ("quadruped", "inspection", "amr")
    }
    assert points == {"quadruped": 15_00, "inspection": 7_50, "amr": 0}
    assert catalogue.categories_asked_for("动力电池包焊接与仓储物流") == frozenset()


def test_words_that_every_need_has_tell_nothing() -> None:
    assert need_words("机器人智能应用需求", "") == {}
    assert set(need_words("变电站巡检 3 机器人", "巡检路线")) == {"变电站", "巡检", "路线"}


def test_pairs_of_characters_leave_out_what_every_text_has() -> None:
    assert pairs_of("機器人 巡檢，AGV") == {"巡检", "ag", "gv"}


def test_the_same_pair_gives_the_same_answer_whoever_asks() -> None:
    pair = need(requirements=(PAYLOAD, RATING)), offer()
    assert judge(*pair) == judge(replace(pair[0], id=9), replace(pair[1], id=8))
