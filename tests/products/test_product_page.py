"""The page of a product: who sees it in which state, what is hidden, what cannot run, and what it costs."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from PIL import Image

from marketplace.core.actor import Actor
from marketplace.foundation.db import db, transaction
from marketplace.foundation.files import keep, prepare_document, prepare_picture
from marketplace.listings import services
from marketplace.listings.loading import Loaded, load
from marketplace.listings.policy import PUBLIC_STATES
from marketplace.organizations.models import Organization
from marketplace.organizations.services import take_organization_step
from marketplace.products.kind import PRODUCT
from marketplace.products.models import Product
from marketplace.reference import catalogue
from tests.factories import accounts, listings, products
from tests.support.site import Client

STATES = tuple(PRODUCT.lifecycle.states)
CONTACT = ("0551-62990000", "wang@maker.example", "王五")


@pytest.fixture
def people(app: Flask, session: Any) -> dict[str, Client]:
    """A browser for everybody who may meet a product."""
    owner, stranger = accounts.person(), accounts.person()
    accounts.organization(owner=owner, name=MAKER)
    accounts.organization(owner=stranger)
    users = {
        "member": owner,
        "stranger": stranger,
        "city": accounts.official(accounts.HEFEI, ("review",)),
        "other city": accounts.official(accounts.WUHU, ("review",)),
        "province": accounts.official(accounts.PROVINCE, ("review",)),
        "verifier": accounts.official(accounts.HEFEI, ("verify",)),
    }
    addresses = {name: user.email for name, user in users.items()}
    browsers = {"visitor": app.test_client()}
    for name, address in addresses.items():
        browsers[name] = app.test_client()
        accounts.sign_in(browsers[name], address)
    return browsers


MAKER = "安徽试验四足有限公司"


def maker() -> Organization:
    """The organization of the member."""
    return db.session.query(Organization).filter_by(name=MAKER).one()


IN_CHARGE = ("city", "province")


@pytest.mark.parametrize("state", STATES)
def test_who_sees_the_page_in_which_state(people: dict[str, Client], state: str) -> None:
    product = products.product(state, maker())
    for name, browser in people.items():
        allowed = state in PUBLIC_STATES or name == "member" or (name in IN_CHARGE and state != "draft")
        for language in ("zh", "en"):
            answer = browser.get(f"/products/{product.number}?lang={language}")
            assert answer.status_code == (200 if allowed else 404), (name, state)
            if allowed:
                title = "试验Q1　四足巡检机器人" if language == "zh" else "Trial Q1 quadruped inspection robot"
                assert f"{title}</h1>" in answer.text
                mark = PRODUCT.lifecycle.mark(state).label
                assert (mark.zh if language == "zh" else mark.en) in answer.text
            else:
                assert product.number not in answer.text.replace(f"/products/{product.number}", "")


@pytest.mark.parametrize("state", ["draft", "in_review", "published", "suspended"])
def test_the_contact_is_read_only_by_its_owner_and_who_is_in_charge(people: dict[str, Client], state: str) -> None:
    product = products.product(state, maker())
    for name, browser in people.items():
        answer = browser.get(f"/products/{product.number}")
        if answer.status_code == 404:
            continue
        may = name == "member" or name in IN_CHARGE
        for secret in CONTACT:
            assert (secret in answer.text) is may, (name, secret)
        assert ("对接被对方接受后双方可见" in answer.text) is not may


def test_the_public_keeps_the_approved_edition_while_a_revision_is_on_its_way(people: dict[str, Client]) -> None:
    product = products.product("published", maker())
    member = listings.member_of(product.organization)
    with transaction():
        revision = services.revise(PRODUCT, product, member)
        services.save(
            PRODUCT, product, {**revision.content, "title": "新名称", "contact_phone": "13800138000"}, member, None
        )
    path = f"/products/{product.number}"
    for name, browser in people.items():
        page = browser.get(path).text
        assert "试验Q1　四足巡检机器人</h1>" in page, name
        assert "新名称" not in page, name
        assert "13800138000" not in page, name
    assert "第 2 版是草稿" in people["member"].get(path).text
    assert "第 2 版是草稿" not in people["city"].get(path).text, "a draft is its owner's alone"
    with transaction():
        services.submit(PRODUCT, product, member, None)
    assert "第 2 版正在审核" in people["city"].get(path).text
    assert "第 2 版" not in people["visitor"].get(path).text


def test_buttons_are_those_of_the_life_cycle(people: dict[str, Client]) -> None:
    product = products.product("published", maker())
    path = f"/products/{product.number}"
    found = {name: set(buttons(browser.get(path).text)) for name, browser in people.items()}
    assert found["member"] == {"withdraw"}
    assert found["city"] == found["province"] == {"suspend"}
    assert not (found["visitor"] | found["stranger"] | found["other city"] | found["verifier"])
    assert f'action="{path}/revise"' in people["member"].get(path).text
    answer = people["city"].submit(
        f"{path}/do", {"transition": "suspend", "reason": "参数有误", "version": product.version}
    )
    assert answer.status_code == 302
    assert people["visitor"].get(path).status_code == 404
    assert "参数有误" in people["member"].get(path).text


def buttons(page: str) -> list[str]:
    return [part.split('"')[0] for part in page.split('name="transition" value="')[1:]]


@pytest.mark.parametrize(("language", "words"), [
    ("zh", ("公开资料整理，未经核实；企业认领后以企业填报为准", "未认领", "没有联系方式", "自重", "来源 1")),
    ("en", ("Compiled from public material and not verified", "Not claimed", "there is no contact", "source 1")),
])  # fmt: skip
def test_a_compiled_product_says_so_and_names_its_sources(
    app: Flask, session: Any, client: Client, language: str, words: Any
) -> None:
    address = "https://catalogue.example/a/very/long/path/that/goes/on/and/on/and/on/without/an/end.csv"
    content = products.content(
        sources=[f"{address} (commit 1)"], source_note="公开资料整理",
        contact_name="", contact_phone="", contact_email="",
        specs={"weight": products.claim({"from": "56"}, "documented", f"{address} (commit 1) ; 手册第 3 页")},
    )  # fmt: skip
    with transaction():
        load(PRODUCT, [Loaded(accounts.organization(), content, compiled=True)])
    number = db.session.query(Product.number).scalar()
    owner = db.session.query(Product).one().organization
    with transaction():
        owner.compiled = True
    page = client.get(f"/products/{number}?lang={language}").text
    for each in words:
        assert each in page
    assert f'<a href="{address}" rel="nofollow noopener">{address[8:67]}…</a>' in page
    assert 'href="#source-1"' in page
    assert 'id="source-2">手册第 3 页' in page


HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(2)>'
ADDRESSES = (
    "javascript:alert(3)",
    "data:text/html,<script>alert(4)</script>",
    "https://user:pass@evil.example/",
    "//evil.example",
)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_nothing_that_is_written_can_run(app: Flask, session: Any, client: Client, language: str) -> None:
    texts = {
        key: f"{key} {HOSTILE}"
        for key in ("title", "title_en", "model", "summary", "summary_en", "description", "description_en",
                    "price_note", "price_note_en", "delivery", "cases", "source_note")
    }  # fmt: skip
    claims = {
        "ex_mark": products.claim({"text": HOSTILE}, "documented", HOSTILE, note=HOSTILE),
        **{key: products.claim({"from": "3"}, "tested", address) for key, address in
           zip(("payload", "weight", "speed", "endurance"), ADDRESSES, strict=True)},
    }  # fmt: skip
    product = products.product("published", None, **texts, specs=claims, sources=[HOSTILE, *ADDRESSES])
    for path in (f"/products/{product.number}", f"/products/compare?no={product.number}"):
        page = client.get(f"{path}{'&' if '?' in path else '?'}lang={language}").text
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "onerror=alert(2)&gt;" in page
        for address in ADDRESSES:
            assert f'href="{address}' not in page


def test_the_page_shows_files_and_pictures_that_its_claims_lead_to(app: Flask, session: Any, client: Client) -> None:
    product = products.product("draft")
    member = listings.member_of(product.organization)
    attach(product, member, pictures=2, documents=1)
    listings.walk(PRODUCT, product, "published")
    page = client.get(f"/products/{product.number}").text
    assert page.count("<img ") == 2
    assert "类别示意图" not in page
    assert "report0.csv" in page
    evidence = page.split("附件 1</span>")[0].rsplit('<a class="ev', 1)[1].split('href="')[1].split('"')[0]
    assert evidence.startswith("/files/")
    assert client.get(evidence).status_code == 200


def attach(product: Product, member: Actor, *, pictures: int, documents: int) -> None:
    """Upload so many files to the draft; every claim points to the first document."""
    picture = io.BytesIO()
    Image.new("RGB", (640, 480), "navy").save(picture, "PNG")
    content = dict(product.open_revision.content)  # type: ignore[union-attr]
    prepared = [prepare_picture(io.BytesIO(picture.getvalue()), f"p{n}.png") for n in range(pictures)]
    prepared += [prepare_document(io.BytesIO(f"a,{n}\n".encode()), f"report{n}.csv") for n in range(documents)]
    with transaction():
        files = [keep(each, product, member) for each in prepared]
        content["pictures"] = [{"file": each.id, "caption": ""} for each in files if each.purpose == "picture"]
        content["files"] = [{"file": each.id, "title": ""} for each in files if each.purpose == "document"]
        first = content["files"][0]["file"] if content["files"] else None
        content["specs"] = {
            key: {**claim, "evidence": "tested", "file": first} for key, claim in content["specs"].items()
        }
        services.save(PRODUCT, product, content, member, None)


def test_the_cost_of_the_page_does_not_grow(
    app: Flask, session: Any, client: Client, statements: Callable[[], int]
) -> None:
    """At most 12 statements for a visitor, the same with 3 claims and 1 file as with all claims and 8 of each."""
    few, many = products.product("draft"), products.product("draft", None, specs=products.every_claim("quadruped"))
    attach(few, listings.member_of(few.organization), pictures=1, documents=1)
    attach(many, listings.member_of(many.organization), pictures=8, documents=8)
    spent = []
    for product in (few, many):
        listings.walk(PRODUCT, product, "published")
        before = statements()
        assert client.get(f"/products/{product.number}").status_code == 200
        spent.append(statements() - before)
    assert spent[0] == spent[1] <= 12
    assert len(catalogue.category("quadruped").specs) > 30


def test_the_english_page_marks_what_is_only_in_chinese(app: Flask, session: Any, client: Client) -> None:
    product = products.product("published", None, title_en="", summary_en="", description_en="")
    page = client.get(f"/products/{product.number}?lang=en").text
    assert '<h1 lang="zh-CN">试验Q1' in page
    assert '<p lang="zh-CN">用于变电站巡检' in page
    assert '<div class="prose" lang="zh-CN"><p>第一段。</p><p>第二段。</p></div>' in page
    assert 'lang="zh-CN">' not in client.get(f"/products/{product.number}?lang=zh").text.split("<main")[1]


def test_the_page_says_that_its_organization_is_suspended(people: dict[str, Client]) -> None:
    product, link = products.product("published", maker()), f'href="/organizations/{maker().number}"'
    before = people["visitor"].get(f"/products/{product.number}").text
    assert link in before
    assert "单位已暂停" not in before
    with transaction():
        official = accounts.actor(accounts.official(accounts.HEFEI, ("verify",)))
        take_organization_step(maker(), "suspend", official, "执照过期", None)
    after = people["visitor"].get(f"/products/{product.number}").text
    assert "单位已暂停" in after
    assert link not in after, "its page is not to be read now"


def test_what_is_not_known_is_counted_not_guessed(app: Flask, session: Any, client: Client) -> None:
    product = products.product("published")
    page = client.get(f"/products/{product.number}").text
    missing = set(catalogue.category("quadruped").specs) - set(product.content["specs"])
    assert f"这个类别还有 {len(missing)} 项未公开" in page
    assert catalogue.spec("obstacle_height").label.zh in page


@pytest.mark.parametrize("number", ["P-2026-999999", "S-2026-000001", "x" * 300, "%00", "P-2026-000001%20"])
def test_a_number_that_is_none_is_not_found(app: Flask, session: Any, client: Client, number: str) -> None:
    products.product("published")
    assert client.get(f"/products/{number}").status_code == 404
