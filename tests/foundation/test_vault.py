"""Secrets at rest: only readable with our keys, for their purpose, and through a change of keys."""

from __future__ import annotations

import secrets
from dataclasses import replace
from pathlib import Path

import pytest

from marketplace.config import Config
from marketplace.foundation.vault import Unreadable, Vault

OLD = Config(data_dir=Path("x"), secret_key="o" * 32)
NEW = replace(OLD, secret_key="n" * 32)
BOTH = replace(NEW, old_secret_keys=("o" * 32,))


def test_what_was_encrypted_is_read_back() -> None:
    sealed = Vault(OLD, "test").encrypt("机密")
    assert "机密" not in sealed
    assert Vault(OLD, "test").decrypt(sealed) == "机密"
    assert Vault(OLD, "test").encrypt("机密") != sealed


def test_another_key_or_purpose_or_a_changed_byte_reads_nothing() -> None:
    sealed = Vault(OLD, "test").encrypt("机密")
    for vault, text in ((Vault(NEW, "test"), sealed), (Vault(OLD, "other"), sealed), (Vault(OLD, "test"), sealed[:-4])):
        with pytest.raises(Unreadable, match="SECRET_KEY"):
            vault.decrypt(text)


def test_a_former_key_reads_and_the_new_one_writes() -> None:
    sealed = Vault(OLD, "test").encrypt("机密")
    assert Vault(BOTH, "test").decrypt(sealed) == "机密"
    assert Vault(NEW, "test").decrypt(Vault(BOTH, "test").encrypt("机密")) == "机密"
    assert Vault(BOTH, "test").digests("x") == (Vault(NEW, "test").digest("x"), Vault(OLD, "test").digest("x"))


def test_digests_depend_on_key_purpose_and_text() -> None:
    made = {Vault(OLD, "a").digest("x"), Vault(OLD, "b").digest("x"), Vault(NEW, "a").digest("x"),
            Vault(OLD, "a").digest("y")}  # fmt: skip
    assert len(made) == 4
    assert {len(each) for each in made} == {64}


def test_former_keys_come_from_the_environment() -> None:
    given = {"MARKETPLACE_SECRET_KEY": secrets.token_hex(32), "MARKETPLACE_OLD_SECRET_KEYS": "o" * 32 + ","}
    assert Config.from_environment(given).old_secret_keys == ("o" * 32,)
