"""Mail: composed once and recognisable, sent to a real SMTP server, never a way into headers."""

from __future__ import annotations

import email
import io
import smtplib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any, cast

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword

from marketplace.config import Config
from marketplace.foundation.mail import (
    ConsoleSender,
    Mail,
    Mailer,
    SmtpSender,
    compose,
    mailer_from,
    message_id,
    refused_for_good,
    sender_from,
)

MAIL = Mail("wang@example.com", "您的产品“巡检机器人”已公开", "王工：\n\n产品已公开。\n.\n一行" + "长" * 300 + "\n")
# A key and certificate for "localhost", for these tests only; valid until 2126.
CERTIFICATE = """-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgT6eK38x54gdC2Khj
H5vsXZ8B2X+sriV9qptZGpx85CShRANCAAR47rA5YUak48ycN0UC7ZT8C/F1hHkU
OqM0YJBEZk68hvcYNWxwLxRJ5/QhpwUlt+F+2PKQ3UDB0U2hccmAwLIg
-----END PRIVATE KEY-----
-----BEGIN CERTIFICATE-----
MIIBlTCCATugAwIBAgIUJJOXCvjE5l0DnnRyH85A2y5tpQgwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMzIyMTgxM1oYDzIxMjYxMDMw
MjIxODEzWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAR47rA5YUak48ycN0UC7ZT8C/F1hHkUOqM0YJBEZk68hvcYNWxwLxRJ
5/QhpwUlt+F+2PKQ3UDB0U2hccmAwLIgo2kwZzAdBgNVHQ4EFgQU2aI9fYRLva1d
aCczaGfVIcwxP/IwHwYDVR0jBBgwFoAU2aI9fYRLva1daCczaGfVIcwxP/IwDwYD
VR0TAQH/BAUwAwEB/zAUBgNVHREEDTALgglsb2NhbGhvc3QwCgYIKoZIzj0EAwID
SAAwRQIhALQDMoHoIlJoZTIEyTdrik8W+CYnHH8MjjILgkys38CNAiBpACT8V2JE
cUdgt8qREu1+XD3GUiXUa/x/tTctSqD/3A==
-----END CERTIFICATE-----
"""


@dataclass
class Inbox:
    """What a server took, and how each session was secured."""

    port: int = 0
    letters: list[Envelope] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)
    logins: list[tuple[bytes, bytes]] = field(default_factory=list)
    refuse: bool = False

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Envelope, address: str, _options: Any) -> str:
        if self.refuse:
            return "550 no such person here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:
        self.letters.append(envelope)
        self.encrypted.append(session.ssl is not None or server.transport.get_extra_info("sslcontext") is not None)
        return "250 OK"

    def authenticate(self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.logins.append((data.login, data.password))
        return AuthResult(success=data.password == b"pass@1:", handled=False)

    def message(self) -> EmailMessage:
        content = self.letters[-1].original_content
        assert content is not None
        return cast(EmailMessage, email.message_from_bytes(content, policy=default))


@pytest.fixture
def context(tmp_path: Path) -> ssl.SSLContext:
    path = tmp_path / "localhost.pem"
    path.write_text(CERTIFICATE)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


@pytest.fixture
def serve() -> Iterator[Callable[..., Inbox]]:
    running: list[Controller] = []

    def start(**options: Any) -> Inbox:
        inbox = Inbox()
        if options.pop("login", False):
            options |= {"authenticator": inbox.authenticate, "auth_require_tls": False}
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            inbox.port = free.getsockname()[1]
        controller = Controller(inbox, hostname="127.0.0.1", port=inbox.port, **options)
        controller.start()
        running.append(controller)
        return inbox

    yield start
    for controller in running:
        controller.stop(no_assert=True)


def send(url: str, mail: Mail = MAIL, outbox_id: int = 41) -> None:
    Mailer(sender_from(url), "机遇 <no-reply@jiyu.example>", "jiyu.example").send(mail, outbox_id)


class TestComposing:
    def test_says_who_what_and_that_a_machine_wrote_it(self) -> None:
        message = compose(MAIL, 41, mail_from="机遇 <no-reply@jiyu.example>", host="jiyu.example")
        assert message["To"] == "wang@example.com"
        assert message["Subject"] == MAIL.subject
        assert message["From"] == "机遇 <no-reply@jiyu.example>"
        assert message["Auto-Submitted"] == "auto-generated"
        assert message["Date"].datetime.tzinfo is not None
        assert message.get_content_type() == "text/plain"
        assert message.get_content_charset() == "utf-8"
        data = message.as_bytes()
        assert data.isascii()
        assert max(len(line) for line in data.split(b"\r\n")) <= 78
        assert email.message_from_bytes(data, policy=default).get_content().replace("\r\n", "\n") == MAIL.body

    def test_a_message_id_is_the_same_only_for_the_same_message_person_and_site(self) -> None:
        first = message_id(41, "wang@example.com", "jiyu.example")
        assert first == message_id(41, " Wang@Example.com", "jiyu.example")
        assert first.startswith("<41.")
        assert first.endswith("@jiyu.example>")
        others = {
            message_id(42, "wang@example.com", "jiyu.example"),
            message_id(41, "li@example.com", "jiyu.example"),
            message_id(41, "wang@example.com", "test.example"),
        }
        assert len(others | {first}) == 4

    @pytest.mark.parametrize("host", ["127.0.0.1", "::1", "机遇.example", "localhost"])
    def test_a_message_id_stands_in_a_header_for_every_host(self, host: str) -> None:
        message = compose(MAIL, 41, mail_from="a@b.example", host=host)
        assert email.message_from_bytes(message.as_bytes(), policy=default)["Message-ID"] == message_id(
            41, MAIL.to, host
        )

    @pytest.mark.parametrize(
        "mail",
        [
            Mail("a@example.com", "subject\r\nBcc: all@example.com", "x"),
            Mail("a@example.com", "subject\n", "x"),
            Mail("a@example.com", "subject\r", "x"),
            Mail("a@example.com", "subject\u2028x", "x"),
            Mail("a@example.com\r\nBcc: all@example.com", "x", "x"),
            Mail("a@example.com\n", "x", "x"),
            Mail("a@example.com, b@example.com", "x", "x"),
            Mail("A <a@example.com>", "x", "x"),
            Mail("a", "x", "x"),
            Mail("@example.com", "x", "x"),
            Mail("", "x", "x"),
        ],
    )
    def test_refuses_what_would_break_out_of_a_header(self, mail: Mail) -> None:
        with pytest.raises(ValueError, match=r".+"):
            compose(mail, 1, mail_from="no-reply@jiyu.example", host="jiyu.example")

    def test_a_body_cannot_become_headers(self) -> None:
        message = compose(
            Mail("a@example.com", "x", "Bcc: all@example.com\r\n\r\nx"), 1, mail_from="b@c.example", host="h"
        )
        assert email.message_from_bytes(message.as_bytes(), policy=default)["Bcc"] is None

    def test_a_link_to_unsubscribe_is_whole_however_long(self) -> None:
        link = "https://a-long-name-of-a-site.example/unsubscribe/" + "x" * 200
        mail = Mail("a@example.com", "x", "x", unsubscribe=link)
        data = compose(mail, 1, mail_from="b@c.example", host="h").as_bytes()
        assert f"List-Unsubscribe: <{link}>\r\n".encode() in data
        assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in data
        with pytest.raises(ValueError, match="line ends"):
            compose(replace(mail, unsubscribe="https://x\r\nBcc: y"), 1, mail_from="b@c.example", host="h")


@pytest.mark.parametrize(
    ("error", "refused"),
    [
        (smtplib.SMTPRecipientsRefused({"a": (550, b"no such mailbox")}), "address"),
        (smtplib.SMTPRecipientsRefused({"a": (451, b"greylisted")}), ""),
        (smtplib.SMTPDataError(554, b"looks like spam"), "mail"),
        (smtplib.SMTPDataError(452, b"full"), ""),
        (smtplib.SMTPSenderRefused(550, b"not your domain", "us"), ""),
        (smtplib.SMTPAuthenticationError(535, b"wrong password"), ""),
        (ConnectionRefusedError(), ""),
        (ValueError("not a mail address"), "mail"),
    ],
)
def test_a_refusal_for_good_is_told_from_one_for_now(error: Exception, refused: str) -> None:
    assert refused_for_good(error) == refused


class TestSending:
    def test_arrives_as_it_was_written(self, serve: Callable[..., Inbox]) -> None:
        inbox = serve()
        send(f"smtp://127.0.0.1:{inbox.port}")
        letter, message = inbox.letters[0], inbox.message()
        assert (letter.mail_from, letter.rcpt_tos) == ("no-reply@jiyu.example", ["wang@example.com"])
        assert message["Subject"] == MAIL.subject
        assert message["Message-ID"] == message_id(41, MAIL.to, "jiyu.example")
        assert message.get_content().replace("\r\n", "\n") == MAIL.body
        assert inbox.encrypted == [False]

    def test_sent_twice_it_is_recognisably_one(self, serve: Callable[..., Inbox]) -> None:
        inbox = serve()
        for _ in range(2):
            send(f"smtp://127.0.0.1:{inbox.port}")
        assert len(inbox.letters) == 2
        assert len({email.message_from_bytes(letter.original_content)["Message-ID"] for letter in inbox.letters}) == 1

    def test_uses_starttls_when_it_is_offered(self, serve: Callable[..., Inbox], context: ssl.SSLContext) -> None:
        inbox = serve(tls_context=context, require_starttls=True, login=True)
        send(f"smtp://bot:pass%401%3A@localhost:{inbox.port}")
        assert inbox.encrypted == [True]
        assert inbox.logins == [(b"bot", b"pass@1:")]

    def test_speaks_tls_from_the_start(self, serve: Callable[..., Inbox], context: ssl.SSLContext) -> None:
        inbox = serve(ssl_context=context)
        send(f"smtps://127.0.0.1:{inbox.port}")
        assert inbox.encrypted == [True]

    def test_does_not_trust_a_made_up_certificate_of_another_host(
        self, serve: Callable[..., Inbox], context: ssl.SSLContext
    ) -> None:
        inbox = serve(tls_context=context)
        message = compose(MAIL, 1, mail_from="a@b.example", host="h")
        with forwarded("127.0.0.2", inbox.port) as port, pytest.raises(ssl.SSLCertVerificationError):
            SmtpSender("127.0.0.2", port).send(message)
        assert inbox.letters == []

    def test_sends_no_password_in_the_clear_to_another_host(self, serve: Callable[..., Inbox]) -> None:
        inbox = serve(login=True)
        message = compose(MAIL, 1, mail_from="a@b.example", host="h")
        with forwarded("127.0.0.2", inbox.port) as port, pytest.raises(smtplib.SMTPNotSupportedError, match="password"):
            SmtpSender("127.0.0.2", port, "bot", "pass@1:").send(message)
        assert inbox.logins == []

    def test_a_wrong_password_is_an_error(self, serve: Callable[..., Inbox]) -> None:
        inbox = serve(login=True)
        with pytest.raises(smtplib.SMTPAuthenticationError):
            send(f"smtp://bot:wrong@127.0.0.1:{inbox.port}")
        assert inbox.letters == []

    def test_a_refused_recipient_is_an_error(self, serve: Callable[..., Inbox]) -> None:
        inbox = serve()
        inbox.refuse = True
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            send(f"smtp://127.0.0.1:{inbox.port}")

    def test_a_server_that_is_away_or_silent_is_an_error_soon(self) -> None:
        message = compose(MAIL, 1, mail_from="a@b.example", host="h")
        with socket.create_server(("127.0.0.1", 0)) as silent:
            port = silent.getsockname()[1]
            with pytest.raises(smtplib.SMTPServerDisconnected, match="timed out"):
                SmtpSender("127.0.0.1", port, timeout=0.2).send(message)
        with pytest.raises(ConnectionRefusedError):
            SmtpSender("127.0.0.1", port).send(message)

    def test_the_console_shows_what_a_person_needs(self) -> None:
        stream = io.StringIO()
        mailer = Mailer(ConsoleSender(stream), "no-reply@jiyu.example", "jiyu.example")
        mailer.send(Mail("a@example.com", "请确认邮箱", "打开 http://127.0.0.1:8000/x\n"), 9)
        shown = stream.getvalue()
        assert "To: a@example.com\nSubject: 请确认邮箱\n" in shown
        assert "\n打开 http://127.0.0.1:8000/x\n" in shown


class TestSettings:
    @pytest.mark.parametrize(
        ("url", "sender"),
        [
            ("console:", ConsoleSender()),
            ("smtp://mail.example", SmtpSender("mail.example", 25)),
            ("smtp://u:p@mail.example", SmtpSender("mail.example", 587, "u", "p")),
            ("smtp://u%40x:p%3A@mail.example:2525", SmtpSender("mail.example", 2525, "u@x", "p:")),
            ("smtps://u:p@mail.example", SmtpSender("mail.example", 465, "u", "p", tls=True)),
        ],
    )
    def test_the_address_says_how(self, url: str, sender: object) -> None:
        assert sender_from(url) == sender

    @pytest.mark.parametrize("url", ["", "http://mail.example", "smtp://", "smtp:mail.example"])
    def test_refuses_an_address_that_names_no_server(self, url: str) -> None:
        with pytest.raises(ValueError, match="smtp://host"):
            sender_from(url)

    def test_a_password_is_not_shown(self) -> None:
        assert "geheim" not in repr(sender_from("smtp://u:geheim@mail.example"))

    def test_the_site_mails_under_its_own_name(self) -> None:
        config = Config(mail_from="no-reply@jiyu.example", base_url="https://jiyu.example:8443")
        assert mailer_from(config) == Mailer(ConsoleSender(), "no-reply@jiyu.example", "jiyu.example")


class forwarded:
    """A port of another address of this computer whose every connection is passed on to a local port."""

    def __init__(self, host: str, target: int) -> None:
        self._listener = socket.create_server((host, 0))
        self._target = target

    def __enter__(self) -> int:
        threading.Thread(target=self._run, daemon=True).start()
        return int(self._listener.getsockname()[1])

    def __exit__(self, *_error: object) -> None:
        self._listener.close()

    def _run(self) -> None:
        incoming, _address = self._listener.accept()
        outgoing = socket.create_connection(("127.0.0.1", self._target))
        there = threading.Thread(target=self._pass, args=(incoming, outgoing), daemon=True)
        there.start()
        self._pass(outgoing, incoming)
        there.join(timeout=5)
        incoming.close()
        outgoing.close()

    def _pass(self, source: socket.socket, target: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            return
