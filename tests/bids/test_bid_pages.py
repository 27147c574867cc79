"""Bids through HTTP: the guided form, sealing, the receipt, another version, and the opening by two."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from marketplace.challenges import services as challenge_services
from marketplace.challenges.models import Challenge
from marketplace.core import clock
from marketplace.foundation.db import transaction
from tests.factories import accounts, bids, challenges

CODE = re.compile(r"<code>([0-9A-Z-]{44})</code>")


def signed_in(app: Flask, user: Any) -> FlaskClient:
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


def test_a_bid_is_written_sealed_replaced_and_opened_by_two(app: Flask) -> None:
    with app.app_context():
        challenge = challenges.challenge()
        number = challenge.number
        officials = [challenges.challenge_official() for _ in range(3)]
        writer = accounts.person()
        organization = accounts.organization(owner=writer)

        # The officials name themselves, and each takes and confirms a code.
        codes = []
        for official in officials:
            desk = signed_in(app, official)
            if not codes:
                answer = desk.submit(f"/bids/opening/{number}/openers", {"users": [str(each.id) for each in officials]})
                assert answer.status_code == 302, answer.text
            assert desk.submit(f"/bids/opening/{number}/code").status_code == 302
            found = CODE.search(desk.get(f"/bids/opening/{number}").text)
            assert found
            assert desk.submit(f"/bids/opening/{number}/confirm", {"code": "0000"}).status_code == 422
            assert desk.submit(f"/bids/opening/{number}/confirm", {"code": found[1].lower()}).status_code == 302
            assert not CODE.search(desk.get(f"/bids/opening/{number}").text)
            codes.append((desk, found[1]))

        # The bidder.
        mine = signed_in(app, writer)
        assert organization.name in mine.get(f"/bids/new/{number}").text
        begun = mine.submit(f"/bids/new/{number}", {"organization": organization.number})
        assert begun.status_code == 302, begun.text
        bid = begun.location.split("/")[2]
        assert mine.get(f"/bids/new/{number}").location == f"/bids/{bid}"
        for step, form in pages().items():
            assert mine.get(f"/bids/{bid}/edit/{step}").status_code == 200
            assert mine.submit(f"/bids/{bid}/edit/{step}", form).status_code == 302
        auto = mine.submit(f"/bids/{bid}/edit/proposal", {"approach": bids.PHRASE, "go": "auto"})
        assert set(auto.json) == {"version"}
        assert "必须改" in mine.get(f"/bids/{bid}/check").text
        for kind in ("proposal", "integrity"):
            file = (io.BytesIO(f"{bids.PHRASE}{kind}".encode()), f"{kind}.txt")
            answer = mine.submit(f"/bids/{bid}/files", {"kind": kind, "file": file}, content_type="multipart/form-data")
            assert answer.status_code == 302, answer.text
        assert "必须改" not in mine.get(f"/bids/{bid}/check").text
        assert mine.submit(f"/bids/{bid}/check").status_code == 422
        assert mine.submit(f"/bids/{bid}/check", {"promise": "y"}).status_code == 302
        page = mine.get(f"/bids/{bid}").text
        own_code = CODE.search(page)
        assert own_code
        assert "已封存" in page
        assert bids.PHRASE not in page
        assert mine.get(f"/bids/{bid}/receipts/1").json["receipt"]["bid"] == bid
        file = mine.submit(f"/bids/{bid}/copy", {"code": own_code[1]})
        assert bids.PHRASE in file.get_data(as_text=True)
        mine.submit(f"/bids/{bid}/noted")
        assert not CODE.search(mine.get(f"/bids/{bid}").text)
        assert mine.submit(f"/bids/{bid}/copy", {"code": "1" * 36}).status_code == 422

        # Another version from the first, with its files.
        assert mine.submit(f"/bids/{bid}/again", {"code": own_code[1]}).status_code == 302
        assert bids.PHRASE in mine.get(f"/bids/{bid}/edit/proposal").text
        assert mine.submit(f"/bids/{bid}/check", {"promise": "y"}).status_code == 302
        assert mine.get(f"/bids/{bid}/receipts/2").status_code == 200

        # Nobody else, and nothing before the opening.
        rival = signed_in(app, accounts.organization().members[0].user)
        for path in (f"/bids/{bid}", f"/bids/{bid}/check", f"/bids/{bid}/receipts/1", f"/bids/opening/{number}"):
            assert rival.get(path).status_code == 404
        assert codes[0][0].get(f"/bids/{bid}").status_code == 404
        assert codes[0][0].submit(f"/bids/opening/{number}/come", {"code": codes[0][1]}).status_code == 403

        strike(challenge)
        assert mine.submit(f"/bids/{bid}/again", {"code": own_code[1]}).status_code == 403
        assert codes[0][0].submit(f"/bids/opening/{number}/come", {"code": codes[1][1]}).status_code == 422
        assert codes[0][0].submit(f"/bids/opening/{number}/come", {"code": codes[0][1]}).status_code == 302
        assert codes[0][0].get(f"/bids/{bid}").status_code == 404
        assert codes[2][0].submit(f"/bids/opening/{number}/come", {"code": codes[2][1]}).location.endswith(number)

        # Opened: the office reads, the public sees that it took place, and no name.
        assert bids.PHRASE in codes[1][0].get(f"/bids/{bid}").text
        assert bid in codes[1][0].get(f"/bids/record/{number}").text
        paper = re.search(rf"/bids/{bid}/papers/[0-9a-f]+", codes[1][0].get(f"/bids/{bid}").text)
        assert paper
        assert codes[1][0].get(paper[0]).get_data(as_text=True).startswith(bids.PHRASE)
        assert rival.get(paper[0]).status_code == 404
        public = app.test_client().get(f"/bids/record/{number}")
        assert public.status_code == 200
        assert bid not in public.text
        assert organization.name not in public.text
        assert rival.get(f"/bids/{bid}").status_code == 404

        # The formality check names its rule.
        checking = codes[1][0]
        assert checking.get(f"/bids/{bid}/formality").status_code == 200
        assert checking.submit(f"/bids/{bid}/formality", {"decision": "disqualify"}).status_code == 422
        told = {"decision": "disqualify", "rule": "papers", "note": "申报书没有签字"}
        assert checking.submit(f"/bids/{bid}/formality", told).status_code == 302
        page = mine.get(f"/bids/{bid}").text
        assert "形式审查不合格" in page
        assert "申报书没有签字" in page


def pages() -> dict[str, dict[str, str]]:
    """What is typed on the pages of the form."""
    return {
        "proposal": {"approach": bids.PHRASE, "experience": ""},
        "indicators": {"promised_0": "25", "basis_0": "实测", "promised_1": "97"},
        "plan": {"price": "286.5", "months": "12", "leader": "张三", "schedule": "三个阶段"},
        "partners": {},
    }
