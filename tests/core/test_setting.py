"""Settings as they are declared: what can be typed, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from marketplace.core.errors import FieldError
from marketplace.core.setting import Setting
from marketplace.core.text import Text

MINUTES = Setting("trial.minutes", Text("分钟", "Minutes"), 30, least=5, most=600)
OPEN = Setting("trial.open", Text("开放", "Open"), False)
MODE = Setting("trial.mode", Text("方式", "Mode"), "plain", choices={"plain": Text("甲", "A"), "full": Text("乙", "B")})
NAME = Setting("trial.name", Text("名称", "Name"), "")


@pytest.mark.parametrize(
    ("setting", "typed", "value"),
    [
        (MINUTES, " 5 ", 5), (MINUTES, "600", 600), (OPEN, "1", True), (OPEN, "0", False), (MODE, "full", "full"),
        (NAME, " 省工信厅 ", "省工信厅"), (NAME, "", ""),
    ],
)  # fmt: skip
def test_what_is_read_and_written_back(setting: Setting[Any], typed: str, value: Any) -> None:
    assert setting.read(typed) == value
    assert setting.read(setting.write(value)) == value
    assert type(value) is type(setting.default)


@pytest.mark.parametrize(
    ("setting", "typed"),
    [
        (MINUTES, "4"), (MINUTES, "601"), (MINUTES, "-5"), (MINUTES, "1.5"), (MINUTES, ""), (MINUTES, "９０"),
        (MINUTES, "9" * 5000), (MINUTES, "12 34"), (OPEN, "yes"), (OPEN, ""), (MODE, "other"), (NAME, "长" * 501),
    ],
)  # fmt: skip
def test_what_is_refused_names_the_setting(setting: Setting[Any], typed: str) -> None:
    with pytest.raises(FieldError) as caught:
        setting.read(typed)
    assert caught.value.field == setting.key
