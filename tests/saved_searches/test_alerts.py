"""Saved searches: each new item is told once, none is left out, whatever dies in between."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask, current_app
from sqlalchemy.orm import Session, scoped_session

from marketplace.accounts.models import User
from marketplace.core.actor import Actor
from marketplace.core.errors import Invalid, NotFound, Refused
from marketplace.foundation import dirty
from marketplace.foundation.db import db, transaction
from marketplace.foundation.outbox import OutboxMessage, handle_next
from marketplace.organizations.models import Organization
from marketplace.organizations.services import take_organization_step
from marketplace.saved_searches import queries, services
from marketplace.saved_searches.models import SavedSearch, ToldItem
from marketplace.saved_searches.notify import found
from marketplace.saved_searches.services import look_for_news, next_time
from marketplace.search.services import catch_up, rebuild
from tests.factories import accounts
from tests.support.site import Client, Clock

QUERY = "kind=organization&q=雪狼"


def settle() -> None:
    while catch_up():
        pass
    while look_for_news():
        pass


def save(user: User, query: str = QUERY, rhythm: str = "at_once") -> int:
    with transaction():
        return services.save_search("雪狼", query, rhythm, accounts.actor(user)).id


def items() -> list[list[int]]:
    """The keys of the items of each message about something found, in order."""
    messages = db.session.query(OutboxMessage).filter_by(topic="saved_search.found").order_by(OutboxMessage.id)
    return [[doc_id for _kind, doc_id in message.payload["items"]] for message in messages]


def firm(name: str) -> int:
    return accounts.organization(name=name).id


def change(key: int, **values: Any) -> None:
    """Change a row as an official's decision would, with its note for the index."""
    with transaction():
        organization = db.session.get_one(Organization, key)
        for name, value in values.items():
            setattr(organization, name, value)
        dirty.note("organization", key)


@pytest.fixture
def user(clock: Clock, session: scoped_session[Session]) -> User:
    rebuild()
    return accounts.person("finder@test.example")


def test_what_was_there_is_not_news_and_what_comes_is_told_once(user: User) -> None:
    firm("芜湖雪狼机器人有限公司")
    settle()
    save(user)
    new = firm("合肥雪狼科技有限公司")
    firm("合肥雪豹科技有限公司")
    settle()
    assert items() == [[new]]
    change(new, about="改了介绍")
    settle()
    rebuild()
    settle()
    assert items() == [[new]]


def test_what_comes_to_fit_by_a_change_is_told_once(user: User) -> None:
    was_there = firm("合肥雪豹科技有限公司")
    settle()
    save(user)
    change(was_there, name="合肥雪狼科技有限公司")
    settle()
    change(was_there, name="合肥雪豹科技有限公司")
    settle()
    change(was_there, name="合肥雪狼科技有限公司")
    settle()
    assert items() == [[was_there]]


def test_nothing_is_missed_while_the_worker_is_down(user: User) -> None:
    save(user)
    new = [firm(f"合肥雪狼{n}号有限公司") for n in range(5)]
    rebuild()  # somebody builds the index by hand; no note was worked off
    with transaction():
        dirty.settle([(note.kind, note.doc_id, note.seq) for note in dirty.pending(100)])
    settle()
    assert [sorted(each) for each in items()] == [new]


@pytest.mark.parametrize("step", ["arrive", "emit", "add_all"])
def test_a_worker_that_dies_repeats_its_work_and_tells_once(
    user: User, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    save(user)
    new = firm("合肥雪狼科技有限公司")

    def die(*_given: object, **_named: object) -> None:
        raise SystemExit

    place = {"arrive": "marketplace.search.services.arrive", "emit": "marketplace.saved_searches.services.emit"}
    with monkeypatch.context() as patch:
        patch.setattr(place.get(step, "sqlalchemy.orm.scoped_session.add_all"), die)
        with pytest.raises(SystemExit):
            settle()
    db.session.rollback()
    assert items() == []
    settle()
    settle()
    assert items() == [[new]]
    assert db.session.query(ToldItem).count() == 1


def test_daily_and_weekly_gather_what_came_until_eight_in_the_morning(user: User, clock: Clock) -> None:
    save(user, rhythm="daily")
    save(user, f"{QUERY}&literal=1", rhythm="weekly")  # Monday, 09:00 in Beijing
    first = firm("合肥雪狼科技有限公司")
    settle()
    assert items() == []
    clock.move_to(datetime(2026, 3, 2, 23, 59, tzinfo=UTC))
    settle()
    assert items() == []
    clock.move_to(datetime(2026, 3, 3, 0, 0, tzinfo=UTC))  # Tuesday, 08:00 in Beijing
    settle()
    assert items() == [[first]]
    second = firm("芜湖雪狼科技有限公司")
    clock.move_to(datetime(2026, 3, 8, 23, 59, 59, tzinfo=UTC))  # a second before Monday, 08:00
    settle()
    assert items() == [[first], [second]], "daily"
    clock.move_to(datetime(2026, 3, 9, 0, 0, tzinfo=UTC))
    settle()
    assert [*items()[:2], sorted(items()[2])] == [[first], [second], [first, second]], "weekly"


def test_times_on_new_years_eve_in_beijing() -> None:
    eve = datetime(2026, 12, 31, 16, 30, tzinfo=UTC)  # half past midnight, 1 January in Beijing, a Friday
    assert next_time("daily", eve) == datetime(2027, 1, 1, 0, 0, tzinfo=UTC)
    assert next_time("weekly", eve) == datetime(2027, 1, 4, 0, 0, tzinfo=UTC)
    assert next_time("weekly", datetime(2027, 1, 4, 0, 0, tzinfo=UTC)) == datetime(2027, 1, 11, 0, 0, tzinfo=UTC)


def told(saved_id: int, rhythm: str) -> None:
    with transaction():
        saved = db.session.get_one(SavedSearch, saved_id)
        services.change_search(saved, saved.name, rhythm, saved.shown)


def test_a_pause_loses_nothing(user: User) -> None:
    saved_id = save(user)
    told(saved_id, "off")
    new = firm("合肥雪狼科技有限公司")
    settle()
    assert items() == []
    told(saved_id, "at_once")
    settle()
    assert items() == [[new]]


def test_the_mail_says_what_is_new_and_its_link_ends_it(
    user: User, app: Flask, client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    save(user)
    shown, hidden = firm("合肥雪狼科技有限公司"), firm("芜湖雪狼科技有限公司")
    settle()
    official = accounts.actor(accounts.official(region="340000"))
    with transaction():
        organization = db.session.get_one(Organization, hidden)
        take_organization_step(organization, "suspend", official, reason="因为试验", seen=organization.version)
    capsys.readouterr()
    while handle_next(app.extensions["schedule"].subscriptions):
        pass
    mail = next(part for part in capsys.readouterr().out.split("-" * 72) if "项新结果" in part)
    assert "To: finder@test.example" in mail
    assert "合肥雪狼科技有限公司" in mail
    assert "芜湖雪狼科技有限公司" not in mail, "hidden since"
    accounts.sign_in(client, "finder@test.example")
    inbox = client.get("/workspace/inbox/").text
    number = db.session.get_one(Organization, shown).number
    assert f'<a href="/organizations/{number}">合肥雪狼科技有限公司（单位 {number}）</a>' in inbox
    assert f">/organizations/{number}<" not in inbox, "an address is nothing to read"
    assert "查看全部结果" not in inbox, "its subject leads there"
    link = next(line for line in mail.splitlines() if "/leave/" in line)
    path = "/saved-searches/leave/" + link.rpartition("/")[2]
    assert client.get(path).status_code == 200
    db.session.expire_all()
    assert db.session.query(SavedSearch).one().rhythm == "at_once", "looking at the page changes nothing"
    assert "已停止" in client.submit(path).text
    db.session.expire_all()
    assert db.session.query(SavedSearch).one().rhythm == "off"
    assert client.get(path[:-3] + "xxx").status_code == 404
    remove(client, db.session.query(SavedSearch).one().id)
    other = accounts.person()
    taken = save(other)  # SQLite gives it the key that became free
    gone = client.submit(path)
    assert (gone.status_code, "已被删除" in gone.text) == (404, True)
    db.session.expire_all()
    assert db.session.get_one(SavedSearch, taken).rhythm == "at_once", "a link of a mail is for the search it was about"


def test_what_was_found_for_a_removed_search_is_not_told_to_whoever_has_its_key(user: User, app: Flask) -> None:
    saved_id = save(user)
    message = OutboxMessage(
        topic="saved_search.found", subject_type="saved_search", subject_id=saved_id,
        payload={"items": [["organization", firm("合肥雪狼科技有限公司")]], "made": "of another"},
    )  # fmt: skip
    assert not list(found(message, app.extensions["config"]))
    message.payload["made"] = db.session.get_one(SavedSearch, saved_id).made
    assert [letter.to for letter in found(message, app.extensions["config"])] == [user.email]


def remove(client: Client, saved_id: int) -> None:
    seen = {"seen": db.session.get_one(SavedSearch, saved_id).shown}
    assert client.submit(f"/workspace/searches/{saved_id}", {"act": "remove", **seen}).status_code == 302


def test_a_person_manages_his_own_and_nobody_elses(user: User, client: Client, app: Flask) -> None:
    accounts.sign_in(client, user)
    page = client.get("/search?q=雪狼&kind=organization").text
    assert "/workspace/searches/new?kind=organization&amp;q=%E9%9B%AA%E7%8B%BC" in page
    path = "/workspace/searches/new?q=雪狼&kind=organization&page=2&sort=newest"
    assert client.submit(path, {"name": "", "rhythm": "daily"}).status_code == 422
    assert client.submit(path, {"name": "找雪狼", "rhythm": "daily"}).status_code == 302
    assert client.submit("/workspace/searches/new", {"name": "空的", "rhythm": "daily"}).status_code == 422
    empty = client.get("/workspace/searches/new").text
    assert "要有搜索词或条件才能保存" in empty
    assert 'name="rhythm"' not in empty, "nothing that is typed would help"
    table = client.get("/workspace/searches").text
    assert "找雪狼" in table
    assert "每天一封" in table
    saved = db.session.query(SavedSearch).one()
    assert saved.query == "kind=organization&q=%E9%9B%AA%E7%8B%BC"
    edit = f"/workspace/searches/{saved.id}"
    other = app.test_client()
    assert isinstance(other, Client)
    accounts.sign_in(other, accounts.person())
    assert other.get(edit).status_code == 404
    assert other.submit(edit, {"act": "remove"}).status_code == 404
    gone = other.submit(edit, {"act": "remove"})
    assert "您没有这个保存的搜索" in gone.text
    assert "现有的在下面" not in gone.text, "he has none"
    seen = {"seen": saved.shown}
    assert client.submit(edit, {"name": "找雪狼", "rhythm": "weekly", **seen}).status_code == 302
    db.session.expire_all()
    assert db.session.query(SavedSearch).one().rhythm == "weekly"
    assert client.submit(edit, {"act": "remove", **seen}).status_code == 409, "another rhythm than was seen"
    remove(client, saved.id)
    assert db.session.query(SavedSearch).count() == 0


def test_an_older_window_overwrites_nothing(user: User, client: Client) -> None:
    accounts.sign_in(client, user)
    edit = f"/workspace/searches/{save(user, rhythm='daily')}"
    older = {"seen": db.session.query(SavedSearch).one().shown}
    assert f'value="{older["seen"]}"' in client.get(edit).text
    assert client.submit(edit, {"name": "新名称", "rhythm": "weekly", **older}).status_code == 302
    late = client.submit(edit, {"name": "旧窗口", "rhythm": "off", **older})
    assert late.status_code == 409
    assert 'value="旧窗口"' in late.text, "what was typed is still there"
    db.session.expire_all()
    saved = db.session.query(SavedSearch).one()
    assert (saved.name, saved.rhythm) == ("新名称", "weekly")
    page = client.get(edit).text
    assert page.index("<details>") < page.index('value="remove"'), "removal is asked about first"


def test_the_same_search_is_saved_once(user: User, client: Client) -> None:
    actor = accounts.actor(user)
    accounts.sign_in(client, user)
    path, given = "/workspace/searches/new?", {"name": "找雪狼", "rhythm": "daily"}
    assert client.submit(f"{path}q=雪狼&kind=organization", given).status_code == 302
    saved = db.session.query(SavedSearch).one()
    for again in (
        "kind=organization&q=雪狼&sort=newest",
        "q= 雪狼 &kind=organization&city=",
        "q=雪狼&kind=organization&page=1",
    ):
        for answer in (client.get(path + again), client.submit(path + again, given)):
            assert answer.location == f"/workspace/searches/{saved.id}"
    assert "已经保存过" in client.get(f"/workspace/searches/{saved.id}").text
    with pytest.raises(Refused), transaction():
        services.save_search("雪狼", saved.query, "daily", actor)
    assert db.session.query(SavedSearch).count() == 1
    assert "/workspace/searches" in client.get("/workspace/").text.partition("<main")[2].partition("</main>")[0]


def shown(client: Client, path: str) -> int:
    """How many results a page says that there are."""
    return int(re.findall(r"共 ([\d,]+) 项", client.get(path).text)[0].replace(",", ""))


def test_what_latin_letters_are_read_as_is_told_too(user: User, client: Client) -> None:
    query, actor = "kind=organization&q=xuelang", accounts.actor(user)
    accounts.sign_in(client, user)
    firm("芜湖雪狼机器人有限公司")
    settle()
    rebuild()
    assert shown(client, f"/search?{query}") == 1
    with transaction():
        services.save_search("雪狼", query, "at_once", actor)
    assert re.search(r'data-l="现在的结果">1<', client.get("/workspace/searches").text)
    new = firm("合肥雪狼科技有限公司")
    firm("合肥雪豹科技有限公司")
    settle()
    settle()
    assert items() == [[new]]


def test_a_part_that_means_nothing_any_more_makes_no_other_search(user: User) -> None:
    save(user, f"category=gone&{QUERY}")
    firm("合肥雪狼科技有限公司")
    settle()
    assert items() == []


def test_limits(user: User) -> None:
    actor = accounts.actor(user)
    for rhythm in ("never", ""):
        with pytest.raises(Invalid), transaction():
            services.save_search("名称", QUERY, rhythm, actor)
    with pytest.raises(Invalid), transaction():
        services.save_search("长" * 61, QUERY, "daily", actor)
    with pytest.raises(NotFound), transaction():
        services.save_search("名称", QUERY, "daily", Actor())
    for number in range(services.MOST):
        save(user, f"{QUERY}{number}")
    with pytest.raises(Refused), transaction():
        services.save_search("名称", QUERY, "daily", actor)


def test_keys_are_kept_whole() -> None:
    keys = {("product", 3), ("scenario", 9), *(("product", n) for n in range(10_000, 60_000))}
    assert queries.unpacked(queries.packed(keys)) == keys
    assert len(queries.packed(keys)) < 200_000
    assert queries.unpacked(queries.packed(())) == set()
    assert not current_app
