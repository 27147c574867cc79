"""What a page of results promises beside its hits: tabs, filters, files and notes say what a press brings."""

from __future__ import annotations

import html
import json
import re
from urllib.parse import quote

import pytest

from marketplace.core.actor import VISITOR
from marketplace.foundation.index.interface import SearchRequest
from marketplace.search.forms import canonical, labels, question_of
from marketplace.search.queries import count_of, find, find_keys
from marketplace.search.services import engine, texts
from tests.support.sample_site import SampleSite
from tests.support.site import Client

TAB = re.compile(r'<a href="([^"]+)"( aria-current="page")?>([^<]+) <small>([\d,]+)</small>')
OPTION = re.compile(r'name="(\w+)" value="([^"]+)"( checked)?><span>([^<]+)</span><span class="choice__n">([\d,]+)<')


def total(page: str) -> int:
    return int(re.findall(r"共 ([\d,]+) 项", page)[0].replace(",", ""))


def tabs(page: str) -> dict[str, tuple[str, int, bool]]:
    """Label → address, count, whether it is the page itself."""
    row = page.partition('<nav class="tabs"')[2].partition("</nav>")[0]
    return {
        label: (html.unescape(href), int(count.replace(",", "")), bool(now))
        for href, now, label, count in TAB.findall(row)
    }


@pytest.mark.parametrize(
    "address",
    [
        "/search", "/search?q=巡检", "/search?q=巡检&literal=1", "/search?q=巡检&kind=product&literal=1",
        "/search?kind=product&category=cobot", "/search?kind=product&spec.payload.ge=5",
        "/search?kind=product&spec.payload.ge=5&fit=unknown", "/search?spec.payload.ge=5", "/search?category=cobot",
        "/search?q=qingsao&kind=product", "/search?q=qingsao", "/search?kind=scenario&status=published&city=340100",
        "/search?kind=organization&segment=core&domain=industrial", "/search?q=xArm+机械臂+港口",
    ],
)  # fmt: skip
def test_a_tab_counts_what_its_page_shows(searching: Client, address: str) -> None:
    page = searching.get(address).text
    found = tabs(page)
    assert len(found) == 7
    assert sum(now for _, _, now in found.values()) == 1
    for label, (href, count, now) in found.items():
        there = searching.get(href).text
        assert count == total(there), (label, href)
        assert not now or count == total(page)
        if "literal=1" in address:
            assert "literal=1" in href


def test_a_filter_that_means_nothing_on_a_tab_is_left_behind(searching: Client) -> None:
    found = tabs(searching.get("/search?kind=product&category=cobot&city=340100").text)
    href, count, _ = found["场景需求"]
    assert "category" not in href
    assert count == total(searching.get("/scenarios?city=340100").text) > 0
    for path in ("/products", "/scenarios", "/organizations"):
        options = OPTION.findall(searching.get(path).text)
        for facet in {name for name, *_ in options}:
            assert any(count != "0" for name, _, _, _, count in options if name == facet), (path, facet)


def test_a_value_that_a_facet_does_not_have_is_told_and_not_applied(searching: Client) -> None:
    every = total(searching.get("/search").text)
    for address, named in {
        "/search?kind=banana": "“结果类别”里没有“banana”。",
        "/search?category=banana&city=340100": "“产品类别”里没有“banana”。",
        "/search?status=%3Cb%3E": "“状态”里没有“&lt;b&gt;”。",
        "/search?spec.nonsense.ge=20": "没有“nonsense.ge”这个参数条件。",
    }.items():
        page = searching.get(address).text
        assert named in page
        assert "还没有公开的内容" not in page
        assert "到筛选里改正" not in page, "there is no such field"
        assert "banana" not in "".join(re.findall(r'<a class="chip"[^>]*>(.*?)</a>', page))
        assert total(page) == (every if "city" not in address else total(searching.get("/search?city=340100").text))
    for facet in ("kind", "category", "domain", "city", "segment", "status"):
        answer = searching.get("/api/v1/search", query_string={facet: "banana"})
        assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, facet)


def test_every_value_of_the_index_has_a_name(sample: SampleSite) -> None:
    with sample.app.app_context():
        counts = engine().search(SearchRequest(limit=1), texts).facets
        for facet, values in counts.items():
            # Of the states, those of listings: no list is narrowed by any other.
            assert facet == "status" or values.keys() <= labels(facet).keys(), facet


def test_states_are_those_of_the_kind(searching: Client) -> None:
    for path, ended in (("/products", 0), ("/scenarios", 2)):
        states = [value for name, value, *_ in OPTION.findall(searching.get(path).text) if name == "status"]
        assert "published" in states
        assert len({"fulfilled", "closed"} & set(states)) == ended


def test_a_page_that_a_list_does_not_have_leads_to_its_first(searching: Client) -> None:
    for page in ("99999", "0", "abc", "400"):
        for path in ("/search?q=%E5%B7%A1%E6%A3%80&kind=product", "/products?city=340100", "/notices?city=340100"):
            answer = searching.get(f"{path}&page={page}")
            assert answer.status_code == 404
            assert "清单里没有这一页" in answer.text
            assert f'href="{html.escape(path)}"' in answer.text
            assert ('value="巡检"' in answer.text) == ("q=" in path), "its words stay in the box"
    assert "编号可能有误" in searching.get("/products/P-1999-000001").text


def test_a_phrase_is_told_in_one_pair_of_marks(searching: Client) -> None:
    page = searching.get("/search?q=“巡检机器人”").text
    assert page.count("搜索“‘巡检机器人’”") == 2, "title and heading"
    assert 'value="“巡检机器人”"' in page, "what was typed stays"
    assert "没有找到“‘雪狼无此机’”" in searching.get('/search?q="雪狼无此机"').text


@pytest.mark.parametrize("words", ["负载≥20kg", "IP65 协作", "巡检 续航 3h以上", "合肥 payload 5 kg"])
def test_figures_among_the_words_lead_to_the_products_that_meet_them(searching: Client, words: str) -> None:
    for path in ("/search?", "/search?kind=product&", "/products?category=quadruped&"):
        page = searching.get(f"{path}q={quote(words)}").text
        found = re.search('按公开的参数找产品：<a href="([^"]+)">[^<]+</a>（([0-9]+) 项）', page)
        assert found, path
        there = searching.get(html.unescape(found[1])).text
        assert total(there) == int(found[2]), path
        assert "按公开的参数找产品" not in there
    assert "按公开的参数找产品" not in searching.get(f"/scenarios?q={quote(words)}").text


def test_the_form_of_filters_keeps_what_it_does_not_show(searching: Client) -> None:
    for address in (
        "/search?kind=product&spec.ip_rating.ge=IP65&fit=unknown",
        "/products?spec.ip_rating.ge=IP65&fit=unknown",
        "/search?category=cobot&q=机械臂&literal=1",
        "/products?category=cobot&spec.payload.eq=5",
    ):
        page = searching.get(address).text
        form = page.partition('id="filters"')[2].partition("</form>")[0]
        for name, value, checked, label, count in OPTION.findall(form):
            if checked or count == "0":
                continue
            fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]+)"', form)
            fields += [(n, v) for n, v, on, *_ in OPTION.findall(form) if on]
            fields += re.findall(r'<input class="w-xs"[^>]*name="([^"]+)"[^>]* value="([^"]+)"', form)
            pairs = [(html.unescape(n), html.unescape(v)) for n, v in fields if n != name] + [(name, value)]
            narrowed = searching.get(address.partition("?")[0], query_string=pairs).text
            assert total(narrowed) == int(count), (address, label)


def test_only_what_publishes_specs_is_not_known_to_fit(searching: Client) -> None:
    unknown = searching.get("/api/v1/search?kind=product&spec.payload.ge=20").json["unknown"]
    assert unknown > 0
    everything = searching.get("/api/v1/search?spec.payload.ge=20").json
    assert everything["unknown"] == unknown
    apart = searching.get("/api/v1/search?spec.payload.ge=20&fit=unknown").json
    assert (apart["total"], apart["facets"]["kind"]) == (unknown, {"product": unknown})
    needs = searching.get("/scenarios?spec.payload.ge=20").text
    assert "没有公开所问的参数" not in needs
    assert total(needs) == 0


def test_a_wrong_condition_leads_to_its_field(searching: Client) -> None:
    page = searching.get("/products?spec.payload.ge=99999999999999999999").text
    assert "0.01 到 50000 kg" in page
    assert "负载口径" not in page
    assert 'href="#f-spec.payload.ge"' in page
    assert 'id="f-spec.payload.ge"' in page
    choice = searching.get("/products?spec.navigation.in=nonsense").text
    assert 'href="#e-spec.navigation.in"' in choice
    assert 'id="e-spec.navigation.in"' in choice
    plain = total(searching.get("/products?spec.payload.ge=20").text)
    for typed in (">20", "≥20", "≥ 20 kg"):
        assert total(searching.get("/products", query_string={"spec.payload.ge": typed}).text) == plain
    many = searching.get("/products", query_string={f"spec.x{n}.ge": "1" for n in range(15)}).text
    assert "还有 3 个条件也没有用上。" in many


def test_files_hold_what_the_page_shows(searching: Client) -> None:
    page = searching.get("/products?category=cobot&spec.payload.ge=很重&city=nowhere&sort=newest").text
    href = html.unescape(re.findall(r'href="(/products\.json[^"]*)"', page)[0])
    assert href == "/products.json?category=cobot&sort=newest"
    assert len(json.loads(searching.get(href, buffered=True).data)["items"]) == total(page) > 0


def test_a_file_of_an_unread_condition_says_so_and_leads_back(searching: Client) -> None:
    query = "category=cobot&spec.payload.ge=heavy"
    answer = searching.get(f"/products.csv?{query}")
    assert answer.status_code == 422
    assert "没有保存" not in answer.text
    assert "文件没有生成" in answer.text
    assert f'href="/products?{html.escape(query)}"' in answer.text
    problem = searching.get(f"/products.json?{query}")
    assert (problem.status_code, problem.mimetype) == (422, "application/problem+json")
    assert problem.json["errors"][0]["field"] == "spec.payload.ge"


def test_all_options_open_the_filters_and_products_can_be_compared_anywhere(searching: Client) -> None:
    page = searching.get("/products").text
    assert re.search(r'href="/products\?all=category#filters"', page)
    assert "对比所选" in page
    assert "对比所选" in searching.get("/search?q=机械臂").text
    assert "对比所选" not in searching.get("/scenarios").text


@pytest.mark.parametrize(
    "query",
    [
        "q=qingsao&kind=product", "kind=product&spec.ip_rating.ge=IP65&fit=unknown", "q=巡检&literal=1",
        "q=清扫&city=340000&spec.payload.ge=≥20", "kind=product&category=cobot&spec.navigation.in=visual_slam",
    ],
)  # fmt: skip
def test_what_is_saved_is_the_list_that_was_seen(sample: SampleSite, searching: Client, query: str) -> None:
    page = searching.get(f"/search?{query}&sort=newest&page=1").text
    address = html.unescape(re.findall(r'href="/workspace/searches/new\?([^"]+)"', page)[0])
    with sample.app.test_request_context("/"):
        saved = question_of(address)
        assert canonical(saved) == address
        assert count_of(saved) == len(find_keys(saved, 10_000)) == total(page) == find(saved, VISITOR).total


def test_a_list_of_some_of_the_words_says_what_will_be_told(searching: Client) -> None:
    page = searching.get("/search?q=巡检 养老 焊接 港口").text
    assert "没有完全符合的结果" in page
    assert "有含全部词的结果时告诉我" in page
