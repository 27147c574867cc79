"""Who acts: a visitor, a user with memberships and posts, or the system. Plain data, asked by every policy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

PROVINCE = "340000"

Duty = Literal["verify", "review", "challenge", "demonstrate", "assess"]

# The three kinds of administrator, kept apart (三员分立); "" is none.
Administration = Literal["", "system", "security", "audit"]


def covers(region: str, place: str) -> bool:
    """Whether an office for ``region`` is in charge of ``place`` (GB/T 2260 codes).

    The province is in charge of everything, also of what lies outside Anhui (an empty or foreign code);
    a city of its own code and of its counties, which share its first four digits.
    """
    return region == PROVINCE or (bool(place) and region[:4] == place[:4])


@dataclass(frozen=True, slots=True)
class Membership:
    """A user's place in one organization."""

    organization_id: int
    role: Literal["owner", "editor"]
    organization_state: str


@dataclass(frozen=True, slots=True)
class PostHeld:
    """A post in force: what makes a user an official.

    ``delegation_id``, ``delegated_by``: the post is a colleague's (a user's key), who handed these duties over for a
    time. ``barred``: the organizations of whoever stands behind the post, and those in their line of parents and
    subsidiaries: nobody decides on what they filed.
    """

    post_id: int
    department: str
    region: str
    duties: frozenset[str]
    delegation_id: int | None = None
    delegated_by: int | None = None
    barred: frozenset[int] = frozenset()

    @property
    def trace(self) -> dict[str, Any]:
        """What history keeps of a delegation beside the post; nothing for one's own post."""
        if self.delegation_id is None:
            return {}
        return {"delegation": {"id": self.delegation_id, "by": self.delegated_by}}


@dataclass(frozen=True, slots=True)
class Actor:
    """The one who asks. Made once per request from the signed-in user; the policies read nothing else."""

    kind: Literal["visitor", "user", "system"] = "visitor"
    user_id: int | None = None
    name: str = ""
    memberships: tuple[Membership, ...] = ()
    posts: tuple[PostHeld, ...] = ()
    administrator: Administration = ""
    # The subsidiaries of the actor's organizations, theirs too, as far as the parents have accepted them.
    below: frozenset[int] = frozenset()
    # The expert of the register that the user is, once an official approved him and until he leaves.
    expert_id: int | None = None

    @property
    def signed_in(self) -> bool:
        return self.kind == "user"

    @property
    def is_system(self) -> bool:
        return self.kind == "system"

    @property
    def organization_ids(self) -> frozenset[int]:
        return frozenset(membership.organization_id for membership in self.memberships)

    def belongs_to(self, organization_id: int) -> bool:
        """Whether the actor is a member (owner or editor) of the organization."""
        return organization_id in self.organization_ids

    def owns(self, organization_id: int) -> bool:
        """Whether the actor is an owner of the organization."""
        return any(m.organization_id == organization_id and m.role == "owner" for m in self.memberships)

    def has_duty(self, duty: Duty) -> bool:
        """Whether the actor holds a post with the duty, for whatever region."""
        return any(duty in post.duties for post in self.posts)

    def post_for(self, duty: Duty, place: str) -> PostHeld | None:
        """The post in which the actor is in charge of ``duty`` for ``place``; his own and the narrowest come first."""
        return min(self._posts_for(duty, place), key=_nearest, default=None)

    def post_to_decide(self, duty: Duty, place: str, organization_id: int) -> PostHeld | None:
        """The post in which the actor may decide on what an organization filed: never his own, nor one in its line."""
        open_to = [post for post in self._posts_for(duty, place) if organization_id not in post.barred]
        return min(open_to, key=_nearest, default=None)

    def _posts_for(self, duty: Duty, place: str) -> list[PostHeld]:
        return [post for post in self.posts if duty in post.duties and covers(post.region, place)]


def _nearest(post: PostHeld) -> tuple[bool, bool, int]:
    return post.delegation_id is not None, post.region == PROVINCE, post.post_id


VISITOR = Actor()
SYSTEM = Actor(kind="system", name="system")
