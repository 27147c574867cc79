"""Passwords: how they are kept, and which are taken (NIST SP 800-63B-4, OWASP ASVS 5.0 chapter 6)."""

from __future__ import annotations

import gzip
import re
import secrets
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import argon2

from marketplace.accounts import figures
from marketplace.core.errors import FieldError
from marketplace.core.text import Text
from marketplace.settings import queries as settings

MOST = 128
# Longer input is not hashed to its end: nobody has such a password.
CUT = 512
# So many of the last passwords, the present one among them, cannot be taken again.
REMEMBERED = 5

DATA = Path(__file__).with_name("data")
SITE_WORDS = ("jiyu", "机遇", "marketplace", "robot", "机器人", "anhui", "安徽", "demo", "example")
ROWS = (
    "01234567890", "09876543210", "abcdefghijklmnopqrstuvwxyz", "zyxwvutsrqponmlkjihgfedcba", "qwertyuiop",
    "poiuytrewq", "asdfghjkl", "lkjhgfdsa", "zxcvbnm", "mnbvcxz", "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
    "qazwsxedcrfvtgbyhnujm",
)  # fmt: skip
LOOKALIKE = str.maketrans("@0134$57!", "aoieasstl")
YEAR = re.compile(r"(19|20)\d\d((0[1-9]|1[0-2])([0-2]\d|3[01])?)?")
LONGEST_PIECE = 20
LEAST_RUN = 4
SINGLES = 3


@cache
def hasher(cheap: bool = False) -> argon2.PasswordHasher:
    """argon2id with the library's defaults (RFC 9106, low memory); tests take the cheapest profile."""
    return argon2.PasswordHasher.from_parameters(argon2.profiles.CHEAPEST) if cheap else argon2.PasswordHasher()


def hash_password(password: str, *, cheap: bool = False) -> str:
    """The password as stored. Slow by design: call it before the transaction begins."""
    return hasher(cheap).hash(password)


def matches(stored: str | None, password: str, *, cheap: bool = False) -> bool:
    """Compare a password; where there is no account (``stored`` None) it costs the same time and is wrong."""
    try:
        hasher(cheap).verify(stored or _nobody(cheap), password[:CUT])
    except argon2.exceptions.VerificationError:
        return False
    return stored is not None


def is_outdated(stored: str, *, cheap: bool = False) -> bool:
    """Whether a hash was made with other parameters than those of today."""
    return hasher(cheap).check_needs_rehash(stored)


@cache
def _nobody(cheap: bool) -> str:
    return hash_password(secrets.token_hex(16), cheap=cheap)


@dataclass(frozen=True, slots=True)
class Rules:
    """What is asked of a password now."""

    least: int
    kinds: int

    def lines(self) -> list[Text]:
        """The rules in words, for showing them before they are broken."""
        kinds = [self._kinds()] if self.kinds > 1 else []
        return [
            Text(f"{self.least} 到 {MOST} 个字符，可以是一句容易记的话",
                 f"{self.least} to {MOST} characters; a sentence that you remember is fine"),
            *kinds,
            Text("不是常见密码，也不由姓名、邮箱、网站名称拼成",
                 "Not a common one, nor made of your name, your address or the name of the site"),
            Text(f"不是最近用过的 {REMEMBERED} 个", f"None of the last {REMEMBERED} that you used"),
        ]  # fmt: skip

    def check(self, password: str, *, email: str = "", name: str = "", field: str = "password") -> None:
        """See whether a password may be taken.

        Raises:
            FieldError: on ``field``, saying what is wrong with it.
        """
        if not self.least <= len(password) <= MOST:
            raise FieldError(
                field,
                Text(f"密码需要 {self.least} 到 {MOST} 个字符", f"A password has {self.least} to {MOST} characters"),
            )
        if kinds_of(password) < self.kinds:
            raise FieldError(field, self._kinds())
        if is_easy(password, about(email, name)):
            raise FieldError(
                field,
                Text("密码太容易猜到：由常见密码、重复字符或姓名、邮箱拼成。请换一个，例如几个不相干的词",
                     "This password is too easy to guess: it is made of common ones, repetition, your name or your "
                     "address. Choose another, for example several unrelated words"),
            )  # fmt: skip

    def _kinds(self) -> Text:
        return Text(
            f"大写字母、小写字母、数字、其他字符，至少 {self.kinds} 类",
            f"At least {self.kinds} kinds of characters: capitals, small letters, digits, others",
        )


def rules() -> Rules:
    """The rules in force."""
    given = settings.values((figures.PASSWORD_LEAST, figures.PASSWORD_KINDS))
    return Rules(given[figures.PASSWORD_LEAST.key], given[figures.PASSWORD_KINDS.key])


def kinds_of(password: str) -> int:
    """How many of: capitals, small letters, digits, others (Chinese characters among them)."""
    kinds = {"A" if c.isupper() else "a" if c.islower() else "0" if c.isdigit() else "-" for c in password}
    return len(kinds)


def is_easy(password: str, words: Iterable[str] = ()) -> bool:
    """Whether a password is made of one short piece repeated, or of at most two pieces that everybody tries first.

    Pieces are entries of the lists in data/, ``words`` about the person, dates, and runs along the keyboard; three
    characters more do not help. Several unrelated words are not easy, even where each of them is common.
    """
    plain = unicodedata.normalize("NFKC", password).casefold()
    if not plain or len(set(plain)) < LEAST_RUN or _unit(plain) <= LEAST_RUN:
        return True
    own = frozenset(words)
    return any(_pieces(text, own) for text in {plain, plain.translate(LOOKALIKE)})


def about(email: str, name: str) -> list[str]:
    """The words that others know about a person and about this site."""
    local, _, domain = email.casefold().partition("@")
    parts = [
        email.casefold(),
        local,
        *re.split(r"[^\w]+|_|\d+", local),
        *domain.split("."),
        name.casefold(),
        *name.casefold().split(),
    ]
    known = [part for part in parts if len(part) >= (2 if not part.isascii() else 3)]
    return [*known, *SITE_WORDS]


def _unit(text: str) -> int:
    """Length of the piece that ``text`` repeats: 3 for abcabcabc; its own length when it repeats none."""
    return (text + text).find(text, 1)


def _pieces(text: str, own: frozenset[str]) -> bool:
    """Whether at most two pieces and three single characters make the whole text."""
    reached: dict[int, set[tuple[int, int]]] = {0: {(0, 0)}}
    for start in range(len(text)):
        for pieces, singles in sorted(reached.get(start, ())):
            if singles < SINGLES:
                reached.setdefault(start + 1, set()).add((pieces, singles + 1))
            if pieces < 2:
                for end in _ends(text, start, own):
                    reached.setdefault(end, set()).add((pieces + 1, singles))
    return len(text) in reached


def _ends(text: str, start: int, own: frozenset[str]) -> Iterable[int]:
    for end in range(start + 2, len(text) + 1):
        piece = text[start:end]
        known = len(piece) <= LONGEST_PIECE and (piece in common() or YEAR.fullmatch(piece) is not None)
        along = len(piece) >= LEAST_RUN and (len(set(piece)) == 1 or any(piece in row for row in ROWS))
        if known or along or piece in own:
            yield end


@cache
def common() -> frozenset[str]:
    """The entries that everybody tries, in lower case; where they come from stands in data/README.md."""
    listed = gzip.decompress((DATA / "common-passwords.txt.gz").read_bytes()).decode().split("\n")
    habits = (DATA / "chinese-habits.txt").read_text(encoding="utf-8").splitlines()
    own = [word for line in habits if not line.startswith("#") for word in line.split()]
    return frozenset(word.casefold() for word in (*listed, *own) if len(word) >= 2)


def was_used(password: str, hashes: Sequence[str], *, cheap: bool = False) -> bool:
    """Whether a password is one of the last ones (their hashes, the present one first). Slow by design."""
    return any(matches(stored, password, cheap=cheap) for stored in hashes[:REMEMBERED])


REUSED = Text(
    f"这是最近用过的 {REMEMBERED} 个密码之一，请换一个",
    f"This is one of your last {REMEMBERED} passwords; choose another",
)
