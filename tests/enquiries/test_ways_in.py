"""The ways into a talk: what stands against one is said before anything is typed, and a form sent twice counts once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from marketplace.core.actor import Actor
from marketplace.core.clock import now
from marketplace.core.errors import Invalid, Refused
from marketplace.enquiries import opening
from marketplace.enquiries.models import DEMANDER, SUPPLIER, Enquiry, EnquiryMessage
from marketplace.foundation.db import transaction
from marketplace.listings import services as listing_services
from marketplace.listings.kind import Kind
from marketplace.listings.models import Listing
from marketplace.products.kind import PRODUCT
from marketplace.scenarios.kind import SCENARIO
from tests.enquiries.test_breaking import count, people, sending
from tests.enquiries.test_talks import Pair, decline, pair, propose, settle
from tests.factories import accounts, products, scenarios
from tests.support.site import Clock
from tests.support.together import together

__all__ = ["pair", "people"]
Client = Any


def briefly(pair: Pair, side: str) -> str:
    """What a row of matches says in place of its button; "" where it has one."""
    actor = pair.vendor if side == SUPPLIER else pair.owner
    (bar,) = opening.bars_of_pairs([(pair.scenario, pair.product)], side, actor)
    return bar.brief.zh if bar else ""


def test_who_was_declined_is_told_before_he_types(pair: Pair, people: tuple[Client, Client], clock: Clock) -> None:
    """F3: the form itself is refused, the page of the need says so, and so does the row of matches."""
    vendor, owner = people
    declined = pair.answer()
    decline(declined, pair.owner)
    path = f"/scenarios/{pair.scenario.number}/answer"
    talk = vendor.get(f"/enquiries/{declined.number}").text
    assert "现在还不能：再次发起" in talk
    assert "看看其他" not in talk  # that is for a talk that has lapsed
    assert "2026-04-01 起可以再发起" in talk
    assert "双方看到的事项相同；对方人员的姓名在接受对接后显示" in talk
    assert "再次发起" not in owner.get(f"/enquiries/{declined.number}").text
    refused = vendor.get(path)
    assert refused.status_code == 403
    assert "对方已谢绝；2026-04-01 起可以再发起" in refused.text
    assert "需方可以随时主动邀请您" in refused.text
    assert "2026-04-01 起可以再发起" in vendor.get(f"/scenarios/{pair.scenario.number}").text
    assert "you can ask again from 1 April 2026" in vendor.get(f"{path}?lang=en").text
    assert briefly(pair, SUPPLIER) == "对方已谢绝；2026-04-01 起可以再发起"
    assert briefly(pair, DEMANDER) == ""  # who declined may come by himself
    assert owner.get(f"/products/{pair.product.number}/invite").status_code == 200
    clock.forward(days=30)
    accounts.sign_in(vendor, pair.vendor_user)
    assert vendor.get(path).status_code == 200
    assert f'<a href="{path}">Ask again</a>' in vendor.get(f"/enquiries/{declined.number}").text
    assert briefly(pair, SUPPLIER) == ""


def test_a_declined_invitation_bars_that_need_and_no_other(pair: Pair, people: tuple[Client, Client]) -> None:
    _vendor, owner = people
    declined = pair.invite()
    decline(declined, pair.vendor)
    assert "供方可以随时用产品答复您的需求" in owner.get(f"/enquiries/{declined.number}").text
    page = owner.get(f"/products/{pair.product.number}/invite?need={pair.scenario.number}").text
    assert "现在不能选" in page
    assert "对方已谢绝；2026-04-01 起可以再发起" in page
    assert f'value="{pair.scenario.number}"' not in page
    assert f"<li>{pair.scenario.number} {pair.scenario.label.zh}" in page
    assert f'value="{pair.scenario.organization.number}"' in page
    with pytest.raises(Invalid, match="need"):
        pair.invite()
    assert pair.invite(pair.scenario.organization.number).state == "opened"
    with pytest.raises(Refused) as told:
        pair.invite()
    assert told.value.next.en == "The vendor can answer your need at any time"


def test_a_need_that_is_talked_about_is_not_swapped_for_another(pair: Pair, people: tuple[Client, Client]) -> None:
    """F4: the form says which talk is open about the need that was asked for, and leads to it."""
    vendor, owner = people
    enquiry = pair.answer()
    page = owner.get(f"/products/{pair.product.number}/invite?need={pair.scenario.number}").text
    assert f'<a href="/enquiries/{enquiry.number}">已有对接 {enquiry.number}</a>' in page
    stale = owner.submit(
        f"/products/{pair.product.number}/invite", {"need": pair.scenario.number, "text": "请来看看。"}
    ).text
    assert f"同一双方就同一事项只有一次进行中的对接：{enquiry.number} 还没有结束" in stale
    assert "请从列出的各项中选择" not in stale
    refused = vendor.get(f"/scenarios/{pair.scenario.number}/answer").text
    assert f'<a href="/enquiries/{enquiry.number}">请到那次对接中继续</a>' in refused
    assert briefly(pair, DEMANDER) == briefly(pair, SUPPLIER) == f"已有对接 {enquiry.number}"


def test_an_agreed_talk_is_named_on_the_form_and_another_may_be_opened(
    pair: Pair, people: tuple[Client, Client]
) -> None:
    vendor, owner = people
    enquiry = pair.accepted()
    propose(enquiry, pair.vendor)
    settle(enquiry, "confirm", pair.owner)
    forms = (
        (owner, f"/products/{pair.product.number}/invite"), (vendor, f"/scenarios/{pair.scenario.number}/answer"),
    )  # fmt: skip
    for client, path in forms:
        page = client.get(path).text
        assert "的对接已经达成；再发起会另开一次" in page
        assert f"进入对接 {enquiry.number}" in page
    other = products.product(organization=pair.product.organization, title="另一产品")
    assert "已经达成" not in owner.get(f"/products/{other.number}/invite").text
    assert pair.invite().state == "opened"


def test_nobody_is_led_to_who_cannot_answer(pair: Pair) -> None:
    """F2: without people, at rest, or after the last day for answers there is no button."""
    maker = accounts.person()
    theirs = products.product(organization=accounts.organization(owner=maker))
    assert opening.bars_of_pairs([(pair.scenario, theirs)], DEMANDER, pair.owner) == [None]
    with transaction():
        maker.disabled_at = now()
    (bar,) = opening.bars_of_pairs([(pair.scenario, theirs)], DEMANDER, pair.owner)
    assert bar is not None
    assert bar.brief.zh == "尚未认领"


@pytest.mark.parametrize(
    ("state", "way"),
    [
        ("registered", "请在单位页提交核验"), ("pending", "请等属地工信部门核验"),
        ("returned", "请在单位页提交核验"), ("suspended", "恢复由属地工信部门决定，理由见单位页"),
    ],
)  # fmt: skip
def test_who_is_not_verified_is_told_what_he_can_do(pair: Pair, state: str, way: str) -> None:
    user = accounts.person()
    accounts.organization(state, owner=user)
    refusal = opening.refusal_to_answer(pair.scenario, accounts.actor(user))
    assert refusal is not None
    assert refusal.next.zh == way


def test_the_last_day_for_answers_stands_in_the_row(pair: Pair, clock: Clock) -> None:
    clock.forward(days=31)
    assert briefly(pair, SUPPLIER) == "答复已截止"
    assert briefly(pair, DEMANDER) == ""


@pytest.mark.parametrize("side", [SUPPLIER, DEMANDER])
def test_the_same_form_twice_leads_to_the_one_talk(pair: Pair, people: tuple[Client, Client], side: str) -> None:
    """F14: at once or one after the other; both presses end in the talk, and nothing is said to be lost."""
    vendor, owner = people
    client, path, form = (
        (vendor, f"/scenarios/{pair.scenario.number}/answer", {"products": pair.product.number, "text": "可以做。"})
        if side == SUPPLIER
        else (owner, f"/products/{pair.product.number}/invite", {"need": pair.scenario.number, "text": "请来看看。"})
    )
    presses = [sending(client, path, form) for _each in range(2)]
    answers = [*together(presses), client.submit(path, form)]
    assert [each.status_code for each in answers] == [302, 302, 302]
    assert len({each.location for each in answers}) == 1
    assert "没有重复发送" in client.get(answers[0].location).text
    assert (count(Enquiry), count(EnquiryMessage)) == (1, 1)
    other = client.submit(path, {**form, "text": "另外的话。"})
    assert other.status_code in (403, 422)


def test_what_left_the_public_while_the_form_was_open_is_named(pair: Pair, people: tuple[Client, Client]) -> None:
    """The number of the need or product and its state, beside the choice; nothing about those of others."""
    vendor, owner = people
    other = scenarios.scenario(organization=pair.scenario.organization)
    spare = products.product(organization=pair.product.organization, title="另一产品")
    foreign = products.product("withdrawn")
    assert f"{spare.number} 另一产品" in vendor.get(f"/scenarios/{pair.scenario.number}/answer").text
    with transaction():
        close(SCENARIO, other, pair.owner, "close")
        close(PRODUCT, spare, pair.vendor, "withdraw")
    said = "只对已发布的需求和产品发起对接：%s 现在是“%s”"
    page = owner.submit(f"/products/{pair.product.number}/invite", {"need": other.number, "text": "请来看看。"})
    assert page.status_code == 422
    assert said % (other.number, "已关闭") in page.text
    assert "请从列出的各项中选择" not in page.text
    assert "请来看看。" in page.text
    path = f"/scenarios/{pair.scenario.number}/answer"
    page = vendor.submit(path, {"products": [pair.product.number, spare.number], "text": "可以做。"})
    assert said % (spare.number, "已撤回") in page.text
    page = vendor.submit(path, {"products": foreign.number, "text": "可以做。"})
    assert "请从列出的各项中选择" in page.text
    assert foreign.number not in page.text


def close(kind: Kind, listing: Listing, actor: Actor, name: str) -> None:
    """Its owner takes it from the public."""
    listing_services.take_step(kind, listing, kind.lifecycle.by_name[name], actor, "不再需要", None)


def test_rows_ask_as_often_for_many_as_for_few(pair: Pair, statements: Callable[[], int]) -> None:
    needs = [scenarios.scenario(organization=pair.scenario.organization) for _each in range(4)]
    before = statements()
    opening.bars_of_pairs([(pair.scenario, pair.product)], DEMANDER, pair.owner)
    once = statements() - before
    pairs = [(each, pair.product) for each in needs]
    before = statements()
    opening.bars_of_pairs(pairs, DEMANDER, pair.owner)
    assert statements() - before == once
