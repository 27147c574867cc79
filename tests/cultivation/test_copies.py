"""A need's whole chain on both databases: talk, pilots, site, mature, copied to another city, seen on one timeline."""

from __future__ import annotations

import pytest
from flask import current_app
from sqlalchemy.orm import Session, scoped_session

from marketplace.core.errors import Refused
from marketplace.cultivation import evidence, queries, services
from marketplace.cultivation.models import LibraryEntry
from marketplace.foundation.db import db, transaction
from marketplace.listings import services as listings
from marketplace.listings.queries import open_revision
from marketplace.organizations.models import Organization
from marketplace.scenarios.kind import SCENARIO
from marketplace.scenarios.models import Scenario
from tests.factories import accounts, awards, enquiries, library, pilots, sites
from tests.support.site import Client, Clock

Db = scoped_session[Session]


def ripe(clock: Clock) -> tuple[LibraryEntry, pilots.Sides, str]:
    """A mature need: a pilot from a talk with a site on it, and two pilots more; gives the talk's number, too."""
    who, official = pilots.sides(), pilots.verifier()
    talk = enquiries.agreed(who)
    entry = library.placed(who, official=official)
    first = library.verified(who, clock, talk.number)
    library.move(entry, "demonstrate", official)
    judges = {each.user_id: accounts.actor(each.user) for each in awards.register()}
    city = accounts.actor(accounts.official(accounts.HEFEI, ("demonstrate",)))
    sites.site("designated", sites.Hands(first, who.demander, who.supplier, city, official, judges))
    clock.forward(days=21)
    found = evidence.evidence_of(who.scenario)
    assert (len(found.pilots), len(found.sites), found.further) == (1, 1, 0)  # the site's own pilot counts once
    with pytest.raises(Refused, match="Its sites: 1; further ones: 0"):
        library.move(entry, "ripen", official)
    for _ in range(2):
        library.verified(who, clock)
    library.move(entry, "ripen", official)
    return entry, who, talk.number


def copy_of(entry: LibraryEntry, client: Client) -> Scenario:
    """A draft of an organization in Wuhu, made through the page."""
    number = entry.scenario.number
    user = accounts.person()
    organization = accounts.organization(owner=user, region=accounts.WUHU)
    accounts.sign_in(client, user)
    form = client.get(f"/library/{number}/copy").location
    assert "checked" in client.get(form).text  # a single organization is chosen already
    first, again = (client.submit(form, {"organization": organization.number}) for _ in range(2))
    assert first.location.rpartition("/edit")[0] == again.location, "sent twice, it leads to the same draft"
    made = db.session.query(Scenario).filter_by(organization_id=organization.id).one()
    revision = open_revision(made)
    assert revision is not None
    kept = ("title", "task", "requirements", "domain")
    assert {key: revision.content[key] for key in kept} == {key: entry.scenario.content[key] for key in kept}
    assert [each["name"] for each in revision.content["targets"]] == [
        each["name"] for each in entry.scenario.content["targets"]
    ]
    assert {each["baseline"] for each in revision.content["targets"]} == {""}
    assert revision.content["contact_name"] == organization.contact_name
    page = client.get(f"/scenarios/{made.number}").text
    assert f'href="/scenarios/{number}"' in page
    assert "那里验证得到的经验" in page
    return made


def published(made: Scenario, owner: Organization) -> None:
    """Completed, submitted, approved."""
    member, revision = accounts.actor(db.session.get_one(type(owner), owner.id).members[0].user), open_revision(made)
    assert revision is not None
    contact = {"contact_name": "王工", "contact_phone": "0553-3990000", "region": accounts.WUHU, "valid_until": ""}
    reviewer = accounts.actor(accounts.official(accounts.WUHU))
    with transaction():
        listings.save(SCENARIO, made, {**revision.content, **contact}, member, None)
        listings.submit(SCENARIO, made, member, None)
        listings.approve(SCENARIO, made, reviewer)


def test_from_a_talk_to_a_copy_in_another_city(session: Db, client: Client, clock: Clock) -> None:
    entry, who, talk = ripe(clock)
    need, visitor = entry.scenario, current_app.test_client()
    made = copy_of(entry, client)
    # A draft is nobody's business: neither the chain nor the library tells of it.
    for path in (f"/chains/{need.number}", f"/chains/{need.number}.json", f"/library/{need.number}"):
        assert made.number not in visitor.get(path).text, path
    for path in (f"/chains/{made.number}", f"/chains/{made.number}.json", f"/api/v1/chains/{made.number}"):
        assert visitor.get(path).status_code == 404, path
    published(made, made.organization)
    assert visitor.get(f"/chains/{made.number}").headers["Location"] == f"/chains/{need.number}"
    page = visitor.get(f"/chains/{need.number}").text
    for words in (
        "发布",
        "转入正式运行",
        "核验通过",
        "命名并授予牌号",
        "升为成熟场景",
        "复制到",
        "芜湖市",
        made.number,
    ):
        assert words in page, words
    assert talk not in page
    found = visitor.get(f"/api/v1/chains/{need.number}").json
    assert [(each["number"], each["copied_from"]) for each in found["needs"]] == [
        (need.number, None), (made.number, need.number),
    ]  # fmt: skip
    stages = [each["stage"] for each in found["events"] if each["object"] != need.number]
    assert stages.index("pilot") < stages.index("site") < stages.index("copy")
    # A copy of a copy is on the same chain; the line of evidence is one.
    assert queries.line_of(made.id) == [need.id, made.id]
    assert evidence.evidence_of(made).further == evidence.evidence_of(need).further + 1  # it has no site of its own
    with pytest.raises(Refused, match="copy mature needs"), transaction():
        services.copy_need(library.placed_need(made), made.organization, who.supplier)
