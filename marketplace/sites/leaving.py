"""What sites hold of a person, for a copy of his data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

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
