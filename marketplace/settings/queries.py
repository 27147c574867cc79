"""Reading settings: always what the database holds now, so that a change counts in every process at once."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from marketplace.core.errors import FieldError
from marketplace.core.setting import Setting, Value
from marketplace.foundation.db import db
from marketplace.settings.models import SettingValue

log = logging.getLogger(__name__)


def value(setting: Setting[Value]) -> Value:
    """What the setting is now."""
    return _meant(setting, db.session.scalar(sa.select(SettingValue.value).where(SettingValue.key == setting.key)))


def values(settings: Iterable[Setting[Any]]) -> dict[str, Any]:
    """Key → value of several settings, with one statement."""
    wanted = {each.key: each for each in settings}
    select = sa.select(SettingValue.key, SettingValue.value).where(SettingValue.key.in_(sorted(wanted)))
    stored: dict[str, str] = {row.key: row.value for row in db.session.execute(select)}
    return {key: _meant(setting, stored.get(key)) for key, setting in wanted.items()}


def rows() -> dict[str, SettingValue]:
    """Key → row of every setting that was ever changed, for the page that changes them."""
    return {row.key: row for row in db.session.scalars(sa.select(SettingValue))}


def keys_of(ids: Sequence[int]) -> dict[int, str]:
    """Key of the row → key of the setting, for the logs."""
    rows = db.session.execute(sa.select(SettingValue.id, SettingValue.key).where(SettingValue.id.in_(ids)))
    return {row.id: row.key for row in rows}


def _meant(setting: Setting[Value], stored: str | None) -> Value:
    """The stored value; the default where none is stored, or where a newer release allows it no longer."""
    if stored is None:
        return setting.default
    try:
        return setting.read(stored)
    except FieldError:
        log.warning("setting %s: %r is no longer allowed; its default %r counts", setting.key, stored, setting.default)
        return setting.default
