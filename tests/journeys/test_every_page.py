"""Every page for everybody who sees it: accessible, in one language, within its width, with one heading, no errors."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import ConsoleMessage, Page

from marketplace.config import Config
from tests.support.browser import DESKTOP, PHONE, Windows, bring_axe
from tests.support.journey import Person
from tests.support.journey_languages import Content, written
from tests.support.journey_no_pages import NO_PAGES
from tests.support.journey_pages import SamplePage, error_pages, faults, sample_pages
from tests.support.servers import LiveSite

# Every two of language, width and size of text meet in one of these.
VIEWS = [
    pytest.param("zh_CN", DESKTOP, "m", id="zh-1366"),
    pytest.param("en", PHONE, "m", id="en-390"),
    pytest.param("zh_CN", PHONE, "xl", id="zh-390-xl"),
    pytest.param("en", DESKTOP, "xl", id="en-1366-xl"),
]
# These see most kinds of pages: two opposite views each, in the second without the rules of accessibility;
# the others' pages one in turn. The contrast of colours is measured on the first page of each kind in each width.
# EVERY_VIEW=1 shows all of all.
EVERY = os.environ.get("EVERY_VIEW") == "1"
IN_TWO_VIEWS = ("", "vendor", "soe", "province")
WHO = (
    "", "vendor", "soe", "soe2", "city", "province", "province2", "operator", "admin", "auditor", "newcomer",
    "expert1", "expert2", "expert3", "expert4", "expert5",
)  # fmt: skip


def looked_at() -> list[Any]:
    """Who looks at the pages in which view."""
    chosen = []
    for place, who in enumerate(WHO):
        views = VIEWS[place % 2 * 2 :][:2] if who in IN_TWO_VIEWS else [VIEWS[place % 4]]
        for view in VIEWS if EVERY else views:
            chosen.append(pytest.param(*view.values, who, EVERY or view is views[0], id=f"{view.id}-{who}"))
    return chosen


@pytest.fixture(scope="module")
def site(sample: LiveSite) -> LiveSite:
    """The demonstration as ``make run`` shows it."""
    config: Config = sample.app.extensions["config"]
    sample.app.extensions["config"] = replace(config, demo=True)
    sample.app.config["demo"] = True
    return sample


@pytest.fixture(scope="module")
def pages(site: LiveSite) -> list[SamplePage]:
    return sample_pages(site.app)


@pytest.fixture(scope="module")
def known() -> dict[int, set[str]]:
    """The kinds of pages on which contrast was measured, by the width of the window."""
    return {DESKTOP[0]: set(), PHONE[0]: set()}


@pytest.fixture(scope="module")
def content(site: LiveSite) -> Content:
    return written(site.app)


def test_every_address_has_an_example(site: LiveSite, pages: list[SamplePage]) -> None:
    rules = site.app.url_map.iter_rules()
    shown = {rule.endpoint for rule in rules if "GET" in (rule.methods or ())}
    shown = {endpoint for endpoint in shown if not endpoint.startswith("api.") or endpoint == "api.docs"}
    assert shown - NO_PAGES.keys() == {page.endpoint for page in pages}
    assert {page.who for page in pages} == set(WHO)


class Seen:
    """Looks at pages one after the other and writes down what is wrong with which."""

    def __init__(
        self, page: Page, content: Content, narrow: tuple[int, ...], known: set[str], *, ruled: bool = True
    ) -> None:
        self.page = page
        self.content = content
        self.narrow = narrow
        self.known = known
        self.ruled = ruled
        self.errors: list[str] = []
        self.wrong: list[str] = []
        page.on("console", self._heard)

    def _heard(self, message: ConsoleMessage) -> None:
        # The browser itself writes down every answer above 399; those are asked for below.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.errors.append(message.text)

    def look(self, name: str, kind: str = "") -> None:
        known = kind in self.known and not EVERY
        rules = "none" if not self.ruled else "but colours" if known else "all"
        if kind and self.ruled:
            self.known.add(kind)
        found = [*faults(self.page, self.content, self.narrow, rules), *self.errors]
        self.errors.clear()
        self.wrong += [f"{name}: {fault}" for fault in found]

    def visit(self, one: SamplePage) -> None:
        answer = self.page.goto(one.path)
        if one.press:
            with self.page.expect_navigation() as told:
                self.page.locator(one.press).first.click()
            answer = told.value
        assert answer is not None, one
        if answer.status != one.status:
            self.wrong.append(f"{one.path}: answers {answer.status}")
        refused = " refused" if one.press else ""
        self.look(f"{one.who or 'visitor'} {one.path}{refused}", one.endpoint + refused)


@pytest.mark.parametrize(("language", "size", "text", "who", "ruled"), looked_at())
def test_pages(
    site: LiveSite, windows: Windows, pages: list[SamplePage], content: Content, known: dict[int, set[str]],
    language: str, size: tuple[int, int], text: str, who: str, ruled: bool,
) -> None:  # fmt: skip
    page = windows.open(language=language, width=size[0], height=size[1])
    Person(page, who)
    if ruled:
        bring_axe(page)
    page.goto(f"/?text={text}")
    seen = Seen(page, content, (320,) if size == PHONE else (), known[size[0]], ruled=ruled)
    for one in pages:
        if one.who == who:
            seen.visit(one)
    assert not seen.wrong, "\n".join(seen.wrong)


@pytest.mark.parametrize(("language", "size", "text"), VIEWS if EVERY else VIEWS[:2])
def test_error_pages(
    site: LiveSite, windows: Windows, content: Content, language: str, size: tuple[int, int], text: str
) -> None:
    page = windows.open(language=language, width=size[0], height=size[1])
    page.goto(f"/?text={text}")
    seen = Seen(page, content, (320,) if size == PHONE else (), set())
    for name, body in error_pages(site.app, language):
        page.route(
            "**/shown-error", lambda route, _request, body=body: route.fulfill(body=body, content_type="text/html")
        )
        page.goto("/shown-error")
        seen.look(name)
        page.unroute("**/shown-error")
    assert not seen.wrong, "\n".join(seen.wrong)
