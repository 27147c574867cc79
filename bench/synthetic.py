"""Synthetic documents and questions: words of Zipf frequency, titles of 14 and bodies of about 250 characters.

Kinds of questions: a = two words; b = one frequent word; c = one or two words with up to three filters; e = a long
sentence of which not every word must match.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence

from marketplace.foundation.index.analyzer import shared_analyzer
from marketplace.foundation.index.interface import IndexDocument

Filters = Mapping[str, tuple[str, ...]]
COLUMNS = ("status", "city", "domain")


def words(count: int, chance: random.Random) -> list[str]:
    """Made-up words of two or three common characters after the trade words, most frequent first."""
    chars = [chr(code) for code in range(0x4E00, 0x5E00)]
    made = {"".join(chance.choices(chars, k=chance.choice((2, 2, 3)))) for _ in range(count)}
    return [*shared_analyzer().words, *sorted(made)]


def documents(count: int, vocabulary: Sequence[str], chance: random.Random) -> Iterator[IndexDocument]:
    weights = [1 / (rank + 40) for rank in range(len(vocabulary))]
    cities = [f"34{place:02d}00" for place in range(31)]
    for number in range(1, count + 1):
        drawn = chance.choices(vocabulary, weights, k=115)
        yield IndexDocument(
            kind="listing",
            doc_id=number,
            version=1,
            number=f"P-2026-{number:06d}",
            title=f"{''.join(drawn[:5])} X{number % 997}",
            body="，".join("".join(drawn[place : place + 5]) for place in range(5, 115, 5)),
            tags="",
            facets={
                "status": (zipf(["open", "matched", "closed", "paused"], chance),),
                "city": (zipf(cities, chance),),
                "domain": (zipf([f"d{place}" for place in range(12)], chance),),
            },
            timestamp=1_700_000_000 + number,
        )


def zipf(values: Sequence[str], chance: random.Random) -> str:
    return chance.choices(values, [1 / rank for rank in range(1, len(values) + 1)])[0]


def questions(entries: Sequence[IndexDocument], vocabulary: Sequence[str], chance: random.Random) -> dict[str, list]:
    """A hundred questions of each kind as (text, filters); words of c and a come from one document."""
    frequent = [word for word in vocabulary[:60] if len(shared_analyzer().query_words(word)[0].ways) == 1]
    asked: dict[str, list] = {"a": [], "b": [], "c": [], "e": []}
    for _ in range(100):
        entry = chance.choice(entries)
        own = sorted({token for token in shared_analyzer().index_tokens(entry.body) if len(token) > 1})
        two = " ".join(chance.sample(own, 2))
        names = chance.sample(COLUMNS, chance.randint(1, 3))
        asked["a"].append((two, {}))
        asked["b"].append((chance.choice(frequent), {}))
        text = two if chance.random() < 0.5 else chance.choice(vocabulary[:2000])
        asked["c"].append((text, {name: entry.facets[name] for name in names}))
        asked["e"].append(("，".join(chance.sample(entry.body.split("，"), 2) + chance.sample(vocabulary, 3)), {}))
    return asked
