"""The life of a talk, and of an outcome that one side proposes and the other confirms, as two tables."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from marketplace.core import clock
from marketplace.core.errors import Refused
from marketplace.core.lifecycle import Lifecycle, State, is_system, step
from marketplace.core.setting import Setting
from marketplace.core.text import Text, day_text
from marketplace.enquiries.models import ENDING, PROPOSALS, SIDES, Enquiry, Outcome
from marketplace.enquiries.policy import answers_proposal, ends_it, has_opened, has_proposed, is_asked, takes_part
from marketplace.foundation.ledger import LedgerEntry
from marketplace.listings.kind import Kind, kind_named
from marketplace.listings.models import Listing
from marketplace.organizations.lifecycle import ORGANIZATION
from marketplace.reference.calendar import YearUnknown, add_workdays
from marketplace.reference.services import overrides
from marketplace.settings.queries import value

END_DAYS = Setting(
    "enquiries.end_days", Text("结束对接的答复时限", "Time to answer a proposal to end a talk"), 10,
    Text("另一方在时限内没有答复的，对接按提出的原因结束",
         "A talk ends for the reason given when the other side does not answer in time"),
    Text("个工作日", "working days"), least=1, most=60,
)  # fmt: skip

# A need past its validity is not on offer any more, but its owner still answers who came in time.
TALKABLE = ("published", "expired")
# In these states a listing has ended, and what nobody has answered lapses.
OVER = ("withdrawn", "fulfilled", "closed")


def standing(enquiry: Enquiry) -> Refused | None:
    """Whether both organizations are in good standing: while one is suspended or not verified, a talk rests."""
    for side in SIDES:
        organization = enquiry.organization_of(side)
        if organization.state != "verified":
            return Refused(
                Text("双方都是已核验的单位，对接才能继续", "A talk goes on while both organizations are verified"),
                Text("%(name)s 现在是“%(state)s”", "%(name)s is now “%(state)s”")
                % {"name": organization.label, "state": ORGANIZATION.mark(organization.state).label},
                Text("对接记录保留；单位恢复后可以接着办", "Everything is kept; come back when it is verified again"),
            )
    return None


def on_offer(enquiry: Enquiry) -> Refused | None:
    """What the talk is about can still be had: the need is open, and at least one of the products is."""
    if enquiry.scenario is not None and enquiry.scenario.state not in TALKABLE:
        return _gone(enquiry.scenario)
    if not any(each.state in TALKABLE for each in enquiry.offered):
        return _gone(enquiry.offered[0])
    return None


def _gone(listing: Listing) -> Refused:
    over = Text("无需办理，这次对接随之失效", "Nothing to do: this talk lapses with it")
    rests = Text("等它恢复公开，或谢绝、撤回这次对接", "Wait until it is public again, or decline or withdraw the talk")
    return Refused(
        Text("只对公开的需求和产品接受对接", "Only public needs and products are talked about"),
        Text("%(number)s 现在是“%(state)s”", "%(number)s is now “%(state)s”")
        % {"number": listing.number, "state": _kind(listing.subject_type).lifecycle.mark(listing.state).label},
        over if listing.state in OVER else rests,
    )


def _kind(name: str) -> Kind:
    kind = kind_named(name)
    assert kind is not None
    return kind


def can_be_accepted(enquiry: Enquiry) -> Refused | None:
    """Both sides stand, and what it is about is still there."""
    return standing(enquiry) or on_offer(enquiry)


def is_off_offer(enquiry: Enquiry) -> Refused | None:
    """A talk that nobody has answered lapses when what it is about has ended; a suspended listing may come back."""
    scenario_over = enquiry.scenario is not None and enquiry.scenario.state in OVER
    if scenario_over or all(each.state in OVER for each in enquiry.offered):
        return None
    return Refused(
        Text("需求或产品结束后，未答复的对接才失效", "An unanswered talk lapses when its need or product has ended"),
        Text("它还没有结束", "It has not ended"),
        Text("无需办理", "Nothing to do"),
    )


def ended_by(listing: Listing, entry: LedgerEntry | None) -> dict[str, str]:
    """What history keeps of why talks about a listing lapse. ``entry``: that with which the listing ended."""
    kept = {"ended": listing.subject_type, "number": listing.number, "state": listing.state}
    if entry is not None:
        kept["on"] = clock.beijing(entry.at).date().isoformat()
        kept["why"] = entry.reason if listing.state == "closed" else ""  # its page says it to everybody
    return kept


def why_lapsed(enquiry: Enquiry, kept: Mapping[str, Any]) -> Text | None:
    """Why a talk lapsed, by the data of its entry; of one that lapsed before they were kept, what has ended since."""
    if not kept.get("ended"):
        listings = [each for each in (enquiry.scenario, *enquiry.offered) if each is not None and each.state in OVER]
        kept = ended_by(listings[0], None) if listings else {}
    if not kept:
        return None
    kind = _kind(kept["ended"])
    said: dict[str, object] = {
        "kind": kind.label, "number": kept["number"], "state": kind.lifecycle.mark(kept["state"]).label,
    }  # fmt: skip
    if not kept.get("on"):
        return Text("%(kind)s %(number)s 现在是“%(state)s”", "%(kind)s %(number)s is now “%(state)s”") % said
    said["day"] = day_text(date.fromisoformat(kept["on"]))
    why = Text("%(kind)s %(number)s 自 %(day)s 起为“%(state)s”", "%(kind)s %(number)s became “%(state)s” on %(day)s")
    return because(why % said, kept.get("why", ""))


def because(cause: Text, note: Text | str) -> Text:
    """A cause, with the words that were added to it."""
    return Text("%(cause)s（%(note)s）", "%(cause)s (%(note)s)") % {"cause": cause, "note": note} if note else cause


def no_open_proposal(enquiry: Enquiry) -> Refused | None:
    """Nobody leaves while an outcome waits for an answer."""
    if enquiry.proposal is None:
        return None
    return Refused(
        Text("有待确认的结果时，先答复它", "An outcome that was proposed is answered first"),
        Text("%(side)s提出的“%(kind)s”还没有答复", "%(side)s proposed “%(kind)s”; it has no answer yet")
        % {"side": SIDES[enquiry.proposal.side], "kind": PROPOSALS[enquiry.proposal.kind]},
        Text("请先确认、不同意，或由提出方收回", "Confirm or refuse it, or have it taken back"),
    )


def both_stand(outcome: Outcome) -> Refused | None:
    """An outcome is confirmed between organizations in good standing; a talk that rests can still be ended."""
    return None if outcome.kind == ENDING else standing(outcome.enquiry)


def both_end(enquiry: Enquiry) -> Refused | None:
    """A talk ends when both sides agree that it does, and why."""
    if any(each.kind == ENDING and each.state == "confirmed" for each in enquiry.outcomes):
        return None
    return Refused(
        Text("对接由一方提出结束、另一方同意后结束", "One side proposes to end a talk, the other agrees"),
        Text("还没有双方同意的结束", "No end was agreed on"),
        Text("请提出结束并写明原因", "Propose to end it, and say why"),
    )


def end_due(outcome: Outcome) -> date | None:
    """The last day to answer a proposal to end; None while the calendar of the year is not known."""
    try:
        return add_workdays(clock.beijing(outcome.proposed_at).date(), value(END_DAYS), overrides())
    except YearUnknown:
        return None


def unanswered_end(outcome: Outcome) -> Refused | None:
    """Silence beyond the time to answer ends a talk, and nothing else."""
    due = end_due(outcome)
    if outcome.kind == ENDING and due is not None and clock.today() > due:
        return None
    return Refused(
        Text(
            "提出结束后，另一方逾期未答复才视为同意", "Silence beyond the time to answer is taken as agreement to end"
        ),
        Text("时限还没有过", "That time is not over"),
        Text("请等待答复", "Wait for the answer"),
    )


ENQUIRY = Lifecycle(
    "enquiry",
    Text("对接", "Talk"),
    start="opened",
    states={
        "opened": State(Text("待答复", "Waiting for an answer"), "", "clock"),
        "accepted": State(Text("对接中", "Talking"), "ink", "circle-half"),
        "declined": State(Text("已谢绝", "Declined"), "ochre", "x-circle"),
        "withdrawn": State(Text("已撤回", "Withdrawn"), "", "slash-circle"),
        "lapsed": State(Text("已失效", "Lapsed"), "", "hourglass-split"),
        "agreed": State(Text("已达成", "Agreed"), "pine", "check-circle"),
        "ended": State(Text("已结束", "Ended"), "", "stop-circle"),
    },
    steps=(
        step("accept", "opened", "accepted", who=is_asked, guard=can_be_accepted, look="primary",
             label=Text("接受对接", "Accept"), past="Accepted",
             hint=Text("接受后双方可以留言，并看到对方的联系方式；每次查看留痕",
                       "Both sides can then write, and see each other's contact data; every look is recorded")),
        step("decline", "opened", "declined", who=is_asked, quiet=True,
             label=Text("谢绝", "Decline"), past="Declined"),
        step("withdraw", "opened", "withdrawn", who=has_opened, label=Text("撤回对接", "Withdraw"), past="Withdrawn",
             hint=Text("对方答复之前可以撤回", "Possible until the other side answers")),
        step("lapse", "opened", "lapsed", who=is_system, guard=is_off_offer, quiet=True,
             label=Text("失效", "Lapse"), past="Lapsed"),
        step("agree", "accepted", "agreed", who=takes_part, guard=standing, quiet=True,
             label=Text("双方达成", "Agree"), past="Agreed by both"),
        step("end", "accepted", "ended", who=ends_it, guard=both_end, quiet=True,
             label=Text("结束对接", "End the talk"), past="Ended"),
    ),
)  # fmt: skip

OUTCOME = Lifecycle(
    "outcome",
    Text("对接结果", "Outcome"),
    start="proposed",
    states={
        "proposed": State(Text("待确认", "To be confirmed"), "", "clock"),
        "confirmed": State(Text("双方已确认", "Confirmed by both"), "pine", "check-circle"),
        "refused": State(Text("未获同意", "Not agreed"), "ochre", "x-circle"),
        "taken_back": State(Text("已收回", "Taken back"), "", "slash-circle"),
    },
    steps=(
        step("confirm", "proposed", "confirmed", who=answers_proposal, guard=both_stand, look="primary",
             label=Text("确认结果", "Confirm"), past="Outcome confirmed"),
        step("settle", "proposed", "confirmed", who=is_system, guard=unanswered_end, quiet=True,
             label=Text("逾期视为同意", "Taken as agreed"), past="Taken as agreed, for want of an answer"),
        step("refuse", "proposed", "refused", who=answers_proposal, asks_reason=True,
             label=Text("不同意", "Refuse"), past="Outcome refused"),
        step("take_back", "proposed", "taken_back", who=has_proposed,
             label=Text("收回", "Take back"), past="Outcome taken back"),
    ),
)  # fmt: skip
