"""The plate of accounts: pages, mails, what waits, and organizations in the search."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from flask import current_app
from flask_babel import force_locale

from marketplace.accounts import notify, queries, searchdoc, views
from marketplace.accounts.notify import Letter
from marketplace.config import Config
from marketplace.core.text import Text
from marketplace.foundation.mail import Mail, mailer_from
from marketplace.foundation.outbox import Handler, Message, outside
from marketplace.web.plate import Capability, FooterLink, SearchSource

Write = Callable[[Message, Config], Iterable[Letter]]


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


ORGANIZATIONS = SearchSource(
    kind=searchdoc.KIND,
    label=Text("单位", "Organizations"),
    keys=queries.public_ids,
    documents=searchdoc.documents,
    versions=queries.public_versions,
    visible=searchdoc.visible,
    cards=views.cards,
    texts=searchdoc.texts,
    order=30,
)

ACCOUNTS = Capability(
    name="accounts",
    blueprints=views.blueprints,
    footer=(
        FooterLink(1, Text("注册账号", "Register"), "accounts.register", 10),
        FooterLink(1, Text("登记单位", "Add an organization"), "organizations.new", 20),
    ),
    topics={
        "user.registered": mailed(notify.registered),
        "user.registered_again": mailed(notify.registered_again),
        "organization.submit": mailed(notify.organization_submitted),
        "organization.verify": mailed(notify.organization_decided),
        "organization.return": mailed(notify.organization_decided),
        "organization.suspend": mailed(notify.organization_decided),
        "organization.resume": mailed(notify.organization_decided),
    },
    sources=(ORGANIZATIONS,),
    duties=views.duties,
    duty_count=queries.waiting_count,
)
