"""How letters reach their readers: composed in their language and mailed."""

from __future__ import annotations

from flask import Flask, current_app
from flask_babel import force_locale

from marketplace.config import Config
from marketplace.foundation.letters import Letter, Write
from marketplace.foundation.mail import Mail, mailer_from
from marketplace.foundation.outbox import Handler, Message, outside
from marketplace.foundation.worker import Schedule


def tell(app: Flask, topic: str, write: Write) -> None:
    """Have what ``write`` says of ``topic`` reach its readers: the one place where the way to them is chosen."""
    schedule: Schedule = app.extensions["schedule"]
    schedule.subscriptions.add(topic, mailed(write))


def mailed(write: Write) -> Handler:
    """The handler of a topic that sends what ``write`` tells; handled again, it sends the same Message-IDs."""

    @outside
    def handle(message: Message) -> None:
        config: Config = current_app.extensions["config"]
        mailer = mailer_from(config)
        for letter in write(message, config):
            mailer.send(composed(letter, config), message.id)

    return handle


def composed(letter: Letter, config: Config) -> Mail:
    """The mail of a letter, in its reader's language: the first line of the template is the subject."""
    template = current_app.jinja_env.get_template(f"mail/{letter.template}")
    with force_locale(letter.language):
        text = template.render(letter.context, base_url=config.base_url)
    subject, _, body = text.strip().partition("\n")
    return Mail(letter.to, " ".join(subject.split()), body.lstrip("\n") + "\n")
