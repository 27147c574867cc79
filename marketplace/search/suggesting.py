"""Typing suggestions: the beginnings of names in characters, pinyin and initials, kept with the index.

Words of the trade and of the catalogue (tier 0) are few and come first, those with most results in front. Objects
(tier 1) may be many: of those that begin as typed only some hundred are looked at, so that a single letter costs no
more than a whole word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa

from marketplace.core.actor import VISITOR
from marketplace.core.text import Text
from marketplace.foundation.db import db
from marketplace.foundation.index.analyzer import LATIN, shared_analyzer
from marketplace.foundation.index.interface import IndexDocument, Key
from marketplace.foundation.leisure import paced
from marketplace.reference import catalogue, regions
from marketplace.search.models import SuggestionKey
from marketplace.search.pinyin import initials, pinyin
from marketplace.web.plate import sources

LONGEST = 24  # characters of a key, as many as the column holds
HAN_READ = 10  # characters of a name whose pinyin is kept
STARTS = 3  # words of a name with which a person may begin
STARTS_LATIN = 6  # of a name in Latin letters, which stand in keys once and Chinese ones three times
AT_MOST = 8  # suggestions
WORDS_AT_MOST = 5  # of them words
LOOKED_AT = 300  # keys of objects that begin as typed
SHORTEST_READ = 4  # letters that are looked for as the pinyin of a part of a name
HAN_PART = re.compile("[\u3400-\u9fff]+")
LAST = chr(0x10FFFF)
DAY = 86_400

Row = dict[str, Any]
Wordings = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A line of the list: what it is, its words, where it leads. ``number`` is that of an object, or ""."""

    kind: Text
    text: Text
    href: str
    number: str = ""


@dataclass(frozen=True, slots=True)
class Within:
    """A list of one kind: its address, and the facets that it can be narrowed by."""

    kind: str
    path: str
    facets: Sequence[str]


def suggest(typed: str, within: Within | None = None, language: str = "") -> list[Suggestion]:
    """What may be meant by what was typed so far, in characters of either script, pinyin or initials; best first.

    ``within``: the list whose own box is typed in; nothing leads out of it. ``language``: of the reader; to who reads
    English, words in Chinese characters come last.
    """
    prefix = key_of(typed)
    if not prefix:
        return []
    words = list(_words(prefix, within))
    if language == "en":
        words.sort(key=lambda each: bool(HAN_PART.search(each.text.en)))
    objects = _objects(prefix, AT_MOST - min(len(words), WORDS_AT_MOST), within)
    return [*words[: AT_MOST - len(objects)], *objects]


def key_of(text: str) -> str:
    """A text as keys are compared: normalised, letters and digits only."""
    return "".join(char for char in shared_analyzer().normalise(text) if char.isalnum())[:LONGEST]


def keys_of(name: str) -> set[str]:
    """The keys of a name: from each of its first words on, as written, in pinyin, and by initials."""
    text = shared_analyzer().normalise(name)
    found: set[str] = set()
    for start in shared_analyzer().starts(text)[: STARTS if HAN_PART.search(text) else STARTS_LATIN]:
        tail = "".join(char for char in text[start:] if char.isalnum())
        found.add(tail[:LONGEST])
        if any(char > "\u2fff" for char in tail[:HAN_READ]):
            found.update((pinyin(tail[:HAN_READ])[:LONGEST], initials(tail[:HAN_READ])))
    return found


def _begun(tier: int, narrowed: bool) -> sa.ColumnElement[bool]:
    """Keys from ``typed`` on, before ``past``; ``narrowed``: of these ``kinds``."""
    begun = (SuggestionKey.key >= sa.bindparam("typed")) & (SuggestionKey.key < sa.bindparam("past"))
    kinds = [SuggestionKey.kind.in_(sa.bindparam("kinds", expanding=True))] if narrowed else []
    return sa.and_(SuggestionKey.tier == tier, begun, *kinds)


@cache  # making these two statements took as long as running them
def _select_words(narrowed: bool) -> sa.Select[str, str, int]:
    select = sa.select(SuggestionKey.kind, SuggestionKey.words, sa.func.max(SuggestionKey.weight).label("most"))
    grouped = select.where(_begun(0, narrowed)).group_by(SuggestionKey.kind, SuggestionKey.words)
    return grouped.order_by(sa.desc("most"), SuggestionKey.words).limit(AT_MOST)


@cache
def _select_near(narrowed: bool) -> sa.Select[str, int]:
    near = sa.select(SuggestionKey.kind, SuggestionKey.subject_id, SuggestionKey.weight).where(_begun(1, narrowed))
    some = near.order_by(SuggestionKey.key).limit(LOOKED_AT).subquery()
    select = sa.select(some.c.kind, some.c.subject_id).group_by(some.c.kind, some.c.subject_id)
    newest = select.order_by(sa.func.max(some.c.weight).desc(), some.c.subject_id.desc())
    return newest.limit(sa.bindparam("limit"))


def _given(prefix: str, kinds: Sequence[str] = ()) -> dict[str, Any]:
    return {"typed": prefix, "past": prefix + LAST} | ({"kinds": kinds} if kinds else {})


def _words(prefix: str, within: Within | None) -> Iterator[Suggestion]:
    given = _given(prefix, ("word", *within.facets) if within else ())
    seen: set[str] = set()
    for kind, code, _most in db.session.execute(_select_words(within is not None), given):
        found = WORD_KINDS[kind](code)
        if within is not None:
            found = replace(found, href=f"{within.path}?{found.href.partition('?')[2]}")
        if found.text.zh not in seen:  # a category and a word of the trade may have the same name
            seen.add(found.text.zh)
            yield found


def _objects(prefix: str, limit: int, within: Within | None) -> list[Suggestion]:
    near = _near(prefix, limit * 2, within)
    drawn = _drawn(near[:limit])
    # The rest is drawn only where something of the first is no longer there: rarely, and never in vain.
    return drawn if len(drawn) == limit else [*drawn, *_drawn(near[limit:])][:limit]


def _drawn(keys: Sequence[Key]) -> list[Suggestion]:
    by_kind = _by_kind(keys)
    drawn = ((source, card) for kind, source in sources().items() if kind in by_kind
             for card in source.cards(by_kind[kind], VISITOR))  # fmt: skip
    return [Suggestion(source.label, card["title"], card["href"], card["number"]) for source, card in drawn]


def _near(prefix: str, limit: int, within: Within | None = None) -> list[Key]:
    """Objects whose names may be typed so, the newest."""
    given = _given(prefix, (within.kind,) if within else ()) | {"limit": limit}
    return [(kind, key) for kind, key in db.session.execute(_select_near(within is not None), given)]


def _by_kind(keys: Iterable[Key]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for kind, subject_id in keys:
        found.setdefault(kind, []).append(subject_id)
    return found


# ---- parts of names -------------------------------------------------------------------------------------------------


def names_begun(typed: str) -> list[str]:
    """Words of the trade, and parts of the names of what is public, that begin with Latin letters and digits as typed,
    however these are parted: ur10e for ur10, m20 pro for m20p.
    """
    pattern = re.compile(rf"(?<![{LATIN}])" + "[ _-]?".join(map(re.escape, typed)) + rf"[{LATIN}]*")
    found = (pattern.search(name) for name in _names_from(typed))
    return list(dict.fromkeys(met[0] for met in found if met and met[0] != typed))


def words_begun(character: str) -> list[str]:
    """Words of the trade and of the catalogue that begin with a Chinese character, those with most results first."""
    words = (shared_analyzer().normalise(each.text.zh) for each in _words(character, None))
    return [word for word in words if word.startswith(character) and word != character]


def names_read(typed: str) -> list[str]:
    """The parts of the names of what is public whose pinyin this is: 讯飞 for xunfei."""
    parts = (
        name[start:end]
        for name in (_names_from(typed) if len(typed) >= SHORTEST_READ else ())
        for start in shared_analyzer().starts(name)[:STARTS]
        for end in range(start + 2, min(start + HAN_READ, len(name)) + 1)
    )
    return list(dict.fromkeys(part for part in parts if HAN_PART.fullmatch(part) and pinyin(part) == typed))


def _names_from(typed: str) -> Iterator[str]:
    """The normalised names that a person may begin to type so; from documents, because the worker reads them, too, and
    draws no cards.
    """
    names = [each.text.zh for each in _words(typed[:LONGEST], None)]
    for kind, keys in _by_kind(_near(typed[:LONGEST], AT_MOST)).items():
        names += [document.title for document in sources()[kind].documents(keys)]
    yield from map(shared_analyzer().normalise, names)


# ---- words ----------------------------------------------------------------------------------------------------------


def _word(code: str) -> Suggestion:
    return Suggestion(Text("搜索词", "Search"), Text(code, code), "/search?" + urlencode({"q": code}))


def _category(code: str) -> Suggestion:
    label = catalogue.category(code).label
    return Suggestion(Text("产品类别", "Category"), label, "/products?" + urlencode({"category": code}))


def _domain(code: str) -> Suggestion:
    label = catalogue.domain(code).label
    return Suggestion(Text("应用领域", "Domain"), label, "/search?" + urlencode({"domain": code}))


def _city(code: str) -> Suggestion:
    return Suggestion(Text("所在地", "Place"), regions.name(code), "/search?" + urlencode({"city": code}))


WORD_KINDS = {"word": _word, "category": _category, "domain": _domain, "city": _city}


def rows_of_words(found: Mapping[str, int], counts: Mapping[str, Mapping[str, int]], trade: Wordings) -> list[Row]:
    """The rows of the words: only such as lead to something public.

    ``found``: words of the public texts with their documents; ``counts``: facet → value → documents; ``trade``: words
    of the trade as people write them, with the other words that are searched for with them.
    """
    rows: list[Row] = []
    for facet, names in _names_of_values().items():
        for code, spoken in names.items():
            if counts.get(facet, {}).get(code):
                rows += _rows(0, facet, 0, spoken, counts[facet][code], code)
    for word, documents in leading(found, trade).items():
        rows += _rows(0, "word", 0, [word], documents, word)
    return rows


def leading(found: Mapping[str, int], trade: Wordings) -> dict[str, int]:
    """Words of the trade that lead to something, with the documents of the most frequent of their wordings."""
    fold = shared_analyzer().normalise
    most = {word: max(found.get(fold(each), 0) for each in (word, *others)) for word, others in trade.items()}
    return {word: documents for word, documents in most.items() if documents}


def renew_words(rows: Sequence[Row]) -> None:
    """Put these rows in the place of the words that are there, in the running transaction."""
    db.session.execute(sa.delete(SuggestionKey).where(SuggestionKey.tier == 0))
    _insert(rows)


def _names_of_values() -> dict[str, dict[str, list[str]]]:
    cities = [regions.province(), *regions.cities()]
    return {
        "category": {each.code: [each.label.zh, each.label.en, *each.aliases] for each in catalogue.categories()},
        "domain": {each.code: [each.label.zh, each.label.en] for each in catalogue.domains()},
        "city": {each.code: [regions.name(each.code).zh, regions.name(each.code).en] for each in cities},
    }


# ---- objects --------------------------------------------------------------------------------------------------------


def follow(documents: Sequence[IndexDocument], gone: Iterable[Key]) -> None:
    """Bring the keys of these objects up to date, in the running transaction; those that are ``gone`` lose theirs."""
    for kind, ids in _by_kind([*(document.key for document in documents), *gone]).items():
        mine = (SuggestionKey.kind == kind) & SuggestionKey.subject_id.in_(ids)
        db.session.execute(sa.delete(SuggestionKey).where(mine))
    named = ((each, each.names or (each.title,)) for each in documents)
    rows = (_rows(1, each.kind, each.doc_id, names, each.timestamp // DAY, "") for each, names in named)
    _insert([row for each in rows for row in each])


def known_objects() -> set[Key]:
    """The objects that have keys."""
    select = sa.select(SuggestionKey.kind, SuggestionKey.subject_id).where(SuggestionKey.tier == 1).distinct()
    return {(kind, subject_id) for kind, subject_id in paced(db.session.execute(select))}


def _rows(tier: int, kind: str, subject_id: int, names: Iterable[str], weight: int, words: str) -> list[Row]:
    keys = {key for name in names for key in keys_of(name)}
    shared = {"tier": tier, "kind": kind, "subject_id": subject_id, "words": words, "weight": weight}
    return [{**shared, "key": key} for key in sorted(keys)]


def _insert(rows: Sequence[Row]) -> None:
    if rows:
        db.session.execute(sa.insert(SuggestionKey), rows)
