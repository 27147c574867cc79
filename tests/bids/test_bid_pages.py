"""Bids through HTTP: the guided form, sealing, the receipt, another version, and the opening by two."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from datetime import timedelta

from flask import Flask
from flask.testing import FlaskClient

from marketplace.accounts.models import User
from marketplace.challenges import services as challenge_services
from marketplace.challenges.models import Challenge
from marketplace.core import clock
from marketplace.foundation.db import transaction
from tests.factories import accounts, bids, challenges

CODE = re.compile(r"<code>([0-9A-Z-]{44})</code>")
PAGES = {
    "proposal": {"approach": bids.PHRASE, "experience": ""},
    "indicators": {"promised_0": "25", "basis_0": "实测", "promised_1": "97"},
    "plan": {"price": "286.5", "months": "12", "leader": "张三", "schedule": "三个阶段"},
    "partners": {"go": "next"},
}

Desk = tuple[FlaskClient, str]


def signed_in(app: Flask, user: User) -> FlaskClient:
    client = app.test_client()
    accounts.sign_in(client, user)
    return client


def strike(challenge: Challenge) -> None:
    """The deadline has just passed, and so has the time of the opening."""
    with transaction():
        challenge.deadline = clock.now() - timedelta(seconds=1)
        challenge.opening_at = challenge.deadline
    with transaction():
        challenge_services.close_due()


def ready(app: Flask, number: str, officials: Sequence[User]) -> list[Desk]:
    """The officials name themselves; each takes his code and types it back."""
    desks = []
    for official in officials:
        desk = signed_in(app, official)
        if not desks:
            assert "确定开启人" in desk.get("/workspace/").text
            few = desk.submit(f"/bids/opening/{number}/openers", {"users": [str(officials[0].id)]})
            assert few.status_code == 422
            answer = desk.submit(f"/bids/opening/{number}/openers", {"users": [str(each.id) for each in officials]})
            assert answer.status_code == 302, answer.text
        assert "领取开启码" in desk.get("/workspace/").text
        assert desk.submit(f"/bids/opening/{number}/code").status_code == 302
        found = CODE.search(desk.get(f"/bids/opening/{number}").text)
        assert found
        assert desk.submit(f"/bids/opening/{number}/confirm", {"code": "0000"}).status_code == 422
        assert desk.submit(f"/bids/opening/{number}/confirm", {"code": found[1].lower()}).status_code == 302
        assert not CODE.search(desk.get(f"/bids/opening/{number}").text)
        desks.append((desk, found[1]))
    return desks


def written(mine: FlaskClient, number: str, organization: str) -> str:
    """The pages of the form, one after the other; the number of the bid."""
    begun = mine.submit(f"/bids/new/{number}", {"organization": organization})
    assert begun.status_code == 302, begun.text
    bid = str(begun.location.split("/")[2])
    assert mine.get(f"/bids/new/{number}").location == f"/bids/{bid}", "who has begun goes on"
    for step, form in PAGES.items():
        assert mine.get(f"/bids/{bid}/edit/{step}").status_code == 200
        assert mine.submit(f"/bids/{bid}/edit/{step}", form).status_code == 302
    assert mine.submit(f"/bids/{bid}/edit/plan", {"price": "viel"}).status_code == 422
    saved = mine.submit(f"/bids/{bid}/edit/proposal", {"approach": bids.PHRASE, "go": "auto"})
    assert set(saved.json) == {"version"}
    assert mine.submit(f"/bids/{bid}/edit/proposal", {"approach": "", "version": "1"}).status_code == 409
    assert "必须改" in mine.get(f"/bids/{bid}/check").text
    for kind in ("proposal", "integrity", "other"):
        file = (io.BytesIO(f"{bids.PHRASE}{kind}".encode()), f"{kind}.txt")
        answer = mine.submit(f"/bids/{bid}/files", {"kind": kind, "file": file}, content_type="multipart/form-data")
        assert answer.status_code == 302, answer.text
    blob = re.findall(r'name="remove" value="([0-9a-f]{64})"', mine.get(f"/bids/{bid}/edit/files").text)[2]
    assert mine.submit(f"/bids/{bid}/edit/files", {"remove": blob}).status_code == 302
    assert "other.txt" not in mine.get(f"/bids/{bid}/edit/files").text
    return bid


def sealed_twice(mine: FlaskClient, bid: str) -> str:
    """Sealed, read back with the code, sealed again; the code."""
    assert mine.submit(f"/bids/{bid}/check").status_code == 422
    assert mine.submit(f"/bids/{bid}/check", {"promise": "y"}).status_code == 302
    page = mine.get(f"/bids/{bid}").text
    code = CODE.search(page)
    assert code
    assert "已封存" in page
    assert bids.PHRASE not in page
    assert mine.get(f"/bids/{bid}/receipts/1").json["receipt"]["bid"] == bid
    assert bids.PHRASE in mine.submit(f"/bids/{bid}/copy", {"code": code[1]}).get_data(as_text=True)
    assert mine.submit(f"/bids/{bid}/copy", {"code": "1" * 36}).status_code == 422
    mine.submit(f"/bids/{bid}/noted")
    assert not CODE.search(mine.get(f"/bids/{bid}").text)
    assert mine.submit(f"/bids/{bid}/again", {"code": code[1]}).status_code == 302
    assert bids.PHRASE in mine.get(f"/bids/{bid}/edit/proposal").text
    assert mine.submit(f"/bids/{bid}/check", {"promise": "y"}).status_code == 302
    assert mine.get(f"/bids/{bid}/receipts/2").status_code == 200
    return code[1]


def hidden(rival: FlaskClient, bid: str, number: str) -> None:
    """What a bid has is not there for anybody else."""
    for path in (f"/bids/{bid}", f"/bids/{bid}/check", f"/bids/{bid}/edit/proposal", f"/bids/{bid}/receipts/1",
                 f"/bids/{bid}/formality", f"/bids/opening/{number}"):  # fmt: skip
        assert rival.get(path).status_code == 404, path
    for path in ("copy", "again", "do", "files"):
        assert rival.submit(f"/bids/{bid}/{path}", {"transition": "withdraw"}).status_code == 404, path
    assert bid not in rival.get("/bids/").text


def checked(desk: FlaskClient, mine: FlaskClient, bid: str) -> None:
    """The formality check names its rule, and the bidder reads it."""
    assert desk.get(f"/bids/{bid}/formality").status_code == 200
    assert desk.submit(f"/bids/{bid}/formality", {"decision": "disqualify"}).status_code == 422
    told = {"decision": "disqualify", "rule": "papers", "note": "申报书没有签字"}
    assert desk.submit(f"/bids/{bid}/formality", told).status_code == 302
    page = mine.get(f"/bids/{bid}").text
    assert "形式审查不合格" in page
    assert "申报书没有签字" in page


def test_a_bid_is_written_sealed_replaced_and_opened_by_two(app: Flask) -> None:
    with app.app_context():
        challenge = challenges.challenge()
        number, writer = challenge.number, accounts.person()
        organization = accounts.organization(owner=writer)
        (first, code1), (second, code2), (third, code3) = ready(
            app, number, [challenges.challenge_official() for _ in range(3)]
        )
        mine, rival = signed_in(app, writer), signed_in(app, accounts.organization().members[0].user)
        bid = written(mine, number, organization.number)
        code = sealed_twice(mine, bid)
        hidden(rival, bid, number)
        assert first.get(f"/bids/{bid}").status_code == 404
        assert first.submit(f"/bids/opening/{number}/come", {"code": code1}).status_code == 403, (
            "not before the deadline"
        )

        strike(challenge)
        assert mine.submit(f"/bids/{bid}/again", {"code": code}).status_code == 403
        assert first.submit(f"/bids/opening/{number}/come", {"code": code2}).status_code == 422, "not with another's"
        assert first.submit(f"/bids/opening/{number}/come", {"code": code1}).status_code == 302
        assert first.get(f"/bids/{bid}").status_code == 404, "one alone opens nothing"
        assert third.submit(f"/bids/opening/{number}/come", {"code": code3}).location.endswith(f"/record/{number}")

        assert bids.PHRASE not in second.get(f"/bids/{bid}").text, "reading is an act that history keeps"
        assert rival.submit(f"/bids/{bid}/read").status_code == 404
        assert second.submit(f"/bids/{bid}/read").status_code == 302
        page = second.get(f"/bids/{bid}").text
        assert bids.PHRASE in page
        paper = re.search(rf"/bids/{bid}/papers/[0-9a-f]+", page)
        assert paper
        assert second.get(paper[0]).get_data(as_text=True).startswith(bids.PHRASE)
        assert rival.get(paper[0]).status_code == 404
        assert bid in second.get(f"/bids/record/{number}").text
        public = app.test_client().get(f"/bids/record/{number}").text
        assert bid not in public
        assert organization.name not in public
        checked(second, mine, bid)
