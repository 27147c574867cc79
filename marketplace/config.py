"""The settings of one installation: a frozen dataclass read from the environment, nothing read anywhere else."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

PREFIX = "MARKETPLACE_"
LANGUAGES = ("zh_CN", "en")


class BadSetting(Exception):
    """A setting that stops the start: one line names the variable, the value and what is allowed."""

    def __init__(self, name: str, value: str, allowed: str) -> None:
        super().__init__(f"{PREFIX}{name}={value!r} cannot be used: {allowed}")


@dataclass(frozen=True)
class Config:
    """Every setting with its default.

    ``demo`` (set by ``make run``) loads the sample, prints the demo accounts and lets the secret be made up.
    """

    # Where data, files, index and the embedded database live.
    data_dir: Path = Path("var")
    # SQLAlchemy address; empty means SQLite in data_dir. PostgreSQL: postgresql+psycopg://…
    database_url: str = ""
    # Signs sessions and mail links. Required unless demo.
    secret_key: str = field(default="", repr=False)
    # Search engine. The embedded one serves both databases.
    search: str = "whoosh"
    # Uploaded files: a local folder (empty: data_dir/files).
    storage_url: str = ""
    # Outgoing mail: console: prints, smtp://user:password@host:port sends (smtps:// for TLS from the start).
    mail_url: str = field(default="console:", repr=False)
    # Sender of all mail.
    mail_from: str = "no-reply@localhost"
    # The address people use, for links in mails.
    base_url: str = "http://127.0.0.1:8000"
    # Demonstration: sample data and demo accounts. Never on a public site.
    demo: bool = False
    # Legal time of the site. Days, deadlines and numbers follow it.
    timezone: str = "Asia/Shanghai"
    # Language of a visitor who states none.
    language: str = "zh_CN"
    # Tests only: cheap password hashing, no embedded worker.
    testing: bool = False

    @property
    def database(self) -> str:
        """The database address in force."""
        return self.database_url or f"sqlite:///{(self.data_dir / 'jiyu.sqlite3').resolve()}"

    @property
    def files_dir(self) -> Path:
        """The folder of uploaded files."""
        return Path(self.storage_url.removeprefix("file://")) if self.storage_url else self.data_dir / "files"

    @property
    def search_dir(self) -> Path:
        """The folder of the embedded search index."""
        return self.data_dir / "search"

    @property
    def secure(self) -> bool:
        """Whether the site is reached over TLS, so that cookies may insist on it."""
        return self.base_url.startswith("https://")

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Config:
        """Read and check the settings.

        Raises:
            BadSetting: for the first value that cannot be used.
        """
        given = {key.removeprefix(PREFIX): value.strip() for key, value in environ.items() if key.startswith(PREFIX)}
        demo = _flag("DEMO", given.get("DEMO", "0"))
        config = cls(
            data_dir=Path(given.get("DATA_DIR") or "var"),
            database_url=_database(given.get("DATABASE_URL", "")),
            secret_key=given.get("SECRET_KEY", ""),
            search=_one_of("SEARCH", given.get("SEARCH") or "whoosh", ("whoosh",)),
            storage_url=_storage(given.get("STORAGE_URL", "")),
            mail_url=_mail(given.get("MAIL_URL") or "console:"),
            mail_from=given.get("MAIL_FROM") or "no-reply@localhost",
            base_url=_address("BASE_URL", given.get("BASE_URL") or "http://127.0.0.1:8000"),
            demo=demo,
            timezone=_timezone(given.get("TIMEZONE") or "Asia/Shanghai"),
            language=_one_of("LANGUAGE", given.get("LANGUAGE") or "zh_CN", LANGUAGES),
        )
        return config.with_secret()

    def with_secret(self) -> Config:
        """The same settings with a secret: a demonstration keeps a made-up one in its data folder."""
        if self.secret_key:
            if len(self.secret_key) < 16:
                raise BadSetting("SECRET_KEY", "…", "at least 16 characters, e.g. from: openssl rand -hex 32")
            return self
        if not self.demo:
            raise BadSetting(
                "SECRET_KEY", "", "required unless MARKETPLACE_DEMO=1; make one with: openssl rand -hex 32"
            )
        path = self.data_dir / "demo-secret"
        if not path.exists():
            self.data_dir.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            path.write_text(secrets.token_hex(32))
        return replace(self, secret_key=path.read_text().strip())


def _flag(name: str, value: str) -> bool:
    return _one_of(name, value or "0", ("0", "1")) == "1"


def _one_of(name: str, value: str, allowed: tuple[str, ...]) -> str:
    if value not in allowed:
        raise BadSetting(name, value, "allowed: " + ", ".join(allowed))
    return value


def _database(value: str) -> str:
    if value and urlsplit(value).scheme not in ("sqlite", "postgresql", "postgresql+psycopg"):
        raise BadSetting("DATABASE_URL", urlsplit(value).scheme + "://…", "sqlite:///file or postgresql+psycopg://…")
    return value


def _storage(value: str) -> str:
    if value and urlsplit(value).scheme not in ("", "file"):
        raise BadSetting("STORAGE_URL", value, "a local folder (object stores are not supported yet)")
    return value


def _mail(value: str) -> str:
    if urlsplit(value).scheme not in ("console", "smtp", "smtps"):
        raise BadSetting("MAIL_URL", urlsplit(value).scheme, "console: or smtp://user:password@host:port or smtps://…")
    return value


def _address(name: str, value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise BadSetting(name, value, "an address such as https://jiyu.example.cn")
    return value.rstrip("/")


def _timezone(value: str) -> str:
    if value not in available_timezones():
        raise BadSetting("TIMEZONE", value, "a name of the time zone database such as Asia/Shanghai")
    return ZoneInfo(value).key
