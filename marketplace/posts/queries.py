"""Selects of posts, of the officials who hold them, and of what they hand over."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from marketplace.accounts.models import User
from marketplace.accounts.queries import can_sign_in
from marketplace.accounts.queries import people as people_by_id
from marketplace.core import clock
from marketplace.core.actor import PROVINCE, Actor, Duty, PostHeld
from marketplace.core.errors import NotFound, Refused
from marketplace.core.text import Text
from marketplace.foundation.db import db
from marketplace.foundation.ledger import LedgerEntry
from marketplace.posts.models import Delegation, Post
from marketplace.web.plate import PersonalPart

SHOWN = 30


def officials(duty: Duty, region: str) -> Sequence[User]:
    """The users in charge of ``duty`` for a place: the city's officials, or the province's where the city has none.

    ``region`` is a GB/T 2260 code of a city or county; the province's own code and "" (outside Anhui) are the
    province's business. A colleague to whom the duty was handed over for now is among them.
    """
    levels = (region[:4] + "00", PROVINCE) if region else (PROVINCE,)
    posts = db.session.scalars(
        sa.select(Post)
        .join(User)
        .where(Post.region.in_(levels), can_sign_in(), in_force(Post))
        .options(joinedload(Post.user))
        .order_by(Post.id)
    )
    holding = [post for post in posts if duty in post.duties]
    nearest = [post for post in holding if post.region != PROVINCE] or holding
    found = {post.user_id: post.user for post in nearest}
    for each in _delegations(Delegation.post_id.in_([post.id for post in nearest])):
        if duty in each.duties and each.user.is_active:
            found.setdefault(each.user_id, each.user)
    return list(found.values())


def posts_by_id(ids: Sequence[int]) -> dict[int, Post]:
    """Posts by key, for naming in which post somebody acted."""
    return {post.id: post for post in db.session.scalars(sa.select(Post).where(Post.id.in_(ids)))}


def post_of(post_id: int, actor: Actor) -> Post:
    """A post that the actor holds himself now.

    Raises:
        NotFound: there is none.
    """
    found = db.session.scalar(sa.select(Post).where(Post.id == post_id, Post.user_id == actor.user_id, in_force(Post)))
    if found is None:
        raise NotFound
    return found


def posts_in_force(user: User) -> Sequence[Post]:
    """The posts a user holds now, the oldest first."""
    select = sa.select(Post).where(Post.user_id == user.id, in_force(Post)).order_by(Post.id)
    return db.session.scalars(select).all()


def posts_of(user_ids: Sequence[int]) -> Sequence[Post]:
    """Every post that these users hold, held or will hold, the newest first."""
    return db.session.scalars(sa.select(Post).where(Post.user_id.in_(user_ids)).order_by(Post.id.desc())).all()


def post_at(user: User, department: str, region: str) -> Post | None:
    """The post in force of a user in a department of a place."""
    named = (Post.user_id == user.id) & (Post.department == department) & (Post.region == region)
    return db.session.scalar(sa.select(Post).where(named, in_force(Post)).order_by(Post.id))


def posts_held(user: User) -> tuple[PostHeld, ...]:
    """What the user acts in: his own posts, then those whose duties a colleague of his department handed to him."""
    own = posts_in_force(user)
    held = [PostHeld(post.id, post.department, post.region, frozenset(post.duties)) for post in own]
    if own:  # who holds no post is nobody's colleague
        offices = {(post.department, post.region) for post in own}
        for each in _delegations(Delegation.user_id == user.id):
            post, duties = each.post, frozenset(each.duties) & frozenset(each.post.duties)
            if duties and (post.department, post.region) in offices:
                held.append(PostHeld(post.id, post.department, post.region, duties, each.id, post.user_id))
    return tuple(held)


def colleagues(post: Post) -> Sequence[User]:
    """Who holds a post in the same department of the same place now and can sign in, without the holder himself."""
    same = (Post.department == post.department) & (Post.region == post.region) & (Post.user_id != post.user_id)
    ids = sa.select(Post.user_id).where(same, in_force(Post))
    return db.session.scalars(sa.select(User).where(User.id.in_(ids), can_sign_in()).order_by(User.id)).all()


def delegation_by_key(key: str, actor: Actor) -> Delegation:
    """A delegation that the actor gave or was given.

    Raises:
        NotFound: there is none.
    """
    number = int(key) if key.isascii() and key.isdecimal() and len(key) < 10 else 0
    found = db.session.scalar(_mine(actor).where(Delegation.id == number))
    if found is None:
        raise NotFound
    return found


def my_delegations(actor: Actor) -> Sequence[Delegation]:
    """What the actor handed over and what was handed to him, the newest first."""
    return db.session.scalars(_mine(actor).order_by(Delegation.id.desc()).limit(SHOWN)).all()


def due_delegations(now: datetime, limit: int) -> Sequence[Delegation]:
    """Delegations whose time is over."""
    due = (Delegation.state == "given") & (Delegation.until <= now)
    return db.session.scalars(sa.select(Delegation).where(due).limit(limit)).all()


def signatures(entries: Iterable[LedgerEntry], *, named: bool) -> dict[int, Text]:
    """In which post somebody acted, by the key of the history entry; entries without a post have none.

    ``named``: the reader is an official, who also reads for whom a deputy acted.
    """
    signed = [entry for entry in entries if entry.post_id]
    posts = posts_by_id([entry.post_id for entry in signed if entry.post_id])
    givers = [entry.data["delegation"]["by"] for entry in signed if "delegation" in entry.data]
    people = people_by_id(givers) if named and givers else {}
    return {entry.id: _signature(entry, posts, people) for entry in signed}


def _signature(entry: LedgerEntry, posts: dict[int, Post], people: dict[int, User]) -> Text:
    post = posts.get(entry.post_id or 0)
    sign = Text(entry.post, post.label.en if post else entry.post)
    if "delegation" not in entry.data:
        return sign
    giver = people.get(entry.data["delegation"]["by"])
    if giver is None:
        return Text("%(post)s（受托）", "%(post)s (by delegation)") % {"post": sign}
    return Text("%(post)s（受%(name)s委托）", "%(post)s (for %(name)s)") % {"post": sign, "name": giver.name}


def personal(user_id: int) -> Sequence[PersonalPart]:
    """The posts that a person holds or held, and the duties he handed over or took over, for the copy of his data."""
    labels = {
        "department": Text("部门", "Department"), "region": Text("地区", "Region"), "duties": Text("职责", "Duties"),
        "since": Text("起", "From"), "until": Text("止", "To"),
    }  # fmt: skip
    held = db.session.scalars(sa.select(Post).where(Post.user_id == user_id).order_by(Post.id))
    concerned = (Delegation.user_id == user_id) | (Post.user_id == user_id)
    handed = sa.select(Delegation).join(Delegation.post).where(concerned).options(joinedload(Delegation.post))
    return (
        PersonalPart("post", Text("岗位", "Posts"), labels, [_personal_row(each, each) for each in held]),
        PersonalPart("delegation", Text("职责委托", "Duties handed over"), labels, [
            _personal_row(each.post, each) for each in db.session.scalars(handed.order_by(Delegation.id))
        ]),
    )  # fmt: skip


def _personal_row(post: Post, held: Post | Delegation) -> dict[str, object]:
    return {
        "department": post.label, "region": post.region, "duties": held.duties, "since": held.since,
        "until": held.until,
    }  # fmt: skip


def keeps(user_id: int) -> Sequence[Refused]:
    """An official cannot leave while a post is in force: somebody must take it over."""
    posts = db.session.scalars(sa.select(Post).where(Post.user_id == user_id, in_force(Post)).order_by(Post.id))
    return [
        Refused(
            Text("有岗位的人要先卸任，才能注销账号", "Who holds a post gives it up before the account is deleted"),
            Text(f"您还担任岗位：{post.label.zh}", f"You hold a post: {post.label.en}"),
            Text("请联系平台管理员结束这个岗位", "Ask the administrator of the site to end this post"),
        )
        for post in posts
    ]


def in_force(model: type[Post] | type[Delegation]) -> sa.ColumnElement[bool]:
    """Whether a post or delegation counts now: from its first moment until just before its last."""
    now = clock.now()
    return (model.since <= now) & (model.until.is_(None) | (model.until > now))


def _delegations(whose: sa.ColumnElement[bool]) -> Sequence[Delegation]:
    """Delegations that count now: in their time, of a post in force whose holder can sign in."""
    giver = sa.exists().where(User.id == Post.user_id, can_sign_in())
    select = sa.select(Delegation).join(Post).where(whose, Delegation.state == "given", in_force(Delegation))
    select = select.where(in_force(Post), giver).options(joinedload(Delegation.post), joinedload(Delegation.user))
    return db.session.scalars(select.order_by(Delegation.id)).all()


def _mine(actor: Actor) -> sa.Select[Delegation]:
    given = Delegation.post_id.in_(sa.select(Post.id).where(Post.user_id == actor.user_id))
    select = sa.select(Delegation).where(given | (Delegation.user_id == actor.user_id))
    return select.options(joinedload(Delegation.post).joinedload(Post.user), joinedload(Delegation.user))
