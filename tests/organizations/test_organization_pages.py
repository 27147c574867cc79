"""Founding, showing, changing and deciding on organizations, through HTTP in both languages."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from markupsafe import Markup
from sqlalchemy.orm import Session, scoped_session

from marketplace.core.actor import Actor
from marketplace.foundation.db import transaction
from marketplace.organizations import services, tree, views
from marketplace.organizations.models import Organization
from tests.factories import accounts
from tests.support.site import Client

Db = scoped_session[Session]


def only(session: Db) -> Organization:
    return session.query(Organization).one()


def test_founding_submitting_and_verifying(app: Flask, client: Client, session: Db) -> None:
    accounts.sign_in(client, accounts.person())
    form = client.get("/organizations/new").text
    for text in ("合肥市", "庐阳区", "安徽省外", "机器人企业"):
        assert text in form
    assert form.count("<optgroup") == 16
    given = accounts.values()
    answer = client.submit("/organizations/new", given)
    number = only(session).number
    assert answer.location == f"/organizations/{number}"
    page = client.get(answer.location).text
    for text in (given["name"], given["credit_code"], "提交核验", "李四", "登记单位", "张三"):
        assert text in page
    visitor = app.test_client()
    assert visitor.get(f"/organizations/{number}").status_code == 404
    step = {"transition": "submit", "version": only(session).version}
    assert client.submit(f"/organizations/{number}/do", step).location == f"/organizations/{number}"
    assert only(session).state == "pending"
    official = app.test_client()
    accounts.sign_in(official, accounts.official(accounts.HEFEI, department="合肥市工业和信息化局"))
    assert "通过核验" in official.get(f"/organizations/{number}").text
    assert official.submit(f"/organizations/{number}/do", {"transition": "verify"}).status_code == 302
    assert visitor.get(f"/organizations/{number}").status_code == 200
    assert "合肥市工业和信息化局" in client.get(f"/organizations/{number}").text


def test_an_organization_outside_anhui_names_its_place(client: Client, session: Db) -> None:
    accounts.sign_in(client, accounts.person())
    given = accounts.values(region="outside")
    refused = client.submit("/organizations/new", given)
    assert refused.status_code == 422
    assert "安徽省外的单位请写所在省市" in refused.text
    assert '<option value="outside" selected>' in refused.text
    client.submit("/organizations/new", {**given, "place": "浙江省杭州市"})
    assert (only(session).region, only(session).place) == ("", "浙江省杭州市")
    assert "浙江省杭州市" in client.get(f"/organizations/{only(session).number}").text


@pytest.mark.parametrize(
    ("lang", "change", "texts"),
    [
        ("zh", {"name": "", "region": ""}, ("出错：登记单位", "请填写此项", "请选择一项")),
        ("zh", {"credit_code": "91340100MA00000000"}, ("出错：登记单位", "统一社会信用代码不对")),
        ("en", {"kind": "club"}, ("Error: Register an organization",)),
        ("en", {"contact_phone": "12"}, ("Error: Register an organization", "Not a telephone number")),
    ],
)
def test_a_refused_form_keeps_what_was_typed(
    client: Client, session: Db, lang: str, change: dict[str, str], texts: tuple[str, ...]
) -> None:
    accounts.sign_in(client, accounts.person())
    answer = client.submit(f"/organizations/new?lang={lang}", accounts.values(contact_name="王五", **change))
    assert answer.status_code == 422
    assert 'value="王五"' in answer.text
    assert 'role="alert"' in answer.text
    for text in texts:
        assert text in answer.text
    assert session.query(Organization).count() == 0


def test_a_visitor_is_sent_to_sign_in(client: Client, session: Db) -> None:
    number = accounts.organization().number
    for path in ("/organizations/new", f"/organizations/{number}/edit"):
        assert client.get(path).location == f"/account/sign-in?next={path}"
    assert client.submit(f"/organizations/{number}/do", {"transition": "suspend"}).location == "/account/sign-in"


def test_the_public_page(client: Client, session: Db) -> None:
    parent = accounts.organization()
    made = accounts.organization(
        about="第一段\n\n第二段",
        website="https://example.cn/",
        contact_name="不公开的人",
        name_en="Anhui Test Robotics",
    )
    with transaction():
        services.change_organization(made, {"parent_id": parent.id}, accounts.actor(made.members[0].user))
        tree.take_parent_step(made, "accept_child", accounts.actor(parent.members[0].user), "", None)
    number, name, parent_name = made.number, made.name, parent.name
    page = client.get(f"/organizations/{number}").text
    for text in (name, "机器人企业", "合肥市", "整机", "<p>第二段</p>", "https://example.cn/", parent_name, "已核验"):
        assert text in page
    for text in ("不公开的人", "62600000", "张三", "公开资料整理", 'id="act"', "留痕"):
        assert text not in page
    english = client.get(f"/organizations/{number}?lang=en").text
    assert "<h1>Anhui Test Robotics</h1>" in english
    for text in ("Robot vendor", "Hefei", "Complete robots", "Basic facts", "Verified"):
        assert text in english


def test_a_hidden_parent_stays_hidden(client: Client, session: Db) -> None:
    parent = accounts.organization()
    made = accounts.organization()
    with transaction():
        services.change_organization(made, {"parent_id": parent.id}, accounts.actor(made.members[0].user))
        official = accounts.actor(accounts.official(accounts.HEFEI))
        services.take_organization_step(parent, "suspend", official, "有理由", None)
    number, name = made.number, parent.name
    assert name not in client.get(f"/organizations/{number}").text


def test_compiled_and_demo_organizations_say_so(client: Client, session: Db) -> None:
    code = accounts.credit_code(region="000000")
    with transaction():
        compiled = services.load_organization(
            sources=["https://example.cn/news", "某白皮书"],
            marks=["first_set_provincial"],
            **accounts.values(credit_code=code),
        )
        demo = services.load_organization(compiled=False, demo=True, **accounts.values())
        numbers = compiled.number, demo.number
    page = client.get(f"/organizations/{numbers[0]}").text
    for text in (
        "公开资料整理",
        "未经单位本人确认",
        'href="https://example.cn/news"',
        "某白皮书",
        "示意代码",
        "首台（套）",
    ):
        assert text in page
    assert "演示单位：" not in page
    assert "已核验" not in page, "what was compiled from public material was verified by nobody"
    assert "演示单位：" in client.get(f"/organizations/{numbers[1]}").text


@pytest.mark.parametrize("state", ["registered", "pending", "returned", "suspended"])
def test_what_is_not_public_answers_as_if_it_did_not_exist(app: Flask, client: Client, session: Db, state: str) -> None:
    number = accounts.organization(state).number
    missing = client.get("/organizations/O-2026-999999")
    hidden = client.get(f"/organizations/{number}")
    assert hidden.status_code == missing.status_code == 404
    assert hidden.text.replace(number, "") == missing.text.replace("O-2026-999999", "")
    other = app.test_client()
    accounts.sign_in(other, accounts.organization().members[0].user)
    assert other.get(f"/organizations/{number}").status_code == 404
    assert other.get(f"/organizations/{number}/edit").status_code == 404
    assert other.submit(f"/organizations/{number}/do", {"transition": "submit"}).status_code == 404


def test_changing_details(client: Client, session: Db) -> None:
    made = accounts.organization("returned")
    number, path = made.number, f"/organizations/{made.number}/edit"
    accounts.sign_in(client, made.members[0].user)
    assert 'name="credit_code"' in client.get(path).text
    given: dict[str, Any] = {
        **accounts.values(credit_code=only(session).credit_code, name="新名字有限公司", segments=["aftermarket"]),
        "version": only(session).version, "website": "https://example.cn/",
    }  # fmt: skip
    refused = client.submit(path, {**given, "website": "example.cn"})
    assert refused.status_code == 422
    assert "出错：修改单位信息" in refused.text
    assert 'value="新名字有限公司"' in refused.text
    unknown = client.submit(path, {**given, "parent": "O-1999-000001"})
    assert "没有这个编号或信用代码的单位" in unknown.text
    assert client.submit(path, given).location == f"/organizations/{number}"
    assert (only(session).name, only(session).segments) == ("新名字有限公司", ["aftermarket"])
    late = client.submit(path, {**given, "name": "迟到的名字"})
    assert late.status_code == 409
    assert "迟到的名字" in late.text
    assert only(session).name == "新名字有限公司"


def test_a_verified_identity_is_not_in_the_form(client: Client, session: Db) -> None:
    made = accounts.organization()
    path, name = f"/organizations/{made.number}/edit", made.name
    accounts.sign_in(client, made.members[0].user)
    page = client.get(path + "?lang=en").text
    assert 'name="credit_code"' not in page
    assert "Fixed details" in page
    answer = client.submit(path, {"name": "偷换的名字", "about": "新简介", "contact_name": "李四"})
    assert answer.status_code == 302
    assert (only(session).name, only(session).about) == (name, "新简介")


def test_a_decision_without_a_reason_is_refused(client: Client, session: Db) -> None:
    number = accounts.organization("pending").number
    accounts.sign_in(client, accounts.official(accounts.HEFEI))
    answer = client.submit(f"/organizations/{number}/do", {"transition": "return", "reason": " "})
    assert answer.status_code == 422
    assert only(session).state == "pending"
    for name in ("load", "made_up", ""):
        assert client.submit(f"/organizations/{number}/do", {"transition": name}).status_code == 404


def test_two_officials_at_once(app: Flask, session: Db) -> None:
    made = accounts.organization("pending")
    number, version = made.number, made.version
    first, second = app.test_client(), app.test_client()
    for client in (first, second):
        accounts.sign_in(client, accounts.official(accounts.HEFEI, department="合肥市工业和信息化局"))
    step = {"transition": "verify", "version": version}
    assert first.submit(f"/organizations/{number}/do", step).status_code == 302
    typed = {"transition": "return", "version": version, "reason": "执照看不清，请重新上传"}
    late = second.submit(f"/organizations/{number}/do", typed)
    assert late.status_code == 409
    assert "执照看不清，请重新上传" in late.text
    assert only(session).state == "verified"


def test_submitting_without_a_contact_is_explained_before_it_is_tried(client: Client, session: Db) -> None:
    made = accounts.organization("registered", contact_name="", contact_phone="")
    number = made.number
    accounts.sign_in(client, made.members[0].user)
    page = client.get(f"/organizations/{number}").text
    assert "还没有填写联系人" in page
    assert 'value="submit"' not in page
    assert client.submit(f"/organizations/{number}/do", {"transition": "submit"}).status_code == 403


def test_members_and_those_in_charge_see_more(app: Flask, session: Db) -> None:
    made = accounts.organization(contact_name="联系人甲")
    accounts.join(made, accounts.person(name="编辑乙"))
    number = made.number
    seen = {}
    people = {
        "member": made.members[0].user,
        "city": accounts.official(accounts.HEFEI),
        "other city": accounts.official(accounts.WUHU),
        "administrator": accounts.person(administrator="security"),
    }
    for name, email in {name: user.email for name, user in people.items()}.items():
        client = app.test_client()
        accounts.sign_in(client, email)
        page = client.get(f"/organizations/{number}").text
        seen[name] = tuple(word in page for word in ("联系人甲", "编辑乙", "<h2>留痕</h2>"))
    assert seen == {
        "member": (True, True, True),
        "city": (True, False, True),
        "other city": (False, False, False),
        "administrator": (False, False, False),
    }


def test_panels_of_other_capabilities(app: Flask, client: Client, session: Db) -> None:
    def panel(organization: Organization, actor: Actor) -> Markup | None:
        return Markup("<section>供给 {}</section>").format(organization.name) if not actor.signed_in else None

    app.extensions["organization_panels"] = [panel, lambda _organization, _actor: None]
    number = accounts.organization(name="<i>名</i>").number
    assert "<section>供给 &lt;i&gt;名&lt;/i&gt;</section>" in client.get(f"/organizations/{number}").text


def test_what_waits(app: Flask, session: Db) -> None:
    official = accounts.official(accounts.HEFEI)
    accounts.organization("pending")  # waits in the official's queue, not among his own duties
    own = accounts.organization("returned", owner=official)
    name, number = own.name, own.number
    with app.test_request_context("/"):
        found = views.duties(accounts.actor(official))
    assert [(duty.verb.zh, duty.title) for duty in found] == [("补正", name)]
    assert found[0].href == f"/organizations/{number}"


def test_every_region_can_be_chosen(client: Client, session: Db) -> None:
    accounts.sign_in(client, accounts.person())
    page = client.get("/organizations/new?lang=en").text
    codes = re.findall(r'<option value="(\d{6})"', page)
    assert len(codes) == len(set(codes)) == 1 + 16 + 104 + 15
    assert '<optgroup label="Hefei"' in page
