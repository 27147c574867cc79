"""Readings over the data interface with a token, and tokens themselves; then the pages without JavaScript."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from functools import partial
from typing import Any
from unittest.mock import patch

import sqlalchemy as sa
from flask import Flask
from pypdf import PdfReader
from sqlalchemy.orm import Session, scoped_session

from marketplace.accounts.models import User
from marketplace.core import clock as clocks
from marketplace.foundation.db import db, transaction
from marketplace.pilots import intake, plan, queries, report
from marketplace.pilots.models import Pilot, Reading
from marketplace.tokens import services as tokens
from marketplace.tokens.models import ApiToken
from tests.factories import accounts, pilots
from tests.support.site import Client
from tests.support.together import together

Db = scoped_session[Session]
BOX = 'type="checkbox" name="reading"'


def call(client: Client, pilot: Pilot, secret: str, body: Any, key: str = "k-1", **more: Any) -> Any:
    headers = {"Authorization": f"Bearer {secret}", "Idempotency-Key": key, "Accept": "application/json"}
    return client.post(f"/api/v1/pilots/{pilot.number}/readings", json=body, headers={**headers, **more})


def test_readings_by_token(app: Flask, session: Db, client: Client, clock: Any) -> None:
    made, who = pilots.pilot("running")
    clock.forward(days=1)
    owner, now = made.supplier, clocks.now().isoformat()
    with transaction():
        token, secret = tokens.make(owner, "巡检平台", ["readings"], 30, who.supplier)
        foreign = tokens.make(
            accounts.organization(owner=accounts.person()), "别家", ["readings"], 30, _owner(session)
        )[1]
    assert secret not in str(session.execute(sa.select(ApiToken.digest, ApiToken.hint)).all())
    body = {"readings": [{"target": "T1", "at": now, "value": 99, "base": 100, "device": "D1"}]}
    first = call(client, made, secret, body)
    assert (first.status_code, first.json["count"], first.json["repeated"]) == (201, 1, False)
    again = call(client, made, secret, body)
    assert (again.status_code, again.json) == (200, {**first.json, "repeated": True})
    assert call(client, made, secret, {"readings": [*body["readings"], *body["readings"]]}).status_code == 409
    other = {"readings": [{"at": (clocks.now() - timedelta(hours=1)).isoformat(), "value": "98/100"}]}
    for wrong, status in (
        ((made, foreign, other, "k-2"), 404), ((made, "jiyu_nobody", other, "k-2"), 401),
        ((made, secret, other, ""), 422),
        ((made, secret, {"readings": []}, "k-2"), 422), ((made, secret, [1], "k-2"), 422),
        ((made, secret, {"readings": [{"at": now, "value": True}]}, "k-2"), 422),
        ((made, secret, {"readings": [{"at": now, "value": "9", "whose": "x"}]}, "k-2"), 422),
        ((made, secret, {"readings": [{"at": "2030-01-01T00:00:00Z", "value": "9/10"}]}, "k-2"), 422),
        ((made, secret, body, "k-2"), 422),
    ):  # fmt: skip
        assert call(client, *wrong).status_code == status, wrong
    named = call(client, made, secret, {"readings": [*other["readings"], {"at": now, "value": "11/10"}]}, "k-3").json
    assert named["errors"][0]["field"] == "readings.1"
    assert session.scalar(sa.select(sa.func.count()).select_from(Reading)) == 1
    assert queries.tallies(made)[0].standing == "pending"
    _ended(client, made, token, secret, other, who, clock)


def _owner(session: Db) -> Any:
    from marketplace.organizations.models import Member

    newest = session.scalars(sa.select(Member).order_by(Member.id.desc())).first()
    assert newest is not None
    return accounts.actor(newest.user)


def _ended(client: Client, made: Pilot, token: ApiToken, secret: str, body: Any, who: Any, clock: Any) -> None:
    """A token works until it is revoked, and never after its time."""
    with transaction():
        short = tokens.make(made.supplier, "短期", ["readings"], 30, who.supplier)[1]
        nothing = tokens.make(made.supplier, "没有权限", [], 30, who.supplier)[1]
    assert call(client, made, nothing, body, "k-4").status_code == 403
    assert call(client, made, secret, body, "k-4").status_code == 201
    with transaction():
        tokens.revoke(token, who.supplier)
    assert call(client, made, secret, body, "k-4").status_code == 401
    clock.forward(days=30)
    assert call(client, made, short, body, "k-4").status_code == 401


def member(app: Flask, pilot: Pilot, side: str) -> Client:
    from marketplace.organizations.queries import members_of

    client = app.test_client()
    accounts.sign_in(client, members_of(getattr(pilot, side))[0].user)
    assert isinstance(client, Client)
    return client


def test_a_file_through_the_page_and_the_locked_export(app: Flask, session: Db, clock: Any) -> None:
    made, who = pilots.pilot("running")
    clock.forward(days=2)
    supplier, demander = member(app, made, "supplier"), member(app, made, "demander")
    base, day = f"/pilots/{made.number}", f"{clocks.today() - timedelta(days=1)}"
    lines = "\n".join(f"{day} 08:{minute:02d},{90 + minute % 10}/100" for minute in range(30))

    def send(text: str) -> Any:
        upload = (io.BytesIO(text.encode("gb18030")), "九月.csv")
        return supplier.submit(f"{base}/readings/import", {"file": upload})

    bad = send(f"时间,数值\n{lines}\n昨天,99/100")
    assert bad.status_code == 422
    assert "有 1 行要改，一行也没有写入" in bad.text
    assert session.scalar(sa.select(sa.func.count()).select_from(Reading)) == 0
    with patch.dict(intake.MOST_ROWS, csv=29):
        assert "数据超过 29 行，请分成几个文件" in send(f"时间,数值\n{lines}").text
    assert session.scalar(sa.select(sa.func.count()).select_from(Reading)) == 0
    assert send(f"时间,数值\n{lines}").status_code == 302
    assert "已有记录" in send(f"时间,数值\n{lines}").text
    assert BOX not in supplier.get(f"{base}/readings").text, "nothing there is for him"
    form = {"decision": "confirm_all", "last": _ticked(demander, base)}
    assert supplier.submit(f"{base}/readings", form).status_code == 302
    assert queries.counts(queries.tallies(made))["pending"] == 30  # one's own are not
    assert demander.submit(f"{base}/readings", form).status_code == 302
    session.expire_all()
    assert queries.counts(queries.tallies(made))["confirmed"] == 30
    stale = {"transition": "finish", "version": "1"}
    assert demander.submit(f"{base}/do", stale).status_code == 409
    session.expire_all()
    with transaction():
        from marketplace.pilots import services

        services.take_step(made, "finish", who.demander)
    _report(app, session, made, supplier, demander)


def _ticked(demander: Any, base: str) -> str:
    """A dispute without its reason keeps what was ticked; gives the key of the last reading on the page."""
    page = demander.get(f"{base}/readings?standing=pending").text
    assert page.count(BOX) == 30
    last = re.search(r'name="last" value="(\d+)"', page)
    assert last
    ticked = {"decision": "dispute", "reading": last[1], "objection": ""}
    refused = demander.submit(f"{base}/readings?standing=pending", ticked)
    assert refused.status_code == 422
    assert "写明为什么有异议" in refused.text
    assert f'value="{last[1]}" checked' in refused.text
    return last[1]


def _printed(own: Any, public: Any, made: Pilot) -> None:
    """The PDF says what the page says to this reader, in his language, with the font inside."""
    assert (own.status_code, own.content_type) == (200, "application/pdf")
    assert len(own.data) < 200_000
    chinese, english = (PdfReader(io.BytesIO(each.data)) for each in (own, public))
    words, foreign = ("\n".join(page.extract_text() for page in each.pages) for each in (chinese, english))
    for each in (made.number, made.data_sha256, made.plan_sha256, "识别准确率", "94.5 %", "Wilson 1927", "雾天识别差",
                 "仅本场地", "到此为止", "样本不足"):  # fmt: skip
        assert each in words, each
    assert "Report of the pilot" in foreign
    assert "Not shown yet" in foreign
    assert "雾天识别差" not in foreign
    fonts = chinese.pages[0]["/Resources"]["/Font"].values()  # type: ignore[index]
    assert all(
        "FontFile2" in str(each.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"]) for each in fonts
    )
    assert next(each.title for each in english.outline) == "1. Conclusion"  # type: ignore[union-attr]
    assert (chinese.metadata.title, english.root_object["/Lang"]) == (f"场景验证报告 {made.number}", "en")  # type: ignore[union-attr]


def _report(app: Flask, session: Db, made: Pilot, supplier: Client, demander: Client) -> None:
    """The digest of the report is that of the file; strangers see neither readings nor an unsigned report's words."""
    import hashlib

    base = f"/pilots/{made.number}"
    assert hashlib.sha256(supplier.get(f"{base}/readings.csv").data).hexdigest() == made.data_sha256
    visitor = app.test_client()
    assert visitor.get(f"{base}/readings.csv").status_code == 302
    written = {"verdict": "stop", "scope": "仅本场地", "findings": "雾天识别差", "version": str(made.version)}
    assert supplier.submit(f"{base}/report/edit", written).status_code == 302
    session.expire_all()
    assert "雾天识别差" in demander.get(f"{base}/report").text
    assert "雾天识别差" not in visitor.get(f"{base}/report").text
    _printed(supplier.get(f"{base}/report.pdf"), visitor.get(f"{base}/report.pdf?lang=en"), made)
    digest = plan.digest(report.parts_signed(made))
    for side in (supplier, demander):
        assert side.submit(f"{base}/report/sign", {"digest": digest}).status_code == 302
    session.expire_all()
    assert made.submitted_at is not None
    public = visitor.get("/api/v1/pilots").json["items"][0]
    assert (public["number"], public["recommendation"]) == (made.number, "")
    found = visitor.get(f"/api/v1/pilots/{made.number}").json["targets"][0]
    assert (found["readings"], found["judgement"]) == (30, "not_shown")
    assert "D1" not in visitor.get(base).text


def test_a_plan_is_begun_once_however_often_its_form_is_sent(app: Flask, session: Db, clock: Any) -> None:
    who = pilots.sides()
    clients = [app.test_client(), app.test_client()]
    for each in clients:
        accounts.sign_in(each, session.get_one(User, who.supplier.user_id))
    sent = {"product": who.product.number, "scenario": who.scenario.number}
    form, other = (clients[0].get("/pilots/new").location for _ in range(2))
    answers = together([partial(each.submit, form, sent) for each in clients])
    assert {each.location.removesuffix("/plan") for each in answers} == {f"/pilots/{number}" for number in numbers()}
    assert clients[0].submit(other, sent).status_code == 302
    assert len(numbers()) == 2, "another form begins another plan"


def numbers() -> list[str]:
    return list(db.session.scalars(sa.select(Pilot.number)))


def test_what_is_wrong_in_a_row_of_the_plan_is_named_at_its_field(app: Flask, session: Db, clock: Any) -> None:
    made, _who = pilots.pilot("planned")
    wrong = {f"targets-0-{key}": value for key, value in pilots.target(stop="99").items() if key != "measurer"}
    answer = member(app, made, "supplier").submit(
        f"/pilots/{made.number}/plan", {**wrong, "version": str(made.version)}
    )
    assert answer.status_code == 422
    summary = answer.text.partition('class="errsum"')[2].partition("</div>")[0]
    assert re.search(r'<a href="#targets-0-stop">[^<{]*停止线要比目标差', summary)
    assert "{" not in summary
