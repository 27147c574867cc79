"""Turns a question into what has to be found: words, their other wordings, phrases and an object number."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from marketplace.foundation.index.amounts import apart, writings
from marketplace.foundation.index.analyzer import Analyzer, Word
from marketplace.foundation.index.interface import Synonyms
from marketplace.foundation.index.plurals import forms, singular

PHRASE = re.compile('["“”「」『』]([^"“”「」『』]{2,})["“”「」『』]')
LONGEST_QUESTION = 400  # characters; the rest is not looked at
APART = 0.5  # what the parts of another wording weigh where they do not stand together
LONGEST_NAME = 4  # words of the question that may be one name together: mobile robot
HAN = re.compile("[\u3400-\u9fff]+")
GLUED = re.compile("(.*[0-9])([a-z]{2,})")  # m20pro, which the texts write M20 Pro
OBJECT_NUMBER = re.compile("([a-z]{1,4})-?([0-9]{4})-?([0-9]{4,8})")  # typed with or without its hyphens


@dataclass(frozen=True, slots=True)
class Term:
    token: str


@dataclass(frozen=True, slots=True)
class Every:
    """All of the nodes; scores add up."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Spread:
    """All of the nodes, which are the parts of one word or name: they weigh as one, by the mean of their scores.

    ``share``: how much of that counts.
    """

    nodes: tuple[Node, ...]
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class Either:
    """Any of the nodes; the best score counts."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class First:
    """Any of the nodes; the first that matches a document gives the score."""

    nodes: tuple[Node, ...]


Node = Term | Every | Spread | Either | First


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
    """The plan of a question. Synonyms are asked for every word, for words that may be one name together, and for the
    parts of a compound that has none itself.
    """
    text = " ".join(text.split())[:LONGEST_QUESTION]
    whole = analyzer.normalise(text)
    reading = _Reading(whole, analyzer, synonyms)
    groups = reading.groups(analyzer.query_words(apart(whole)), LONGEST_NAME)
    return Plan(
        text=whole,
        groups=tuple(dict.fromkeys(groups)),
        loose=tuple(reading.loose),
        phrases=tuple(" ".join(phrase.split()) for phrase in PHRASE.findall(whole)),
        number="-".join(met.groups()) if (met := OBJECT_NUMBER.fullmatch(whole)) else "",
        terms=tuple(reading.terms),
        widened=tuple(reading.widened.items()),
    )


@dataclass(frozen=True, slots=True)
class _Name:
    """Words of a question that are read as one, in the wordings of ``others``. ``whole``: the word of the dictionary
    that they are when they stand together; ``amounts``: other writings of the amount that they are.
    """

    words: Sequence[Word]
    whole: Word | None
    others: Sequence[str]
    amounts: Sequence[str]


class _Reading:
    """Reads the words of one question; what it met on the way is kept beside."""

    def __init__(self, text: str, analyzer: Analyzer, synonyms: Synonyms | None) -> None:
        self._text = text
        self._analyzer = analyzer
        self._synonyms = synonyms
        self.terms: dict[str, None] = {}
        self.loose: dict[Node, None] = {}
        self.widened: dict[str, tuple[str, ...]] = {}

    def groups(self, words: Sequence[Word], longest: int) -> list[Node]:
        """What has to be found of these words, of which up to ``longest`` may be one name."""
        return [self._group(name) for name in self._names(words, longest)]

    def _names(self, words: Sequence[Word], longest: int) -> Iterator[_Name]:
        """The words one by one, or several as one name where that means more, the longest name first."""
        position = 0
        while position < len(words):
            for size in range(min(longest, len(words) - position), 0, -1):
                name = self._name(words[position : position + size])
                if name.whole or name.others or name.amounts:
                    break
            yield name
            position += len(name.words)

    def _name(self, words: Sequence[Word]) -> _Name:
        written, others = written_together(words), self._others(words)
        if len(words) == 1:
            return _Name(words, words[0], others, writings(written))
        joined = self._analyzer.query_words(written) if HAN.fullmatch(written) and written not in self._text else ()
        whole = joined[0] if len(joined) == 1 and joined[0].surface == written else None
        return _Name(words, whole, others, writings(written))

    def _others(self, words: Sequence[Word]) -> Sequence[str]:
        """The synonyms of a name, or of the singular that it is the plural of, that one included."""
        if not self._synonyms:
            return ()
        written = written_together(words)
        if others := self._synonyms(written):
            return others
        one = singular(words[-1].surface)
        single = written.removesuffix(words[-1].surface) + one
        others = self._synonyms(single) if one != words[-1].surface else ()
        return [single, *others] if others else ()

    def _group(self, name: _Name) -> Node:
        """A compound, or words that could be one, or else all of its parts; or another wording of it."""
        if name.others:
            self.widened[written_together(name.words)] = tuple(name.others)
        others = [node for text in (*name.others, *name.amounts) if (node := self._wording(text))]
        parts = self._parts(name)
        if not name.whole:
            self._note(name.words)
            own = _every([self._node(word) for word in name.words])
            self.loose.update(dict.fromkeys(_either([self._alone(word), *others]) for word in name.words))
        elif not parts:
            self._note([name.whole])
            own = self._node(name.whole)
            self.loose[_either([self._alone(name.whole), *others])] = None
            self.loose.update(dict.fromkeys(map(Term, name.whole.tokens[1:])))
        else:
            self.terms[name.whole.surface] = None
            self.loose[_either([Term(name.whole.surface), *others])] = None
            # With wordings of its own a name is not widened by those of its parts.
            within = _Reading(self._text, self._analyzer, None) if others else self
            own = First((Term(name.whole.surface), _spread(within.groups(parts, len(parts) - 1))))
            self.loose.update(within.loose)
            self.terms.update(within.terms)
        return _either([own, *others])

    def _parts(self, name: _Name) -> Sequence[Word]:
        if len(name.words) > 1:
            return name.words
        return self._analyzer.parts(name.words[0]) if not name.amounts else ()

    def _wording(self, text: str) -> Node | None:
        """Another wording as it is, without the synonyms of its words."""
        words = self._analyzer.query_words(text)
        self._note(words)
        if words:
            self.terms[self._analyzer.normalise(text)] = None
        return _spread([self._whole(word) for word in words]) if words else None

    def _whole(self, word: Word) -> Node:
        """A word of another wording: a compound in one piece, or less likely in parts that stand everywhere."""
        if parts := self._analyzer.parts(word):
            return First((Term(word.surface), Spread(tuple(Term(part.surface) for part in parts), APART)))
        return self._node(word)

    def _note(self, words: Iterable[Word]) -> None:
        """Remember what is to be marked in the texts."""
        for word in words:
            told = (term for term in word.tokens if len(term) > 1)
            self.terms.update(dict.fromkeys([word.surface, *told, *forms(word.surface)]))

    def _node(self, word: Word) -> Node:
        """A word by itself: whole or in its parts, in the singular or the plural, a model number as it may be cut."""
        if parts := self._analyzer.parts(word):
            return First((Term(word.surface), _spread([Term(part.surface) for part in parts])))
        ways = [_every([Term(token) for token in way]) for way in word.ways]
        if met := GLUED.fullmatch(word.surface):
            ways.append(Spread((Term(met[1]), Term(met[2]))))
        own = First(tuple(ways)) if len(ways) > 1 else ways[0]
        return _either([own, *map(Term, forms(word.surface)[1:])])

    def _alone(self, word: Word) -> Node:
        return _either(list(map(Term, dict.fromkeys([word.tokens[0], *forms(word.surface)]))))


def written_together(words: Sequence[Word]) -> str:
    """Words as they are written together: 四足机器人, but mobile robot."""
    text = ""
    for word in words:
        text += f" {word.surface}" if text[-1:].isascii() and word.surface[:1].isascii() and text else word.surface
    return text


def _every(nodes: Sequence[Node]) -> Node:
    return nodes[0] if len(nodes) == 1 else Every(tuple(nodes))


def _spread(nodes: Sequence[Node]) -> Node:
    return nodes[0] if len(nodes) == 1 else Spread(tuple(nodes))


def _either(nodes: Sequence[Node]) -> Node:
    flat = tuple(dict.fromkeys(one for node in nodes for one in (node.nodes if isinstance(node, Either) else (node,))))
    return flat[0] if len(flat) == 1 else Either(flat)
