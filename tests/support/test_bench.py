"""The test bench itself: fresh databases, a client like a real one, a browser that sees faults, no silent skips."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask, g, has_app_context, request
from playwright.sync_api import Browser, Page
from sqlalchemy.orm import Session, scoped_session

from marketplace.core import clock as clocks
from marketplace.foundation.db import db, transaction
from marketplace.foundation.numbers import NumberSeries
from tests.support.browser import Windows, axe
from tests.support.servers import ROOT, LiveSite, ServerProcess, answers, wait_until
from tests.support.site import START, Client, Clock

KEY = ("T", 2026)


@pytest.mark.parametrize("round_", [1, 2])
def test_each_test_has_a_database_of_its_own(session: scoped_session[Session], round_: int) -> None:
    assert session.get(NumberSeries, KEY) is None, f"round {round_} sees what another wrote"
    with transaction():
        session.add(NumberSeries(letter="T", year=2026, last=0))
    assert session.scalar(sa.select(sa.func.count()).select_from(NumberSeries)) == 1


def test_both_databases_are_used(app: Flask, database_url: str) -> None:
    with app.app_context():
        assert database_url.startswith(db.engine.dialect.name)


def test_requests_do_not_share_the_context_of_the_test(
    app: Flask, session: scoped_session[Session], client: Client
) -> None:
    app.add_url_rule("/bench/mark", "bench_mark", lambda: str(g.setdefault("mark", "fresh")))
    g.mark = "of the test"
    assert has_app_context()
    assert client.get("/bench/mark").text == "fresh"


def test_the_session_sees_what_a_request_wrote(app: Flask, session: scoped_session[Session], client: Client) -> None:
    def write() -> str:
        with transaction():
            db.session.get_one(NumberSeries, KEY).last = 7
        return "written"

    app.add_url_rule("/bench/write", "bench_write", write)
    with transaction():
        session.add(NumberSeries(letter="T", year=2026, last=0))
    assert session.get_one(NumberSeries, KEY).last == 0
    assert client.get("/bench/write").text == "written"
    assert session.get_one(NumberSeries, KEY).last == 7


def test_a_request_after_an_uncommitted_change_is_a_mistake_of_the_test(
    session: scoped_session[Session], client: Client
) -> None:
    session.add(NumberSeries(letter="T", year=2026, last=0))
    with pytest.raises(AssertionError, match="not committed"):
        client.get("/healthz")


def test_a_form_needs_the_token_that_submit_sends(app: Flask, client: Client) -> None:
    app.add_url_rule("/bench/form", "bench_form", lambda: request.form["word"], methods=["POST"])
    assert client.post("/bench/form", data={"word": "巡检"}).status_code == 400
    assert client.submit("/bench/form", {"word": "巡检"}).text == "巡检"


def test_the_clock_moves_only_when_told(clock: Clock) -> None:
    assert clocks.now() == START
    assert str(clocks.today()) == "2026-03-02"
    clock.forward(hours=15)
    assert clocks.now() == START + timedelta(hours=15)
    assert str(clocks.today()) == "2026-03-03"


def test_waiting_in_vain_is_a_failure() -> None:
    with pytest.raises(AssertionError, match="pigs fly"):
        wait_until(lambda: False, "pigs fly", seconds=0.1)


@pytest.mark.browser
class TestBrowser:
    """What a test learns from a window."""

    BAD = "<html lang='zh-CN'><title>t</title><main><h1>h</h1><img src='data:,x'><p style='color:#ccc'>pale</p></main>"

    def test_axe_finds_known_faults(self, browser: Browser) -> None:
        page = browser.new_page()
        page.set_content(self.BAD)
        found = axe(page)
        page.close()
        assert sorted(line.partition(" ")[0] for line in found) == ["color-contrast", "image-alt"]

    def test_axe_is_content_with_a_clean_page(self, browser: Browser) -> None:
        page = browser.new_page()
        page.set_content("<!doctype html><html lang='zh-CN'><title>t</title><main><h1>好</h1></main>")
        found = axe(page)
        page.close()
        assert found == []

    @pytest.mark.view(language="en", width=390, height=844)
    def test_a_window_is_as_asked(self, page: Page, live: LiveSite) -> None:
        page.goto("/healthz")
        assert page.url == f"{live.url}/healthz"
        assert page.viewport_size == {"width": 390, "height": 844}
        assert page.evaluate("navigator.language") == "en-US"

    def test_a_fault_in_a_window_is_noticed(self, browser: Browser, live: LiveSite) -> None:
        windows = Windows(browser, live.url)
        page = windows.open()
        page.goto("about:blank")  # the site's own pages are kept from foreign hosts by their policy
        page.evaluate("setTimeout(() => { throw new Error('broken script') })")
        page.evaluate("fetch('http://127.0.0.2:9/').catch(() => 0)")
        wait_until(lambda: page.evaluate("1") == 1 and len(windows.faults) >= 2, "the faults are heard")
        windows.close()
        assert any("broken script" in fault for fault in windows.faults)
        assert any("foreign host: http://127.0.0.2:9/" in fault for fault in windows.faults)

    def test_the_live_site_settles(self, live: LiveSite) -> None:
        live.settle()
        assert answers(f"{live.url}/healthz")


def test_a_server_can_be_killed_and_started_again(server_process: ServerProcess) -> None:
    server = server_process.start()
    assert answers(f"{server.url}/healthz")
    server.kill()
    assert not answers(f"{server.url}/healthz")
    server.restart()
    assert answers(f"{server.url}/readyz")
    assert server.stop() == 0


@pytest.mark.parametrize(("ci", "status"), [("true", 1), ("", 0)])
@pytest.mark.parametrize("how", ["def test_a(): pytest.skip('no')", "pytest.skip('no', allow_module_level=True)"])
def test_a_skip_fails_in_continuous_integration(tmp_path: Path, how: str, ci: str, status: int) -> None:
    (tmp_path / "test_it.py").write_text(f"import pytest\n{how}\ndef test_b(): assert True\n")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-c", ROOT / "setup.cfg", "-p", "tests.conftest", tmp_path],
        cwd=ROOT, env={"CI": ci, "PYTHONPATH": str(ROOT)}, text=True, capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode in ((1, 2) if status else (0, 5)), done.stdout + done.stderr


def test_axe_is_offered_as_a_fixture(axe: Callable[[Page], list[str]]) -> None:
    assert axe.__name__ == "axe"
