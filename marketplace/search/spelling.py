"""What may have been meant: words by their pinyin or initials, and words one typing error away.

Asked only where a question found next to nothing; what is proposed is shown as a proposal, never searched silently.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

import sqlalchemy as sa

from marketplace.foundation.db import db, transaction
from marketplace.foundation.index.analyzer import shared_analyzer
from marketplace.foundation.leisure import paced
from marketplace.search import suggesting
from marketplace.search.models import SpellingKey
from marketplace.search.pinyin import initials, pinyin
from marketplace.vocabulary.queries import thesaurus

HAN = re.compile("[\u3400-\u9fff]{2,8}")
ONE_CHARACTER = re.compile("[\u3400-\u9fff]")
LATIN = re.compile("[a-z]{3,24}")
MODEL = re.compile("(?=.*[a-z])(?=.*[0-9])[a-z0-9]{3,24}")
LETTERS = "abcdefghijklmnopqrstuvwxyz"
# Latin letters; of fewer, every other one is another word, and only two that changed places make one of the trade.
SHORTEST_MISTYPED = 4
TYPED_PINYIN = re.compile("[a-z]{2,40}")
MOST_WORDS = 30_000  # of the public texts, the most frequent
LONGEST_SPAN = 4  # words of a question that may be one word mistyped: what is no word is cut into characters
PORTION = 500  # words of one transaction
READINGS = 3  # words that a pinyin or its initials stands for
PROPOSED = 3  # corrections tried
MOST_READ = 4  # Latin words of a question that are looked up as pinyin
# Which proposal is the likelier one: it sounds the same, is one typing error away, begins as typed, or is the pinyin
# that is one typing error away.
SOUNDS, MISTYPED, BEGUN, MISREAD = range(4)
# What a key is: the word itself, its pinyin, its initials, the word with one character left out (or none).
ITSELF, SOUND, INITIALS, LEFT_OUT = "w", "p", "i", "d"


def renew(found: Mapping[str, int], *, anew: bool = False) -> None:
    """Bring the words up to date: those that came, went, or are in more or fewer documents than when last written.

    In portions, each a transaction of its own that holds a word's keys whole, so that nobody waits long for the
    writer's place. ``found``: words of the public texts with their documents. ``anew``: also those that did not change.
    """
    words = [word for word in paced(found) if HAN.fullmatch(word) or LATIN.fullmatch(word)]
    kept = {word: found[word] for word in sorted(words, key=lambda word: (-found[word], word))[:MOST_WORDS]}
    itself = sa.select(SpellingKey.word, SpellingKey.documents).where(SpellingKey.key == ITSELF + SpellingKey.word)
    written = dict(db.session.execute(itself).all())
    changed = iter([word for word in kept.keys() | written.keys() if anew or kept.get(word) != written.get(word)])
    while portion := list(islice(paced(changed), PORTION)):
        rows = [{"key": key[:64], "word": word, "documents": kept[word]}
                for word in portion if word in kept for key in _keys(word)]  # fmt: skip
        with transaction():
            db.session.execute(sa.delete(SpellingKey).where(SpellingKey.word.in_(portion)))
            if rows:
                db.session.execute(sa.insert(SpellingKey), rows)


def _keys(word: str) -> Iterator[str]:
    yield ITSELF + word
    if HAN.fullmatch(word):
        yield SOUND + pinyin(word)
        yield INITIALS + initials(word)
    if len(word) > 2:
        yield from (LEFT_OUT + left for left in _left_out(word))


def _left_out(word: str) -> set[str]:
    return {word, *(word[:place] + word[place + 1 :] for place in range(len(word)))}


def _words_under(keys: Iterable[str]) -> dict[str, list[tuple[str, int]]]:
    """Key → words under it with their documents, the most frequent first."""
    found: dict[str, list[tuple[str, int]]] = defaultdict(list)
    select = sa.select(SpellingKey.key, SpellingKey.word, SpellingKey.documents).where(SpellingKey.key.in_(set(keys)))
    for key, word, documents in db.session.execute(select.order_by(SpellingKey.documents.desc(), SpellingKey.word)):
        found[key].append((word, documents))
    return found


def readings(text: str) -> dict[str, list[str]]:
    """Latin words of a question that no public text has, and several of them together → what they are the pinyin of:
    Chinese words, or the beginnings of words in the names of what is public.
    """
    typed = _typed_pinyin(text)
    keys = {spoken: "".join(spoken.split()) for spoken in typed}
    found = _words_under(kind + key for key in keys.values() for kind in (ITSELF, SOUND, INITIALS)) if keys else {}
    read = {}
    for spoken, key in keys.items():
        if ITSELF + key in found:
            continue
        words = [word for word, _ in (found.get(SOUND + key) or found.get(INITIALS + key) or ())]
        if meant := [*words[:READINGS], *suggesting.names_read(key)]:
            read[spoken] = list(dict.fromkeys(meant))
    return read


def spoken(text: str, read: Mapping[str, Sequence[str]]) -> str:
    """A question with the likeliest of these readings in the place of the letters."""
    text = shared_analyzer().normalise(text)
    for letters in sorted(read, key=len, reverse=True):
        text = text.replace(letters, read[letters][0])
    return text


def _typed_pinyin(text: str) -> list[str]:
    """Latin words, then all those that follow each other together: keda, xunfei, keda xunfei."""
    runs: list[list[str]] = [[]]
    for word in shared_analyzer().query_words(text):
        if TYPED_PINYIN.fullmatch(word.surface):
            runs[-1].append(word.surface)
        elif runs[-1]:
            runs.append([])
    singles = [word for run in runs for word in run]
    together = [" ".join(run[:MOST_READ]) for run in runs if len(run) > 1]
    return [*singles[:MOST_READ], *together[:MOST_READ]]


def corrections(text: str) -> list[str]:
    """Other spellings of a question, the likeliest first: one word of it sounds the same, differs in one place, is only
    the beginning of one, or is the pinyin of one with a typing error; words that begin with a character alone.
    """
    whole = shared_analyzer().normalise(text)
    if ONE_CHARACTER.fullmatch(whole):
        return suggesting.words_begun(whole)[:PROPOSED]
    spans = [span for span in _spans(text) if span in whole]
    asked = {span: _asked(span) for span in spans}
    found = _words_under(key for keys in asked.values() for key in keys)
    proposals: list[tuple[tuple[int, int, int], str]] = []
    for span, keys in asked.items():
        if found.get(ITSELF + span):  # it is a word
            continue
        for key, how in keys.items():
            for word, documents in found.get(key, ()):
                if word != span and (how != MISTYPED or _one_apart(span, word)):
                    proposals.append(((-len(span), how, -documents), whole.replace(span, word, 1)))
        if not HAN.fullmatch(span):
            begun = suggesting.names_begun(span)
            proposals += [((-len(span), BEGUN, 0), whole.replace(span, word, 1)) for word in begun]
    return list(dict.fromkeys(proposal for _, proposal in sorted(proposals)))[:PROPOSED]


def _spans(text: str) -> Iterator[str]:
    words = [each.surface for each in shared_analyzer().query_words(text)]
    for size in range(1, LONGEST_SPAN + 1):
        for place in range(len(words) - size + 1):
            span = "".join(words[place : place + size])
            if HAN.fullmatch(span) or (size == 1 and (LATIN.fullmatch(span) or MODEL.fullmatch(span))):
                yield span


def _asked(span: str) -> dict[str, int]:
    """The keys under which to look, and what a word found there would be."""
    keys = {ITSELF + span: SOUNDS}
    if HAN.fullmatch(span):
        keys[SOUND + pinyin(span)] = SOUNDS
    mistyped = len(span) > 2 if HAN.fullmatch(span) else LATIN.fullmatch(span) and len(span) >= SHORTEST_MISTYPED
    if mistyped:
        keys |= {LEFT_OUT + left: MISTYPED for left in sorted(_left_out(span))}
    if mistyped and LATIN.fullmatch(span):
        keys |= {SOUND + near: MISREAD for near in _one_off(span)}
    elif LATIN.fullmatch(span):
        keys |= {ITSELF + near: MISTYPED for near in _swapped(span) if thesaurus().others(near)}
    return keys


def _one_off(typed: str) -> set[str]:
    """Everything that is one typing error away from Latin letters."""
    cuts = [(typed[:place], typed[place:]) for place in range(len(typed) + 1)]
    without = {head + tail[1:] for head, tail in cuts if tail}
    with_another = {head + letter + tail[cut:] for head, tail in cuts for letter in LETTERS for cut in (0, 1)}
    return (_swapped(typed) | without | with_another) - {typed}


def _swapped(typed: str) -> set[str]:
    """Letters of which two neighbours changed places."""
    cuts = [(typed[:place], typed[place:]) for place in range(len(typed) - 1)]
    return {head + tail[1] + tail[0] + tail[2:] for head, tail in cuts}


def _one_apart(one: str, other: str) -> bool:
    """Whether one character was added, left out or mistaken, or two neighbours changed places."""
    shorter, longer = sorted((one, other), key=len)
    if len(longer) - len(shorter) > 1:
        return False
    start = next((n for n, (a, b) in enumerate(zip(shorter, longer, strict=False)) if a != b), len(shorter))
    if len(shorter) < len(longer):
        return shorter[start:] == longer[start + 1 :]
    rest_short, rest_long = shorter[start:], longer[start:]
    swapped = rest_short[:2] == rest_long[1::-1] and rest_short[2:] == rest_long[2:]
    return rest_short[1:] == rest_long[1:] or swapped
