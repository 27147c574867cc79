"""Scenarios in the search: what is indexed, what is not, how a hit is drawn, and how many statements it takes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest
from flask import Flask, render_template_string
from flask_babel import force_locale
from sqlalchemy.orm import Session, scoped_session

from marketplace.core.actor import SYSTEM, VISITOR
from marketplace.foundation.db import transaction
from marketplace.foundation.index.interface import FACETS
from marketplace.listings.loading import Loaded, load
from marketplace.organizations.models import Organization
from marketplace.reference import catalogue
from marketplace.sample.scenarios import scenarios as sample
from marketplace.scenarios.capability import SOURCE
from marketplace.scenarios.kind import SCENARIO
from marketplace.scenarios.models import Scenario
from marketplace.scenarios.searchdoc import document, documents
from tests.factories import accounts, listings, scenarios

Db = scoped_session[Session]
STATES = ("draft", "in_review", "returned", "published", "suspended", "withdrawn", "expired", "fulfilled", "closed")
PUBLIC = ("published", "expired", "fulfilled", "closed")
DRAWN = """{% from "macros/hit_scenario.html" import hit_scenario %}
{% for card in cards %}{{ hit_scenario(card) }}{% endfor %}"""


@pytest.fixture
def rows(app: Flask, session: Db) -> list[int]:
    """The 73 compiled rows of the sample, loaded as the demonstration loads them."""
    owner = accounts.organization()
    with transaction():
        return load(SCENARIO, [Loaded(owner, each.content, compiled=True) for each in sample()])


def test_every_row_of_the_sample_is_found(rows: list[int]) -> None:
    found = {each.doc_id: each for each in documents(rows)}
    assert sorted(found) == sorted(rows)
    assert len(rows) == 73
    for key, each in zip(rows, sample(), strict=True):
        one, content = found[key], each.content
        assert (one.kind, one.key) == ("scenario", ("scenario", key))
        assert set(one.facets) <= set(FACETS)
        assert one.facets["domain"] == (content["domain"],)
        assert one.facets["status"] == ("published",)
        assert one.title == f"{content['title']} {content['title_en']}"
        domain = catalogue.domain(content["domain"]).label
        for word in (domain.zh, domain.en, content["place"], content["place_en"]):
            assert word in one.tags
        for word in (content["situation"], content["task"], content["task_en"]):
            assert word in one.body
    cities = Counter(value for each in found.values() for value in each.facets["city"])
    inside = sum(1 for each in sample() if each.content["region"])
    assert cities["340000"] == inside
    assert cities["outside"] == 73 - inside
    assert inside > 0


def test_documents_agree_with_the_database(rows: list[int]) -> None:
    assert list(SOURCE.keys()) == sorted(rows)
    assert {each.doc_id: each.version for each in SOURCE.documents(rows)} == SOURCE.versions()
    words = SOURCE.texts(rows)
    assert all(each.title in words[each.doc_id] and each.body in words[each.doc_id] for each in SOURCE.documents(rows))


def test_what_is_in_a_document_and_what_is_not(session: Db) -> None:
    found = document(scenarios.scenario(region="340104"))
    assert found is not None
    assert found.facets == {"domain": ("special",), "city": ("340100", "340000"), "status": ("published",)}
    words = " ".join((found.title, found.tags, found.body))
    for word in (
        "变电站设备区巡检", "Inspection of a substation yard", "特种作业", "蜀山区", "Shushan",
        "某变电站", "额定负载", "Payload", "防护等级", "数据留在现场", "须带急停",
        "环境温度 −10 ~ 40 ℃", "Ambient temperature", "单次巡检时间",
    ):  # fmt: skip
        assert word in words, word
    for hidden in ("王五", "62990000", "wang@"):
        assert hidden not in words
    outside = document(scenarios.scenario(region="", place="江苏 苏州", domain="special", subscenario=""))
    assert outside is not None
    assert outside.facets["city"] == ("outside",)


def test_only_what_is_public_is_found(session: Db) -> None:
    made = {state: scenarios.scenario(state) for state in STATES}
    ids = [each.id for each in made.values()]
    public = sorted(made[state].id for state in PUBLIC)
    assert sorted(each.doc_id for each in documents(ids)) == public
    assert sorted(SOURCE.keys()) == public
    assert sorted(SOURCE.versions()) == public
    assert sorted(session.scalars(SOURCE.visible(VISITOR))) == public
    assert [document(made[state]) is None for state in STATES] == [state not in PUBLIC for state in STATES]
    member = listings.member_of(made["draft"].organization)
    assert made["draft"].id in set(session.scalars(SOURCE.visible(member)))
    assert len(list(session.scalars(SOURCE.visible(SYSTEM)))) == len(STATES)


def test_cards_are_what_the_actor_may_see_in_the_order_asked(app: Flask, session: Db) -> None:
    made = {state: scenarios.scenario(state) for state in STATES}
    ids = [made[state].id for state in ("closed", "draft", "published", "suspended")]
    with app.test_request_context():
        cards = SOURCE.cards([*ids, 10**6], VISITOR)
    assert [card["id"] for card in cards] == [ids[0], ids[2]]
    card = cards[1]
    assert card["href"] == f"/scenarios/{made['published'].number}"
    assert card["title"].en == "Inspection of a substation yard"
    assert card["text"].zh == "自主巡检并读表。"
    shown = [(label.zh, value if isinstance(value, (str, int)) else value.zh) for label, value, _unit in card["facts"]]
    assert shown == [("预算", "60.00–90.50 万元"), ("数量", "2台"), ("期望开始", scenarios.day(90)), ("硬性要求", 3)]
    assert (card["state"], card["tags"], card["demo"]) == (None, [], False)


def test_cards_are_drawn_in_both_languages(app: Flask, rows: list[int]) -> None:
    for language, words in (
        ("zh_CN", ("由已落地案例改写为需求", "清单/榜单项", "政策列明场景")),
        ("en", ("Rewritten from a reported case", "Item of a published list", "Named in a policy")),
    ):
        with app.test_request_context(), force_locale(language):
            text = render_template_string(DRAWN, cards=SOURCE.cards(rows, VISITOR))
        for word in words:
            assert word in text
        assert "未公开" not in text
        assert "unknown" not in text
        assert text.count("<article") == 73


def test_statements_do_not_grow_with_the_rows(app: Flask, rows: list[int], statements: Callable[[], int]) -> None:
    def count(act: Callable[[], object]) -> int:
        before = statements()
        act()
        return statements() - before

    few, many = rows[:3], rows[:60]
    with app.test_request_context():
        SOURCE.cards(few, VISITOR)  # the first one also begins the transaction
        assert count(lambda: SOURCE.cards(many, VISITOR)) == 1
        assert count(lambda: list(SOURCE.documents(many))) == 1
        assert count(lambda: SOURCE.texts(many)) == 1


def test_a_revision_changes_the_version_and_not_the_key(session: Db) -> None:
    scenario = scenarios.scenario()
    before = document(scenario)
    listings.take(SCENARIO, scenario, "withdraw", listings.member_of(scenario.organization))
    assert document(scenario) is None
    assert before is not None
    assert scenario.version > before.version
    assert session.query(Scenario).filter_by(id=scenario.id).one().number == before.number
    assert session.query(Organization).count() == 1
