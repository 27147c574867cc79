"""What a challenge demands before it takes a step of the stages behind the ranking."""

from __future__ import annotations

from marketplace.awards.queries import awards_of, live_of
from marketplace.awards.ranking import empty_lots
from marketplace.bids.queries import known_bids
from marketplace.challenges.conditions import require
from marketplace.challenges.models import Challenge
from marketplace.core.errors import Refused
from marketplace.core.text import Text
from marketplace.notices.queries import running

DONE = ("fulfilled", "partly_fulfilled")


def _unless(holds: object, rule: Text, fact: Text, next_step: Text) -> Refused | None:
    return None if holds else Refused(rule, fact, next_step)


def announced(challenge: Challenge) -> Refused | None:
    """A challenge is on notice while a notice about it runs that proposes somebody."""
    return _unless(
        live_of(challenge, "proposed") and running("challenge", challenge.id),
        Text("列出拟揭榜单位、发布公示以后进入公示", "A challenge goes on notice with those it proposes to award"),
        Text("还没有公示", "No notice was published"),
        Text("请在立榜页面发布公示", "Publish it on the page of the award"),
    )


def vacant(challenge: Challenge) -> Refused | None:
    """It is ranked again when nothing is on notice and a place is empty."""
    return _unless(
        not live_of(challenge, "proposed") and empty_lots(challenge),
        Text("有空出的名额才重新排序", "It is ranked again when a place became empty"),
        Text("名额都有立榜或正在公示", "Every place is held, or on notice"),
        Text("无需办理", "Nothing to do"),
    )


def awarded(challenge: Challenge) -> Refused | None:
    """Confirmed when what was proposed is awarded."""
    return _unless(
        live_of(challenge) and not live_of(challenge, "proposed"),
        Text("公示期满、没有未决异议才能立榜", "An award follows a notice that is over, without an open objection"),
        Text("还有公示没有结束", "A notice is not over"),
        Text("请等公示期满、异议答复完毕", "Wait for its last day and the decision on every objection"),
    )


def at_work(challenge: Challenge) -> Refused | None:
    """Under way with a signed contract, when no other place waits."""
    return _unless(
        live_of(challenge, "executing") and not live_of(challenge, "proposed", "awarded", "accepted"),
        Text("合同由双方确认后才开始执行", "Work begins once both sides stand for the contract"),
        Text("还有名额待答复或待签约", "A place waits for an answer or a contract"),
        Text("请先办完答复和签约", "See to the answers and contracts first"),
    )


def accepted(challenge: Challenge) -> Refused | None:
    """Accepted when every award was accepted in full."""
    given = _carried_out(challenge)
    return _unless(given and all(state == "fulfilled" for state in given), _ACCEPTED, _NOT_YET, _ACCEPT_FIRST)


def partly_accepted(challenge: Challenge) -> Refused | None:
    """In part when some was accepted and the rest is over."""
    given = _carried_out(challenge)
    over = all(state in (*DONE, "terminated") for state in given)
    return _unless(over and any(state in DONE for state in given), _ACCEPTED, _NOT_YET, _ACCEPT_FIRST)


_ACCEPTED = Text("每项立榜都验收或终止以后，榜单才验收", "A challenge is accepted once every award is accepted or over")
_NOT_YET = Text("还有立榜没有验收", "An award is not accepted yet")
_ACCEPT_FIRST = Text("请先办完各项立榜的验收", "Decide on the acceptance of each award first")


def terminated(challenge: Challenge) -> Refused | None:
    """Terminated when every award that was carried out was."""
    given = _carried_out(challenge)
    return _unless(
        given and all(state == "terminated" for state in given),
        Text("各项立榜都终止以后，榜单才终止", "A challenge is terminated once every award is"),
        Text("还有立榜在执行或已验收", "An award is under way, or was accepted"),
        Text("请在立榜页面办理终止", "Terminate on the page of the award"),
    )


def _carried_out(challenge: Challenge) -> list[str]:
    return [each.state for each in awards_of(challenge) if each.live or each.state == "terminated"]


def none_held(challenge: Challenge) -> Refused | None:
    """Nothing is given up while somebody holds a place."""
    return _unless(
        not live_of(challenge),
        Text("有拟揭榜或已立榜的，不能就此结束", "It does not end while somebody is proposed or awarded"),
        Text("还有名额没有了结", "A place is still held"),
        Text("请先撤回公示，或更正、终止立榜", "Annul the notice first, or undo or terminate the award"),
    )


def none_suits(challenge: Challenge) -> Refused | None:
    """Before scoring, no bid is suitable only when the formality check has left too few."""
    refusal = none_held(challenge)
    if refusal is not None or challenge.state != "opened":
        return refusal
    left = [bid for bid in known_bids(challenge) if bid.state != "disqualified"]
    checked = all(bid.state == "qualified" for bid in left)
    return _unless(
        checked and len(left) < challenge.min_bids,
        Text("形式审查办完、合格的少于榜单要求，才在评审前认定无合适申报",
             "Before scoring, no bid is suitable only when the check is done and has left too few"),
        Text("合格或待审查 %(count)s 件，榜单要求 %(least)s 件",
             "%(count)s bids qualified or wait for the check; the challenge asks for %(least)s")
        % {"count": len(left), "least": challenge.min_bids},
        Text("请先办完形式审查，或进入评审", "Finish the formality check, or begin scoring"),
    )  # fmt: skip


def init_stages() -> None:
    """Register them."""
    for step, condition in {
        "announce": announced, "rank_again": vacant, "confirm": awarded, "execute": at_work, "accept": accepted,
        "accept_partly": partly_accepted, "terminate": terminated, "find_none": none_suits, "withdraw": none_held,
    }.items():  # fmt: skip
        require(step, "awards", condition)
