"""The mails that a test's site sends."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from marketplace.foundation import outbox
from marketplace.foundation.db import db
from marketplace.foundation.outbox import OutboxMessage

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
