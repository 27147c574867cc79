"""Finds and counts on one snapshot: sets of documents as big integers, scores only for the documents asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import add

from marketplace.foundation.index.interface import FACETS, Condition, Key
from marketplace.foundation.index.plan import Every, First, Node, Plan, Spread, Term
from marketplace.foundation.index.reaching import reaching
from marketplace.foundation.index.reading import Snapshot, View
from marketplace.foundation.index.snapshot import numbers_of
from marketplace.foundation.index.weighed import Postings

TELLING = 2_000  # documents; a word in more of them does not bring a document in by itself
COMMON = 4  # nor, for what is merely related, a word in more than one of so many documents,
FEW_DOCUMENTS = 20  # unless these are fewer than a page of them

Filters = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Match:
    """The live documents of one segment that match a text, and what scores them: the groups, or the scores themselves.

    ``place`` is the position of the segment in the snapshot; ``loose`` says that not every group matches each document.
    """

    place: int
    view: View
    bits: int
    groups: tuple[Node, ...] = ()
    scores: Mapping[int, float] | None = None
    loose: bool = False


class Evaluator:
    """Evaluates nodes on a snapshot. Not shared between threads; lives for one question."""

    def __init__(self, snap: Snapshot) -> None:
        self._snap = snap
        self._bits: dict[tuple[int, Node], int] = {}

    def prepare(self, plan: Plan) -> None:
        """Read ahead what a plan will ask for, where that is cheaper than word by word: not here."""

    def postings(self, place: int, term: Term) -> Postings:
        return self._snap.postings(place, term.token)

    def idf(self, term: Term) -> float:
        return self._snap.idf(self._snap.document_frequency(term.token))

    def bits(self, place: int, node: Node) -> int:
        """The documents of a segment that match, deleted ones included."""
        known = self._bits.get((place, node))
        if known is None:
            known = self._bits[place, node] = self._evaluate(place, node)
        return known

    def _evaluate(self, place: int, node: Node) -> int:
        if isinstance(node, Term):
            return self._snap.token_bits(place, node.token)
        first, *others = node.nodes
        bits = self.bits(place, first)
        for other in others:
            if isinstance(node, Every | Spread):
                bits &= self.bits(place, other)
            else:
                bits |= self.bits(place, other)
        return bits

    def scores(self, place: int, node: Node, numbers: Sequence[int], bits: int) -> list[float]:
        """The scores of matching documents, given both as ascending numbers and as a set."""
        if isinstance(node, Term):
            return self.postings(place, node).scores(numbers, bits, self.idf(node))
        if isinstance(node, Every):
            return self.sums(place, node.nodes, numbers, bits)
        if isinstance(node, Spread):
            share = node.share / len(node.nodes)
            return [score * share for score in self.sums(place, node.nodes, numbers, bits)]
        best = dict.fromkeys(numbers, -1.0)
        rest = bits
        for child in node.nodes:
            met = (rest if isinstance(node, First) else bits) & self.bits(place, child)
            if met:
                chosen = numbers if met == bits else numbers_of(met, self._snap.views[place].segment.size)
                for number, score in zip(chosen, self.scores(place, child, chosen, met), strict=True):
                    best[number] = max(best[number], score)
                rest &= ~met
        return list(best.values())

    def sums(self, place: int, nodes: Iterable[Node], numbers: Sequence[int], bits: int) -> list[float]:
        """Added scores of several nodes, each of which matches all of the documents."""
        totals = [0.0] * len(numbers)
        for node in nodes:
            totals = list(map(add, totals, self.scores(place, node, numbers, bits)))
        return totals

    def match_all(self) -> list[Match]:
        return [Match(place, view, view.live) for place, view in enumerate(self._snap.views)]

    def loose_sums(self, place: int, nodes: Iterable[Node], numbers: Sequence[int], bits: int) -> list[float]:
        """Added scores of several nodes, each of which may match some of the documents."""
        totals = dict.fromkeys(numbers, 0.0)
        for node in nodes:
            met = bits & self.bits(place, node)
            chosen = numbers if met == bits else numbers_of(met, self._snap.views[place].segment.size)
            for number, score in zip(chosen, self.scores(place, node, chosen, met), strict=True):
                totals[number] += score
        return list(totals.values())

    def match_every(self, groups: Sequence[Node]) -> list[Match]:
        """Documents in which every group matches."""
        matches = []
        for place, view in enumerate(self._snap.views):
            bits = view.live
            for group in groups:
                bits &= self.bits(place, group)
            matches.append(Match(place, view, bits, tuple(groups)))
        return matches

    def match_half(self, groups: Sequence[Node]) -> list[Match]:
        """Documents in which groups of at least half of the total idf match."""
        weighed = [(self._weight(group), group) for group in groups]
        heaviest = sorted((pair for pair in weighed if pair[0]), key=lambda pair: -pair[0])
        need = sum(weight for weight, _ in heaviest) * (0.5 - 1e-9)
        matches = []
        for place, view in enumerate(self._snap.views):
            sets = [(weight, self.bits(place, group) & view.live) for weight, group in heaviest]
            bits = reaching(sets, need, view.segment.size) if heaviest else 0
            matches.append(Match(place, view, bits, tuple(group for _, group in heaviest), loose=True))
        return matches

    def match_any(self, groups: Sequence[Node], telling: Sequence[Node] = ()) -> list[Match]:
        """Documents in which any group matches that is not in too many documents to tell anything, or of ``telling``
        any; all groups score.
        """
        telling = telling or self._in_at_most(groups, TELLING) or groups
        matches = []
        for place, view in enumerate(self._snap.views):
            bits = 0
            for group in telling:
                bits |= self.bits(place, group)
            matches.append(Match(place, view, bits & view.live, tuple(groups), loose=True))
        return matches

    def telling(self, groups: Sequence[Node]) -> list[Node]:
        """The groups that only some of the documents have, so that one of them alone says what a document is about."""
        documents = sum(view.live.bit_count() for view in self._snap.views)
        return self._in_at_most(groups, min(TELLING, max(FEW_DOCUMENTS, documents // COMMON)))

    def _in_at_most(self, groups: Sequence[Node], documents: int) -> list[Node]:
        return [group for group in groups if self._frequency(group) <= documents]

    def _weight(self, group: Node) -> float:
        """The idf of a group as one word; 0 when it is in no live document."""
        frequency = self._frequency(group)
        return self._snap.idf(frequency) if frequency else 0.0

    def _frequency(self, group: Node) -> int:
        views = enumerate(self._snap.views)
        return sum((self.bits(place, group) & view.live).bit_count() for place, view in views)

    def match_number(self, number: str, mentions: Sequence[Node]) -> tuple[list[Match], Key | None]:
        """The document that bears an object number together with those that mention it; no key when none bears it."""
        key = None
        matches = []
        for match in self.match_every(mentions):
            segment, bits = match.view.segment, match.bits
            numbers = numbers_of(bits, segment.size)
            scores = dict(zip(numbers, self.sums(match.place, mentions, numbers, bits), strict=True))
            for place in segment.exact("number", number):
                if match.view.live >> place & 1:
                    key = (segment.kinds[place], segment.doc_ids[place])
                    bits |= 1 << place
            matches.append(Match(match.place, match.view, bits, scores=scores))
        return matches, key

    def judged(
        self, matches: Sequence[Match], conditions: Sequence[Condition]
    ) -> tuple[Sequence[Match], Sequence[Match]]:
        """The matches that meet every condition, and those of which that is not known."""
        if not conditions:
            return matches, []
        fits, open_ = [], []
        for match in matches:
            met, possible = match.bits, match.bits
            for condition in conditions:
                meeting, failing = match.view.segment.judged(condition)
                met &= meeting
                possible &= ~failing
            fits.append(replace(match, bits=met))
            open_.append(replace(match, bits=possible & ~met))
        return fits, open_

    def facets(self, matches: Sequence[Match], filters: Filters) -> dict[str, dict[str, int]]:
        """Counts by facet and value, a facet's own filter left out."""
        counts: dict[str, dict[str, int]] = {}
        for facet in FACETS:
            others = {name: values for name, values in filters.items() if name != facet}
            totals = dict.fromkeys(self._snap.facet_values[facet], 0)
            for match in matches:
                base = match.bits & allowed(match.view, others)
                if base:
                    for value, bits in match.view.segment.facets[facet].items():
                        if value in totals:
                            totals[value] += (base & bits).bit_count()
            counts[facet] = totals
        return counts


def count(matches: Iterable[Match], filters: Filters) -> int:
    return sum((match.bits & allowed(match.view, filters)).bit_count() for match in matches)


def allowed(view: View, filters: Filters) -> int:
    """Live documents that pass the filters."""
    bits = view.live
    for facet, values in filters.items():
        union = 0
        for value in values:
            union |= view.segment.facets[facet].get(value, 0)
        bits &= union
    return bits
