"""Mails of organizations: who gets which, in which language."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from marketplace.foundation.db import transaction
from marketplace.organizations import services
from tests.factories import accounts
from tests.support.mails import Output, delivered

Db = scoped_session[Session]


def test_officials_of_the_region_hear_of_a_submission(app: Flask, session: Db, capsys: Output) -> None:
    deciding = accounts.official(accounts.HEFEI, email="city@test.example")
    accounts.official(accounts.WUHU, email="other@test.example")
    made = accounts.organization("registered", contact_name="联系人甲", contact_phone="13812345678")
    delivered(app, capsys)
    with transaction():
        services.take_organization_step(made, "submit", accounts.actor(made.members[0].user), "", None)
    (mail,) = delivered(app, capsys)
    assert mail["To"] == deciding.email
    assert mail["Subject"] == f"待核验：{made.name}"
    assert f"http://127.0.0.1:8000/organizations/{made.number}" in mail["body"]
    assert "合肥市" in mail["body"]
    assert "13812345678" not in mail["body"]


def test_an_official_is_not_told_of_his_own_organization(app: Flask, session: Db, capsys: Output) -> None:
    official = accounts.official(accounts.HEFEI)
    made = accounts.organization("registered", owner=official)
    delivered(app, capsys)
    with transaction():
        services.take_organization_step(made, "submit", accounts.actor(official), "", None)
    assert delivered(app, capsys) == []


@pytest.mark.parametrize(
    ("before", "step", "zh", "en"),
    [
        ("pending", "verify", "已通过核验：", "Verified: "),
        ("pending", "return", "核验退回补正：", "Returned for correction: "),
        ("verified", "suspend", "单位已暂停：", "Suspended: "),
        ("suspended", "resume", "单位已恢复：", "Public again: "),
    ],
)
def test_members_hear_of_decisions(
    app: Flask, session: Db, capsys: Output, before: str, step: str, zh: str, en: str
) -> None:
    made = accounts.organization(before, owner=accounts.person("owner@test.example"))
    accounts.join(made, accounts.person("editor@test.example", language="en"))
    official = accounts.actor(accounts.official(accounts.HEFEI))
    delivered(app, capsys)
    with transaction():
        services.take_organization_step(made, step, official, "第一行\n第二行", None)
    owner, editor = delivered(app, capsys)
    assert (owner["To"], owner["Subject"]) == ("owner@test.example", zh + made.name)
    assert (editor["To"], editor["Subject"]) == ("editor@test.example", en + made.name_en)
    assert all(("\n> 第一行\n> 第二行\n" in mail["body"]) == (step != "verify") for mail in (owner, editor))
