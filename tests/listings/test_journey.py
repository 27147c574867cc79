"""The whole life of a listing through HTTP: draft, submit, return, correct, approve, revise, approve."""

from __future__ import annotations

import io
import re
from html import unescape

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy.orm import Session, scoped_session

from marketplace.accounts.models import User
from marketplace.foundation.db import db, transaction
from marketplace.listings import services
from marketplace.listings.queries import open_revision
from marketplace.organizations.models import Organization
from tests.factories import accounts
from tests.factories.listings import listing, member_of
from tests.listings.trial import KIND, Trial
from tests.support.site import Client


class People:
    """A visitor, a member and two officials, each with a browser of his own."""

    def __init__(self, app: Flask) -> None:
        owner = accounts.person(name="李企业")
        city = accounts.official(duties=("review",), department="合肥市工信局")
        self.ids = (owner.id, city.id, accounts.organization(owner=owner).id)
        self.visitor, self.member, self.city, self.province = (app.test_client() for _ in range(4))
        accounts.sign_in(self.member, self.owner)
        accounts.sign_in(self.city, self.city_user)
        accounts.sign_in(self.province, accounts.official(accounts.PROVINCE, ("review",), "省工信厅"))

    @property
    def owner(self) -> User:
        return db.session.get_one(User, self.ids[0])

    @property
    def city_user(self) -> User:
        return db.session.get_one(User, self.ids[1])

    @property
    def organization(self) -> Organization:
        return db.session.get_one(Organization, self.ids[2])


@pytest.fixture
def people(app: Flask, session: scoped_session[Session]) -> People:
    """Those who take part."""
    return People(app)


def hidden(text: str, name: str) -> str:
    """The value of a hidden field of a page."""
    found = re.search(rf'name="{name}" value="([^"]*)"', text)
    assert found, f"no hidden {name}"
    return unescape(found[1])


def picture() -> tuple[io.BytesIO, str]:
    data = io.BytesIO()
    Image.new("RGB", (900, 600), "navy").save(data, "PNG")
    data.seek(0)
    return data, "现场.png"


def text(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, f"{path}: {answer.status_code}\n{answer.text[:2000]}"
    return str(answer.text)


def write(people: People, **fields: str) -> str:
    """Write the first page of a new draft and return its number."""
    answer = people.member.submit("/trials/new", {"title": "甲", "go": "next", **fields})
    assert answer.status_code == 302, answer.text
    return str(answer.location.split("/")[2])


def test_a_draft_is_nobody_elses_and_its_gaps_are_told(people: People) -> None:
    number = write(people)
    text(people.visitor, f"/trials/{number}", 404)
    text(people.city, f"/trials/{number}", 404)
    check = text(people.member, f"/trials/{number}/check")
    assert "还没有简介" in check
    assert "提交审核" not in check
    refused = people.member.submit(f"/trials/{number}/check", {"version": hidden(check, "version")})
    assert refused.status_code == 403
    assert "还有 1 处要补" in refused.text
    saved = people.member.submit(f"/trials/{number}/edit/basics", {"title": "甲", "summary": "一版", "go": "draft"})
    assert saved.location == "/workspace/"
    assert "提交审核" in text(people.member, f"/trials/{number}/check")


def test_returned_and_corrected(people: People) -> None:
    number = write(people)
    send(people, number, "一版")
    assert "正在审核" in text(people.member, f"/trials/{number}")
    text(people.member, f"/trials/{number}/edit/basics", 403)
    text(people.visitor, f"/trials/{number}", 404)
    assert number in text(people.city, "/review/")
    desk = text(people.city, f"/review/trials/{number}")
    assert "第一次送审" in desk
    version = hidden(desk, "version")
    empty = people.city.submit(f"/review/trials/{number}", {"decision": "return", "version": version})
    assert empty.status_code == 422
    assert "退回要写明理由" in empty.text
    decision = {"decision": "return", "reasons": ["material"], "note": "请附照片", "version": version}
    assert people.city.submit(f"/review/trials/{number}", decision).status_code == 302
    form = text(people.member, f"/trials/{number}/edit/basics")
    assert "缺少支撑材料" in form
    assert "请附照片" in form
    assert "缺少支撑材料" in text(people.member, "/workspace/")
    publish(people, number, "二稿")
    page = text(people.visitor, f"/trials/{number}")
    assert "二稿" in page
    assert "合肥市工信局" in page
    assert "请附照片" not in page
    assert "李企业" not in page


def test_the_public_reads_the_old_edition_until_the_new_one_is_approved(
    people: People, session: scoped_session[Session]
) -> None:
    number = write(people)
    publish(people, number, "二稿")
    assert people.member.submit(f"/trials/{number}/revise").status_code == 302
    send(people, number, "三稿，改过的")
    assert "二稿" in text(people.visitor, f"/trials/{number}")
    assert "三稿" not in text(people.visitor, f"/trials/{number}")
    desk = text(people.city, f"/review/trials/{number}")
    assert "修订 1 项" in desk
    assert re.search(r"<del>.*?</del>.*<ins>.*?</ins>", desk, re.DOTALL)
    accept(people, number)
    assert "三稿，改过的" in text(people.visitor, f"/trials/{number}")
    assert session.query(Trial).filter_by(number=number).one().edition == 2


def send(people: People, number: str, summary: str) -> None:
    page = text(people.member, f"/trials/{number}/edit/basics")
    people.member.submit(
        f"/trials/{number}/edit/basics", {"title": "甲", "summary": summary, "version": hidden(page, "version")}
    )
    check = text(people.member, f"/trials/{number}/check")
    assert people.member.submit(f"/trials/{number}/check", {"version": hidden(check, "version")}).status_code == 302


def publish(people: People, number: str, summary: str) -> None:
    send(people, number, summary)
    accept(people, number)


def accept(people: People, number: str) -> None:
    version = hidden(text(people.city, f"/review/trials/{number}"), "version")
    decided = people.city.submit(f"/review/trials/{number}", {"decision": "approve", "version": version})
    assert decided.status_code == 302, decided.text


def test_the_second_official_is_told_and_keeps_his_words(people: People) -> None:
    number = write(people)
    send(people, number, "有")
    first, second = (text(client, f"/review/trials/{number}") for client in (people.city, people.province))
    assert people.city.submit(
        f"/review/trials/{number}", {"decision": "approve", "version": hidden(first, "version")}
    ).status_code == 302  # fmt: skip
    late = people.province.submit(
        f"/review/trials/{number}",
        {"decision": "return", "note": "请补检测报告", "version": hidden(second, "version")},
    )
    assert late.status_code == 409
    assert "合肥市工信局" in late.text
    assert "通过并发布" in late.text
    assert "请补检测报告" in late.text
    assert "没有等待审核的版本" in text(people.province, f"/review/trials/{number}")


def test_a_recalled_first_draft_leaves_the_officials_note(people: People) -> None:
    number = write(people)
    send(people, number, "有")
    desk = text(people.city, f"/review/trials/{number}")
    page = text(people.member, f"/trials/{number}")
    assert people.member.submit(
        f"/trials/{number}/revision", {"transition": "recall", "version": hidden(page, "version")}
    ).status_code == 302  # fmt: skip
    late = people.city.submit(
        f"/review/trials/{number}", {"decision": "return", "note": "写了很久", "version": hidden(desk, "version")}
    )
    assert late.status_code == 409
    assert "撤回送审" in late.text
    assert "写了很久" in late.text
    text(people.city, f"/review/trials/{number}", 404)


def test_a_stale_form_is_told_and_keeps_its_words(people: People) -> None:
    number = write(people)
    version = hidden(text(people.member, f"/trials/{number}/edit/basics"), "version")
    fields = {"title": "甲", "version": version}
    assert people.member.submit(f"/trials/{number}/edit/basics", {**fields, "summary": "先"}).status_code == 302
    late = people.member.submit(f"/trials/{number}/edit/basics", {**fields, "summary": "后写的长文"})
    assert late.status_code == 409
    assert "后写的长文" in late.text


def test_an_official_of_the_filing_organization_is_refused(people: People) -> None:
    number = write(people)
    send(people, number, "有")
    accounts.join(people.organization, people.city_user)
    assert number not in text(people.city, "/review/")
    desk = text(people.city, f"/review/trials/{number}")
    assert "申请单位或其上下级单位的成员" in desk
    assert "提交决定" not in desk
    answer = people.city.submit(f"/review/trials/{number}", {"decision": "approve"})
    assert answer.status_code == 403
    assert "申请单位或其上下级单位的成员" in answer.text


def test_rows_keep_what_was_typed(people: People) -> None:
    number = write(people)
    path = f"/trials/{number}/edit/wishes"
    typed = {f"rows-{index}-spec": f"指标{index}" for index in (0, 2, 5, 11)}
    dropped = people.member.submit(path, {**typed, "drop": "5"})
    assert dropped.status_code == 200
    assert re.findall(r"name=rows-(\d+)-spec[^>]*value=\"([^\"]*)\"", dropped.text) == [
        ("0", "指标0"), ("1", "指标2"), ("2", "指标11"),
    ]  # fmt: skip
    many = {f"rows-{index}-spec": f"指标{index}" for index in range(40)}
    added = people.member.submit(path, {**many, "add": "1"})
    assert [int(index) for index in re.findall(r"name=rows-(\d+)-spec", added.text)] == list(range(41))
    version = hidden(added.text, "version")
    assert people.member.submit(path, {**many, "version": version}).status_code == 302
    again = text(people.member, path)
    assert "指标39" in again
    assert people.member.submit(path, {"rows-0-spec": "", "version": hidden(again, "version")}).status_code == 422


def attach(people: People, number: str) -> tuple[str, str]:
    """Upload a picture and a document; their addresses."""
    path = f"/trials/{number}/edit/files"
    files = {"new_pictures": [picture()], "new_files": [(io.BytesIO("说明\n".encode()), "说明.txt")]}
    version = hidden(text(people.member, path), "version")
    sent = people.member.submit(path, {"version": version, "go": "stay", **files}, content_type="multipart/form-data")
    assert sent.location == path, sent.text
    page = text(people.member, path)
    found = [re.search(rf'{attribute}="(/files/[^"]+)"', page) for attribute in ("src", "href")]
    assert all(found)
    return tuple(unescape(each[1]) for each in found if each)  # type: ignore[return-value]


def test_files_of_a_draft_are_for_its_people_and_of_the_public_edition_for_all(people: People) -> None:
    number = write(people)
    href, document = attach(people, number)
    assert people.member.get(href).mimetype == "image/webp"
    for client in (people.visitor, people.city):
        assert client.get(href).status_code == 404
    assert people.city.get(document).status_code == 404
    assert people.visitor.get(document).status_code == 302  # he is asked to sign in
    send(people, number, "有")
    assert people.city.get(href).status_code == 200
    assert href in unescape(text(people.city, f"/review/trials/{number}"))
    assert people.visitor.get(href).status_code == 404
    accept(people, number)
    assert people.visitor.get(href).status_code == 200
    answer = people.visitor.get(document)
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    again = people.visitor.get(document, headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    assert people.visitor.get(href.partition("?")[0] + "?size=huge").status_code == 404


def test_captions_and_removal(people: People, session: scoped_session[Session]) -> None:
    number = write(people)
    href, document = attach(people, number)
    ids = [each.split("/")[2] for each in (href, document)]
    path = f"/trials/{number}/edit/files"
    named = {"pictures-0-file": ids[0], "pictures-0-caption": "机房", "files-0-file": ids[1], "files-0-title": "手册"}
    assert people.member.submit(path, named).status_code == 302
    publish(people, number, "有")
    assert "机房" in text(people.visitor, f"/trials/{number}")
    people.member.submit(f"/trials/{number}/revise")
    assert people.member.submit(path, {**named, "remove": ids[0]}).location == path
    trial = session.query(Trial).filter_by(number=number).one()
    assert open_revision(trial).content["pictures"] == []
    assert open_revision(trial).content["files"][0]["title"] == "手册"
    assert people.visitor.get(href).status_code == 200, "the public edition still has it"


def test_a_bad_file_is_refused_and_nothing_is_saved(people: People, session: scoped_session[Session]) -> None:
    number = write(people)
    path = f"/trials/{number}/edit/files"
    bad = people.member.submit(
        path,
        {"new_pictures": [(io.BytesIO(b"<svg onload=alert(1)>"), "x.png")], "new_files": [picture()]},
        content_type="multipart/form-data",
    )
    assert bad.status_code == 422
    assert "x.png" in bad.text
    assert "现场.png" in bad.text
    nine = people.member.submit(
        path, {"new_pictures": [picture() for _ in range(9)]}, content_type="multipart/form-data"
    )
    assert nine.status_code == 422
    assert "最多 8 个" in nine.text
    assert not open_revision(session.query(Trial).filter_by(number=number).one()).content.get("pictures")


def test_who_may_begin(app: Flask, people: People) -> None:
    single = app.test_client()
    accounts.sign_in(single, accounts.person())
    assert "先要有一个单位" in text(single, "/trials/new")
    assert people.member.get("/trials/new?organization=O-1999-000001").status_code == 404
    assert app.test_client().get("/trials/new").status_code == 302


def test_a_person_of_two_organizations_chooses(people: People, session: scoped_session[Session]) -> None:
    other = accounts.organization(owner=people.owner)
    form = people.member.get("/trials/new").location  # each form has a name, under which it begins one draft at most
    assert other.number in text(people.member, form)
    number = write(people, organization=other.number)
    assert session.query(Trial).filter_by(number=number).one().organization_id == other.id


def test_the_difference_shows_lowered_evidence_and_what_stayed(people: People) -> None:
    old = {"bat": {"value": {"from": "2"}, "evidence": "tested", "source": "报告"}, "ip": {"value": {"from": "66"}}}
    made = listing(KIND, "published", people.organization, title="甲", summary="沿用", specs=old)
    member = member_of(people.organization)
    with transaction():
        revision = services.revise(KIND, made, member)
        new = {**old, "bat": {"value": {"from": "3"}, "evidence": "declared"}}
        services.save(KIND, made, {**revision.content, "specs": new}, member, None)
        services.submit(KIND, made, member, None)
    desk = text(people.city, f"/review/trials/{made.number}")
    assert "“指标bat”改了数值，依据却由“检测”降为“自述”" in desk
    assert "指标ip" not in desk.partition("自动核对")[0]
    assert "指标ip" in text(people.city, f"/review/trials/{made.number}?all=1").partition("自动核对")[0]
