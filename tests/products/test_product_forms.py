"""The guided form: good and bad values of every page, in both languages, with nothing lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from marketplace.foundation.db import db, transaction
from marketplace.listings import services
from marketplace.listings.queries import open_revision
from marketplace.products.claims import SpecsForm, specs_form, write_specs
from marketplace.products.kind import PRODUCT
from marketplace.products.models import Product
from marketplace.reference import catalogue, values
from tests.factories import accounts, listings, products
from tests.support.site import Client
from tests.support.together import together

CATEGORIES = [each.code for each in catalogue.categories()]
only_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # no data: the form alone


@pytest.fixture
def vendor(app: Flask, session: Any) -> tuple[Client, Any]:
    """A member who is signed in, and his organization."""
    owner = accounts.person()
    organization = accounts.organization(owner=owner)
    browser = app.test_client()
    accounts.sign_in(browser, owner)
    return browser, organization


def draft_of(number: str) -> dict[str, Any]:
    product = db.session.query(Product).filter_by(number=number).one()
    revision = open_revision(product)
    assert revision is not None
    return dict(revision.content)


BASICS = {
    "title": "试验A1　搬运机器人", "model": "A1", "category": "amr", "domains": ["logistics", "industrial"],
    "summary": "在仓库里搬托盘。", "description": "第一段。\r\n\r\n第二段。",
}  # fmt: skip


def test_a_form_sent_again_leads_to_the_draft_that_it_began(vendor: tuple[Client, Any]) -> None:
    browser, organization = vendor
    sent, changed = {**BASICS, "organization": organization.number}, "试验A2　搬运机器人"
    form = browser.get("/products/new").location
    assert browser.get(form).status_code == 200, "opened twice it is still the same form"
    onward = browser.submit(form, sent).location
    first = onward.replace("/files", "/basics")
    assert browser.get(form).location == first, "who goes back finds the draft"
    again = browser.submit(form, {**sent, "title": changed})
    assert (again.status_code, again.location) == (307, first), "the browser sends the same there"
    assert browser.submit(first, {**sent, "title": changed}).location == onward
    assert titles() == [changed]
    assert browser.submit(browser.get("/products/new").location, sent).location != onward
    assert titles() == [changed, BASICS["title"]], "another form begins another draft"
    # Once its draft is decided, a form saves nothing there; what was typed is shown.
    begun = db.session.query(Product).filter_by(title=changed).one()
    with transaction():
        services.save(PRODUCT, begun, products.content(title=changed), listings.member_of(begun.organization), None)
    listings.walk(PRODUCT, begun, "published")
    late = browser.submit(form, {**sent, "title": "后来又写的"})
    assert (late.status_code, titles()) == (409, [changed, BASICS["title"]])
    assert "后来又写的" in late.text


def test_a_form_sent_twice_at_once_begins_one_draft(app: Flask) -> None:
    email = "twice@test.example"
    with app.app_context():
        sent = {**BASICS, "organization": accounts.organization(owner=accounts.person(email)).number}
    clients = [app.test_client(), app.test_client()]
    for client in clients:
        accounts.sign_in(client, email)
    form = f"/products/new?form={'1' * 22}"
    answers = together([partial(client.submit, form, sent) for client in clients])
    assert sorted(answer.status_code for answer in answers) == [302, 307]
    with app.app_context():
        assert titles() == [BASICS["title"]]


def titles() -> list[str]:
    return list(db.session.scalars(sa.select(Product.title).order_by(Product.id)))


def test_the_whole_form_from_the_first_page_to_the_check(vendor: tuple[Client, Any]) -> None:
    browser, organization = vendor
    answer = browser.submit("/products/new", {**BASICS, "organization": organization.number})
    assert answer.status_code == 302
    number = answer.location.split("/")[2]
    assert answer.location.endswith(f"/products/{number}/edit/files")

    specs = {
        "specs-payload-value": "1.2 t", "specs-payload-evidence": "tested", "specs-payload-source": "报告 7",
        "specs-speed-value": "1.5", "specs-endurance-value": "6-8", "specs-navigation-value": ["laser_2d", "qr_code"],
        "specs-auto_charging-value": "1",
    }  # fmt: skip
    known = {choice.code for choice in catalogue.spec("navigation").choices}
    specs["specs-navigation-value"] = sorted(known)[:2]
    for step, fields in (
        ("specs", specs),
        (
            "merits",
            {"marks": ["cr"], "cases": "某仓库，搬运\r\n\r\n某工厂", "sources": "https://maker.example/\r\n手册"},
        ),
        ("offer", {"ways": ["service"], "contact_name": "王五", "contact_phone": "138 0013 8000", "valid_until": ""}),
    ):
        answer = browser.submit(f"/products/{number}/edit/{step}", {**fields, "version": ""})
        assert answer.status_code == 302, answer.text
    assert answer.location.endswith("/check")

    content = draft_of(number)
    assert content["title"] == BASICS["title"]
    assert content["summary"] == BASICS["summary"]
    assert content["description"] == "第一段。\n\n第二段。"
    assert content["domains"] == ["industrial", "logistics"]
    assert content["specs"]["payload"] == products.claim({"from": "1200"}, "tested", "报告 7")
    assert content["specs"]["endurance"]["value"] == {"from": "6", "to": "8"}
    assert set(content["specs"]["navigation"]["value"]["choices"]) == set(specs["specs-navigation-value"])
    assert content["specs"]["auto_charging"]["value"] == {"flag": True}
    assert content["cases"] == "某仓库，搬运\n某工厂"
    assert content["sources"] == ["https://maker.example/", "手册"]
    assert content["marks"] == ["cr"]
    assert content["contact_phone"] == "13800138000"
    assert browser.get(f"/products/{number}/check").status_code == 200


def test_every_page_saved_unchanged_changes_nothing(vendor: tuple[Client, Any]) -> None:
    """What a page shows and sends back is what was stored, also for every spec of the largest category."""
    browser, organization = vendor
    given = products.content(specs=products.every_claim("quadruped", source="报告", note="备注"), marks=["cr", "ccc"])
    product = products.product("draft", organization, **given)
    stored = draft_of(product.number)
    for step in ("basics", "specs", "merits", "offer"):
        page = browser.get(f"/products/{product.number}/edit/{step}")
        answer = browser.submit(f"/products/{product.number}/edit/{step}", sent_back(page.text))
        assert answer.status_code == 302, answer.text
        assert draft_of(product.number) == stored, step


def sent_back(html: str) -> dict[str, list[str]]:
    """The fields of a page's form as a browser would send them."""
    from html.parser import HTMLParser

    class Form(HTMLParser):
        """Collects inputs, the chosen options and texts."""

        def __init__(self) -> None:
            super().__init__(convert_charrefs=True)
            self.fields: MultiDict[str, str] = MultiDict()
            self.area = self.select = ""
            self.words = ""

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            given = dict(attrs)
            name = given.get("name") or ""
            if tag == "input" and name not in ("", "q", "csrf_token", "lang"):
                box = given.get("type") in ("checkbox", "radio")
                if not box or "checked" in given:
                    self.fields.add(name, given.get("value") or "")
            elif tag == "textarea":
                self.area, self.words = name, ""
            elif tag == "select":
                self.select = name
            elif tag == "option" and self.select and "selected" in given:
                self.fields.add(self.select, given.get("value") or "")

        def handle_data(self, data: str) -> None:
            self.words += data

        def handle_endtag(self, tag: str) -> None:
            if tag == "textarea":
                self.fields.add(self.area, self.words.removeprefix("\r\n").removeprefix("\n"))
            elif tag == "select":
                self.select = ""

    form = Form()
    form.feed(html)
    return form.fields.to_dict(flat=False)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_wrong_value_keeps_everything_typed_and_says_why(vendor: tuple[Client, Any], language: str) -> None:
    browser, organization = vendor
    product = products.product("draft", organization)
    stored = draft_of(product.number)
    typed = {
        "specs-payload-value": "二十公斤多", "specs-endurance-value": "4-2", "specs-weight-value": "99999999",
        "specs-ip_rating-value": "IP99", "specs-speed-source": "只有出处", "specs-noise-value": "6" * 400,
    }  # fmt: skip
    answer = browser.submit(f"/products/{product.number}/edit/specs?lang={language}", typed)
    assert answer.status_code == 422
    for name, words in typed.items():
        assert f'value="{words}"' in answer.text, name
    for key in ("payload", "endurance", "weight", "ip_rating", "speed", "noise"):
        assert f'href="#specs-{key}-value"' in answer.text
        assert f'id="specs-{key}-value-error"' in answer.text
    assert ("“额定负载”要填数字" if language == "zh" else "takes a number") in answer.text
    assert draft_of(product.number) == stored


LONG = "字" * 10_000


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    ("step", "field"),
    [
        ("basics", "title"), ("basics", "title_en"), ("basics", "model"), ("basics", "summary"),
        ("basics", "summary_en"), ("basics", "description"), ("merits", "cases"), ("merits", "sources"),
        ("offer", "price_note"), ("offer", "price_note_en"), ("offer", "delivery"), ("offer", "valid_until"),
        ("offer", "contact_name"), ("offer", "contact_phone"), ("offer", "contact_email"),
        ("specs", "specs-payload-value"), ("specs", "specs-payload-source"), ("specs", "specs-payload-note"),
    ],
)  # fmt: skip
@only_sqlite
def test_ten_thousand_characters_are_a_mistake_at_their_field(
    vendor: tuple[Client, Any], step: str, field: str, language: str
) -> None:
    browser, organization = vendor
    product = products.product("draft", organization)
    given = {**BASICS, "category": "quadruped"} if step == "basics" else {}
    answer = browser.submit(f"/products/{product.number}/edit/{step}?lang={language}", {**given, field: LONG})
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert ("最多" if language == "zh" else "At most") in answer.text or field == "valid_until"


@pytest.mark.parametrize(
    ("step", "fields", "wrong"),
    [
        ("basics", {"title": " \u200b "[:1]}, "title"),
        ("basics", {"category": "no_such"}, "category"),
        ("basics", {"domains": ["no_such"]}, "domains"),
        ("basics", {"category": ""}, "category"),
        ("specs", {"specs-payload-value": "20", "specs-payload-evidence": "proven"}, "specs-payload-evidence"),
        ("specs", {"specs-payload-value": "20", "specs-payload-file": "99"}, "specs-payload-file"),
        ("specs", {"specs-navigation-value": ["no_such"]}, "specs-navigation-value"),
        ("specs", {"specs-outdoor-value": "maybe"}, "specs-outdoor-value"),
        ("merits", {"marks": ["no_such"]}, "marks"),
        ("merits", {"sources": "\n".join(map(str, range(30)))}, "sources"),
        ("merits", {"sources": "x" * 600}, "sources"),
        ("offer", {"ways": ["barter"]}, "ways"),
        ("offer", {"contact_phone": "12345"}, "contact_phone"),
        ("offer", {"contact_email": "nobody"}, "contact_email"),
        ("offer", {"valid_until": "2020-01-01"}, "valid_until"),
    ],
)
def test_values_that_cannot_be_are_refused_at_their_field(
    vendor: tuple[Client, Any], step: str, fields: dict[str, Any], wrong: str
) -> None:
    browser, organization = vendor
    product = products.product("draft", organization)
    given = {**BASICS, "category": "quadruped", **fields} if step == "basics" else fields
    answer = browser.submit(f"/products/{product.number}/edit/{step}", given)
    assert answer.status_code == 422, answer.location
    assert f'id="{wrong}-error"' in answer.text


def test_changing_the_category_asks_before_it_drops_specs(vendor: tuple[Client, Any]) -> None:
    browser, organization = vendor
    product = products.product("draft", organization)
    path = f"/products/{product.number}/edit/basics"
    changed = {**BASICS, "category": "reducer"}
    answer = browser.submit(path, changed)
    assert answer.status_code == 422
    for name in ("额定负载", "续航", "导航方式"):
        assert name in answer.text
    assert 'name="give_up" value="reducer"' in answer.text
    assert draft_of(product.number)["category"] == "quadruped"

    other = browser.submit(path, {**BASICS, "category": "motor", "give_up": "reducer"})
    assert other.status_code == 422, "a confirmation holds for the category that it was given for"

    assert browser.submit(path, {**changed, "give_up": "reducer"}).status_code == 302
    content = draft_of(product.number)
    kept = set(catalogue.category("reducer").specs)
    assert content["category"] == "reducer"
    assert set(content["specs"]) == {key for key in products.content()["specs"] if key in kept}


def test_a_claim_outside_its_category_stays_until_somebody_drops_it(vendor: tuple[Client, Any]) -> None:
    browser, organization = vendor
    specs = {**products.content()["specs"], "backlash": products.claim({"from": "1"})}
    product = products.product("draft", organization, specs=specs)
    page = browser.get(f"/products/{product.number}/edit/specs")
    assert 'name="specs-backlash-value"' in page.text
    assert browser.submit(f"/products/{product.number}/edit/specs", sent_back(page.text)).status_code == 302
    assert set(draft_of(product.number)["specs"]) == set(specs)
    basics = browser.get(f"/products/{product.number}/edit/basics")
    assert browser.submit(f"/products/{product.number}/edit/basics", sent_back(basics.text)).status_code == 302
    assert set(draft_of(product.number)["specs"]) == set(specs)


def test_what_a_pilot_proved_stays_proven_only_with_its_value(vendor: tuple[Client, Any]) -> None:
    browser, organization = vendor
    specs = {"payload": products.claim({"from": "20"}, "proven", "V-2026-000001")}
    product = products.product("draft", organization, specs=specs)
    path = f"/products/{product.number}/edit/specs"
    same = {"specs-payload-value": "20", "specs-payload-evidence": "proven", "specs-payload-source": "V-2026-000001"}
    assert browser.submit(path, same).status_code == 302
    answer = browser.submit(path, {**same, "specs-payload-value": "30"})
    assert answer.status_code == 422
    assert 'id="specs-payload-evidence-error"' in answer.text
    assert draft_of(product.number)["specs"] == specs


def test_without_a_category_the_page_of_specs_leads_back(vendor: tuple[Client, Any]) -> None:
    browser, organization = vendor
    product = products.product("draft", organization, category="", specs={})
    page = browser.get(f"/products/{product.number}/edit/specs")
    assert page.status_code == 200
    assert f"/products/{product.number}/edit/basics" in page.text
    assert browser.submit(f"/products/{product.number}/edit/specs", {}).status_code == 302


# ---- the form of specs alone ----


@pytest.fixture
def filled(app: Flask) -> Iterator[Callable[[str, Any], SpecsForm]]:
    """The form of a category as a request with these fields makes it."""
    app.config["WTF_CSRF_ENABLED"] = False
    contexts = []

    def make(category: str, fields: Any, stored: dict[str, Any] | None = None) -> SpecsForm:
        context = app.test_request_context("/", method="POST", data=fields)
        context.push()
        contexts.append(context)
        return specs_form({"category": category, "specs": stored or {}, "files": []})

    yield make
    for context in reversed(contexts):
        context.pop()


@only_sqlite
def test_every_category_takes_a_value_for_every_spec(filled: Callable[..., SpecsForm]) -> None:
    for category in CATEGORIES:
        claims = products.every_claim(category)
        fields: MultiDict[str, str] = MultiDict()
        for key, claim in claims.items():
            spec, value = catalogue.spec(key), claim["value"]
            if spec.kind == "choices":
                fields.setlist(f"specs-{key}-value", value["choices"])
            elif spec.kind == "flag":
                fields.add(f"specs-{key}-value", "1")
            else:
                fields.add(
                    f"specs-{key}-value", value["choice"] if spec.kind == "choice" else values.export_text(spec, value)
                )
        form = filled(category, fields)
        assert form.validate(), (category, form.errors)
        assert write_specs(form, {"specs": {}})["specs"] == claims
        asked = [key for _head, members in form.groups() for spec, _claim in members for key in [spec.key]]
        assert sorted(asked) == sorted(catalogue.category(category).specs), "each spec is asked for once"


@only_sqlite
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=120)
@given(data=st.data())
def test_whatever_is_typed_is_either_understood_or_kept_with_an_error(
    filled: Callable[..., SpecsForm], data: Any
) -> None:
    category = data.draw(st.sampled_from(CATEGORIES))
    keys = data.draw(st.lists(st.sampled_from(catalogue.category(category).specs), min_size=1, max_size=4, unique=True))
    numbers = st.from_regex(r"\A[-~≥≤约 ]{0,2}[0-9]{1,5}([.][0-9]{1,3})?(-[0-9]{1,4})?( ?(kg|mm|h|%|t|min|万))?\Z")
    words = st.text(st.characters(blacklist_categories=("Cs",)), max_size=40) | numbers
    typed = {f"specs-{key}-value": data.draw(words) for key in keys}
    typed |= {
        f"specs-{key}-note": data.draw(st.text(st.characters(blacklist_categories=("Cs",)), max_size=20))
        for key in keys
    }
    form = filled(category, typed)
    good = form.validate()
    for key in keys:
        spec, claim = catalogue.spec(key), form.claim(key)
        if key in form.claims:
            assert values.parse(spec, form.claims[key]["value"]) == form.claims[key]["value"]
        elif claim.value.errors or claim.file.errors or claim.evidence.errors:
            assert not good
        else:
            assert not claim.note.data, "what was typed beside an empty value must not vanish"
    assert good == (not form.errors)
    assert good == (form.problems() == [])
