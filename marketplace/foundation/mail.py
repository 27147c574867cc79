"""Mail: plain text, composed so that a duplicate is recognisable, sent by SMTP or printed on the console."""

from __future__ import annotations

import hashlib
import smtplib
import ssl
import sys
import unicodedata
from dataclasses import dataclass, field
from email.errors import HeaderParseError
from email.headerregistry import Address, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, Policy
from email.utils import format_datetime, parseaddr
from typing import Any, Literal, Protocol, TextIO
from urllib.parse import unquote, urlsplit

from marketplace.config import Config
from marketplace.core import clock


class _Verbatim(UnstructuredHeader):
    """A header that is never folded or encoded: a long address would be taken apart and no longer lead anywhere."""

    def fold(self, *, policy: Policy[Any]) -> str:
        return f"{self.name}: {self}{policy.linesep}"  # type: ignore[attr-defined]


_HEADERS = HeaderRegistry()
_HEADERS.map_to_type("list-unsubscribe", _Verbatim)  # type: ignore[arg-type]

# Seven bits on the way: every server takes it.
POLICY = SMTP.clone(cte_type="7bit", header_factory=_HEADERS)
TIMEOUT = 20.0
# On the computer itself nobody listens in, and its mail server's certificate is a made-up one as a rule.
_HERE = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Mail:
    """What one person is told. ``to`` is one plain address; ``body`` is text with \\n line ends.

    ``unsubscribe``: the address where one POST switches off mails like this one (RFC 8058); "" for what is owed.
    """

    to: str
    subject: str
    body: str
    unsubscribe: str = ""


class Sender(Protocol):
    """How mail leaves the house."""

    def send(self, message: EmailMessage) -> None:
        """Hand the message over.

        Raises:
            OSError: the server cannot be reached or refuses (``smtplib.SMTPException`` is one); try again later.
        """


@dataclass(frozen=True)
class ConsoleSender:
    """Prints mails, for demonstrations and development."""

    stream: TextIO | None = None

    def send(self, message: EmailMessage) -> None:
        """Print the headers a person looks for, and the text."""
        shown = [f"{name}: {message[name]}" for name in ("From", "To", "Subject", "Message-ID")]
        text = "\n".join(["-" * 72, *shown, "", message.get_content().rstrip("\n"), "-" * 72, ""])
        stream = self.stream or sys.stdout
        stream.write(text)
        stream.flush()


@dataclass(frozen=True)
class NoSender:
    """Sends nothing: for an installation without mail, and for a history that is written after the event."""

    def send(self, message: EmailMessage) -> None:
        """Drop the message."""


@dataclass(frozen=True)
class SmtpSender:
    """Sends by SMTP, one connection a message.

    ``tls``: encrypted from the start (smtps). Otherwise STARTTLS is used when the server offers it. Certificates
    are checked, except on this computer. A password is never sent in the clear to another computer.
    """

    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)
    tls: bool = False
    timeout: float = TIMEOUT

    def send(self, message: EmailMessage) -> None:
        """Deliver to the server.

        Raises:
            OSError: unreachable, certificate not trusted, login or recipient refused.
        """
        with self._connected() as smtp:
            smtp.ehlo_or_helo_if_needed()
            encrypted = self.tls
            if not encrypted and smtp.has_extn("starttls"):
                smtp.starttls(context=self._context())
                encrypted = True
            if self.user:
                if not encrypted and self.host not in _HERE:
                    raise smtplib.SMTPNotSupportedError("the server offers no TLS: the password was not sent")
                smtp.login(self.user, self.password)
            smtp.send_message(message)

    def _connected(self) -> smtplib.SMTP:
        if self.tls:
            return smtplib.SMTP_SSL(self.host, self.port, timeout=self.timeout, context=self._context())
        return smtplib.SMTP(self.host, self.port, timeout=self.timeout)

    def _context(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        if self.host in _HERE:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context


@dataclass(frozen=True)
class Mailer:
    """Composes and sends the mails of one site: its sender, its From address, its host name."""

    sender: Sender
    mail_from: str
    host: str

    def send(self, mail: Mail, key: int | str) -> None:
        """Send a mail; sent again under the same ``key``, it carries the same Message-ID.

        Raises:
            ValueError: an address or the subject cannot stand in a header.
            OSError: it could not be handed over.
        """
        self.sender.send(compose(mail, key, mail_from=self.mail_from, host=self.host))


def compose(mail: Mail, key: int | str, *, mail_from: str, host: str) -> EmailMessage:
    """The message as it goes out.

    Raises:
        ValueError: an address is not exactly one, or a header would hold a line end or control character.
    """
    message = EmailMessage(policy=POLICY)
    message["From"] = _address(*parseaddr(_header(mail_from)))
    message["To"] = _address("", mail.to)
    message["Subject"] = _header(mail.subject)
    message["Date"] = format_datetime(clock.now())
    message["Message-ID"] = message_id(key, mail.to, host)
    # Answering machines stay silent (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    if mail.unsubscribe:
        message["List-Unsubscribe"] = f"<{_header(mail.unsubscribe)}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(mail.body, charset="utf-8")
    return message


def message_id(key: int | str, recipient: str, host: str) -> str:
    """The same for the same mail, recipient and site, so that a mail sent twice is seen to be one."""
    digest = hashlib.sha256(f"{key}\n{recipient.strip().lower()}\n{host}".encode()).hexdigest()
    return f"<{key}.{digest[:24]}@{_domain(host)}>"


def refused_for_good(error: Exception) -> Literal["", "address", "mail"]:
    """What a failure to hand a mail over says of trying again: nothing ("", try again), or what was refused for good.

    "address": the server knows no such mailbox or takes nothing for it. "mail": this one mail cannot be sent. A
    refusal of our own sender or sign-in is the operator's to mend and says nothing of either. (RFC 5321, 4.2.1: 5xx
    is permanent, 4xx transient.)
    """
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return "address" if all(_permanent(code) for code, _why in error.recipients.values()) else ""
    if isinstance(error, smtplib.SMTPDataError):
        return "mail" if _permanent(error.smtp_code) else ""
    return "mail" if isinstance(error, ValueError) else ""


def _permanent(code: int) -> bool:
    return 500 <= code < 600


def sender_from(url: str) -> Sender:
    """The sender of the setting MAIL_URL: console:, none:, smtp://user:password@host:port or smtps://….

    Raises:
        ValueError: another scheme, or no host.
    """
    parts = urlsplit(url)
    if parts.scheme == "console":
        return ConsoleSender()
    if parts.scheme == "none":
        return NoSender()
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ValueError("a mail address of the form console:, smtp://host:port or smtps://host:port is needed")
    tls = parts.scheme == "smtps"
    return SmtpSender(
        host=parts.hostname,
        port=parts.port or (465 if tls else 587 if parts.username else 25),
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        tls=tls,
    )


def mailer_from(config: Config) -> Mailer:
    """The mailer of an installation."""
    return Mailer(sender_from(config.mail_url), config.mail_from, urlsplit(config.base_url).hostname or "localhost")


def _address(name: str, spec: str) -> Address:
    """Exactly one address: a second one, after a comma, is an error."""
    try:
        address = Address(display_name=name, addr_spec=_header(spec))
    except (HeaderParseError, IndexError) as error:
        raise ValueError(f"not a mail address: {spec!r}") from error
    if not address.username or not address.domain:
        raise ValueError(f"not a mail address: {spec!r}")
    return address


def _header(text: str) -> str:
    """Text that may stand in a header: EmailMessage refuses line ends inside it, but not every one at its end."""
    if any(unicodedata.category(c) in ("Cc", "Zl", "Zp") for c in text):
        raise ValueError(f"a header may not contain line ends or control characters: {text!r}")
    return text


def _domain(host: str) -> str:
    """The host as the right side of a Message-ID: ASCII, an IPv6 address in brackets."""
    return f"[{host}]" if ":" in host else host.encode("idna").decode("ascii")
