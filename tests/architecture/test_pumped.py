"""No text that somebody types makes the site think: every reader of free text is linear, whatever is repeated."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from marketplace.core.errors import MarketplaceError
from marketplace.foundation.files.names import clean_name
from marketplace.foundation.index.analyzer import shared_analyzer
from marketplace.foundation.index.highlight import highlight
from marketplace.listings import answers, precheck
from marketplace.listings.difference import pieces
from marketplace.lists import lines
from marketplace.products.sheet import _ADDRESS
from marketplace.reference import catalogue, values
from marketplace.web.forms import clean

LONG = 10_000
# What patterns repeat: letters, digits, blanks, signs, brackets, and pairs of them.
PARTS = ("a", "1", "-", " ", "\n", ".", ",", "，", ";", "@", "(", "（", ")", "|", "\\", "x", "转", "~", "/", "·", "=",
         "a-", "1 ", "1.", "1,", "a.", "a@", "1年", "IP", "http://", "\t", "_", "+", "。")  # fmt: skip
SECONDS = 0.8  # a linear reader takes milliseconds, a quadratic one seconds


def specs() -> list[tuple[str, Callable[[str], Any]]]:
    kinds = {spec.kind: spec for spec in catalogue.specs()}
    return [(f"spec {kind}", lambda text, spec=spec: values.parse(spec, text)) for kind, spec in kinds.items()]


READERS: list[tuple[str, Callable[[str], Any]]] = [
    *specs(),
    ("day", lambda text: answers.day(text, "day")),
    ("contact", precheck.CONTACT.search),
    ("web", precheck.WEB.search),
    ("requirements", lambda text: lines.read_requirements(text, "requirements")),
    ("targets", lambda text: lines.read_targets(text, "targets")),
    ("address", _ADDRESS.search),
    ("clean", clean),
    ("name of a file", clean_name),
    ("highlight", lambda text: highlight(text, ("巡检", "a-1"), shared_analyzer().normalise, 120)),
    ("words", lambda text: shared_analyzer().index_tokens(text)),
    ("question", lambda text: shared_analyzer().query_words(text)),
    ("evidence", lambda text: lines.read_evidence(text, {})),
    ("conditions", lambda text: lines.read_conditions(text)),
    ("difference", lambda text: pieces(text[:5000], text[1:5000] + "尾")),
]


def seconds(read: Callable[[str], Any], text: str) -> float:
    """Processor time of one reading."""
    began = time.process_time()
    with suppress(MarketplaceError):  # refused is as good as read
        read(text)
    return time.process_time() - began


@pytest.mark.parametrize(("name", "read"), READERS, ids=[name for name, _read in READERS])
def test_a_long_repetition_is_read_in_no_time(name: str, read: Callable[[str], Any]) -> None:
    slow = []
    for part in PARTS:
        for text in ((part * LONG)[:LONG] + "!", "载" + (part * LONG)[:LONG] + "!"):
            took = seconds(read, text)
            # A collection of garbage, which in a long test run is much, may fall into one try; not into each of three.
            if took > SECONDS and (took := min(seconds(read, text) for _try in range(3))) > SECONDS:
                slow.append((part, round(took, 1)))
    assert not slow, f"{name} is slow on {slow}"


def test_the_blanks_that_no_longer_match_still_read_as_before() -> None:
    spec = next(spec for spec in catalogue.specs() if spec.kind == "ip")
    assert values.parse(spec, "IP - 67") == values.parse(spec, "67") == {"choice": "IP67"}
    assert precheck.WEB.search("见 my-site.com")
    assert precheck.CONTACT.search("写信到 li.si+a@example.cn")
