"""What people look for is found on the first page, and what is hidden is found nowhere by nobody."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest

from marketplace.foundation.db import db
from marketplace.products.models import Product
from marketplace.scenarios.models import Scenario
from marketplace.site.queries import FREQUENT
from tests.support.sample_site import SampleSite
from tests.support.site import Client

HIDDEN = ("draft", "in_review", "returned", "suspended", "withdrawn")
ROLES = ("visitor", "vendor2", "soe", "admin")


def titles(client: Client, query: str, path: str = "/search") -> list[str]:
    """The titles on the first page of hits, in their order."""
    page = client.get(path, query_string={"q": query}).text
    found = re.findall(
        r'<h3[^>]*>\s*<a href="/(?:products|scenarios|organizations)/[^"]+"[^>]*>(.*?)</a>', page, re.DOTALL
    )
    return [unescape(re.sub(r"<[^>]+>", "", title)).strip() for title in found]


@pytest.mark.parametrize(
    ("query", "first", "anywhere"),
    [
        ("xArm 6", "xArm ?6", ""), ("xarm6", "xArm ?6", ""), ("ｘＡｒｍ　６", "xArm ?6", ""),
        ("巡检", "巡检", ""), ("巡檢機器人", "", "巡检"), ("AMR", "", "AMR|移动机器人"), ("amr", "", "AMR|移动机器人"),
        ("养老", "", "养老|照护|陪护|康养"), ("養老", "", "养老|照护|陪护|康养"),
        ("光伏清洁", "", "光伏"), ("喷涂", "", "喷涂"),
        ("inspection robot", "", "巡检"), ("quadruped", "", "四足|犬|狗|足式"), ("elderly care", "", "护|老|康"),
        ("防爆 巡检", "", "防爆|巡检"), ("轮式巡检机器人", "", "巡检"), ("四足", "", "四足"),
    ],
)  # fmt: skip
def test_what_people_expect_is_on_the_first_page(sample: SampleSite, query: str, first: str, anywhere: str) -> None:
    found = titles(sample.visitor(), query)
    assert found, "nothing was found"
    assert re.search(first, found[0]), found
    assert any(re.search(anywhere, title) for title in found), found


def test_the_frequent_words_of_the_home_page_find_something(sample: SampleSite) -> None:
    client = sample.visitor()
    for word in FREQUENT:
        assert titles(client, word.zh), word.zh
        assert titles(client, word.en), word.en


@pytest.mark.parametrize("model", [Product, Scenario])
def test_a_number_leads_to_its_object(sample: SampleSite, model: Any) -> None:
    with sample.app.app_context():
        for row in db.session.query(model).filter_by(state="published").limit(5):
            for number in (row.number, row.number.lower()):
                assert titles(sample.visitor(), number)[0] == row.title


@pytest.mark.parametrize(
    "query",
    [
        "",
        " ",
        "的",
        "???",
        "*",
        '"',
        "(",
        "AND",
        "a" * 1000,
        "巡检" * 100,
        "OR NOT",
        "kind:product",
        "%",
        "\u200b",
        "🤖",
    ],
)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_question_is_a_defect(sample: SampleSite, query: str, language: str) -> None:
    client = sample.visitor()
    for path in ("/search", "/products", "/api/v1/search", "/scenarios.csv"):
        answer = client.get(path, query_string={"q": query, "lang": language}, buffered=True)
        assert answer.status_code in ((200, 422) if path.startswith("/api/") else (200,)), path


def test_words_searched_for_are_marked_and_nothing_else_is_markup(sample: SampleSite) -> None:
    client = sample.visitor()
    assert "<mark>巡检</mark>" in client.get("/search?q=巡检").text
    page = client.get("/search", query_string={"q": "<script>alert(1)</script>巡检"}).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


# ---- hidden ---------------------------------------------------------------------------------------------------------


def hidden(sample: SampleSite) -> list[tuple[str, str, str]]:
    """(kind, number, title) of everything that is not public."""
    with sample.app.app_context():
        return [
            (row.subject_type, row.number, row.title)
            for model in (Product, Scenario)
            for row in db.session.query(model).filter(model.state.in_(HIDDEN))
        ]


@pytest.mark.parametrize("role", ROLES)
def test_what_is_not_public_is_nowhere(sample: SampleSite, role: str) -> None:
    client = sample.visitor() if role == "visitor" else sample.person(role)
    objects = hidden(sample)
    assert len(objects) == 10, "one of each hidden state of both kinds"
    mine = own_titles(sample, role)
    everything = "".join(everywhere(client))
    for kind, number, title in objects:
        if role in ("visitor", "admin") or title not in mine:
            assert client.get(f"/{kind}s/{number}").status_code == 404, number
        assert client.get(f"/api/v1/{kind}s/{number}").status_code == 404, number
        for query in (number, title):
            assert title not in titles(client, query)
            answer = client.get("/api/v1/search", query_string={"q": query}).json
            assert number not in [item["number"] for item in answer["items"]]
        assert number not in everything, f"{number} is listed"
        assert title not in everything, f"{title} is listed"


def own_titles(sample: SampleSite, role: str) -> set[str]:
    from marketplace.accounts.models import User
    from marketplace.organizations.models import Member

    with sample.app.app_context():
        mine = db.session.query(Member.organization_id).join(User).filter(User.email == f"{role}@demo.example")
        keys = [key for (key,) in mine]
        return {
            row.title
            for model in (Product, Scenario)
            for row in db.session.query(model).filter(model.organization_id.in_(keys))
        }


def everywhere(client: Client) -> list[str]:
    """Every public list: pages, files, API, home page."""
    found = [client.get("/").text]
    for plural in ("products", "scenarios"):
        for page in range(1, 30):
            answer = client.get(f"/{plural}?page={page}")
            if answer.status_code == 404:
                assert page > 3
                break
            found.append(answer.text)
        found.append(client.get(f"/{plural}.csv", buffered=True).text)
        found.append(client.get(f"/{plural}.json", buffered=True).text)
    return found


def test_contact_data_is_in_no_list_and_not_in_the_index(sample: SampleSite) -> None:
    client = sample.visitor()
    with sample.app.app_context():
        row = db.session.query(Product).filter_by(state="published", demo=True).order_by(Product.id).first()
        assert row is not None
        secrets = [row.content[key] for key in ("contact_phone", "contact_email") if row.content[key]]
        title = row.title
    assert secrets
    everything = "".join(everywhere(client))
    for secret in secrets:
        assert secret not in everything
        # Words that others have too ("demo") may find the product; what is its contact's alone must not.
        assert (title in titles(client, secret)) == (title in titles(client, decoy(secret)))


def decoy(secret: str) -> str:
    """A telephone number or address of the same shape that nobody has."""
    if "@" in secret:
        return "zqxjk@" + secret.partition("@")[2]
    return "".join(str((int(sign) + 3) % 10) if sign.isdigit() else sign for sign in secret)
