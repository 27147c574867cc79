"""What people do in a browser, in the words of the pages: sign in, fill in, send, decide, look something up."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import FilePayload, Locator, Page, expect

from marketplace.cli.demo import PASSWORD
from tests.support.browser import Windows
from tests.support.servers import LiveSite, wait_until

# The shortest PDF that a reader opens: one empty page.
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\n"
    b"xref\n0 4\n0000000000 65535 f \n0000000009 00000 n \n0000000054 00000 n \n0000000105 00000 n \n"
    b"trailer<</Size 4/Root 1 0 R>>\nstartxref\n167\n%%EOF\n"
)


def jpeg(width: int = 1200, height: int = 900) -> bytes:
    """A real photograph-like JPEG."""
    made = io.BytesIO()
    Image.radial_gradient("L").resize((width, height)).convert("RGB").save(made, "JPEG", quality=88)
    return made.getvalue()


@pytest.fixture(scope="module")
def sample(live: LiveSite) -> LiveSite:
    """The site of the module with the demonstration's data and accounts, everything in the index.

    ``live`` begins with them wherever a test asks for this.
    """
    live.settle()
    return live


class Person:
    """Somebody at a window of his own, signed in to a demo account unless he is a visitor."""

    def __init__(self, page: Page, name: str = "") -> None:
        self.page = page
        if name:
            self.sign_in(f"{name}@demo.example", PASSWORD)

    def sign_in(self, email: str, password: str) -> None:
        self.page.goto("/account/sign-in")
        main = self.page.locator("main")
        main.locator("input[name=email]").fill(email)
        main.locator("input[name=password]").fill(password)
        main.locator("form button").click()
        expect(self.page).to_have_url(re.compile(r"/workspace/$"))

    # ---- pages ----

    def open(self, path: str, status: int = 200) -> Locator:
        """Go to a page and give back its main part."""
        answer = self.page.goto(path)
        assert answer is not None, path
        assert answer.status == status, f"{path}: {answer.status} instead of {status}"
        return self.main

    @property
    def main(self) -> Locator:
        return self.page.locator("main")

    def status(self, path: str) -> int:
        """The status of an address as this person's browser would get it, without leaving the page."""
        return self.page.request.get(path).status

    def text(self, path: str) -> str:
        """What an address answers (a list as a file, a programming interface)."""
        return self.page.request.get(path).text()

    def body(self, path: str) -> bytes:
        """The same as bytes."""
        return self.page.request.get(path).body()

    def where(self, path: str) -> str:
        """The address at which this person ends who asks for a page."""
        return self.page.request.get(path).url

    # ---- forms ----

    def fill(self, values: Mapping[str, str | bool | Sequence[str]]) -> None:
        """Fill in fields by name: text, an option of a select or of radios, True for a box, several for boxes."""
        for name, value in values.items():
            self._fill_one(name, value)

    def _fill_one(self, name: str, value: str | bool | Sequence[str]) -> None:
        fields = self.main.locator(f'[name="{name}"]')
        first = fields.first
        kind = first.evaluate("e => e.tagName === 'SELECT' ? 'select' : (e.type || e.tagName)")
        if kind in ("radio", "checkbox"):
            for each in [value] if isinstance(value, str) else [] if value is True else value or []:
                self.main.locator(f'[name="{name}"][value="{each}"]').check()
            if value is True:
                first.check()
            return
        unfold(first)
        if kind == "select":
            first.select_option(str(value))
        else:
            first.fill(str(value))

    def attach(self, name: str, files: Sequence[tuple[str, str, bytes]]) -> None:
        """Choose files (name, type, bytes) in a file field."""
        self.main.locator(f'input[type=file][name="{name}"]').set_input_files(
            [FilePayload(name=file, mimeType=kind, buffer=body) for file, kind, body in files]
        )

    def press(self, words: str) -> None:
        """Press the visible button that is called so and wait for the page that follows."""
        with self.page.expect_navigation():
            self.main.get_by_role("button", name=words, exact=True).first.click()

    def go_on(self) -> None:
        """Save this page of a guided form and go to the next."""
        self.press("保存并继续")

    def errors(self) -> list[str]:
        """The lines of the summary of errors."""
        return self.main.locator(".errsum li").all_inner_texts()

    def number(self) -> str:
        """The number of the listing or organization that the page is about."""
        return self.main.locator(".objhead .no").first.inner_text()

    # ---- decisions ----

    def decide(self, plural: str, number: str, decision: str, note: str = "") -> None:
        """Open what was submitted, choose, and send the decision."""
        self.open(f"/review/{plural}/{number}")
        self.fill({"decision": decision, "note": note})
        self.press("提交决定")

    # ---- search ----

    def finds(self, words: str, title: str, path: str = "/search") -> bool:
        """Whether the list shows a hit of this title now."""
        self.page.goto(f"{path}?q={words}")
        return title in self.main.locator(".hit__title").all_inner_texts()

    def finds_soon(self, words: str, title: str, seconds: float = 2.0) -> None:
        """The worker brings it into the search within two seconds, nothing restarted."""
        wait_until(lambda: self.finds(words, title), f"{title} is found by {words}", seconds)


def unfold(field: Locator) -> None:
    """Open the ``<details>`` around a field, as a person must before he can type."""
    folded = field.locator("xpath=ancestor::details[not(@open)]")
    while folded.count():
        folded.first.locator("xpath=./summary").click()


def arrive(windows: Windows, name: str = "", **view: object) -> Person:
    """Somebody opens a window of his own; ``view`` as for ``windows.open``."""
    return Person(windows.open(**view), name)  # type: ignore[arg-type]


def downloads(page: Page, link: Locator) -> bytes:
    """The bytes that a link downloads."""
    with page.expect_download() as begun:
        link.click()
    return Path(begun.value.path()).read_bytes()
