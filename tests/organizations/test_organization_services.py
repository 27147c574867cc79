"""Commands of organizations: what they refuse, what they write, and what history keeps."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.orm import Session, scoped_session

from marketplace.accounts.models import User
from marketplace.core.errors import Conflict, FieldError, Invalid
from marketplace.foundation import ledger
from marketplace.foundation.db import transaction
from marketplace.organizations import queries, services
from marketplace.organizations.models import Organization
from tests.factories import accounts

Db = scoped_session[Session]


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

    def queue(user: User) -> list[Organization]:
        waits = queries.waits_for_verification(accounts.actor(user))
        return session.query(Organization).filter(waits).order_by(Organization.id).all()

    assert queue(official) == waiting
    assert own not in queue(accounts.official(accounts.WUHU))
    assert queue(accounts.person()) == []
