"""The table of synonyms: what an administrator may write into it, and that every process searches by it at once."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask, current_app
from sqlalchemy.orm import Session, scoped_session

from marketplace.core.actor import SYSTEM, Actor
from marketplace.core.errors import Conflict, Invalid
from marketplace.foundation import ledger
from marketplace.foundation.db import transaction
from marketplace.search.queries import Question, find
from marketplace.search.services import check_nightly, engine, rebuild
from marketplace.vocabulary import queries, services
from marketplace.vocabulary.models import SynonymGroup
from marketplace.vocabulary.thesaurus import Thesaurus, squeezed
from tests.factories import accounts

ADMINISTRATOR = Actor(kind="user", user_id=None, administrator="system")
WHY = "采购公告里常这样写"


def add(*words: str) -> int:
    with transaction():
        return services.add_group(words, "", ADMINISTRATOR, WHY).id


def names(text: str, *, literal: bool = False) -> set[str]:
    with current_app.test_request_context("/"):
        found = find(Question(text, literal=literal), SYSTEM)
    return set() if found.approximate else {card["title"].zh for card in found.cards}


@pytest.fixture
def firms(session: scoped_session[Session]) -> None:
    for name in ("合肥雪橇机械狗有限公司", "芜湖四足机器人有限公司", "铜陵轮滑猫有限公司"):
        accounts.organization(name=name)
    rebuild()


def test_shipped_groups_are_enough_and_obey_the_rules(session: scoped_session[Session]) -> None:
    with transaction():
        assert services.load_shipped() == len(queries.in_use()) >= 80
    with transaction():
        assert services.load_shipped() == 0
    thesaurus = queries.thesaurus()
    assert {"自动导引车", "移动机器人"} <= set(thesaurus.others("agv"))
    assert "巡查" in thesaurus.others("巡检")
    assert "工业机器人" in thesaurus.others("機械手")
    assert "quadruped" in thesaurus.others("Robot  Dog")
    assert thesaurus.written("agv") == "AGV"
    assert {"自动导引小车", "机械手臂"} <= set(thesaurus.words)
    assert not any("agv" in word.lower() for word in thesaurus.words)


def test_an_edit_is_searched_by_at_once_and_the_literal_word_alone_too(firms: None) -> None:
    assert names("机械狗") == {"合肥雪橇机械狗有限公司"}
    key = add("机械狗", "四足机器人")
    assert names("机械狗") == {"合肥雪橇机械狗有限公司", "芜湖四足机器人有限公司"}
    assert names("四足机器人") == names("機械狗")
    assert names("机械狗", literal=True) == {"合肥雪橇机械狗有限公司"}
    with current_app.test_request_context("/"):
        widened = find(Question("机械狗"), SYSTEM).widened
    assert widened == (("机械狗", ("四足机器人",)),)
    with transaction():
        services.retire_group(queries.group_by_id(key), True, 2, ADMINISTRATOR, WHY)
    assert names("机械狗") == {"合肥雪橇机械狗有限公司"}


def test_another_process_sees_the_edit(app: Flask, session: scoped_session[Session]) -> None:
    add("机械狗", "四足机器人")
    kept = queries.thesaurus()
    assert queries.thesaurus() is kept
    app.extensions["thesaurus"] = Thesaurus(0, [])  # as a process that has not looked since the table was empty
    assert queries.thesaurus().others("机械狗") == ["四足机器人"]


def test_a_new_word_changes_the_cutting_only_with_the_next_build(firms: None) -> None:
    assert engine().status().dictionary_current
    add("轮滑猫", "滑行机器人")
    assert not engine().status().dictionary_current
    assert names("轮滑猫") == names("滑行机器人") == {"铜陵轮滑猫有限公司"}
    before = engine().status().generation
    check_nightly()
    assert (engine().status().generation, engine().status().dictionary_current) == (before + 1, True)
    assert names("轮滑猫") == names("滑行机器人") == {"铜陵轮滑猫有限公司"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["巡检"], "2 to 12"),
        ([f"词语{n}" for n in range(13)], "2 to 12"),
        (["巡检", "查"], "2 to 40"),
        (["巡检", "长" * 41], "2 to 40"),
        (["巡检", "，。"], "nothing that can be searched"),
        (["巡检", "的了"], "nothing that can be searched"),
        (["巡检", "巡檢"], "twice"),
        (["AGV", "a g v"], "twice"),
        (["点检", "機械 狗"], "is in another group: 机械狗 = 四足"),
    ],
)
def test_words_that_cannot_be_a_group(session: scoped_session[Session], words: list[str], said: str) -> None:
    add("机械狗", "四足")
    with pytest.raises(Invalid) as refused, transaction():
        services.add_group(words, "", ADMINISTRATOR, WHY)
    assert said in str(refused.value)
    assert [group.words for group in queries.groups()] == [["机械狗", "四足"]]


def test_a_retired_group_frees_its_words_and_comes_back_only_without_conflict(session: scoped_session[Session]) -> None:
    key = add("机械狗", "四足")
    with transaction():
        services.retire_group(queries.group_by_id(key), True, 2, ADMINISTRATOR, WHY)
    add("机械狗", "机器狗")
    with pytest.raises(Invalid, match="another group"), transaction():
        services.retire_group(queries.group_by_id(key), False, 3, ADMINISTRATOR, WHY)
    assert queries.group_by_id(key).retired


def test_history_tells_every_edit_and_a_stale_form_is_refused(session: scoped_session[Session]) -> None:
    key = add("机械狗", "四足")
    with transaction():
        services.change_group(queries.group_by_id(key), ["机械狗", "四足", "机器狗"], "新说法", 2, ADMINISTRATOR, WHY)
    with pytest.raises(Conflict), transaction():
        services.change_group(queries.group_by_id(key), ["机械狗", "四足"], "", 2, ADMINISTRATOR, WHY)
    group = queries.group_by_id(key)
    assert [entry.action for entry in ledger.history(group)] == ["add", "change"]
    assert ledger.history(group)[1].data["before"]["words"] == ["机械狗", "四足"]
    assert ledger.verify().broken is None


def test_writing_differences_do_not_matter() -> None:
    assert squeezed("Robot-Dog") == squeezed("robot dog") == squeezed("ＲＯＢＯＴＤＯＧ")
    assert squeezed("機械 狗") == squeezed("机械狗")


def test_a_word_has_a_name_in_latin_letters_where_its_group_does() -> None:
    table = Thesaurus(1, [["巡检", "巡查", "inspection", "patrol"], ["AGV", "自动导引车"], ["清洁", "保洁"]])
    said = [table.in_latin(word) for word in ("巡查", "inspection", "自动导引车", "agv", "保洁", "红外")]
    assert said == ["inspection", "inspection", "AGV", "AGV", "保洁", "红外"]


def test_two_administrators_put_a_word_into_two_groups_at_once(app: Flask, session: scoped_session[Session]) -> None:
    """Each has looked before the other wrote; the database lets one through."""
    gate = threading.Barrier(2)
    seen = services.queries.in_use

    def in_use() -> Sequence[SynonymGroup]:
        found = seen()
        with contextlib.suppress(threading.BrokenBarrierError):
            gate.wait(1 if app.extensions["config"].database.startswith("sqlite") else 10)
        return found

    def attempt(other: str) -> str:
        with app.app_context():
            try:
                add("机械狗", other)
            except Invalid as refused:
                return str(refused)
            return "added"

    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor(2) as both:
        patch.setattr(services.queries, "in_use", in_use)
        said = sorted(both.map(attempt, ["四足", "机器狗"]))
    assert said[0] == "added"
    assert "group" in said[1]
    session.rollback()
    assert len(queries.in_use()) == 1


def test_every_change_has_its_reason(session: scoped_session[Session]) -> None:
    with pytest.raises(Invalid, match="reason"), transaction():
        services.add_group(["机械狗", "四足"], "", ADMINISTRATOR, " ")
    key = add("机械狗", "四足")
    assert ledger.history(queries.group_by_id(key))[-1].reason == WHY
