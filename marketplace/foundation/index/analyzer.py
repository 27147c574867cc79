"""Cuts Chinese and mixed text into the words of the index, the same way for documents and for questions."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.metadata import version
from pathlib import Path

DATA = Path(__file__).parent / "data"
WORD_FREQUENCY = 20_000  # rjieba splits an added word again unless its frequency outweighs that of its parts
LATIN = "a-z0-9\u00df-\u024f\u0370-\u052f"
RUN = re.compile(rf"[{LATIN}]+(?:(?:[-_]|(?<=[0-9])\.(?=[0-9]))[{LATIN}]+)*")
JOINERS = re.compile("[-_]")
LETTERS = re.compile(r"[^0-9.\W_]{2,}")
REMEMBERED = 30_000  # characters; more than real texts have, less than what a hostile one could make us keep
LONE = re.compile("[\ud800-\udfff]")
DIGIT = re.compile("[0-9]")
LONGEST_JOIN = 24  # characters of a model name
LONGEST_TOKEN = 64  # characters; of longer runs only so many count


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a question: ``surface`` as normalised, and the token sets of which one must be found whole,
    the best evidence first. ``tokens`` are all its tokens for a question of which not every word has to match.
    """

    surface: str
    ways: tuple[tuple[str, ...], ...]
    tokens: tuple[str, ...]


class Analyzer:
    """rjieba in search mode with the trade dictionary; Latin and digit runs are cut by an own rule before it.

    ``words`` are added to the dictionary shipped with the package, or with ``shipped`` off are all of it. Threads may
    share an instance.
    """

    def __init__(self, words: Iterable[str] = (), *, shipped: bool = True) -> None:
        self._simplified = str.maketrans(_pairs("traditional_to_simplified.txt"))
        self._unchanged: set[str] = set()  # characters met so far that stay as they are
        self._folds: dict[str, str | None] = {}  # the others; None for one that combines with its neighbours
        own = {self.normalise(word) for word in words}
        self.words = tuple(sorted(own.union(shipped_words() if shipped else ())))
        self.stopwords = frozenset(word for line in _lines("stopwords.txt") for word in line.split())
        import rjieba  # its dictionary takes a tenth of a second: read when the first text is cut

        self._jieba = rjieba.Jieba()
        for word in self.words:
            self._jieba.add_word(word, WORD_FREQUENCY, "n")

    @property
    def identity(self) -> str:
        """Names the rules of cutting; an index of another identity cannot be searched with this analyzer."""
        return f"nfkc-lower-t2s-2/runs-1/rjieba-{version('rjieba')}-search"

    def normalise(self, text: str) -> str:
        """NFKC, lower case and Simplified characters. Not of the same length as ``text`` in general."""
        text = text.lower()
        for char in set(text) - self._unchanged:  # a text has few different characters: three times as fast as NFKC
            if char not in self._folds:
                self._learn(char)
            fold = self._folds.get(char, char)
            if fold is None:
                return unicodedata.normalize("NFKC", LONE.sub(" ", text)).lower().translate(self._simplified)
            text = text.replace(char, fold)
        return text

    def _learn(self, char: str) -> None:
        if unicodedata.category(char) == "Cs":  # half a character: nothing can be cut or written with it
            self._folds[char] = " "
            return
        fold = unicodedata.normalize("NFKC", char).lower().translate(self._simplified)
        if any(unicodedata.category(part) in ("Mn", "Mc", "Me") or "\u1100" <= part <= "\u11ff" for part in fold):
            self._folds[char] = None
        elif fold != char:
            self._folds[char] = fold
        else:
            if len(self._unchanged) >= REMEMBERED:
                self._unchanged.clear()
            self._unchanged.add(char)

    def index_tokens(self, text: str) -> list[str]:
        """All tokens of a document text, repetitions included."""
        text = self.normalise(text)
        tokens = [token for token in self._jieba.cut_for_search(RUN.sub(" ", text)) if token.isalnum()]
        for _, _, chain in _chain_spans(text):
            for position, run in enumerate(chain):
                tokens.extend(_run_tokens(run))
                sizes = [size for size in (2, 3) if _is_model(chain, position, size)]
                tokens.extend(_joined(chain[position : position + size]) for size in sizes)
        return tokens

    def starts(self, text: str) -> list[int]:
        """Where words begin in a normalised text, stop words and marks left out: where a person may begin to type."""
        found, position = [], 0
        for word in self._jieba.cut(text):
            if word[:1].isalnum() and word not in self.stopwords:  # goods-to-person is one word
                found.append(position)
            position += len(word)
        return found

    def query_words(self, text: str) -> list[Word]:
        """The words of a question, stop words dropped unless nothing else is left."""
        text = self.normalise(text)
        words: list[Word] = []
        position = 0
        for chain_start, chain_end, chain in _chain_spans(text):
            words.extend(self._han_words(text[position:chain_start]))
            words.extend(_model_words(chain))
            position = chain_end
        words.extend(self._han_words(text[position:]))
        unique = list({word.surface: word for word in words}.values())
        return [word for word in unique if word.surface not in self.stopwords] or unique

    def parts(self, word: Word) -> tuple[Word, ...]:
        """The words that a Chinese compound is made of, one after the other (焊接, 机器人); none of any other word."""
        if RUN.match(word.surface):
            return ()
        return tuple(Word(part, ((part,),), (part,)) for part in _laid(word.surface, word.tokens[1:]))

    def _han_words(self, text: str) -> Iterator[Word]:
        for surface in self._jieba.cut(text):
            if not surface.isalnum():
                continue
            parts = tuple(dict.fromkeys(t for t in self._jieba.cut_for_search(surface) if t != surface and t.isalnum()))
            ways = ((surface,), parts) if parts and _cover(surface, parts) else ((surface,),)
            yield Word(surface, ways, (surface, *parts))


@cache
def shipped_words() -> frozenset[str]:
    """The trade dictionary of the package."""
    return frozenset(word for line in _lines("robotics_words.txt") for word in line.split())


def dictionary(words: Iterable[str]) -> tuple[str, ...]:
    """The whole dictionary of a build made now: the shipped words and ``words``."""
    return tuple(sorted(shipped_words().union(map(shared_analyzer().normalise, words))))


@lru_cache(maxsize=2)  # the generation being searched and the one being built
def analyzer_of(words: tuple[str, ...]) -> Analyzer:
    """The analyzer whose whole dictionary is ``words``; 0.1 s and 32 MB each."""
    shared = shared_analyzer()
    return shared if words == shared.words else Analyzer(words, shipped=False)


@cache
def shared_analyzer() -> Analyzer:
    """The analyzer with the shipped dictionary: loads in 0.1 s and 32 MB, so once in a process."""
    return Analyzer()


def _lines(name: str) -> Iterator[str]:
    for line in (DATA / name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line


def _pairs(name: str) -> dict[str, str]:
    """The second character of each line by the first; a second one that is a first elsewhere is followed on."""
    pairs = {line[0]: line[1] for line in _lines(name)}
    return {old: pairs.get(new, new) for old, new in pairs.items()}


def _cover(surface: str, parts: Iterable[str]) -> bool:
    covered = [False] * len(surface)
    for part in parts:
        start = surface.find(part)
        while start >= 0:
            covered[start : start + len(part)] = [True] * len(part)
            start = surface.find(part, start + 1)
    return all(covered)


def _laid(surface: str, parts: Sequence[str]) -> tuple[str, ...]:
    """The fewest of ``parts`` that make up ``surface`` laid end to end, the longest last; () when they do not."""
    laid: dict[int, tuple[str, ...]] = {0: ()}  # by the place up to which they reach
    for place in range(1, len(surface) + 1):
        ways = [
            (*laid[place - len(part)], part)
            for part in parts
            if place - len(part) in laid and surface.startswith(part, place - len(part))
        ]
        if ways:
            laid[place] = min(ways, key=lambda way: (len(way), -len(way[-1])))
    return laid.get(len(surface), ())


def _chain_spans(text: str) -> Iterator[tuple[int, int, list[str]]]:
    """Runs with nothing but blanks between them, as (start, end, runs)."""
    start = end = 0
    chain: list[str] = []
    for match in RUN.finditer(text):
        gap = text[end : match.start()]
        if chain and (gap.strip() or "\n" in gap):
            yield start, end, chain
            chain = []
        if not chain:
            start = match.start()
        chain.append(match.group())
        end = match.end()
    if chain:
        yield start, end, chain


def _joined(runs: Iterable[str]) -> str:
    return JOINERS.sub("", "".join(runs))[:LONGEST_TOKEN]


def _pieces(run: str) -> list[str]:
    return [piece[:LONGEST_TOKEN] for piece in JOINERS.split(run) if piece]


def _run_tokens(run: str) -> set[str]:
    """``er12-4`` is found as written, joined, by its pieces and by its letters: er124, er12, 4, er."""
    pieces = _pieces(run)
    return {_joined((run,)), *pieces, *(letters for piece in pieces for letters in LETTERS.findall(piece))}


def _is_model(chain: list[str], position: int, size: int) -> bool:
    """Whether neighbours read as one model name: ``xarm 6``, ``kr 10 r1100``, ``mycobot pro 600``."""
    runs = chain[position : position + size]
    return (
        len(runs) == size
        and sum(map(len, runs)) <= LONGEST_JOIN
        and any(map(DIGIT.search, runs[1:]))
        and not runs[0][0].isdigit()
    )


def _model_words(chain: list[str]) -> Iterator[Word]:
    """A name and its number are one word of a question: together, or at least both of them."""
    position = 0
    while position < len(chain):
        size = _model_size(chain, position)
        runs = chain[position : position + size]
        joined = _joined(runs)
        pieces = tuple(dict.fromkeys(piece for run in runs for piece in _pieces(run)))
        if len(pieces) > 1:
            yield Word(joined, ((joined, *pieces), (joined,), pieces), (joined, *pieces))
        else:
            yield Word(joined, ((joined,),), (joined,))
        position += size


def _model_size(chain: list[str], position: int) -> int:
    if _is_model(chain, position, 3) and not DIGIT.search("".join(chain[position : position + 2])):
        return 3
    if _is_model(chain, position, 2) and not DIGIT.search(chain[position]):
        return 2
    return 1
