"""Answers one question on one snapshot: plan, match, count, rank, sharpen."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from marketplace.foundation.index.analyzer import Analyzer
from marketplace.foundation.index.evaluator import Evaluator, Filters, Match, count
from marketplace.foundation.index.interface import FACETS, Hit, Key, SearchAnswer, SearchRequest, Synonyms, Texts
from marketplace.foundation.index.plan import Plan, Term, make_plan
from marketplace.foundation.index.ranking import Ranked, best, newest, strongest
from marketplace.foundation.index.rerank import WINDOW, rerank
from marketplace.foundation.index.snapshot import numbers_of
from marketplace.foundation.index.weighed import bits_of

FULL = 20  # hits; with as many, nothing that is merely related is looked for
FEW = 3  # hits; below it not every word has to match any more
PHRASE_CANDIDATES = 1_000  # texts read to verify a phrase


@dataclass(frozen=True, slots=True)
class Found:
    """The documents that match; ``pinned`` bears the number asked for. The others are as in ``SearchAnswer``."""

    matches: list[Match]
    pinned: Key | None = None
    approximate: bool = False
    unread: bool = False


class Answerer:
    """Lives for one question."""

    def __init__(self, evaluator: Evaluator, analyzer: Analyzer, texts: Texts) -> None:
        self._analyzer = analyzer
        self._texts = texts
        self._evaluator = evaluator
        self._holds: dict[Key, bool] = {}  # whether a text that was read has every phrase of the question

    def answer(self, request: SearchRequest, synonyms: Synonyms | None) -> SearchAnswer:
        if unknown := request.filters.keys() - set(FACETS):
            raise ValueError(f"not a facet: {sorted(unknown)}")
        plan = make_plan(request.text, self._analyzer, synonyms)
        self._evaluator.prepare(plan)
        filters = {facet: values for facet, values in request.filters.items() if values}
        found = self._match(plan, request)
        matches = found.matches if request.only is None else [_only(each, request.only) for each in found.matches]
        met, open_ = self._evaluator.judged(matches, request.conditions)
        matches = list(open_ if request.unknown else met)
        request = replace(request, filters=filters)
        ranked = self._rank(plan, matches, request, found.pinned)
        page = ranked[request.offset : request.offset + request.limit]
        return SearchAnswer(
            total=count(matches, filters),
            hits=tuple(Hit(*entry.key, entry.score) for entry in page),
            facets=self._evaluator.facets(matches, filters),
            approximate=found.approximate,
            unread=found.unread,
            terms=plan.terms,
            widened=plan.widened,
            unknown=count(open_, filters),
            related=self._related(plan, matches, request),
            wordless=bool(plan.text) and not plan.groups,
        )

    def _related(self, plan: Plan, matches: Sequence[Match], request: SearchRequest) -> tuple[Hit, ...]:
        """What has a word that tells something, behind a first page that is not full; none for phrases and numbers."""
        asked = request.related and request.sort == "relevance" and not request.offset and not request.unknown
        if not asked or plan.phrases or plan.number or not plan.loose or count(matches, request.filters) >= FULL:
            return ()
        telling = self._evaluator.telling(plan.loose)
        if not telling:
            return ()
        known = {match.place: match.bits for match in matches}
        any_of_them = self._evaluator.match_any(plan.loose, telling)
        some = [replace(match, bits=match.bits & ~known[match.place]) for match in any_of_them]
        met, _ = self._evaluator.judged(some, request.conditions)
        best_first = self._rank(plan, list(met), request, None)
        return tuple(Hit(*entry.key, entry.score) for entry in best_first[: request.related])

    def _match(self, plan: Plan, request: SearchRequest) -> Found:
        """The documents that match before all filters.

        Whether too few match is decided there, so that a count beside a filter comes true when the filter is chosen.
        """
        if not plan.groups:
            return Found(self._evaluator.match_all())
        if plan.number:
            matches, key = self._evaluator.match_number(plan.number, [Term(plan.terms[0])])
            if key:
                return Found(matches, key)
        matches = self._evaluator.match_every(plan.groups)
        if request.strict and request.only is not None:  # else one of them may lie behind the candidates for a phrase
            matches = [_only(match, request.only) for match in matches]
        found = self._verified(plan.phrases, matches)
        if request.strict or count(found.matches, {}) >= FEW:
            return found
        return self._loosened(plan, found)

    def _loosened(self, plan: Plan, strict: Found) -> Found:
        """Half of the weight of the words with every phrase; where even that finds nothing, without the phrases; and
        where that finds nothing, any word that tells anything.
        """
        half = self._evaluator.match_half(plan.loose)
        enough = count(strict.matches, {})
        held = self._verified(plan.phrases, half)
        if count(held.matches, {}) > enough:
            return replace(held, approximate=True)
        if enough:
            return strict
        if not count(half, {}):
            half = self._evaluator.match_any(plan.loose)
        return Found(half, approximate=count(half, {}) > 0)

    def _verified(self, phrases: Sequence[str], matches: list[Match]) -> Found:
        """Those whose text holds the phrases literally; only the best candidates are read."""
        if not phrases:
            return Found(matches)
        candidates = [entry.key for entry in self._best(matches, {}, PHRASE_CANDIDATES)]
        texts = self._texts([key for key in candidates if key not in self._holds])
        for key, text in texts.items():
            folded = " ".join(self._analyzer.normalise(text).split())
            self._holds[key] = all(phrase in folded for phrase in phrases)
        held = {key for key in candidates if self._holds.get(key)}
        return Found([_only(match, held) for match in matches], unread=count(matches, {}) > PHRASE_CANDIDATES)

    def _best(self, matches: Sequence[Match], filters: Filters, limit: int) -> list[Ranked]:
        return best(self._evaluator, matches, filters, limit)

    def _rank(self, plan: Plan, matches: list[Match], request: SearchRequest, pinned: Key | None) -> list[Ranked]:
        """The hits up to the end of the page asked for, or more."""
        end = request.offset + request.limit
        if request.sort == "evidence":
            return strongest(matches, request.filters, end)
        if request.sort == "newest" or not plan.groups:
            return newest(matches, request.filters, end)
        ranked = self._best(matches, request.filters, max(end, WINDOW))
        window = ranked[:WINDOW]
        texts = self._texts([entry.key for entry in window])
        raw = [texts.get(entry.key, "") for entry in window]
        asked = self._analyzer.normalise(request.spoken) or plan.text
        # Latin letters stand in every text: where the whole question is one such name, another wording says more.
        others = dict(plan.widened).get(plan.text, ()) if plan.text.isascii() else ()
        scores = rerank(asked, raw, [entry.score for entry in window], self._analyzer.normalise, others)
        window = [replace(entry, score=score) for entry, score in zip(window, scores, strict=True)]
        window.sort(key=lambda entry: (entry.key != pinned, *entry.order()))
        return window + ranked[WINDOW:]


def _only(match: Match, keys: AbstractSet[Key]) -> Match:
    segment = match.view.segment
    numbers = numbers_of(match.bits, segment.size)
    kept = array("I", (n for n in numbers if (segment.kinds[n], segment.doc_ids[n]) in keys))
    return replace(match, bits=bits_of(kept, segment.size))
