"""Commands of accounts: what they refuse, what they write, and what history keeps."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session, scoped_session

from marketplace.accounts import links, passwords, queries, services, sessions
from marketplace.accounts.throttle import Origin
from marketplace.core.errors import Invalid, Refused
from marketplace.foundation import ledger
from marketplace.foundation.db import transaction
from tests.factories import accounts
from tests.support.site import Clock

Db = scoped_session[Session]
RULES = passwords.Rules(least=10, kinds=0)


@pytest.mark.parametrize(
    ("password", "accepted"),
    [
        ("short", False), ("a" * 10, False), ("abcabcabcabc", False), ("li@demo.example", False),
        ("x" * 128 + "yzw", False),
        ("correct horse battery", True), ("机器人找场景，场景找机器人", True), ("0123456789", False),
    ],
)  # fmt: skip
def test_passwords(password: str, accepted: bool) -> None:
    if accepted:
        assert services.checked_registration("Li@Demo.example", "李四", password, RULES) == "li@demo.example"
    else:
        with pytest.raises(Invalid, match="password"):
            services.checked_registration("li@demo.example", "李四", password, RULES)


def test_a_registration_names_every_wrong_field() -> None:
    with pytest.raises(Invalid) as caught:
        services.checked_registration("nobody", "李四", "short", RULES)
    assert [error.field for error in caught.value.errors] == ["email", "password"]


def test_the_last_registration_of_an_unconfirmed_address_counts(session: Db) -> None:
    first = accounts.person("li@test.example", confirmed=False)
    token = links.CONFIRM.token(first, "s" * 32)
    again = accounts.person("li@test.example", name="李四", confirmed=False)
    assert (again.id, again.name) == (first.id, "李四")
    with pytest.raises(Refused), transaction():
        services.confirm(token, "s" * 32)
    with transaction():
        assert services.confirm(links.CONFIRM.token(again, "s" * 32), "s" * 32).confirmed_at is not None


def test_a_confirmed_account_is_not_changed_by_registering_again(session: Db) -> None:
    user = accounts.person("li@test.example")
    with transaction():
        services.register("li@test.example", "别人", "another hash", "en")
    session.refresh(user)
    assert (user.name, user.language) == ("张三", "zh_CN")
    assert passwords.matches(user.password_hash, accounts.PASSWORD, cheap=True)


def test_a_link_works_for_48_hours_and_confirms_once(clock: Clock, session: Db) -> None:
    user = accounts.person(confirmed=False)
    token = links.CONFIRM.token(user, "s" * 32)
    clock.forward(hours=47)
    for _ in range(2):
        with transaction():
            services.confirm(token, "s" * 32)
    assert [entry.action for entry in ledger.history(user)] == ["register", "confirm"]
    clock.forward(hours=2)
    with pytest.raises(Refused):
        links.CONFIRM.user_of(token, "s" * 32)
    with pytest.raises(Refused):
        links.CONFIRM.user_of(links.CONFIRM.token(user, "t" * 32), "s" * 32)


def test_a_disabled_user_is_signed_out_everywhere(clock: Clock, session: Db) -> None:
    user = accounts.person()
    with transaction():
        token = sessions.open_session(user, Origin("203.0.113.9"))
        user.disabled_at = clock.now
    assert queries.user_of_session(token) is None


def test_demo_accounts_share_a_hash_and_can_sign_in(session: Db) -> None:
    with transaction():
        made = [
            services.make_demo_account(f"{name}@demo.example", name, "jiyu-demo-2026", cheap=True)
            for name in ("a", "b")
        ]
    assert made[0].password_hash == made[1].password_hash
    assert all(user.demo and user.is_active for user in made)
    assert passwords.matches(made[0].password_hash, "jiyu-demo-2026", cheap=True)
    assert list(queries.demo_users()) == made
