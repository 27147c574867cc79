"""What history keeps of a reason is read in both languages as far as it was ticked or chosen."""

from __future__ import annotations

import pytest

from marketplace.core.reasons import in_words


@pytest.mark.parametrize(
    ("kept", "english"),
    [
        ("缺少支撑材料\n见附件。", "Supporting material is missing\n见附件。"),
        ("D 不可抗力：Flood of the mine.", "D: force majeure: Flood of the mine."),
        ("D 不可抗力", "D: force majeure"),
        ("公示期内异议成立，公示撤销", "An objection was upheld and the notice annulled"),
        ("说明：见附件", "说明：见附件"),
        ("", ""),
    ],
)
def test_what_was_chosen_is_read_in_english_and_what_was_written_as_it_stands(kept: str, english: str) -> None:
    said = in_words(kept)
    assert (said.zh, said.en) == (kept, english)


def test_a_reason_that_history_holds_in_both_languages_is_read_in_one() -> None:
    said = in_words("公示期内异议成立，公示撤销 An objection was upheld and the notice annulled")
    assert (said.zh, said.en) == ("公示期内异议成立，公示撤销", "An objection was upheld and the notice annulled")
