"""The settings of one installation: a frozen dataclass read from the environment, nothing read anywhere else."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

PREFIX = "MARKETPLACE_"
LANGUAGES = ("zh_CN", "en")
# The secret signs sessions and links of mails: whoever guesses it is everybody. 32 random hex digits are 128 bits.
SECRET_LEAST = 32
SECRET_VARIETY = 8
WEAK_SECRET = "at least 32 characters, and random ones, e.g. from: openssl rand -hex 32"
MOST_PROXIES = 5


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
    database_url: str = field(default="", repr=False)
    # Signs sessions and mail links. Required unless demo.
    secret_key: str = field(default="", repr=False)
    # Former secrets, separated by commas: what they signed or encrypted stays readable; new things use SECRET_KEY.
    old_secret_keys: tuple[str, ...] = field(default=(), repr=False)
    # Search engine: whoosh (embedded, serves both databases) or postgres. Unset: follows the database.
    search: str = "whoosh"
    # Uploaded files: a local folder (empty: data_dir/files).
    storage_url: str = ""
    # Outgoing mail: console: prints, none: sends nothing, smtp://user:password@host:port sends (smtps:// for TLS from
    # the start).
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
    # Where the counts of requests stand: memory:// (each process its own) or redis://host:port/0 (shared by all).
    rate_limit_url: str = field(default="memory://", repr=False)
    # How many proxies stand before the site. Only that many entries of X-Forwarded-For are believed; 0: none.
    trusted_proxies: int = 0
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
    def draft_keys_dir(self) -> Path:
        """The folder of the keys of unsealed bids. Never backed up: a key that is kept opens what was destroyed."""
        return self.data_dir / "draft-keys"

    @property
    def host(self) -> str:
        """The host name of the address people use, in lower case."""
        return urlsplit(self.base_url).hostname or ""

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
            old_secret_keys=tuple(filter(None, given.get("OLD_SECRET_KEYS", "").split(","))),
            search=_search(given.get("SEARCH", ""), given.get("DATABASE_URL", "")),
            storage_url=_storage(given.get("STORAGE_URL", "")),
            mail_url=_mail(given.get("MAIL_URL") or "console:"),
            mail_from=given.get("MAIL_FROM") or "no-reply@localhost",
            base_url=_address("BASE_URL", given.get("BASE_URL") or "http://127.0.0.1:8000"),
            demo=demo,
            timezone=_timezone(given.get("TIMEZONE") or "Asia/Shanghai"),
            language=_one_of("LANGUAGE", given.get("LANGUAGE") or "zh_CN", LANGUAGES),
            rate_limit_url=_counts(given.get("RATE_LIMIT_URL") or "memory://"),
            trusted_proxies=_proxies(given.get("TRUSTED_PROXIES") or "0"),
        )
        return config.with_secret()

    def with_secret(self) -> Config:
        """The same settings with a secret: a demonstration keeps a made-up one in its data folder."""
        if self.secret_key:
            if len(self.secret_key) < SECRET_LEAST or len(set(self.secret_key)) < SECRET_VARIETY:
                raise BadSetting("SECRET_KEY", "…", WEAK_SECRET)
            return self
        if not self.demo:
            raise BadSetting(
                "SECRET_KEY", "", "required unless MARKETPLACE_DEMO=1; make one with: openssl rand -hex 32"
            )
        return replace(self, secret_key=_kept_secret(self.data_dir))


def _kept_secret(folder: Path) -> str:
    """The made-up secret of a demonstration. It appears whole or not at all, also when the first start is killed."""
    path = folder / "demo-secret"
    if not path.exists() or not path.read_text().strip():
        folder.mkdir(parents=True, exist_ok=True)
        made = folder / "demo-secret.new"
        made.touch(mode=0o600)
        made.write_text(secrets.token_hex(32))
        made.replace(path)
    return path.read_text().strip()


def _flag(name: str, value: str) -> bool:
    return _one_of(name, value or "0", ("0", "1")) == "1"


def _one_of(name: str, value: str, allowed: tuple[str, ...]) -> str:
    if value not in allowed:
        raise BadSetting(name, value, "allowed: " + ", ".join(allowed))
    return value


def _split(name: str, value: str, allowed: str) -> SplitResult:
    """The parts of an address; what cannot be taken apart is not repeated, it may hold a password."""
    try:
        parts = urlsplit(value)
        _ = parts.port  # a port that is no number shows only when it is asked for
    except ValueError as error:
        raise BadSetting(name, "…", allowed) from error
    return parts


def _database(value: str) -> str:
    allowed = "sqlite:///file or postgresql+psycopg://user:password@host/name"
    if not value:
        return value
    parts = _split("DATABASE_URL", value, allowed)
    if parts.scheme not in ("sqlite", "postgresql", "postgresql+psycopg"):
        raise BadSetting("DATABASE_URL", f"{parts.scheme}://…", allowed)
    # Every connection to a database in memory would see another one.
    if parts.scheme == "sqlite" and parts.path.strip("/") in ("", ":memory:"):
        raise BadSetting("DATABASE_URL", value, allowed)
    return value


def _search(value: str, database: str) -> str:
    """The engine: the one that suits the database, unless another is asked for."""
    embedded = not database.startswith("postgresql")
    wanted = value or ("whoosh" if embedded else "postgres")
    return _one_of("SEARCH", wanted, ("whoosh",) if embedded else ("whoosh", "postgres"))


def _storage(value: str) -> str:
    allowed = "a local folder (object stores are not supported yet)"
    scheme = _split("STORAGE_URL", value, allowed).scheme
    if scheme not in ("", "file"):
        raise BadSetting("STORAGE_URL", f"{scheme}://…", allowed)
    return value


def _mail(value: str) -> str:
    allowed = "console: or none: or smtp://user:password@host:port or smtps://…"
    parts = _split("MAIL_URL", value, allowed)
    if parts.scheme not in ("console", "none") and (parts.scheme not in ("smtp", "smtps") or not parts.hostname):
        raise BadSetting("MAIL_URL", parts.scheme, allowed)
    return value


def _address(name: str, value: str) -> str:
    allowed = "an address such as https://jiyu.example.cn"
    parts = _split(name, value, allowed)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise BadSetting(name, value, allowed)
    return value.rstrip("/")


def _counts(value: str) -> str:
    allowed = "memory:// or redis://user:password@host:port/0 (rediss:// for TLS)"
    parts = _split("RATE_LIMIT_URL", value, allowed)
    if parts.scheme not in ("memory", "redis", "rediss") or (parts.scheme != "memory" and not parts.hostname):
        raise BadSetting("RATE_LIMIT_URL", f"{parts.scheme}://…", allowed)
    if parts.scheme != "memory" and find_spec("redis") is None:
        raise BadSetting("RATE_LIMIT_URL", f"{parts.scheme}://…", "memory://, or install the package with [scale]")
    return value


def _proxies(value: str) -> int:
    if not (value.isascii() and value.isdigit() and len(value) == 1 and int(value) <= MOST_PROXIES):
        raise BadSetting("TRUSTED_PROXIES", value, f"the number of proxies before the site, 0 to {MOST_PROXIES}")
    return int(value)


def _timezone(value: str) -> str:
    try:
        return ZoneInfo(value).key
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:  # OSError: the name of a folder of the database
        needed = "a name of the time zone database such as Asia/Shanghai"
        raise BadSetting("TIMEZONE", value, needed) from error
