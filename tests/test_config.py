"""Settings: defaults, every value that stops the start, and the secret of a demonstration."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from marketplace.config import BadSetting, Config

SECRET = "0123456789abcdef" * 2
GOOD = {"MARKETPLACE_SECRET_KEY": SECRET}


def read(**values: str) -> Config:
    return Config.from_environment(GOOD | {f"MARKETPLACE_{name}": value for name, value in values.items()})


def test_defaults() -> None:
    config = read()
    assert config == Config(secret_key=SECRET)
    assert config.database == f"sqlite:///{Path('var/jiyu.sqlite3').resolve()}"
    assert (config.files_dir, config.search_dir) == (Path("var/files"), Path("var/search"))
    assert (config.demo, config.secure, config.language, config.timezone) == (False, False, "zh_CN", "Asia/Shanghai")


def test_an_empty_value_is_the_default() -> None:
    names = ("DATA_DIR", "DATABASE_URL", "SEARCH", "STORAGE_URL", "MAIL_URL", "MAIL_FROM", "BASE_URL", "DEMO",
             "TIMEZONE", "LANGUAGE", "RATE_LIMIT_URL", "TRUSTED_PROXIES")  # fmt: skip
    assert read(**dict.fromkeys(names, " ")) == read()


def test_every_value_is_read(tmp_path: Path) -> None:
    config = read(
        DATA_DIR=str(tmp_path), DATABASE_URL="postgresql://user@host/jiyu", SEARCH="whoosh",
        STORAGE_URL=f"file://{tmp_path}/up", MAIL_URL="smtp://u:p@mail.example:587", MAIL_FROM="a@b.cn",
        BASE_URL="https://jiyu.example.cn/", DEMO="1", TIMEZONE="Asia/Urumqi", LANGUAGE="en",
        RATE_LIMIT_URL="redis://:p@counts.example:6379/0", TRUSTED_PROXIES="2",
    )  # fmt: skip
    assert config == Config(
        tmp_path, "postgresql://user@host/jiyu", SECRET, (), "whoosh", f"file://{tmp_path}/up",
        "smtp://u:p@mail.example:587", "a@b.cn", "https://jiyu.example.cn", True, "Asia/Urumqi", "en",
        "redis://:p@counts.example:6379/0", 2,
    )  # fmt: skip
    assert (config.files_dir, config.secure, config.database) == (tmp_path / "up", True, "postgresql://user@host/jiyu")


def test_variables_of_others_are_passed_over() -> None:
    assert Config.from_environment(GOOD | {"LANGUAGE": "nonsense", "DEMO": "maybe"}) == read()


BAD = [
    ("DATABASE_URL", "mysql://host/jiyu", "mysql://…", "sqlite:///"),
    ("DATABASE_URL", "postgres://user:secret@host/jiyu", "postgres://…", "postgresql+psycopg://"),
    ("DATABASE_URL", "jiyu.sqlite3", "://…", "sqlite:///"),
    ("DATABASE_URL", "postgresql://[host/jiyu", "…", "postgresql+psycopg://"),
    ("DATABASE_URL", "sqlite://", "sqlite://", "sqlite:///file"),
    ("SEARCH", "elastic", "elastic", "whoosh"),
    ("STORAGE_URL", "s3://key:secret@bucket", "s3://…", "folder"),
    ("STORAGE_URL", "file://[", "…", "folder"),
    ("MAIL_URL", "sendmail", "", "console:"),
    ("MAIL_URL", "smtp://", "smtp", "host"),
    ("MAIL_URL", "smtp://user:secret@host:abc", "…", "host:port"),
    ("MAIL_URL", "smtp://[host", "…", "console:"),
    ("BASE_URL", "jiyu.example.cn", "jiyu.example.cn", "https://"),
    ("BASE_URL", "ftp://jiyu.example.cn", "ftp://jiyu.example.cn", "https://"),
    ("BASE_URL", "https://", "https://", "https://"),
    ("BASE_URL", "https://[jiyu", "…", "https://"),
    ("DEMO", "yes", "yes", "0, 1"),
    ("TIMEZONE", "Beijing", "Beijing", "Asia/Shanghai"),
    ("LANGUAGE", "zh", "zh", "zh_CN, en"),
    ("SECRET_KEY", "0123456789abcdef0123456789abcde", "…", "32 characters"),
    ("SECRET_KEY", "secret" * 10, "…", "random"),
    ("RATE_LIMIT_URL", "memcached://user:secret@host", "memcached://…", "redis://"),
    ("RATE_LIMIT_URL", "redis://", "redis://…", "memory://"),
    ("RATE_LIMIT_URL", "redis://[host", "…", "memory://"),
    ("TRUSTED_PROXIES", "-1", "-1", "0 to 5"),
    ("TRUSTED_PROXIES", "6", "6", "0 to 5"),
    ("TRUSTED_PROXIES", "all", "all", "number of proxies"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value", "shown", "allowed"), BAD)
def test_a_bad_value_stops_the_start(name: str, value: str, shown: str, allowed: str) -> None:
    """One line that names the variable, the value and what is allowed, and gives no password away."""
    with pytest.raises(BadSetting) as caught:
        read(**{name: value})
    line = str(caught.value)
    assert line.startswith(f"MARKETPLACE_{name}=")
    assert shown in line
    assert allowed in line
    assert "\n" not in line
    assert "secret" not in line


def test_without_a_secret_only_a_demonstration_starts() -> None:
    with pytest.raises(
        BadSetting, match="MARKETPLACE_SECRET_KEY='' cannot be used: required unless MARKETPLACE_DEMO=1"
    ):
        Config.from_environment({})


def demonstration(folder: Path) -> Config:
    return Config.from_environment({"MARKETPLACE_DEMO": "1", "MARKETPLACE_DATA_DIR": str(folder)})


def test_a_demonstration_makes_up_a_secret_and_keeps_it(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "data"
    first, again = demonstration(folder), demonstration(folder)
    assert len(first.secret_key) == 64
    assert first.secret_key == again.secret_key
    assert demonstration(tmp_path / "other").secret_key != first.secret_key
    assert stat.S_IMODE((folder / "demo-secret").stat().st_mode) == 0o600


def test_a_secret_that_was_cut_off_while_it_was_written_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "demo-secret").touch()
    assert len(demonstration(tmp_path).secret_key) == 64


def test_secrets_are_not_shown() -> None:
    shown = repr(
        read(
            MAIL_URL="smtp://user:hidden@host", DATABASE_URL="postgresql://user:hidden@host/jiyu",
            RATE_LIMIT_URL="redis://:hidden@host",
        )
    )  # fmt: skip
    assert SECRET not in shown
    assert "hidden" not in shown
