"""Turns a question into what has to be found: words, their other wordings, phrases and an object number."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from marketplace.foundation.index.analyzer import Analyzer, Word
from marketplace.foundation.index.interface import Synonyms

PHRASE = re.compile('["“”「」『』]([^"“”「」『』]{2,})["“”「」『』]')
LONGEST_QUESTION = 400  # characters; the rest is not looked at
LONGEST_NAME = 4  # words of the question that may be one name together: mobile robot
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
    widened: tuple[tuple[str, tuple[str, ...]], ...] = ()


def make_plan(text: str, analyzer: Analyzer, synonyms: Synonyms | None = None) -> Plan:
    """The plan of a question. Synonyms are asked for every word and for words that may be one name together."""
    text = " ".join(text.split())[:LONGEST_QUESTION]
    whole = analyzer.normalise(text)
    words = analyzer.query_words(text)
    terms = [term for word in words for term in (word.surface, *word.tokens) if len(term) > 1 or term == word.surface]
    groups: list[Node] = []
    loose: dict[Node, None] = {}
    widened: list[tuple[str, tuple[str, ...]]] = []
    for name, phrases in _names(words, synonyms):
        others = _wordings(phrases, analyzer, terms)
        groups.append(_either([_every([_node(word) for word in name]), *others]))
        for word in name:
            loose[_either([Term(word.tokens[0]), *others])] = None
            loose.update(dict.fromkeys(map(Term, word.tokens[1:])))
        if phrases:
            widened.append((_written(name), tuple(phrases)))
    return Plan(
        text=whole,
        groups=tuple(dict.fromkeys(groups)),
        loose=tuple(loose),
        phrases=tuple(" ".join(phrase.split()) for phrase in PHRASE.findall(whole)),
        number=whole if OBJECT_NUMBER.fullmatch(whole) else "",
        terms=tuple(dict.fromkeys(terms)),
        widened=tuple(widened),
    )


def _names(words: Sequence[Word], synonyms: Synonyms | None) -> Iterator[tuple[Sequence[Word], Sequence[str]]]:
    """The words one by one, or several as one name where that name has synonyms, the longest name first."""
    position = 0
    while position < len(words):
        for size in range(min(LONGEST_NAME, len(words) - position), 0, -1):
            name = words[position : position + size]
            others = synonyms(_written(name)) if synonyms else ()
            if others or size == 1:
                yield name, others
                position += size
                break


def _written(name: Sequence[Word]) -> str:
    """Words as they are written together: 四足机器人, but mobile robot."""
    text = ""
    for word in name:
        text += f" {word.surface}" if text[-1:].isascii() and word.surface[:1].isascii() and text else word.surface
    return text


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
