"""Commands of accounts: what they refuse, what they write, and what history keeps."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.orm import Session, scoped_session

from marketplace.accounts import models, queries, services
from marketplace.accounts.models import Organization, User
from marketplace.core.errors import Conflict, FieldError, Invalid, Refused
from marketplace.core.text import Text
from marketplace.foundation import ledger
from marketplace.foundation.db import transaction
from tests.factories import accounts
from tests.support.site import Clock

Db = scoped_session[Session]


@pytest.mark.parametrize(
    ("password", "accepted"),
    [
        ("short", False), ("a" * 10, False), ("abcabcabcabc", False), ("li@demo.example", False),
        ("x" * 128 + "yzw", False),
        ("correct horse battery", True), ("机器人找场景，场景找机器人", True), ("0123456789", True),
    ],
)  # fmt: skip
def test_passwords(password: str, accepted: bool) -> None:
    if accepted:
        assert models.checked_registration("Li@Demo.example", password) == "li@demo.example"
    else:
        with pytest.raises(Invalid, match="password"):
            models.checked_registration("li@demo.example", password)


def test_a_registration_names_every_wrong_field() -> None:
    with pytest.raises(Invalid) as caught:
        models.checked_registration("nobody", "short")
    assert [error.field for error in caught.value.errors] == ["email", "password"]


def test_the_last_registration_of_an_unconfirmed_address_counts(session: Db) -> None:
    first = accounts.person("li@test.example", confirmed=False)
    token = services.confirmation_token(first, "s" * 32)
    again = accounts.person("li@test.example", name="李四", confirmed=False)
    assert (again.id, again.name) == (first.id, "李四")
    with pytest.raises(Refused), transaction():
        services.confirm(token, "s" * 32)
    with transaction():
        assert services.confirm(services.confirmation_token(again, "s" * 32), "s" * 32).confirmed_at is not None


def test_a_confirmed_account_is_not_changed_by_registering_again(session: Db) -> None:
    user = accounts.person("li@test.example")
    with transaction():
        services.register("li@test.example", "别人", "another hash", "en")
    session.refresh(user)
    assert (user.name, user.language) == ("张三", "zh_CN")
    assert services.password_matches(user, accounts.PASSWORD, cheap=True)


def test_a_link_works_for_48_hours_and_confirms_once(clock: Clock, session: Db) -> None:
    user = accounts.person(confirmed=False)
    token = services.confirmation_token(user, "s" * 32)
    clock.forward(hours=47)
    for _ in range(2):
        with transaction():
            services.confirm(token, "s" * 32)
    assert [entry.action for entry in ledger.history(user)] == ["register", "confirm"]
    clock.forward(hours=2)
    with pytest.raises(Refused):
        services.user_of_confirmation(token, "s" * 32)
    with pytest.raises(Refused):
        services.user_of_confirmation(services.confirmation_token(user, "t" * 32), "s" * 32)


def test_a_session_ends_with_time_and_by_signing_out(clock: Clock, session: Db) -> None:
    user = accounts.person()
    with transaction():
        first, second = (services.open_session(user, "::1", "a" * 999) for _ in range(2))
    assert queries.user_of_session(first) is queries.user_of_session(second) is user
    user.session_token = first
    with transaction():
        services.end_session(user)
    assert queries.user_of_session(first) is None
    assert queries.user_of_session(second) is user
    clock.forward(days=services.SESSION_DAYS)
    assert queries.user_of_session(second) is None
    assert queries.user_of_session("made up") is None


def test_a_disabled_user_is_signed_out_everywhere(clock: Clock, session: Db) -> None:
    user = accounts.person()
    with transaction():
        token = services.open_session(user, "", "")
        user.disabled_at = clock.now
    assert queries.user_of_session(token) is None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"), ({"name": "长" * 121}, "name"), ({"kind": "club"}, "kind"),
        ({"credit_code": "913401"}, "credit_code"), ({"region": "110000"}, "region"), ({"region": ""}, "place"),
        ({"website": "javascript:alert(1)"}, "website"), ({"website": "www.example.cn"}, "website"),
        ({"website": "https://[x"}, "website"), ({"segments": ["none"]}, "segments"),
        ({"contact_phone": "12"}, "contact_phone"), ({"contact_phone": "没有"}, "contact_phone"),
        ({"contact_email": "a@"}, "contact_email"), ({"about": "长" * 5001}, "about"),
    ],
)  # fmt: skip
def test_values_that_cannot_be(session: Db, changes: dict[str, Any], field: str) -> None:
    founder = accounts.actor(accounts.person())
    with pytest.raises(Invalid) as caught, transaction():
        services.found_organization(accounts.values(**changes), founder)
    assert [error.field for error in caught.value.errors] == [field]
    assert session.query(Organization).count() == 0


def test_values_are_stored_in_their_normal_form(session: Db) -> None:
    code = accounts.credit_code()
    wide = "".join(chr(ord(c) + 0xFEE0) for c in code.lower())
    made = accounts.organization(
        "registered", name=" 安徽\n机器人  公司 ", credit_code=wide, contact_phone="0551-62600000转8001",
        segments=["aftermarket", "whole_machine", "aftermarket"], about="一\n\n二 ", contact_email="A@Test.example",
    )  # fmt: skip
    assert (made.name, made.credit_code) == ("安徽 机器人 公司", code)
    assert made.segments == ["whole_machine", "aftermarket"]
    assert (made.about, made.contact_email) == ("一\n\n二", "a@test.example")


def test_a_code_belongs_to_one_organization(session: Db) -> None:
    holder = accounts.organization()
    with pytest.raises(Invalid, match="credit_code"):
        accounts.organization(credit_code=holder.credit_code)


def test_who_founds_is_the_owner(session: Db) -> None:
    user = accounts.person()
    made = accounts.organization("registered", owner=user)
    assert accounts.actor(user).owns(made.id)
    assert made.number.startswith("O-20")
    assert [entry.action for entry in ledger.history(made)] == ["found"]


@pytest.mark.parametrize("state", ["pending", "verified", "suspended"])
def test_a_submitted_identity_is_fixed_and_the_rest_is_not(session: Db, state: str) -> None:
    made = accounts.organization(state)
    member = accounts.actor(made.members[0].user)
    with pytest.raises(Invalid, match="name"), transaction():
        services.change_organization(made, {"name": "另一个名字"}, member)
    session.refresh(made)
    with transaction():
        services.change_organization(made, {"website": "https://example.cn/", "contact_phone": "13800000000"}, member)
    assert made.website == "https://example.cn/"
    changed = ledger.history(made)[-1].data["changed"]
    assert changed == {"website": ["", "https://example.cn/"], "contact_phone": ["…", "…"]}


def test_nothing_changed_writes_nothing(session: Db) -> None:
    made = accounts.organization()
    before = (made.version, len(ledger.history(made)))
    with transaction():
        services.change_organization(made, {"about": made.about}, accounts.actor(made.members[0].user), made.version)
    session.refresh(made)
    assert (made.version, len(ledger.history(made))) == before


def test_the_second_of_two_writers_is_told(session: Db) -> None:
    made = accounts.organization()
    member = accounts.actor(made.members[0].user)
    seen = made.version
    with transaction():
        services.change_organization(made, {"about": "一"}, member, seen)
    with pytest.raises(Conflict), transaction():
        services.change_organization(made, {"about": "二"}, member, seen)
    session.refresh(made)
    assert made.about == "一"


def test_a_parent_is_never_below(session: Db) -> None:
    upper, middle, lower = (accounts.organization() for _ in range(3))
    for each, parent in ((middle, upper), (lower, middle)):
        with transaction():
            services.change_organization(each, {"parent_id": parent.id}, accounts.actor(each.members[0].user))
    for parent in (upper, middle, lower):
        with pytest.raises(Invalid, match="parent"), transaction():
            services.change_organization(upper, {"parent_id": parent.id}, accounts.actor(upper.members[0].user))
    member = accounts.actor(lower.members[0].user)
    assert services.parent_named(f" {upper.credit_code.lower()} ", member) == upper.id
    assert services.parent_named(upper.number, member) == upper.id
    assert services.parent_named("", member) is None
    hidden = accounts.organization("registered")
    with pytest.raises(FieldError, match="parent"):
        services.parent_named(hidden.number, member)


def test_loading_from_public_material(session: Db) -> None:
    given = accounts.values(about="", contact_name="", contact_phone="")
    with transaction():
        made = services.load_organization(number="O-2019-000007", sources=["https://example.cn/a"], **given)
    assert (made.state, made.compiled, made.number) == ("verified", True, "O-2019-000007")
    assert [entry.action for entry in ledger.history(made)] == ["load"]
    with transaction():
        assert services.reload_organization(made, {"name": "新名字", "sources": ["一份文件"]})
        assert not services.reload_organization(made, {"name": "新名字"})
        assert services.reload_organization(made, {"region": "", "place": ""}), "public material may not say where"
    assert (made.name, made.sources) == ("新名字", ["一份文件"])
    with pytest.raises(Conflict), transaction():
        services.reload_organization(accounts.organization(), {"name": "别人的"})


def test_demo_accounts_share_a_hash_and_can_sign_in(session: Db) -> None:
    with transaction():
        made = [
            services.make_demo_account(f"{name}@demo.example", name, "jiyu-demo-2026", cheap=True)
            for name in ("a", "b")
        ]
    assert made[0].password_hash == made[1].password_hash
    assert all(user.demo and user.is_active for user in made)
    assert services.password_matches(made[0], "jiyu-demo-2026", cheap=True)
    assert list(queries.demo_users()) == made


@pytest.mark.parametrize("region", ["", "340104", "110000", "34"])
def test_a_post_is_for_the_province_or_a_city(session: Db, region: str) -> None:
    user = accounts.person()
    with pytest.raises(FieldError, match="region"), transaction():
        services.give_post(user, Text("局", "Bureau"), region, ["verify"])
    with pytest.raises(FieldError, match="duties"), transaction():
        services.give_post(user, Text("局", "Bureau"), accounts.HEFEI, ["rule"])


def test_officials_in_charge_are_the_nearest(session: Db) -> None:
    province = accounts.official(accounts.PROVINCE)
    hefei = accounts.official(accounts.HEFEI)
    accounts.official(accounts.WUHU, ("assess",))
    gone = accounts.official(accounts.WUHU)
    with transaction():
        gone.disabled_at = gone.created_at

    def names(duty: Any, region: str) -> list[User]:
        return list(queries.officials(duty, region))

    assert names("verify", accounts.HEFEI) == names("verify", "340104") == [hefei]
    assert names("verify", accounts.WUHU) == names("verify", "") == names("verify", accounts.PROVINCE) == [province]
    assert names("challenge", accounts.HEFEI) == []


def test_members_who_can_be_told(session: Db) -> None:
    owner, editor, disabled = accounts.person(), accounts.person(), accounts.person()
    made = accounts.organization(owner=owner)
    accounts.join(made, editor)
    accounts.join(made, disabled)
    with transaction():
        disabled.disabled_at = disabled.created_at
    assert list(queries.member_users(made.id)) == [owner, editor]


def test_the_queue_of_an_official(session: Db) -> None:
    official = accounts.official(accounts.HEFEI)
    own = accounts.organization("pending", owner=official)
    waiting = [accounts.organization("pending") for _ in range(2)]
    accounts.organization("pending", region=accounts.WUHU)
    accounts.organization("verified")
    assert list(queries.to_verify(accounts.actor(official))) == waiting
    assert own not in queries.to_verify(accounts.actor(accounts.official(accounts.WUHU)))
    assert list(queries.to_verify(accounts.actor(accounts.person()))) == []
