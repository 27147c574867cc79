"""What is told of talks: answers side by side, how far they came, why they were left, outcomes, and who must act."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask_babel import force_locale

from marketplace.core.errors import Invalid
from marketplace.core.text import Text
from marketplace.enquiries import answers, figures, queries, services, showing
from marketplace.enquiries.models import DECLINED, DEMANDER, ENDED, SUPPLIER, causes_open_to
from marketplace.foundation.db import db, transaction
from tests.enquiries.test_breaking import people
from tests.enquiries.test_talks import TODAY, Pair, both_end, decline, pair, propose, settle, step, write
from tests.factories import products, scenarios
from tests.support.mails import Output, delivered
from tests.support.site import Clock

__all__ = ["pair", "people"]
Client = Any


# ---- the answers side by side ---------------------------------------------------------------------------------------


def test_only_answers_are_compared_and_who_must_act_is_said(pair: Pair, people: tuple[Client, Client]) -> None:
    """F7: an invitation is no answer before it is accepted, nor when it is declined."""
    _vendor, owner = people
    page = f"/scenarios/{pair.scenario.number}/answers"
    invitation = pair.invite()
    assert answers.answers_to(pair.scenario) == []
    assert "还没有答复" in owner.get(page).text
    decline(invitation, pair.vendor)
    assert answers.answers_to(pair.scenario) == []
    enquiry = pair.answer()
    (found,) = answers.answers_to(pair.scenario)
    assert (found.enquiry, found.turn) == (enquiry, Text("等本单位答复", "Your organization is to answer"))
    assert "等本单位答复" in owner.get(page).text
    step(enquiry, "accept", pair.owner)
    assert answers.answers_to(pair.scenario)[0].turn is None
    propose(enquiry, pair.owner)
    assert "等供方确认结果" in owner.get(page).text
    settle(enquiry, "take_back", pair.owner)
    propose(enquiry, pair.vendor)
    assert "等本单位确认结果" in owner.get(page).text


def test_evidence_is_that_of_what_meets_the_must_haves(pair: Pair, people: tuple[Client, Client]) -> None:
    """F5: payload is tested, the rating documented, the temperature unknown, and endurance is not asked for."""
    _vendor, owner = people
    claims = {**pair.product.content["specs"], "endurance": products.claim({"from": "4"}, "proven")}
    with transaction():
        pair.product.content = {**pair.product.content, "specs": claims}
    free = scenarios.scenario(organization=pair.scenario.organization, requirements=[])
    pair.answer()
    (found,) = answers.answers_to(pair.scenario)
    assert (found.open_questions, found.evidence) == (1, "documented")
    assert "满足项中最弱的依据" in owner.get(f"/scenarios/{pair.scenario.number}/answers").text
    assert "Weakest evidence for what is met" in owner.get(f"/scenarios/{pair.scenario.number}/answers?lang=en").text
    assert answers.Answer(found.enquiry, pair.product, []).evidence == "proven"
    assert answers.evidence_head(free).zh == "最好的依据"
    with transaction():
        pair.product.content = {**pair.product.content, "specs": {"endurance": claims["endurance"]}}
    assert answers.answers_to(pair.scenario)[0].evidence == ""


# ---- how far they came, and why not ---------------------------------------------------------------------------------


def told(pair: Pair) -> tuple[str, str]:
    """What a row of matches says to the owner: how far it came, and why a talk was left."""
    (found,) = figures.talks_of_pairs([pair.scenario.id], [pair.product.id], pair.owner).values()
    return found.reached.zh, found.left.zh if found.left else ""


def test_the_funnel_counts_answers_and_the_row_says_how_it_ended(pair: Pair) -> None:
    """F10, F11: what was withdrawn is no answer; why a talk was left stays with the match, with the side that left."""
    enquiry = pair.answer()
    assert told(pair) == ("供方答复", "")
    step(enquiry, "withdraw", pair.vendor)
    assert told(pair) == ("发起，已撤回", "")
    assert figures.funnel_of_scenario(pair.scenario.id).stages["answered"] == 0
    decline(pair.answer(), pair.owner)
    assert told(pair) == ("供方答复，已谢绝", "需方曾谢绝：价格或预算不合")
    assert figures.funnel_of_scenario(pair.scenario.id).stages["answered"] == 1
    invited = pair.invite()
    found = figures.funnel_of_scenario(pair.scenario.id)  # every talk is an answer, or named among those without one
    assert [(words.zh, count) for words, count in found.unanswered] == [("撤回或失效", 1), ("邀请待答复", 1)]
    assert found.stages["opened"] == found.stages["answered"] + sum(count for _words, count in found.unanswered)
    assert told(pair) == ("供方答复", "需方曾谢绝：价格或预算不合")
    step(invited, "accept", pair.vendor)
    both_end(invited, pair.vendor, pair.owner)
    assert told(pair) == ("供方答复，已结束", "供方曾提出结束：时间安排不合")


def test_a_reason_is_given_by_the_side_that_can_have_it(pair: Pair, people: tuple[Client, Client]) -> None:
    """F18: the form offers no other, the command takes no other, and what was given before reads as ever."""
    vendor, owner = people
    assert not {"capacity", "place"} & causes_open_to(DEMANDER, DECLINED).keys()
    assert "taken" not in causes_open_to(SUPPLIER, DECLINED) | causes_open_to(SUPPLIER, ENDED)
    enquiry = pair.answer()
    page = owner.get(f"/enquiries/{enquiry.number}").text
    assert "已选定其他方案" in page
    assert "排不出人手" not in page
    with pytest.raises(Invalid, match="cause"):
        decline(enquiry, pair.owner, "capacity")
    assert owner.submit(f"/enquiries/{enquiry.number}/decline", {"cause": "place"}).status_code == 422
    step(enquiry, "accept", pair.owner)
    assert "已选定其他方案" not in vendor.get(f"/enquiries/{enquiry.number}").text
    with pytest.raises(Invalid, match="cause"), transaction():
        services.propose_end(enquiry, pair.vendor, "taken", "", None)
    with transaction():
        services.propose_end(enquiry, pair.owner, "taken", "", None)


def test_the_words_of_another_reason_reach_the_other_side(
    pair: Pair, people: tuple[Client, Client], app: Flask, capsys: Output
) -> None:
    """F12: at the head of the talk, in the mail and in the inbox; every mail leads on after an empty line (F13)."""
    vendor, owner = people
    enquiry = pair.answer()
    delivered(app, capsys)
    decline(enquiry, pair.owner, "other", "现场太远")
    (mail,) = delivered(app, capsys)
    link = f"/enquiries/{enquiry.number}"
    assert "”。\n\n原因：其他原因。\n\n> 现场太远\n\n查看：\n\n" in mail["body"]
    assert "已谢绝：其他原因（现场太远）" in vendor.get(link).text
    inbox = vendor.get("/workspace/inbox/").text
    assert "现场太远" in inbox
    assert f">{link}" not in inbox

    other = pair.invite()
    step(other, "accept", pair.vendor)
    delivered(app, capsys)
    with transaction():
        services.propose_end(other, pair.vendor, "other", "产线搬迁", None)
    (mail,) = delivered(app, capsys)
    assert "提出：结束对接（其他原因）。请确认，或写明理由不同意。\n\n> 产线搬迁\n\n到 " in mail["body"]
    settle(other, "confirm", pair.owner)
    assert "已结束：其他原因（产线搬迁）" in owner.get(f"/enquiries/{other.number}").text
    step(pair.invite(), "accept", pair.vendor)
    (*_others, mail) = delivered(app, capsys)
    assert "现在是“对接中”。\n\n查看：\n\n" in mail["body"]


# ---- outcomes -------------------------------------------------------------------------------------------------------


def test_an_outcome_is_told_to_the_yuan_and_each_line_says_which(pair: Pair, app: Flask) -> None:
    """F1, F12, F16."""
    enquiry = pair.accepted()
    with transaction():
        services.note_meeting(enquiry, pair.owner, TODAY, None)
    propose(enquiry, pair.vendor, "purchase", "12.345")
    lines = []
    for language in ("zh_CN", "en"):
        with force_locale(language):
            lines.append([each["text"].say(language) for each in showing.history(enquiry, pair.owner)][:2])
    assert lines == [
        ["提出结果：采购，12.345 万元，2026-03-02", "记录会面：2026-03-02"],
        ["Proposed an outcome: A purchase, CNY 123,450, 2 March 2026", "Noted a meeting: 2 March 2026"],
    ]


def test_nothing_comes_of_a_talk_before_it_was_opened(pair: Pair) -> None:
    """F9: the day on which it was opened in Beijing counts."""
    enquiry = pair.accepted()
    for kind, amount in (("pilot", None), ("purchase", Decimal("48.5"))):
        with pytest.raises(Invalid, match="on_day"), transaction():
            services.propose(enquiry, pair.vendor, kind, amount, TODAY - timedelta(days=1), "", None)
    with transaction():
        services.propose(enquiry, pair.vendor, "pilot", None, TODAY, "", None)


def test_what_waits_for_an_answer_is_the_first_thing_to_do(pair: Pair, people: tuple[Client, Client]) -> None:
    """F8: the buttons stand where the page leads to what can be done, once; who proposed can take it back there."""
    vendor, owner = people
    enquiry = pair.accepted()
    propose(enquiry, pair.vendor)
    page = owner.get(f"/enquiries/{enquiry.number}").text
    (panel,) = page.split('id="act"')[1:]
    for name in ("confirm", "refuse"):
        assert page.count(f'value="{name}"') == panel.count(f'value="{name}"') == 1
    assert panel.index("开展场景验证，2026-03-02") < panel.index('value="confirm"') < panel.index("记录会面")
    assert 'value="take_back"' in vendor.get(f"/enquiries/{enquiry.number}").text.split('id="act"')[1]


def test_an_outcome_reads_from_the_side_of_its_reader(
    pair: Pair, people: tuple[Client, Client], app: Flask, capsys: Output
) -> None:
    """Who must act reads that it is he, what was proposed and what to do; the reason of a refusal reaches the other."""
    vendor, owner = people
    enquiry = pair.accepted()
    link = f"/enquiries/{enquiry.number}"
    delivered(app, capsys)
    propose(enquiry, pair.vendor, "purchase", "48.5")
    (mail,) = delivered(app, capsys)
    assert mail["To"] == "owner@test.example"
    assert "提出：采购，48.50 万元，2026-03-02。请确认，或写明理由不同意。" in mail["body"]
    assert "采购，48.50 万元，2026-03-02" in owner.get("/workspace/inbox/").text
    pages = {"vendor": vendor.get(link).text, "owner": owner.get(link).text}
    assert ("待对方确认" in pages["vendor"], "待您确认" in pages["vendor"]) == (True, False)
    assert ("待对方确认" in pages["owner"], "待您确认" in pages["owner"]) == (False, True)
    path, version = f"/outcomes/{enquiry.outcomes[0].id}/do", str(enquiry.outcomes[0].version)
    settle(enquiry, "refuse", pair.owner, "先谈价格")
    (mail,) = delivered(app, capsys)
    assert "不同意：采购，48.50 万元，2026-03-02。可以商量后重新提出。\n\n> 先谈价格\n\n查看" in mail["body"]
    pages = {"vendor": vendor.get(link).text, "owner": owner.get(link).text}
    assert ("对方不同意" in pages["vendor"], "您未同意" in pages["vendor"]) == (True, False)
    assert ("对方不同意" in pages["owner"], "您未同意" in pages["owner"]) == (False, True)
    assert all("不同意的理由：先谈价格" in page for page in pages.values())
    late = owner.submit(path, {"transition": "confirm", "version": version})
    assert (late.status_code, "现在是“未获同意”" in late.text) == (409, True)


def test_a_refusal_without_a_reason_comes_back_with_its_form(pair: Pair, people: tuple[Client, Client]) -> None:
    """F20: the page of the talk, the error at its field and in the summary, and what was typed."""
    _vendor, owner = people
    enquiry = pair.accepted()
    propose(enquiry, pair.vendor)
    (outcome,) = enquiry.outcomes
    path, field = f"/outcomes/{outcome.id}/do", f"reason-refuse-{outcome.id}"
    assert f'action="{path}" method="post" novalidate' in owner.get(f"/enquiries/{enquiry.number}").text
    long = "长" * 2001
    for reason, message in (("\u200b", "请写明理由"), (long, "理由最多 2000 字")):
        again = owner.submit(path, {"transition": "refuse", "version": str(outcome.version), "reason": reason})
        assert again.status_code == 422
        assert enquiry.number in again.text
        assert f'<a href="#{field}">理由：{message}' in again.text
        assert f'id="{field}-error"' in again.text
        assert (long in again.text) == (reason == long)
    assert owner.submit(path, {"transition": "refuse", "reason": "先谈价格"}).location.endswith("#outcome")
    db.session.refresh(outcome)
    assert outcome.state == "refused"


def test_who_ends_a_need_is_asked_twice_and_told_what_lapses(pair: Pair, people: tuple[Client, Client]) -> None:
    _vendor, owner = people
    page = f"/scenarios/{pair.scenario.number}"
    assert "需求结束后随之失效" not in owner.get(page).text
    pair.answer()
    text = owner.get(page).text
    assert "有 1 次对接还没有答复；需求结束后随之失效。" in text
    assert text.index("办理后不能撤回") < text.index('value="fulfil">确认：需求已满足')


# ---- lists and figures ----------------------------------------------------------------------------------------------


def test_talks_that_go_on_stand_before_those_that_are_over(pair: Pair, clock: Clock) -> None:
    """F19: what waits, what goes on, what is over; a message counts as a change, and no open form goes stale by it."""

    def order() -> list[str]:
        return [each.number for each in db.session.scalars(queries.mine(pair.owner))]

    over = pair.invite(pair.scenario.organization.number)
    talk = pair.accepted()
    other = scenarios.scenario(organization=pair.scenario.organization)
    waiting = pair.invite(other.number)
    clock.forward(hours=1)
    decline(over, pair.vendor)
    assert order() == [waiting.number, talk.number, over.number]
    clock.forward(hours=1)
    version = talk.version
    write(talk, pair.owner)
    db.session.refresh(talk)
    assert talk.version == version
    assert order() == [talk.number, waiting.number, over.number]
    clock.forward(hours=1)
    propose(talk, pair.vendor)
    assert order()[0] == talk.number


def test_an_answer_of_the_same_day_is_called_that(pair: Pair, people: tuple[Client, Client]) -> None:
    """F15."""
    vendor, _owner = people
    for _each in range(3):
        enquiry = pair.accepted()
        both_end(enquiry, pair.owner, pair.vendor)
    page = f"/organizations/{pair.scenario.organization.number}"
    assert "中位答复：当天（3 次答复）。" in vendor.get(page).text
    assert "Answers the same day (median of 3 answers)." in vendor.get(f"{page}?lang=en").text
