"""The life of a scenario: that of every listing, and its own endings: fulfilled, or closed with a reason."""

from __future__ import annotations

from marketplace.core.lifecycle import Lifecycle, State, step
from marketplace.core.text import Text
from marketplace.listings.lifecycle import STATES, listing_steps, no_revision_in_review
from marketplace.listings.policy import can_edit

ENDINGS = {
    "fulfilled": State(Text("已满足", "Fulfilled"), "pine", "check-circle"),
    "closed": State(Text("已关闭", "Closed"), "", "stop-circle"),
}

SCENARIO_LIFE = Lifecycle(
    "scenario",
    Text("场景需求", "Need"),
    start="draft",
    states=STATES | ENDINGS,
    steps=(
        *listing_steps(),
        step("fulfil", "published", "fulfilled", who=can_edit, guard=no_revision_in_review, asks_twice=True,
             label=Text("需求已满足", "Fulfilled"),
             hint=Text("页面保留，写明已满足；不再接受对接，还没有答复的对接失效",
                       "The page stays and says so; no more talks are taken, and those without an answer lapse")),
        step("close", "published expired", "closed", who=can_edit, guard=no_revision_in_review, asks_reason=True,
             label=Text("关闭需求", "Close"), past="Closed",
             hint=Text("页面保留并公布理由；还没有答复的对接失效",
                       "The page stays and shows the reason; talks without an answer lapse")),
    ),
)  # fmt: skip
