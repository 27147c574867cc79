"""The judged questions: the search answers them better than plain BM25 over the same words, with either engine."""

from __future__ import annotations

from pathlib import Path

import pytest

from marketplace.foundation.db import transaction
from marketplace.search.services import rebuild
from marketplace.vocabulary.services import load_shipped
from tests.search.judged import JUDGED, measure
from tests.search.rankings import ours, plain
from tests.support.databases import Databases
from tests.support.sample_site import sample_site


def test_the_set_is_large_enough_and_every_answer_exists(sample: object) -> None:
    assert len(JUDGED) >= 60
    assert len({each.query for each in JUDGED}) == len(JUDGED)
    for each in JUDGED:
        assert each.best
        assert each.why
        assert not each.best & each.good


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_better_than_plain_bm25(databases: Databases, tmp_path: Path, kind: str) -> None:
    with sample_site(databases, tmp_path, kind) as site:
        with site.app.app_context():
            with transaction():
                load_shipped()
            rebuild()
        mine, bare = measure(ours(site.app)), measure(plain(site.app))
    print(f"{kind}: ours {mine}; plain BM25 {bare}")
    assert mine.mrr > bare.mrr
    assert mine.ndcg > bare.ndcg
    assert mine.recall > bare.recall
