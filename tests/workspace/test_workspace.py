"""What each person finds in the workspace and in the queue."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from marketplace.foundation import ledger
from marketplace.foundation.db import db, transaction
from marketplace.listings import services
from marketplace.organizations.lifecycle import VERIFICATION_DAYS
from marketplace.organizations.models import Organization
from marketplace.organizations.services import take_organization_step
from marketplace.settings import services as settings
from marketplace.workspace.queries import time_left
from tests.factories import accounts, calendar
from tests.factories.listings import listing, member_of, take
from tests.listings.trial import KIND
from tests.support.site import Client, Clock

MONDAY = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def signed_in(app: Flask, user: accounts.User) -> Client:
    made = app.test_client()
    accounts.sign_in(made, user)
    return made  # type: ignore[return-value]


def page(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, answer.text[:1500]
    return str(answer.text)


@pytest.mark.parametrize(
    ("today", "days"),
    [
        (datetime(2026, 3, 2, 9, 0, tzinfo=UTC), 5),
        (datetime(2026, 3, 6, 9, 0, tzinfo=UTC), 1),
        (datetime(2026, 3, 7, 9, 0, tzinfo=UTC), 1),
        (datetime(2026, 3, 9, 9, 0, tzinfo=UTC), 0),
        (datetime(2026, 3, 9, 17, 0, tzinfo=UTC), -1),  # the tenth has begun in Beijing
        (datetime(2026, 3, 12, 9, 0, tzinfo=UTC), -3),
    ],
)
def test_working_days_left(clock: Clock, today: datetime, days: int) -> None:
    clock.move_to(today)
    left = time_left(MONDAY, 5, {})
    assert left is not None
    assert (str(left.due), left.days, left.overdue) == ("2026-03-09", days, days < 0)


def test_a_declared_day_off_counts(clock: Clock) -> None:
    clock.move_to(datetime(2026, 3, 6, 9, 0, tzinfo=UTC))
    left = time_left(MONDAY, 5, {datetime(2026, 3, 4).date(): False})
    assert left is not None
    assert (str(left.due), left.days) == ("2026-03-10", 2)


def test_a_year_without_a_calendar_tells_no_time(clock: Clock) -> None:
    clock.move_to(datetime(2090, 3, 2, tzinfo=UTC))
    assert time_left(datetime(2090, 3, 1, tzinfo=UTC), 5, {}) is None


def test_a_newcomer_is_shown_the_way(app: Flask, session: scoped_session[Session]) -> None:
    text = page(signed_in(app, accounts.person()), "/workspace/")
    assert "先登记或加入单位" in text
    assert "待我审核" not in text
    assert app.test_client().get("/workspace/").location.startswith("/account/sign-in")


def test_a_member_finds_what_waits_and_what_he_has(app: Flask, session: scoped_session[Session]) -> None:
    calendar.know()
    user = accounts.person()
    owner = accounts.organization(owner=user)
    for state, title in (("draft", "草稿甲"), ("in_review", "在审乙"), ("returned", "退回丙"), ("published", "公开丁")):
        listing(KIND, state, owner, title=title, summary="有")
    listing(KIND, "draft", title="别人的", summary="有")
    member = signed_in(app, user)
    text = page(member, "/workspace/")
    todo, _, rest = text.partition("没有写完的")
    assert "退回丙" in todo
    assert "因为试验" in todo
    assert "草稿甲" not in todo
    drafts, _, rest = rest.partition("等对方")
    assert "草稿甲" in drafts
    assert "在审乙" in rest.partition("我的")[0]
    assert "剩 5 个工作日" in rest
    assert "公开丁" in rest
    assert "别人的" not in text
    published = page(member, "/workspace/trials?state=published")
    assert "公开丁" in published
    assert "草稿甲" not in published
    assert page(member, "/workspace/trials?state=nonsense", 404)
    assert page(member, "/workspace/trials?page=2", 404)
    assert page(member, "/workspace/nothing", 404)


@pytest.mark.parametrize(
    ("state", "words"),
    [("registered", "去提交核验"), ("pending", "正在核验"), ("verified", "可以送审"), ("suspended", "不能登记")],
)
def test_what_an_organization_has_to_do_next(
    app: Flask, session: scoped_session[Session], state: str, words: str
) -> None:
    user = accounts.person()
    accounts.organization(state, user)
    assert words in page(signed_in(app, user), "/workspace/")


def test_the_queue_is_for_posts(app: Flask, session: scoped_session[Session]) -> None:
    answer = signed_in(app, accounts.person()).get("/review/")
    assert answer.status_code == 403
    assert "您的账号没有这样的岗位" in answer.text


def test_the_queue_has_what_the_region_sent_oldest_first(
    app: Flask, session: scoped_session[Session], clock: Clock
) -> None:
    here = accounts.organization()
    there = accounts.organization(region=accounts.WUHU)
    for title, owner in (("先到", here), ("后到", here), ("芜湖的", there)):
        listing(KIND, "in_review", owner, title=title, summary="有")
        clock.forward(hours=1)
    waiting = accounts.organization("pending", name="待核验的公司")
    city, reviewer = accounts.official(), accounts.official(duties=("review",))
    province = accounts.official(accounts.PROVINCE, ("review", "verify"))
    city_id, reviewer_id, province_id, number = city.id, reviewer.id, province.id, waiting.number
    clock.forward(days=7)
    clients = [signed_in(app, db.session.get_one(accounts.User, key)) for key in (city_id, reviewer_id, province_id)]
    text = page(clients[0], "/review/")
    assert text.index("先到") < text.index("后到")
    assert "芜湖的" not in text
    assert "超期" in text
    assert "待核验的公司" in page(clients[0], "/review/?kind=organizations")
    assert page(clients[1], "/review/?kind=organizations", 404)
    assert "芜湖的" in page(clients[2], "/review/")
    assert f"/review/organizations/{number}" in page(clients[2], "/review/?kind=organizations")
    assert "待我审核" in page(clients[0], "/workspace/")
    assert "最急" in page(clients[0], "/workspace/")


def test_thirty_rows_cost_as_many_statements_as_three(
    app: Flask, session: scoped_session[Session], statements: Callable[[], int]
) -> None:
    """An official with a queue, who is a member of an organization with drafts, returned and published listings."""
    theirs, user = accounts.organization().id, accounts.official(duties=("review",))
    own = accounts.organization(owner=accounts.person())
    accounts.join(own, user)
    own_id = own.id
    client = signed_in(app, user)

    def cost() -> dict[str, int]:
        costs = {}
        for path in ("/review/", "/review/?kind=trials&due=5", "/workspace/", "/workspace/history"):
            before = statements()
            page(client, path)
            costs[path] = statements() - before
        return costs

    def fill(count: int) -> None:
        sender, mine = (db.session.get_one(Organization, key) for key in (theirs, own_id))
        for number in range(count):
            take(KIND, listing(KIND, "draft", sender, title=f"第{number}", summary="有"), "submit", member_of(sender))
            for state in ("draft", "in_review", "returned", "published"):
                listing(KIND, state, mine, title=f"{state}{number}", summary="有")
        with transaction():
            for _ in range(count):
                ledger.record(mine, "edit", accounts.actor(db.session.get_one(accounts.User, user_id)))

    user_id = user.id
    fill(3)
    cost()  # the first request of a session asks more
    few = cost()
    fill(27)
    assert {path: cost for path, cost in cost().items() if cost > few[path]} == {}, "may ask less, never more"


def test_what_is_due_first_comes_first(app: Flask, session: scoped_session[Session], clock: Clock) -> None:
    """A verification has a shorter time here, so it is more urgent than what came before it."""
    with transaction():
        actor = accounts.actor(accounts.person())
        settings.change(VERIFICATION_DAYS, "1", actor, "试验", settings.NEVER_CHANGED)
    here = accounts.organization()
    listing(KIND, "in_review", here, title="先到的", summary="有")
    clock.forward(hours=2)
    accounts.organization("pending", name="后到的公司")
    city_id = accounts.official().id
    clock.forward(days=2)
    city = signed_in(app, db.session.get_one(accounts.User, city_id))
    for path in ("/workspace/", "/review/"):
        text = page(city, path)
        assert text.index("后到的公司") < text.index("先到的")
    assert "1 件超期" in page(city, "/workspace/")
    assert "先到的" not in page(city, "/review/?due=over")
    assert "没有符合筛选的待办" in page(city, "/review/?city=340200")
    assert page(city, "/review/?due=never", 404)


def test_what_somebody_did_is_his_alone(app: Flask, session: scoped_session[Session]) -> None:
    user, other = accounts.person(), accounts.person()
    number, other_id = accounts.organization("returned", user).number, other.id
    mine = page(signed_in(app, user), "/workspace/history")
    assert number in mine
    assert "提交核验" in mine
    assert "退回补正" not in mine  # which an official did
    assert number not in page(signed_in(app, db.session.get_one(accounts.User, other_id)), "/workspace/history")


def test_what_an_organization_lacks_is_said(app: Flask, session: scoped_session[Session]) -> None:
    user = accounts.person()
    accounts.organization("registered", user, contact_name="")
    assert "还没有填写联系人" in page(signed_in(app, user), "/workspace/")


class TestVerification:
    """An official decides on an organization."""

    @pytest.fixture
    def number(self, session: scoped_session[Session]) -> str:
        return str(accounts.organization("pending", accounts.person("owner@test.example"), name="甲公司").number)

    def test_verify(self, app: Flask, number: str) -> None:
        city = signed_in(app, accounts.official(duties=("verify",)))
        text = page(city, f"/review/organizations/{number}")
        assert "甲公司" in text
        assert "李四" in text
        path = f"/review/organizations/{number}"
        assert city.submit(path, {}).status_code == 422
        assert city.submit(path, {"decision": "return"}).status_code == 422
        assert city.submit(path, {"decision": "verify"}).location == "/review/?kind=organizations"
        assert "没有等待核验的内容" in page(city, path)

    def test_return_with_a_reason(self, app: Flask, number: str) -> None:
        city = signed_in(app, accounts.official(duties=("verify",)))
        sent = {"decision": "return", "reasons": ["code"], "note": "请核对执照"}
        assert city.submit(f"/review/organizations/{number}", sent).status_code == 302
        found = db.session.query(Organization).filter_by(number=number).one()
        assert found.state == "returned"

    def test_too_late(self, app: Flask, number: str) -> None:
        city, other = accounts.official(duties=("verify",), department="甲局"), accounts.official(duties=("verify",))
        other_id = other.id
        found = db.session.query(Organization).filter_by(number=number).one()
        with transaction():
            take_organization_step(found, "verify", accounts.actor(city), "", None)
        late = signed_in(app, db.session.get_one(accounts.User, other_id)).submit(
            f"/review/organizations/{number}", {"decision": "return", "note": "写了很久"}
        )
        assert late.status_code == 409
        assert "写了很久" in late.text
        assert "甲局" in late.text

    def test_not_by_its_own_member_nor_from_elsewhere(self, app: Flask, number: str) -> None:
        own, stranger = accounts.official(duties=("verify",)), accounts.official(accounts.WUHU, ("verify",))
        stranger_id = stranger.id
        accounts.join(db.session.query(Organization).filter_by(number=number).one(), own)
        client = signed_in(app, own)
        assert "您不能办理这一件" in page(client, f"/review/organizations/{number}")
        assert client.submit(f"/review/organizations/{number}", {"decision": "verify"}).status_code == 403
        elsewhere = signed_in(app, db.session.get_one(accounts.User, stranger_id))
        assert page(elsewhere, f"/review/organizations/{number}", 404)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_pages_in_both_languages(app: Flask, session: scoped_session[Session], language: str) -> None:
    owner = accounts.organization()
    made = listing(KIND, "published", owner, title="甲", summary="一")
    with transaction():
        revision = services.revise(KIND, made, member_of(owner))
        services.save(KIND, made, {**revision.content, "summary": "二"}, member_of(owner), None)
        services.submit(KIND, made, member_of(owner), None)
    number = made.number
    city = signed_in(app, accounts.official())
    for path in ("/workspace/", "/review/", f"/review/trials/{number}", "/review/?kind=organizations"):
        text = page(city, path + ("&" if "?" in path else "?") + f"lang={language}")
        assert ('<html lang="en"' in text) == (language == "en")
        assert text.count("<h1") == 1
