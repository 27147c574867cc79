"""Commands on a listing: who was first wins, the other is told; what is public is what was approved."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy.orm import Session, scoped_session
from sqlalchemy.orm.exc import StaleDataError

from marketplace.core.actor import Actor
from marketplace.core.errors import Conflict, NotFound, Refused
from marketplace.foundation import ledger
from marketplace.foundation.db import db, transaction
from marketplace.listings import services
from marketplace.listings.models import Listing, Revision
from marketplace.listings.queries import history, log_lines, open_revision, revisions
from tests.factories import accounts
from tests.factories.listings import listing, member_of
from tests.listings.trial import KIND, Trial

pytestmark = pytest.mark.usefixtures("session")


def states_of(made: Listing) -> list[str]:
    return [revision.state for revision in reversed(revisions(made))]


def test_a_revision_is_public_only_when_it_is_approved() -> None:
    made = listing(KIND, "published", title="甲", summary="一版")
    member = member_of(made.organization)
    official = accounts.actor(accounts.official(duties=("review",)))
    with transaction():
        revision = services.revise(KIND, made, member)
        services.save(KIND, made, {**revision.content, "title": "乙"}, member, revision.version)
        services.submit(KIND, made, member, None)
    assert (made.title, made.content["title"], made.state) == ("甲", "甲", "published")
    with transaction():
        services.approve(KIND, made, official)
    assert (made.title, made.content["title"], made.edition) == ("乙", "乙", 2)
    assert states_of(made) == ["superseded", "approved"]
    entry = next(each for each in reversed(history(made)) if each.action == "approve")
    assert entry.data["changed"] == {"title": ["甲", "乙"]}
    assert entry.data["sha256"] == services.content_hash(made.content)


def test_a_stale_save_is_a_conflict() -> None:
    made = listing(KIND, title="甲")
    member, seen = member_of(made.organization), open_revision(made).version
    with transaction():
        services.save(KIND, made, {**open_revision(made).content, "title": "乙"}, member, seen)
    with pytest.raises(Conflict), transaction():
        services.save(KIND, made, {**open_revision(made).content, "title": "丙"}, member, seen)
    assert open_revision(made).content["title"] == "乙"


def test_what_is_in_review_cannot_be_saved() -> None:
    made = listing(KIND, "in_review", summary="有")
    with pytest.raises(Conflict), transaction():
        services.save(KIND, made, {"title": "x"}, member_of(made.organization), None)


def test_a_stranger_finds_no_draft_to_save() -> None:
    made = listing(KIND)
    with pytest.raises(NotFound), transaction():
        services.save(KIND, made, {}, accounts.actor(accounts.person()), None)


@pytest.mark.parametrize(("state", "summary", "fact"), [("registered", "有", "已登记"), ("verified", "", "还没有简介")])
def test_why_a_draft_cannot_be_submitted(state: str, summary: str, fact: str) -> None:
    made = listing(KIND, "draft", accounts.organization(state), summary=summary)
    with pytest.raises(Refused) as refused, transaction():
        services.submit(KIND, made, member_of(made.organization), None)
    assert fact in refused.value.fact.zh
    assert made.state == "draft"


def test_an_official_of_another_city_has_no_right() -> None:
    made = listing(KIND, "in_review", summary="有")
    stranger = accounts.actor(accounts.official(accounts.WUHU, ("review",)))
    for command in (services.approve, lambda *given: services.send_back(*given, "因为", None)):
        with pytest.raises(Refused), transaction():
            command(KIND, made, stranger)
    assert made.state == "in_review"


def test_reopening_keeps_numbers_and_history() -> None:
    made = listing(KIND, "withdrawn", summary="有")
    member = member_of(made.organization)
    with transaction():
        services.take_step(KIND, made, KIND.lifecycle.by_name["reopen"], member, "", None)
    assert (made.state, open_revision(made).number, open_revision(made).state) == ("draft", 2, "drafted")


def test_what_is_past_its_validity_ends(session: scoped_session[Session]) -> None:
    lasting, ended = listing(KIND, "published", summary="有"), listing(KIND, "published", summary="有")
    with transaction():
        ended.valid_until = ended.created_at.date().replace(year=2020)
    with transaction():
        assert services.expire_due(KIND) is False
    assert (lasting.state, ended.state) == ("published", "expired")


def test_two_officials_at_once(app: Flask, session: scoped_session[Session]) -> None:
    made = listing(KIND, "in_review", title="甲", summary="有")
    listing_id, seen = made.id, open_revision(made).version
    first = accounts.actor(accounts.official(duties=("review",)))
    second = accounts.actor(accounts.official(accounts.PROVINCE, ("review",)))
    session.rollback()
    barrier, outcomes = threading.Barrier(2), []

    def act(command: Callable[[Listing, Actor], None], actor: Actor) -> None:
        with app.app_context():
            try:
                barrier.wait(10)
                with transaction():
                    command(db.session.get_one(Trial, listing_id), actor)
            except (Conflict, StaleDataError) as error:
                outcomes.append(type(error).__name__)
            else:
                outcomes.append("done")
            db.session.remove()

    commands = [
        (lambda found, actor: services.approve(KIND, found, actor, seen=seen), first),
        (lambda found, actor: services.send_back(KIND, found, actor, "缺材料", seen), second),
    ]
    threads = [threading.Thread(target=act, args=each) for each in commands]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    session.expire_all()
    found = session.get_one(Trial, listing_id)
    assert sorted(outcomes) == ["Conflict", "done"]
    decided = [entry.action for entry in history(found) if entry.action in ("approve", "return")]
    assert len(decided) == 1
    assert (found.state, states_of(found)) in (("published", ["approved"]), ("returned", ["returned"]))
    assert ledger.verify().broken is None


def test_the_log_names_organizations_and_posts_and_people_only_to_their_own(session: scoped_session[Session]) -> None:
    owner = accounts.organization(owner=accounts.person(name="赵企业"))
    reviewer = accounts.actor(accounts.official(duties=("review",), department="合肥市工信局", name="钱审核"))
    made = listing(KIND, "published", owner, reviewer, title="甲", summary="有")
    public = " ".join(f"{line.who.zh} {line.text.zh}" for line in log_lines(KIND, made, Actor()))
    own = " ".join(f"{line.who.zh} {line.text.zh}" for line in log_lines(KIND, made, member_of(owner)))
    official = " ".join(f"{line.who.zh} {line.text.zh}" for line in log_lines(KIND, made, reviewer))
    assert public == "合肥市工信局 第 1 版：通过并发布"
    assert "赵企业" in own
    assert "钱审核" not in own
    assert "送审" in own
    assert "赵企业" in official
    assert "合肥市工信局 钱审核" in official


def test_the_log_asks_as_many_statements_for_a_long_history_as_for_a_short_one(
    session: scoped_session[Session], statements: Callable[[], int]
) -> None:
    made = listing(KIND, "published", summary="有")
    reviewer = accounts.actor(accounts.official(duties=("review",)))
    log_lines(KIND, made, reviewer)
    before = statements()
    log_lines(KIND, made, reviewer)
    short = statements() - before
    for round_ in range(4):
        with transaction():
            member = member_of(made.organization)
            revision = services.revise(KIND, made, member)
            services.save(KIND, made, {**revision.content, "title": str(round_)}, member, None)
            services.submit(KIND, made, member, None)
            services.approve(KIND, made, accounts.actor(accounts.official(duties=("review",))))
    log_lines(KIND, made, reviewer)
    before = statements()
    log_lines(KIND, made, reviewer)
    assert statements() - before == short
    assert session.query(Revision).count() == 5
