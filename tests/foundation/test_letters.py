"""Letters: what they hold comes back from a row as it was, and what people wrote passes for nothing else."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from marketplace.core.text import Text
from marketplace.foundation.letters import Link, Quote, packed, spoken, unpacked

HELD: dict[str, Any] = {
    "text": "甲", "number": 3, "share": 0.5, "none": None, "yes": True, "label": Text("产品", "product"),
    "reason": Quote("一\n二"), "page": Link("https://jiyu.example/x"), "day": date(2026, 12, 31),
    "at": datetime(2026, 12, 31, 16, 30, tzinfo=UTC), "rows": [{"title": Text("甲", "A")}, ["x"]], "zh": "no text",
}  # fmt: skip


def test_what_is_packed_comes_back() -> None:
    again = unpacked(json.loads(json.dumps(packed(HELD))))
    assert again == HELD
    assert [type(again[key]) for key in ("reason", "page", "day", "at")] == [Quote, Link, date, datetime]


@pytest.mark.parametrize("value", [object(), {"x": b"bytes"}, [{1}]])
def test_what_no_letter_holds_is_refused(value: object) -> None:
    with pytest.raises(TypeError, match="a letter cannot hold"):
        packed(value)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("甲\r\n\r\nhttps://evil.example", "甲 https：//evil.example"),
        ("HTTP : //evil.example WWW.evil.example", "HTTP ： //evil.example WWW．evil.example"),
        ("\u202egnp.exe\u2066", "gnp.exe"),
        ("a\x00b\x1b[31m\u2028c\u0085d", "a b [31m c d"),
        (Quote("一\n\nhttps://evil.example\n--\n"), "> 一\n>\n> https://evil.example\n> --"),
        (Quote(""), ""),
        (Text("见\nwww.x", "see\nwww.x"), Text("见 www．x", "see www．x")),
        ([Quote("一"), {"title": "a\nb"}], ["> 一", {"title": "a b"}]),
        (Link("https://jiyu.example/x"), "https://jiyu.example/x"),
        (3, 3),
    ],
)
def test_what_people_wrote_is_one_line_or_a_quotation(written: Any, said: Any) -> None:
    assert spoken(written) == said
