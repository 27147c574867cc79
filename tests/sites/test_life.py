"""A site's life on both databases: applied, returned, recommended, evaluated, designated, reported on, revoked."""

from __future__ import annotations

import dataclasses
import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import current_app

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.core.actor import SYSTEM, VISITOR, Actor
from marketplace.core.errors import Conflict, Invalid, NotFound, Refused
from marketplace.experts.services import months_on
from marketplace.foundation.db import db, transaction
from marketplace.foundation.ledger import LedgerEntry
from marketplace.foundation.outbox import OutboxMessage
from marketplace.notices import policy as objections
from marketplace.notices import queries as notices
from marketplace.notices import services as notice_services
from marketplace.notices.models import Objection
from marketplace.organizations.models import Organization
from marketplace.organizations.queries import actor_of
from marketplace.posts import queries as post_queries
from marketplace.posts import services as posts
from marketplace.sites import deciding, notify, policy, queries, register, running, services
from marketplace.sites.content import digest
from marketplace.sites.lifecycle import SITE
from marketplace.sites.models import Site
from tests.factories import accounts, sites
from tests.factories.sites import REASON, Hands
from tests.sites.conftest import Made

EVERY = register.Question({})
LATER = timedelta(days=20)


def in_register(made: Site) -> bool:
    found = db.session.scalars(register.rows(EVERY)).all()
    counted = register.counts(EVERY).total
    assert counted == len(found)
    return made.id in {each.id for each in found}


def test_an_application_lacks_nothing_before_it_is_submitted(who: Hands) -> None:
    made = sites.draft(who, checklist=[], effects="")
    with pytest.raises(Refused, match="2 points"), transaction():
        services.take_step(made, "submit", who.applicant)
    with pytest.raises(Conflict), transaction():
        services.save(made, {}, {}, [], (), who.applicant, 1)
    with pytest.raises(NotFound), transaction():
        services.save(made, {}, {}, [], (), who.vendor, None)
    street = sites.draft(who, "street", points="2")
    with pytest.raises(Refused, match="3 places"), transaction():
        services.take_step(street, "submit", who.applicant)
    with clock.standing_at(clock.now() + timedelta(days=800)), pytest.raises(Refused, match="was valid"), transaction():
        services.take_step(sites.draft(who), "submit", who.applicant)
    with pytest.raises(Refused), transaction():
        services.create(who.pilot.supplier, who.applicant, "place", [who.pilot])


def test_from_the_draft_to_the_plate_and_off_the_map(who: Hands) -> None:
    made = sites.site("submitted", who)
    assert made.filed_sha256 == digest(made.filed)
    assert made.filed["pilots"][0]["number"] == who.pilot.number
    with pytest.raises(Invalid), transaction():
        services.advise(made, "return", who.city, " ", None)
    with pytest.raises(Refused), transaction():
        services.advise(made, "recommend", who.province, REASON, None)
    with transaction():
        services.advise(made, "return", who.city, "补充安全预案", None)
    assert (made.state, made.turn, made.remark) == ("returned", "applicant", "补充安全预案")
    for state in ("submitted", "recommended", "under_evaluation"):
        sites.advance(made, state, who)
    with pytest.raises(Refused, match="visit"), transaction():
        deciding.announce(made, who.province, None)
    sites.advance(made, "notice", who)
    with pytest.raises(Refused, match="open through"), transaction():
        deciding.designate(made, who.province, None)
    assert not in_register(made)
    sites.advance(made, "designated", who)
    with clock.standing_at(clock.now() + LATER):
        assert made.plate
        assert made.valid_until == months_on(clock.today(), 36)
        assert in_register(made)
        off_the_map(made, who)


def off_the_map(made: Site, who: Hands) -> None:
    """Warned, heard, revoked: gone from every count in the same breath, while its page stays."""
    with transaction():
        running.supervise(made, "warn", who.province, "停用半年", None)
    assert in_register(made)
    with pytest.raises(Refused, match="may reply"), transaction():
        running.supervise(made, "revoke", who.province, REASON, None)
    with transaction():
        running.state_of_it(made, "reply", {"text": "申请保留"}, (), who.applicant)
    with pytest.raises(Refused), transaction():
        running.state_of_it(made, "reply", {"text": "再说一遍"}, (), who.applicant)
    with transaction():
        running.supervise(made, "revoke", who.province, "停用半年，不能恢复", None)
    assert not in_register(made)
    assert queries.site_by_plate(str(made.plate), VISITOR).remark == "停用半年，不能恢复"
    with pytest.raises(Conflict), transaction():
        running.supervise(made, "warn", who.province, REASON, None)


def no_official_of_its_parties_decides(objection: Objection, made: Site) -> None:
    """Applicant, operator and vendor are all sides of it: one by one, and in the queue."""
    free = accounts.actor(accounts.official(duties=("demonstrate",)))
    assert objection.id in db.session.scalars(sa.select(Objection.id).where(objections.waits_for(free))).all()
    assert len(policy.concerned(made)) == 2
    for own in policy.concerned(made):
        official = accounts.official(duties=("demonstrate",), department=f"异议{own}")
        accounts.join(db.session.get_one(Organization, own), official)
        insider = accounts.actor(official)
        assert not objections.can_decide(insider, objection)
        assert not db.session.scalars(sa.select(Objection.id).where(objections.waits_for(insider))).all()


def test_an_upheld_objection_leads_back_to_the_evaluation(who: Hands) -> None:
    made = sites.site("notice", who)
    notice = notices.about("site", made.id)[0]
    objector = accounts.actor(accounts.person())
    said = {"name": "李四", "phone": "0551-1234567", "subject": "数据", "facts": "与现场不符"}
    with transaction():
        objection = notice_services.object_to(notice, objector, said)
    no_official_of_its_parties_decides(objection, made)
    with clock.standing_at(clock.now() + LATER):
        with transaction():
            notice_services.close_due()
        with pytest.raises(Refused, match="Objections to notice"), transaction():
            deciding.designate(made, who.province, None)
    with pytest.raises(Refused), transaction():
        deciding.decide(made, "reopen", who.province)
    with transaction():
        notice_services.decide(objection, "uphold", who.province, {"gist": "数据", "reply": "成立"})
    with transaction():
        deciding.decide(made, "reopen", who.province)
    assert (made.state, queries.sheets(made)) == ("under_evaluation", [])
    with pytest.raises(Refused, match="visit"), transaction():
        deciding.announce(made, who.province, None)
    with transaction():
        sites.judge(made, who, dict.fromkeys(sites.MARKS, "4"))
    with pytest.raises(Refused, match="below 70"), transaction():
        deciding.announce(made, who.province, None)
    with transaction():
        deciding.decide(made, "refuse", who.province, REASON)
    assert (made.state, policy.can_view(VISITOR, made)) == ("refused", False)


def test_years_are_reported_on_and_validity_ends_by_the_clock(who: Hands) -> None:
    made = sites.site("designated", who)
    assert made.designated_on
    assert made.valid_until
    start = clock.end_of_day(made.designated_on)
    with clock.standing_at(start + timedelta(days=200)):
        assert running.open_statements(made) == []
        with pytest.raises(Refused), transaction():
            running.supervise(made, "recheck", who.province, "", None)
    with clock.standing_at(start + timedelta(days=360)):
        with transaction():
            running.remind_due()
        assert made.turn == "applicant"
        assert db.session.scalar(queries.own_duties(who.applicant)) is made
        with transaction():
            running.state_of_it(made, "yearly", {"hours": "10", "text": "平稳"}, (), who.applicant)
        assert (made.turn, queries.years_reported(made)) == ("province", 1)
        with pytest.raises(Invalid), transaction():
            running.supervise(made, "rectify", who.province, REASON, None, until=clock.today())
        with transaction():
            running.supervise(made, "rectify", who.province, REASON, None, until=clock.today() + timedelta(days=30))
    with clock.standing_at(start + timedelta(days=380)), transaction():
        running.state_of_it(made, "rectification", {"text": "已整改"}, (), who.applicant)
        running.supervise(made, "recheck", who.province, "", None)
    assert made.state == "rechecked"
    with clock.standing_at(clock.end_of_day(made.valid_until) - timedelta(seconds=1)):
        assert in_register(made)
    with clock.standing_at(clock.end_of_day(made.valid_until)):
        assert not in_register(made), "one second later, though the clock's task has not run"
        with transaction():
            running.expire_due()
    assert made.state == "expired"


def test_nobody_decides_on_what_is_his_own_or_in_his_line(who: Hands) -> None:
    made = sites.site("submitted", who)
    applicant, parent = db.session.get_one(Organization, made.organization_id), accounts.organization()
    with transaction():
        applicant.parent_id, applicant.parent_state = parent.id, "accepted"
    for own in (made.organization_id, who.pilot.supplier_id, parent.id):
        official = accounts.official(accounts.HEFEI, ("demonstrate",), f"单位{own}")
        accounts.join(db.session.get_one(Organization, own), official)
        actor = actor_of(official)
        assert not policy.can_recommend(actor, made)
        assert made.id not in db.session.scalars(sa.select(Site.id).where(policy.waits_for(actor))).all()
        with pytest.raises(Refused), transaction():
            services.advise(made, "recommend", actor, REASON, None)
    assert made.id in db.session.scalars(sa.select(Site.id).where(policy.waits_for(who.city))).all()
    with transaction():
        applicant.parent_id, applicant.parent_state = None, ""


def test_no_deciding_step_is_open_to_the_own_line_nor_by_a_delegation(who: Hands) -> None:
    """Every step of every official, with a post of one's own and one handed over by a colleague of the other side."""
    made = sites.site("designated", who)
    deciders = {each.name: each for each in SITE.steps if each.who in (policy.can_recommend, policy.can_decide)}
    assert len(deciders) == 14
    for region, side in ((accounts.PROVINCE, "province"), (accounts.HEFEI, "city")):
        insider = accounts.official(region, ("demonstrate",), f"同一部门{side}")
        free = accounts.official(region, ("demonstrate",), f"同一部门{side}")
        accounts.join(db.session.get_one(Organization, who.pilot.supplier_id), insider)
        with transaction():
            (post,) = post_queries.posts_of([free.id])
            posts.delegate(post, insider.id, ["demonstrate"], clock.today(), clock.today(), "休假", actor_of(free))
        inside, outside = actor_of(insider), actor_of(free)
        assert {each.delegation_id is None for each in inside.posts} == {True, False}
        open_to = {name for name, each in deciders.items() if each.who(outside, made)}
        assert open_to
        assert not [name for name, each in deciders.items() if each.who(inside, made)]
        if side == "province":
            for act in (
                lambda actor=inside: running.supervise(made, "warn", actor, REASON, None),
                lambda actor=inside: running.set_level(made, "province", {}, actor, None),
                lambda actor=inside: deciding.record_visit(made, sites.VISIT, (), actor),
            ):
                with pytest.raises((Refused, NotFound)), transaction():
                    act()


def test_who_runs_a_place_reports_on_it_though_another_applied(who: Hands) -> None:
    """A vendor applied: from the plate on the demander, at whose place it stands, reports, is reminded and replies."""
    operator = who.applicant
    made = sites.site("notice", dataclasses.replace(who, applicant=who.vendor))
    assert not policy.can_view_inside(operator, made)
    assert made.id not in db.session.scalars(sa.select(Site.id).where(policy.dealing_with(operator))).all()
    sites.advance(made, "designated", who)
    assert policy.can_view_inside(operator, made)
    assert not policy.owns(operator, made)
    with clock.standing_at(clock.end_of_day(made.designated_on or clock.today()) + timedelta(days=360)):
        with transaction():
            running.remind_due()
        assert made.id in {each.id for each in db.session.scalars(queries.own_duties(operator))}
        told = db.session.scalars(sa.select(OutboxMessage).where(OutboxMessage.topic == "site.due")).all()[-1]
        readers = {each.to for each in notify.due(told, current_app.extensions["config"])}
        assert readers >= {db.session.get_one(User, each.user_id).email for each in (operator, who.vendor)}
        with transaction():
            running.state_of_it(made, "yearly", {"hours": "10", "text": "平稳"}, (), operator)
        last = db.session.scalars(sa.select(LedgerEntry).where(LedgerEntry.action == "state_yearly")).all()[-1]
        assert (last.organization_id, queries.years_reported(made)) == (who.pilot.demander_id, 1)
        with pytest.raises(Refused, match="not due yet"), transaction():
            running.state_of_it(made, "yearly", {"hours": "10", "text": "再报一次"}, (), who.vendor)
        with pytest.raises(NotFound), transaction():
            running.state_of_it(made, "yearly", {"hours": "1", "text": "旁人"}, (), who.city)


def test_both_faces_of_who_sees_a_site_agree(who: Hands) -> None:
    every = [sites.site(state, who) for state in ("draft", "submitted", "under_evaluation", "notice")]
    sites.site("designated", dataclasses.replace(who, applicant=who.vendor))
    elsewhere = accounts.actor(accounts.official(accounts.WUHU, ("demonstrate",), "芜湖市工业和信息化局"))
    judges = list(who.experts.values())
    actors: list[Actor] = [VISITOR, SYSTEM, who.applicant, who.vendor, who.city, who.province, elsewhere, *judges]
    for actor in actors:
        seen = set(db.session.scalars(sa.select(Site.id).where(policy.visible_to(actor))))
        inside = set(db.session.scalars(sa.select(Site.id).where(policy.dealing_with(actor))))
        for made in db.session.scalars(sa.select(Site)).all():
            assert (made.id in seen) == policy.can_view(actor, made)
            assert (made.id in inside) == policy.can_view_inside(actor, made)
    states = {each.state for each in every if policy.can_view(VISITOR, each)}
    assert states == {"notice"}


def test_two_plates_at_once_are_two_numbers(made: Made, who: Hands) -> None:
    both = [sites.site("notice", who).id for _time in range(2)]
    with clock.standing_at(clock.now() + LATER), transaction():
        notice_services.close_due()
    plates: list[str] = []

    def give(key: int) -> None:
        with made.app.app_context(), clock.standing_at(clock.now() + LATER), transaction():
            plates.append(deciding.designate(db.session.get_one(Site, key), who.province, None))

    threads = [threading.Thread(target=give, args=(key,)) for key in both]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(set(plates)) == 2
    first = db.session.scalars(sa.select(Site.plate).where(Site.id == both[0])).one()
    with pytest.raises(sa.exc.IntegrityError), transaction():
        db.session.execute(sa.update(Site).where(Site.id == both[1]).values(plate=first))
