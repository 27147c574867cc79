"""The plate of settings. Their pages belong to the administration."""

from __future__ import annotations

from collections.abc import Sequence

from marketplace.core.text import Text
from marketplace.settings.queries import keys_of
from marketplace.web.plate import Capability, Named, Recorded


def named(ids: Sequence[int]) -> dict[int, Named]:
    """Settings as the logs of administrators name them."""
    return {row_id: Named(key) for row_id, key in keys_of(ids).items()}


RECORDED = Recorded("setting", Text("设置", "Setting"), acts={"set": Text("修改设置", "Changed")}, named=named)

SETTINGS = Capability(name="settings", records=(RECORDED,))
