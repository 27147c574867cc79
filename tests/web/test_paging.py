"""Pages of rows: cut once, numbered once, and none past the end."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask, jsonify
from hypothesis import given
from hypothesis import strategies as st

from marketplace.foundation.db import transaction
from marketplace.foundation.numbers import NumberSeries, keep_clear_of
from marketplace.search.services import ensure
from marketplace.web.paging import LAST_PAGE, PER_PAGE, Page, address, paginate
from tests.support.site import Client

BAD = ["abc", "0", "-1", "1.0", "１", "²", "", "1 ", "01e1", "9999999", str(LAST_PAGE + 1), "%00"]


@pytest.fixture
def trial(app: Flask) -> Flask:
    """The app with a list of 41 rows: two full pages and one row."""

    def rows() -> object:
        page = paginate(sa.select(NumberSeries).order_by(NumberSeries.year.desc()))
        return jsonify(
            items=[row.year for row in page.items], total=page.total, last=page.last, numbers=page.numbers,
            next=page.href(page.number + 1), first=page.href(1),
        )  # fmt: skip

    app.add_url_rule("/try", view_func=rows)
    with app.app_context(), transaction():
        for year in range(2001, 2042):
            keep_clear_of(f"P-{year}-000001")
    return app


def test_a_list_is_cut_into_pages(trial: Flask, client: Client) -> None:
    pages = [client.get(f"/try?page={number}").json for number in (1, 2, 3)]
    assert [page["items"] for page in pages] == [
        [*range(2041, 2021, -1)], [*range(2021, 2001, -1)], [2001],
    ]  # fmt: skip
    assert {(page["total"], page["last"]) for page in pages} == {(41, 3)}
    assert client.get("/try").json["items"] == pages[0]["items"]


@pytest.mark.parametrize("page", ["4", "500", *BAD])
def test_a_page_past_the_end_does_not_exist(trial: Flask, client: Client, page: str) -> None:
    assert client.get("/try", query_string=f"page={page}").status_code == 404


def test_an_empty_list_has_one_page(trial: Flask, client: Client) -> None:
    with trial.app_context(), transaction() as session:
        session.execute(sa.delete(NumberSeries))
    page = client.get("/try").json
    assert (page["items"], page["total"], page["last"], page["numbers"]) == ([], 0, 1, [1])
    assert client.get("/try?page=2").status_code == 404


def test_the_way_to_another_page_keeps_the_question(trial: Flask, client: Client) -> None:
    page = client.get("/try?q=巡检&city=340100&city=340200&page=2&lang=zh&text=l").json
    question = "q=%E5%B7%A1%E6%A3%80&city=340100&city=340200"
    assert page["next"] == f"/try?{question}&page=3"
    assert page["first"] == f"/try?{question}"


@pytest.mark.parametrize("path", ["/products", "/scenarios", "/organizations", "/search"])
@pytest.mark.parametrize("page", ["2", *BAD])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_lists_have_no_page_past_the_end(app: Flask, client: Client, path: str, page: str) -> None:
    with app.app_context():
        ensure()
    assert client.get(path, query_string="page=1").status_code == 200
    assert client.get(path, query_string=f"page={page}").status_code == 404


@given(total=st.integers(0, 10_000), number=st.integers(1, 500), per_page=st.integers(1, 100))
def test_the_numbers_lead_everywhere(total: int, number: int, per_page: int) -> None:
    page: Page[int] = Page((), total, min(number, max(1, -(-total // per_page))), per_page)
    numbers = [each for each in page.numbers if each is not None]
    assert numbers == sorted(set(numbers))
    assert {1, page.number, page.last} <= set(numbers)
    assert numbers[-1] == page.last
    assert (page.last - 1) * per_page < max(total, 1) <= page.last * per_page
    for left, right in zip(page.numbers, page.numbers[1:], strict=False):
        assert left is not None or right is not None, "no two gaps side by side"
    gaps = [place for place, each in enumerate(page.numbers) if each is None]
    for place in gaps:
        before, after = page.numbers[place - 1], page.numbers[place + 1]
        assert before is not None
        assert after is not None
        assert after - before > 1


def test_an_address_can_be_changed_in_any_part() -> None:
    app = Flask("small")
    with app.test_request_context("/products?q=a%26b&domain=x&page=3&lang=en"):
        assert address() == "/products?q=a%26b&domain=x&page=3"
        assert address(page=None, domain=["x", "y"]) == "/products?q=a%26b&domain=x&domain=y"
        assert address(q="", page=None, domain=[]) == "/products"
    assert PER_PAGE == 20
