"""Pages of the register without JavaScript: the guided form with its rows, declaring, deciding, and what others see."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from marketplace.experts import queries
from marketplace.experts.models import Expert
from marketplace.foundation.db import db
from tests.factories import accounts, experts
from tests.support.site import Client

WHO = {"name": "赵专家", "title": "研究员", "region": accounts.HEFEI, "domains": ["industrial"], "go": "next"}


@pytest.fixture
def person(app: Flask, session: scoped_session[Session]) -> Client:
    client = app.test_client()
    accounts.sign_in(client, accounts.person("zhao@test.example"))
    assert isinstance(client, Client)
    return client


def keeper(app: Flask) -> Client:
    client = app.test_client()
    accounts.sign_in(client, experts.keeper())
    assert isinstance(client, Client)
    return client


def line(place: int, **fields: str) -> dict[str, str]:
    return {f"employers-{place}-{key}": value for key, value in fields.items()}


def version(client: Client, path: str = "/experts/me/check") -> str:
    found = re.search(r'name="version" value="(\d+)"', client.get(path).text)
    assert found
    return found[1]


def test_from_the_invitation_to_the_panel(app: Flask, person: Client) -> None:
    assert "申请成为评审专家" in person.get("/experts/me").text
    assert person.submit("/experts/me/edit/who", WHO).location == "/experts/me/edit/employers"
    added = person.submit("/experts/me/edit/employers", {**line(0, organization="某大学", since="2019"), "add": "1"})
    assert added.text.count('name="drop"') == 2
    assert "某大学" in added.text
    dropped = person.submit("/experts/me/edit/employers", {**line(3, organization="留下"), **line(7), "drop": "7"})
    assert dropped.text.count('name="drop"') == 1
    assert "留下" in dropped.text
    sent = line(0, organization="某大学", position="教授", since="2019年3月")
    assert person.submit("/experts/me/edit/employers", sent).location == "/experts/me/edit/holdings"
    assert "没有申报" in person.get("/experts/me/check").text
    for step in ("holdings", "relations"):
        assert person.submit(f"/experts/me/edit/{step}", {"none": "y"}).status_code == 302
    seen = version(person)
    assert person.submit("/experts/me/check", {"version": seen}).status_code == 422
    assert person.submit("/experts/me/check", {"version": seen, "promise": "y"}).location == "/experts/me"
    assert person.get("/experts/me/edit/who").status_code == 403

    official = keeper(app)
    number = db.session.query(Expert).one().number
    assert f"/review/experts/{number}" in official.get("/review/?kind=experts").text
    path = f"/review/experts/{number}"
    assert "2019-03 至今" in official.get(path).text
    assert official.submit(path, {"decision": "return", "version": version(official, path)}).status_code == 422
    sent = {"decision": "approve", "version": version(official, path)}
    assert official.submit(path, sent).location == "/review/?kind=experts"
    late = official.submit(path, {"decision": "return", "note": "写了很久", "version": sent["version"]})
    assert late.status_code == 409
    assert "写了很久" in late.text
    assert [each.name for each in queries.approved(["domain.industrial"])] == ["赵专家"]
    assert person.get("/experts/me").location == "/account/second-factor", "which experts must have"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"since": "2019-03"}, "请写单位全称"),
        ({"organization": "甲"}, "请写起始年月"),
        ({"organization": "甲", "since": "2019-13"}, "请写年月"),
        ({"organization": "甲", "since": "2999"}, "不能晚于"),
        ({"organization": "甲", "since": "2020-05", "until": "2020-04"}, "止不能早于起"),
        ({"organization": "甲", "since": "2020", "code": "91340100MA0000000X"}, "统一社会信用代码不对"),
        ({"organization": "长" * 10000, "since": "2020"}, "最多 120 个字"),
    ],
)
def test_a_refused_line_keeps_what_was_typed(person: Client, fields: dict[str, str], words: str) -> None:
    person.submit("/experts/me/edit/who", WHO)
    answer = person.submit("/experts/me/edit/employers", line(0, **fields, position="独一无二的职务"))
    assert answer.status_code == 422
    assert words in answer.text
    assert "独一无二的职务" in answer.text
    assert db.session.query(Expert).one().content["employers"] == []


def test_none_and_lines_do_not_go_together(person: Client) -> None:
    person.submit("/experts/me/edit/who", WHO)
    sent = {"none": "y", "holdings-0-organization": "甲", "holdings-0-percent": "2.5%", "holdings-0-since": "2020"}
    assert "已填了内容" in person.submit("/experts/me/edit/holdings", sent).text
    del sent["none"]
    assert person.submit("/experts/me/edit/holdings", sent).status_code == 302
    assert db.session.query(Expert).one().content["holdings"][0]["percent"] == "2.5"


def test_a_change_shows_as_a_difference_and_counts_already(app: Flask, session: scoped_session[Session]) -> None:
    made = experts.expert(user=accounts.person("zhao@test.example"))
    accounts.guard(made.user)
    client = app.test_client()
    accounts.sign_in(client, "zhao@test.example")
    sent = {"holdings-0-organization": "某机器人公司", "holdings-0-percent": "3", "holdings-0-since": "2024",
            "version": version(client, "/experts/me/edit/holdings")}  # fmt: skip
    client.submit("/experts/me/edit/holdings", sent)
    assert "改了还没有申报" in client.get("/experts/me").text
    client.submit("/experts/me/check", {"version": version(client), "promise": "y"})
    text = keeper(app).get(f"/review/experts/{made.number}").text
    assert "修改对照" in text
    assert "某机器人公司" in text.partition("自动核对")[0]
    assert "暂停抽取" in text


def test_nobody_else_learns_a_name(app: Flask, session: scoped_session[Session]) -> None:
    number = experts.expert(name="独孤专家").number
    stranger = app.test_client()
    accounts.sign_in(stranger, accounts.official(duties=("verify", "review")))
    for path in ("/experts/", f"/experts/{number}", f"/review/experts/{number}"):
        assert stranger.get(path).status_code == 404
    assert "独孤专家" not in app.test_client().get("/search?q=独孤专家").text.replace('value="独孤专家"', "")
    city = app.test_client()
    accounts.sign_in(city, accounts.official(duties=("challenge",)))
    assert "独孤专家" in city.get("/experts/").text
    assert city.get(f"/review/experts/{number}").status_code == 404
