"""What sites hold of a person, for a copy of his data, and why somebody cannot delete his account yet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from marketplace.core.errors import Refused
from marketplace.core.text import Text
from marketplace.foundation.db import db
from marketplace.sites.models import Site, SiteSheet, SiteStatement, SiteVisit
from marketplace.web.plate import PersonalPart

NUMBER, WHEN = Text("编号", "Number"), Text("时间", "When")


def personal(user_id: int) -> Sequence[PersonalPart]:
    """Applications begun, visits recorded, sheets written, statements filed."""
    begun = sa.select(Site.number, Site.created_at, Site.title).where(Site.created_by == user_id).order_by(Site.id)
    return (
        _part("site", Text("发起的示范应用申报", "Applications begun"), begun),
        _part("site_visit", Text("登记的现场查看", "Visits recorded"),
              _of(SiteVisit, SiteVisit.at, SiteVisit.findings, user_id)),
        _part("site_sheet", Text("示范应用评审表", "Sheets on sites"),
              _of(SiteSheet, SiteSheet.saved_at, SiteSheet.opinion, user_id)),
        _part("site_statement", Text("提交的运行报告和说明", "Reports and statements filed"),
              _of(SiteStatement, SiteStatement.at, SiteStatement.kind, user_id)),
    )  # fmt: skip


def _of(model: Any, at: Any, what: Any, user_id: int) -> Any:
    joined = sa.select(Site.number, at, what).join(model, model.site_id == Site.id)
    return joined.where(model.user_id == user_id).order_by(model.id)


def _part(table: str, title: Text, select: Any) -> PersonalPart:
    labels = {"number": NUMBER, "at": WHEN, "what": Text("内容", "What")}
    rows = [{"number": row[0], "at": row[1], "what": row[2]} for row in db.session.execute(select)]
    return PersonalPart(table, title, labels, rows)


def keeps(user_id: int) -> Sequence[Refused]:
    """An expert hands his sheets in, or gives them back, before he goes."""
    mine = (SiteSheet.user_id == user_id) & SiteSheet.submitted_at.is_(None)
    going = (Site.state == "under_evaluation") & (Site.round == SiteSheet.round)
    select = sa.select(Site.number).join(SiteSheet, SiteSheet.site_id == Site.id).where(mine, going)
    waiting = db.session.scalar(select.limit(1))
    if waiting is None:
        return ()
    return [
        Refused(
            Text("手中有未提交的评审表时不能注销账号", "An account with an open sheet is not deleted"),
            Text("%(number)s 的评审表还没有提交", "The sheet of %(number)s is not handed in") % {"number": waiting},
            Text("请先提交，或请经办人收回", "Hand it in, or ask the official to take it back"),
        )
    ]
