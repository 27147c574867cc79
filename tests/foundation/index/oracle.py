"""A plain recount of what the index must answer: loops over documents, no sets, no cached lists."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from typing import Any

from hypothesis import strategies as st
from whoosh.util.numeric import byte_to_length, length_to_byte

from marketplace.foundation.index.analyzer import Analyzer, shared_analyzer
from marketplace.foundation.index.interface import FACETS, IndexDocument, Key
from marketplace.foundation.index.plan import Either, Every, First, Node, Plan, Spread, Term

WEIGHTS = {"title": 2.5, "body": 1.0, "tags": 1.5}
VOCABULARY = [
    *("机械臂", "机器人", "工业机器人", "巡检", "变电站", "仓储", "搬运", "自动导引车", "的", "合肥"),
    *("xArm", "6", "xArm6", "M-10iA", "X30", "AGV"),
]


def no_texts(keys: Sequence[Key]) -> Mapping[Key, str]:
    return {}


def document(kind: str = "product", doc_id: int = 1, **fields: Any) -> IndexDocument:
    """A document with what a test does not care about filled in."""
    values = {"version": 1, "number": "", "title": "", "body": "", "tags": "", "facets": {}, "timestamp": 1_700_000_000}
    return IndexDocument(kind=kind, doc_id=doc_id, **{**values, **fields})


texts = st.lists(st.sampled_from(VOCABULARY), max_size=12).map(" ".join)
facets = st.fixed_dictionaries(
    {
        "domain": st.lists(st.sampled_from(["d1", "d2", "d3"]), max_size=2, unique=True).map(tuple),
        "city": st.sampled_from([(), ("340100", "340000"), ("340200", "340000")]),
        "status": st.sampled_from([("open",), ("closed",)]),
    }
)
documents = st.builds(
    IndexDocument,
    kind=st.sampled_from(["product", "scenario"]),
    doc_id=st.integers(1, 12),
    version=st.integers(1, 1000),
    number=st.just(""),
    title=texts,
    body=texts,
    tags=st.lists(st.sampled_from(VOCABULARY), max_size=2).map(" ".join),
    facets=facets,
    timestamp=st.integers(1_600_000_000, 1_600_000_009),
)
FILTERS: list[dict[str, tuple[str, ...]]] = [
    dict(chosen)
    for size in range(4)
    for chosen in combinations(
        [("kind", ("product",)), ("domain", ("d1", "d2")), ("city", ("340000",)), ("status", ("open",))], size
    )
] + [{"domain": ("unknown",)}]


class Recount:
    """BM25 with Lucene's idf over the documents as they are, one at a time."""

    def __init__(self, documents: Iterable[IndexDocument], analyzer: Analyzer | None = None) -> None:
        self.documents = {document.key: document for document in documents}
        analyzer = analyzer or shared_analyzer()
        self.counts = {
            key: {name: Counter(analyzer.index_tokens(getattr(document, name))) for name in WEIGHTS}
            for key, document in self.documents.items()
        }
        self.lengths = {
            key: {name: byte_to_length(length_to_byte(counts[name].total())) for name in WEIGHTS}
            for key, counts in self.counts.items()
        }
        self.frequencies: dict[str, int] = {}
        self.averages = {name: self._average(name) for name in WEIGHTS}

    def _average(self, name: str) -> float:
        total = sum(lengths[name] for lengths in self.lengths.values())
        if total <= len(self.documents):
            return 1.0
        return float(2 ** (round(4 * math.log2(total / len(self.documents))) / 4))

    def idf(self, frequency: int) -> float:
        return math.log(1 + (len(self.documents) - frequency + 0.5) / (frequency + 0.5))

    def frequency(self, node: Node) -> int:
        return sum(self.score(node, key) is not None for key in self.documents)

    def score(self, node: Node, key: Key) -> float | None:
        if isinstance(node, Term):
            return self._term(node.token, key)
        scores = [self.score(child, key) for child in node.nodes]
        met = [score for score in scores if score is not None]
        if isinstance(node, Every):
            return sum(met) if len(met) == len(scores) else None
        if isinstance(node, Spread):
            return sum(met) / len(met) if len(met) == len(scores) else None
        if not met:
            return None
        assert isinstance(node, Either | First)
        return max(met) if isinstance(node, Either) else met[0]

    def _term(self, token: str, key: Key) -> float | None:
        if not any(counts[token] for counts in self.counts[key].values()):
            return None
        if token not in self.frequencies:
            held = (any(c[token] for c in counts.values()) for counts in self.counts.values())
            self.frequencies[token] = sum(held)
        frequency = self.frequencies[token]
        impact = 0.0
        for name, weight in WEIGHTS.items():
            tf = self.counts[key][name][token]
            norm = 1.2 * (0.25 + 0.75 * self.lengths[key][name] / self.averages[name])
            impact += weight * tf * 2.2 / (tf + norm)
        return impact * self.idf(frequency)

    def every(self, plan: Plan) -> dict[Key, float]:
        found = {key: self.score(Every(plan.groups), key) for key in self.documents}
        return {key: score for key, score in found.items() if score is not None}

    def half(self, plan: Plan) -> dict[Key, float]:
        frequencies = {node: self.frequency(node) for node in plan.loose}
        weights = {node: self.idf(frequency) for node, frequency in frequencies.items() if frequency}
        found = {}
        for key in self.documents:
            scores = {node: score for node in weights if (score := self.score(node, key)) is not None}
            if sum(weights[node] for node in scores) >= sum(weights.values()) * (0.5 - 1e-9) and scores:
                found[key] = sum(scores.values())
        return found

    def any(self, plan: Plan) -> dict[Key, float]:
        found = {}
        for key in self.documents:
            scores = [score for node in plan.loose if (score := self.score(node, key)) is not None]
            if scores:
                found[key] = sum(scores)
        return found

    def found(self, plan: Plan) -> tuple[dict[Key, float], bool]:
        """What a question finds before all filters, and whether that is approximate."""
        if not plan.groups:
            return dict.fromkeys(self.documents, 0.0), False
        found, approximate = self.every(plan), False
        for loosen, few in ((self.half, 3), (self.any, 1)):
            if len(found) < few and len(loose := loosen(plan)) > len(found):
                found, approximate = loose, True
        return found, approximate

    def passes(self, key: Key, filters: Mapping[str, tuple[str, ...]]) -> bool:
        return all(set(values) & set(self.values(key, facet)) for facet, values in filters.items())

    def values(self, key: Key, facet: str) -> tuple[str, ...]:
        return (key[0],) if facet == "kind" else self.documents[key].facets.get(facet, ())

    def facets(self, found: Iterable[Key], filters: Mapping[str, tuple[str, ...]]) -> dict[str, dict[str, int]]:
        counted = {}
        for facet in FACETS:
            values = {value for key in self.documents for value in self.values(key, facet)}
            others = {name: chosen for name, chosen in filters.items() if name != facet}
            kept = [key for key in found if self.passes(key, others)]
            counted[facet] = {value: sum(value in self.values(key, facet) for key in kept) for value in values}
        return counted
