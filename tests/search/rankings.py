"""How the judged questions are answered: by the site as a visitor asks it, and by plain BM25 over the same words."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Flask

from marketplace.core.actor import VISITOR
from marketplace.foundation.index.analyzer import analyzer_of, dictionary
from marketplace.foundation.index.plan import Term
from marketplace.search.queries import Question, find
from marketplace.vocabulary.queries import thesaurus
from marketplace.web.plate import sources
from tests.foundation.index.oracle import Recount
from tests.search.judged import Ranking, short

JUDGED_KINDS = ("product", "scenario")


def ours(app: Flask) -> Ranking:
    """The first 50 hits of the search page, of the kinds that were judged."""

    def rank(query: str) -> Sequence[str]:
        with app.app_context(), app.test_request_context("/"):
            found = find(Question(query, per_page=100), VISITOR)
            cards = [(card["kind_name"], card["number"]) for card in (*found.cards, *found.related)]
        return [short(kind, number) for kind, number in cards if kind in JUDGED_KINDS][:50]

    return rank


def plain(app: Flask) -> Ranking:
    """BM25 with the same segmentation, dictionary and field weights: any word matches, nothing else is done."""
    with app.app_context():
        analyzer = analyzer_of(dictionary(thesaurus().words))
        documents = [
            document for kind in JUDGED_KINDS for document in sources()[kind].documents(list(sources()[kind].keys()))
        ]
    recount = Recount(documents, analyzer)
    numbers = {document.key: short(document.kind, document.number) for document in documents}

    def rank(query: str) -> Sequence[str]:
        tokens = {Term(token) for word in analyzer.query_words(query) for token in word.tokens}
        scores = {key: sum(recount.score(token, key) or 0.0 for token in tokens) for key in recount.documents}
        best = sorted((key for key in scores if scores[key] > 0), key=lambda key: (-scores[key], key))
        return [numbers[key] for key in best][:50]

    return rank
