"""Measures anonymous pages against a bare Flask page of the same bytes, and against themselves with few rows.

``python bench/pages.py --products 10000``. Server time of one process through the WSGI interface, no network. Pairs
alternate: each page drawn anew, the same page kept ready (web/ready.py), then a bare view that renders a Jinja
template of the same number of bytes from memory.
Prints S1 (p50 and p95 as ratios), S2 (the same pages with 1,000 products: growth of the ratio), S3 (statements) and S16
(import), all by processor time.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from itertools import count
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import sqlalchemy as sa
from flask import Flask, render_template_string
from werkzeug.test import Client, TestResponse

from bench.fresh import scale_site
from marketplace.app import create_app
from marketplace.foundation.db import db
from marketplace.products.models import Product
from marketplace.scenarios.models import Scenario

ROUNDS, WARM = 200, 20
FEW = 1_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--products", type=int, default=10_000)
    parser.add_argument("--site", help="a folder in which the large site is kept for the next time")
    asked = parser.parse_args()
    print(f"S16 import of the app: {import_seconds():.2f} s of processor time (median of 5)")
    with tempfile.TemporaryDirectory() as folder:
        small = measure(str(Path(folder) / "few"), FEW)
        large = measure(asked.site or str(Path(folder) / "many"), asked.products)
    print("kept: as the next visitor gets it; drawn: the first time after any change; ratios: to the bare page")
    heads = ("kept ms", "p95", "S1", "p95", "drawn ms", "p95", "S1", "p95", "S2", "p95", "SQL")
    print(f"{'page':<26}" + "".join(f"{head:>9}" for head in heads))
    for name, row in large.items():
        bare50, bare95 = row["bare50"], row["bare95"]
        kept = (row["p50"], row["p95"], row["p50"] / bare50, row["p95"] / bare95)
        drawn = (row["drawn50"], row["drawn95"], row["drawn50"] / bare50, row["drawn95"] / bare95)
        # The bare pages of both runs are alike: by them what the machine did meanwhile falls out.
        grown = [
            drawn[2 + late] / (small[name][f"drawn{of}"] / small[name][f"bare{of}"]) for late, of in enumerate((50, 95))
        ]
        figures = (*kept, *drawn, *grown)
        print(f"{name:<26}" + "".join(f"{figure:>9.2f}" for figure in figures) + f"{row['sql']:>9.0f}")


def import_seconds() -> float:
    """Seconds of processor time of a new process that imports the app, its bytecode kept."""
    own = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
    command = "import time; import marketplace.app; print(time.process_time())"
    return statistics.median(
        float(subprocess.run([sys.executable, "-c", command], check=True, capture_output=True, env=own).stdout)
        for _ in range(5)
    )


def measure(folder: str, products: int) -> Mapping[str, Mapping[str, float]]:
    """Figures of each page on a site with so many products and a fifth as many scenarios."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    app = create_app(scale_site(folder, products, products // 5))
    with app.app_context():
        pages = addresses()
    figures = {name: of_page(app, address) for name, address in pages.items()}
    with app.app_context():
        db.engine.dispose()
    return figures


def addresses() -> Mapping[str, str]:
    """The pages measured: lists, one with filters, a search, and a detail page of each kind."""
    product = db.session.scalar(sa.select(Product.number).order_by(Product.id).offset(500).limit(1))
    scenario = db.session.scalar(sa.select(Scenario.number).order_by(Scenario.id).offset(100).limit(1))
    return {
        "home": "/",
        "products": "/products",
        "products, two filters": "/products?domain=logistics&city=340100",
        "scenarios, page 3": "/scenarios?page=3",
        "search 巡检": "/search?q=巡检",
        "search of two words": "/search?q=机器人 负载&kind=product",
        "a product": f"/products/{product}",
        "a scenario": f"/scenarios/{scenario}",
    }


def of_page(app: Flask, address: str) -> Mapping[str, float]:
    """p50 and p95 of a page and of the bare page, in milliseconds; statements; bytes."""
    client, visitors = Client(app), count(1)

    def ask() -> TestResponse:
        """Everybody asks once, so that nobody asks too often."""
        number = next(visitors)
        return client.get(address, environ_base={"REMOTE_ADDR": f"10.0.{number // 250}.{number % 250}"})

    answer = ask()
    assert answer.status_code == 200, (address, answer.status_code)
    size = len(answer.data)
    bare = Client(bare_app(size))

    def drawn() -> object:
        app.extensions["ready_pages"][0].forget()
        return ask()

    statements = count_statements(app, drawn)
    own: list[float] = []
    fresh: list[float] = []
    other: list[float] = []
    for number in range(WARM + ROUNDS):
        for times, asked in ((fresh, drawn), (own, ask), (other, lambda: bare.get("/"))):
            start = time.process_time()
            asked()
            if number >= WARM:
                times.append((time.process_time() - start) * 1000)
    return {
        "p50": statistics.median(own), "p95": statistics.quantiles(own, n=20)[18],
        "bare50": statistics.median(other), "bare95": statistics.quantiles(other, n=20)[18],
        "drawn50": statistics.median(fresh), "drawn95": statistics.quantiles(fresh, n=20)[18],
        "sql": statements, "bytes": size,
    }  # fmt: skip


def bare_app(size: int) -> Flask:
    """A Flask app whose one page has so many bytes, made of rows as a list is."""
    app = Flask("bare")
    row = "<tr><th>{}</th><td>{}</td></tr>\n"
    rows = [(str(number), "x" * 60) for number in range(max(1, size // (len(row) + 60)))]
    template = "{% for a, b in rows %}<tr><th>{{ a }}</th><td>{{ b }}</td></tr>\n{% endfor %}"

    @app.get("/")
    def page() -> str:
        return render_template_string(template, rows=rows)

    return app


def count_statements(app: Flask, call: Callable[[], object]) -> int:
    """SQL statements of one call."""
    seen: list[str] = []

    def noted(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith(("BEGIN", "ROLLBACK", "PRAGMA")):
            seen.append(statement)

    with app.app_context():
        engine = db.engine
    sa.event.listen(engine, "before_cursor_execute", noted)
    call()
    sa.event.remove(engine, "before_cursor_execute", noted)
    return len(seen)


if __name__ == "__main__":
    main()
