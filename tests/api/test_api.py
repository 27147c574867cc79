"""The API: every answer is what its description says, wrong questions are answered by name, nothing private leaks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from markupsafe import escape

from marketplace.api.routes import PREFIX, ROUTES
from marketplace.api.schemas import fields_of
from marketplace.search.services import rebuild
from tests.api.schema import mistakes
from tests.factories import accounts
from tests.factories.products import product
from tests.lists.conftest import Reader
from tests.support.databases import KINDS, Databases
from tests.support.sample_site import sample_site
from tests.support.site import Client


@pytest.fixture(params=KINDS)
def sample(request: pytest.FixtureRequest, databases: Databases, tmp_path: Path) -> Iterator[Client]:
    """A visitor of a site with the whole sample."""
    with sample_site(databases, tmp_path, request.param) as site:
        site.app.test_client_class = Reader
        yield site.visitor()


def described(client: Client, path: str, answer: Any) -> list[str]:
    """Where an answer differs from what the description says of its route."""
    document = client.get(f"{PREFIX}/openapi.json").json
    template = path if path in document["paths"] else re.sub(r"/[PSO]-\d{4}-\d{6}$", "/{number}", path)
    schema = document["paths"][template]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    return mistakes(answer, schema, document)


def test_every_answer_is_what_the_description_says(sample: Client) -> None:
    paths = [route.path for route in ROUTES if "<" not in route.path]
    for name in ("products", "scenarios", "organizations"):
        first = sample.get(f"{PREFIX}/{name}?limit=200").json
        assert first["items"]
        paths += [f"/{name}/{item['number']}" for item in first["items"][:20]]
        assert described(sample, f"/{name}", first) == []
    for path in [*paths, "/search"]:
        answer = sample.get(PREFIX + path)
        assert answer.status_code == 200, path
        assert described(sample, path, answer.json) == [], path


def test_the_description_is_a_whole(client: Client) -> None:
    document = client.get(f"{PREFIX}/openapi.json").json
    assert document["openapi"] == "3.1.0"
    operations = [each for path in document["paths"].values() for each in path.items()]
    assert [method for method, _each in operations].count("get") == len(ROUTES)
    ids = [each["operationId"] for _method, each in operations]
    assert len(set(ids)) == len(ids)
    text = str(document)
    for name in re.findall(r"#/components/schemas/(\w+)", text):
        assert name in document["components"]["schemas"]
    for path, each in document["paths"].items():
        asked = next(iter(each.values()))["parameters"]
        in_path = [parameter["name"] for parameter in asked if parameter["in"] == "path"]
        assert in_path == re.findall(r"{(\w+)}", path)


def test_the_page_names_every_route_and_parameter(app: Flask, client: Client) -> None:
    text = client.get(f"{PREFIX}/docs").text
    for route in ROUTES:
        assert route.text.zh in text
        for parameter in route.parameters:
            assert f"<code>{parameter.name}</code>" in text
        for field in fields_of(route.schema):
            assert f"<code>{field}</code>" in text
    with app.app_context():
        rebuild()
    for example in (PREFIX + route.example for route in ROUTES if route.example):
        assert str(escape(example)) in text
        assert client.get(example).status_code == 200, example


def test_lists_are_read_page_by_page_without_loss(sample: Client) -> None:
    found, address, totals = [], f"{PREFIX}/products?limit=40", set()
    while address:
        answer = sample.get(address).json
        found += [item["number"] for item in answer["items"]]
        totals.add(answer["total"])
        address = answer["next"]
    assert len(found) == len(set(found)) == totals.pop()
    assert not totals
    twin = sample.get("/products.json").json
    assert set(found) == {item["number"] for item in twin["items"]}


def test_filters_are_those_of_the_page(sample: Client) -> None:
    for query in ("category=amr", "q=巡检", "domain=industrial&domain=logistics", "status=expired"):
        found: list[str] = []
        address = f"{PREFIX}/products?{query}&limit=7"
        while address:
            answer = sample.get(address).json
            found += [item["number"] for item in answer["items"]]
            address = answer["next"]
        twin = [item["number"] for item in sample.get(f"/products.json?{query}").json["items"]]
        assert sorted(found) == sorted(twin), query
        assert found, query


def test_search_answers_as_the_page_does(sample: Client) -> None:
    answer = sample.get(f"{PREFIX}/search?q=AMR").json
    assert answer["total"] == sum(answer["facets"]["kind"].values()) > 0
    page = sample.get("/search?q=AMR").text
    for item in answer["items"]:
        assert f"/{item['kind']}s/{item['number']}" in page
    only = sample.get(f"{PREFIX}/search?q=AMR&kind=product&category=amr").json
    assert {item["kind"] for item in only["items"]} == {"product"}
    assert only["total"] == answer["facets"]["category"]["amr"]


def test_search_goes_on_to_the_end_and_no_further(sample: Client) -> None:
    seen: list[str] = []
    address = f"{PREFIX}/search?kind=product"
    while address:
        answer = sample.get(address).json
        seen += [item["number"] for item in answer["items"]]
        address = answer["next"]
    assert len(seen) == len(set(seen)) == answer["total"]
    past = sample.get(f"{PREFIX}/search?kind=product&page={-(-len(seen) // 20) + 1}")
    assert (past.status_code, past.mimetype) == (422, "application/problem+json")
    assert [error["field"] for error in past.json["errors"]] == ["page"]


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/products?foo=1&limit=0&city=x&after=-1", {"foo", "limit", "city", "after"}),
        ("/products?limit=1&limit=2", {"limit"}),
        ("/products?sort=newest", {"sort"}),
        ("/search?page=0&kind=robot&sort=oldest", {"page", "kind", "sort"}),
        ("/search?page=1e3", {"page"}),
        ("/search?page=９", {"page"}),
        ("/challenges?page=400", {"page"}),
        ("/search?q=%00", {"q"}),
        ("/search?q=a%00b&kind=%00", {"q", "kind"}),
        ("/regions?level=village", {"level"}),
        (f"/search?q={'长' * 201}", {"q"}),
        ("/domains?x=1", {"x"}),
        ("/products/P-2026-000001?x=1", {"x"}),
    ],
)
def test_a_wrong_parameter_is_named(client: Client, path: str, fields: set[str]) -> None:
    answer = client.get(PREFIX + path)
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
    assert {error["field"] for error in answer.json["errors"]} == fields
    assert all(error["message"] for error in answer.json["errors"])
    document = client.get(f"{PREFIX}/openapi.json").json
    assert mistakes(answer.json, document["components"]["schemas"]["Problem"], document) == []


def test_messages_are_in_the_reader_s_language(client: Client) -> None:
    assert "There is no such parameter" in client.get(f"{PREFIX}/domains?x=1&lang=en").json["errors"][0]["message"]
    assert "没有这个参数" in client.get(f"{PREFIX}/domains?x=1&lang=zh").json["errors"][0]["message"]


@pytest.mark.parametrize("state", ["draft", "in_review", "returned", "suspended", "withdrawn"])
def test_what_is_not_public_is_nowhere(app: Flask, client: Client, state: str) -> None:
    with app.app_context():
        user = accounts.person()
        email = user.email
        made = product(state, accounts.organization(owner=user), title="藏起来的机器人")
        number = made.number
        rebuild()
        accounts.sign_in(client, email)
    for visitor in (client, app.test_client()):
        assert visitor.get(f"{PREFIX}/products/{number}").status_code == 404
        assert visitor.get(f"{PREFIX}/products").json["total"] == 0
        for path in ("/search?q=藏起来", f"/search?q={number}", "/products?q=藏起来"):
            assert number not in visitor.get(PREFIX + path).text


def test_contact_data_is_nowhere(app: Flask, client: Client) -> None:
    with app.app_context():
        made = product()
        number, owner = made.number, made.organization.number
        rebuild()
    for path in ("/products", f"/products/{number}", "/organizations", f"/organizations/{owner}", "/search"):
        text = client.get(PREFIX + path).text
        for secret in ("0551-62990000", "王五", "wang@maker.example", "0551-62600000", "李四"):
            assert secret not in text


def test_unchanged_answers_are_not_sent_again(client: Client) -> None:
    first = client.get(f"{PREFIX}/domains")
    again = client.get(f"{PREFIX}/domains", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_only_reading(client: Client) -> None:
    for method in ("put", "delete", "patch"):
        answer = getattr(client, method)(f"{PREFIX}/products")
        assert answer.status_code in (400, 405)
        assert answer.mimetype == "application/problem+json"
