"""The cultivation library: up on evidence by an official alone, down with a reason, what helped, what is seen."""

from __future__ import annotations

import pytest
from flask import current_app
from sqlalchemy.orm import Session, scoped_session

from marketplace.core.actor import VISITOR
from marketplace.core.errors import Conflict, Invalid, NotFound, Refused
from marketplace.cultivation import evidence, queries, services
from marketplace.cultivation.lifecycle import CULTIVATION
from marketplace.cultivation.models import LibraryEntry
from marketplace.foundation import ledger
from marketplace.foundation.db import transaction
from marketplace.foundation.outbox import OutboxMessage
from marketplace.listings import services as listings
from marketplace.scenarios.kind import SCENARIO
from marketplace.web.letters import letters_of
from tests.factories import accounts, library, pilots
from tests.factories.library import REASON
from tests.support.site import Client, Clock

Db = scoped_session[Session]


def lapsed(entry: LibraryEntry) -> Refused | None:
    return evidence.lapsed(entry, evidence.evidence_of(entry.scenario), evidence.further_wanted())


def test_up_on_evidence_and_down_with_a_reason(session: Db, clock: Clock) -> None:
    who, official = pilots.sides(), pilots.verifier()
    elsewhere = accounts.actor(accounts.official(accounts.WUHU, ("demonstrate",)))
    for stranger in (VISITOR, who.demander, who.supplier, elsewhere, accounts.actor(accounts.official())):
        with pytest.raises(NotFound), transaction():
            services.admit(who.scenario, stranger, REASON)
    entry = library.placed(who, official=official)
    with pytest.raises(Refused, match="rests on a verified pilot"):
        library.move(entry, "demonstrate", official)
    library.verified(who, clock, verdict="stop")  # it came to a result, which is no evidence
    assert not evidence.evidence_of(who.scenario).pilots
    made = library.verified(who, clock)
    with pytest.raises(Invalid), transaction():
        services.take_step(entry, CULTIVATION.by_name["demonstrate"], official, " ", None)
    library.move(entry, "demonstrate", official)
    assert entry.tier == "demonstration"
    told = ledger.history(entry)[-1]
    assert (told.reason, told.data["evidence"], told.post) == (REASON, [made.number], "省工业和信息化厅")
    with pytest.raises(Refused, match="demonstration site in force"):
        library.move(entry, "ripen", official)
    with pytest.raises(Refused, match="copy mature needs"), transaction():
        services.copy_need(entry, who.product.organization, who.supplier)
    with pytest.raises(Conflict):
        library.move(entry, "take_out", official)
    assert lapsed(entry) is None
    clock.forward(days=800)  # the pilot's result is valid for two years
    assert lapsed(entry) is not None
    for name in ("lower_again", "take_out"):
        library.move(entry, name, official)
    assert queries.counts(VISITOR) == {"innovative": 0, "demonstration": 0, "mature": 0}
    message = session.query(OutboxMessage).filter_by(topic="library_entry.take_out").one()
    (letter,) = letters_of(message)
    assert REASON in str(letter.context)


def test_nobody_places_what_his_own_organization_needs(session: Db, clock: Clock) -> None:
    who = pilots.sides()
    user = accounts.official(accounts.PROVINCE, ("demonstrate",))
    accounts.join(who.scenario.organization, user)
    with pytest.raises(NotFound), transaction():
        services.admit(who.scenario, accounts.actor(user), REASON)


def test_what_helped_is_listed_by_who_knows_it(session: Db, clock: Clock) -> None:
    who = pilots.sides()
    entry = library.placed(who)
    given = {
        "kind": "dataset",
        "name": "表计图像集",
        "name_en": "",
        "holder": "某研究院",
        "link": "https://data.example",
    }
    with pytest.raises(NotFound), transaction():
        services.add_resource(entry, given, who.supplier)
    with transaction():
        made = services.add_resource(entry, given, who.demander)
        services.add_resource(entry, {**given, "kind": "laboratory"}, pilots.verifier())
        services.remove_resource(entry, made.id, who.demander)
    assert [each.kind for each in entry.resources] == ["laboratory"]
    with pytest.raises(NotFound), transaction():
        services.remove_resource(entry, made.id, who.demander)
    acts = [each.action for each in ledger.history(entry)]
    assert acts == ["admit", "add_resource", "add_resource", "remove_resource"]


def test_pages_of_the_library(session: Db, client: Client, clock: Clock) -> None:
    who = pilots.sides()
    number, user = who.scenario.number, accounts.official(accounts.PROVINCE, ("demonstrate",))
    desk = current_app.test_client()
    assert isinstance(desk, Client)
    accounts.sign_in(desk, user)
    assert client.get(f"/library/{number}").status_code == 404
    assert "纳入培育库" in desk.get(f"/scenarios/{number}").text
    assert desk.submit(f"/library/{number}/admit", {"reason": ""}).status_code == 422
    assert desk.submit(f"/library/{number}/admit", {"reason": "痛点清楚"}).status_code == 302
    page = client.get(f"/library/{number}").text
    assert "痛点清楚" in page
    assert "现在还不能" not in page  # what cannot be done is told to who could do it
    assert "现在还不能：升为示范场景" in desk.get(f"/library/{number}").text
    wrong = {"kind": "dataset", "title": "图像集", "holder": "研究院", "link": "javascript:alert(1)"}
    answer = desk.submit(f"/library/{number}/resources", wrong)
    assert answer.status_code == 422
    assert "网址要以 https:// 或 http:// 开头" in answer.text
    assert 'value="javascript:alert(1)"' in answer.text  # nothing typed is lost
    assert desk.submit(f"/library/{number}/resources", {**wrong, "link": "https://data.example"}).status_code == 302
    assert "https://data.example" in client.get(f"/library/{number}").text
    for query, found in {"": True, "?tier=innovative": True, "?tier=mature": False, "?city=340100": True,
                         "?city=340200": False, f"?domain={who.scenario.domain}": True}.items():  # fmt: skip
        assert (number in client.get(f"/library{query}").text) is found, query
        assert (number in client.get(f"/library.csv{query}").text) is found, query
    assert client.get("/library?tier=nonsense").status_code == 404
    assert client.get("/library.json").json["items"][0]["tier"] == "innovative"
    assert "纳入培育库" in client.get(f"/chains/{number}").text
    with transaction():
        step = SCENARIO.lifecycle.by_name["withdraw"]
        listings.take_step(SCENARIO, who.scenario, step, who.demander, "项目取消", None)
    assert number not in client.get("/library").text
    assert client.get(f"/library/{number}").status_code == 404
