"""Guessing is slowed down, alike for addresses that exist and those that do not, and every attempt is on record."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from marketplace.accounts import figures, passwords, throttle
from marketplace.accounts.models import Attempt, UserSession
from marketplace.accounts.throttle import Origin
from marketplace.core.actor import SYSTEM
from marketplace.foundation.db import db, transaction
from marketplace.foundation.outbox import OutboxMessage
from marketplace.settings.services import NEVER_CHANGED, change
from tests.factories import accounts
from tests.support.site import Client, Clock

Db = scoped_session[Session]
KNOWN, UNKNOWN = "zhang@test.example", "nobody@test.example"


def sign_in(client: Client, email: str, password: str = "wrong, very wrong", address: str = "203.0.113.7") -> object:
    given = {"email": email, "password": password}
    return client.submit("/account/sign-in", given, environ_overrides={"REMOTE_ADDR": address})


def page(answer: object, email: str) -> str:
    """What somebody learns from an answer: the page without the address and the token."""
    return re.sub(r'csrf_token" [^>]*', "", answer.text.replace(email, ""))  # type: ignore[attr-defined]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_five_wrong_passwords_lock_known_and_unknown_alike(
    clock: Clock, app: Flask, client: Client, session: Db, lang: str
) -> None:
    accounts.person(KNOWN)
    client.get(f"/account/sign-in?lang={lang}")
    for number in range(1, 6):
        answers = [sign_in(client, email) for email in (KNOWN, UNKNOWN)]
        assert [answer.status_code for answer in answers] == [422 if number < 5 else 429] * 2
        assert page(answers[0], KNOWN) == page(answers[1], UNKNOWN)
    clock.forward(minutes=14, seconds=59)
    for email in (KNOWN, UNKNOWN):
        refused = sign_in(client, email, accounts.PASSWORD)
        assert refused.status_code == 429, "the right password of a locked account is not told apart"
        assert refused.text.count("09:15") == 1, "said once"
        assert "/account/forgotten" in refused.text
        assert ("北京时间" if lang == "zh" else "Beijing time") in refused.text
    clock.forward(seconds=1)
    assert sign_in(client, KNOWN, accounts.PASSWORD).status_code == 302
    rows = session.execute(sa.select(Attempt.outcome, Attempt.user_id.is_(None)).order_by(Attempt.id)).all()
    assert [row[0] for row in rows[::2]] == ["failed"] * 4 + ["locked", "refused", "done"]
    assert {row[1] for row in rows[1::2]} == {True}


def test_a_lock_on_new_year_s_eve_names_the_day(clock: Clock, client: Client, session: Db) -> None:
    from datetime import UTC, datetime

    clock.move_to(datetime(2026, 12, 31, 15, 59, 30, tzinfo=UTC))
    for _ in range(5):
        answer = sign_in(client, UNKNOWN)
    assert "2027-01-01 00:15（北京时间）" in answer.text  # type: ignore[attr-defined]


def test_a_right_password_forgets_the_wrong_ones(clock: Clock, client: Client, session: Db) -> None:
    accounts.person(KNOWN)
    for _ in range(3):
        for _wrong in range(4):
            assert sign_in(client, KNOWN).status_code == 422
        assert sign_in(client, KNOWN, accounts.PASSWORD).status_code == 302
        client.submit("/account/sign-out")


def test_after_a_lock_there_are_five_tries_again(clock: Clock, client: Client, session: Db) -> None:
    for _ in range(5):
        sign_in(client, UNKNOWN)
    clock.forward(minutes=15)
    assert [sign_in(client, UNKNOWN).status_code for _ in range(5)] == [422] * 4 + [429]


def test_200_passwords_over_50_addresses_from_one_network_are_refused(
    clock: Clock, client: Client, session: Db
) -> None:
    accounts.person(KNOWN)
    answers = [sign_in(client, f"person{number % 50}@test.example") for number in range(200)]
    assert [answer.status_code for answer in answers] == [422] * 30 + [429] * 170
    assert "所在的网络暂停到 09:15（北京时间）" in answers[-1].text
    assert sign_in(client, KNOWN, accounts.PASSWORD).status_code == 429, "also with a right password"
    assert sign_in(client, KNOWN, accounts.PASSWORD, "198.51.100.1").status_code == 302, "other networks go on"
    clock.forward(minutes=15)
    assert sign_in(client, KNOWN).status_code in (302, 422)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("", ""),
        ("no address", "no address"),
    ],
)
def test_networks(address: str, network: str) -> None:
    assert Origin(address).network == network


def test_one_ipv6_subscriber_is_one_network(clock: Clock, client: Client, session: Db) -> None:
    for number in range(30):
        sign_in(client, f"person{number}@test.example", address=f"2001:db8::{number:x}")
    assert sign_in(client, "more@test.example", address="2001:db8::ffff").status_code == 429
    assert sign_in(client, "more@test.example", address="2001:db8:0:1::1").status_code == 422


class Counted:
    """How many statements ran and how many passwords were compared."""

    def __init__(self) -> None:
        self.statements: list[str] = []
        self.hashes = 0


@contextmanager
def counted(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Counted]:
    seen, real = Counted(), passwords.hasher(True)

    class Hasher:
        hash, check_needs_rehash = real.hash, real.check_needs_rehash

        def verify(self, stored: str, password: str) -> bool:
            seen.hashes += 1
            return real.verify(stored, password)

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.statements.append(statement.split(" WHERE ")[0])

    with app.app_context():
        engine = db.engine
    with monkeypatch.context() as patch:
        patch.setattr(passwords, "hasher", lambda cheap=False: Hasher())
        sa.event.listen(engine, "before_cursor_execute", note)
        yield seen
        sa.event.remove(engine, "before_cursor_execute", note)


def test_known_and_unknown_cost_the_same_work(
    clock: Clock, app: Flask, client: Client, session: Db, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same statements and the same number of hashes: nothing that could be measured from outside."""
    accounts.person(KNOWN)
    sign_in(client, "somebody@test.example")  # figures are read once in a while
    for _ in range(6):  # the last one is refused
        seen = []
        for email in (KNOWN, UNKNOWN):
            with counted(app, monkeypatch) as work:
                sign_in(client, email)
            seen.append(work)
        assert seen[0].statements == seen[1].statements
        assert seen[0].hashes == seen[1].hashes
    assert seen[0].hashes == 0, "who is locked gets no comparison"


def test_asking_for_a_reset_costs_the_same_work(
    clock: Clock, app: Flask, client: Client, session: Db, monkeypatch: pytest.MonkeyPatch
) -> None:
    accounts.person(KNOWN)
    client.submit("/account/forgotten", {"email": "somebody@test.example"})
    seen, answers = [], []
    for email in (KNOWN, UNKNOWN):
        with counted(app, monkeypatch) as work:
            answers.append(client.submit("/account/forgotten", {"email": email}))
        seen.append(work.statements)
    assert seen[0] == seen[1]
    assert {(answer.status_code, answer.location) for answer in answers} == {(302, "/account/forgotten/sent")}


def test_a_hundred_at_once_are_counted_one_by_one(app: Flask, session: Db) -> None:
    """What is sent at the same moment passes no further than what is sent in a row."""
    taken: list[bool] = []

    def guess() -> None:
        with app.app_context():
            with transaction():
                tried = throttle.try_once("sign_in", "a" * 64, Origin("203.0.113.7"))
            taken.append(tried.refusal is None)

    threads = [threading.Thread(target=guess) for _ in range(20)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sum(taken) == 5
    assert len(taken) == 20


@pytest.mark.parametrize(
    ("path", "given", "most"),
    [
        ("/account/forgotten", {"email": UNKNOWN}, 3),
        ("/account/register", {"name": "张三", "email": UNKNOWN, "password": "很长的一句密码很好记", "consent": "y",
                               "again": "很长的一句密码很好记"}, 3),
    ],
)  # fmt: skip
def test_mails_to_one_address_are_few(
    clock: Clock, client: Client, session: Db, path: str, given: dict[str, str], most: int
) -> None:
    answers = [client.submit(path, given) for _ in range(most + 1)]
    assert [answer.status_code for answer in answers] == [302] * most + [429]
    assert answers[-1].headers["Retry-After"] == "3600"
    assert "10:00（北京时间）" in answers[-1].text
    assert session.query(OutboxMessage).count() == most
    clock.forward(hours=1)
    assert client.submit(path, given).status_code == 302


def test_requests_from_one_network_are_limited(clock: Clock, client: Client, session: Db) -> None:
    with transaction():
        change(figures.NETWORK_REQUESTS, "5", SYSTEM, "试验", NEVER_CHANGED)
    codes = [client.submit("/account/forgotten", {"email": f"p{n}@test.example"}).status_code for n in range(6)]
    assert codes == [302] * 5 + [429]


def test_confirmations_are_sent_three_times_an_hour(clock: Clock, client: Client, session: Db) -> None:
    accounts.person(KNOWN, confirmed=False)
    for _ in range(5):
        answer = sign_in(client, KNOWN, accounts.PASSWORD)
        assert answer.status_code == 422
    assert "刚才已经发过" in answer.text
    assert session.query(OutboxMessage).filter_by(topic="user.registered").count() == 1 + 3


def test_figures_are_settings(clock: Clock, client: Client, session: Db) -> None:
    for setting, text in ((figures.LOCK_AFTER, "3"), (figures.LOCK_MINUTES, "60")):
        with transaction():
            change(setting, text, SYSTEM, "试验", NEVER_CHANGED)
    assert [sign_in(client, UNKNOWN).status_code for _ in range(3)] == [422, 422, 429]
    clock.forward(minutes=59)
    assert "10:00" in sign_in(client, UNKNOWN).text


def test_records_are_kept_their_time_and_no_longer(clock: Clock, app: Flask, client: Client, session: Db) -> None:
    user = accounts.person(KNOWN)
    accounts.sign_in(client, user)
    task = next(task for task in app.extensions["schedule"].tasks if task.name.startswith("forget old"))
    clock.forward(days=199)
    assert task.run() is False
    assert (session.query(Attempt).count(), session.query(UserSession).count()) == (1, 1)
    clock.forward(days=10)
    task.run()
    assert (session.query(Attempt).count(), session.query(UserSession).count()) == (0, 0)


def test_what_was_typed_as_an_address_is_not_kept(client: Client, session: Db) -> None:
    sign_in(client, "my secret password")
    kept = session.query(Attempt).one()
    assert "secret" not in kept.who
    assert len(kept.who) == 64
