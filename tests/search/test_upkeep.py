"""The index follows the database: changes, crashes between two steps, damage, differences."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask, current_app
from sqlalchemy.orm import Session, scoped_session

from marketplace.config import Config
from marketplace.core.actor import VISITOR
from marketplace.foundation import dirty
from marketplace.foundation.db import db, transaction
from marketplace.foundation.index.interface import IndexBusy, IndexDocument, IndexUnusable, Key, SearchRequest
from marketplace.foundation.index.whoosh_engine import WhooshEngine
from marketplace.foundation.worker import Worker
from marketplace.organizations.models import Organization
from marketplace.organizations.services import reload_organization, take_organization_step
from marketplace.search import services
from marketplace.search.arrivals import arrived, last_arrival
from marketplace.search.queries import Question, find
from marketplace.search.services import catch_up, check_nightly, compare, engine, ensure, mend, rebuild, texts
from tests.factories import accounts
from tests.support.servers import wait_until
from tests.support.site import Client


def found(text: str) -> list[Key]:
    answer = engine().search(SearchRequest(text=text), texts)
    return [(hit.kind, hit.doc_id) for hit in answer.hits]


def shown(app: Flask, question: Question) -> list[int]:
    """The keys of the cards that a visitor gets."""
    with app.test_request_context():
        return [card["id"] for card in find(question, VISITOR).cards]


def document(kind: str, doc_id: int, version: int = 1) -> IndexDocument:
    return IndexDocument(kind, doc_id, version, "", "鬼影", "", "", {}, 0)


@pytest.fixture
def firm(session: scoped_session[Session]) -> int:
    """The key of a verified organization that is in the index, and nothing waits."""
    made = accounts.organization(name="芜湖雪狼机器人有限公司")
    rebuild()
    while catch_up():
        pass
    assert dirty.pending(1) == []
    return made.id


def rename(key: int, name: str) -> None:
    """Change what is found, as the importer does; nothing of it is in the index yet."""
    firm = db.session.get_one(Organization, key)
    with transaction():
        for member in firm.members:
            db.session.delete(member)
    with transaction():
        assert reload_organization(db.session.get_one(Organization, key), {"name": name})


def test_a_change_is_found_after_catching_up(firm: int) -> None:
    assert found("雪狼") == [("organization", firm)]
    rename(firm, "芜湖雪豹机器人有限公司")
    assert found("雪豹") == []
    assert catch_up() is False
    assert found("雪豹") == [("organization", firm)]
    assert found("雪狼") == []
    assert dirty.pending(1) == []


def test_what_is_no_longer_public_leaves_the_index(firm: int) -> None:
    with transaction():
        official = accounts.actor(accounts.official(duties=("verify",)))
    with transaction():
        take_organization_step(db.session.get_one(Organization, firm), "suspend", official, "试验", None)
    catch_up()
    assert found("雪狼") == []
    assert engine().versions() == {}


def test_a_page_stays_full_while_the_index_is_behind(app: Flask, firm: int) -> None:
    """What the index still has and the database no longer shows gives its place to the next hit."""
    with transaction():
        others = [accounts.organization(name=f"芜湖雪狼机器人第{place}公司").id for place in range(3)]
        official = accounts.actor(accounts.official(duties=("verify",)))
    rebuild()
    question = Question("雪狼", sort="newest", per_page=2)
    first = shown(app, question)[0]
    with transaction():
        take_organization_step(db.session.get_one(Organization, first), "suspend", official, "试验", None)
    left = shown(app, question)
    assert len(left) == 2
    assert set(left) < {firm, *others} - {first}


def test_more_notes_than_one_portion_are_asked_for_again(firm: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "BATCH", 2)
    with transaction():
        for doc_id in (firm, 9001, 9002):
            dirty.note("organization", doc_id)
    assert [catch_up(), catch_up(), catch_up()] == [True, False, False]
    assert dirty.pending(1) == []
    assert found("雪狼") == [("organization", firm)]


def test_of_a_flood_much_is_one_commit(firm: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "BATCH", 1)
    monkeypatch.setattr(services, "FLOOD", 4)
    monkeypatch.setattr(services, "PORTION", 3)
    with transaction():
        for doc_id in (firm, *range(9001, 9006)):
            dirty.note("organization", doc_id)
    left = [(catch_up(), len(dirty.pending(10))) for _ in range(3)]
    assert left == [(True, 2), (True, 1), (False, 0)], "four at once, whose notes go in two portions"
    assert found("雪狼") == [("organization", firm)]


def test_a_crash_between_index_and_notes_repeats_the_work(firm: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(_notes: object) -> None:
        raise SystemExit

    rename(firm, "芜湖雪豹机器人有限公司")
    with monkeypatch.context() as patch:
        patch.setattr(services.dirty, "settle", killed)
        with pytest.raises(SystemExit):
            catch_up()
    assert found("雪豹") == [("organization", firm)]
    assert len(dirty.pending(10)) == 1
    for _ in range(2):
        catch_up()
    assert found("雪豹") == [("organization", firm)]
    assert dirty.pending(1) == []
    assert compare().clean


def test_a_crash_before_the_index_loses_nothing(firm: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*_given: object) -> None:
        raise SystemExit

    rename(firm, "芜湖雪豹机器人有限公司")
    with monkeypatch.context() as patch:
        patch.setattr(engine(), "apply", killed)
        with pytest.raises(SystemExit):
            catch_up()
    assert len(dirty.pending(10)) == 1
    catch_up()
    assert found("雪豹") == [("organization", firm)]


def test_a_change_while_indexing_is_not_struck_out(firm: int, monkeypatch: pytest.MonkeyPatch) -> None:
    apply = engine().apply

    def apply_while_somebody_changes(documents: list[IndexDocument], gone: list[Key]) -> None:
        apply(documents, gone)
        rename(firm, "芜湖雪豹机器人有限公司")

    with transaction():
        dirty.note("organization", firm)
    with monkeypatch.context() as patch:
        patch.setattr(engine(), "apply", apply_while_somebody_changes)
        catch_up()
    assert len(dirty.pending(10)) == 1
    catch_up()
    assert found("雪豹") == [("organization", firm)]


def test_while_another_writes_the_notes_stay(firm: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_given: object) -> None:
        raise IndexBusy

    rename(firm, "芜湖雪豹机器人有限公司")
    with monkeypatch.context() as patch:
        patch.setattr(engine(), "apply", busy)
        assert catch_up() is False
    assert len(dirty.pending(10)) == 1


def test_every_difference_is_named_and_mended(firm: int) -> None:
    other = accounts.organization(name="合肥灰熊机器人有限公司").id
    engine().apply([document("organization", firm, 99), document("organization", 777)], [])
    differences = compare()
    assert differences.missing == (("organization", other),)
    assert differences.extra == (("organization", 777),)
    assert differences.stale == (("organization", firm),)
    assert not differences.clean
    assert set(differences.keys) == {("organization", key) for key in (other, firm, 777)}
    mend(differences)
    catch_up()
    assert compare().clean
    assert found("雪狼") == [("organization", firm)]
    assert found("鬼影") == []


def test_what_is_written_while_it_compares_is_no_difference() -> None:
    first = services.Differences(missing=(("product", 1), ("product", 2)), extra=(), stale=(("product", 3),))
    later = services.Differences(missing=(("product", 2), ("product", 4)), extra=(("product", 3),), stale=())
    assert first.lasting(later) == services.Differences(missing=(("product", 2),), extra=(), stale=())


def test_the_nightly_comparison_mends(firm: int, caplog: pytest.LogCaptureFixture) -> None:
    assert check_nightly() is False
    assert caplog.text == ""
    engine().apply([document("organization", 777)], [("organization", firm)])
    assert check_nightly() is False
    assert "1 missing, 1 extra, 0 stale" in caplog.text
    catch_up()
    assert compare().clean


def test_a_rebuild_strikes_out_what_it_has_brought(firm: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rename(firm, "芜湖雪豹机器人有限公司")
    while_built = accounts.organization(name="宿州猎豹机器人有限公司").id
    with transaction():
        dirty.note("organization", 999_999)  # gone
        dirty.note("organization", while_built)
    before, build = last_arrival(), services._all_documents

    def changed_after(built: list[IndexDocument]) -> Iterator[IndexDocument]:
        yield from build(built)
        with transaction():
            dirty.note("organization", while_built)

    monkeypatch.setattr(services, "_all_documents", changed_after)
    rebuild()
    assert found("雪豹") == [("organization", firm)]
    assert [(note.kind, note.doc_id) for note in dirty.pending(10)] == [("organization", while_built)]
    assert set(arrived(before, last_arrival())) == {("organization", firm), ("organization", while_built)}


def test_a_rebuild_keeps_what_is_searched_until_the_new_one_stands(firm: int) -> None:
    before = engine().status().generation
    rename(firm, "芜湖雪豹机器人有限公司")
    assert found("雪狼") == [("organization", firm)]
    assert rebuild() == before + 1
    assert found("雪豹") == [("organization", firm)]
    assert compare().clean


# ---- damage ---------------------------------------------------------------------------------------------------------


def remove(folder: Path) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_file():
            path.unlink()


def cut(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file() and path.name != "LOCK":
            path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def scribble(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file() and path.stat().st_size > 8:
            data = bytearray(path.read_bytes())
            data[len(data) // 2] ^= 0xFF
            path.write_bytes(bytes(data))


def forget(folder: Path) -> None:
    (folder / "CURRENT").unlink()


DAMAGES: list[Callable[[Path], None]] = [remove, cut, scribble, forget]


# Damage to files of the embedded engine, which SQLite always has.
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_index_is_told_and_heals(
    app: Flask, config: Config, firm: int, client: Client, damage: Callable[[Path], None]
) -> None:
    """Searching says 503 for a moment; everything else works; the worker builds it anew by itself."""
    assert client.get("/search?q=雪狼").status_code == 200
    damage(config.search_dir)
    # Another process, which has nothing of it in memory.
    app.extensions["search_engine"] = WhooshEngine(config.search_dir)
    broken = client.get("/search?q=芜湖雪狼")  # another question: an answer given before may be shown again
    assert broken.status_code == 503
    assert "暂时不能服务" in broken.text
    assert "Traceback" not in broken.text
    assert client.get("/api/v1/search?q=雪狼").status_code == 503
    assert client.get("/help").status_code == 200
    worker = Worker(app, app.extensions["schedule"], config.data_dir)
    worker.start()
    try:
        wait_until(lambda: client.get("/search?q=芜湖雪狼").status_code == 200, "the worker heals the index")
    finally:
        worker.stop()
    assert "雪狼" in client.get("/search?q=芜湖雪狼").text
    assert client.get("/readyz").json["index"] == "ok"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_ensure_builds_only_what_is_missing(firm: int, config: Config) -> None:
    before = engine().status().generation
    assert ensure() is False
    assert engine().status().generation == before
    remove(config.search_dir)
    db.session.rollback()
    current_app.extensions["search_engine"] = WhooshEngine(config.search_dir)
    with pytest.raises(IndexUnusable):
        engine().status()
    ensure()
    assert found("雪狼") == [("organization", firm)]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_catching_up_with_a_damaged_index_builds_it_anew(firm: int, config: Config) -> None:
    rename(firm, "芜湖雪豹机器人有限公司")
    remove(config.search_dir)
    catch_up()
    assert found("雪豹") == [("organization", firm)]
    assert dirty.pending(1) == []
