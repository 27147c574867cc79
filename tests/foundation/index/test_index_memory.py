"""What a process holds of an index that it has read whole."""

from __future__ import annotations

import re
from pathlib import Path

from marketplace.foundation.index.interface import SearchRequest
from marketplace.foundation.index.whoosh_engine import WhooshEngine
from tests.foundation.index.oracle import document, no_texts


def resident(folder: Path) -> int:
    """Kilobytes that this process holds of the mapped segments in a folder, as Linux tells."""
    mappings = Path("/proc/self/smaps").read_text()
    found = re.findall(rf"{re.escape(str(folder))}/\S+\.seg\n(?:.*\n)*?Rss: +(\d+) kB", mappings)
    assert found, "a segment is read from its mapping"
    return sum(map(int, found))


def test_a_look_at_all_words_leaves_nothing_behind(tmp_path: Path) -> None:
    engine = WhooshEngine(tmp_path, tuple)
    engine.rebuild(document("product", n, title=f"巡检机器人 {n}", body=f"型号 X{n}") for n in range(1, 300))
    found = SearchRequest("巡检")
    assert engine.search(found, no_texts).total == 299
    assert resident(tmp_path) > 0
    assert engine.words()["巡检"] == 299
    assert resident(tmp_path) == 0
    assert engine.search(found, no_texts).total == 299, "what is needed comes back"
