"""Talks: their life, who sees them, contact data that is read on record, two at once, and reminders in Beijing time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session, scoped_session

from marketplace.core import clock as clocks
from marketplace.core.actor import VISITOR, Actor
from marketplace.core.errors import Conflict, Invalid, NotFound, Refused
from marketplace.core.text import Text
from marketplace.enquiries import figures, opening, queries, services, showing
from marketplace.enquiries.lifecycle import ENQUIRY, OUTCOME
from marketplace.enquiries.models import ContactReading, Enquiry, EnquiryMessage
from marketplace.enquiries.policy import can_view, visible_to
from marketplace.foundation import ledger
from marketplace.foundation.db import db, transaction
from marketplace.listings import services as listing_services
from marketplace.organizations.services import take_organization_step
from marketplace.products.models import Product
from marketplace.scenarios.kind import SCENARIO
from marketplace.scenarios.models import Scenario
from marketplace.web.plate import waiting
from tests.factories import accounts, products, scenarios
from tests.support.mails import Output, delivered
from tests.support.site import Clock

Db = scoped_session[Session]
TODAY = date(2026, 3, 2)


class Pair:
    """A vendor with a product, a demander with a need, and who acts for each."""

    def __init__(self) -> None:
        self.vendor_user, self.owner_user = (
            accounts.person("vendor@test.example"),
            accounts.person("owner@test.example"),
        )
        self.product: Product = products.product(organization=accounts.organization(owner=self.vendor_user))
        firm = accounts.organization(owner=self.owner_user, kind="state_owned_firm")
        self.scenario: Scenario = scenarios.scenario(organization=firm)
        self.vendor, self.owner = accounts.actor(self.vendor_user), accounts.actor(self.owner_user)

    def answer(self) -> Enquiry:
        with transaction():
            return opening.answer_scenario(self.scenario, [self.product.number], self.vendor, "可以做。")

    def invite(self, number: str = "") -> Enquiry:
        with transaction():
            return opening.invite_product(self.product, number or self.scenario.number, self.owner, "请来看看。")

    def accepted(self) -> Enquiry:
        enquiry = self.answer()
        step(enquiry, "accept", self.owner)
        return enquiry


@pytest.fixture
def pair(clock: Clock, session: Db) -> Pair:
    return Pair()


def step(enquiry: Enquiry, name: str, actor: Actor, seen: int | None = None) -> None:
    with transaction():
        services.take_step(enquiry, ENQUIRY.by_name[name], actor, "", seen)


def decline(enquiry: Enquiry, actor: Actor, cause: str = "price", note: str = "") -> None:
    with transaction():
        services.decline(enquiry, actor, cause, note, None)


def propose(enquiry: Enquiry, actor: Actor, kind: str = "pilot", amount: str = "") -> None:
    with transaction():
        services.propose(enquiry, actor, kind, Decimal(amount) if amount else None, TODAY, "", None)


def settle(enquiry: Enquiry, name: str, actor: Actor, reason: str = "") -> None:
    with transaction():
        assert enquiry.proposal is not None
        services.answer_outcome(enquiry.proposal, OUTCOME.by_name[name], actor, reason, None)


def talk_of(pair: Pair, actor: Actor) -> tuple[str, Text | None] | None:
    """How far the talks about the pair came, and why one was left, as the actor is shown it with the match."""
    found = figures.talks_of_pairs([pair.scenario.id], [pair.product.id], actor)
    return next(((each.stage, each.left) for each in found.values()), None)


def both_end(enquiry: Enquiry, first: Actor, other: Actor, cause: str = "time") -> None:
    with transaction():
        services.propose_end(enquiry, first, cause, "", None)
    settle(enquiry, "confirm", other)


def write(enquiry: Enquiry, actor: Actor, text: str = "好的。") -> None:
    with transaction():
        services.write_message(enquiry, actor, text)


def test_from_the_answer_to_a_purchase(pair: Pair) -> None:
    enquiry = pair.accepted()
    assert enquiry.answered_at is not None
    write(enquiry, pair.vendor)
    with transaction():
        services.note_meeting(enquiry, pair.owner, TODAY, None)
    propose(enquiry, pair.vendor)
    with pytest.raises(Refused):  # nobody confirms what he proposed himself
        settle(enquiry, "confirm", pair.vendor)
    with pytest.raises(Refused):  # nor leaves while it waits
        services.propose_end(enquiry, pair.owner, "price", "", None)
    settle(enquiry, "refuse", pair.owner, "先谈价格")
    assert enquiry.state == "accepted"
    propose(enquiry, pair.owner)
    settle(enquiry, "confirm", pair.vendor)
    assert enquiry.state == "agreed"
    assert talk_of(pair, pair.vendor) == ("pilot", None)
    propose(enquiry, pair.vendor, "purchase", "48.5")
    settle(enquiry, "confirm", pair.owner)
    assert talk_of(pair, pair.owner) == ("bought", None)
    assert enquiry.state == "agreed"
    stages = figures.funnel_of_scenario(pair.scenario.id).stages
    assert stages == {"opened": 1, "invited": 0, "answered": 1, "met": 1, "pilot": 1, "bought": 1}
    acts = [entry.action for entry in reversed(queries.history(enquiry))]
    assert acts == ["open", "accept", "message", "meet", "propose", "refuse", "propose", "confirm", "agree", "propose",
                    "confirm"]  # fmt: skip


def test_each_side_has_its_own_steps(pair: Pair) -> None:
    enquiry = pair.invite()
    assert (enquiry.opened_side, enquiry.number) == ("demander", "Q-2026-000001")
    with pytest.raises(Refused):
        step(enquiry, "accept", pair.owner)
    with pytest.raises(Refused):
        step(enquiry, "withdraw", pair.vendor)
    with pytest.raises(Conflict):  # a form that is out of date
        step(enquiry, "accept", pair.vendor, seen=enquiry.version + 1)
    with pytest.raises(Conflict):  # and nothing is said before it is accepted
        write(enquiry, pair.vendor)
    with pytest.raises(Invalid):
        decline(enquiry, pair.vendor, "other")
    with pytest.raises(Invalid):
        decline(enquiry, pair.vendor, "because")
    decline(enquiry, pair.vendor, "other", "现场太远")
    assert (enquiry.state, enquiry.cause) == ("declined", "other")
    with pytest.raises(Conflict):
        step(enquiry, "accept", pair.vendor)
    with pytest.raises(Invalid, match="need: The other side declined"):
        pair.invite()
    assert pair.answer().state == "opened"  # the one who declined may come by himself
    assert talk_of(pair, pair.owner) == ("answered", Text("供方曾谢绝：其他原因", "Supplier declined: Another reason"))
    assert talk_of(pair, VISITOR) is None


def test_why_one_cannot_begin(pair: Pair) -> None:
    def refused(actor: Actor) -> str:
        refusal = opening.refusal_to_answer(pair.scenario, actor)
        assert refusal is not None
        assert all((refusal.rule.zh, refusal.fact.zh, refusal.next.zh))
        return refusal.rule.en

    nobody, unverified, no_product = accounts.person(), accounts.person(), accounts.person()
    accounts.organization("pending", owner=unverified)
    accounts.organization(owner=no_product)
    found = [refused(accounts.actor(each)) for each in (nobody, unverified, no_product)] + [refused(pair.owner)]
    assert found == [
        "A talk is opened by a member of an organization", "Only a verified organization opens talks",
        "A need is answered with published products", "A talk takes two organizations",
    ]  # fmt: skip
    pair.answer()
    assert refused(pair.vendor) == "Two organizations hold one talk at a time about the same thing"
    with pytest.raises(Refused):
        pair.answer()
    with pytest.raises(Invalid):  # the need is taken; the product alone is not
        pair.invite()
    assert pair.invite(pair.scenario.organization.number).scenario_id is None


def test_the_last_day_for_answers_ends_at_midnight_in_beijing(pair: Pair, clock: Clock) -> None:
    last = date.fromisoformat(pair.scenario.content["answer_by"])
    clock.move_to(clocks.end_of_day(last) - timedelta(seconds=1))
    assert opening.refusal_to_answer(pair.scenario, pair.vendor) is None
    clock.move_to(clocks.end_of_day(last))
    with pytest.raises(Refused, match="until the day"):
        pair.answer()
    assert pair.invite().state == "opened"  # its owner may still ask


def test_one_live_talk_even_for_the_database(pair: Pair, session: Db) -> None:
    enquiry = pair.answer()
    twin = {"supplier_id": enquiry.supplier_id, "demander_id": enquiry.demander_id, "scenario_id": enquiry.scenario_id}
    with pytest.raises(IntegrityError), transaction():
        session.add(Enquiry(number="Q-2026-999999", opened_side="demander", **twin))
    step(enquiry, "withdraw", pair.vendor)
    assert pair.answer().state == "opened"


def test_only_the_two_sides_see_it(pair: Pair) -> None:
    stranger, both = accounts.person(), accounts.person()
    accounts.organization(owner=stranger)
    accounts.join(pair.product.organization, both)
    accounts.join(pair.scenario.organization, both)
    official = accounts.official(accounts.PROVINCE, ("verify", "review", "challenge"), "省工业和信息化厅")
    keeper = accounts.person(administrator="audit")
    actors = {
        True: [pair.vendor, pair.owner, accounts.actor(both)],
        False: [VISITOR, *map(accounts.actor, (stranger, official, keeper))],
    }

    def check(enquiry: Enquiry) -> None:
        for sees, group in actors.items():
            for actor in group:
                assert can_view(actor, enquiry) is sees
                found = db.session.scalars(sa.select(Enquiry.id).where(Enquiry.id == enquiry.id, visible_to(actor)))
                assert bool(found.all()) is sees
                if not sees:
                    with pytest.raises(NotFound):
                        queries.enquiry_by_number(enquiry.number, actor)

    enquiry = pair.answer()
    check(enquiry)
    with pytest.raises(Refused):  # who belongs to both answers for neither
        step(enquiry, "accept", accounts.actor(both))
    step(enquiry, "accept", pair.owner)
    check(enquiry)
    both_end(enquiry, pair.vendor, pair.owner)
    check(enquiry)


def test_contact_data_opens_with_acceptance_and_every_look_is_on_record(pair: Pair, session: Db) -> None:
    enquiry = pair.answer()
    with pytest.raises(Conflict), transaction():
        services.read_contact(enquiry, pair.vendor)
    step(enquiry, "accept", pair.owner)
    with transaction():
        ((_what, contact),) = services.read_contact(enquiry, pair.vendor)
    assert contact == ["王五", "0551-62990000", "wang@owner.example"]
    reading = session.query(ContactReading).one()
    assert (reading.side, reading.user_id) == ("supplier", pair.vendor_user.id)
    assert ledger.history(enquiry)[-1].action == "read_contact"
    with pytest.raises(DBAPIError, match="append-only"), transaction():
        session.delete(session.get_one(ContactReading, reading.id))
    with pytest.raises(DBAPIError, match="append-only"), transaction():
        session.execute(sa.update(EnquiryMessage).values(text="改过"))
    parts = {part.table: part.rows for part in queries.personal(pair.vendor_user.id)}
    assert len(parts["contact_reading"]) == len(parts["enquiry"]) == len(parts["enquiry_message"]) == 1


def test_what_is_too_long_or_out_of_time_is_named_at_its_field(pair: Pair) -> None:
    enquiry = pair.accepted()
    with pytest.raises(Invalid, match="text"):
        write(enquiry, pair.vendor, "字" * 10_000)
    for day in (TODAY + timedelta(days=1), TODAY - timedelta(days=1)):
        with pytest.raises(Invalid, match="day"), transaction():
            services.note_meeting(enquiry, pair.vendor, day, None)
    with pytest.raises(Invalid, match="amount"):
        propose(enquiry, pair.vendor, "purchase")


def test_a_talk_rests_with_a_suspended_organization_and_lapses_with_its_need(
    pair: Pair, app: Flask, capsys: Output
) -> None:
    enquiry = pair.answer()
    official = accounts.actor(accounts.official(accounts.PROVINCE, ("verify",), "省工业和信息化厅"))
    with transaction():
        take_organization_step(pair.product.organization, "suspend", official, "因为试验", None)
    with pytest.raises(Refused, match="both organizations"):
        step(enquiry, "accept", pair.owner)
    with transaction():
        take_organization_step(pair.product.organization, "resume", official, "因为试验", None)
    with transaction():
        close = SCENARIO.lifecycle.by_name["close"]
        listing_services.take_step(SCENARIO, pair.scenario, close, pair.owner, "不做了", None)
    with pytest.raises(Refused, match="public"):
        step(enquiry, "accept", pair.owner)
    mails = delivered(app, capsys)
    db.session.refresh(enquiry)
    assert enquiry.state == "lapsed"
    why = f"场景需求 {pair.scenario.number} 自 2026-03-02 起为“已关闭”（不做了）"
    told = {mail["To"]: mail["body"] for mail in mails if f"原因：{why}。" in mail["body"]}
    assert set(told) == {"vendor@test.example", "owner@test.example"}
    assert "/scenarios?status=published" in told["vendor@test.example"]
    assert "/scenarios?status=published" not in told["owner@test.example"]
    assert showing.history(enquiry, pair.owner)[0]["text"].zh == f"失效：{why}"
    client = app.test_client()
    accounts.sign_in(client, pair.vendor_user)
    page = client.get(f"/enquiries/{enquiry.number}").text
    assert f"已失效：{why}" in page
    assert "看看其他正在征集的需求" in page
    stopped = client.get(f"/scenarios/{pair.scenario.number}/answer").text
    assert '<a href="/scenarios?status=published">请看看其他合适的</a>' in stopped
    late = client.submit(f"/enquiries/{enquiry.number}/do", {"transition": "withdraw", "version": "1"})
    assert late.status_code == 409
    assert f"现在是“已失效（{why}）”" in late.text


def test_letters_say_where_and_keep_what_was_said(pair: Pair, app: Flask, capsys: Output) -> None:
    delivered(app, capsys)
    enquiry = pair.answer()
    (mail,) = delivered(app, capsys)
    assert mail["To"] == "owner@test.example"
    assert f"/enquiries/{enquiry.number}" in mail["body"]
    assert "可以做" not in mail["body"]
    step(enquiry, "accept", pair.owner)
    write(enquiry, pair.owner, "底价八十万")
    propose(enquiry, pair.vendor, "purchase", "48.5")
    told = delivered(app, capsys)
    assert [mail["To"] for mail in told] == ["vendor@test.example", "vendor@test.example", "owner@test.example"]
    assert not any(secret in mail["body"] for mail in told for secret in ("底价", "62990000"))


@pytest.mark.parametrize(
    ("opened", "due"),
    [
        # New Year's Eve at 23:59:59 in Beijing, and one second later: the day counts, not the hour.
        (datetime(2026, 12, 31, 15, 59, 59, tzinfo=UTC), datetime(2027, 1, 5, 1, 0, tzinfo=UTC)),
        (datetime(2026, 12, 31, 16, 0, 0, tzinfo=UTC), datetime(2027, 1, 6, 1, 0, tzinfo=UTC)),
    ],
)
def test_reminders_come_at_nine_in_beijing_and_once(opened: datetime, due: datetime, clock: Clock, session: Db) -> None:
    assert services.reminder_at(opened, 5) == due
    clock.move_to(opened - timedelta(hours=2))
    pair = Pair()
    clock.move_to(opened)
    enquiry = pair.answer()

    def reminded_at(moment: datetime) -> int:
        clock.move_to(moment)
        with transaction():
            services.remind_due()
        return sum(entry.action == "remind" for entry in ledger.history(enquiry))

    assert [reminded_at(due - timedelta(seconds=1)), reminded_at(due), reminded_at(due + timedelta(days=3))] == [
        0,
        1,
        1,
    ]


def test_response_times_are_medians_of_working_days_once_there_are_enough(pair: Pair, clock: Clock) -> None:
    owner = pair.scenario.organization_id
    for days in (0, 1, 4):  # answered on Monday, on Tuesday, and on Saturday of the week
        enquiry = pair.answer()
        clock.forward(days=days)
        step(enquiry, "accept", pair.owner)
        assert figures.response_times(owner, 3, 10).days == (1 if days == 4 else None)
        both_end(enquiry, pair.owner, pair.vendor)
    times = figures.response_times(owner, 3, 10)
    assert (times.asked, times.answered, times.overdue) == (3, 3, 0)


def test_what_waits_is_listed_the_oldest_first(pair: Pair) -> None:
    oldest = pair.invite()
    newest = pair.invite(pair.scenario.organization.number)
    assert [each.id for each in queries.waiting(pair.vendor)] == [oldest.id, newest.id]
    assert waiting(pair.vendor) == 2
    assert waiting(pair.owner) == 0
