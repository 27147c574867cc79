"""What the register holds of a person, for a copy of his data, and what stays when he deletes his account."""

from __future__ import annotations

from collections.abc import Sequence

from marketplace.core.errors import Refused
from marketplace.core.text import Text
from marketplace.experts.content import SECTIONS, line_label, line_words, person_pairs
from marketplace.experts.lifecycle import EXPERT
from marketplace.experts.models import Declaration
from marketplace.experts.queries import declarations, expert_of
from marketplace.foundation.db import db
from marketplace.web.plate import PersonalPart

# What says who he is. His ties stay: decisions of panels rest on them.
WHO = ("name", "title", "about")


def personal(user_id: int) -> Sequence[PersonalPart]:
    """Every declaration he made, in words."""
    labels = {"declared": Text("申报时间", "Declared"), "what": Text("内容", "What"), "words": Text("详情", "Details")}
    expert = expert_of(user_id)
    rows = []
    for each in declarations(expert) if expert else ():
        said = [(label, words) for _key, label, words in person_pairs(each.content)]
        said += [(line_label(key, row), line_words(row)) for key in SECTIONS for row in each.content.get(key) or []]
        rows += [{"declared": each.declared_at, "what": label, "words": words} for label, words in said]
    return (PersonalPart("expert", Text("评审专家申报", "Declarations as an expert"), labels, rows),)


def keeps(user_id: int) -> Sequence[Refused]:
    """Who can still be drawn leaves the register first, so that no panel counts on him."""
    expert = expert_of(user_id)
    if expert is None or expert.state in ("draft", "withdrawn"):
        return ()
    return [
        Refused(
            Text("评审专家要先退出专家库，才能注销账号", "An expert leaves the register before the account is deleted"),
            Text("您在专家库中的状态是“%(state)s”", "Your state in the register is “%(state)s”")
            % {"state": EXPERT.mark(expert.state).label},
            Text("请在“我在专家库”中办理退出", "Leave it under “My place in the register”"),
        )
    ]


def forget(user_id: int) -> None:
    """His name and what he wrote of himself go; ties to organizations stay without him, for audits of past panels."""
    expert = expert_of(user_id)
    if expert is None:
        return
    nameless = dict.fromkeys(WHO, "")
    expert.name = expert.title = ""
    expert.content = {**expert.content, **nameless}
    for each in db.session.query(Declaration).filter_by(expert_id=expert.id):
        relations = [{**row, "person": "", "note": ""} for row in each.content.get("relations") or []]
        each.content = {**each.content, **nameless, "relations": relations}
