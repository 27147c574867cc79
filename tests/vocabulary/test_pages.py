"""The administrator's pages of the table of synonyms, and what the search page says of them."""

from __future__ import annotations

from marketplace.foundation.db import db
from marketplace.vocabulary.models import SynonymGroup
from tests.support.sample_site import SampleSite
from tests.support.site import Client


def groups(sample: SampleSite) -> list[list[str]]:
    with sample.app.app_context():
        return [group.words for group in db.session.query(SynonymGroup).filter_by(retired=False)]


def test_an_administrator_adds_changes_and_retires(changeable: SampleSite) -> None:
    admin = changeable.person("operator")
    assert "这里没有内容" in admin.get("/admin/synonyms/").text
    for reason in ("试", ""):
        refused = admin.submit("/admin/synonyms/new", {"words": "机械臂", "note": "口语", "reason": reason})
        assert refused.status_code == 422
        assert "一组要有 2 到 12 个词" in refused.text
        assert ("请写明理由" in refused.text) == (not reason), "all that is wrong is told at once"
    assert "机械臂</textarea>" in refused.text
    assert (
        admin.submit("/admin/synonyms/new", {"words": "机械臂\r\n机器手臂", "note": "", "reason": "试"}).status_code
        == 302
    )
    assert groups(changeable) == [["机械臂", "机器手臂"]]
    page = admin.get("/admin/synonyms/1").text
    assert "加入：机械臂 = 机器手臂" in page
    stale = admin.submit("/admin/synonyms/1", {"words": "机械臂\n机械手", "note": "", "reason": "试", "version": "9"})
    assert stale.status_code == 409
    assert "机械手</textarea>" in stale.text
    assert (
        admin.submit("/admin/synonyms/1", {"words": "机械臂\n机械手", "reason": "口语", "version": "2"}).status_code
        == 302
    )
    assert groups(changeable) == [["机械臂", "机械手"]]
    searched_and_retired(changeable, admin)


def searched_and_retired(changeable: SampleSite, admin: Client) -> None:
    page = changeable.visitor().get("/search?q=机械手").text
    assert "搜索“机械手”时也搜索了：机械臂。" in page
    assert "/search?q=%E6%9C%BA%E6%A2%B0%E6%89%8B&amp;literal=1" in page
    literal = changeable.visitor().get("/search?q=机械手&literal=1").text
    assert "只搜索了原来的词。" in literal
    answer = changeable.visitor().get("/api/v1/search?q=机械手").json
    assert answer["synonyms"] == {"机械手": ["机械臂"]}
    assert not answer["approximate"]
    alone = changeable.visitor().get("/api/v1/search?q=机械手&literal=1").json
    assert (alone["synonyms"], alone["approximate"]) == ({}, True)

    unreasoned = admin.submit("/admin/synonyms/1", {"act": "retire", "version": "3"})
    assert unreasoned.status_code == 422
    assert "请写明理由" in unreasoned.text
    assert admin.submit("/admin/synonyms/1", {"act": "retire", "version": "3", "reason": "误加"}).status_code == 302
    assert "理由：误加" in admin.get("/admin/synonyms/1").text
    assert groups(changeable) == []
    assert "也搜索了" not in changeable.visitor().get("/search?q=机械手").text
    assert admin.submit("/admin/synonyms/1", {"act": "restore", "version": "4", "reason": "试"}).status_code == 302
    assert groups(changeable) == [["机械臂", "机械手"]]
