"""Letters: what one person is told of an outbox message, before it is composed in his language."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from marketplace.config import Config
from marketplace.core.actor import Actor
from marketplace.core.text import Text
from marketplace.foundation.outbox import Message

# How a letter reaches its reader: a mail at once, a line of the daily mail, or the inbox of the site alone.
Way = Literal["at_once", "daily", "inbox"]


def _everybody(_actor: Actor) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class LetterGroup:
    """Letters that a reader decides about together; named on the plate of the capability that writes them.

    ``owed``: why their mails cannot be switched off; None where they can. ``way``: how they come until he chooses.
    ``concerns``: to whom the page of choices offers them.
    """

    key: str
    label: Text
    hint: Text
    owed: Text | None = None
    way: Way = "at_once"
    concerns: Callable[[Actor], bool] = _everybody


SECURITY = LetterGroup(
    "security",
    Text("账号与安全", "Account and security"),
    Text("登录、密码、邮箱有变动时", "When something happens to your sign-in, password or address"),
    owed=Text(
        "如果不是您本人操作，只有及时看到邮件才能补救",
        "If it was not you who did it, only a mail that reaches you in time lets you act",
    ),
)
DECISIONS = LetterGroup(
    "decisions",
    Text("对本单位申报的决定", "Decisions on what your organization filed"),
    Text("审核通过、退回补正、暂停和恢复", "Approved, returned for correction, suspended, resumed"),
    owed=Text(
        "决定写明理由和下一步，关系到本单位的权益",
        "A decision gives reasons and next steps that bear on your organization's rights",
    ),
)
DESK = LetterGroup(
    "desk",
    Text("待我办理", "Waiting for your decision"),
    Text("新送到本岗位审核或核验的事项", "What was newly submitted to your post for review or verification"),
    concerns=lambda actor: bool(actor.posts),
)


@dataclass(frozen=True, slots=True)
class Letter:
    """What one person is told. ``template`` lies below templates/mail/; its first line is the subject.

    ``context`` holds texts, numbers, days, ``Text``, ``Quote`` and ``Link``; "link" is the page that it is about.
    Without a ``group`` the letter is owed, goes by mail alone and is kept nowhere: it may carry a token.
    """

    to: str
    language: str
    template: str
    context: Mapping[str, Any] = field(default_factory=dict)
    group: LetterGroup | None = None


# What a capability tells of an outbox message: one letter for each reader. It is asked again when a mail is sent
# later or once more, and must change nothing.
Write = Callable[[Message, Config], Iterable[Letter]]


class Quote(str):
    """What a person wrote in lines of his own, e.g. a reason: shown as a quotation, which passes for nothing else."""


class Link(str):
    """An address of this site that stands in a letter beside its "link"; any other text is kept from being one."""


# ---- kept in a row, and back again ----------------------------------------------------------------------------------


def packed(value: Any) -> Any:
    """A value of a letter's context as JSON.

    Raises:
        TypeError: it is none of the kinds that a letter may hold.
    """
    match value:
        case Quote():
            return {"quote": str(value)}
        case Link():
            return {"link": str(value)}
        case Text():
            return {"zh": value.zh, "en": value.en}
        case datetime():
            return {"moment": value.isoformat()}
        case date():
            return {"day": value.isoformat()}
        case None | str() | int() | float():
            return value
        case list() | tuple():
            return [packed(each) for each in value]
        case dict():
            return {"keys": {key: packed(each) for key, each in value.items()}}
    raise TypeError(f"a letter cannot hold a {type(value).__name__}")


def unpacked(value: Any) -> Any:
    """What ``packed`` was given; a tuple comes back as a list."""
    match value:
        case {"quote": text}:
            return Quote(text)
        case {"link": address}:
            return Link(address)
        case {"zh": zh, "en": en}:
            return Text(zh, en)
        case {"moment": moment}:
            return datetime.fromisoformat(moment)
        case {"day": day}:
            return date.fromisoformat(day)
        case {"keys": keys}:
            return {key: unpacked(each) for key, each in keys.items()}
        case list():
            return [unpacked(each) for each in value]
    return value


# ---- what people wrote, made harmless -------------------------------------------------------------------------------

# What mail programs turn into links. Written apart, it stays readable and leads nowhere.
_ADDRESS = re.compile(r"(?i)\b(https?|ftp)\s*:\s*/+|\bwww\.")
# Marks that turn the direction of writing and let a text pass for another one.
_TURNS = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def spoken(value: Any) -> Any:
    """A value as it may stand in a letter: texts on one line and without links, quotations marked on every line."""
    match value:
        case Quote():
            return "\n".join(f"> {_line(line)}".rstrip() for line in value.strip().splitlines())
        case Link():
            return str(value)
        case Text():
            return Text(spoken(value.zh), spoken(value.en))
        case str():
            return _ADDRESS.sub(lambda found: found[0].replace(":", "：").replace(".", "．"), _line(value))
        case list():
            return [spoken(each) for each in value]
        case dict():
            return {key: spoken(each) for key, each in value.items()}
    return value


def _line(text: str) -> str:
    """Text on one line, without control characters."""
    kept = "".join(" " if unicodedata.category(c) == "Cc" else c for c in text if c not in _TURNS)
    return " ".join(kept.split())
