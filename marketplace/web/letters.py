"""The one way from a letter to its reader: who writes of what, who carries it, and how it reads."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app
from flask_babel import force_locale

from marketplace.config import Config
from marketplace.core.reasons import in_words
from marketplace.foundation.letters import Letter, Quote, Write, spoken
from marketplace.foundation.outbox import Message
from marketplace.foundation.worker import Schedule
from marketplace.web.languages import locale_of
from marketplace.web.plate import letter_groups

log = logging.getLogger(__name__)

# Takes the letters of a message in its transaction; asked twice about one message, it does nothing more.
Carrier = Callable[[Message, Sequence[Letter], str], None]


def tell(app: Flask, topic: str, write: Write) -> None:
    """Have what ``write`` says of ``topic`` reach its readers."""
    writes: dict[str, list[Write]] = app.extensions.setdefault("letters", {})
    if topic not in writes:
        schedule: Schedule = app.extensions["schedule"]
        schedule.subscriptions.add(topic, _carry)
    writes.setdefault(topic, []).append(write)


def carry_by(app: Flask, carrier: Carrier) -> None:
    """Have ``carrier`` take every letter of the site."""
    app.extensions["letter_carrier"] = carrier


def letters_of(message: Message) -> list[Letter]:
    """What the readers of a message are told.

    Raises:
        LookupError: a letter belongs to a group that no plate names.
    """
    config: Config = current_app.extensions["config"]
    letters = [each for write in current_app.extensions["letters"][message.topic] for each in write(message, config)]
    known = letter_groups()
    for letter in letters:
        if letter.group is not None and letter.group.key not in known:
            raise LookupError(f"no plate names the group of letters {letter.group.key!r}")
    return letters


def _carry(message: Message) -> None:
    config: Config = current_app.extensions["config"]
    current_app.extensions["letter_carrier"](message, letters_of(message), config.base_url)


def _read_in(language: str, value: Any) -> Any:
    """A quotation with the lines that are known in both languages in the reader's."""
    return Quote(in_words(value).say(language)) if isinstance(value, Quote) else value


@dataclass(frozen=True, slots=True)
class Drawn:
    """A letter in words: its subject on one line, its text with \\n line ends."""

    subject: str
    body: str


def drawn(template: str, context: Mapping[str, Any], language: str, **given: Any) -> Drawn:
    """A letter in a language. Its "link" and ``given`` (addresses, what the foot says) are the site's own words.

    Raises:
        TemplateNotFound: there is no such letter, or no longer.
    """
    found = current_app.jinja_env.get_template(f"mail/{template}")
    with force_locale(locale_of(language)):
        said = {key: value if key == "link" else spoken(_read_in(language, value)) for key, value in context.items()}
        text = found.render(said | given)
    subject, _, body = text.strip().partition("\n")
    return Drawn(" ".join(subject.split()), body.strip("\n") + "\n")
