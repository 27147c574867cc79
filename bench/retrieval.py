"""A set for retrieval, loaded through the importer and asked through `/api/v1/search`, beside plain BM25 (F2).

``python bench/retrieval.py --documents FILE --questions FILE``: JSON lines ``{"id", "title", "text"}`` and
``{"text", "answers": [id, …]}``; each document becomes a published product. Without them the sample is asked about
itself: sentences of its products, each of which should find its own product, and five words of each sentence in
another order. Printed are MRR@10 of the site and of BM25 over the same segmentation, on both databases.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import math
import random
import re
import statistics
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import pytest
import sqlalchemy as sa
from flask import Flask

from marketplace.app import create_app
from marketplace.cli.scale import grow
from marketplace.foundation.db import db
from marketplace.foundation.index.analyzer import Analyzer, shared_analyzer
from marketplace.organizations.models import Organization
from marketplace.search.services import catch_up, rebuild
from tests.support.commands import calling
from tests.support.databases import KINDS, Databases
from tests.support.settings import settings
from tests.support.site import close

SAMPLE = Path(__file__).parents[1] / "marketplace" / "sample" / "data"
SUMMARY, DETAILS = 150, 3_000  # characters that the importer takes
WORDS = 5
TOP = 10


@dataclass(frozen=True, slots=True)
class Document:
    """``key`` is the title under which it is published, so that a hit tells which one it is."""

    key: str
    text: str


@dataclass(frozen=True, slots=True)
class Question:
    text: str
    answers: frozenset[str]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=Path)
    parser.add_argument("--questions", type=Path)
    parser.add_argument("--most", type=int, default=200, help="questions of each kind, drawn with the same seed")
    asked = parser.parse_args()
    if bool(asked.documents) != bool(asked.questions):
        parser.error("--documents and --questions belong together")
    documents, sets = read(asked.documents, asked.questions) if asked.documents else known_items(asked.most)
    plain = Plain(documents, shared_analyzer())
    with tempfile.TemporaryDirectory() as folder:
        databases = Databases(Path(folder))
        for kind in KINDS:
            with databases.fresh(kind) as url:
                app = loaded(url, Path(folder) / kind, documents)
                for name, questions in sets.items():
                    chosen = random.Random(1).sample(questions, min(asked.most, len(questions)))
                    report(f"F2 {kind}, {len(documents):,} documents, {name}", chosen, app, plain)
                close(app)
        databases.close()


# ---- sets -----------------------------------------------------------------------------------------------------------


def read(documents: Path, questions: Path) -> tuple[list[Document], dict[str, list[Question]]]:
    """A set as its files have it."""
    given = [json.loads(line) for line in documents.read_text(encoding="utf-8").splitlines()]
    asked = [json.loads(line) for line in questions.read_text(encoding="utf-8").splitlines()]
    found = [Document(key_of(each["id"]), f"{each.get('title', '')}\n{each['text']}".strip()) for each in given]
    return found, {"questions": [Question(one["text"], frozenset(map(key_of, one["answers"]))) for one in asked]}


def key_of(name: object) -> str:
    return f"No {name}"


def known_items(most: int) -> tuple[list[Document], dict[str, list[Question]]]:
    """The sample's own texts, and sentences of them, whole and five words of each."""
    chance = random.Random(7)
    with (SAMPLE / "products.csv").open(encoding="utf-8-sig", newline="") as file:
        texts = [" ".join(value for value in row.values() if re.search("[\u4e00-\u9fff]{8}", value or ""))
                 for row in csv.DictReader(file)]  # fmt: skip
    documents = [Document(key_of(place), text) for place, text in enumerate(texts) if text]
    sentences, words = [], []
    for document in documents:
        possible = [each for each in re.split("[。；！？\n]", document.text) if 12 <= len(each) <= 60]
        for sentence in chance.sample(possible, min(2, len(possible))):
            parts = [word.surface for word in shared_analyzer().query_words(sentence)]
            answers = frozenset(each.key for each in documents if sentence in each.text)
            sentences.append(Question(sentence, answers))
            words.append(Question(" ".join(chance.sample(parts, min(WORDS, len(parts)))), answers))
    return documents, {"sentences": sentences[:most], f"{WORDS} words of each": words[:most]}


# ---- loading --------------------------------------------------------------------------------------------------------


def loaded(url: str, folder: Path, documents: Sequence[Document]) -> Flask:
    """A site with the documents, as an operator would bring them and the worker would index them."""
    app = create_app(settings(url, folder))
    with app.app_context(), redirect_stdout(io.StringIO()):
        grow(0, 0, 20, 1)
        rebuild()
        code = db.session.scalars(sa.select(Organization.credit_code).order_by(Organization.id.desc())).first()
    file = folder / "documents.csv"
    with file.open("w", encoding="utf-8-sig", newline="") as target:
        writer = csv.writer(target)
        writer.writerow(["单位信用代码", "名称", "产品类别", "应用领域", "简介", "详细说明"])
        for each in documents:
            text = " ".join(each.text.split()) or "-"
            row = (code, each.key, "双足人形机器人", "公共服务", text[:SUMMARY], text[SUMMARY : SUMMARY + DETAILS])
            writer.writerow(row)
    start = time.process_time()
    with pytest.MonkeyPatch.context() as patch, calling(url, folder, patch) as call, redirect_stdout(io.StringIO()):
        status = call("import", "products", str(file))
    if status:
        raise SystemExit("the documents were not imported")
    with app.app_context():
        while catch_up():
            pass
    print(f"{len(documents):,} documents imported and indexed in {time.process_time() - start:.0f} s of processor time")
    return app


# ---- asking ---------------------------------------------------------------------------------------------------------


class Plain:
    """BM25 (k1 1.2, b 0.75) over the same tokens: any word matches, nothing else is done."""

    def __init__(self, documents: Sequence[Document], analyzer: Analyzer) -> None:
        self._analyzer = analyzer
        self._postings: dict[str, list[tuple[str, int]]] = defaultdict(list)
        self._lengths: dict[str, int] = {}
        for each in documents:
            counts = Counter(analyzer.index_tokens(each.text))
            self._lengths[each.key] = counts.total()
            for token, count in counts.items():
                self._postings[token].append((each.key, count))
        self._mean = statistics.fmean(self._lengths.values())

    def rank(self, question: str) -> Sequence[str]:
        """The keys of the best, the best first."""
        scores: dict[str, float] = defaultdict(float)
        every = len(self._lengths)
        for token in {token for word in self._analyzer.query_words(question) for token in word.tokens}:
            found = self._postings.get(token, ())
            idf = math.log(1 + (every - len(found) + 0.5) / (len(found) + 0.5))
            for key, count in found:
                share = 0.25 + 0.75 * self._lengths[key] / self._mean
                scores[key] += idf * count * 2.2 / (count + 1.2 * share)
        return sorted(scores, key=lambda key: -scores[key])[:TOP]


def report(name: str, questions: Sequence[Question], app: Flask, plain: Plain) -> None:
    client, took = app.test_client(), []

    def ours(question: str) -> Sequence[str]:
        start = time.process_time()
        answer = client.get("/api/v1/search", query_string={"q": question, "kind": "product"}).get_json()
        took.append((time.process_time() - start) * 1000)
        told = sum(answer["facets"].get("kind", {}).values())
        if told != answer["total"]:
            raise SystemExit(f"{question}: {answer['total']} found, {told} by kind")
        return [each["title"] for each in answer["items"]]

    found = mrr(questions, ours)
    p50, p95 = statistics.median(took), statistics.quantiles(took, n=20)[-1]
    print(f"{name}: {len(questions)} questions, MRR@{TOP} ours {found:.3f}, plain {mrr(questions, plain.rank):.3f}; "
          f"{p50:.0f} / {p95:.0f} ms of processor time (p50 / p95)", flush=True)  # fmt: skip


def mrr(questions: Sequence[Question], rank: Callable[[str], Sequence[str]]) -> float:
    """Mean reciprocal rank of the first right answer among the first ten."""
    return statistics.fmean(next(places(rank(each.text), each.answers), 0.0) for each in questions)


def places(ranked: Sequence[str], answers: frozenset[str]) -> Iterator[float]:
    return (1 / place for place, key in enumerate(ranked[:TOP], 1) if key in answers)


if __name__ == "__main__":
    main()
