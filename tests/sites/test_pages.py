"""The whole way through the pages on both databases, from a verified pilot to a revoked plate."""

from __future__ import annotations

import io
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy.orm import Session, scoped_session

from marketplace.accounts.models import User
from marketplace.foundation.db import db, transaction
from marketplace.notices import services as notices
from marketplace.panels.models import Assignment
from marketplace.search.services import rebuild
from marketplace.sites import running
from marketplace.sites.content import CHECKLIST
from marketplace.sites.models import Site
from tests.factories import accounts, experts, sites
from tests.factories.sites import MARKS, Hands
from tests.support.site import Client

Db = scoped_session[Session]
# The working days of this year and of the next are known.
MONDAY = datetime(2025, 1, 6, 1, 0, tzinfo=UTC)


@dataclass
class Desks:
    """Browsers of those who act, and the number of the site."""

    app: Flask
    who: Hands
    applicant: Client
    city: Client
    province: Client
    visitor: Client
    number: str = ""

    def page(self, client: Client, path: str = "") -> str:
        answer = client.get(f"/sites/{self.number}{path}")
        assert answer.status_code == 200, path
        return str(answer.text)

    def send(self, client: Client, path: str, form: dict[str, Any], status: int = 302) -> Any:
        with_version = {"version": self.site().version, **form}
        answer = client.submit(f"/sites/{self.number}{path}", with_version)
        assert answer.status_code == status, answer.text
        assert "/account/sign-in" not in (answer.location or "")
        return answer

    def wait(self, clock: Any, days: int) -> None:
        """Time goes on; sessions end meanwhile, and everybody signs in anew."""
        clock.forward(days=days)
        self.applicant, self.province = (
            signed_in(self.app, each.user_id) for each in (self.who.applicant, self.who.province)
        )

    def site(self) -> Site:
        return db.session.query(Site).filter_by(number=self.number).populate_existing().one()


def signed_in(app: Flask, user_id: int | None) -> Client:
    client = app.test_client()
    assert isinstance(client, Client)
    if user_id is not None:
        accounts.sign_in(client, db.session.get_one(User, user_id))
    return client


@pytest.fixture
def desks(clock: Any, app: Flask, session: Db) -> Desks:
    clock.move_to(MONDAY)
    judges = [experts.expert(domains=["special"], employers=[experts.row(f"某大学{place}", position="教授")],
                             name=f"专家{place}") for place in range(4)]  # fmt: skip
    for each in judges:
        accounts.guard(each.user)
    who = sites.hands(judges)
    people = (who.applicant, who.city, who.province)
    applicant, city, province = (signed_in(app, each.user_id) for each in people)
    return Desks(app, who, applicant, city, province, signed_in(app, None))


def picture() -> tuple[io.BytesIO, str]:
    data = io.BytesIO()
    Image.new("RGB", (400, 300), "navy").save(data, "PNG")
    return io.BytesIO(data.getvalue()), "现场.png"


def filled(desks: Desks, **changes: Any) -> dict[str, Any]:
    """The form of the application as a browser sends it."""
    content = sites.content()
    texts = {key: value for key, value in content.items() if isinstance(value, str)}
    return {
        **texts, "kind": "place", "pilots": desks.who.pilot.number, "region": "340100", "domain": "special",
        "longitude": "117.28", "latitude": "31.86", "checklist": list(CHECKLIST), "robots-0-name": "巡检机器人",
        "robots-0-count": "2", "go": "check", **changes,
    }  # fmt: skip


def test_from_the_pilot_to_the_end_of_the_plate(desks: Desks, clock: Any) -> None:
    apply(desks)
    advise(desks)
    evaluate(desks)
    designate(desks, clock)
    run(desks, clock)
    revoke(desks)
    assert desks.site().state == "revoked"


def apply(desks: Desks) -> None:
    """A member begins on his verified pilot; a draft may be wrong in nothing, but incomplete."""
    pilot = desks.who.pilot.number
    assert f"/sites/new?pilot={pilot}" in desks.applicant.get(f"/pilots/{pilot}").text
    assert f"/sites/new?pilot={pilot}" not in desks.visitor.get(f"/pilots/{pilot}").text
    assert desks.applicant.submit("/sites/new", {"kind": "place"}).status_code == 422
    form = desks.applicant.get("/sites/new").location
    answer, again = (desks.applicant.submit(form, {"kind": "place", "pilots": pilot}) for _ in range(2))
    assert answer.location == f"{again.location}/edit", "sent twice, it leads to the same draft"
    desks.number = re.search(r"D-\d{4}-\d{6}", answer.location)[0]  # type: ignore[index]
    assert desks.visitor.get(f"/sites/{desks.number}").status_code == 404
    for field, typed in (("latitude", ""), ("longitude", "2.3"), ("running_since", "昨天"), ("investment", "很多"),
                         ("partners", "O-2020-000001"), ("robots-0-count", "-1"), ("title", "长" * 101)):  # fmt: skip
        wrong = desks.send(desks.applicant, "/edit", filled(desks, **{field: typed}), 422)
        assert "<title>出错：" in wrong.text
        assert desks.site().content["title"] != "变电站巡检示范点"
    desks.send(desks.applicant, "/edit", filled(desks, effects="", new_pictures=picture()))
    page = desks.page(desks.applicant)
    assert "“成效：前后对比”还没有填写" in page
    desks.send(desks.applicant, "/do", {"transition": "submit"}, 403)
    kept = str(desks.site().content["pictures"][0]["file"])
    desks.send(desks.applicant, "/edit", filled(desks, keep_pictures=kept))
    desks.send(desks.applicant, "/do", {"transition": "submit"})


def advise(desks: Desks) -> None:
    """The city returns it once, the applicant submits again, and it is recommended."""
    assert desks.number in desks.city.get("/review/?kind=sites").text
    desks.send(desks.city, "/advice", {"decision": "return", "reason": ""}, 422)
    desks.send(desks.city, "/advice", {"decision": "return", "reason": "补充<b>照片</b>"})
    assert "补充&lt;b&gt;照片&lt;/b&gt;" in desks.page(desks.applicant)
    desks.send(desks.applicant, "/do", {"transition": "submit"})
    desks.send(desks.city, "/advice", {"decision": "recommend", "reason": "同意推荐"})
    assert desks.city.get(f"/sites/{desks.number}/advice").status_code == 404
    filed = desks.province.get(f"/sites/{desks.number}/filed.json")
    assert filed.json["pilots"][0]["number"] == desks.who.pilot.number


def evaluate(desks: Desks) -> None:
    """A panel is drawn on its page, each expert accepts and fills in a sheet; a visit is recorded."""
    desks.send(desks.province, "/do", {"transition": "evaluate"})
    drawn = {"fields": "domain.special", "seats": "3", "reserves": "0"}
    assert desks.province.submit(f"/panel/site/{desks.number}/draw", drawn).status_code == 302
    for one in db.session.query(Assignment).filter_by(state="proposed").all():
        expert = signed_in(desks.app, one.expert.user_id)
        promise = {"promise": "y", "version": one.version}
        assert expert.submit(f"/panel/assignments/{one.id}/accept", promise).status_code == 302
    for one in db.session.query(Assignment).filter_by(state="accepted").all():
        expert = signed_in(desks.app, one.expert.user_id)
        assert "示范应用评审表待提交" in expert.get("/workspace/").text
        marks = {f"marks_{key}": each for key, each in MARKS.items()}
        reasons = {f"reason_{key}": "看过验证结果" for key in MARKS}
        wrong = desks.send(expert, "/sheet", {**marks, **reasons, "marks_fit": "21", "go": "hand_in"}, 422)
        assert "场景适配与成熟度，得分：" in wrong.text, "of which criterion"
        desks.send(expert, "/sheet", {**marks, "go": "hand_in"}, 422)
        desks.send(expert, "/sheet", {**marks, **reasons, "go": "hand_in"})
        assert "已提交：总分 82.0" in desks.page(expert, "/sheet")
    visit = {"day": "2025-01-06", "visitors": "甲、乙", "findings": "一致"}
    desks.send(desks.province, "/visits/new", {**visit, "day": "2025-01-07"}, 422)
    desks.send(desks.province, "/visits/new", {**visit, "files": picture()})
    assert "平均 82.0 分" in desks.page(desks.province, "/evaluation")


def designate(desks: Desks, clock: Any) -> None:
    """Notice, its window, the plate; from now on everybody finds it."""
    notice = desks.send(desks.province, "/announce", {})
    assert "所依据的场景验证" in desks.visitor.get(notice.location).text
    assert desks.number not in desks.visitor.get("/sites").text
    desks.send(desks.province, "/designate", {}, 403)
    desks.wait(clock, 12)
    with transaction():
        notices.close_due()
    desks.send(desks.province, "/designate", {})
    plate = str(desks.site().plate)
    for path in ("/sites", "/sites?city=340100&kind=place&year=2025", "/sites.csv", "/sites.json", "/sites/feed.xml",
                 f"/plates/{plate}", "/api/v1/sites?domain=special", f"/api/v1/sites/{desks.number}"):  # fmt: skip
        assert desks.number in desks.visitor.get(path).text, path
    for path in ("/sites?city=340200", "/sites?kind=street", "/sites?year=2024", "/sites?q=没有"):
        assert desks.number not in desks.visitor.get(path).text, path
    code = desks.visitor.get(f"/plates/{plate}/code.svg")
    assert (code.mimetype, b"<svg" in code.data, b"style=" in code.data) == ("image/svg+xml", True, False)
    assert desks.visitor.get(f"/sites/{desks.number}/filed.json").status_code == 404
    rebuild()
    assert desks.number in desks.visitor.get("/search?kind=site&q=变电站巡检").text
    level = {"level": "province", "title": "名单", "issuer": "省厅", "day": "2025-01-10"}
    desks.send(desks.province, "/level", {**level, "issuer": ""}, 422)
    desks.send(desks.province, "/level", level)
    assert "省级示范" in desks.visitor.get("/sites?level=province").text


def run(desks: Desks, clock: Any) -> None:
    """A year later: the report is due, filed once, and the site checked on it."""
    assert desks.applicant.get(f"/sites/{desks.number}/statements/yearly").status_code == 404
    desks.wait(clock, 345)
    with transaction():
        running.remind_due()
    assert "年度运行报告到期" in desks.applicant.get("/workspace/").text
    yearly = {"hours": "3,980", "tasks": "52600", "incidents": "0", "text": "平稳，内部口径"}
    desks.send(desks.applicant, "/statements/yearly", {**yearly, "tasks": "很多"}, 422)
    desks.send(desks.applicant, "/statements/yearly", yearly)
    assert "3980" in desks.page(desks.visitor)
    assert "内部口径" not in desks.page(desks.visitor)
    assert desks.number in desks.province.get("/review/?kind=sites").text
    desks.send(desks.province, "/supervision", {"decision": "rectify", "reason": "改"}, 422)
    desks.send(desks.province, "/supervision", {"decision": "recheck"})


def revoke(desks: Desks) -> None:
    """Proposed, replied to, revoked: gone from list, counts, map, files and interface at once; the plate says so."""
    desks.send(desks.province, "/supervision", {"decision": "revoke", "reason": "急"}, 422)
    desks.send(desks.province, "/supervision", {"decision": "warn", "reason": "停用半年"})
    desks.send(desks.applicant, "/statements/reply", {"text": "申请保留"})
    desks.send(desks.province, "/supervision", {"decision": "revoke", "reason": "不能恢复"})
    site = desks.site()
    # The index still holds it: nobody has told the worker yet.
    for path in ("/sites", "/sites.csv", "/sites.json", "/sites/feed.xml", "/api/v1/sites", "/sites?city=340100",
                 "/search?kind=site&q=变电站巡检", "/library"):  # fmt: skip
        assert desks.number not in desks.visitor.get(path).text, path
    assert json.loads(desks.visitor.get("/api/v1/sites").text)["total"] == 0
    assert "不能恢复" in desks.visitor.get(f"/plates/{site.plate}").text
    assert "不能恢复" in desks.visitor.get("/sites/ended").text
    assert desks.visitor.get(f"/plates/{site.plate}/code.svg").status_code == 404
    assert "牌号 " + str(site.plate) in desks.page(desks.visitor)


def test_lists_ask_the_same_however_long_they_are(desks: Desks, statements: Any) -> None:
    def asked(client: Client, path: str) -> int:
        client.get(path)  # what is read once in a process
        before = statements()
        assert client.get(path).status_code == 200
        return int(statements() - before)

    pages = {"/review/?kind=sites": desks.city, "/sites/mine": desks.applicant, "/sites?sort=newest": desks.applicant,
             "/sites.csv": desks.visitor, "/api/v1/sites": desks.visitor}  # fmt: skip
    later: list[dict[str, int]] = []
    for _round in range(2):
        for _each in range(2):
            sites.site("submitted", desks.who)
            sites.site("designated", desks.who)
        later.append({path: asked(client, path) for path, client in pages.items()})
    assert later[0] == later[1]
