"""Sharpens the order of the first hits by how much of the question each text literally holds."""

from __future__ import annotations

from collections.abc import Callable, Sequence

WINDOW = 100  # hits
OVERLAP_WEIGHT = 2.0  # chosen on judged Chinese queries; 1 and 2 are within .02 MRR


def rerank(question: str, texts: Sequence[str], scores: Sequence[float], fold: Callable[[str], str]) -> list[float]:
    """New scores: score / best + 2 * (share of question bigrams in the text + share of its characters) / 2.

    ``question`` is already folded; blanks do not count, so that ``xarm 6`` and ``xarm6`` are the same question.
    """
    question = "".join(question.split())
    pairs = {question[place : place + 2] for place in range(len(question) - 1)}
    chars = set(question)
    best = max(scores, default=0.0) or 1.0
    sharpened = []
    for text, score in zip(texts, scores, strict=True):
        folded = "".join(fold(text).split())
        held = set(folded)
        share = sum(char in held for char in chars) / (len(chars) or 1)
        pair_share = sum(pair in folded for pair in pairs) / len(pairs) if pairs else share
        sharpened.append(score / best + OVERLAP_WEIGHT * (pair_share + share) / 2)
    return sharpened
