"""Measures typing suggestions on a site with many titles in both languages (S9).

``python bench/suggestions.py --products 100000``. What people type is drawn from the titles that are there: one or two
Chinese characters, pinyin from its first letter on, initials, the beginnings of English words and of models. Server
time of one process through the WSGI interface, no network; each request is a visitor of its own, in the language of
what is typed. By the processor and by the clock.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import sqlalchemy as sa
from werkzeug.test import Client

from bench.fresh import scale_site
from marketplace.app import create_app
from marketplace.foundation.db import db
from marketplace.foundation.index.analyzer import shared_analyzer
from marketplace.products.models import Product
from marketplace.search.models import SuggestionKey
from marketplace.search.pinyin import initials, pinyin

TITLES, EACH, SEED = 400, 100, 9
Times = dict[str, list[tuple[float, float]]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--products", type=int, default=10_000)
    parser.add_argument("--site", help="a folder in which the large site is kept for the next time")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(scale_site(asked.site or folder, asked.products, asked.products // 5))
        with app.app_context():
            select = sa.select(Product.title, Product.title_en).order_by(Product.id)
            titles = [(one, other) for one, other in db.session.execute(select)]
            keys = db.session.scalar(sa.select(sa.func.count()).select_from(SuggestionKey))
            some = random.Random(SEED).sample(titles, min(TITLES, len(titles)))
        print(f"{len(titles):,} products, {keys:,} keys; milliseconds of the processor | by the clock")
        times = measure(Client(app), some)
        with app.app_context():
            db.engine.dispose()
    for kind, spent in times.items():
        show(kind, spent)
    show("all", [each for spent in times.values() for each in spent])


def measure(client: Client, titles: list[tuple[str, str]]) -> Times:
    """Kind of typing → what each of its requests cost, in milliseconds of the processor and by the clock."""
    typed: dict[str, dict[str, str]] = defaultdict(dict)
    for chinese, english in titles:
        for kind, text, language in beginnings(chinese, english):
            typed[kind][text] = language
    times: Times = defaultdict(list)
    number = 0
    for kind, texts in typed.items():
        for text, language in islice(texts.items(), EACH):
            number += 1
            visitor = {"REMOTE_ADDR": f"10.1.{number // 250}.{number % 250}"}
            asked = {"q": text, "lang": language}
            processor, clock = time.process_time(), time.perf_counter()
            answer = client.get("/search/suggest", query_string=asked, environ_base=visitor)
            spent = ((time.process_time() - processor) * 1000, (time.perf_counter() - clock) * 1000)
            assert answer.status_code == 200, (text, answer.status_code)
            times[kind].append(spent)
    return times


def beginnings(chinese: str, english: str) -> Iterator[tuple[str, str, str]]:
    """Kind, text and language of what somebody types who looks for such a title."""
    text = shared_analyzer().normalise(chinese)
    han = "".join(char for char in text if char > "\u2fff")
    for length in (1, 2):
        yield "characters", han[:length], "zh"
    for length in (1, 2, 4):
        yield "pinyin", pinyin(han)[:length], "zh"
    for length in (2, 3):
        yield "initials", initials(han)[:length], "zh"
    for word in shared_analyzer().normalise(english).split():
        for length in (1, 3, 5):
            yield "English words", word[:length], "en"
    yield "models", text.split()[0][:3], "zh"


def show(kind: str, spent: list[tuple[float, float]]) -> None:
    """A line: how many, then p50, p95 and the most of both clocks."""
    parts = []
    for times in zip(*spent, strict=True):
        parts.append(f"{statistics.median(times):7.1f}{statistics.quantiles(times, n=20)[18]:7.1f}{max(times):7.1f}")
    print(f"{kind:<16}{len(spent):>5} " + "  |".join(parts))


if __name__ == "__main__":
    main()
