"""What hurried and hostile hands do to talks: two at once, stale pages, NUL, ten thousand characters, wrong files."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from marketplace.enquiries.models import Enquiry, EnquiryMessage, Outcome
from marketplace.foundation import ledger
from marketplace.foundation.db import db, transaction
from tests.enquiries.test_talks import Pair, pair
from tests.factories import accounts
from tests.support.together import together

__all__ = ["pair"]
LONG = "长" * 10_000
Client = Any


@pytest.fixture
def people(pair: Pair, app: Flask) -> tuple[Client, Client]:
    """The vendor's and the owner's browser."""
    vendor, owner = app.test_client(), app.test_client()
    for client, user in ((vendor, pair.vendor_user), (owner, pair.owner_user)):
        accounts.sign_in(client, user)
    return vendor, owner


def count(model: Any) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


def sending(client: Client, path: str, form: dict[str, Any]) -> Callable[[], Any]:
    """The press of a button, ready to happen."""
    filled = {**form, "csrf_token": client.token()}
    return lambda: client.post(path, data=filled)


def test_two_at_once(pair: Pair, people: tuple[Client, Client]) -> None:
    """One of two opposite steps counts, one of two equal proposals, one of two equal talks; the other is told."""
    vendor, owner = people
    scenario, product = pair.scenario.number, pair.product.number
    answer = sending(vendor, f"/scenarios/{scenario}/answer", {"products": product, "text": "可以做。"})
    invite = sending(owner, f"/products/{product}/invite", {"need": scenario, "text": "请来看看。"})
    assert sorted(each.status_code for each in together([answer, invite])) in ([302, 403], [302, 422])
    db.session.rollback()  # to see what the two threads have written
    enquiry = db.session.scalars(sa.select(Enquiry)).one()
    path, seen = f"/enquiries/{enquiry.number}", {"version": str(enquiry.version)}
    asked, asking = (owner, vendor) if enquiry.opened_side == "supplier" else (vendor, owner)
    opposite = [
        sending(asked, f"{path}/do", {**seen, "transition": "accept"}),
        sending(asking, f"{path}/do", {**seen, "transition": "withdraw"}),
    ]
    assert sorted(each.status_code for each in together(opposite)) == [302, 409]
    db.session.rollback()
    if enquiry.state == "withdrawn":
        with transaction():
            enquiry = pair.accepted()
        path = f"/enquiries/{enquiry.number}"
    said = {"kind": "pilot", "on_day": date(2026, 3, 2).isoformat(), "version": str(enquiry.version)}
    answers = together([sending(each, f"{path}/outcome", dict(said)) for each in people])
    assert sorted(each.status_code for each in answers) in ([302, 403], [302, 409])
    db.session.rollback()
    assert count(Outcome) == 1
    assert ledger.verify().broken is None


def test_a_message_sent_twice_is_said_once(pair: Pair, people: tuple[Client, Client]) -> None:
    """At once or one after the other. Who goes back to the form and writes or attaches something else is heard."""
    vendor, owner = people
    talk = f"/enquiries/{pair.accepted().number}"
    before = count(EnquiryMessage)
    (path,) = re.findall(rf'action="({talk}/messages[^"]*)"', vendor.get(talk).text)
    presses = [sending(vendor, path, {"text": "下周到现场。"}) for _each in range(2)]
    answers = [*together(presses), vendor.submit(path, {"text": "下周到现场。"})]
    assert [each.status_code for each in answers] == [302, 302, 302]
    assert "没有重复发送" in vendor.get(talk).text
    assert count(EnquiryMessage) == before + 1
    for length in ("40", "50", "50"):
        note = (io.BytesIO(f"长 {length} 米".encode()), "note.txt")
        assert vendor.submit(path, {"text": "", "files": [note]}).status_code == 302
    assert count(EnquiryMessage) == before + 3
    # Another form may say the same again, and so may the other side.
    (anew,) = re.findall(rf'action="({talk}/messages[^"]*)"', vendor.get(talk).text)
    assert anew != path
    for client, where in ((vendor, anew), (owner, path)):
        assert client.submit(where, {"text": "下周到现场。"}).status_code == 302
    assert count(EnquiryMessage) == before + 5


def test_nothing_typed_breaks_or_is_lost(pair: Pair, people: tuple[Client, Client]) -> None:
    """Every form of a talk with NUL, with too much, and with a stale page: refused in words or cleaned, never 500."""
    vendor, owner = people
    scenario, product = pair.scenario.number, pair.product.number
    refused = vendor.submit(f"/scenarios/{scenario}/answer", {"products": product, "text": LONG})
    assert refused.status_code == 422
    assert LONG in refused.text
    answers = {"products": product, "text": "前\u200b\u202e后"}
    assert vendor.submit(f"/scenarios/{scenario}/answer", {**answers, "text": "前\x00后"}).status_code == 400
    made = vendor.submit(f"/scenarios/{scenario}/answer", answers)
    path = made.location
    assert db.session.scalars(sa.select(EnquiryMessage.text)).one() == "前后"
    for form, wanted in (
        ({"cause": "other", "note": LONG}, 422),
        ({"cause": "\x00", "note": "理由"}, 400),
        ({"cause": "because", "note": "理由"}, 422),
        ({"cause": "other", "note": "\u200b"}, 422),
        ({"cause": "price", "note": "太贵", "version": "7"}, 409),
    ):
        answer = owner.submit(f"{path}/decline", form)
        assert answer.status_code == wanted, form
        assert wanted == 400 or form["note"].strip("\u200b") in answer.text
    assert owner.submit(f"{path}/do", {"transition": "accept", "version": "1"}).status_code == 302
    for what, form, wanted in (
        ("messages", {"text": LONG}, 422),
        ("messages", {"text": "\u200b"}, 422),
        ("messages", {"text": "\x00"}, 400),
        ("messages", {"text": "看附件", "files": (io.BytesIO(b"<script>alert(1)</script>"), "a.html")}, 422),
        ("messages", {"text": "看附件", "files": (io.BytesIO(b"MZ\x90\x00"), "表.pdf")}, 422),
        ("meeting", {"day": "\x00"}, 400),
        ("meeting", {"day": "9" * 10_000}, 422),
        ("outcome", {"kind": "purchase", "amount": "1e999", "on_day": "2026-03-02"}, 422),
        ("outcome", {"kind": "pilot", "on_day": "2026-03-02", "remark": LONG}, 422),
        ("outcome", {"kind": "pilot", "on_day": "\x00"}, 400),
        ("end", {"cause": "price", "note": LONG}, 422),
    ):
        assert vendor.submit(f"{path}/{what}", form).status_code == wanted, (what, str(form)[:80])
    assert count(EnquiryMessage) == 1


def test_what_is_wrong_is_told_at_once_and_good_files_alone_are_asked_for_again(
    pair: Pair, people: tuple[Client, Client]
) -> None:
    """Text and files together; a file that was refused is named with its reason and not asked for again."""
    vendor, _owner = people
    path = f"/enquiries/{pair.accepted().number}/messages"
    files = [
        (io.BytesIO(b"MZ\x90\x00"), "tool.exe"), (io.BytesIO("长 40 米".encode()), "note.txt"),
        (io.BytesIO(b"just words"), "fake.pdf"),
    ]  # fmt: skip
    page = vendor.submit(path, {"text": LONG, "files": files}).text
    assert "最多 5000 个字，现在有 10000 个" in page
    assert "没有接受“tool.exe”：扩展名 .exe 不在允许之列" in page
    assert "没有接受“fake.pdf”：扩展名是 pdf，但内容是纯文本" in page
    assert "请重新选择：note.txt<" in page


def test_a_visitor_who_opens_a_file_of_a_talk_is_asked_to_sign_in(
    pair: Pair, people: tuple[Client, Client], app: Flask
) -> None:
    """As for the talk itself, and whether there is such a file or not."""
    vendor, owner = people
    talk = f"/enquiries/{pair.accepted().number}"
    vendor.submit(f"{talk}/messages", {"files": [(io.BytesIO("长 40 米".encode()), "note.txt")]})
    (path,) = re.findall(r'href="(/files/[^"]+)"', owner.get(talk).text)
    assert owner.get(path).status_code == 200
    for address in (path, "/files/2147483647/x.txt"):
        answer = app.test_client().get(address)
        assert (answer.status_code, answer.location) == (302, f"/account/sign-in?next={address}")


def test_an_outcome_is_refused_at_the_field_that_is_wrong(pair: Pair, people: tuple[Client, Client]) -> None:
    """No amount is dropped unsaid, no pilot begins in another age, and both faults are told together."""
    vendor, _owner = people
    path = f"/enquiries/{pair.accepted().number}/outcome"
    page = vendor.submit(path, {"kind": "pilot", "amount": "12", "on_day": "2099-01-01"}).text
    assert "场景验证不记金额，请留空" in page
    assert "验证最晚 2029-03-02 开始" in page
    page = vendor.submit(path, {"kind": "purchase", "amount": "many", "on_day": "soon"}).text
    assert page.count('aria-invalid="true"') == 2
    assert vendor.submit(path, {"kind": "pilot", "on_day": "2029-03-02"}).status_code == 302
