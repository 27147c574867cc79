"""Small secrets at rest: encrypted, or a keyed digest, with keys derived from SECRET_KEY for one purpose each."""

from __future__ import annotations

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from marketplace.config import Config


class Unreadable(Exception):
    """What is stored was not encrypted with any of our keys: SECRET_KEY was changed without OLD_SECRET_KEYS."""


class Vault:
    """Keys of one purpose. A value of another purpose cannot be read with them, nor its digest be made.

    The newest key writes; every key that the operator still names (OLD_SECRET_KEYS) reads.
    """

    def __init__(self, config: Config, purpose: str) -> None:
        self._keys = [_derived(secret, purpose) for secret in (config.secret_key, *config.old_secret_keys)]
        self._fernet = MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in self._keys])

    def encrypt(self, text: str) -> str:
        """Encrypted and authenticated (Fernet: AES-128-CBC with HMAC-SHA256); longer than ``text`` by some 100."""
        return self._fernet.encrypt(text.encode()).decode()

    def decrypt(self, sealed: str) -> str:
        """What ``encrypt`` was given.

        Raises:
            Unreadable: made with another key, or changed.
        """
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken as error:
            raise Unreadable("a stored secret cannot be read: SECRET_KEY is another one now") from error

    def digest(self, text: str) -> str:
        """HMAC-SHA256 in hexadecimal, 64 characters: who reads the table cannot try texts without the key."""
        return _hmac(self._keys[0], text)

    def digests(self, text: str) -> tuple[str, ...]:
        """The digests with every key, the newest first: for looking up what may have been written with an older one."""
        return tuple(_hmac(key, text) for key in self._keys)


def _hmac(key: bytes, text: str) -> str:
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def _derived(secret: str, purpose: str) -> bytes:
    """32 bytes by HKDF-SHA256 (RFC 5869)."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"jiyu/{purpose}".encode()).derive(secret.encode())
