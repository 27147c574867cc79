"""Many needs in memory, against which one product is judged at a time: what they ask alike is answered once.

The rules are those of ``scoring``: a pair has the same score here and there.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from marketplace.foundation.index.analyzer import Word
from marketplace.matching import weights
from marketplace.matching.scoring import (
    Gist,
    Need,
    Offer,
    earns,
    parts_asked,
    possible,
    questions,
    related,
    score,
    task,
    verdicts,
    wording,
    words_said,
)
from marketplace.reference.comparing import Verdict

# Below this nobody looks; in hundredths.
LEAST_SCORE = 2000


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """What a need asks for one part: one object for all needs that ask the same, so that it is found by identity."""

    part: str
    asked: Any


class Line(NamedTuple):
    """A need made ready. ``possible``: the hundredths of points that it has to give."""

    need: Need
    questions: tuple[Question, ...]
    must: Question | None
    possible: int


class Fit(NamedTuple):
    """A match worth keeping, and what it is ordered by."""

    scenario_id: int
    product_id: int
    score: int
    open_questions: int


@dataclass
class Needs:
    """Needs, by what a product may have in common with them."""

    lines: dict[int, Line] = field(default_factory=dict)
    _by_category: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    # Each word of any need by what must stand in a text that contains it; and by weight, who has the word.
    _words: dict[str, dict[str, Word]] = field(default_factory=lambda: defaultdict(dict))
    _with_word: dict[int, dict[str, set[int]]] = field(
        default_factory=lambda: {weight: defaultdict(set) for weight in (weights.TITLE_WEIGHT, weights.TEXT_WEIGHT)}
    )
    _questions: dict[str, Question] = field(default_factory=dict)

    def add(self, need: Need) -> None:
        """Take in a need that is not there."""
        if need.exact:  # by its kind alone a product has something in common with no other
            for category in need.categories | need.named:
                self._by_category[category].add(need.id)
        for word, weight in need.words.values():
            self._with_word[weight][word.surface].add(need.id)
            for way in word.ways:
                self._words[way[0]][word.surface] = word
        asked = tuple([self._question(part, what) for part, what in questions(need)])
        must = next((each for each in asked if each.part == "must"), None)
        self.lines[need.id] = Line(need, asked, must, possible(parts_asked(need)))

    def drop(self, key: int) -> None:
        """Let go of a need, if it is there."""
        line = self.lines.pop(key, None)
        if line is not None:
            for category in line.need.categories | line.need.named:
                self._by_category[category].discard(key)
            for word, weight in line.need.words.values():
                self._with_word[weight][word.surface].discard(key)

    def fitting(self, offer: Offer) -> Iterator[Fit]:
        """The needs that the offer fits, as ``scoring.judge`` finds for each pair: what is listed and not too low."""
        answers: dict[Question, int] = {}
        musts: dict[Question, tuple[Verdict, ...]] = {}
        for (need, asked, must, whole), common in self._related(offer):
            found: tuple[Verdict, ...] = ()
            if must is not None:
                if must not in musts:
                    musts[must] = verdicts(must.asked, offer)
                found = musts[must]
                if "not_met" in found:
                    continue
            earned = task(need, common) + wording(need, offer)
            for question in asked:
                if question not in answers:
                    answers[question] = earns(question.part, question.asked, offer)
                earned += answers[question]
            if (points := score(earned, whole)) >= LEAST_SCORE:
                yield Fit(need.id, offer.id, points, found.count("unknown"))

    def concern(self, gist: Gist) -> bool:
        """Whether any need has something in common with it: no other offer fits one."""
        return any(True for _each in self._related(gist))

    def _related(self, gist: Gist) -> Iterator[tuple[Line, int]]:
        """The needs that have something in common with it, and the weight of the words; the others are most."""
        titles, texts = self._heard(gist)
        for key in {*titles, *texts, *self._by_category.get(gist.category, ())}:
            line, in_title = self.lines[key], titles.get(key, 0)
            common = in_title * weights.TITLE_WEIGHT + texts.get(key, 0) * weights.TEXT_WEIGHT
            if related(line.need, gist, common, by_title=in_title > 0):
                yield line, common

    def _question(self, part: str, asked: Any) -> Question:
        return self._questions.setdefault(f"{part} {asked}", Question(part, asked))

    def _heard(self, offer: Gist) -> tuple[Counter[int], Counter[int]]:
        """How many words of its title, and of its texts, the offer contains, of each need that has one."""
        near = {
            surface: word
            for token in offer.tokens & self._words.keys()
            for surface, word in self._words[token].items()
        }  # fmt: skip
        said = words_said(near.values(), offer)
        titles, texts = Counter[int](), Counter[int]()
        for counted, weight in ((titles, weights.TITLE_WEIGHT), (texts, weights.TEXT_WEIGHT)):
            having = self._with_word[weight]
            for surface in said:
                if surface in having:
                    counted.update(having[surface])
        return titles, texts
