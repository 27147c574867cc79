"""Pages, panels, file and API of matches: the same reasons for both sides, recomputed from what is published."""

from __future__ import annotations

import csv
import io
import itertools
import math
import re
from collections.abc import Iterator
from datetime import timedelta
from fractions import Fraction
from html import unescape
from typing import Any

import pytest
import sqlalchemy as sa

from marketplace.core import clock
from marketplace.core.actor import SYSTEM, VISITOR
from marketplace.foundation import ledger
from marketplace.foundation.db import db, transaction
from marketplace.foundation.index.analyzer import shared_analyzer
from marketplace.matching import queries, weights
from marketplace.matching.keeping import Keeper
from marketplace.matching.models import Match
from marketplace.matching.views import IN_PANEL, matches_of, others_of
from marketplace.pilots.models import Pilot
from marketplace.products.models import Product
from marketplace.reference import catalogue, values
from marketplace.scenarios.models import Scenario
from marketplace.vocabulary.services import load_shipped
from marketplace.web.paging import PER_PAGE
from tests.matching.judged import JUDGED, measure
from tests.matching.listed import expected, kept, listed
from tests.support.databases import Databases
from tests.support.sample_site import SampleSite, sample_site

LEVELS = ["declared", "documented", "tested", "proven"]


@pytest.fixture(scope="module")
def sample(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SampleSite]:
    with sample_site(databases, tmp_path_factory.mktemp("matching")) as site:
        with site.app.app_context():
            keeper = Keeper()
            while keeper.run():
                pass
        yield site


def every_match(sample: SampleSite) -> Iterator[dict[str, Any]]:
    """Every match of every open need, as the API tells it."""
    client = sample.visitor()
    with sample.app.app_context():
        numbers = list(db.session.scalars(sa.select(Scenario.number).where(Scenario.state == "published")))
    for number in numbers:
        page = 1
        while page:
            answer = client.get(f"/api/v1/scenarios/{number}/matches?page={page}").json
            yield from answer["items"]
            page = page + 1 if answer["next"] else 0


def recounted(need: dict[str, Any], scenario: Scenario, product: Product, words: list[str]) -> dict[str, Fraction]:
    """The parts of a match by the published rules, counted here from the two contents alone (all but the words)."""
    asked = scenario.content["requirements"] or []
    claims = product.content["specs"]
    met = [
        values.compare(catalogue.spec(row["spec"]), claims.get(row["spec"], {}).get("value"), row["op"], row["value"])
        for row in asked
    ]
    assert met == [row["verdict"] for row in need["requirements"]]
    proven = {row["spec"] for row in asked} or set(claims)
    levels = [LEVELS.index(claims[key]["evidence"] or "declared") if key in claims else 0 for key in proven]
    parts = {"evidence": Fraction(sum(levels), 3 * len(levels)) if levels else Fraction(0)}
    if asked:
        parts["must"] = Fraction(met.count("met"), len(asked))
    codes = scenario.content["subscenario"] or scenario.content["domain"]
    if codes:
        tasks = [each for upper in catalogue.domains() for each in upper.subscenarios if each.code.startswith(codes)]
        parts["category"] = Fraction(any(product.content["category"] in each.categories for each in tasks))
    asking = f"{scenario.title} {scenario.content['task']}".lower()
    asked_for = {each.code for each in catalogue.categories() for name in each.asked_as if name in asking}
    if asked_for:
        named = product.content["category"] in asked_for
        parts["category"] = Fraction(1) if named else parts.get("category", Fraction(0)) / 2
    if scenario.content["domain"]:
        parts["domain"] = Fraction(scenario.content["domain"] in product.content["domains"])
        parts["pilots"] = piloted(scenario, product)
    if scenario.content["region"]:
        home = product.organization.region
        city = home[:4] == scenario.content["region"][:4]
        area = claims.get("service_area", {}).get("value") or {"choices": []}
        served = {"anhui", "yangtze_delta", "china"}.intersection(area["choices"])
        parts["place"] = Fraction(1) if city or served else Fraction(3, 5) if home else Fraction(0)
    if scenario.content["payment"]:
        ways = {"purchase": ["sale"], "lease": ["lease"], "service": ["service"], "pilot": ["sale", "lease", "service"]}
        wanted = {way for each in scenario.content["payment"] for way in ways[each]}
        parts["payment"] = Fraction(bool(wanted & set(product.content["ways"])))
    parts["wording"] = wording(scenario, product)
    return parts


def piloted(scenario: Scenario, product: Product) -> Fraction:
    """What the verified pilots of the product earn."""
    verified = sa.select(Pilot.scenario_id).where(Pilot.product_id == product.id, Pilot.state == "verified")
    tried = db.session.scalars(sa.select(Scenario).where(Scenario.id.in_(verified))).all()
    same = [each for each in tried if each.domain == scenario.domain]
    alike = [each for each in same if each.subscenario == scenario.subscenario or not scenario.subscenario]
    return Fraction(1) if alike else Fraction(bool(same), 2)


OWN_TEXTS = ("summary", "cases", "description")


def wording(scenario: Scenario, product: Product) -> Fraction:
    """The share of the pairs of characters of the need that the product's own words have, allowing for their length."""
    own = " ".join((product.title, category_words(product), *(product.content[key] for key in OWN_TEXTS)))
    task = scenario.content["subscenario"]
    title = f"{scenario.title} {catalogue.subscenario(task).label.zh if task else ''}"
    weighted = dict.fromkeys(pairs(f"{scenario.content['task']} {scenario.content['situation']}"), 1)
    weighted |= dict.fromkeys(pairs(title), 3)
    theirs = pairs(own)
    held = sum(weight for pair, weight in weighted.items() if pair in theirs)
    longer = math.isqrt(10**10 // max(len(theirs), 25))  # 10,000 times the square root of a hundredth of the pairs
    return min(Fraction(held * longer, 1000 * 3 * sum(weighted.values())), Fraction(1))


def category_words(product: Product) -> str:
    category = catalogue.category(product.category)
    return " ".join((category.label.zh, *category.aliases))


def pairs(text: str) -> set[str]:
    folded = shared_analyzer().normalise(text).replace("机器人", " ").replace("智能", " ")
    return {a + b for a, b in itertools.pairwise(folded) if (a + b).replace("_", " ").isalnum()}


def test_every_reason_of_the_sample_is_true(sample: SampleSite) -> None:
    """F4: each part of each match is what the published rules give for the published contents."""
    counted = 0
    with sample.app.app_context():
        for match in every_match(sample):
            scenario = db.session.scalars(sa.select(Scenario).filter_by(number=match["scenario"])).one()
            product = db.session.scalars(sa.select(Product).filter_by(number=match["product"])).one()
            told = {part["part"]: part["points"] for part in match["parts"]}
            parts = recounted(match, scenario, product, match["words"])
            for name, share in parts.items():
                exact = share * weights.PARTS[name].points
                assert told[name] == int(exact * 100) / 100, (match, name)
            assert set(told) - set(parts) == {"task"}
            assert "not_met" not in {row["verdict"] for row in match["requirements"]}
            category = catalogue.category(product.category)
            own = "".join(str(product.content[key]) for key in ("title", "summary", "description", "cases")).lower()
            own += "".join((category.label.zh, *category.aliases)).lower()
            assert all(set(word) <= set(own) for word in match["words"]), match
            possible = sum(weights.PARTS[name].points for name in told)
            assert match["score"] == pytest.approx(sum(told.values()) * 100 / possible, abs=0.06)
            counted += 1
    assert counted > 200


def test_what_was_judged_together_is_what_each_pair_gives_by_itself(sample: SampleSite) -> None:
    with sample.app.app_context():
        found = kept()
        assert found == expected()
        assert len(found) > 1000


def test_both_sides_are_told_the_same(sample: SampleSite) -> None:
    client = sample.visitor()
    for match in list(every_match(sample))[::40]:
        mirrored = client.get(f"/api/v1/products/{match['product']}/matches").json
        while not any(each["scenario"] == match["scenario"] for each in mirrored["items"]):
            mirrored = client.get(mirrored["next"].partition("8000")[2]).json
        assert match in mirrored["items"]


def test_the_page_of_a_product_names_each_must_have_and_its_verdict(sample: SampleSite) -> None:
    """What the page of the need has in columns."""
    client, year = sample.visitor(), clock.today().year
    for path in (f"/products/P-{year}-000171/matches", f"/products/P-{year}-000171"):
        listed_needs = client.get(path).text.partition("适合的需求</h")[2]
        row = listed_needs.partition(f"S-{year}-000074</span>")[2].partition("</li>")[0]
        said = " ".join(unescape(re.sub("<[^>]*>", " ", row)).split())
        for must in ("防护等级 ≥ IP65 满足 IP67", "续航 ≥ 3 h 满足 3.5 h", "工作温度 覆盖 −10 ~ 40 ℃ 满足 −20 ~ 50 ℃"):
            assert must in said, path


def test_words_in_common_are_named_in_english_where_the_table_has_them(sample: SampleSite) -> None:
    with sample.app.app_context(), transaction():
        load_shipped()
    client, year = sample.visitor(), clock.today().year
    first = f"/scenarios/S-{year}-000074/matches?lang="
    assert "共同的词：变电站、巡检、" in client.get(first + "zh_CN").text
    assert "In common: substation, inspection, " in client.get(first + "en").text


def test_the_page_of_a_need_shows_verdicts_questions_and_reasons(sample: SampleSite) -> None:
    client = sample.visitor()
    number = f"S-{clock.today().year}-000074"
    page = client.get(f"/scenarios/{number}").text
    for text in (
        "匹配的产品",
        "演示Q1",
        "全部满足",
        "待问：工作温度",
        "得分理由",
        f"/scenarios/{number}/matches",
        "供方没有列出需求要的付费方式",
        "还没有同类的核验试点",
    ):
        assert text in page
    whole = client.get(f"/scenarios/{number}/matches?lang=en").text
    for text in ("Products that fit", "All are met", "to ask: Operating temperature", "How the score is made up"):
        assert text in whole
    text = client.get(f"/scenarios/{number}/matches.csv").get_data(as_text=True)
    rows = list(csv.reader(io.StringIO(text)))
    assert len(rows) == 1 + client.get(f"/api/v1/scenarios/{number}/matches").json["total"]


@pytest.mark.parametrize("plural", ["scenarios", "products"])
def test_matches_are_the_same_as_files(sample: SampleSite, plural: str) -> None:
    client = sample.visitor()
    number = f"S-{clock.today().year}-000074"
    if plural == "products":
        number = client.get(f"/api/v1/scenarios/{number}/matches").json["items"][0]["product"]
    answer = client.get(f"/api/v1/{plural}/{number}/matches").json
    page = client.get(f"/{plural}/{number}/matches").text
    for ending in ("xlsx", "csv", "json"):
        assert f'href="/{plural}/{number}/matches.{ending}"' in page
    whole = client.get(f"/{plural}/{number}/matches.json").json
    assert whole["total"] == answer["total"] == len(whole["items"])
    assert whole["items"][: len(answer["items"])] == answer["items"]
    rows = list(csv.reader(io.StringIO(client.get(f"/{plural}/{number}/matches.csv").get_data(as_text=True))))
    other = "product" if plural == "scenarios" else "scenario"
    assert [row[0] for row in rows[1:]] == [each[other] for each in whole["items"]]
    assert len({len(row) for row in rows}) == 1
    assert client.get(f"/{plural}/{number}/matches.xlsx").data[:2] == b"PK"


def test_a_need_that_nothing_fits_says_so(sample: SampleSite) -> None:
    page = sample.visitor().get(f"/scenarios/S-{clock.today().year}-000012/matches").text
    assert "还没有合适的产品" in page
    assert "怎样计分" in page


def test_no_button_of_a_match_leads_to_a_refusal(sample: SampleSite) -> None:
    """Who is of one side is led to a talk where one can begin, and told in its place why none can."""
    with sample.app.app_context():
        numbers = {
            name: list(db.session.scalars(sa.select(model.number).where(model.state == "published", model.demo)))
            for name, model in (("scenarios", Scenario), ("products", Product))
        }
    seen: list[str] = []
    for name, kind in (("soe", "scenarios"), ("soe2", "scenarios"), ("vendor", "products"), ("vendor2", "products")):
        client = sample.person(name)
        for number in numbers[kind]:
            page = client.get(f"/{kind}/{number}/matches").text
            buttons = re.findall(
                r'<a class="btn[^"]*" href="(/(?:products|scenarios)/[^"]*(?:need|product)=[^"]*)"', page
            )
            assert [client.get(unescape(each)).status_code for each in buttons] == [200] * len(buttons), page
            seen += ["button"] * len(buttons) + re.findall("尚未认领|已有对接", page)
    assert {"button", "尚未认领"} <= set(seen)
    with sample.app.app_context():
        need = db.session.scalars(sa.select(Scenario).where(Scenario.number.in_(numbers["scenarios"]))).first()
        assert need is not None
        assert all(each.bar is None for each in matches_of(need, VISITOR, PER_PAGE))


def test_what_only_meets_the_must_haves_is_named_below_with_true_reasons(sample: SampleSite) -> None:
    """The need has no match at all; products that meet what it asks for are named all the same, and are no matches."""
    number = f"S-{clock.today().year}-000016"
    pages = (f"/scenarios/{number}", f"/scenarios/{number}/matches")
    client = sample.visitor()
    assert not any("另外满足硬性要求的产品" in client.get(page).text for page in pages)
    asked = [{"spec": "payload", "op": ">=", "value": {"from": "20"}}]
    with sample.app.app_context():
        with transaction():
            need = db.session.scalars(sa.select(Scenario).where(Scenario.number == number)).one()
            need.content = {**need.content, "requirements": asked}
            ledger.record(need, "edit", SYSTEM)
        named = others_of(need, [], VISITOR)
        assert 0 < len(named) <= IN_PANEL
        for each in named:
            claimed = each.product.content["specs"]["payload"]["value"]
            assert values.compare(catalogue.spec("payload"), claimed, ">=", {"from": "20"}) == "met"
            assert each.judgement.earned["must"] == weights.PARTS["must"].points * 100
            assert not each.judgement.listed
        assert others_of(need, named, VISITOR) == [], "a list that fills its panel needs no others"
    for page in pages:
        text = client.get(page).text
        assert text.index("另外满足硬性要求的产品") > text.index("要么和这项任务没有共同之处")
        assert named[0].product.title in text
        assert "没有共同的词" in text
    assert "too little else in common" in client.get(f"{pages[1]}?lang=en").text
    assert client.get(f"/api/v1/scenarios/{number}/matches").json["total"] == 0


@pytest.mark.parametrize("way", ["/scenarios/{}/matches", "/scenarios/{}/matches.csv", "/api/v1/scenarios/{}/matches"])
def test_what_is_not_published_has_no_matches(sample: SampleSite, way: str) -> None:
    with sample.app.app_context():
        select = sa.select(Scenario.state, sa.func.min(Scenario.number)).group_by(Scenario.state)
        states = dict(db.session.execute(select).all())
    assert {"draft", "in_review", "withdrawn", "fulfilled"} <= states.keys()
    client = sample.visitor()
    for state, number in states.items():
        assert client.get(way.format(number)).status_code == (200 if state == "published" else 404), state
    assert client.get(way.format(states["published"]) + "?page=99").status_code == (
        200 if "csv" in way else 422 if "api" in way else 404
    )


def test_the_judged_needs_are_answered_and_no_must_have_fails_in_any_list(sample: SampleSite) -> None:
    assert len({each.need for each in JUDGED}) == len(JUDGED) >= 40
    assert all(each.products and each.why for each in JUDGED)
    measured = measure(listed(sample.visitor()))
    print(measured)
    assert measured.wide >= 0.75
    assert measured.scarce >= 0.7


def test_a_new_product_gets_the_kept_place_and_is_said_to_be_new(sample: SampleSite) -> None:
    """The sample is new as a whole; all but one product that stands far below are made old."""
    with sample.app.app_context():
        need = db.session.scalars(sa.select(Scenario).where(Scenario.number == f"S-{clock.today().year}-000057")).one()
        keys = list(db.session.scalars(queries.products_for(need.id, VISITOR).with_only_columns(Match.product_id)))
        assert len(keys) > 15
        with transaction():
            others = (
                sa.update(Product).where(Product.id != keys[-1]).values(created_at=clock.now() - timedelta(days=90))
            )
            db.session.execute(others)
        shown = matches_of(need, VISITOR, PER_PAGE)
        assert [each.product.id for each in shown if each.fresh] == [keys[-1]]
        assert shown[9].fresh
        assert [each.product.id for each in shown if not each.fresh] == keys[: len(shown) - 1]
        with transaction():
            db.session.execute(sa.update(Product).values(created_at=clock.now() - timedelta(days=90)))
        assert not any(each.fresh for each in matches_of(need, VISITOR, PER_PAGE))
