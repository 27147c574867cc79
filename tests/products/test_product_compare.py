"""Products side by side: up to four, differences counted, the unknown named, the invisible passed over."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from marketplace.foundation.db import transaction
from marketplace.matching import weights
from marketplace.organizations.models import Member
from marketplace.products.kind import PRODUCT
from marketplace.products.models import Product
from marketplace.products.sheet import comparison
from marketplace.reference import catalogue
from marketplace.reference.comparing import operators
from tests.factories import accounts, products, scenarios
from tests.support.site import Client


def pair() -> tuple[Product, Product]:
    """Two quadrupeds that differ in payload, and of which one says nothing of its navigation."""
    first = products.product("published")
    specs = {**products.content()["specs"], "payload": products.claim({"from": "40"}, "documented", "手册")}
    del specs["navigation"]
    return first, products.product("published", None, specs=specs, title="试验B2", title_en="Trial B2")


def test_rows_say_what_differs_and_what_is_unknown(app: Flask, session: Any) -> None:
    rows, different, same = comparison(pair())
    found = {row["label"].zh: row for row in rows if "cells" in row}
    assert found["类别"]["same"] is True
    assert found["续航"]["same"] is True
    assert found["额定负载"]["same"] is False
    assert [cell["value"].zh for cell in found["额定负载"]["cells"]] == ["20", "40"]
    assert [cell["evidence"] for cell in found["额定负载"]["cells"]] == ["tested", "documented"]
    assert found["导航方式"]["cells"][1] is None
    assert found["导航方式"]["same"] is False
    assert found["最高速度"]["cells"] == [None, None], "a headline spec is shown even when nobody gives it"
    assert different + same == len(found)
    headings = [row["group"].zh for row in rows if "group" in row]
    assert len(headings) == len(set(headings))


def test_only_what_differs_leaves_no_empty_heading(app: Flask, session: Any) -> None:
    everything, different, _same = comparison(pair())
    rows, again, _ = comparison(pair(), only_different=True)
    assert again == different == sum(1 for row in rows if "cells" in row)
    assert len(rows) < len(everything)
    for row, following in zip(rows, [*rows[1:], {"group": ""}], strict=True):
        assert "cells" in row or "cells" in following


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_with_two(app: Flask, session: Any, client: Client, language: str) -> None:
    first, second = pair()
    page = client.get(f"/products/compare?no={first.number}&compare={second.number}&lang={language}").text
    titles = (
        ("试验Q1　四足巡检机器人", "试验B2")
        if language == "zh"
        else ("Trial Q1 quadruped inspection robot", "Trial B2")
    )
    assert all(title in page for title in titles)
    assert ("未公开" if language == "zh" else "unknown") in page
    assert f'href="/products/compare?no={second.number}"' in page, "a link that takes the first away"
    assert 'class="same"' in page
    only = client.get(f"/products/compare?no={first.number}&no={second.number}&only=different&lang={language}").text
    assert 'class="same"' not in only


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("query", ["", "?no=", "?no=P-2026-999999", "?no=%F0%9F%A4%96&no=" + "x" * 500])
def test_with_nothing_it_says_how_to_add(app: Flask, session: Any, client: Client, query: str, language: str) -> None:
    answer = client.get(f"/products/compare{query}{'&' if query else '?'}lang={language}")
    assert answer.status_code == 200
    assert 'href="/products"' in answer.text
    assert 'name="no"' in answer.text
    assert "<table" not in answer.text


def test_with_one_it_shows_it_and_how_to_add(app: Flask, session: Any, client: Client) -> None:
    product = products.product("published")
    page = client.get(f"/products/compare?no={product.number.lower()}&no={product.number}").text
    assert page.count('<th scope="col">') == 2
    assert 'class="same"' not in page
    assert f'<input type="hidden" name="no" value="{product.number}">' in page


def test_more_than_four_keeps_the_first_four_and_names_the_rest(app: Flask, session: Any, client: Client) -> None:
    made = [products.product("published") for _ in range(6)]
    query = "&".join(f"no={each.number}" for each in made)
    page = client.get(f"/products/compare?{query}").text
    assert page.count('<th scope="col">') == 1 + 4
    assert f"没有列入：{made[4].number}、{made[5].number}。" in page
    assert 'id="no"' not in page, "there is no room for another one"
    assert client.get(f"/products/compare?{query}&lang=en").status_code == 200


@pytest.mark.parametrize("state", ["draft", "in_review", "returned", "suspended", "withdrawn"])
def test_what_may_not_be_seen_is_like_what_does_not_exist(app: Flask, session: Any, state: str) -> None:
    visible, owner = products.product("published").number, accounts.person()
    hidden = products.product(state, accounts.organization(owner=owner), title="看不到的产品").number
    visitor, member = app.test_client(), app.test_client()
    accounts.sign_in(member, owner)

    def page(browser: Client, number: str) -> str:
        text = browser.get(f"/products/compare?no={visible}&no={number}").text
        return text.replace(number, "").split("<main")[1]

    assert "看不到的产品" not in page(visitor, hidden)
    assert page(visitor, hidden) == page(visitor, "P-2026-999999")
    assert ("看不到的产品" in page(member, hidden)) is (state in ("suspended", "withdrawn"))


def test_the_cost_does_not_grow(app: Flask, session: Any, client: Client, statements: Callable[[], int]) -> None:
    made = [products.product("published", None, specs=products.every_claim("quadruped")).number for _ in range(4)]
    spent = []
    for some in (made[:1], made):
        before = statements()
        client.get("/products/compare?" + "&".join(f"no={number}" for number in some))
        spent.append(statements() - before)
    assert spent[0] == spent[1] <= 3


def test_only_what_differs_of_nothing_is_nothing(app: Flask, session: Any, client: Client) -> None:
    assert comparison([], only_different=True) == ([], 0, 0)
    answer = client.get("/products/compare?only=different&no=P-2026-999999")
    assert answer.status_code == 200
    assert "没有列入：P-2026-999999。" in answer.text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_against_a_need_each_must_have_is_judged_as_its_matches_say(
    app: Flask, session: Any, client: Client, language: str
) -> None:
    first, second = pair()
    navigation = operators(catalogue.spec("navigation"))[0].code, products.content()["specs"]["navigation"]["value"]
    wanted = [scenarios.must("payload", ">=", {"from": "30"}), scenarios.must("navigation", *navigation)]
    need = scenarios.scenario(requirements=wanted)
    asked = f"no={first.number}&no={second.number}&need={need.number.lower()}&lang={language}"
    page = client.get(f"/products/compare?{asked}").text
    assert f"{'对照' if language == 'zh' else 'Against'} {need.number}" in page
    assert f'href="/scenarios/{need.number}"' in page
    met, failed, asked_for = page.count("fit--yes"), page.count("fit--no"), page.count("fit--unknown")
    assert (met, failed, asked_for) == (2, 1, 1), "20 of 30 kg; the second says nothing of its navigation"
    assert ("不列为匹配：有硬性要求不满足" if language == "zh" else "Not a match: a must-have is not met") in page
    assert f'href="/scenarios/{need.number}/matches#rules"' in page, "where the rules stand"
    assert f"need={need.number}" in page.split("only=different")[0].rsplit("href=", 1)[1], "kept by the other links"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_why_a_product_is_no_match_though_nothing_fails(
    app: Flask, session: Any, client: Client, language: str
) -> None:
    far = {"title": "割草机", "summary": "割草", "description": "割草", "cases": "", "domains": ["agriculture"]}
    other, over = products.product(category="lawn_mowing", **far), products.product("expired")
    need = scenarios.scenario(requirements=[scenarios.must("weight", "<=", {"from": "900"})])
    asked = f"/products/compare?no={other.number}&no={over.number}&need={need.number}&lang={language}"
    page = client.get(asked).text
    assert "fit--no" not in page
    assert ("和这项任务的共同之处太少" if language == "zh" else "too little in common with the task") in page
    assert ("产品现在是“已过期”" if language == "zh" else "the product is now “Expired”") in page
    rules = client.get(f"/scenarios/{need.number}/matches?lang={language}").text
    assert str(weights.LISTED.say("zh_CN" if language == "zh" else "en")) in unescape(rules)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_has_expired_says_so_beside_the_others_and_on_its_page(
    app: Flask, session: Any, client: Client, language: str
) -> None:
    over, offered = products.product("expired"), products.product()
    asked = f"no={over.number}&no={offered.number}&lang={language}"
    head, ways = client.get(f"/products/compare?{asked}").text.split("<tbody>")
    mark = PRODUCT.lifecycle.mark("expired").label.say("zh_CN" if language == "zh" else "en")
    assert head.count(mark) == 1
    assert ("已过期，不再接受对接" if language == "zh" else "Expired: no more talks") in ways
    assert f"/products/{over.number}/invite" not in ways
    assert mark in client.get(f"/products/compare.csv?{asked}").text.split("\n")[0]
    page = client.get(f"/products/{over.number}?lang={language}").text
    assert ("供方更新有效期并通过审核后重新公布" if language == "zh" else "once its vendor renews it") in page
    assert "对接被对方接受后双方可见" not in page


@pytest.mark.parametrize("number", ["S-2026-999999", "hidden", "x" * 300])
def test_a_need_that_is_not_public_is_told_and_not_shown(app: Flask, session: Any, client: Client, number: str) -> None:
    hidden, product = scenarios.scenario("draft", title="看不到的需求"), products.product()
    asked = hidden.number if number == "hidden" else number
    page = client.get(f"/products/compare?no={product.number}&need={asked}").text
    assert f"没有正在公开的需求 {asked.upper()[:20]}" in page
    assert "看不到的需求" not in page
    assert 'class="grp"><th scope="colgroup" colspan="2">对照' not in page


def test_the_way_to_a_talk_is_there_for_who_may_take_it(app: Flask, session: Any) -> None:
    maker, demander, official = accounts.person(), accounts.person(), accounts.official()
    claimed = products.product("published", accounts.organization(owner=maker))
    nobody = products.product("published")
    with transaction():
        session.execute(sa.delete(Member).where(Member.organization_id == nobody.organization_id))
    need = scenarios.scenario(organization=accounts.organization(owner=demander))
    path = f"/products/compare?no={claimed.number}&no={nobody.number}&need={need.number}"
    way = f"/products/{claimed.number}/invite?need={need.number}"

    def page(who: Any) -> str:
        browser = app.test_client()
        if who is not None:
            accounts.sign_in(browser, who)
        return browser.get(path).text

    for reader in (None, demander):
        text = page(reader)
        assert way in text
        assert "尚未认领" in text
        assert f"/products/{nobody.number}/invite" not in text
    assert way not in page(maker), "its own product"
    assert "/invite" not in page(official)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_files_say_what_the_page_says(app: Flask, session: Any, client: Client, language: str) -> None:
    first, second = pair()
    need = scenarios.scenario(requirements=[scenarios.must("payload", ">=", {"from": "30"})])
    asked = f"no={first.number}&no={second.number}&need={need.number}&lang={language}"
    rows = list(csv.reader(io.StringIO(client.get(f"/products/compare.csv?{asked}").text.removeprefix("\ufeff"))))
    assert rows[0][3:] == [
        f"{each.number} {each.label.say('zh_CN' if language == 'zh' else 'en')}" for each in (first, second)
    ]
    title = need.label.say("zh_CN" if language == "zh" else "en")
    assert {row[0] for row in rows if need.number in row[0]} == {rows[-1][0]}, "the must-haves and the score"
    assert rows[-1][0].endswith(title)
    name = "额定负载" if language == "zh" else "Payload"
    payload = [row[1:] for row in rows if row[1].startswith(name)]
    assert [row[:2] for row in payload] == [[name, "kg"], [f"{name} ≥ 30 kg", ""]]
    evidence = ["20（检测）", "40（有据）"] if language == "zh" else ["20 (Tested)", "40 (Documented)"]
    assert payload[0][2:] == evidence
    assert payload[1][2:] == (["不满足 20 kg", "满足 40 kg"] if language == "zh" else ["not met 20 kg", "met 40 kg"])
    items = client.get(f"/products/compare.json?{asked}").json["items"]
    assert [list(each.values()) for each in items] == rows[1:]
    assert client.get(f"/products/compare.xlsx?{asked}").status_code == 200
    assert client.get("/products/compare.csv").status_code == 200


def test_two_of_the_same_title_are_two_in_a_file(app: Flask, session: Any, client: Client) -> None:
    twins = [products.product() for _ in range(2)]
    assert twins[0].title == twins[1].title
    items = client.get("/products/compare.json?" + "&".join(f"no={each.number}" for each in twins)).json["items"]
    assert {len(each) for each in items} == {5}


@pytest.mark.parametrize("between", [",", "，", "、", " ; ", "\n"])
def test_several_numbers_are_taken_at_once_and_one_twice_is_told(
    app: Flask, session: Any, client: Client, between: str
) -> None:
    first, second = pair()
    asked = {"no": [first.number, f"{second.number.lower()}{between}{first.number}"]}
    page = client.get("/products/compare", query_string=asked).text
    assert page.count('<th scope="col">') == 1 + 2
    assert f"已经在对比中：{first.number}。" in page
    assert "没有列入" not in page


def test_own_needs_are_offered_to_who_has_some(app: Flask, session: Any, client: Client) -> None:
    demander, product = accounts.person(), products.product()
    mine = accounts.organization(owner=demander)
    need, closed = scenarios.scenario(organization=mine), scenarios.scenario("closed", organization=mine)
    path = f"/products/compare?no={product.number}"
    assert f"need={need.number}" not in client.get(path).text
    accounts.sign_in(client, demander)
    page = client.get(path).text
    assert f'href="{path}&amp;need={need.number}"' in page
    assert closed.number not in page
