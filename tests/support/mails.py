"""The mails that a test's site sends."""

from __future__ import annotations

import re
import threading

import pytest
from flask import Flask

from marketplace.foundation import outbox
from marketplace.foundation.db import db
from marketplace.foundation.outbox import OutboxMessage
from tests.support.servers import LiveSite, wait_until

Output = pytest.CaptureFixture[str]


def delivered(app: Flask, capsys: Output) -> list[dict[str, str]]:
    """Handle everything that is due; the mails that were printed, by header, with the text under "body"."""
    while outbox.handle_next(app.extensions["schedule"].subscriptions):
        pass
    assert db.session.query(OutboxMessage).filter(OutboxMessage.error != "").all() == []
    mails = []
    for printed in re.split(r"(?m)^-{72}$\n", capsys.readouterr().out):
        if printed.strip():
            head, _, body = printed.partition("\n\n")
            headers: dict[str, str] = {}
            for line in head.strip().splitlines():
                name, _, value = line.partition(": ")
                headers[name] = value
            mails.append({**headers, "body": "\n".join(body.splitlines())})
    return mails


@pytest.fixture
def mails(live: LiveSite, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, str]]:
    """Every mail that leaves the house: (to, subject, text)."""
    from marketplace.foundation import mail

    sent: list[tuple[str, str, str]] = []
    lock = threading.Lock()

    def send(_sender: object, message: object) -> None:
        with lock:
            sent.append((str(message["To"]), str(message["Subject"]), message.get_content()))  # type: ignore[index, attr-defined]

    monkeypatch.setattr(mail.ConsoleSender, "send", send)
    return sent


def mail_to(mails: list[tuple[str, str, str]], address: str, words: str) -> str:
    """The text of the mail to somebody with these words in its subject, once it was sent."""

    def found() -> list[str]:
        return [text for to, subject, text in mails if to == address and words in subject]

    wait_until(lambda: bool(found()), f"a mail to {address} about {words}")
    return found()[-1]
