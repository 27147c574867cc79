"""Puts matching documents into the order of the answer: by score, or the newest first."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from marketplace.foundation.index.evaluator import Evaluator, Filters, Match, allowed
from marketplace.foundation.index.interface import Key
from marketplace.foundation.index.plan import First, Node, Term
from marketplace.foundation.index.reading import View
from marketplace.foundation.index.snapshot import numbers_of
from marketplace.foundation.index.weighed import Postings

WALKED = 2000  # postings; a single word above it is ranked by walking its stored order


@dataclass(frozen=True, slots=True)
class Ranked:
    """A scored document. The order of an answer: score, then the newest, then the greatest doc_id."""

    score: float
    timestamp: int
    key: Key

    def order(self) -> tuple[float, int, int, str]:
        return (-self.score, -self.timestamp, -self.key[1], self.key[0])


def best(evaluator: Evaluator, matches: Iterable[Match], filters: Filters, limit: int) -> list[Ranked]:
    """The ``limit`` best documents by score."""
    ranked = [
        _ranked(match.view, number, score)
        for match in matches
        for score, number in _best(evaluator, match, match.bits & allowed(match.view, filters), limit)
    ]
    return sorted(ranked, key=Ranked.order)[:limit]


def newest(matches: Iterable[Match], filters: Filters, limit: int) -> list[Ranked]:
    """The ``limit`` newest documents, with score 0."""
    ranked = [
        _ranked(match.view, number, 0.0)
        for match in matches
        for number in _newest(match.view, match.bits & allowed(match.view, filters), limit)
    ]
    return sorted(ranked, key=Ranked.order)[:limit]


def strongest(matches: Iterable[Match], filters: Filters, limit: int) -> list[Ranked]:
    """The ``limit`` documents whose claims are supported best; the score is their evidence."""
    found: list[Ranked] = []
    for match in matches:
        evidence = match.view.segment.evidence
        numbers = numbers_of(match.bits & allowed(match.view, filters), match.view.segment.size)
        found.extend(_ranked(match.view, number, float(evidence[number])) for number in numbers)
    return heapq.nsmallest(limit, found, key=Ranked.order)


def _ranked(view: View, number: int, score: float) -> Ranked:
    segment = view.segment
    return Ranked(score, segment.timestamps[number], (segment.kinds[number], segment.doc_ids[number]))


def _best(evaluator: Evaluator, match: Match, bits: int, limit: int) -> list[tuple[float, int]]:
    """At least the best ``limit`` of ``bits``, ties at the end included."""
    if not bits:
        return []
    if match.scores is None and len(match.groups) == 1:
        return _best_of_one(evaluator, match, match.groups[0], bits, limit)
    numbers = numbers_of(bits, match.view.segment.size)
    if match.scores is None:
        add_up = evaluator.loose_sums if match.loose else evaluator.sums
        scores = add_up(match.place, match.groups, numbers, bits)
    else:
        scores = [match.scores.get(number, 0.0) for number in numbers]
    return _cut(scores, numbers, limit)


def _best_of_one(evaluator: Evaluator, match: Match, group: Node, bits: int, limit: int) -> list[tuple[float, int]]:
    """The ways of a word match disjoint documents here, so that a frequent word is still walked in stored order."""
    found = []
    for node in group.nodes if isinstance(group, First) else (group,):
        met = bits & evaluator.bits(match.place, node)
        bits &= ~met
        if not met:
            continue
        if isinstance(node, Term):
            postings = evaluator.postings(match.place, node)
            if postings.count > WALKED and met.bit_count() * 8 > postings.count:
                found.extend(_walk(postings, met, limit, match.view.segment.size, evaluator.idf(node)))
                continue
        numbers = numbers_of(met, match.view.segment.size)
        found.extend(_cut(evaluator.scores(match.place, node, numbers, met), numbers, limit))
    return found


def _cut(scores: Sequence[float], numbers: Sequence[int], limit: int) -> list[tuple[float, int]]:
    if len(numbers) <= limit:
        return list(zip(scores, numbers, strict=True))
    least = heapq.nlargest(limit, scores)[-1]
    return [(score, number) for score, number in zip(scores, numbers, strict=True) if score >= least]


def _walk(postings: Postings, bits: int, limit: int, size: int, factor: float) -> list[tuple[float, int]]:
    """A frequent word: its documents in stored order until enough of them are in ``bits``."""
    packed = bits.to_bytes((size >> 3) + 1, "little")
    chosen: list[tuple[float, int]] = []
    last = 0.0
    ids, impacts = postings.weighed
    for position in postings.order:
        impact = impacts[position]
        if len(chosen) >= limit and impact < last:
            break
        number = ids[position]
        if packed[number >> 3] >> (number & 7) & 1:
            chosen.append((impact * factor, number))
            last = impact
    return chosen


def _newest(view: View, bits: int, limit: int) -> Sequence[int]:
    size, total = view.segment.size, bits.bit_count()
    if total * total > size * limit:
        packed = bits.to_bytes((size >> 3) + 1, "little")
        chosen = []
        for number in view.segment.newest:
            if packed[number >> 3] >> (number & 7) & 1:
                chosen.append(number)
                if len(chosen) == limit:
                    break
        return chosen
    stamps, doc_ids = view.segment.timestamps, view.segment.doc_ids
    return heapq.nlargest(limit, numbers_of(bits, size), key=lambda number: (stamps[number], doc_ids[number]))
