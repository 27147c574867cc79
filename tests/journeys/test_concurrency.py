"""Two people at the same moment: one wins, the other reads what happened and loses nothing typed. On both databases."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import unescape
from typing import Any

import pytest
from flask import Flask

from marketplace.accounts.models import User
from marketplace.foundation import ledger
from marketplace.foundation.db import db
from marketplace.listings.models import Revision
from marketplace.organizations.models import Organization
from marketplace.products.models import Product
from tests.factories import accounts, products
from tests.support.site import Client
from tests.support.together import together

ROUNDS = 4
CITY, PROVINCE = "合肥市经济和信息化局", "安徽省工业和信息化厅"


@dataclass
class People:
    """Two members of one organization and two officials in charge of it, each in a browser of his own."""

    app: Flask
    owner: Client
    editor: Client
    city: Client
    province: Client
    organization_id: int

    def product(self, state: str) -> str:
        """The number of a new product of theirs."""
        with self.app.app_context():
            return products.product(state, db.session.get_one(Organization, self.organization_id)).number


@pytest.fixture
def people(app: Flask) -> People:
    """Those who act at the same moment."""
    with app.app_context():
        owner, editor = accounts.person(name="张企业"), accounts.person(name="李企业")
        organization = accounts.organization(owner=owner)
        accounts.join(organization, db.session.get_one(User, editor.id))
        users = [owner, editor]
        users += [
            accounts.official(region, department=name) for region, name in (("340100", CITY), ("340000", PROVINCE))
        ]
        emails, key = [db.session.get_one(User, user.id).email for user in users], organization.id
    clients = [app.test_client() for _ in emails]
    for client, email in zip(clients, emails, strict=True):
        accounts.sign_in(client, email)
    return People(app, *clients, key)  # type: ignore[arg-type]


def version(client: Client, path: str) -> str:
    """The version in the form that the person has before him."""
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    found = re.search(r'name="version" value="(\d+)"', answer.text)
    assert found
    return found[1]


def sending(client: Client, path: str, form: dict[str, str]) -> Callable[[], Any]:
    """The press of a button, ready to happen."""
    filled = {**form, "csrf_token": client.token()}
    return lambda: client.post(path, data=filled)


def one_wins(answers: list[Any]) -> tuple[int, str]:
    """Who won (0 or 1), and what the other reads."""
    assert sorted(answer.status_code for answer in answers) == [302, 409], [each.text[-3000:] for each in answers]
    winner = 0 if answers[0].status_code == 302 else 1
    return winner, unescape(answers[1 - winner].text)


def acts(app: Flask, number: str) -> list[str]:
    """History of the product's latest revision."""
    with app.app_context():
        product = db.session.query(Product).filter_by(number=number).one()
        revision = db.session.query(Revision).filter_by(listing_type="product", listing_id=product.id)
        latest = revision.order_by(Revision.id.desc()).first()
        assert latest is not None
        assert ledger.verify().broken is None
        return [entry.action for entry in ledger.history(latest)]


def state(app: Flask, number: str) -> str:
    with app.app_context():
        return db.session.query(Product).filter_by(number=number).one().state


def test_two_officials_decide_on_the_same_revision(people: People) -> None:
    for _ in range(ROUNDS):
        number = people.product("in_review")
        path = f"/review/products/{number}"
        notes = ("检测报告齐全，同意发布", "请补充检测报告的编号")
        approve = {"decision": "approve", "note": notes[0], "version": version(people.city, path)}
        give_back = {"decision": "return", "note": notes[1], "version": version(people.province, path)}
        answers = together([sending(people.city, path, approve), sending(people.province, path, give_back)])
        winner, page = one_wins(answers)
        assert (CITY, PROVINCE)[winner] in page, "who was first"
        assert ("通过", "退回补正")[winner] in page, "what he did"
        assert notes[1 - winner] in page, "what the other had written"
        assert acts(people.app, number)[-1] == ("approve", "return")[winner]
        assert state(people.app, number) == ("published", "returned")[winner]


def test_two_officials_approve_at_once(people: People) -> None:
    number = people.product("in_review")
    path = f"/review/products/{number}"
    officials = (people.city, people.province)
    forms = [
        {"decision": "approve", "note": f"第 {place} 个", "version": version(each, path)}
        for place, each in enumerate(officials)
    ]
    winner, page = one_wins(together([sending(each, path, form) for each, form in zip(officials, forms, strict=True)]))
    assert (CITY, PROVINCE)[winner] in page
    assert f"第 {1 - winner} 个" in page
    assert acts(people.app, number).count("approve") == 1


def test_an_owner_recalls_while_an_official_approves(people: People) -> None:
    for _ in range(ROUNDS):
        number = people.product("in_review")
        path = f"/review/products/{number}"
        seen = version(people.city, path)
        recall = sending(people.owner, f"/products/{number}/revision", {"transition": "recall", "version": seen})
        approve = sending(people.city, path, {"decision": "approve", "note": "同意", "version": seen})
        answers = together([recall, approve])
        statuses = [answer.status_code for answer in answers]
        # Who recalled first leaves the official nothing to see: a draft is nobody else's.
        assert statuses in ([302, 409], [302, 404], [409, 302])
        won = "recall" if statuses[0] == 302 else "approve"
        assert acts(people.app, number)[-1] == won
        assert state(people.app, number) == ("draft" if won == "recall" else "published")
        if won == "approve":
            assert CITY in unescape(answers[0].text)


def test_two_colleagues_write_the_same_page(people: People) -> None:
    for turn in range(ROUNDS):
        number = people.product("draft")
        path = f"/products/{number}/edit/merits"
        writers = (people.owner, people.editor)
        cases = [f"第 {turn} 轮，张写的案例", f"第 {turn} 轮，李写的案例"]
        forms = [
            {"cases": case, "go": "stay", "version": version(each, path)}
            for each, case in zip(writers, cases, strict=True)
        ]
        answers = together([sending(each, path, form) for each, form in zip(writers, forms, strict=True)])
        winner, page = one_wins(answers)
        assert cases[1 - winner] in page
        kept = people.owner.get(path).text
        assert cases[winner] in kept
        assert cases[1 - winner] not in kept


def test_a_button_pressed_twice_acts_once(people: People) -> None:
    number = people.product("draft")
    path = f"/products/{number}/check"
    form = {"version": version(people.owner, path)}
    other = people.app.test_client()
    assert isinstance(other, Client)
    cookie = people.owner.get_cookie("jiyu")
    assert cookie is not None
    other.set_cookie("jiyu", cookie.value)
    statuses = [
        answer.status_code for answer in together([sending(people.owner, path, form), sending(other, path, form)])
    ]
    assert sorted(statuses) == [302, 409]
    assert acts(people.app, number) == ["submit"]
