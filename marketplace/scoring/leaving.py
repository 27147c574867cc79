"""What scoring holds of an official, for a copy of his data; experts stand in it by their seats alone."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from marketplace.challenges.models import Challenge
from marketplace.core.text import Text
from marketplace.foundation.db import db
from marketplace.scoring.models import TieDraw
from marketplace.web.plate import PersonalPart

LABELS = {"number": Text("编号", "Number"), "what": Text("办理", "What was done"), "at": Text("时间", "When")}


def personal(user_id: int) -> Sequence[PersonalPart]:
    """The draws among equal ranks that he prepared, or made."""
    rows = []
    for who, when, what in (
        (TieDraw.prepared_by, TieDraw.prepared_at, Text("备签", "Prepared")),
        (TieDraw.drawn_by, TieDraw.drawn_at, Text("抽签", "Drawn")),
    ):
        select = sa.select(Challenge.number, when).join(TieDraw, TieDraw.challenge_id == Challenge.id)
        found = db.session.execute(select.where(who == user_id).order_by(TieDraw.id))
        rows += [{"number": number, "what": what, "at": at} for number, at in found]
    return [PersonalPart("score_tie_draw", Text("同名次抽签", "Draws among equal ranks"), LABELS, rows)]
