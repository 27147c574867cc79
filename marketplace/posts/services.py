"""Commands: give, change and end a post; hand duties over for a time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.core.actor import PROVINCE, SYSTEM, Actor
from marketplace.core.errors import Conflict, FieldError, Invalid
from marketplace.core.setting import Setting
from marketplace.core.text import Text
from marketplace.foundation import ledger
from marketplace.foundation.db import db, lock
from marketplace.foundation.lifecycle import given_reason, move
from marketplace.foundation.outbox import emit
from marketplace.posts.lifecycle import DELEGATION
from marketplace.posts.models import DUTIES, Delegation, Post
from marketplace.posts.queries import colleagues, due_delegations
from marketplace.reference import regions
from marketplace.settings.queries import value

DELEGATION_DAYS = Setting(
    "posts.delegation_days", Text("职责委托最长多少天", "Longest delegation"), 90,
    unit=Text("天", "days"), least=1, most=366,
)  # fmt: skip
DEPARTMENT_LIMIT, DEPARTMENT_EN_LIMIT, REASON_LIMIT = 120, 200, 500


def give_post(
    user: User, department: Text, region: str, duties: Iterable[str], actor: Actor = SYSTEM,
    *, since: datetime | None = None, until: datetime | None = None, reason: str = "",
) -> Post:  # fmt: skip
    """Make a user an official, now or from a later instant on.

    Raises:
        FieldError: on "department", "region", "duties", "until" or "reason".
    """
    post = Post(
        user_id=user.id, department=_department(department.zh, DEPARTMENT_LIMIT),
        department_en=_department(department.en, DEPARTMENT_EN_LIMIT), region=_region(region), duties=_duties(duties),
        since=since or clock.now(), until=until,
    )  # fmt: skip
    _check_period(post.since, until)
    db.session.add(post)
    db.session.flush()
    _record(post, "grant", actor, reason, {"user": user.id, "region": region, "duties": post.duties, **_period(post)})
    return post


def change_post(
    post: Post, actor: Actor, *, duties: Iterable[str], until: datetime | None, reason: str, seen: int | None = None
) -> bool:
    """Give a post other duties or another end; False when nothing differs. Another place is another post.

    Raises:
        FieldError: on "duties" or "until".
        Invalid: a missing or overlong reason.
        Conflict: somebody else changed it since the version ``seen``, or it has ended.
    """
    _lock(post, seen)
    wanted = _duties(duties)
    _check_period(post.since, until)
    text = given_reason(reason)
    changed = {
        key: [old, new]
        for key, old, new in (("duties", post.duties, wanted), ("until", _iso(post.until), _iso(until)))
        if old != new
    }
    if not changed:
        return False
    post.duties, post.until = wanted, until
    _record(post, "change", actor, text, {"changed": changed})
    return True


def end_post(post: Post, actor: Actor, reason: str, seen: int | None = None) -> None:
    """End a post now; what was handed over from it ends with it.

    Raises:
        Invalid: a missing or overlong reason.
        Conflict: as ``change_post``.
    """
    _lock(post, seen)
    text = given_reason(reason)
    post.until = max(clock.now(), post.since)
    _record(post, "end", actor, text, {})


def _lock(post: Post, seen: int | None) -> None:
    lock(post)
    if (post.until is not None and post.until <= clock.now()) or (seen is not None and seen != post.version):
        raise Conflict(Text("这个岗位刚刚被改过或已结束", "This post was changed or has ended"), ledger.latest(post))


def _record(post: Post, action: str, actor: Actor, reason: str, data: dict[str, object]) -> None:
    db.session.flush()
    entry = ledger.record(post, action, actor, reason=given_reason(reason, asked=False), data=data)
    emit(f"post.{action}", post, {"entry": entry.id})


def _department(name: str, limit: int) -> str:
    text = " ".join(name.split())
    if not text and limit == DEPARTMENT_LIMIT:
        raise FieldError("department", Text("请填写部门", "Give the department"))
    if len(text) > limit:
        message = Text("最多 %(count)d 个字", "At most %(count)d characters") % {"count": limit}
        raise FieldError("department", message)
    return text


def _region(region: str) -> str:
    if region != PROVINCE and (not region or regions.city_of(region) != region):
        raise FieldError(
            "region", Text("请写省或市的代码，例如 340100", "Give the province's or a city's code, e.g. 340100")
        )
    return region


def _duties(duties: Iterable[str]) -> list[str]:
    wanted = set(duties)
    if not wanted or not wanted <= set(DUTIES):
        names = ", ".join(DUTIES)
        raise FieldError("duties", Text(f"职责只能取自：{names}", f"Duties are taken from: {names}"))
    return [duty for duty in DUTIES if duty in wanted]


def _check_period(since: datetime, until: datetime | None) -> None:
    if until is not None and until <= max(since, clock.now()):
        raise FieldError("until", Text("结束时间要在开始和现在之后", "The end lies after the beginning and after now"))


def _period(post: Post) -> dict[str, object]:
    return {"since": _iso(post.since), "until": _iso(post.until)}


def _iso(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""


# ---- handing duties over --------------------------------------------------------------------------------------------


def delegate(
    post: Post, user_id: int, duties: Iterable[str], first: date, last: date, reason: str, actor: Actor
) -> Delegation:
    """Hand duties of one's own post to a colleague of the same department, from one Beijing day through another.

    Raises:
        Invalid: on "user", "duties", "first", "last" or "reason".
    """
    lock(post)
    wanted = [duty for duty in post.duties if duty in set(duties)]
    errors = _delegation_errors(post, user_id, set(duties), first, last)
    if len(reason) > REASON_LIMIT:
        message = Text("最多 %(count)d 个字", "At most %(count)d characters") % {"count": REASON_LIMIT}
        errors.append(FieldError("reason", message))
    if errors:
        raise Invalid(errors)
    since = datetime.combine(first, time.min, clock.BEIJING)
    delegation = Delegation(
        post_id=post.id, user_id=user_id, duties=wanted, since=since, until=clock.end_of_day(last), reason=reason
    )
    db.session.add(delegation)
    db.session.flush()
    entry = ledger.record(
        delegation, "give", actor, reason=reason,
        data={"post": post.id, "user": user_id, "duties": wanted, "from": first.isoformat(), "to": last.isoformat()},
    )  # fmt: skip
    emit("delegation.give", delegation, {"entry": entry.id})
    return delegation


def _delegation_errors(post: Post, user_id: int, duties: set[str], first: date, last: date) -> list[FieldError]:
    errors = []
    if user_id not in {user.id for user in colleagues(post)}:
        message = Text("请选择同一部门的在岗同事", "Choose a colleague who holds a post in the same department")
        errors.append(FieldError("user", message))
    if not duties or not duties <= set(post.duties):
        errors.append(FieldError("duties", Text("请选择本岗位的职责", "Choose among the duties of the post")))
    if first < clock.today():
        errors.append(FieldError("first", Text("不能早于今天", "Not before today")))
    most = value(DELEGATION_DAYS)
    if last < first or last - first >= timedelta(days=most):
        message = Text("从第一天起，最长 %(most)d 天", "On or after the first day, %(most)d days at most") % {
            "most": most
        }
        errors.append(FieldError("last", message))
    elif post.until is not None and clock.end_of_day(last) > post.until + timedelta(days=1):
        errors.append(FieldError("last", Text("不能超过岗位的任期", "Not after the end of the post")))
    return errors


def take_delegation_step(delegation: Delegation, name: str, actor: Actor, reason: str, seen: int | None) -> None:
    """Revoke a delegation, or give it back."""
    move(DELEGATION, delegation, name, actor, reason, seen=seen)


def expire_due() -> bool:
    """End the delegations whose time is over; they count no longer anyway. True when there are more."""
    due = due_delegations(clock.now(), 100)
    for delegation in due:
        move(DELEGATION, delegation, "expire", SYSTEM)
    return len(due) == 100
