"""Many needs at once are judged as each of them by itself, whichever came and went before."""

from __future__ import annotations

import random
from dataclasses import replace

from marketplace.matching.needs import LEAST_SCORE, Fit, Needs
from marketplace.matching.scoring import Need, Offer, judge, offer_tokens, pairs_of
from tests.matching.test_scoring import PAYLOAD, RATING, need, offer

TITLES = ("变电站巡检", "仓库搬运与分拣", "景区导览", "管网清淤", "AGV 搬运", "变电站 变电站 操作")
TEXTS = ("", "夜间巡检路线固定", "每日搬运托盘四百个", "管道内检测与清淤，避免有限空间作业")


def some_needs(chance: random.Random, count: int) -> list[Need]:
    return [
        need(
            chance.choice(TITLES), chance.choice(TEXTS), id=key,
            exact=chance.random() < 0.6, domain=chance.choice(("special", "logistics")),
            kinds=frozenset({"inspection", "quadruped"}) if chance.random() < 0.5 else frozenset(),
            region=chance.choice(("340103", "340200", "")),
            requirements=chance.choice(((), (PAYLOAD,), (PAYLOAD, RATING))),
        )
        for key in range(count)
    ]  # fmt: skip


def some_offers(chance: random.Random, count: int) -> list[Offer]:
    texts = [chance.choice(TITLES) + chance.choice(TEXTS) for _ in range(count)]
    return [
        offer(
            id=1000 + key, tokens=offer_tokens(text), pairs=pairs_of(text), brevity=chance.choice((5_000, 20_000)),
            category=chance.choice(("inspection", "amr")), domains=frozenset({chance.choice(("special", "logistics"))}),
            claims=chance.choice(({}, {"payload": ({"from": "25"}, 4)}, {"payload": ({"from": "5"}, 4)})),
        )
        for key, text in enumerate(texts)
    ]  # fmt: skip


def each_by_itself(needs: list[Need], one: Offer) -> list[Fit]:
    found = [(each.id, judge(each, one)) for each in needs]
    fits = [(key, one.id, each.score, each.open_questions) for key, each in found if each.listed]
    return [fit for fit in fits if fit[2] >= LEAST_SCORE]


def test_many_at_once_are_judged_as_each_by_itself_whoever_left_before() -> None:
    chance = random.Random(4)
    needs, offers, together = some_needs(chance, 60), some_offers(chance, 40), Needs()
    for each in needs:
        together.add(each)
    fits = sum(len(each_by_itself(needs, one)) for one in offers)
    assert 200 < fits < 60 * 40
    for _ in range(3):
        for one in offers:
            assert sorted(together.fitting(one)) == each_by_itself(needs, one)
        gone = chance.sample(needs, 15)
        together.drop([each.id for each in gone] + [999])
        needs = [each for each in needs if each not in gone]


def test_one_that_comes_again_is_there_once() -> None:
    together, one = Needs(), offer()
    together.add(need())
    before = list(together.fitting(one))
    together.drop([1])
    assert list(together.fitting(one)) == []
    assert not together.concern(one)
    together.add(replace(need(), region="340200"))
    assert [each[:2] for each in together.fitting(one)] == [(1, 2)]
    assert list(together.fitting(one)) != before
