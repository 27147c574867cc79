"""What upper capabilities demand of a panel before they go on."""

from __future__ import annotations

from typing import Any

from marketplace.core.errors import Refused
from marketplace.core.text import Text
from marketplace.panels.queries import clean_members, panel_of


def seated(subject: Any) -> Refused | None:
    """Every seat of its panel has an expert who accepted and against whom no hit stands."""
    panel = panel_of(subject)
    if panel is not None and len(clean_members(panel)) >= panel.seats:
        return None
    fact = Text("还没有抽取评审组", "No panel has been drawn")
    if panel is not None:
        fact = Text("%(seats)d 席中已有 %(there)d 位到位", "%(there)d of %(seats)d seats are taken") % {
            "seats": panel.seats,
            "there": len(clean_members(panel)),
        }
    return Refused(
        Text("评审组全部到位才能评审", "Judging begins when every seat of the panel is taken"),
        fact,
        Text("请在评审组页面抽取，或等专家答复", "Draw the panel on its page, or wait for the experts' answers"),
    )
