"""The invented listings: every state once, in the shape, readable by the catalogue, unmistakably invented."""

import json
from collections.abc import Iterator
from datetime import date

import pytest

from marketplace.reference import catalogue, values
from marketplace.reference.terms import Spec
from marketplace.sample.demo import DemoListing, demo_products, demo_scenarios, with_dates
from marketplace.sample.organizations import account_organizations
from marketplace.sample.shapes import product_content, scenario_content

_PRODUCT_STATES = {"draft", "in_review", "returned", "published", "suspended", "withdrawn", "expired"}
_SCENARIO_STATES = _PRODUCT_STATES | {"fulfilled", "closed"}
_REASONED = {"returned", "suspended", "withdrawn", "fulfilled", "closed"}
_TODAY = date(2026, 3, 1)


def _listings() -> Iterator[DemoListing]:
    yield from demo_products()
    yield from demo_scenarios()


def _contents(listing: DemoListing) -> list[dict[str, object]]:
    return [listing.content] if listing.revision is None else [listing.content, listing.revision]


def test_every_state_occurs() -> None:
    assert {listing.state for listing in demo_products()} == _PRODUCT_STATES
    assert {listing.state for listing in demo_scenarios()} == _SCENARIO_STATES


def test_both_sides_have_one_revision_of_a_published_listing() -> None:
    for listings in (list(demo_products()), list(demo_scenarios())):
        revised = [listing for listing in listings if listing.revision is not None]
        assert [listing.state for listing in revised] == ["published"]
        assert revised[0].revision != revised[0].content


def test_revisions_change_specs_and_text() -> None:
    product = next(listing for listing in demo_products() if listing.revision is not None)
    assert product.revision is not None
    assert product.revision["specs"] != product.content["specs"]
    assert product.revision["summary"] != product.content["summary"]
    scenario = next(listing for listing in demo_scenarios() if listing.revision is not None)
    assert scenario.revision is not None
    assert scenario.revision["requirements"] != scenario.content["requirements"]
    assert scenario.revision["task"] != scenario.content["task"]


def test_reasons_are_given_exactly_where_a_step_asks_for_one() -> None:
    for listing in _listings():
        assert bool(listing.reason) == (listing.state in _REASONED), listing.sample_id


def test_ids_are_unique_and_accounts_known() -> None:
    ids = [listing.sample_id for listing in _listings()]
    assert len(ids) == len(set(ids))
    kinds = {unit.key: unit.kind for unit in account_organizations()}
    assert {kinds[listing.account] for listing in demo_products()} == {"vendor"}
    assert {kinds[listing.account] for listing in demo_scenarios()} == {"state_owned_firm"}


def test_contents_have_the_keys_of_the_shape() -> None:
    for listings, blank in ((demo_products(), product_content()), (demo_scenarios(), scenario_content())):
        for listing in listings:
            for content in _contents(listing):
                assert content.keys() == blank.keys(), listing.sample_id
                assert all(isinstance(value, type(blank[key])) for key, value in content.items())


def test_contacts_belong_to_nobody() -> None:
    for listing in _listings():
        for content in _contents(listing):
            assert content["contact_name"] == "演示联系人"
            assert content["contact_phone"] == "0551-62990000"
            assert str(content["contact_email"]).endswith("@demo.example")


def test_products_are_unmistakably_invented() -> None:
    for listing in demo_products():
        for content in _contents(listing):
            assert str(content["title"]).startswith("演示")
            assert str(content["title_en"]).startswith("Demo ")
            assert "虚构" in str(content["description"])
            assert "invented" in str(content["description_en"])
    assert all("虚构" in listing.content["source_note"] for listing in demo_scenarios())


def _assert_stored(spec: Spec, value: dict[str, object], where: str) -> None:
    assert values.parse(spec, value) == value, (where, spec.key)


def test_specs_of_products_are_stored_values_of_their_category() -> None:
    for listing in demo_products():
        for content in (listing.content, listing.revision or listing.content):
            allowed = catalogue.category(content["category"]).specs
            assert {catalogue.domain(code).code for code in content["domains"]} == set(content["domains"])
            assert content["specs"]
            for key, spec in content["specs"].items():
                assert key in allowed, (listing.sample_id, key)
                assert spec["evidence"] in ("declared", "tested")
                assert "演示" in spec["source"]
                _assert_stored(catalogue.spec(key), spec["value"], listing.sample_id)


def test_needs_of_scenarios_are_structured() -> None:
    for listing in demo_scenarios():
        for content in (listing.content, listing.revision or listing.content):
            if content["subscenario"]:
                assert catalogue.subscenario(content["subscenario"])
                assert content["subscenario"].startswith(f"{content['domain']}.")
            assert 2 <= len(content["requirements"]) <= 4
            assert content["targets"]
            for must in content["requirements"]:
                spec = catalogue.spec(must["spec"])
                assert must["why"]
                assert values.parse_wanted(spec, must["op"], must["value"]) == must["value"], listing.sample_id
            for key, value in content["conditions"].items():
                _assert_stored(catalogue.condition(key), value, listing.sample_id)


@pytest.mark.parametrize(("product_id", "scenario_id"), [("DP1", "DS1"), ("DP2", "DS2")])
def test_published_products_meet_the_published_needs(product_id: str, scenario_id: str) -> None:
    """So that the demo has matches to show, before and after the revisions."""
    product = next(each for each in demo_products() if each.sample_id == product_id)
    scenario = next(each for each in demo_scenarios() if each.sample_id == scenario_id)
    for have, wanted in ((product.content, scenario.content), (product.revision, scenario.revision)):
        if have is None or wanted is None:
            continue
        for must in wanted["requirements"]:
            value = have["specs"][must["spec"]]["value"]
            assert values.compare(catalogue.spec(must["spec"]), value, must["op"], must["value"]) == "met", must


def test_budgets_agree_with_their_kind() -> None:
    for listing in demo_scenarios():
        for content in (listing.content, listing.revision or listing.content):
            given = (bool(content["budget_from"]), bool(content["budget_to"]))
            expected = {"fixed": (True, False), "range": (True, True), "negotiable": (False, False)}
            assert given == expected[content["budget_kind"]], listing.sample_id


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("{today}", "2026-03-01"),
        ("{today+60}", "2026-04-30"),
        ("{today-10}", "2026-02-19"),
        ("2026-01-01", "2026-01-01"),
    ],
)
def test_placeholders_become_dates(text: str, day: str) -> None:
    assert with_dates({"a": [text], "b": {"c": text, "d": 1, "e": None}}, _TODAY) == {
        "a": [day],
        "b": {"c": day, "d": 1, "e": None},
    }


def test_dates_are_placeholders_and_only_the_expired_are_past() -> None:
    for listing in _listings():
        for content in _contents(listing):
            dated = with_dates(content, _TODAY)
            assert "{today" not in json.dumps(dated, ensure_ascii=False)
            past = date.fromisoformat(dated["valid_until"]) < _TODAY
            assert past == (listing.state == "expired"), listing.sample_id
