"""Keeping matches current: what changed on either side is judged again, and nothing else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from marketplace.foundation import ledger
from marketplace.foundation.db import db, transaction
from marketplace.foundation.index.analyzer import Word
from marketplace.matching import queries, weights
from marketplace.matching.models import Match, Matched
from marketplace.matching.queries import PRODUCT, SCENARIO, Piloted
from marketplace.matching.scoring import Need, Offer, judge, related, words_said
from marketplace.scenarios.models import Scenario

# Products judged between two looks at what else waits for the worker.
PORTION = 50
# Below this nobody looks; in hundredths.
LEAST_SCORE = 2000


@dataclass
class Needs:
    """The open needs in memory, by what a product may have in common with them."""

    versions: dict[int, int] = field(default_factory=dict)
    by_id: dict[int, Need] = field(default_factory=dict)
    by_category: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    # Each word of any need by what must stand in a text that contains it; and the needs that have the word.
    words: dict[str, dict[str, Word]] = field(default_factory=lambda: defaultdict(dict))
    by_word: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))

    def refresh(self) -> None:
        """Take in what changed since the last time, and let go of what is open no more."""
        present = dict(
            db.session.execute(sa.select(Scenario.id, Scenario.version).where(Scenario.state == "published")).all()
        )
        changed = [key for key, version in present.items() if self.versions.get(key) != version]
        for key in [*changed, *(self.by_id.keys() - present.keys())]:
            self._drop(key)
        for start in range(0, len(changed), 500):
            for scenario in queries.open_scenarios(changed[start : start + 500]):
                self._add(queries.need_of(scenario), scenario.version)

    def said_by(self, offer: Offer) -> frozenset[str]:
        """The words of any need that the offer contains."""
        near = {
            surface: word
            for token in offer.tokens & self.words.keys()
            for surface, word in self.words[token].items()
        }  # fmt: skip
        return words_said(near.values(), offer)

    def beside(self, offer: Offer, said: frozenset[str]) -> Iterator[Need]:
        """Every need that the offer may have something in common with, each once."""
        keys = set(self.by_category.get(offer.category, ()))
        keys.update(*(self.by_word[surface] for surface in said))
        return (self.by_id[key] for key in keys)

    def _add(self, need: Need, version: int) -> None:
        self.by_id[need.id], self.versions[need.id] = need, version
        if need.exact:  # by its kind alone a product has something in common with no other
            for category in need.categories | need.named:
                self.by_category[category].add(need.id)
        for word, _weight in need.words.values():
            self.by_word[word.surface].add(need.id)
            for way in word.ways:
                self.words[way[0]][word.surface] = word

    def _drop(self, key: int) -> None:
        self.versions.pop(key, None)
        need = self.by_id.pop(key, None)
        if need is not None:
            for category in need.categories | need.named:
                self.by_category[category].discard(key)
            for word, _weight in need.words.values():
                self.by_word[word.surface].discard(key)


class Keeper:
    """The worker's task. Its memory is only a cache: a new process begins with none and misses nothing."""

    def __init__(self) -> None:
        self._needs = Needs()
        self._seen = -1

    def run(self) -> bool:
        """Judge one portion of what is due; True when there is more at once.

        What is read is judged outside the transaction that writes it: a listing that changes meanwhile keeps another
        version than the one noted here, and is due again.
        """
        position = ledger.position()
        if position == self._seen:
            return False
        if _forget_ended() or self._judge_scenarios() or self._judge_products():
            return True
        self._seen = position
        return False

    def _judge_scenarios(self) -> bool:
        """Changed scenarios against the products that are up to date; the others get all scenarios in their turn."""
        due = dict(queries.stale(SCENARIO, PORTION))
        if not due:
            return False
        self._needs.refresh()
        needs = [self._needs.by_id[key] for key in due if key in self._needs.by_id]
        rows: list[dict[str, Any]] = []
        tried = queries.piloted()
        for product in queries.judged_products():
            offer = queries.offer_of(product, tried)
            rows.extend(_rows(needs, offer, self._needs.said_by(offer)))
        _write(SCENARIO, due, rows, {})
        return True

    def _judge_products(self) -> bool:
        due = dict(queries.stale(PRODUCT, PORTION))
        if not due:
            return False
        self._needs.refresh()
        rows: list[dict[str, Any]] = []
        tried = queries.piloted(list(due))
        for product in queries.offered_products(sorted(due)):
            offer = queries.offer_of(product, tried)
            said = self._needs.said_by(offer)
            rows.extend(_rows(self._needs.beside(offer, said), offer, said))
        _write(PRODUCT, due, rows, tried)
        return True


def _rows(needs: Iterable[Need], offer: Offer, said: frozenset[str]) -> Iterator[dict[str, Any]]:
    for need in needs:
        if not related(need, offer, need.surfaces & said):  # most are not: the parts are not counted for them
            continue
        found = judge(need, offer, said)
        if found.listed and found.score >= LEAST_SCORE:
            yield {
                "scenario_id": need.id, "product_id": offer.id, "score": found.score,
                "open_questions": found.open_questions,
            }  # fmt: skip


def _write(kind: str, judged: Mapping[int, int], rows: list[dict[str, Any]], tried: Piloted) -> None:
    """Replace the matches of the judged listings (key → version)."""
    with transaction():
        _delete(kind, list(judged))
        seq = queries.position() + 1
        if rows:
            db.session.execute(sa.insert(Match), rows)
        noted = [
            {"kind": kind, "listing_id": key, "version": version, "rules": weights.VERSION, "seq": seq,
             "pilots": len(tried.get(key, ()))}
            for key, version in judged.items()
        ]  # fmt: skip
        db.session.execute(sa.insert(Matched), noted)


def _forget_ended() -> bool:
    """Take out what is published no more."""
    ended = {kind: queries.gone(kind, PORTION) for kind in (SCENARIO, PRODUCT)}
    if not any(ended.values()):
        return False
    with transaction():
        seq = queries.position() + 1
        for kind, keys in ended.items():
            _delete(kind, keys)
        _advance(seq)
    return True


def _advance(seq: int) -> None:
    """Have kept pages drawn anew where nothing new is noted; with the last note gone the position is 0 again."""
    newest = db.session.scalar(sa.select(Matched).order_by(Matched.seq.desc()).limit(1))
    if newest is not None:
        newest.seq = seq


def _delete(kind: str, keys: list[int]) -> None:
    column = Match.scenario_id if kind == SCENARIO else Match.product_id
    db.session.execute(sa.delete(Match).where(column.in_(keys)))
    db.session.execute(sa.delete(Matched).where(Matched.kind == kind, Matched.listing_id.in_(keys)))
