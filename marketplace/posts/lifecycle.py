"""The life of a delegation: given, and over by itself or earlier."""

from __future__ import annotations

from marketplace.core import clock
from marketplace.core.errors import Refused
from marketplace.core.lifecycle import Lifecycle, State, is_system, step
from marketplace.core.text import Text
from marketplace.posts.models import Delegation
from marketplace.posts.policy import is_delegator, is_deputy


def period_over(delegation: Delegation) -> Refused | None:
    """Time ends a delegation only after its last day, in Beijing."""
    if clock.now() >= delegation.until:
        return None
    return Refused(
        Text("委托到期自行结束", "A delegation ends by itself when its time is over"),
        Text("还没有到期", "It is still in force"),
        Text("无需办理；要提前结束请收回", "Nothing to do; revoke it to end it earlier"),
    )


DELEGATION = Lifecycle(
    "delegation",
    Text("职责委托", "Delegation"),
    start="given",
    states={
        "given": State(Text("委托中", "Given"), "ink", "circle-half"),
        "revoked": State(Text("已提前结束", "Ended early"), "", "slash-circle"),
        "over": State(Text("已到期", "Over"), "", "hourglass-split"),
    },
    steps=(
        step("revoke", "given", "revoked", who=is_delegator, asks_reason=True,
             label=Text("收回委托", "Revoke"), past="Revoked"),
        step("give_back", "given", "revoked", who=is_deputy, asks_reason=True,
             label=Text("退回委托", "Give back"), past="Given back"),
        step("expire", "given", "over", who=is_system, guard=period_over, quiet=True,
             label=Text("到期", "Expire"), past="Expired"),
    ),
)  # fmt: skip
