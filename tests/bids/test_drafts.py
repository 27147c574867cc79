"""Keys of drafts: a draft is read with its own key alone, and by nobody once that is destroyed."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from marketplace.bids.drafts import YOUNG_SECONDS, DraftKeys
from marketplace.bids.envelope import Broken


def test_a_draft_comes_back_until_its_key_is_destroyed(tmp_path: Path) -> None:
    keys = DraftKeys(tmp_path / "keys")
    name, other = keys.make(), keys.make()
    stored = keys.encrypt(name, {"approach": "密封前的方案"})
    assert keys.decrypt(name, stored) == {"approach": "密封前的方案"}
    assert "密封前".encode() not in stored
    assert len(stored) == len(keys.encrypt(name, {"approach": ""}))
    for wrong_name, wrong in ((other, stored), (name, stored[:-1]), (name, b"")):
        with pytest.raises((Broken, ValueError)):
            keys.decrypt(wrong_name, wrong)
    assert (tmp_path / "keys" / name).stat().st_mode & 0o077 == 0
    keys.destroy(name)
    keys.destroy(name)
    with pytest.raises(Broken):
        keys.decrypt(name, stored)
    assert keys.decrypt(other, keys.encrypt(other, {})) == {}


def test_only_old_keys_that_nobody_needs_are_left_over(tmp_path: Path) -> None:
    keys = DraftKeys(tmp_path)
    needed, forgotten, young = keys.make(), keys.make(), keys.make()
    for name in (needed, forgotten):
        os.utime(tmp_path / name, times=(time.time() - YOUNG_SECONDS - 1,) * 2)
    (tmp_path / "note.txt").write_text("not a key")
    assert list(keys.left({needed})) == [forgotten]
    assert young not in list(keys.left(()))


def test_no_name_leads_out_of_the_folder(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not the name"):
        DraftKeys(tmp_path / "keys").destroy("../config")
