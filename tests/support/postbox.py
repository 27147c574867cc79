"""A mail server of the test's own: keeps what it takes, and refuses whom it is told to refuse."""

from __future__ import annotations

import email
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope

from tests.support.servers import free_port


@dataclass
class Postbox:
    """What a server took. ``refuse``: address → its answer; ``took``: called after each mail, before the answer."""

    port: int = field(default_factory=free_port)
    mails: list[EmailMessage] = field(default_factory=list)
    refuse: dict[str, str] = field(default_factory=dict)
    took: Callable[[], None] | None = None

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Envelope, address: str, _options: Any) -> str:
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:
        assert isinstance(envelope.original_content, bytes)
        self.mails.append(email.message_from_bytes(envelope.original_content, policy=default))
        if self.took is not None:
            self.took()
        return "250 OK"


@contextmanager
def postbox() -> Iterator[Postbox]:
    """A running one."""
    made = Postbox()
    controller = Controller(made, hostname="127.0.0.1", port=made.port)
    controller.start()
    try:
        yield made
    finally:
        controller.stop(no_assert=True)
