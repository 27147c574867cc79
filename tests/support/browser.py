"""A real browser: Chromium through Playwright, one for the whole test process, a fresh window for each test."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from playwright.sync_api import expect as expect

from tests.support.servers import LiveSite

OPTIONS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
# The first is the same engine without windows, which takes an eighth less processor time.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
DESKTOP, PHONE = (1366, 768), (390, 844)
LOCALES = {"zh_CN": "zh-CN", "en": "en-US"}
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa")
AXE = Path(__file__).parents[1] / "vendor" / "axe.min.js"
# How long an expectation waits: longer than any page needs on a busy machine.
PATIENCE_MS = 15_000

expect.set_options(timeout=PATIENCE_MS)


def program() -> str:
    """The browser of this machine: CHROMIUM, else the first found on PATH.

    Raises:
        RuntimeError: there is none.
    """
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if not found:
        raise RuntimeError("a browser is missing: chromium or google-chrome. `make test` installs or names it.")
    return found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The browser of this test process."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program(), args=list(OPTIONS))
        yield started
        started.close()


class Windows:
    """Opens windows on a site, and knows what went wrong in them without being seen."""

    def __init__(self, browser: Browser, url: str) -> None:
        self._browser = browser
        self._url = url
        self._contexts: list[Any] = []
        self.faults: list[str] = []

    def open(
        self, *, language: str = "zh_CN", width: int = DESKTOP[0], height: int = DESKTOP[1], javascript: bool = True
    ) -> Page:
        """A window with cookies of its own: two of them are two people. ``page.goto("/products")`` is enough."""
        context = self._browser.new_context(
            base_url=self._url, locale=LOCALES[language], timezone_id="Asia/Shanghai",
            viewport={"width": width, "height": height}, java_script_enabled=javascript,
            accept_downloads=True,
        )  # fmt: skip
        context.set_default_timeout(PATIENCE_MS)
        self._contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: self.faults.append(f"script error: {error}"))
        page.on("console", self._heard)
        page.on("request", self._asked)
        return page

    def close(self) -> None:
        for context in self._contexts:
            context.close()

    def _heard(self, message: Any) -> None:
        if message.type == "error" and "Content Security Policy" in message.text:
            self.faults.append(f"refused by the security policy: {message.text}")

    def _asked(self, request: Any) -> None:
        asked = urlsplit(request.url)
        if asked.scheme in ("http", "https") and asked.netloc != urlsplit(self._url).netloc:
            self.faults.append(f"asks a foreign host: {request.url}")


@pytest.fixture
def windows(browser: Browser, live: LiveSite) -> Iterator[Windows]:
    """Opens more windows: ``windows.open(language="en", width=390)``. Script errors, refusals of the security
    policy and requests to foreign hosts in any window fail the test at its end."""
    opened = Windows(browser, live.url)
    yield opened
    opened.close()
    assert opened.faults == []


@pytest.fixture
def page(windows: Windows, request: pytest.FixtureRequest) -> Page:
    """One window on the live site, set up by ``@pytest.mark.view(language=, width=, height=, javascript=)``."""
    marker = request.node.get_closest_marker("view")
    return windows.open(**(marker.kwargs if marker else {}))


@cache
def _axe_source() -> str:
    return AXE.read_text(encoding="utf-8")


def bring_axe(page: Page) -> None:
    """Every page that this window opens from now on has it at hand: quicker where many are looked at."""
    page.context.add_init_script(_axe_source())


def axe(page: Page, *, rules: Sequence[str] = RULES, colours: bool = True) -> list[str]:
    """What breaks WCAG 2.1 A or AA on the page as it stands: one line for each element, empty when it is clean.

    ``colours``: whether contrast is measured, too, also of links in texts, which takes twice the time of everything
    else together.
    """
    # Evaluated through the debugging protocol: the page's security policy stays in force and is not asked.
    if page.evaluate("typeof axe === 'undefined'"):
        page.evaluate(_axe_source() + "; 0")
    asked = {
        "runOnly": {"type": "tag", "values": list(rules)},
        "rules": {rule: {"enabled": colours} for rule in ("color-contrast", "link-in-text-block")},
        "preload": False,  # style sheets and media: no page has media, and no rule of these reads the others
        "resultTypes": ["violations"],
    }
    result = page.evaluate("asked => axe.run(document, asked)", asked)
    return [
        f"{violation['id']} ({violation['impact']}): {violation['help']}: {node['html'][:200]}"
        for violation in result["violations"]
        for node in violation["nodes"]
    ]


def assert_accessible(page: Page) -> None:
    """No violation of WCAG 2.1 A and AA on the page as it stands."""
    found = axe(page)
    assert not found, f"{page.url}: {len(found)} violations\n" + "\n".join(found)


@pytest.fixture(name="axe")
def axe_fixture() -> Callable[[Page], list[str]]:
    """``axe(page)``: the violations of WCAG 2.1 A and AA, one line each."""
    return axe
