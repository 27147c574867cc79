"""Many needs in memory, against which one product is judged at a time: what they ask alike is answered once.

The rules are those of ``scoring``: a pair has the same score here and there.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, fields
from operator import attrgetter
from typing import Any, NamedTuple

from marketplace.foundation.index.analyzer import Word
from marketplace.matching import weights
from marketplace.matching.scoring import (
    Aim,
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

# Below this nobody looks; in hundredths.
LEAST_SCORE = 2000
_aim = attrgetter(*(each.name for each in fields(Aim)))


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """What a need asks for one part: one object for all needs that ask the same, so that it is found by identity."""

    part: str
    asked: Any


@dataclass(frozen=True, slots=True, eq=False)
class Questions:
    """Several of them, again one object for all needs that ask the same."""

    all: tuple[Question, ...]


class Answer(NamedTuple):
    """What an offer earns with some questions, in hundredths of points, and what it says to the must-haves in them."""

    earned: int
    excluded: bool
    open_questions: int


class Answers(dict[Questions, Answer]):
    """The answers of one offer, found when they are asked for."""

    def __init__(self, offer: Offer) -> None:
        super().__init__()
        self._offer = offer
        self._earned: dict[Question, int] = {}

    def __missing__(self, asked: Questions) -> Answer:
        must = next((each.asked for each in asked.all if each.part == "must"), ())
        found = verdicts(must, self._offer)
        excluded = "not_met" in found
        earned = 0 if excluded else sum(map(self._earns, asked.all))
        self[asked] = answer = Answer(earned, excluded, found.count("unknown"))
        return answer

    def _earns(self, question: Question) -> int:
        if question not in self._earned:
            self._earned[question] = earns(question.part, question.asked, self._offer)
        return self._earned[question]


class Line(NamedTuple):
    """A need made ready. What it asks of the place stands by itself: the rest is the same for many. ``possible``: the
    hundredths of points that it has to give."""

    aim: Aim
    place: Questions
    rest: Questions
    possible: int


# A match worth keeping: scenario, product, score and open questions. Millions are made: a named tuple takes ten times
# as long.
Fit = tuple[int, int, int, int]


def _lists() -> dict[str, list[int]]:
    return defaultdict(list)


@dataclass
class Needs:
    """Needs, by what a product may have in common with them. Lists of keys, because sets take four times as much."""

    lines: dict[int, Line] = field(default_factory=dict)
    _by_category: dict[str, list[int]] = field(default_factory=_lists)
    # Each word of any need by what must stand in a text that contains it.
    _words: dict[str, dict[str, Word]] = field(default_factory=lambda: defaultdict(dict))
    # Who has the word, and the pair of characters, as often as it weighs; and who has the word in its title.
    _with_word: dict[str, list[int]] = field(default_factory=_lists)
    _with_pair: dict[str, list[int]] = field(default_factory=_lists)
    _titled: dict[str, list[int]] = field(default_factory=_lists)
    # Of equal things one.
    _same: dict[Any, Any] = field(default_factory=dict)

    def add(self, need: Need) -> None:
        """Take in a need that is not there."""
        if need.exact:  # by its kind alone a product has something in common with no other
            for category in need.kinds:
                self._by_category[category].append(need.id)
        for word, weight in need.words.values():
            self._with_word[word.surface].extend([need.id] * weight)
            if weight == weights.TITLE_WEIGHT:
                self._titled[word.surface].append(need.id)
            for way in word.ways:
                self._words[way[0]][word.surface] = word
        for pairs, weight in ((need.title_pairs, weights.TITLE_WEIGHT), (need.text_pairs, weights.TEXT_WEIGHT)):
            for pair in pairs:
                self._with_pair[pair].extend([need.id] * weight)
        self.lines[need.id] = self._line(need)

    def _line(self, need: Need) -> Line:
        same = self._same.setdefault
        aim = Aim(*[same(each, each) if isinstance(each, frozenset) else each for each in _aim(need)])
        asked = [same(f"{part} {what}", Question(part, what)) for part, what in questions(need)]
        place = tuple([each for each in asked if each.part == "place"])
        rest = tuple([each for each in asked if each.part != "place"])
        return Line(aim, same(place, Questions(place)), same(rest, Questions(rest)), possible(parts_asked(need)))

    def drop(self, keys: Collection[int]) -> None:
        """Let go of needs, as far as they are there."""
        gone = self.lines.keys() & keys
        if gone:
            for key in gone:
                del self.lines[key]
            for by in (self._by_category, self._with_word, self._with_pair, self._titled):
                for having in by.values():
                    having[:] = [key for key in having if key not in gone]

    def fitting(self, offer: Offer) -> Iterator[Fit]:
        """The needs that the offer fits, as ``scoring.judge`` finds for each pair: what is listed and not too low."""
        answers, held, brevity = Answers(offer), _count(self._with_pair, offer.pairs), offer.brevity
        for (aim, place, rest, whole), common in self._related(offer):
            earned, excluded, open_questions = answers[rest]
            if not excluded:
                earned += answers[place].earned + task(aim, common) + wording(aim, held[aim.id], brevity)
                if (points := score(earned, whole)) >= LEAST_SCORE:
                    yield aim.id, offer.id, points, open_questions

    def concern(self, gist: Gist) -> bool:
        """Whether any need has something in common with it: no other offer fits one."""
        return any(True for _each in self._related(gist))

    def _related(self, gist: Gist) -> Iterator[tuple[Line, int]]:
        """The needs that have something in common with it, and the weight of the words; the others are most."""
        said, lines = self._said(gist), self.lines
        heard = _count(self._with_word, said)
        titled = set[int]().union(*[self._titled[each] for each in self._titled.keys() & said])
        for key in {*heard, *self._by_category.get(gist.category, ())}:
            line, common = lines[key], heard[key]
            if related(line.aim, gist, common, by_title=key in titled):
                yield line, common

    def _said(self, gist: Gist) -> frozenset[str]:
        """The words of any need that it contains."""
        near = {
            surface: word
            for token in gist.tokens & self._words.keys()
            for surface, word in self._words[token].items()
        }  # fmt: skip
        return words_said(near.values(), gist)


def _count(having: dict[str, list[int]], found: Iterable[str]) -> Counter[int]:
    """How often each key stands in the lists of what was found."""
    counted = Counter[int]()
    for each in having.keys() & found:
        counted.update(having[each])
    return counted
