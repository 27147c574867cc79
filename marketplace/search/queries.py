"""One question, asked and answered: words, filters, order and page in; cards that the actor may see out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from marketplace.core.actor import Actor
from marketplace.core.errors import FieldError, NoSuchPage
from marketplace.foundation.db import db
from marketplace.foundation.index.interface import FACETS, Condition, Hit, Key, SearchAnswer, SearchRequest
from marketplace.reference import catalogue
from marketplace.search import spelling
from marketplace.search.services import engine, texts
from marketplace.search.specs import KIND, Wanted
from marketplace.vocabulary.queries import thesaurus
from marketplace.web.plate import sources

LONGEST = 200  # characters of a question; what is longer is cut, and the page says so
RELATED = 30  # cards behind a first page that is not full
FEW = 3  # hits; with fewer, what else may have been meant is looked for
OVERFETCH = 10  # hits that the index still has and the database no longer shows are replaced by these

Sort = Literal["relevance", "newest", "evidence"]


@dataclass(frozen=True)
class Question:
    """What is asked for. ``filters`` by facet name; within a facet any value will do, facets add up.

    ``literal``: only the words themselves, without those of the trade that mean the same. ``wanted``: conditions on
    specs, all of which must be met; with ``unknown``, what does not publish them is asked for instead. ``errors``:
    conditions that could not be read, which are left out.
    """

    text: str = ""
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sort: Sort = "relevance"
    page: int = 1
    per_page: int = 20
    literal: bool = False
    wanted: tuple[Wanted, ...] = ()
    unknown: bool = False
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True)
class Found:
    """The answer. ``cards`` are in the order of the hits, each with its ``kind``. ``widened``: words of the question
    as the table of synonyms writes them, with the other wordings that were searched for too. ``meant``: another
    spelling of a question that found next to nothing, and how much that finds. ``unknown``: how many more do not
    publish what the conditions ask for. ``related``: cards of what has some of the words only, not among the total.
    ``wordless``: the question has a text that nothing can be searched by, so that it left nothing out. ``unread``: its
    phrase was looked for in the best of what has the words only, so that there may be more.
    """

    cards: Sequence[Mapping[str, Any]]
    total: int
    facets: Mapping[str, Mapping[str, int]]
    approximate: bool
    terms: tuple[str, ...]
    widened: tuple[tuple[str, tuple[str, ...]], ...] = ()
    meant: tuple[str, int] | None = None
    unknown: int = 0
    related: Sequence[Mapping[str, Any]] = ()
    wordless: bool = False
    unread: bool = False

    def count(self, facet: str, value: str) -> int:
        """How many there are of a facet's value under the other filters."""
        return self.facets.get(facet, {}).get(value, 0)


def find(question: Question, actor: Actor) -> Found:
    """Ask the index, then select the hits again as the actor may see them.

    Raises:
        NoSuchPage: the page lies past the end.
    """
    answer, meant = _ask_and_wonder(question, question.per_page + OVERFETCH)
    if question.page > 1 and answer.total <= (question.page - 1) * question.per_page:
        raise NoSuchPage
    page, spare = answer.hits[: question.per_page], answer.hits[question.per_page :]
    cards = list(_cards(page, actor))
    # The spare hits are read only where a hit of the page is no longer there: rarely, and never in vain.
    cards += list(_cards(spare, actor))[: question.per_page - len(cards)] if len(cards) < len(page) else []
    related = list(_cards(answer.related, actor))
    written = thesaurus().written
    widened = tuple((written(word), tuple(map(written, others))) for word, others in answer.widened)
    return Found(
        cards, answer.total, answer.facets, answer.approximate, answer.terms, widened, meant, answer.unknown, related,
        answer.wordless, answer.unread,
    )  # fmt: skip


def _ask_and_wonder(question: Question, limit: int) -> tuple[SearchAnswer, tuple[str, int] | None]:
    """The answer; when it is next to nothing, Latin words are read as pinyin too, or another spelling is proposed."""
    answer = _ask(question, limit)
    if not question.text or question.literal or not _few(answer):
        return answer, None
    if read := spelling.readings(question.text):
        answer = _ask(question, limit, read)
    return answer, _meant(question, answer, limit) if _few(answer) else None


def _few(answer: SearchAnswer) -> bool:
    return answer.approximate or answer.total < FEW


def _meant(question: Question, answer: SearchAnswer, limit: int) -> tuple[str, int] | None:
    for text in spelling.corrections(question.text):
        other = _ask(replace(question, text=text, page=1), limit)
        if not other.approximate and (answer.approximate or other.total > answer.total) and not _same(other, answer):
            return text, other.total
    return None


def _same(one: SearchAnswer, other: SearchAnswer) -> bool:
    """Whether two answers, asked for as many hits, are the same."""
    shown = [{(hit.kind, hit.doc_id) for hit in each.hits} for each in (one, other)]
    return one.total == other.total and shown[0] == shown[1]


def _ask(
    question: Question,
    limit: int,
    read: Mapping[str, Sequence[str]] | None = None,
    *,
    strict: bool = False,
    only: frozenset[Key] | None = None,
) -> SearchAnswer:
    def others(word: str) -> Sequence[str]:
        spoken = (read or {}).get(word, ())
        return [*known.others(word), *(each for other in spoken for each in (other, *known.others(other)))]

    known = thesaurus()
    answer = engine().search(
        SearchRequest(
            text=question.text[:LONGEST],
            filters=_filters(question),
            sort=question.sort,
            offset=(question.page - 1) * question.per_page,
            limit=limit,
            conditions=tuple(each.condition() for each in question.wanted),
            unknown=question.unknown,
            strict=strict,
            related=0 if strict or question.page > 1 else RELATED,
            only=only,
            spoken=spelling.spoken(question.text, read) if read else "",
        ),
        texts,
        None if question.literal else others,
    )
    if not question.wanted:
        return answer
    kinds = {kind: number if kind == KIND else 0 for kind, number in answer.facets.get("kind", {}).items()}
    return replace(answer, facets={**answer.facets, "kind": kinds})


def _filters(question: Question) -> dict[str, tuple[str, ...]]:
    """What the hits are narrowed by; under conditions on specs, to what can publish any."""
    filters = {facet: values for facet, values in question.filters.items() if facet in FACETS and values}
    if question.wanted:
        filters["kind"] = (KIND if KIND in filters.get("kind", (KIND,)) else "",)
    return filters


def _cards(hits: Sequence[Hit], actor: Actor) -> Iterator[Mapping[str, Any]]:
    by_kind: dict[str, list[int]] = defaultdict(list)
    for hit in hits:
        by_kind[hit.kind].append(hit.doc_id)
    known = sources()
    drawn: dict[tuple[str, int], Mapping[str, Any]] = {}
    for kind, ids in by_kind.items():
        for card in known[kind].cards(ids, actor):
            drawn[(kind, card["id"])] = {**card, "kind_name": kind}
    for hit in hits:
        if (hit.kind, hit.doc_id) in drawn:
            yield drawn[(hit.kind, hit.doc_id)]


def matching_keys(question: Question, kind: str, most: int) -> list[int]:
    """The keys of every hit of one kind, for the list as a file; at most ``most``."""
    filters = {**question.filters, "kind": (kind,)}
    whole = replace(question, filters=filters, page=1, per_page=most)
    return [hit.doc_id for hit in _ask_and_wonder(whole, most)[0].hits]


def find_keys(question: Question, most: int, only: frozenset[Key] | None = None) -> list[Key]:
    """What holds every word of the question, of the newest state of the index, at most ``most``; of ``only`` if given.

    Not yet selected by anybody's right to see it: see ``visible_keys``.
    """
    answer = _ask_strictly(question, most, only)
    return [(hit.kind, hit.doc_id) for hit in answer.hits] if answer else []


def count_of(question: Question) -> int:
    """How much holds every word of the question."""
    answer = _ask_strictly(question, 1)
    return answer.total if answer else 0


def count_shown(question: Question) -> int:
    """How much the page of the question shows; counted without ranking, for which texts would be read."""
    return _ask_and_wonder(replace(question, page=1, sort="newest"), 1)[0].total


def counts_by_kind(question: Question) -> Mapping[str, int]:
    """Kind → how much of it the question finds, whatever kind it names."""
    return _ask_and_wonder(replace(question, page=1, sort="newest"), 1)[0].facets.get("kind", {})


def _ask_strictly(question: Question, limit: int, only: frozenset[Key] | None = None) -> SearchAnswer | None:
    """What holds every word, with Latin words read as pinyin where the page of the question reads them so.

    None when a part of the question means nothing any more: without it, it would be another question.
    """
    if question.errors:
        return None
    answer = _ask(question, limit, strict=True, only=only)
    read = spelling.readings(question.text) if question.text and not question.literal else {}
    if not read:
        return answer
    whole = answer if only is None else _ask(question, 1, strict=True)
    return _ask(question, limit, read, strict=True, only=only) if _few(whole) else answer


def visible_keys(kind: str, ids: Sequence[int], actor: Actor) -> list[int]:
    """Those of ``ids`` that the actor may see, in the same order."""
    select = sources()[kind].visible(actor)
    key = next(iter(select.selected_columns))
    seen = set(db.session.scalars(select.where(key.in_(ids))))
    return [doc_id for doc_id in ids if doc_id in seen]


def requirement_counts(rows: Sequence[Mapping[str, Any]]) -> tuple[int, int, int]:
    """How many published products meet all must-haves ("spec", "op", "value"), leave one unknown, or fail one."""
    every = engine().search(SearchRequest(filters=_OFFERED, limit=1), texts).total
    found = engine().search(SearchRequest(filters=_OFFERED, limit=1, conditions=_conditions(rows)), texts)
    return found.total, found.unknown, every - found.total - found.unknown


def requirement_keys(rows: Sequence[Mapping[str, Any]], most: int) -> list[int]:
    """The keys of published products that meet all must-haves, the best proven first, at most ``most``."""
    asked = SearchRequest(filters=_OFFERED, sort="evidence", limit=most, conditions=_conditions(rows))
    return [hit.doc_id for hit in engine().search(asked, texts).hits]


_OFFERED: Mapping[str, tuple[str, ...]] = {"kind": ("product",), "status": ("published",)}


def _conditions(rows: Sequence[Mapping[str, Any]]) -> tuple[Condition, ...]:
    return tuple(Wanted(catalogue.spec(each["spec"]), each["op"], each["value"], ()).condition() for each in rows)
