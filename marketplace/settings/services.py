"""Changing a setting: checked, with a reason, and kept in history."""

from __future__ import annotations

from typing import Any

from sqlalchemy.exc import IntegrityError

from marketplace.core.actor import Actor
from marketplace.core.errors import Conflict, FieldError, Invalid
from marketplace.core.setting import Setting
from marketplace.core.text import Text
from marketplace.foundation import ledger
from marketplace.foundation.db import db, lock
from marketplace.foundation.lifecycle import REASON_LIMIT, REASON_LONG
from marketplace.settings.models import SettingValue
from marketplace.settings.queries import value

NEVER_CHANGED = 0


def change(setting: Setting[Any], text: str, actor: Actor, reason: str, seen: int) -> bool:
    """Give a setting the value that was typed; False when it is that already.

    Args:
        seen: the version of its row that the actor had before him, NEVER_CHANGED where there was none.

    Raises:
        Invalid: the value on the setting's key, a missing or overlong reason on "reason".
        Conflict: somebody else changed it meanwhile.
    """
    wanted = _checked(setting, text, reason)
    row, version = _row(setting)
    if version != seen:
        raise Conflict(Text("这项设置刚刚被别人改过", "Somebody has just changed this setting"), ledger.latest(row))
    before = value(setting)
    if wanted == before:
        return False
    row.value = setting.write(wanted)
    db.session.flush()
    data = {"key": setting.key, "value": [setting.write(before), row.value]}
    ledger.record(row, "set", actor, reason=reason.strip(), data=data)
    return True


def _checked(setting: Setting[Any], text: str, reason: str) -> Any:
    errors: list[FieldError] = []
    wanted = None
    try:
        wanted = setting.read(text)
    except FieldError as error:
        errors.append(error)
    if not reason.strip():
        errors.append(FieldError("reason", Text("请写明为什么修改", "Say why it is changed")))
    elif len(reason.strip()) > REASON_LIMIT:
        errors.append(FieldError("reason", REASON_LONG))
    if errors:
        raise Invalid(errors)
    return wanted


def _row(setting: Setting[Any]) -> tuple[SettingValue, int]:
    """The locked row of the setting, made with the default where there is none, and the version it had till now."""
    found = db.session.query(SettingValue).filter_by(key=setting.key).one_or_none()
    if found is None:
        found = SettingValue(key=setting.key, value=setting.write(setting.default))
        try:
            with db.session.begin_nested():
                db.session.add(found)
        except IntegrityError:  # somebody changes it for the first time in this moment
            return _row(setting)
        return found, NEVER_CHANGED
    lock(found)
    return found, found.version
