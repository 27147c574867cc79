"""Letters: what one person is told of an outbox message, before it is composed in his language."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from marketplace.config import Config
from marketplace.foundation.outbox import Message


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail to one person, in ``language``. ``template`` lies below templates/mail/; its first line is the subject."""

    to: str
    language: str
    template: str
    context: Mapping[str, Any] = field(default_factory=dict)


# What a capability tells of an outbox message: one letter for each reader.
Write = Callable[[Message, Config], Iterable[Letter]]
