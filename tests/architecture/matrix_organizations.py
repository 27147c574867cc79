"""Rows of the matrix for organizations, their members, and posts."""

from __future__ import annotations

from collections.abc import Iterator

from tests.architecture.questions import STALE, Row, get, only, post, step


def organizations() -> Iterator[Row]:
    """Pages of organizations."""
    yield get("organizations.show", "/organizations/{organization.vendor.verified}", "200")
    yield get("organizations.show", "/organizations/{organization.hefei.registered}", "404")
    yield get("organizations.show", "/organizations/{organization.hefei.pending}", "404 404 404 404 200 200 404")
    yield get("organizations.show", "/organizations/{organization.wuhu.pending}", "404 404 404 404 404 200 404")
    yield get("organizations.new", "/organizations/new", "302 200 200 200 200 200 200")
    yield post("organizations.new", "/organizations/new", "302 422 422 422 422 422 422")
    for whose, (read, changed) in {"vendor.verified": (200, 409), "hefei.pending": (404, 404)}.items():
        path = f"/organizations/{{organization.{whose}}}/edit"
        yield get("organizations.edit", path, f"302 {read} 404 404 404 404 404")
        yield post("organizations.edit", path, f"302 {changed} 404 404 404 404 404", version=STALE)
    act, do = "organizations.act_do", "/organizations/{organization.%s}/do"
    yield step(act, do % "vendor.verified", "suspend", "302 403 403 403 409 409 403")
    yield step(act, do % "vendor.verified", "load", "302 404 404 404 404 404 404")
    yield step(act, do % "hefei.pending", "verify", "302 404 404 404 409 409 404")
    yield step(act, do % "hefei.registered", "submit", "302 404 404 404 404 404 404")
    yield step(act, do % "wuhu.pending", "verify", "302 404 404 404 404 409 404")
    yield get(act, do % "vendor.verified", "405")
    yield from papers_and_links()
    yield from members()
    yield from takeovers()
    yield from posts()


def papers_and_links() -> Iterator[Row]:
    """Licence, marks and new identities, and the link of a subsidiary to its parent."""
    at = "/organizations/{organization.%s}/%s"
    yield get("organizations.papers", at % ("vendor.verified", "papers"), "302 200 404 404 404 404 404")
    form = {"version": STALE, "name": "新名称", "kind": "vendor", "credit_code": "1", "region": "340100"}
    yield post("organizations.papers", at % ("vendor.verified", "papers"), "302 409 404 404 404 404 404", **form)
    yield get("organizations.papers", at % ("hefei.pending", "papers"), "302 404 404 404 404 404 404")
    act = "organizations.act_identity"
    yield step(act, at % ("vendor.verified", "identity"), "discard", "302 409 404 404 409 409 404")
    yield step(act, at % ("vendor.verified", "identity"), "submit", "302 404 404 404 404 404 404")
    yield step(act, at % ("hefei.pending", "identity"), "approve", "302 404 404 404 409 409 404")
    yield get(act, at % ("vendor.verified", "identity"), "405")
    act = "organizations.act_parent"
    yield step(act, at % ("vendor.verified", "parent"), "release", "302 409 403 403 403 403 403")
    yield step(act, at % ("vendor.verified", "parent"), "accept_child", "302 403 403 403 403 403 403")
    yield step(act, at % ("hefei.pending", "parent"), "accept_child", "302 404 404 404 403 403 404")
    yield get(act, at % ("vendor.verified", "parent"), "405")


def members() -> Iterator[Row]:
    """Members, requests to join, and invitations."""
    at = "/organizations/{organization.%s}/members"
    yield get("members.show", at % "vendor.verified", only(1, 200))
    yield post("members.show", at % "vendor.verified", only(1, 422), email="nobody", role="editor")
    yield get("members.show", at % "hefei.pending", only(1, 404))
    yield post("members.show", at % "hefei.pending", only(1, 404), email="a@test.example", role="editor")
    yield post("members.change", at % "vendor.verified" + "/2147483647", only(1, 409), act="remove", reason="x")
    yield post("members.change", at % "hefei.pending" + "/1", only(1, 404), act="remove", reason="x")
    yield get("members.join", "/organizations/join", "302 200 200 200 200 200 200")
    yield post("members.join", "/organizations/join", "302 422 422 422 422 422 422", organization="O-1999-000001")
    # The request of the sample is the newcomer's to the vendor.
    yield step("join_requests.act_do", "/join-requests/1/do", "accept", only(1, 409))
    yield step("join_requests.act_do", "/join-requests/2147483647/do", "accept", only(1, 404))
    yield step("invitations.act_do", "/invitations/1/do", "revoke", only(3, 409))
    yield step("invitations.act_do", "/invitations/1/do", "accept", only(3, 409))
    yield get("invitations.answer", "/invitations/no-such-token", "403")
    yield post("invitations.answer", "/invitations/no-such-token", "403", answer="accept")


def takeovers() -> Iterator[Row]:
    """Claims to organizations; {takeover.vendor2} is one that vendor2 sent and an official of the city declined."""
    at = "/takeovers/new/{organization.%s}"
    # vendor2's claim to it was declined not long ago.
    yield get("takeovers.new", at % "hefei.compiled", "302 200 403 200 200 200 200")
    yield get("takeovers.new", at % "vendor.verified", "302 403 403 403 403 403 403")
    yield get("takeovers.new", at % "hefei.pending", "302 404 404 404 403 403 404")
    yield post("takeovers.new", at % "hefei.compiled", "302 422 403 422 422 422 422")
    yield get("takeovers.show", "/takeovers/{takeover.vendor2}", "302 404 200 404 200 200 404")
    yield get("takeovers.show", "/takeovers/2147483647", "302 404 404 404 404 404 404")
    act = "takeovers.act_do"
    yield step(act, "/takeovers/{takeover.vendor2}/do", "approve", "302 404 403 404 409 409 404")
    yield step(act, "/takeovers/{takeover.vendor2}/do", "withdraw", "302 404 409 404 403 403 404")
    yield step(act, "/takeovers/{takeover.vendor2}/do", "lapse", "302 404 404 404 404 404 404")
    yield get(act, "/takeovers/{takeover.vendor2}/do", "405")


def posts() -> Iterator[Row]:
    """Posts and delegations; the sample's delegation is the province's, the matrix has only its giver."""
    yield get("posts.mine", "/posts/", "302 200 200 200 200 200 200")
    yield get("posts.delegate", "/posts/{post.province}/delegate", "302 404 404 404 404 200 404")
    yield post("posts.delegate", "/posts/{post.province}/delegate", "302 404 404 404 404 422 404")
    yield step("posts.act_delegation", "/posts/1/delegation", "revoke", "302 404 404 404 404 409 404")
    yield step("posts.act_delegation", "/posts/1/delegation", "expire", "302 404 404 404 404 404 404")
    yield get("posts.act_delegation", "/posts/1/delegation", "405")
