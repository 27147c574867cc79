"""Conditions on specs: against a plain recount of the rows by the rules of reference/values, everywhere the same."""

from __future__ import annotations

import itertools
import json
import random
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import sqlalchemy as sa
from werkzeug.datastructures import MultiDict

from marketplace.core import clock
from marketplace.foundation.db import db
from marketplace.products.models import Product
from marketplace.reference import catalogue, values
from marketplace.search.queries import requirement_counts
from marketplace.search.specs import EXAMPLES, OPERATORS, read_wanted, said_in
from tests.support.sample_site import SampleSite

Claims = Mapping[str, Any]
PUBLIC = ("published", "expired")


@pytest.fixture(scope="module")
def products(sample: SampleSite) -> dict[str, tuple[str, Claims]]:
    """Number → category and claimed values of every public product, straight from the rows."""
    with sample.app.app_context():
        rows = db.session.scalars(sa.select(Product).where(Product.state.in_(PUBLIC)))
        return {
            row.number: (row.content["category"], {key: claim["value"] for key, claim in row.content["specs"].items()})
            for row in rows
        }


def verdict(claims: Claims, wanted: Mapping[str, str]) -> str:
    """Whether all conditions are met; unknown when none fails and one is not known."""
    found = set()
    for name, given in wanted.items():
        _, key, code = name.split(".")
        spec, op = catalogue.spec(key), OPERATORS[code]
        found.add(values.compare(spec, claims.get(key), op, values.parse_wanted(spec, op, given)))
    return "not_met" if "not_met" in found else "unknown" if "unknown" in found else "met"


def conditions() -> Iterator[dict[str, str]]:
    yield {"spec.payload.ge": "20 kg"}
    yield {"spec.payload.ge": "20000 g"}
    yield {"spec.payload.le": "0.01 t"}
    yield {"spec.ip_rating.ge": "IP65"}
    yield {"spec.ex_mark.yes": "1"}
    yield {"spec.repeatability.le": "30 μm"}
    yield {"spec.endurance.ge": "180 min", "spec.payload.ge": "5"}
    yield {"spec.outdoor.yes": "1"}
    yield {"spec.operating_temp.covers": "0~40"}
    chance = random.Random(3)
    bounds = {
        "payload": "0.5 5 20 600",
        "reach": "500 900 1.5m",
        "endurance": "2 4 8",
        "speed": "0.5 1 2m/s",
        "dof": "6",
    }
    for _ in range(60):
        keys = chance.sample(list(bounds), chance.randint(1, 3))
        yield {f"spec.{key}.{chance.choice(('ge', 'le'))}": chance.choice(bounds[key].split()) for key in keys}


def test_every_condition_agrees_with_a_recount(sample: SampleSite, products: dict[str, tuple[str, Claims]]) -> None:
    client, met_somewhere, unknown_somewhere = sample.visitor(), 0, 0
    for wanted in conditions():
        verdicts = {number: verdict(claims, wanted) for number, (_, claims) in products.items()}
        answer = client.get("/api/v1/search", query_string={"kind": "product", **wanted}).json
        counted = Counter(verdicts.values())
        assert (answer["total"], answer["unknown"]) == (counted["met"], counted["unknown"]), wanted
        by_category = Counter(products[number][0] for number, each in verdicts.items() if each == "met")
        assert answer["facets"].get("category", {}) == by_category, wanted
        assert answer["facets"].get("kind", {}).get("product", 0) == counted["met"]
        apart = client.get("/api/v1/search", query_string={"kind": "product", "fit": "unknown", **wanted}).json
        assert apart["total"] == counted["unknown"]
        met_somewhere, unknown_somewhere = met_somewhere + counted["met"], unknown_somewhere + counted["unknown"]
    assert min(met_somewhere, unknown_somewhere) > 100


def test_pages_files_and_api_find_the_same(sample: SampleSite, products: dict[str, tuple[str, Claims]]) -> None:
    client, wanted = sample.visitor(), {"spec.payload.ge": "20 kg"}
    expected = {number for number, (_, claims) in products.items() if verdict(claims, wanted) == "met"}
    assert len(expected) > 5
    for path in ("/products.json", "/api/v1/products"):
        query = {**wanted, **({"limit": "200"} if "api" in path else {})}
        found = json.loads(client.get(path, query_string=query, buffered=True).data)
        assert {item["number"] for item in found["items"]} == expected
    rows = client.get("/products.csv", query_string=wanted, buffered=True).text
    assert all(number in rows for number in expected)
    assert rows.count(f"P-{clock.today().year}-") >= len(expected)
    page = client.get("/products", query_string=wanted).text
    assert f"共 {len(expected)} 项" in page
    assert "额定负载 ≥ 20 kg" in page
    unknown = sum(verdict(claims, wanted) == "unknown" for _, claims in products.values())
    assert f"另有 {unknown} 项没有公开所问的参数" in page


def test_conditions_add_up_with_words_and_facets(sample: SampleSite, products: dict[str, tuple[str, Claims]]) -> None:
    client = sample.visitor()
    whole = client.get("/api/v1/search?q=机器人&kind=product&spec.payload.ge=5").json
    for category, count in whole["facets"]["category"].items():
        narrowed = client.get(f"/api/v1/search?q=机器人&kind=product&category={category}&spec.payload.ge=5").json
        assert narrowed["total"] == count
    assert len(whole["facets"]["category"]) > 3


def test_a_category_offers_its_specs_and_no_list_without_one(sample: SampleSite) -> None:
    client = sample.visitor()
    page = client.get("/products?category=cobot").text
    assert 'name="spec.payload.ge"' in page
    assert "更多参数" in page
    assert 'name="spec.ex_mark.yes"' in client.get("/products?category=ex_inspection").text
    assert 'name="spec.' in client.get("/products?domain=logistics").text
    without = client.get("/products").text
    assert 'name="spec.' not in without
    assert "就可以按参数筛选" in without
    assert 'name="spec.' not in client.get("/scenarios?domain=logistics").text


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("spec.payload.ge", "很重"), ("spec.payload.ge", "20 m"), ("spec.payload.covers", "20"),
        ("spec.nothing.ge", "1"), ("spec.payload", "20"), ("spec.ip_rating.ge", "IP99"),
        ("spec.payload.ge", "9" * 70), ("spec.payload.ge", "1~5"), ("spec.navigation.in", "no-such-way"),
        ("spec.ex_mark.yes", "0"), ("spec.ex_mark.yes", "可能"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_said_at_its_field(sample: SampleSite, name: str, given: str) -> None:
    client = sample.visitor()
    assert client.get("/products", query_string={"category": "cobot", name: given}).status_code == 200
    for path in ("/api/v1/search", "/api/v1/products"):
        answer = client.get(path, query_string={name: given})
        assert answer.status_code == 422
        assert answer.json["errors"][0]["field"] == name
    assert client.get("/products.csv", query_string={name: given}).status_code == 422
    wanted, errors = read_wanted(MultiDict({name: given}))
    assert (wanted, [error.field for error in errors]) == ((), [name])


def test_a_wrong_value_stays_in_its_field_with_what_is_expected(sample: SampleSite) -> None:
    page = sample.visitor().get("/products?category=cobot&spec.payload.ge=很重").text
    assert 'value="很重"' in page
    assert 'aria-invalid="true"' in page


def test_the_best_proven_come_first(sample: SampleSite, products: dict[str, tuple[str, Claims]]) -> None:
    with sample.app.app_context():
        rows = db.session.scalars(sa.select(Product).where(Product.state.in_(PUBLIC))).all()
        levels = {
            row.number: [
                Counter(claim["evidence"] for claim in row.content["specs"].values())[each]
                for each in ("proven", "tested", "documented")
            ]
            for row in rows
        }
    answer = sample.visitor().get("/api/v1/search?kind=product&sort=evidence").json
    shown = [levels[item["number"]] for item in answer["items"]]
    assert shown == sorted(levels.values(), reverse=True)[: len(shown)]
    assert shown[0] > shown[-1]


def test_the_form_of_a_need_is_told_how_many_products_meet_its_must_haves(sample: SampleSite) -> None:
    payload, rating = {"spec": "payload", "op": ">=", "value": {"from": "20"}}, {
        "spec": "ip_rating", "op": ">=", "value": {"choice": "IP65"},
    }  # fmt: skip
    with sample.app.app_context():
        contents = db.session.scalars(sa.select(Product.content).where(Product.state == "published")).all()
        for rows in ([payload], [rating], [payload, rating]):
            verdicts: Counter[str] = Counter()
            for content in contents:
                told = [
                    values.compare(
                        catalogue.spec(row["spec"]), content["specs"].get(row["spec"], {}).get("value"),
                        row["op"], row["value"],
                    )
                    for row in rows
                ]  # fmt: skip
                verdicts["not_met" if "not_met" in told else "unknown" if "unknown" in told else "met"] += 1
            assert min(verdicts.values()) > 0
            assert requirement_counts(rows) == (verdicts["met"], verdicts["unknown"], verdicts["not_met"])


def test_conditions_contradict_each_other_when_no_value_meets_both() -> None:
    spec, figures = catalogue.spec("payload"), ("10", "20", "30")
    claims = [{"from": low, "to": high} for low in figures for high in figures if int(low) <= int(high)]
    for one, first, other, second in itertools.product((">=", "<=", "="), figures, (">=", "<=", "="), figures):
        wanted = [(one, {"from": first}), (other, {"from": second})]
        both = any(all(values.compare(spec, claim, *each) == "met" for each in wanted) for claim in claims)
        assert values.contradict(spec, *wanted[0], *wanted[1]) is not both, wanted


def test_a_contradiction_is_told(sample: SampleSite) -> None:
    client = sample.visitor()
    page = client.get("/products?category=cobot&spec.payload.ge=30&spec.payload.le=10").text
    assert "“额定负载 ≥ 30 kg”和“额定负载 ≤ 10 kg”互相矛盾" in page
    assert "互相矛盾" not in client.get("/products?category=cobot&spec.payload.ge=10&spec.payload.le=30").text


def test_the_example_of_a_field_can_be_read() -> None:
    for spec in catalogue.specs():
        if spec.kind in EXAMPLES:
            example = EXAMPLES[spec.kind][spec.unit]
            assert values.parse_wanted(spec, values.operators(spec)[0].code, example), spec.key


@pytest.mark.parametrize(
    ("text", "said", "rest"),
    [
        ("IP65", {"spec.ip_rating.ge": "IP65"}, ""),
        ("防护等级≥IP65 巡检", {"spec.ip_rating.ge": "IP65"}, "巡检"),
        ("负载≥20kg、续航不低于 3 小时，巡检", {"spec.payload.ge": "20kg", "spec.endurance.ge": "3 小时"}, "巡检"),
        ("负载20公斤以上的机械臂", {"spec.payload.ge": "20公斤以上"}, "机械臂"),
        ("自由度≥7 人形", {"spec.dof.ge": "7"}, "人形"),  # though 人 counts, as in 7 人
        ("自重 50kg以下", {"spec.weight.le": "50kg以下"}, ""),
        ("重复定位精度0.05mm", {"spec.repeatability.le": "0.05mm"}, ""),
        ("Payload at least 20 kg arm", {"spec.payload.ge": "20 kg"}, "arm"),
        ("ＩＰ６５　巡检", {"spec.ip_rating.ge": "IP65"}, "巡检"),
        ("\u0131p65", {}, "\u0131p65"),  # of the same case as I for some, and no IP
        ("负载 5~10kg", {}, "负载 5~10kg"),
        ("负载约20kg", {}, "负载约20kg"),
        ("身高1700mm", {}, "身高1700mm"),  # neither side is better
        ("UR10e 负载", {}, "UR10e 负载"),
        ("VIP65", {}, "VIP65"),
    ],
)
def test_what_the_words_of_a_question_say_in_figures(text: str, said: Mapping[str, str], rest: str) -> None:
    found, left = said_in(text)
    assert ({each.name: each.given[0] for each in found}, left) == (said, rest)
    assert read_wanted(MultiDict(said))[1] == (), "it can stand in an address"
