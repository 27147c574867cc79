"""Turns a question into what has to be found: words, their other wordings, phrases and an object number."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from marketplace.foundation.index.analyzer import Analyzer, Word
from marketplace.foundation.index.interface import Synonyms

PHRASE = re.compile('["“”「」『』]([^"“”「」『』]{2,})["“”「」『』]')
LONGEST_QUESTION = 400  # characters; the rest is not looked at
OBJECT_NUMBER = re.compile("[a-z]{1,4}-[0-9]{4}-[0-9]{4,8}")


@dataclass(frozen=True, slots=True)
class Term:
    token: str


@dataclass(frozen=True, slots=True)
class Every:
    """All of the nodes; scores add up."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """Any of the nodes; the best score counts."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class First:
    """Any of the nodes; the first that matches a document gives the score."""

    nodes: tuple[Node, ...]


Node = Term | Every | Either | First


@dataclass(frozen=True, slots=True)
class Plan:
    """``groups`` must all match; ``loose`` are the finer tokens of which half the weight is enough when too few do.

    ``phrases`` are normalised and must occur literally; ``number`` is a normalised object number or "".
    """

    text: str
    groups: tuple[Node, ...]
    loose: tuple[Node, ...]
    phrases: tuple[str, ...]
    number: str
    terms: tuple[str, ...]


def make_plan(text: str, analyzer: Analyzer, synonyms: Synonyms | None = None) -> Plan:
    """The plan of a question. Synonyms are asked for every word and, of several words, for the whole question."""
    text = " ".join(text.split())[:LONGEST_QUESTION]
    whole = analyzer.normalise(text)
    words = analyzer.query_words(text)
    terms = [term for word in words for term in (word.surface, *word.tokens) if len(term) > 1 or term == word.surface]
    groups: list[Node] = []
    loose: dict[Node, None] = {}
    for word in words:
        others = _wordings(synonyms(word.surface) if synonyms else (), analyzer, terms)
        groups.append(_either([_node(word), *others]))
        loose[_either([Term(word.tokens[0]), *others])] = None
        loose.update(dict.fromkeys(map(Term, word.tokens[1:])))
    if synonyms and len(words) > 1 and (others := _wordings(synonyms(whole), analyzer, terms)):
        groups = [Either((Every(tuple(groups)), *others))]
        loose = dict.fromkeys([*loose, *others])
    return Plan(
        text=whole,
        groups=tuple(dict.fromkeys(groups)),
        loose=tuple(loose),
        phrases=tuple(" ".join(phrase.split()) for phrase in PHRASE.findall(whole)),
        number=whole if OBJECT_NUMBER.fullmatch(whole) else "",
        terms=tuple(dict.fromkeys(terms)),
    )


def _wordings(phrases: Sequence[str], analyzer: Analyzer, terms: list[str]) -> list[Node]:
    nodes: list[Node] = []
    for phrase in phrases:
        words = analyzer.query_words(phrase)
        if words:
            nodes.append(_every([_node(word) for word in words]))
            terms.extend(word.surface for word in words)
            terms.append(analyzer.normalise(phrase))
    return nodes


def _node(word: Word) -> Node:
    ways = tuple(_every([Term(token) for token in way]) for way in word.ways)
    return ways[0] if len(ways) == 1 else First(ways)


def _every(nodes: Sequence[Node]) -> Node:
    return nodes[0] if len(nodes) == 1 else Every(tuple(nodes))


def _either(nodes: Sequence[Node]) -> Node:
    unique = tuple(dict.fromkeys(nodes))
    return unique[0] if len(unique) == 1 else Either(unique)
