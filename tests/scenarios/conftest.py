"""The whole app with scenarios in it, and an owner who is signed in; on both databases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from marketplace.accounts.models import User
from marketplace.foundation.db import db
from marketplace.listings.queries import open_revision
from marketplace.scenarios.models import Scenario
from tests.factories import accounts, scenarios
from tests.scenarios.browsing import Form, form_of
from tests.support.site import Client


@dataclass
class Owner:
    """A member of an organization at his browser, with a draft before him."""

    browser: Client
    person: int
    number: str
    organization: str

    def sign_in(self) -> None:
        """Sign in (again)."""
        accounts.sign_in(self.browser, db.session.get_one(User, self.person))

    def page(self, step: str, language: str = "zh") -> Form:
        """A page of the guided form as his browser has read it."""
        answer = self.browser.get(f"/scenarios/{self.number}/edit/{step}?lang={language}")
        assert answer.status_code == 200, answer.text
        return form_of(answer.text)

    def press(self, step: str, form: Form, button: str = "go", value: str = "next") -> Any:
        """Send the form by one of its submit buttons."""
        path = f"/scenarios/{self.number}/edit/{step}"
        return self.browser.post(path, data={**form.fields, button: value})

    def draft(self) -> dict[str, Any]:
        """What is stored of the draft now."""
        scenario = db.session.query(Scenario).filter_by(number=self.number).one()
        revision = open_revision(scenario)
        assert revision is not None
        return dict(revision.content)


@pytest.fixture
def owner(app: Flask, session: scoped_session[Session]) -> Owner:
    """An owner with a draft that is written in full."""
    person = accounts.person()
    organization = accounts.organization(owner=person, kind="state_owned_firm")
    number, where = scenarios.scenario("draft", organization).number, organization.number
    browser = app.test_client()
    assert isinstance(browser, Client)
    made = Owner(browser, person.id, number, where)
    made.sign_in()
    return made
