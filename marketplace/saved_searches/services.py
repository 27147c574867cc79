"""Commands on saved searches: save, change, remove, and look for what is new.

An item is told when it fits now, did not fit when the search was saved, and was not told before. What is new is taken
from the order of arrivals (search/arrivals.py); the mark, the items told and the message about them are written in one
transaction, so that a worker that dies loses nothing and tells nothing twice.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta

import sqlalchemy as sa
from itsdangerous import BadSignature, URLSafeSerializer

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.core.actor import VISITOR, Actor
from marketplace.core.errors import Conflict, FieldError, Invalid, NotFound, Refused
from marketplace.core.text import Text
from marketplace.foundation.db import db, lock, transaction
from marketplace.foundation.index.interface import IndexUnusable
from marketplace.foundation.outbox import emit
from marketplace.saved_searches import queries
from marketplace.saved_searches.models import RHYTHMS, SavedSearch, ToldItem
from marketplace.search.arrivals import arrived, last_arrival

MOST = 50  # of one person
LONGEST_NAME = 60
BATCH = 200  # saved searches looked at in one go
HOUR = time(8)  # of the daily and weekly mails, in Beijing
MONDAY = 0


def save_search(name: str, query: str, rhythm: str, actor: Actor) -> SavedSearch:
    """Save a question for the actor; what it finds now is known and will not be told.

    Raises:
        Invalid: naming "name" or "rhythm".
        Refused: as ``refusal`` says, or he has saved it already.
    """
    if actor.user_id is None:
        raise NotFound
    db.session.get_one(User, actor.user_id, with_for_update=True)  # twice at once is saved once
    if refused := refusal(query, actor):
        raise refused
    if queries.same_of_mine(query, actor):
        raise Refused(*_SAVED)
    # The mark first: what arrives while the baseline is read is looked at again, and found in the baseline.
    mark = last_arrival()
    saved = SavedSearch(
        user_id=actor.user_id, name=_name(name), query=query, rhythm=_rhythm(rhythm), mark=mark,
        baseline=queries.packed(queries.found_keys(query, VISITOR)), due_at=next_time(rhythm, clock.now()),
    )  # fmt: skip
    db.session.add(saved)
    db.session.flush()
    return saved


def refusal(query: str, actor: Actor) -> Refused | None:
    """Why a question cannot be saved whatever it is called: it asks for nothing, or he has as many as anybody may."""
    if not query:
        return Refused(*_EMPTY)
    mine = sa.select(sa.func.count()).where(SavedSearch.user_id == actor.user_id)
    if (db.session.scalar(mine) or 0) >= MOST:
        return Refused(_LIMIT % {"most": MOST}, _REACHED % {"most": MOST}, _REMOVE)
    return None


def change_search(saved: SavedSearch, name: str, rhythm: str, seen: str) -> None:
    """Change the name or the rhythm of a search that was seen as ``seen`` (``SavedSearch.shown``).

    What came while it was paused is told when it goes on.

    Raises:
        Invalid: naming "name" or "rhythm".
        Conflict: it is called otherwise, or has another rhythm, by now.
    """
    lock(saved)
    name, rhythm = _name(name), _rhythm(rhythm)
    if saved.shown != seen:
        raise Conflict(_CHANGED)
    changed = saved.rhythm != rhythm
    saved.name, saved.rhythm = name, rhythm
    if changed:
        saved.due_at = next_time(rhythm, clock.now())
    db.session.flush()


def remove_search(saved: SavedSearch, seen: str) -> None:
    """Forget a saved search that was seen as ``seen`` (``SavedSearch.shown``), and what was told of it.

    Raises:
        Conflict: it was changed meanwhile, or is another one.
    """
    lock(saved)
    if saved.shown != seen:
        raise Conflict(_CHANGED)
    db.session.execute(sa.delete(ToldItem).where(ToldItem.saved_search_id == saved.id))
    db.session.delete(saved)
    db.session.flush()


def look_for_news() -> bool:
    """Look at the arrivals for every saved search whose time has come; True when more are waiting."""
    last = last_arrival()
    waiting = queries.due(clock.now(), last, BATCH)
    try:
        for saved_id in waiting:
            with transaction():
                saved = db.session.get(SavedSearch, saved_id, with_for_update=True)
                if saved is not None and saved.rhythm != "off":
                    _look(saved, last)
    except IndexUnusable:  # its own task mends it; nothing is lost, for no mark has moved
        return False
    return len(waiting) == BATCH


def _look(saved: SavedSearch, last: int) -> None:
    fitting = queries.found_keys(saved.query, VISITOR, arrived(saved.mark, last))
    known = queries.unpacked(saved.baseline) | queries.told(saved, fitting) if fitting else set()
    new = [key for key in fitting if key not in known]
    saved.mark, saved.due_at = last, next_time(saved.rhythm, clock.now())
    db.session.add_all(ToldItem(saved_search_id=saved.id, kind=kind, doc_id=doc_id) for kind, doc_id in new)
    if new:
        emit("saved_search.found", saved, {"items": [list(key) for key in new], "made": saved.made})


def next_time(rhythm: str, now: datetime) -> datetime:
    """When to look next: at once, or at eight in the morning in Beijing, daily or on Mondays."""
    if rhythm not in ("daily", "weekly"):
        return now
    here = clock.beijing(now)
    moment = datetime.combine(here.date(), HOUR, here.tzinfo)
    if moment <= here:
        moment += timedelta(days=1)
    if rhythm == "weekly":
        moment += timedelta(days=(MONDAY - moment.weekday()) % 7)
    return moment


# ---- leaving --------------------------------------------------------------------------------------------------------


def leaving_token(saved: SavedSearch, secret: str) -> str:
    """What the link at the end of a mail carries: it pauses this saved search and can do nothing else."""
    return str(URLSafeSerializer(secret, salt="saved-search-leave").dumps([saved.id, saved.made]))


def search_of_token(token: str, secret: str) -> SavedSearch:
    """The saved search of such a link.

    Raises:
        NotFound: the link is not ours, or the search was removed.
    """
    try:
        saved_id, made = URLSafeSerializer(secret, salt="saved-search-leave").loads(token)
    except (BadSignature, TypeError, ValueError) as error:
        raise NotFound from error
    found = db.session.get(SavedSearch, saved_id)
    if found is None or found.made != made:
        raise NotFound
    return found


def owner(saved: SavedSearch) -> User | None:
    """Who is told, unless his account is closed."""
    user = db.session.get_one(User, saved.user_id)
    return user if user.is_active else None


def _name(name: str) -> str:
    words = " ".join(name.split())
    if not 0 < len(words) <= LONGEST_NAME:
        message = Text("名称要有 1 到 %(most)d 个字", "A name has 1 to %(most)d characters")
        raise Invalid([FieldError("name", message % {"most": LONGEST_NAME})])
    return words


def _rhythm(rhythm: str) -> str:
    if rhythm not in RHYTHMS:
        raise Invalid([FieldError("rhythm", Text("请选择多久发一次", "Choose how often to be told"))])
    return rhythm


_LIMIT = Text("每人最多保存 %(most)d 个搜索", "A person may save at most %(most)d searches")
_REACHED = Text("您已经保存了 %(most)d 个", "You have saved %(most)d")
_REMOVE = Text("请先删除一个不用的", "Remove one that you no longer need")
_CHANGED = Text(
    "这个保存的搜索在别的窗口里改过了，请看过现在的内容再改",
    "This saved search was changed in another window; see what it is now",
)
_SAVED = (
    Text("同一个搜索只保存一次", "The same search is saved once"),
    Text("您已经保存了它", "You have saved it already"),
    Text("可以在“保存的搜索”里改它的名称和邮件", "Its name and mails can be changed among your saved searches"),
)
_EMPTY = (
    Text("要有搜索词或条件才能保存", "A saved search needs words or filters"),
    Text("这个搜索没有词也没有条件", "This one has neither"),
    Text("请先输入搜索词，或选一个条件", "Enter a word, or choose a filter first"),
)


def forget_owner(user_id: int) -> None:
    """Saved searches go with the account; what was told of them goes by the database."""
    db.session.execute(sa.delete(SavedSearch).where(SavedSearch.user_id == user_id))
