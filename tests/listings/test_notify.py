"""Who gets which mail when a listing moves."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask

from marketplace.foundation import mail, outbox
from marketplace.foundation.db import transaction
from marketplace.listings import services
from marketplace.listings.queries import open_revision
from tests.factories import accounts
from tests.factories.listings import listing, member_of, take, walk
from tests.listings.trial import KIND

Mails = Callable[[], list[Any]]


@pytest.fixture
def mails(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Mails:
    """Lets the outbox do its work and says what was sent since the last time."""
    sent: list[Any] = []

    def send(_self: mail.Mailer, letter: mail.Mail, _key: str) -> None:
        sent.append(SimpleNamespace(to=letter.to, subject=letter.subject, body=letter.body))

    monkeypatch.setattr(mail.Mailer, "send", send)

    def drain() -> list[Any]:
        sent.clear()
        while outbox.handle_next(app.extensions["schedule"].subscriptions):
            pass
        failed = outbox.db.session.query(outbox.OutboxMessage).filter(outbox.OutboxMessage.error != "").all()
        assert not failed, failed[0].error
        return list(sent)

    return drain


@pytest.mark.usefixtures("session")
def test_officials_in_charge_hear_of_a_submission(mails: Mails) -> None:
    city = accounts.official(duties=("review",), email="city@test.example")
    accounts.official(accounts.WUHU, ("review",), email="wuhu@test.example")
    accounts.official(duties=("verify",), email="verifier@test.example")
    made = listing(KIND, title="巡检机器人", summary="有")
    accounts.join(made.organization, accounts.official(duties=("review",), email="own@test.example"))
    mails()
    take(KIND, made, "submit", accounts.actor(city))
    sent = mails()
    assert [each.to for each in sent] == ["city@test.example"]
    assert sent[0].subject == "待审核：巡检机器人"
    assert f"/review/trials/{made.number}" in sent[0].body
    assert made.organization.name in sent[0].body


@pytest.mark.usefixtures("session")
def test_nobody_is_told_to_review_what_was_recalled(mails: Mails) -> None:
    accounts.official(duties=("review",))
    made = listing(KIND, title="甲", summary="有")
    mails()
    take(KIND, made, "submit", accounts.actor(accounts.person()))
    with transaction():
        services.recall(KIND, made, member_of(made.organization), None)
    assert mails() == []


@pytest.mark.usefixtures("session")
def test_members_read_the_decision_in_their_language(mails: Mails) -> None:
    owner = accounts.organization(owner=accounts.person("zh@test.example"))
    accounts.join(owner, accounts.person("en@test.example", language="en", name="Ann"))
    reviewer = accounts.actor(accounts.official(duties=("review",), department="合肥市工信局", email="r@test.example"))
    made = listing(KIND, "in_review", owner, title="甲", title_en="First", summary="有")
    mails()
    with transaction():
        services.send_back(KIND, made, reviewer, "缺检测报告", open_revision(made).version)
    chinese, english = sorted(mails(), key=lambda each: each.to, reverse=True)
    assert (chinese.to, english.to) == ("zh@test.example", "en@test.example")
    assert chinese.subject == "退回补正：甲"
    assert "缺检测报告" in chinese.body
    assert f"/trials/{made.number}/edit" in chinese.body
    assert english.subject == "Returned for correction: First"
    assert "缺检测报告" in english.body
    assert "您好" not in english.body
    for step in ("submit", "approve"):
        take(KIND, made, step, reviewer)
    told = {each.to: each.subject for each in mails()}
    assert (told["zh@test.example"], told["en@test.example"]) == ("审核通过：甲", "Approved: First")


@pytest.mark.usefixtures("session")
@pytest.mark.parametrize(
    ("step", "words"), [("suspend", "暂停公开：甲"), ("withdraw", "撤回：甲"), ("expire", "到期：甲")]
)
def test_members_hear_that_a_listing_left_the_public(mails: Mails, step: str, words: str) -> None:
    owner = accounts.organization(owner=accounts.person("zh@test.example"))
    made = listing(KIND, "published", owner, title="甲", summary="有")
    official = accounts.actor(accounts.official(duties=("review",)))
    mails()
    take(KIND, made, step, official)
    sent = mails()
    assert [(each.to, each.subject) for each in sent] == [("zh@test.example", words)]
    assert ("因为试验" in sent[0].body) == (step != "expire")


@pytest.mark.usefixtures("session")
def test_a_message_handled_twice_tells_nobody_twice(app: Flask, mails: Mails) -> None:
    accounts.official(duties=("review",), email="city@test.example")
    made = listing(KIND, title="甲", summary="有")
    walk(KIND, made, "in_review")
    assert [each.to for each in mails() if each.subject.startswith("待审核")] == ["city@test.example"]
    with transaction():
        message = outbox.db.session.query(outbox.OutboxMessage).filter_by(topic="revision.submit").one()
        message.handled_at, message.due_at = None, message.created_at
    assert mails() == []
