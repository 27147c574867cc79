"""One question, asked and answered: words, filters, order and page in; cards that the actor may see out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from marketplace.core.actor import Actor
from marketplace.core.errors import NotFound
from marketplace.foundation.db import db
from marketplace.foundation.index.interface import FACETS, Hit, SearchAnswer, SearchRequest
from marketplace.search.services import engine, texts
from marketplace.web.plate import sources

LONGEST = 200  # characters of a question; what is longer is cut, and the page says so
OVERFETCH = 10  # hits that the index still has and the database no longer shows are replaced by these

Sort = Literal["relevance", "newest"]


@dataclass(frozen=True)
class Question:
    """What is asked for. ``filters`` by facet name; within a facet any value will do, facets add up."""

    text: str = ""
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sort: Sort = "relevance"
    page: int = 1
    per_page: int = 20


@dataclass(frozen=True)
class Found:
    """The answer. ``cards`` are in the order of the hits, each with its ``kind``."""

    cards: Sequence[Mapping[str, Any]]
    total: int
    facets: Mapping[str, Mapping[str, int]]
    approximate: bool
    terms: tuple[str, ...]

    def count(self, facet: str, value: str) -> int:
        """How many there are of a facet's value under the other filters."""
        return self.facets.get(facet, {}).get(value, 0)


def find(question: Question, actor: Actor) -> Found:
    """Ask the index, then select the hits again as the actor may see them.

    Raises:
        NotFound: the page lies past the end.
    """
    answer = _ask(question, question.per_page + OVERFETCH)
    if question.page > 1 and answer.total <= (question.page - 1) * question.per_page:
        raise NotFound
    page, spare = answer.hits[: question.per_page], answer.hits[question.per_page :]
    cards = list(_cards(page, actor))
    # The spare hits are read only where a hit of the page is no longer there: rarely, and never in vain.
    cards += list(_cards(spare, actor))[: question.per_page - len(cards)] if len(cards) < len(page) else []
    return Found(cards, answer.total, answer.facets, answer.approximate, answer.terms)


def _ask(question: Question, limit: int) -> SearchAnswer:
    return engine().search(
        SearchRequest(
            text=question.text[:LONGEST],
            filters={facet: values for facet, values in question.filters.items() if facet in FACETS and values},
            sort=question.sort,
            offset=(question.page - 1) * question.per_page,
            limit=limit,
        ),
        texts,
    )


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
    wanted = Question(question.text, filters, question.sort, 1, most)
    return [hit.doc_id for hit in _ask(wanted, most).hits]


def visible_keys(kind: str, ids: Sequence[int], actor: Actor) -> list[int]:
    """Those of ``ids`` that the actor may see, in the same order."""
    select = sources()[kind].visible(actor)
    key = next(iter(select.selected_columns))
    seen = set(db.session.scalars(select.where(key.in_(ids))))
    return [doc_id for doc_id in ids if doc_id in seen]
