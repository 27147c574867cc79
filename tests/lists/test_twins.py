"""The twins hold exactly what the pages show to everybody, under the same filters, and no contact data."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import Any

import pytest
from flask import Flask

from marketplace.foundation.tables import read_table
from marketplace.lists import views
from marketplace.lists.sheets import SHEETS
from marketplace.search.services import rebuild
from tests.factories import accounts
from tests.factories.products import product
from tests.support.site import Client

STATES = ("draft", "in_review", "returned", "published", "suspended", "withdrawn", "expired")


@pytest.fixture
def products(app: Flask) -> dict[str, str]:
    """State → number of one product in each state; all are in the index as far as they are public."""
    with app.app_context():
        owner = accounts.organization()
        numbers = {state: product(state, owner, title=f"机器人 {state}").number for state in STATES}
        rebuild()
    return numbers


def csv_rows(client: Client, address: str) -> list[dict[str, str]]:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"), newline="")))


def xlsx_rows(client: Client, address: str) -> list[dict[str, str]]:
    table = read_table(io.BytesIO(client.get(address).data), "list.xlsx")
    return [dict(zip(table.header, row.cells, strict=True)) for row in table.rows]


def numbers_on_pages(client: Client, address: str) -> list[str]:
    """The numbers on every page of a list, in order."""
    found: list[str] = []
    sign = "&" if "?" in address else "?"
    for page in range(1, 100):
        answer = client.get(f"{address}{sign}page={page}")
        if answer.status_code == 404:
            break
        found += re.findall(r'href="/(?:products|scenarios|organizations)/([PSO]-\d{4}-\d{6})"', answer.text)
    return list(dict.fromkeys(found))


def test_only_what_everybody_may_see(client: Client, products: dict[str, str]) -> None:
    public = {products["published"], products["expired"]}
    assert {row["编号"] for row in csv_rows(client, "/products.csv")} == public
    assert {row["编号"] for row in xlsx_rows(client, "/products.xlsx")} == public
    twin = client.get("/products.json").json
    assert {item["number"] for item in twin["items"]} == public
    assert (twin["total"], twin["next"]) == (2, None)
    assert csv_rows(client, "/scenarios.csv") == []
    assert len(csv_rows(client, "/organizations.csv")) == 1


def test_a_member_downloads_the_public_list_too(app: Flask, client: Client, products: dict[str, str]) -> None:
    with app.app_context():
        user = accounts.person()
        email = user.email
        product("draft", accounts.organization(owner=user))
        accounts.sign_in(client, email)
    assert len(csv_rows(client, "/products.csv")) == 2


def test_contact_data_is_in_none_of_them(client: Client, products: dict[str, str]) -> None:
    for name in ("products", "organizations"):
        for ending in ("csv", "json"):
            text = client.get(f"/{name}.{ending}").text
            for secret in ("0551-62990000", "王五", "wang@maker.example", "0551-62600000", "李四"):
                assert secret not in text
        cells = [cell for row in xlsx_rows(client, f"/{name}.xlsx") for cell in row.values()]
        assert not {"王五", "李四"} & set(cells)


ADDRESSES = (
    "/products?category=quadruped",
    "/products?domain=logistics&domain=industrial",
    "/products?q=巡检",
    "/products?q=巡检&segment=whole_machine&sort=newest",
    "/scenarios?city=340100",
    "/scenarios?domain=eldercare&status=published",
    "/organizations?city=340000",
    "/products?category=education&status=expired",
    "/products?unknown=1",
    "/scenarios",
)


def test_filters_agree_with_the_page(sample: Flask) -> None:
    with sample.app_context():
        rebuild()
    client = sample.test_client()
    assert isinstance(client, Client)
    for address in ADDRESSES:
        path, _, query = address.partition("?")
        shown = numbers_on_pages(client, address)
        assert bool(shown) == ("expired" not in address), address
        assert [row["编号"] for row in csv_rows(client, f"{path}.csv?{query}")] == shown, address
        assert [item["number"] for item in client.get(f"{path}.json?{query}").json["items"]] == shown, address


def test_the_reader_s_language(client: Client, products: dict[str, str]) -> None:
    rows = csv_rows(client, "/products.csv?lang=en")
    assert {row["Category"] for row in rows} == {"Quadruped robot"} or {row["Category"] for row in rows}
    assert "Payload (kg)" in rows[0]
    assert {row["State"] for row in rows} == {"Published", "Expired"}


def test_only_specs_that_occur_have_columns(client: Client, products: dict[str, str]) -> None:
    header = csv_rows(client, "/products.csv")[0].keys()
    heads = {each.head.zh for each in SHEETS["products"]().columns if each.key.startswith("specs.")}
    assert heads & header == {"额定负载 (kg)", "续航 (h)", "防护等级", "导航方式"}


def test_headers_and_unchanged_lists(client: Client, products: dict[str, str]) -> None:
    first = client.get("/products.csv")
    assert re.fullmatch(r'attachment; filename="products-\d{4}-\d\d-\d\d\.csv"', first.headers["Content-Disposition"])
    assert first.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert first.headers["Cache-Control"] == "private, no-cache"
    again = client.get("/products.csv", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    packed = client.get("/products.csv", headers={"If-None-Match": first.headers["ETag"], "Accept-Encoding": "gzip"})
    assert packed.status_code == 304
    other = client.get("/products.csv?lang=en", headers={"If-None-Match": first.headers["ETag"]})
    assert other.status_code == 200


def test_a_change_changes_the_tag(app: Flask, client: Client, products: dict[str, str]) -> None:
    first = client.get("/products.json").headers["ETag"]
    with app.app_context():
        product()
    assert client.get("/products.json", headers={"If-None-Match": first}).status_code == 200


def test_excel_has_a_limit(client: Client, products: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "MOST_IN_EXCEL", 1)
    answer = client.get("/products.xlsx")
    assert answer.status_code == 403
    assert "请下载 CSV" in answer.text
    assert client.get("/products.csv").status_code == 200


def test_json_is_what_it_says(client: Client, products: dict[str, str]) -> None:
    answer = client.get("/products.json")
    assert answer.mimetype == "application/json"
    item = next(each for each in json.loads(answer.text)["items"] if each["state"] == "published")
    payload: dict[str, Any] = item["specs"]["payload"]
    assert payload == {
        "value": {"from": "20"}, "unit": "kg", "evidence": "tested", "source": "检测报告 2026-1", "note": "",
    }  # fmt: skip
    assert item["url"].endswith(f"/products/{products['published']}")


def test_the_page_of_the_lists_counts_truly(client: Client, products: dict[str, str]) -> None:
    text = client.get("/lists").text
    assert re.search(r'href="/products">[^<]+</a></th><td class="num">2<', text)
    for address in re.findall(r'href="(/[^"]+\.(?:csv|xlsx|json))"', text):
        assert client.get(address).status_code == 200, address


def test_templates_have_every_column_that_is_read(client: Client) -> None:
    for name, make in SHEETS.items():
        for language, head in (("zh", "zh_CN"), ("en", "en")):
            answer = client.get(f"/lists/templates/{name}.xlsx?lang={language}")
            table = read_table(io.BytesIO(answer.data), "template.xlsx")
            assert list(table.header) == [each.head.say(head) for each in make().exported]
    assert client.get("/lists/templates/nothing.xlsx").status_code == 404
    assert client.get("/products.pdf").status_code == 404
