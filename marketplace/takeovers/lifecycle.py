"""The life of a claim, as a table."""

from __future__ import annotations

from marketplace.core.errors import Refused
from marketplace.core.lifecycle import Lifecycle, State, is_system, step
from marketplace.core.setting import Setting
from marketplace.core.text import Text
from marketplace.members.queries import owner_count
from marketplace.organizations.queries import holder_of_code
from marketplace.takeovers import refusals
from marketplace.takeovers.models import Takeover
from marketplace.takeovers.policy import can_be_claimed, can_decide, is_claimant

DECISION_DAYS = Setting(
    "takeovers.decision_days", Text("认领申请的办理时限", "Time to decide on a claim to an organization"), 5,
    unit=Text("个工作日", "working days"), least=1, most=60,
)  # fmt: skip
OPEN_MOST = Setting(
    "takeovers.open_most", Text("一个人最多几份待决定的认领", "Open claims per person (maximum)"), 3, least=1, most=50
)
SETTINGS = (DECISION_DAYS, OPEN_MOST)


def can_be_approved(takeover: Takeover) -> Refused | None:
    """Still nobody speaks for it, the code is nobody else's, and the claimant can sign in."""
    organization = takeover.organization
    if owner_count(organization):
        return refusals.has_owner()
    if not can_be_claimed(organization):
        return refusals.not_compiled()
    holder = holder_of_code(takeover.credit_code)
    if holder is not None and holder.id != organization.id:
        return refusals.code_taken_meanwhile()
    return None if takeover.user.is_active else refusals.claimant_is_gone()


def is_decided_otherwise(takeover: Takeover) -> Refused | None:
    """A claim lapses when somebody else has become the owner."""
    return None if owner_count(takeover.organization) else refusals.still_open()


TAKEOVER = Lifecycle(
    "takeover",
    Text("单位认领", "Claim to an organization"),
    start="open",
    states={
        "open": State(Text("待决定", "Waiting for a decision"), "", "clock"),
        "approved": State(Text("已认领", "Approved"), "pine", "check-circle"),
        "declined": State(Text("已驳回", "Declined"), "ochre", "x-circle"),
        "withdrawn": State(Text("已撤回", "Withdrawn"), "", "slash-circle"),
        "lapsed": State(Text("已失效", "Lapsed"), "", "hourglass-split"),
    },
    steps=(
        step("approve", "open", "approved", who=can_decide, guard=can_be_approved, look="primary",
             label=Text("同意认领", "Approve the claim"), past="Claim approved",
             hint=Text("申请人成为所有者，信用代码和执照以本次材料为准",
                       "The claimant becomes the owner; code and licence are those of the claim")),
        step("decline", "open", "declined", who=can_decide, asks_reason=True,
             label=Text("驳回认领", "Decline the claim"), past="Claim declined"),
        step("withdraw", "open", "withdrawn", who=is_claimant,
             label=Text("撤回认领", "Withdraw the claim"), past="Claim withdrawn"),
        step("lapse", "open", "lapsed", who=is_system, guard=is_decided_otherwise, quiet=True,
             label=Text("失效", "Lapse"), past="Lapsed"),
    ),
)  # fmt: skip
