"""The judgement of one pair: must-haves first, then points part by part. Pure: the same pair gives the same answer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Requirement:
    """One must-have of a need, as its content has it."""

    spec: str
    op: str
    value: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Need:
    """What counts of a scenario. ``categories``: of the products that usually do it; ``exact``: they are those of its
    sub-scenario, not of the whole domain; ``named``: those that it asks for by name. ``words``: surface → (word,
    weight), in the order of the text; their surfaces and the sum of their weights stand beside, because every judgement
    asks for them. ``title_pairs`` and ``text_pairs``: pairs of neighbouring characters, none in both.
    """

    id: int
    domain: str
    subscenario: str
    categories: frozenset[str]
    named: frozenset[str]
    region: str
    payment: frozenset[str]
    requirements: tuple[Requirement, ...]
    words: Mapping[str, tuple[Word, int]]
    surfaces: frozenset[str]
    all_weight: int
    title_pairs: frozenset[str]
    text_pairs: frozenset[str]

    @property
    def exact(self) -> bool:
        """It says which sub-scenario of its domain it is."""
        return bool(self.subscenario)


@dataclass(frozen=True, slots=True)
class Offer:
    """What counts of a product. ``areas``: where it is served, as claimed; ``tokens`` and ``pairs`` (of neighbouring
    characters): of its public words; ``claims``: spec → (value, level of evidence); ``piloted``: the sub-scenarios and
    domains of its verified pilots."""

    id: int
    category: str
    domains: frozenset[str]
    region: str
    areas: frozenset[str]
    ways: frozenset[str]
    claims: Mapping[str, tuple[Mapping[str, Any] | None, int]]
    tokens: frozenset[str]
    pairs: frozenset[str]
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
        """Points earned of those that could be, as hundredths of a scale to 100, rounded down."""
        return sum(self.earned.values()) * 100 // sum(weights.PARTS[part].points for part in self.earned)


def judge(need: Need, offer: Offer, said: frozenset[str] | None = None) -> Judgement:
    """Judge one pair by the present rules (``weights.VERSION``).

    ``said``: which of the need's words the offer contains, where that is known already (``words_said``).
    """
    if said is None:
        said = words_said([word for word, _weight in need.words.values()], offer)
    verdicts = tuple([verdict(each, offer) for each in need.requirements])
    shared = need.surfaces & said
    common, total = sum([need.words[surface][1] for surface in shared]), need.all_weight
    same_domain = need.domain in offer.domains
    earned = {"evidence": _part("evidence", *_evidence(need, offer))}
    if verdicts:
        earned["must"] = _part("must", verdicts.count("met"), len(verdicts))
    if total:
        earned["task"] = _part("task", common * 100, total * weights.WORDS_FULL)
    earned.update(_wording(need, offer))
    earned.update(_kind(need, offer))
    if need.domain:
        earned["domain"] = _part("domain", same_domain, 1)
        earned["pilots"] = _part("pilots", _piloted(need, offer), 100)
    if need.region:
        earned["place"] = _part("place", _nearness(need, offer), 100)
    if need.payment:
        earned["payment"] = _part("payment", any(offer.ways & weights.WAYS[way] for way in need.payment), 1)
    return Judgement(verdicts, earned, shared, related(need, offer, shared))


def related(need: Need, offer: Offer, shared: frozenset[str]) -> bool:
    """Whether they have anything in common, ``shared`` being the words of the need that the offer contains."""
    if (need.exact or shared) and (offer.category in need.categories or offer.category in need.named):
        return True
    if not shared:
        return False
    words = [need.words[surface][1] for surface in shared]
    by_title = need.domain in offer.domains and weights.TITLE_WEIGHT in words
    return by_title or sum(words) * 100 >= need.all_weight * weights.WORDS_LEAST


def _part(name: str, share: int, whole: int) -> int:
    """Hundredths of points for ``share`` of ``whole``, never more than the part has."""
    return min(share, whole) * weights.PARTS[name].points * 100 // whole


def _wording(need: Need, offer: Offer) -> dict[str, int]:
    """The part of the pairs of characters, where the need has any."""
    title, text = need.title_pairs, need.text_pairs
    whole = len(title) * weights.TITLE_WEIGHT + len(text) * weights.TEXT_WEIGHT
    if not whole:
        return {}
    common = len(title & offer.pairs) * weights.TITLE_WEIGHT + len(text & offer.pairs) * weights.TEXT_WEIGHT
    return {"wording": _part("wording", common * 100, whole * weights.WORDING_FULL)}


def _kind(need: Need, offer: Offer) -> dict[str, int]:
    """The part of the category, where the need names one or says its domain."""
    if not need.named and not need.categories:
        return {}
    usual = weights.BESIDE_NAMED if need.named else 100
    share = 100 if offer.category in need.named else usual if offer.category in need.categories else 0
    return {"category": _part("category", share, 100)}


def _piloted(need: Need, offer: Offer) -> int:
    """In percent. A need without sub-scenario asks for its domain."""
    if (need.subscenario or need.domain) in offer.piloted:
        return 100
    return weights.PILOT_IN_DOMAIN if need.domain in offer.piloted else 0


def verdict(requirement: Requirement, offer: Offer) -> Verdict:
    """Whether the product meets one must-have; what it does not say is unknown."""
    claimed = offer.claims.get(requirement.spec)
    spec = catalogue.spec(requirement.spec)
    value = dict(claimed[0]) if claimed and claimed[0] is not None else None
    return values.compare(spec, value, requirement.op, dict(requirement.value))


def need_words(title: str, texts: str) -> dict[str, tuple[Word, int]]:
    """The words that tell a need from others, those of its title first; common words and single signs left out."""
    analyzer = shared_analyzer()
    found: dict[str, tuple[Word, int]] = {}
    for text, weight in ((title, weights.TITLE_WEIGHT), (texts[:MOST_TEXT], weights.TEXT_WEIGHT)):
        for word in analyzer.query_words(text):
            if len(word.surface) > 1 and word.surface not in weights.COMMON_WORDS and not word.surface.isdigit():
                found.setdefault(word.surface, (word, weight))
    return dict(list(found.items())[:MOST_WORDS])


def offer_tokens(text: str) -> frozenset[str]:
    """The tokens of a product's own words."""
    return frozenset(shared_analyzer().index_tokens(text[: MOST_TEXT * 2]))


def pairs_of(text: str) -> frozenset[str]:
    """The pairs of neighbouring letters and characters of a text, common words left out."""
    folded = shared_analyzer().normalise(text[: MOST_TEXT * 2])
    for word in weights.COMMON_WORDING:
        folded = folded.replace(word, " ")
    return frozenset(run[place : place + 2] for run in RUN.findall(folded) for place in range(len(run) - 1))


def words_said(words: Iterable[Word], offer: Offer) -> frozenset[str]:
    """Those of the words that the offer contains, in one of the ways to say them."""
    contains = offer.tokens.issuperset
    return frozenset([word.surface for word in words if any(contains(way) for way in word.ways)])


def _evidence(need: Need, offer: Offer) -> tuple[int, int]:
    """Levels above mere declaration, and how many there could be; what is asked for and not claimed has none."""
    asked = {each.spec for each in need.requirements} or set(offer.claims)
    levels = sum(offer.claims[key][1] - 1 for key in asked if key in offer.claims)
    return levels, max(len(asked), 1) * (TOP_LEVEL - 1)


def _nearness(need: Need, offer: Offer) -> int:
    """In percent. "Own city" as a service area says no more than the seat."""
    if offer.areas & weights.AREAS_OF_ANHUI:
        return 100
    if not offer.region:
        return 0
    same_city = offer.region != PROVINCE and offer.region[:4] == need.region[:4]
    return 100 if same_city else weights.IN_PROVINCE
