"""A page that answers a form: it can be left in every language, and what was entered is told as the form says it."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest
from flask import Flask
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from marketplace.core import clock
from marketplace.enquiries import opening, services
from marketplace.enquiries.lifecycle import ENQUIRY
from marketplace.enquiries.models import DECLINED, MESSAGE_LIMIT, EnquiryMessage
from marketplace.foundation.db import db, transaction
from marketplace.web.request import MAX_UPLOAD
from tests.factories import accounts, products, scenarios
from tests.support.site import Client

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # pages, the same on every database


@pytest.fixture
def talk(app: Flask) -> str:
    """The address of an accepted talk, whose two sides have a member each."""
    with app.app_context():
        vendor, owner = accounts.person("vendor@test.example"), accounts.person("owner@test.example")
        product = products.product(organization=accounts.organization(owner=vendor))
        need = scenarios.scenario(organization=accounts.organization(owner=owner, kind="state_owned_firm"))
        with transaction():
            made = opening.answer_scenario(need, [product.number], accounts.actor(vendor), "可以做。")
            services.take_step(made, ENQUIRY.by_name["accept"], accounts.actor(owner), "", None)
        return f"/enquiries/{made.number}"


def signed_in(app: Flask, email: str) -> Client:
    client = app.test_client()
    assert isinstance(client, Client)
    accounts.sign_in(client, email)
    return client


def from_talk(talk: str) -> dict[str, str]:
    return {"Referer": f"http://localhost{talk}", "Accept-Language": "zh"}


def english(page: str) -> str:
    found = re.search(r'href="([^"]*lang=en[^"]*)"', page)
    assert found is not None
    return found[1].replace("&amp;", "&")


def test_the_language_of_an_answered_form_changes_on_its_page(app: Flask, talk: str) -> None:
    owner = signed_in(app, "owner@test.example")
    answers = [
        owner.submit(f"{talk}/contact", headers=from_talk(talk)),
        owner.submit(f"{talk}/outcome", {"remark": "写了一半"}, headers=from_talk(talk)),
        owner.submit(f"{talk}/outcome", {"remark": "写了一半"}, headers=from_talk(f"{talk}/outcome")),
        owner.submit(f"{talk}/contact", headers={"Referer": "https://elsewhere.example/products"}),
    ]
    assert [each.status_code for each in answers] == [200, 422, 422, 200]
    assert [english(each.text) for each in answers] == [f"{talk}?lang=en"] * 4
    assert owner.get(f"{talk}?lang=en").status_code == 200
    sign_in = app.test_client().post("/account/sign-in?next=/help", data={"email": "x"})
    assert english(sign_in.text) == "?next=%2Fhelp&lang=en", "an address that can be opened stays as it is"


def test_an_address_for_forms_alone_leads_to_the_page_above_it(app: Flask, talk: str) -> None:
    owner = signed_in(app, "owner@test.example")
    for path in ("contact", "decline", "do"):
        answer = owner.get(f"{talk}/{path}", headers={"Accept-Language": "zh"})
        assert answer.status_code == 405
        assert f'<a href="{talk}">打开它所属的页面</a>' in answer.text


def test_who_changed_it_himself_is_told_so_and_reads_what_he_chose(app: Flask, talk: str) -> None:
    entered = {"cause": "price", "note": "想想算了", "version": "1"}
    own = signed_in(app, "owner@test.example").submit(f"{talk}/decline", entered, headers=from_talk(talk))
    assert own.status_code == 409
    assert "您刚刚改过" in own.text
    assert "办理：您自己，" in own.text
    assert f'<p class="field__label">原因</p><p>{DECLINED["price"].zh}</p>' in own.text
    assert ">补充说明</label>" in own.text
    assert ">想想算了</textarea>" in own.text
    assert "price" not in own.text
    assert f'<a href="{talk}">查看现在的状态</a>' in own.text
    assert "data-typed" not in own.text, "old text is not put over what is new"


def test_the_other_side_is_named_as_history_names_it(app: Flask, talk: str) -> None:
    vendor = signed_in(app, "vendor@test.example")
    other = vendor.submit(f"{talk}/do", {"transition": "withdraw", "version": "1"}, headers=from_talk(talk))
    assert other.status_code == 409
    (who,) = re.findall("办理：(.*)，", other.text)
    assert who in vendor.get(talk).text
    assert who != "单位成员"
    assert "别人刚刚改过" in other.text


def test_a_refused_step_brings_the_text_back_into_its_form(app: Flask, talk: str) -> None:
    vendor = signed_in(app, "vendor@test.example")
    day = (clock.today() + timedelta(days=30)).isoformat()
    entered = {"kind": "pilot", "on_day": day, "remark": "先试一台", "amount": ""}
    assert vendor.submit(f"{talk}/outcome", entered).status_code == 302
    again = signed_in(app, "owner@test.example").submit(f"{talk}/outcome", entered, headers=from_talk(talk))
    assert again.status_code == 403
    assert '<p class="field__label">结果</p>' in again.text
    for label, name, text in (("日期", "on_day", day), ("说明", "remark", "先试一台")):
        assert re.search(
            rf'>{label}</label><textarea id="typed-\d" name="{name}" rows="2" readonly>{text}<', again.text
        )
    assert "data-typed" in again.text
    assert f'<a data-carry href="{talk}">' in again.text
    assert ">pilot<" not in again.text


def test_before_the_form_is_read_its_texts_have_names_and_its_codes_are_left_out(app: Flask, talk: str) -> None:
    owner = signed_in(app, "owner@test.example")
    late = owner.post(f"{talk}/outcome", data={"kind": "purchase", "remark": "写了很久"}, headers=from_talk(talk))
    assert late.status_code == 400
    assert re.search(r'>说明</label><textarea [^>]*name="remark"[^>]*>写了很久<', late.text)
    assert "purchase" not in late.text
    assert f'<a data-carry href="{talk}">重新打开这一页</a>' in late.text


def test_a_message_beside_files_that_are_too_large_is_kept(app: Flask, talk: str) -> None:
    owner = signed_in(app, "owner@test.example")
    big = FileStorage(io.BytesIO(b"x" * 100_000), "big.pdf")
    boundary, body = encode_multipart({"csrf_token": owner.token(), "text": "说明写了很久", "files": big})
    answer = owner.post(
        f"{talk}/messages", data=body, content_type=f"multipart/form-data; boundary={boundary}",
        environ_overrides={"CONTENT_LENGTH": str(MAX_UPLOAD + 1)}, headers=from_talk(talk),
    )  # fmt: skip
    assert answer.status_code == 413
    assert "64 MB" in answer.text
    assert re.search(r'>留言</label><textarea [^>]*name="text"[^>]*>说明写了很久<', answer.text)
    assert f'<a data-carry href="{talk}">回到刚才的页面</a>' in answer.text


def test_a_message_that_is_too_long_is_refused_and_stays_whole(app: Flask, talk: str) -> None:
    owner = signed_in(app, "owner@test.example")
    answer = owner.submit(f"{talk}/messages", {"text": "长" * 10_000}, headers=from_talk(talk))
    assert answer.status_code == 422
    assert f"最多 {MESSAGE_LIMIT} 个字，现在有 10000 个" in answer.text
    assert "长" * 10_000 in answer.text
    with app.app_context():
        assert db.session.query(EnquiryMessage).count() == 1, "the first one alone"
    page = owner.get(talk).text
    assert "maxlength" not in page.partition("<main")[2]
    assert f'data-most="{MESSAGE_LIMIT}"' in page


def test_a_field_for_files_says_what_may_be_sent(app: Flask, talk: str) -> None:
    owner = signed_in(app, "owner@test.example")
    page = owner.get(talk).text
    for said in ("JPG、PNG、WebP", "10 MB", "PDF、Word（docx）", "20 MB", "最多 8 个", "合计不超过 64 MB"):
        assert said in page
    sent = {"text": "附件", "files": (io.BytesIO(b"MZ"), "setup.exe")}
    refused = owner.submit(f"{talk}/messages", sent, content_type="multipart/form-data")
    assert refused.status_code == 422
    assert "允许的文件：JPG、PNG、WebP" in refused.text


def test_no_two_things_of_a_page_have_the_same_id(app: Flask, talk: str) -> None:
    ids = re.findall(r'\sid="([^"]+)"', signed_in(app, "owner@test.example").get(talk).text)
    assert sorted(ids) == sorted(set(ids))
