"""The text fields of the guided form of a scenario, each as long as its limit allows."""

from __future__ import annotations

from typing import Any

from wtforms import Field, StringField

from marketplace.scenarios.content import LIMITS
from marketplace.web.fields import written


def text(key: str, label: Any, kind: type[Field] = StringField, **options: Any) -> Any:
    """A field for the text ``key``."""
    return written(label, LIMITS[key], kind, **options)
