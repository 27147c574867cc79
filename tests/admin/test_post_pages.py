"""Posts given, changed and ended by security administrators, and what their holders may at once and no more."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from marketplace.foundation import ledger
from marketplace.posts.models import Post
from tests.factories import accounts
from tests.support.site import Client, Clock

Db = scoped_session[Session]
SignIn = Callable[[str], Client]

GIVEN = {
    "email": "li@test.example", "department": "合肥市经信局", "department_en": "Hefei Industry Bureau",
    "region": "340100", "duties": ["verify", "review"], "until": "", "reason": "人事任免通知",
}  # fmt: skip


def given(session: Db) -> Post:
    """The post that GIVEN makes."""
    return session.query(Post).filter_by(department=GIVEN["department"]).one()


def test_a_post_counts_at_once_and_ends_at_once(app: Flask, session: Db, sign_in: SignIn) -> None:
    accounts.organization("pending", name="安徽待办有限公司")
    accounts.person("li@test.example", demo=True)  # a second factor is asked of every other official
    official, guard = app.test_client(), sign_in("security")
    assert isinstance(official, Client)
    accounts.sign_in(official, "li@test.example")
    assert official.get("/review/").status_code == 403
    assert guard.submit("/admin/posts/new", GIVEN).status_code == 302
    assert "安徽待办有限公司" in official.get("/review/?kind=organizations").text
    post = given(session)
    key = post.id
    page = guard.get(f"/admin/posts/{key}").text
    for words in ("合肥市经信局", "授予岗位", "人事任免通知", "合肥市"):
        assert words in page
    seen = post.version
    changed = {"duties": ["review"], "until": "", "reason": "分工调整", "version": str(seen)}
    assert guard.submit(f"/admin/posts/{key}", changed).status_code == 302
    assert official.get("/review/?kind=organizations").status_code == 404
    assert guard.submit(f"/admin/posts/{key}", {**changed, "duties": ["verify"]}).status_code == 409
    assert guard.submit(f"/admin/posts/{key}/end", {"reason": "", "version": ""}).status_code == 422
    assert guard.submit(f"/admin/posts/{key}/end", {"reason": "调离", "version": str(seen)}).status_code == 409
    assert guard.submit(f"/admin/posts/{key}/end", {"reason": "调离", "version": ""}).status_code == 302
    assert official.get("/review/").status_code == 403
    assert guard.submit(f"/admin/posts/{key}/end", {"reason": "再来"}).status_code == 409
    told = [(entry.action, entry.reason) for entry in ledger.history(given(session))]
    assert told == [("grant", "人事任免通知"), ("change", "分工调整"), ("end", "调离")]


def test_what_cannot_be_is_said_at_its_field(clock: Clock, session: Db, sign_in: SignIn) -> None:
    accounts.person("li@test.example")
    guard = sign_in("security")
    wrong: dict[str, tuple[object, str]] = {
        "email": ("nobody@test.example", "没有用这个邮箱注册的人"),
        "department": ("", "请填写此项"),
        "region": ("", "请选择一项"),
        "duties": ([], "请至少选择一项职责"),
        "until": ("2026-03-01", "结束时间要在开始和现在之后"),
        "reason": ("", "请填写此项"),
    }
    for field, (value, words) in wrong.items():
        answer = guard.submit("/admin/posts/new", {**GIVEN, field: value})
        assert (answer.status_code, words in answer.text) == (422, True), field
        assert field == "department" or "合肥市经信局" in answer.text
    nothing = guard.submit("/admin/posts/new", {}).text
    named = re.findall(r'<li><a href="#(\w+)">', nothing)
    assert named == ["email", "department", "region", "duties", "reason"], "in the order of the page"
    assert session.query(Post).count() == 0


def test_the_last_day_is_a_whole_day_in_beijing(clock: Clock, session: Db, sign_in: SignIn) -> None:
    accounts.person("li@test.example")
    guard = sign_in("security")
    assert guard.submit("/admin/posts/new", {**GIVEN, "until": "2026-12-31"}).status_code == 302
    post = session.query(Post).one()
    assert post.until == datetime(2026, 12, 31, 16, 0, tzinfo=UTC)
    assert 'value="2026-12-31"' in guard.get(f"/admin/posts/{post.id}").text
    actor = accounts.actor(post.user)
    assert len(actor.posts) == 1
    clock.move_to(datetime(2026, 12, 31, 15, 59, 59, tzinfo=UTC))
    assert len(accounts.actor(session.query(Post).one().user).posts) == 1
    clock.forward(seconds=1)
    assert accounts.actor(session.query(Post).one().user).posts == ()


def test_no_administrator_holds_a_post(session: Db, sign_in: SignIn) -> None:
    guard = sign_in("security")
    accounts.person("audit@test.example", administrator="audit")
    refused = guard.submit("/admin/posts/new", {**GIVEN, "email": "audit@test.example"})
    assert (refused.status_code, "管理员不兼任业务岗位" in refused.text) == (403, True)
    accounts.person("own@test.example", administrator="security")
    own = guard.application.test_client()
    assert isinstance(own, Client)
    accounts.sign_in(own, "own@test.example")
    assert own.submit("/admin/posts/new", {**GIVEN, "email": "own@test.example"}).status_code == 403
    assert session.query(Post).count() == 0


def test_posts_are_found(clock: Clock, session: Db, sign_in: SignIn) -> None:
    accounts.official("340100", ("verify",), "合肥市经信局", name="经办甲")
    accounts.official("340000", ("assess",), "省国资委", name="经办乙")
    guard = sign_in("security")

    def found(query: str) -> tuple[bool, bool]:
        page = guard.get(f"/admin/posts?{query}").text.partition("<tbody>")[2]
        return "经办甲" in page, "经办乙" in page

    assert found("") == (True, True)
    assert found("q=国资") == found("q=经办乙") == found("duty=assess") == found("region=340000") == (False, True)
    assert found("duty=verify&state=held") == (True, False)
    assert found("state=over") == found("state=coming") == (False, False)
    for query in ("duty=fly", "region=110000", "state=lost"):
        assert guard.get(f"/admin/posts?{query}").status_code == 404
