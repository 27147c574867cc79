"""Keeping matches current: what changed on either side is judged again, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from marketplace.foundation import ledger
from marketplace.foundation.db import db, insert_rows, transaction
from marketplace.matching import queries, weights
from marketplace.matching.gists import Gists
from marketplace.matching.models import Match, Matched
from marketplace.matching.needs import Fit, Needs
from marketplace.matching.queries import PRODUCT, SCENARIO, Piloted
from marketplace.matching.scoring import Offer
from marketplace.products.models import Product
from marketplace.scenarios.models import Scenario

# What is judged between two looks at what else waits for the worker: a second's work. Scenarios are fewer, because they
# are judged against every product, and what comes of it is in memory until it is written.
PRODUCTS, MOST_FITS = 250, 40_000
SCENARIOS = 50
# Rows of one statement that reads.
READ = 500


class OpenNeeds(Needs):
    """The open needs, taken in as far as they changed."""

    def __init__(self) -> None:
        super().__init__()
        self._versions: dict[int, int] = {}

    def refresh(self) -> None:
        """Take in what changed since the last time, and let go of what is open no more."""
        present = dict(
            db.session.execute(sa.select(Scenario.id, Scenario.version).where(Scenario.state == "published")).all()
        )
        changed = [key for key, version in present.items() if self._versions.get(key) != version]
        gone = self._versions.keys() - present.keys()
        self.drop(gone.union(changed))
        for key in gone:
            del self._versions[key]
        for start in range(0, len(changed), READ):
            for scenario in queries.open_scenarios(changed[start : start + READ]):
                self.add(queries.need_of(scenario))
                self._versions[scenario.id] = scenario.version


class Keeper:
    """The worker's task. Its memory is only a cache: a new process begins with none and misses nothing."""

    def __init__(self) -> None:
        self._needs = OpenNeeds()
        self._gists = Gists()
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

    def _judge_products(self) -> bool:
        due = dict(queries.stale(PRODUCT, PRODUCTS))
        if not due:
            return False
        self._needs.refresh()
        tried, fits = queries.piloted(list(due)), list[Fit]()
        for product in queries.offered_products(sorted(due)):
            fits.extend(self._needs.fitting(self._offer(product, tried)))
            if len(fits) >= MOST_FITS:
                due = {key: version for key, version in due.items() if key <= product.id}
                break
        _write(PRODUCT, due, fits, tried)
        return True

    def _judge_scenarios(self) -> bool:
        """Changed scenarios against the products that are up to date; the others get all scenarios in their turn."""
        due = dict(queries.stale(SCENARIO, SCENARIOS))
        if not due:
            return False
        needs = Needs()
        for scenario in queries.open_scenarios(sorted(due)):
            needs.add(queries.need_of(scenario))
        near = self._near(needs, queries.judged_products())
        tried, fits = queries.piloted(), list[Fit]()
        for start in range(0, len(near), READ):
            for product in queries.offered_products(near[start : start + READ]):
                fits.extend(needs.fitting(self._offer(product, tried)))
        _write(SCENARIO, due, fits, {})
        return True

    def _near(self, needs: Needs, products: Sequence[tuple[int, int]]) -> Sequence[int]:
        """Those of the products (key, version) that may fit one of the needs."""
        self._gists.retain(key for key, _version in products)
        gists = ((key, self._gists.get(key, version)) for key, version in products)
        return [key for key, gist in gists if gist is None or needs.concern(gist)]

    def _offer(self, product: Product, tried: Piloted) -> Offer:
        offer = queries.offer_of(product, tried)
        self._gists.keep(offer, product.version)
        return offer


def _write(kind: str, judged: Mapping[int, int], fits: Sequence[Fit], tried: Piloted) -> None:
    """Replace the matches of the judged listings (key → version), in the order of the key: the fastest to write."""
    with transaction():
        _delete(kind, list(judged))
        seq = queries.position() + 1
        insert_rows(Match, ("scenario_id", "product_id", "score", "open_questions"), sorted(fits))
        noted = [
            {"kind": kind, "listing_id": key, "version": version, "rules": weights.VERSION, "seq": seq,
             "pilots": len(tried.get(key, ()))}
            for key, version in judged.items()
        ]  # fmt: skip
        db.session.execute(sa.insert(Matched), noted)


def _forget_ended() -> bool:
    """Take out what is published no more."""
    ended = {kind: queries.gone(kind, PRODUCTS) for kind in (SCENARIO, PRODUCT)}
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
