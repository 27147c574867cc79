"""Commands on the table of synonyms: add, change, retire, load the words shipped with the program."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from marketplace.core.actor import SYSTEM, Actor
from marketplace.core.errors import Conflict, FieldError, Invalid
from marketplace.core.text import Text
from marketplace.foundation import ledger
from marketplace.foundation.db import db, lock
from marketplace.foundation.index.analyzer import shared_analyzer
from marketplace.foundation.lifecycle import given_reason
from marketplace.vocabulary import queries
from marketplace.vocabulary.models import SynonymGroup, SynonymWord
from marketplace.vocabulary.thesaurus import squeezed

SHIPPED = Path(__file__).parent / "data" / "synonyms.txt"
FEWEST, MOST = 2, 12  # words of a group
SHORTEST, LONGEST = 2, 40  # characters of a word
WHY = Text("请写明理由，会记入留痕", "Give the reason; it is kept in history")


def add_group(words: Sequence[str], note: str, actor: Actor, reason: str) -> SynonymGroup:
    """Add a group.

    Raises:
        Invalid: naming "words" for everything that keeps these words from being one group; "reason" without one.
    """
    group = SynonymGroup(words=checked(words), note=note, revision=-1)
    db.session.add(group)
    db.session.flush()
    _occupy(group)
    group.revision = _recorded(group, "add", actor, reason, {"words": group.words, "note": note})
    db.session.flush()
    return group


def change_group(
    group: SynonymGroup, words: Sequence[str], note: str, version: int, actor: Actor, reason: str
) -> None:  # fmt: skip
    """Change the words and the note of a group, seen as ``version``.

    Raises:
        Invalid: as ``add_group``.
        Conflict: somebody changed it since.
    """
    _take(group, version)
    before = {"words": group.words, "note": group.note}
    kept = checked(words, group)
    after = {"words": kept, "note": note}
    if before == after:
        return
    group.revision = _recorded(group, "change", actor, reason, {"before": before, "after": after})
    group.words, group.note = kept, note
    _occupy(group)
    db.session.flush()


def retire_group(group: SynonymGroup, retired: bool, version: int, actor: Actor, reason: str) -> None:
    """Take a group out of use, or back into it.

    Raises:
        Invalid: one of its words is in another group by now.
        Conflict: somebody changed it since.
    """
    _take(group, version)
    if group.retired == retired:
        return
    if not retired:
        checked(group.words, group)
    act = "retire" if retired else "restore"
    group.revision = _recorded(group, act, actor, reason, {"words": group.words})
    group.retired = retired
    _occupy(group)
    db.session.flush()


def load_shipped() -> int:
    """Fill an empty table with the groups shipped with the program; returns how many were added."""
    if queries.position():
        return 0
    rows = [line.split("|") for line in SHIPPED.read_text(encoding="utf-8").splitlines() if line[:1] not in ("", "#")]
    for words, *note in rows:
        add_group([word.strip() for word in words.split("=")], note[0].strip() if note else "", SYSTEM, "")
    return len(rows)


def checked(words: Sequence[str], own: SynonymGroup | None = None) -> list[str]:
    """The words as stored.

    Raises:
        Invalid: too few or many, a word too short or long, without letters, twice, or in another group.
    """
    found = list(dict.fromkeys(" ".join(word.split()) for word in words if word.strip()))
    errors = [*_wrong_number(found), *(error for word in found for error in _wrong_word(word))]
    keys = [squeezed(word) for word in found]
    errors += [_error(_TWICE, word=word) for word, key in zip(found, keys, strict=True) if keys.count(key) > 1]
    taken = {squeezed(word): each for each in queries.in_use() if each is not own for word in each.words}
    errors += [
        _error(_TAKEN, word=word, group=" = ".join(taken[key].words))
        for word, key in zip(found, keys, strict=True)
        if key in taken
    ]
    if errors:
        raise Invalid(errors)
    return found


def _wrong_number(words: Sequence[str]) -> list[FieldError]:
    return [] if FEWEST <= len(words) <= MOST else [_error(_NUMBER, least=FEWEST, most=MOST, given=len(words))]


def _wrong_word(word: str) -> list[FieldError]:
    if not SHORTEST <= len(word) <= LONGEST:
        return [_error(_LENGTH, word=word[:LONGEST], least=SHORTEST, most=LONGEST)]
    parts = shared_analyzer().query_words(word)
    if not parts or all(part.surface in shared_analyzer().stopwords for part in parts):
        return [_error(_EMPTY, word=word)]
    return []


def _error(message: Text, **values: object) -> FieldError:
    return FieldError("words", message % values)


_NUMBER = Text(
    "一组要有 %(least)s 到 %(most)s 个词，每行一个；现在是 %(given)s 个",
    "A group has %(least)s to %(most)s words, one a line; there are %(given)s",
)
_LENGTH = Text("“%(word)s”要有 %(least)s 到 %(most)s 个字", "“%(word)s” must have %(least)s to %(most)s characters")
_EMPTY = Text("“%(word)s”没有可以搜索的字", "“%(word)s” holds nothing that can be searched for")
_TWICE = Text(
    "“%(word)s”写了两次（繁简、大小写和空格不算不同）",
    "“%(word)s” is there twice (script, case and blanks make no difference)",
)
_TAKEN = Text(
    "“%(word)s”已经在另一组里：%(group)s。请改那一组，或先把它从那里去掉",
    "“%(word)s” is in another group: %(group)s. Change that group, or take it out there first",
)

_TAKEN_NOW = Text(
    "别的管理员刚刚把其中一个词放进了另一组，请看过同义词表再保存",
    "Another administrator has just put one of these words into another group; look at the table, then save again",
)


def _take(group: SynonymGroup, version: int) -> None:
    lock(group)
    if group.version != version:
        raise Conflict(
            Text(
                "这一组刚刚被别人改过，请看过现在的内容再改", "Somebody has just changed this group; see what it is now"
            ),
            ledger.latest(group),
        )


def _occupy(group: SynonymGroup) -> None:
    """Take the words of a group in use for it, and give back those of a retired one.

    Raises:
        Invalid: somebody took one of them in this moment, so that ``checked`` could not see it.
    """
    db.session.execute(sa.delete(SynonymWord).where(SynonymWord.group_id == group.id))
    words = [] if group.retired else [SynonymWord(word=squeezed(word), group_id=group.id) for word in group.words]
    try:
        with db.session.begin_nested():
            db.session.add_all(words)
    except IntegrityError as error:
        raise Invalid([_error(_TAKEN_NOW)]) from error


def _recorded(group: SynonymGroup, action: str, actor: Actor, reason: str, data: dict[str, object]) -> int:
    """Write into history, with the reason that every administrator gives; returns the number of the entry."""
    if not reason.strip() and not actor.is_system:
        raise Invalid([FieldError("reason", WHY)])
    return ledger.record(group, action, actor, reason=given_reason(reason, asked=False), data=data).id
