"""The tiers of a need in the library: up with evidence, down with a reason, by an official alone."""

from __future__ import annotations

from marketplace.core.lifecycle import Lifecycle, State, step
from marketplace.core.text import Text
from marketplace.cultivation.evidence import deployed, proven, public_need
from marketplace.cultivation.policy import can_place

CULTIVATION = Lifecycle(
    "library_entry",
    Text("场景梯度", "Tier"),
    start="none",
    column="tier",
    states={
        "none": State(Text("不在库", "Not in the library"), "", "circle"),
        "innovative": State(Text("创新场景", "Innovative"), "", "circle-half"),
        "demonstration": State(Text("示范场景", "Demonstration"), "ink", "flag"),
        "mature": State(Text("成熟场景", "Mature"), "pine", "check-circle"),
    },
    steps=(
        step("admit", "none", "innovative", who=can_place, guard=public_need, asks_reason=True,
             label=Text("纳入培育库：创新场景", "Take into the library"), past="Taken into the library as innovative"),
        step("demonstrate", "innovative", "demonstration", who=can_place, guard=proven, asks_reason=True,
             look="primary", label=Text("升为示范场景", "Promote to demonstration"), past="Promoted to demonstration",
             hint=Text("依据会记入历史并公开", "What it rests on goes into history and is public")),
        step("ripen", "demonstration", "mature", who=can_place, guard=deployed, asks_reason=True, look="primary",
             label=Text("升为成熟场景", "Promote to mature"), past="Promoted to mature",
             hint=Text("任何单位从此可以复制它", "From then on any organization can copy it")),
        step("lower", "mature", "demonstration", who=can_place, asks_reason=True,
             label=Text("降为示范场景", "Lower to demonstration"), past="Lowered to demonstration"),
        step("lower_again", "demonstration", "innovative", who=can_place, asks_reason=True,
             label=Text("降为创新场景", "Lower to innovative"), past="Lowered to innovative"),
        step("take_out", "innovative", "none", who=can_place, asks_reason=True,
             label=Text("移出培育库", "Take out of the library"), past="Taken out of the library"),
    ),
)  # fmt: skip
