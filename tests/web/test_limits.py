"""Who asks too fast waits, is told how long, and costs nobody else anything."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from marketplace.app import CAPABILITIES, create_app
from marketplace.config import Config
from marketplace.core.actor import SYSTEM
from marketplace.core.setting import Setting
from marketplace.foundation.db import transaction
from marketplace.lists.capability import DOWNLOADS
from marketplace.settings.queries import rows
from marketplace.settings.services import NEVER_CHANGED, change
from marketplace.site.capability import ACTS
from marketplace.web.limits import REMEMBERED, limit_of, network, waiting
from tests.factories import accounts
from tests.support.site import Client, Clock, close

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # counts stand in memory

FAR, OTHER = {"REMOTE_ADDR": "203.0.113.5"}, {"REMOTE_ADDR": "203.0.113.6"}
TEMPLATE = "/lists/templates/products.xlsx"


@pytest.fixture
def hasty(clock: Clock, app: Flask) -> Flask:
    """The site with two downloads and two acts a minute."""
    with app.app_context(), transaction():
        for setting in (DOWNLOADS, ACTS):
            change(setting, "2", SYSTEM, "试验", NEVER_CHANGED)
    return app


def get(client: Client, path: str = TEMPLATE, who: dict[str, str] = FAR, **headers: str) -> Any:
    answer = client.get(path, environ_overrides=who, headers=headers, buffered=True)
    answer.close()
    return answer


def test_the_third_waits_and_is_told_how_long(clock: Clock, hasty: Flask, client: Client) -> None:
    assert [get(client).status_code for _ in range(3)] == [200, 200, 429]
    clock.forward(seconds=20)
    answer = get(client)
    assert answer.status_code == 429
    assert 39 <= int(answer.headers["Retry-After"]) <= 41
    assert f"请在 {answer.headers['Retry-After']} 秒后再试" in answer.text
    assert "Try again in 4" in get(client, TEMPLATE + "?lang=en").text
    asked = get(client, TEMPLATE + "?q=%E5%B7%A1%E6%A3%80+20%25&lang=zh").text
    assert 'value="巡检 20%"' in asked, "what was searched for stays in the box"
    assert f'href="{TEMPLATE}?q=%E5%B7%A1%E6%A3%80+20%25&amp;lang=zh">再试这一页' in asked
    posted = client.post("/account/sign-in", environ_overrides=FAR)
    assert "再试这一页" not in posted.text
    clock.forward(seconds=42)
    assert get(client).status_code == 200


def test_the_api_answers_a_problem_document(clock: Clock, app: Flask, client: Client) -> None:
    from marketplace.api.capability import CALLS

    with app.app_context(), transaction():
        change(CALLS, "1", SYSTEM, "试验", NEVER_CHANGED)
    path = "/api/v1/domains?lang=en"
    assert get(client, path).status_code == 200
    answer = get(client, path)
    assert (answer.status_code, answer.mimetype) == (429, "application/problem+json")
    assert answer.json["detail"] == f"Try again in {answer.headers['Retry-After']} seconds"
    assert get(client, "/help").status_code == 200


def test_each_address_and_each_account_has_its_own_count(hasty: Flask, client: Client) -> None:
    for _ in range(3):
        last = get(client)
    assert last.status_code == 429
    assert get(client, who=OTHER).status_code == 200
    with hasty.app_context():
        person = accounts.person()
        accounts.sign_in(client, person)
    assert [get(client).status_code for _ in range(3)] == [200, 200, 429]
    assert get(client, who=OTHER).status_code == 429, "an account is one person wherever he sits"


def test_what_is_sent_too_fast_is_not_carried_out_and_not_lost(hasty: Flask, client: Client) -> None:
    for _ in range(3):
        form = {"email": "nobody@test.example", "password": "wrong-words-here"}
        answer = client.submit("/account/sign-in", form, environ_overrides=FAR)
    assert answer.status_code == 429
    assert "nobody@test.example" in answer.text
    assert "wrong-words-here" not in answer.text


def test_nobody_chooses_his_own_address(hasty: Flask, client: Client) -> None:
    """X-Forwarded-For is not believed, and does not make a stranger one of this machine."""
    statuses = [get(client, **{"X-Forwarded-For": f"198.51.100.{n}"}).status_code for n in range(3)]
    assert statuses == [200, 200, 429]
    here = {"REMOTE_ADDR": "127.0.0.1"}
    assert [get(client, who=here).status_code for _ in range(4)] == [200] * 4
    passed_on = [get(client, who=here, **{"X-Forwarded-For": f"198.51.100.{n}"}).status_code for n in range(3)]
    assert passed_on == [200, 200, 429]


def test_behind_a_trusted_proxy_only_its_entry_counts(clock: Clock, config: Config) -> None:
    app = create_app(replace(config, trusted_proxies=1))
    app.test_client_class = Client
    with app.app_context(), transaction():
        change(DOWNLOADS, "2", SYSTEM, "试验", NEVER_CHANGED)
    client: Any = app.test_client()
    proxy = {"REMOTE_ADDR": "127.0.0.1"}
    # The client wrote the first entries himself; the proxy added the last.
    chains = [f"198.51.100.{n}, 203.0.113.5" for n in range(3)]
    assert [get(client, who=proxy, **{"X-Forwarded-For": each}).status_code for each in chains] == [200, 200, 429]
    assert get(client, who=proxy, **{"X-Forwarded-For": "203.0.113.5, 203.0.113.7"}).status_code == 200
    close(app)


def test_it_is_logged_once_a_minute(hasty: Flask, client: Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "marketplace.web.limits"):
        for _ in range(6):
            get(client, TEMPLATE + "?secret=%0aforged")
    lines = [record.getMessage() for record in caplog.records if record.name == "marketplace.web.limits"]
    assert lines == ["too many requests: address 203.0.113.5 at lists.template, more than 2 per 1 minute"]


def test_a_changed_figure_counts_soon(clock: Clock, hasty: Flask, client: Client) -> None:
    assert [get(client).status_code for _ in range(3)] == [200, 200, 429]
    with hasty.app_context(), transaction():
        change(DOWNLOADS, "50", SYSTEM, "试验", rows()[DOWNLOADS.key].version)
    clock.forward(seconds=REMEMBERED.total_seconds() + 1)
    assert get(client).status_code == 200


def test_while_the_shared_counts_are_away_each_process_counts(clock: Clock, config: Config) -> None:
    app = create_app(replace(config, rate_limit_url="redis://127.0.0.1:9/0"))  # nobody listens there
    app.test_client_class = Client
    with app.app_context(), transaction():
        change(DOWNLOADS, "2", SYSTEM, "试验", NEVER_CHANGED)
    client: Any = app.test_client()
    assert [get(client).status_code for _ in range(3)] == [200, 200, 429]
    close(app)


# ---- which limit ----------------------------------------------------------------------------------------------------

DECLARED = [limit for capability in CAPABILITIES for limit in capability.limits]


@pytest.mark.parametrize(
    ("endpoint", "method", "key"),
    [
        ("search.everything", "GET", "search.pages"),
        ("lists.twin", "GET", "lists.downloads"),
        ("api.search", "GET", "api.calls"),
        ("products.edit_step", "POST", "listings.uploads"),
        ("accounts.register", "POST", "site.acts"),
        ("accounts.sign_in", "POST", "site.acts"),
        ("accounts.register", "GET", ""),
        ("products.show", "GET", ""),
        ("static", "GET", ""),
    ],
)
def test_the_longest_name_decides(database_url: str, endpoint: str, method: str, key: str) -> None:
    found = limit_of(DECLARED, endpoint, method)
    assert (found.figure.key if found else "") == key


def test_every_limit_is_a_setting_and_names_what_exists(app: Flask) -> None:
    from marketplace.web.plate import settings

    endpoints = [rule.endpoint for rule in app.url_map.iter_rules()]
    with app.app_context():
        known = settings()
    for limit in DECLARED:
        assert known[limit.figure.key] is limit.figure
        assert isinstance(limit.figure, Setting)
        assert limit.figure.read(str(limit.figure.default)) == limit.figure.default
        for name in limit.endpoints:
            assert [each for each in endpoints if each.startswith(name)], name


def test_no_view_that_writes_is_without_a_limit(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        for method in (rule.methods or set()) & {"POST", "PUT", "PATCH", "DELETE"}:
            assert limit_of(DECLARED, rule.endpoint, method), rule


def test_networks_and_waits_in_words(database_url: str) -> None:
    assert network("203.0.113.5") == "203.0.113.5"
    assert network("2001:db8:1:2:3:4:5:6") == network("2001:db8:1:2::9") == "2001:db8:1:2::/64"
    assert network("::ffff:203.0.113.5") == "203.0.113.5"
    assert network("") == ""
    assert waiting(90).en == "Try again in 90 seconds"
    assert waiting(91).en == "Try again in 2 minutes"
