"""The judgement of one pair: must-haves first, then points part by part. Pure: the same pair gives the same answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import isqrt
from typing import Any

from marketplace.core.actor import PROVINCE
from marketplace.foundation.index.analyzer import Word, shared_analyzer
from marketplace.matching import weights
from marketplace.products.content import EVIDENCE_LEVEL
from marketplace.reference import catalogue, values
from marketplace.reference.comparing import Verdict

MOST_WORDS = 60  # of a need; a longer text says nothing new with its further words
MOST_TEXT = 4000  # characters of one text
TOP_LEVEL = max(EVIDENCE_LEVEL.values())
RUN = re.compile(r"[^\W_]+")
_FULL = {name: part.points * 100 for name, part in weights.PARTS.items()}


@dataclass(frozen=True, slots=True)
class Requirement:
    """One must-have of a need, as its content has it."""

    spec: str
    op: str
    value: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Aim:
    """What of a need says whether a product has anything in common with it. ``exact``: it says which sub-scenario of
    its domain it is; ``kinds``: the categories of product that it names or that usually do it. ``all_weight`` and
    ``pair_weight``: the sums of the weights of its words and of its pairs of characters, because every judgement asks
    for them.
    """

    id: int
    domain: str
    exact: bool
    kinds: frozenset[str]
    all_weight: int
    pair_weight: int


@dataclass(frozen=True, slots=True)
class Need(Aim):
    """What counts of a scenario. ``categories``: of the products that usually do it, those of its sub-scenario if it is
    exact, else of the whole domain; ``named``: those that it asks for by name. ``words``: surface → (word, weight), in
    the order of the text. ``title_pairs`` and ``text_pairs``: pairs of neighbouring characters, none twice.
    """

    subscenario: str
    categories: frozenset[str]
    named: frozenset[str]
    region: str
    payment: frozenset[str]
    requirements: tuple[Requirement, ...]
    words: Mapping[str, tuple[Word, int]]
    title_pairs: frozenset[str]
    text_pairs: frozenset[str]


@dataclass(frozen=True, slots=True)
class Gist:
    """What of a product says whether it has anything in common with a need. ``tokens``: of its public words."""

    id: int
    category: str
    domains: frozenset[str]
    tokens: frozenset[str]


@dataclass(frozen=True, slots=True)
class Offer(Gist):
    """What counts of a product. ``areas``: where it is served, as claimed; ``pairs``: of neighbouring characters of its
    public words; ``brevity``: what a shared pair counts, in ten-thousandths (``brevity_of``); ``claims``: spec →
    (value, level of evidence); ``piloted``: the sub-scenarios and domains of its verified pilots.
    """

    region: str
    areas: frozenset[str]
    ways: frozenset[str]
    claims: Mapping[str, tuple[Mapping[str, Any] | None, int]]
    pairs: frozenset[str]
    brevity: int
    piloted: frozenset[str]


@dataclass(frozen=True, slots=True)
class Judgement:
    """What was found of a pair.

    ``verdicts``: in the order of the need's must-haves. ``earned``: part → hundredths of points, only the parts that
    the need asks about. ``shared``: the words in common. ``related``: they have something in common at all.
    """

    verdicts: tuple[Verdict, ...]
    earned: Mapping[str, int]
    shared: frozenset[str]
    related: bool

    @property
    def excluded(self) -> bool:
        """A must-have is not met."""
        return "not_met" in self.verdicts

    @property
    def open_questions(self) -> int:
        """How many must-haves the product leaves unknown: what is to be asked before anything else."""
        return self.verdicts.count("unknown")

    @property
    def listed(self) -> bool:
        """Worth showing: nothing excludes it, and it has something in common with the need."""
        return self.related and not self.excluded

    @property
    def score(self) -> int:
        """Points earned of those that could be, as hundredths of a scale to 100."""
        return score(sum(self.earned.values()), possible(self.earned))


def judge(need: Need, offer: Offer) -> Judgement:
    """Judge one pair by the present rules (``weights.VERSION``)."""
    shared = words_said([word for word, _weight in need.words.values()], offer)
    weights_shared = [need.words[surface][1] for surface in shared]
    common, by_title = sum(weights_shared), weights.TITLE_WEIGHT in weights_shared
    earned = {part: earns(part, asked, offer) for part, asked in questions(need)}
    if need.all_weight:
        earned["task"] = task(need, common)
    if need.pair_weight:
        earned["wording"] = wording(need, pairs_held(need, offer), offer.brevity)
    return Judgement(
        verdicts(need.requirements, offer), earned, shared, related(need, offer, common, by_title=by_title)
    )


def score(earned: int, possible: int) -> int:
    """``earned`` of ``possible`` points, both in hundredths, as hundredths of a scale to 100, rounded down."""
    return earned * 10_000 // possible


def possible(parts: Iterable[str]) -> int:
    """The hundredths of points that these parts have together."""
    return sum([_FULL[part] for part in parts])


def parts_asked(need: Need) -> Iterator[str]:
    """The parts that the need asks about: those of every judgement of it."""
    yield from (part for part, _asked in questions(need))
    if need.all_weight:
        yield "task"
    if need.pair_weight:
        yield "wording"


def related(need: Aim, offer: Gist, common: int, *, by_title: bool) -> bool:
    """Whether they have anything in common. ``common``: the weight of the words of the need that the offer contains;
    ``by_title``: one of them stands in the need's title or sub-scenario."""
    if (need.exact or common) and offer.category in need.kinds:
        return True
    if by_title and need.domain in offer.domains:
        return True
    return common > 0 and common * 100 >= need.all_weight * weights.WORDS_LEAST


# ---- the parts that depend on what a need asks, whatever its words are ----------------------------------------------


def questions(need: Need) -> Iterator[tuple[str, Any]]:
    """(part, what the need asks of it): two needs that ask alike have the same answer from every offer."""
    yield "evidence", need.requirements
    if need.requirements:
        yield "must", need.requirements
    if need.named or need.categories:
        yield "category", (need.named, need.categories)
    if need.domain:
        yield "domain", need.domain
        yield "pilots", (need.subscenario or need.domain, need.domain)
    if need.region:
        yield "place", need.region
    if need.payment:
        yield "payment", need.payment


def earns(part: str, asked: Any, offer: Offer) -> int:
    """What the offer earns for one question, in hundredths of points."""
    return _part(part, *_SHARES[part](asked, offer))


def verdicts(requirements: Iterable[Requirement], offer: Offer) -> tuple[Verdict, ...]:
    """Whether the product meets each must-have; what it does not say is unknown."""
    return tuple([_verdict(each, offer) for each in requirements])


def _verdict(requirement: Requirement, offer: Offer) -> Verdict:
    claimed = offer.claims.get(requirement.spec)
    spec = catalogue.spec(requirement.spec)
    value = dict(claimed[0]) if claimed and claimed[0] is not None else None
    return values.compare(spec, value, requirement.op, dict(requirement.value))


def _must(requirements: Sequence[Requirement], offer: Offer) -> tuple[int, int]:
    return verdicts(requirements, offer).count("met"), len(requirements)


def _evidence(requirements: Sequence[Requirement], offer: Offer) -> tuple[int, int]:
    """Levels above mere declaration, and how many there could be; what is asked for and not claimed has none."""
    asked = {each.spec for each in requirements} or set(offer.claims)
    levels = sum(offer.claims[key][1] - 1 for key in asked if key in offer.claims)
    return levels, max(len(asked), 1) * (TOP_LEVEL - 1)


def _category(asked: tuple[frozenset[str], frozenset[str]], offer: Offer) -> tuple[int, int]:
    """Asked: the categories named, and those that are usual."""
    named, categories = asked
    usual = weights.BESIDE_NAMED if named else 100
    return 100 if offer.category in named else usual if offer.category in categories else 0, 100


def _domain(domain: str, offer: Offer) -> tuple[int, int]:
    return domain in offer.domains, 1


def _pilots(asked: tuple[str, str], offer: Offer) -> tuple[int, int]:
    """Asked: the sub-scenario, or else the domain; and the domain."""
    task, domain = asked
    return 100 if task in offer.piloted else weights.PILOT_IN_DOMAIN if domain in offer.piloted else 0, 100


def _place(region: str, offer: Offer) -> tuple[int, int]:
    """ "Own city" as a service area says no more than the seat."""
    if offer.areas & weights.AREAS_OF_ANHUI:
        return 100, 100
    if not offer.region:
        return 0, 100
    same_city = offer.region != PROVINCE and offer.region[:4] == region[:4]
    return 100 if same_city else weights.IN_PROVINCE, 100


def _payment(payment: frozenset[str], offer: Offer) -> tuple[int, int]:
    return any(offer.ways & weights.WAYS[way] for way in payment), 1


# Part → what of it is earned: (share, whole) for what a need asks and an offer.
_SHARES: Mapping[str, Callable[[Any, Offer], tuple[int, int]]] = {
    "evidence": _evidence, "must": _must, "category": _category, "domain": _domain, "pilots": _pilots, "place": _place,
    "payment": _payment,
}  # fmt: skip


# ---- the parts of the words -----------------------------------------------------------------------------------------


def task(need: Aim, common: int) -> int:
    """What the shared words earn, ``common`` being their weight; nothing where the need has none."""
    return _part("task", common * 100, need.all_weight * weights.WORDS_FULL) if need.all_weight else 0


def wording(need: Aim, held: int, brevity: int) -> int:
    """What the shared pairs of characters earn, ``held`` being their weight; nothing where the need has none."""
    return _part("wording", held * brevity, need.pair_weight * weights.WORDING_FULL * 100) if need.pair_weight else 0


def pairs_held(need: Need, offer: Offer) -> int:
    """The weight of the pairs of the need that the offer has."""
    title, text = offer.pairs & need.title_pairs, offer.pairs & need.text_pairs
    return len(title) * weights.TITLE_WEIGHT + len(text) * weights.TEXT_WEIGHT


def _part(name: str, share: int, whole: int) -> int:
    """Hundredths of points for ``share`` of ``whole``, never more than the part has."""
    full = _FULL[name]
    return full if share >= whole else share * full // whole


def need_words(title: str, texts: str) -> dict[str, tuple[Word, int]]:
    """The words that tell a need from others, those of its title first; common words and single signs left out."""
    analyzer = shared_analyzer()
    found: dict[str, tuple[Word, int]] = {}
    for text, weight in ((title, weights.TITLE_WEIGHT), (texts[:MOST_TEXT], weights.TEXT_WEIGHT)):
        for word in analyzer.query_words(text):
            if len(word.surface) > 1 and word.surface not in weights.COMMON_WORDS and not word.surface.isdigit():
                same = _one(word, weight)
                found.setdefault(same[0].surface, same)
    return dict(list(found.items())[:MOST_WORDS])


@lru_cache(maxsize=50_000)
def _one(word: Word, weight: int) -> tuple[Word, int]:
    """Of those that are equal always the same one: the needs in memory have most of their words in common."""
    return word, weight


def offer_tokens(text: str) -> frozenset[str]:
    """The tokens of a product's own words."""
    return frozenset(shared_analyzer().index_tokens(text[: MOST_TEXT * 2]))


def pairs_of(text: str) -> frozenset[str]:
    """The pairs of neighbouring letters and characters of a text, common words left out."""
    folded = shared_analyzer().normalise(text[: MOST_TEXT * 2])
    for word in weights.COMMON_WORDING:
        folded = folded.replace(word, " ")
    return frozenset([run[place : place + 2] for run in RUN.findall(folded) for place in range(len(run) - 1)])


def brevity_of(pairs: frozenset[str]) -> int:
    """What a shared pair of a text counts, in ten-thousandths: the longer a text, the more it shares by chance."""
    return isqrt(10_000**2 * weights.USUAL_PAIRS // max(len(pairs), weights.LEAST_PAIRS))


def words_said(words: Iterable[Word], offer: Gist) -> frozenset[str]:
    """Those of the words that the offer contains, in one of the ways to say them."""
    contains = offer.tokens.issuperset
    return frozenset([word.surface for word in words if any(contains(way) for way in word.ways)])
