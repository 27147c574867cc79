"""Takes the pictures of the README anew: ``.venv/bin/python bench/screenshots.py``, less than a minute.

Runs the demonstration in a folder of its own, opens it in a browser 1366 px wide and writes
docs/screenshots/<name>.png, each at most 150 KB.
"""

from __future__ import annotations

import io
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from marketplace.cli.demo import PASSWORD
from tests.support.browser import OPTIONS, program
from tests.support.servers import answers, free_port, wait_until

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs" / "screenshots"
WIDTH, HEIGHT, MOST_BYTES = 1366, 900, 150 * 1024


@contextmanager
def demonstration() -> Iterator[str]:
    """The address of the demonstration, running until the end of the block."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        own = {"MARKETPLACE_DATA_DIR": folder, "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
        command = [sys.executable, "-m", "marketplace", "run", "--demo", "--port", str(port)]
        server = subprocess.Popen(command, cwd=ROOT, env=own, stdout=subprocess.DEVNULL)
        url = f"http://127.0.0.1:{port}"
        wait_until(lambda: answers(f"{url}/readyz"), "the demonstration is ready", 120.0)
        yield url
        server.terminate()
        server.wait(30)


def main() -> None:
    """Take every picture."""
    with demonstration() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program(), args=list(OPTIONS))

        def window(who: str = "") -> Page:
            view = {"width": WIDTH, "height": HEIGHT}
            page = browser.new_context(base_url=url, locale="zh-CN", viewport=view).new_page()
            if who:
                page.goto("/account/sign-in")
                page.locator("main [name=email]").fill(f"{who}@demo.example")
                page.locator("main [name=password]").fill(PASSWORD)
                page.locator("main form button").click()
            return page

        visitor = window()
        visitor.goto("/")
        keep(visitor, "home")
        visitor.goto("/search?q=巡检")
        keep(visitor, "search")
        visitor.goto("/search?kind=product&q=演示Q1")
        visitor.locator(".hit__title a").first.click()
        keep(visitor, "product")
        firm = window("soe")
        firm.goto("/workspace/scenarios?state=draft")
        firm.goto(str(firm.locator("main tbody th a").first.get_attribute("href")) + "/edit/requirements")
        keep(firm, "scenario-form")
        official = window("city")
        official.goto("/review/?kind=products")
        official.locator("main tbody tr", has_text="修订").locator("a").first.click()
        keep(official, "review")
        browser.close()


def keep(page: Page, name: str) -> None:
    """Write what the window shows as <name>.png, with so many colours that it stays small."""
    page.wait_for_load_state("networkidle")
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    path = PICTURES / f"{name}.png"
    for colours in (256, 128, 64):
        picture.quantize(colours, dither=Image.Dither.NONE).save(path, optimize=True)
        if path.stat().st_size <= MOST_BYTES:
            print(f"{path.relative_to(ROOT)}: {path.stat().st_size // 1024} KB, {colours} colours")
            return
    raise SystemExit(f"{path} has more than {MOST_BYTES // 1024} KB")


if __name__ == "__main__":
    main()
