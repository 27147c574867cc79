"""Takes the pictures of the README anew: ``.venv/bin/python bench/screenshots.py``, two minutes.

Runs the demonstration in a folder of its own, opens it in a browser 1366 px wide and writes
docs/screenshots/<name>.<language>.png, each at most 150 KB.
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
    """Take every picture, in both languages."""
    with demonstration() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program(), args=list(OPTIONS))
        for ending, locale in (("zh", "zh-CN"), ("en", "en-US")):
            context = browser.new_context(
                base_url=url, locale=locale, viewport={"width": WIDTH, "height": HEIGHT}
            )  # fmt: skip
            page = context.new_page()
            for name, path in visited(page):
                page.goto(path)
                keep(page, f"{name}.{ending}")
        browser.close()


def visited(page: Page) -> Iterator[tuple[str, str]]:
    """Name of a picture and address, the last as the demo vendor."""
    yield "home", "/"
    yield "search", "/search?q=巡检"
    yield "scenario", first(page, "/search?kind=scenario&q=变电站设备区自主巡检")
    numbers = [first(page, f"/search?kind=product&q={name}").rpartition("/")[2] for name in ("Q1", "A600", "绝影X30")]
    yield "compare", "/products/compare?" + "&".join(f"no={number}" for number in numbers)
    yield "challenge", first(page, "/search?kind=challenge&q=变电所巡检")
    page.goto("/pilots")
    yield "pilot", str(page.locator("main a[href*='/pilots/V-']").first.get_attribute("href"))
    page.goto("/account/sign-in")
    page.locator("main [name=email]").fill("vendor@demo.example")
    page.locator("main [name=password]").fill(PASSWORD)
    page.locator("main form button.btn").first.click()
    yield "workspace", "/workspace/"


def first(page: Page, path: str) -> str:
    """The address of the first hit."""
    page.goto(path)
    return str(page.locator(".hit__title a").first.get_attribute("href"))


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
