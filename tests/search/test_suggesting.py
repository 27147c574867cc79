"""Typing suggestions, pinyin, corrections: what is meant is offered, only public things, and kept with the index."""

from __future__ import annotations

import html
import re

import pytest
import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import Session, scoped_session

from marketplace.core.actor import SYSTEM
from marketplace.foundation.db import db, transaction
from marketplace.organizations.models import Organization
from marketplace.organizations.services import take_organization_step
from marketplace.search import spelling, suggesting
from marketplace.search.models import SpellingKey
from marketplace.search.pinyin import initials, pinyin
from marketplace.search.queries import Question, find
from marketplace.search.services import catch_up, compare, rebuild, write
from tests.factories import accounts
from tests.support.site import Client


def texts(searching: Client, typed: str) -> list[str]:
    return [each["text"] for each in searching.get("/api/v1/suggest", query_string={"q": typed}).json["items"]]


@pytest.mark.parametrize(
    ("text", "whole", "first"),
    [
        ("长丰县", "changfengxian", "cfx"), ("六安", "luan", "la"), ("亳州", "bozhou", "bz"), ("歙县", "shexian", "sx"),
        ("枞阳", "zongyang", "zy"), ("重复定位", "chongfudingwei", "cfdw"), ("巡检X30", "xunjianx30", "xjx30"),
    ],
)  # fmt: skip
def test_names_are_read_as_people_here_read_them(text: str, whole: str, first: str) -> None:
    assert (pinyin(text), initials(text)) == (whole, first)


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("巡", "巡检"), ("巡檢", "巡检"), ("xunj", "巡检"), ("xj", "巡检"), ("XJ", "巡检"), ("hefei", "合肥市"),
        ("hf", "合肥市"), ("sizu", "四足机器人"), ("agv", "AGV"), ("solar", "solar panel cleaning"),
        ("协作", "协作机械臂"), ("xzjxb", "协作机械臂"),
    ],
)  # fmt: skip
def test_what_is_typed_is_completed(searching: Client, typed: str, offered: str) -> None:
    assert offered in texts(searching, typed)


@pytest.mark.parametrize("typed", ["warehouse", "Pallet transf", "Goods-to-person", "airport", "rebar", "Demo A600"])
def test_english_titles_are_completed_and_shown_to_who_reads_english(searching: Client, typed: str) -> None:
    items = searching.get("/api/v1/suggest", query_string={"q": typed}).json["items"]
    titles = [each["text_en"] for each in items if each["number"]]
    assert any(typed.casefold() in title.casefold() for title in titles), titles
    english = searching.application.test_client()
    page = english.get("/search/suggest", query_string={"q": typed, "lang": "en"}).text
    assert all(html.escape(title) in page for title in titles)


def test_english_pages_name_wordings_in_latin_letters_and_count_the_others(searching: Client) -> None:
    english = searching.application.test_client()
    page = html.unescape(english.get("/search?q=AGV&lang=en").text)
    named = page.partition("these were searched for: ")[2].partition("</p>")[0].partition("<a")[0]
    assert "automated guided vehicle" in named
    assert re.search(r"\d more in Chinese", named)
    assert not re.search("[\u4e00-\u9fff]", named)
    assert "巡检" in english.get("/search?q=xunjian&lang=en").text.partition("<main")[2].partition("</p>")[0]
    words = re.findall(r"<span>([^<]+)</span><small>Search", english.get("/search/suggest?q=agv&lang=en").text)
    assert words[0] == "AGV"
    chinese = [bool(re.search("[\u4e00-\u9fff]", each)) for each in words]
    assert chinese == sorted(chinese), words


@pytest.mark.parametrize("typed", ["", " ", "，", "zzzzqq", "%", "_", "'", "\u200b", "x" * 1000, "鑫" * 300])
def test_what_begins_nothing_offers_nothing(searching: Client, typed: str) -> None:
    assert searching.get("/search/suggest", query_string={"q": typed}).status_code == 200
    assert searching.get("/api/v1/suggest", query_string={"q": typed[:100]}).json["items"] == []


def test_objects_are_offered_with_their_numbers_and_pages(searching: Client) -> None:
    items = searching.get("/api/v1/suggest?q=xarm").json["items"]
    products = [each for each in items if each["number"].startswith("P-")]
    assert products
    assert all("xArm" in each["text"] for each in products)
    for each in items:
        assert searching.get(each["url"].partition("127.0.0.1:8000")[2]).status_code == 200


def test_every_word_offered_finds_something(searching: Client) -> None:
    for typed in ("x", "j", "机", "a", "s", "清"):
        for each in searching.get("/api/v1/suggest", query_string={"q": typed}).json["items"]:
            page = searching.get(each["url"].partition("127.0.0.1:8000")[2]).text
            assert "没有找到" not in page, each


@pytest.mark.parametrize(
    ("query", "title"),
    [("xunjian", "巡检"), ("xj", "巡检"), ("hefei", "合肥"), ("pentu", "喷涂"), ("巡檢", "巡检"), ("養老", "养老")],
)
def test_pinyin_and_traditional_questions_find_and_say_so(searching: Client, query: str, title: str) -> None:
    answer = searching.get("/api/v1/search", query_string={"q": query}).json
    assert answer["total"] >= 2
    said = [other for others in answer["synonyms"].values() for other in others]
    written = query[0] > "\u2fff" or query == "hefei"  # which English names hold as it is
    assert written or any(title in other for other in said)
    assert searching.get("/api/v1/search", query_string={"q": query, "literal": "1"}).json["synonyms"] == {}


@pytest.mark.parametrize(
    ("query", "meant"),
    [
        ("寻检机器人", "巡检机器人"),
        ("协做机械臂", "协作机械臂"),
        ("四组机器人", "四足机器人"),
        ("inspecton", "inspection"),
        ("寻检", "巡检"),
        ("AGVV", "agv"),
        ("AVG", "agv"),
        ("cobott", "cobot"),
        ("xunjain", "巡检"),
        ("ur10", "ur10e"),
        ("M20p", "m20 pro"),
        ("焊", "焊接"),
    ],
)
def test_a_mistyped_question_is_answered_with_a_proposal(searching: Client, query: str, meant: str) -> None:
    page = searching.get("/search", query_string={"q": query}).text
    assert f"<b>{meant}</b>" in page
    assert "您要找的是不是" in page
    assert f'value="{query}"' in page, "the question itself is not rewritten"


@pytest.mark.parametrize("query", ["巡检", "协作机械臂", "xArm", "机器人"])
def test_what_finds_enough_is_not_doubted(searching: Client, query: str) -> None:
    assert "您要找的是不是" not in searching.get("/search", query_string={"q": query}).text


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("清洁机器人", "清洁 机器人"),
        ("巡检机器人", "点检机器人"),
        ("焊接机器人", "焊接 机器人"),
        ("喷涂机器人", "喷涂 机器人"),
        ("负载20kg", "负载 20 kg"),
        ("协作机械臂 10kg", "协作机械臂 10 公斤"),
        ("6轴", "六轴"),
        ("M20pro", "M20 Pro"),
        ("humanoids", "humanoid"),
        ("AGVs", "AGV"),
        ("robot dogs", "robot dog"),
        ("inspections", "inspection"),
        ("xunjian", "巡检"),
        ("巡 检", "巡检"),
        ("AGV小车", "AGV"),
        ("keda xunfei", "科大讯飞"),
        ("能在变电站用的机器人有哪些", "变电站 机器人"),
    ],
)
def test_two_ways_to_ask_find_the_same(searching: Client, one: str, other: str) -> None:
    first, second = (searching.get("/api/v1/search", query_string={"q": text}).json for text in (one, other))
    assert first["total"] == second["total"] > 0
    assert first["facets"] == second["facets"]
    assert (first["approximate"], second["approximate"]) == (False, False)


def test_the_synonyms_of_a_part_are_named(searching: Client) -> None:
    assert "保洁" in searching.get("/api/v1/search?q=清洁机器人").json["synonyms"]["清洁"]
    page = searching.get("/search?q=清洁机器人").text
    assert "搜索“清洁”时也搜索了" in page
    assert searching.get("/api/v1/search?q=AGVs").json["synonyms"]["agvs"][0] == "AGV"


@pytest.mark.parametrize("query", ["能在变电站用的机器人有哪些", "ur10", "AGVV", "擦玻璃机器人", "寻检机器人"])
def test_what_is_proposed_finds_something_else(searching: Client, query: str) -> None:
    answer = searching.get("/api/v1/search", query_string={"q": query}).json
    meant = answer["did_you_mean"]
    if meant:
        other = searching.get("/api/v1/search", query_string={"q": meant["q"]}).json
        assert other["total"] == meant["total"] > 0
        assert other["items"] != answer["items"]


def test_nothing_is_proposed_that_is_the_same_search(session: scoped_session[Session]) -> None:
    """What is left out of a question by the correction was in no text."""
    for name in ("合肥巡检机器人有限公司", "芜湖巡检机器人有限公司"):
        accounts.organization(name=name)
    rebuild()
    spelling.renew({"寻检": 1, "巡检": 2})
    with current_app.test_request_context("/"):
        asked = find(Question("巡检 寻剑"), SYSTEM)
    assert (asked.approximate, asked.total, asked.meant) == (True, 2, None)


def test_names_are_read_as_pinyin_from_each_of_their_first_words(session: scoped_session[Session]) -> None:
    accounts.organization(name="科大讯飞股份有限公司")
    rebuild()
    with current_app.test_request_context("/"):
        assert spelling.readings("xunfei") == {"xunfei": ["讯飞"]}
        assert spelling.readings("keda xunfei")["keda xunfei"] == ["科大讯飞"]
        assert spelling.readings("xunf") == {}
        assert find(Question("keda xunfei"), SYSTEM).total == 1


@pytest.mark.parametrize("query", ["%", "？！…", "🤖", "- _ ."])
@pytest.mark.parametrize(("language", "said"), [("zh", "没有可以搜索的字"), ("en", "no letters or digits")])
def test_a_question_without_words_is_told_so(searching: Client, query: str, language: str, said: str) -> None:
    assert said in searching.get("/search", query_string={"q": query, "lang": language}).text
    assert searching.get("/api/v1/search", query_string={"q": query}).json["wordless"] is True


@pytest.mark.parametrize("query", ["", "巡检", "的", "zzzzqq"])
def test_a_question_with_words_is_not(searching: Client, query: str) -> None:
    assert "没有可以搜索的字" not in searching.get("/search", query_string={"q": query, "lang": "zh"}).text
    assert searching.get("/api/v1/search", query_string={"q": query}).json["wordless"] is False


def test_one_true_hit_is_not_followed_by_whatever_is_a_robot(searching: Client) -> None:
    answer = searching.get("/api/v1/search?q=擦玻璃机器人").json
    assert answer["total"] >= 1
    assert answer["related"] == []


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [("abcd", "abcd", True), ("abcd", "abxd", True), ("abcd", "acbd", True), ("abcd", "abc", True),
     ("abcd", "xabcd", True), ("abcd", "axyd", False), ("abcd", "badc", False), ("abcd", "ab", False),
     ("ab", "cabx", False)],
)  # fmt: skip
def test_one_typing_error(one: str, other: str, expected: bool) -> None:
    assert spelling._one_apart(one, other) is expected
    assert spelling._one_apart(other, one) is expected


def test_suggestions_follow_the_database(session: scoped_session[Session]) -> None:
    firm = accounts.organization(name="芜湖雪狼机器人有限公司")
    rebuild()
    key = ("organization", firm.id)

    def offered(typed: str) -> list[str]:
        with current_app.test_request_context("/"):
            return [each.text.zh for each in suggesting.suggest(typed)]

    assert "芜湖雪狼机器人有限公司" in offered("xuelang")
    assert "芜湖雪狼机器人有限公司" in offered("雪狼")
    official = accounts.actor(accounts.official())
    with transaction():
        organization = db.session.get_one(Organization, firm.id)
        take_organization_step(organization, "suspend", official, reason="因为试验", seen=organization.version)
    assert offered("xuelang") == [], "hidden at once, before the index follows"
    assert key in suggesting.known_objects()
    while catch_up():
        pass
    assert key not in suggesting.known_objects()


def test_what_went_meanwhile_leaves_no_gap_among_the_suggestions(session: scoped_session[Session]) -> None:
    firms = [
        accounts.organization(name=f"芜湖雪狼{number}号机器人有限公司") for number in range(suggesting.AT_MOST + 1)
    ]
    rebuild()
    official = accounts.actor(accounts.official())
    newest = db.session.get_one(Organization, firms[-1].id)
    with transaction():
        take_organization_step(newest, "suspend", official, reason="因为试验", seen=newest.version)
    with current_app.test_request_context("/"):
        offered = {each.text.zh for each in suggesting.suggest("xuelang")}
    assert offered == {firm.name for firm in firms[:-1]}


def test_lost_and_left_over_suggestions_are_differences_and_mended(session: scoped_session[Session]) -> None:
    firm = accounts.organization()
    rebuild()
    assert compare().clean
    with transaction():
        db.session.execute(sa.delete(suggesting.SuggestionKey).where(suggesting.SuggestionKey.tier == 1))
        suggesting._insert(suggesting._rows(1, "product", 77, ["鬼影"], 1, ""))
    found = compare()
    assert (found.missing, found.extra) == ((("organization", firm.id),), (("product", 77),))
    write(found.keys)
    assert compare().clean


def test_a_question_is_found_by_the_pinyin_of_its_words(session: scoped_session[Session]) -> None:
    for name in ("芜湖雪狼机器人有限公司", "铜陵巡检设备有限公司"):
        accounts.organization(name=name)
    rebuild()
    assert spelling.corrections("寻检") == ["巡检"]
    with current_app.test_request_context("/"):
        assert spelling.readings("xunjian tongling") == {"xunjian": ["巡检"], "tongling": ["铜陵"]}
        found = find(Question("xunjian"), SYSTEM)
    assert found.cards[0]["title"].zh == "铜陵巡检设备有限公司"
    assert found.widened == (("xunjian", ("巡检",)),)


def test_corrections_follow_the_words_of_the_texts_and_nothing_else_is_written_again(
    session: scoped_session[Session],
) -> None:
    def rows() -> dict[int, tuple[str, str, int]]:
        columns = sa.select(SpellingKey.id, SpellingKey.key, SpellingKey.word, SpellingKey.documents)
        return {key: (kind, word, documents) for key, kind, word, documents in session.execute(columns)}

    spelling.renew({"巡检": 3, "铜陵": 2, "robot": 1})
    first = rows()
    spelling.renew({"巡检": 3, "铜陵": 4, "宣城": 1})
    then = rows()
    assert {row[1]: row[2] for row in then.values()} == {"巡检": 3, "铜陵": 4, "宣城": 1}
    unchanged = {key: row for key, row in first.items() if row[1] == "巡检"}
    assert unchanged.items() <= then.items()
    assert spelling.readings("xuancheng robot") == {"xuancheng": ["宣城"]}
    spelling.renew({"巡检": 3, "铜陵": 4, "宣城": 1}, anew=True)
    assert sorted(rows().values()) == sorted(then.values())


def test_the_box_of_a_list_leads_nowhere_else(searching: Client) -> None:
    def links(kind: str, typed: str) -> list[str]:
        page = searching.get("/search/suggest", query_string={"kind": kind, "q": typed}).text
        return re.findall(r'href="([^"]+)"', page)

    everywhere = searching.get("/search/suggest?q=机").text
    assert 'href="/search?q=' in everywhere
    for kind, path in (("product", "/products"), ("scenario", "/scenarios"), ("organization", "/organizations")):
        found = links(kind, "机")
        assert found
        assert all(each.startswith(path) for each in found), found
        for each in found:
            assert searching.get(html.unescape(each)).status_code == 200
    assert any("?category=" in each for each in links("product", "xzjxb"))
    assert not any("category=" in each for each in links("organization", "xzjxb"))


@pytest.mark.parametrize("path", ["/", "/products", "/scenarios", "/organizations", "/nowhere", "/help"])
def test_every_search_box_has_suggestions(searching: Client, path: str) -> None:
    page = searching.get(path).text
    boxes = re.findall(r"<form[^>]*role=.search.[^>]*>", page)
    assert boxes
    assert all("data-suggest=" in each for each in boxes)
    ids = re.findall(r'<input id="(\w+)"[^>]*type="search"', page)
    assert len(ids) == len(set(ids))
