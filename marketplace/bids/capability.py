"""The plate of sealed bids: their pages, letters, what waits for whom, and what a challenge demands of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from flask import Blueprint, Flask, get_template_attribute, url_for
from markupsafe import Markup

from marketplace.bids import (
    correcting,
    correcting_views,
    drafts,
    duties,
    leaving,
    notify,
    opening,
    opening_views,
    queries,
    services,
    unsealing,
    views,
)
from marketplace.bids.diary import DONE
from marketplace.bids.lifecycle import BID, CORRECTION, SETTINGS
from marketplace.bids.models import Bid, Correction
from marketplace.bids.policy import names_openers, visible_to
from marketplace.bids.terms import closed_by
from marketplace.challenges.conditions import require
from marketplace.challenges.models import Addendum, Challenge
from marketplace.core.actor import Actor
from marketplace.core.text import Text
from marketplace.foundation.db import db, moment, transaction
from marketplace.foundation.letters import DECISIONS, DESK
from marketplace.foundation.outbox import Message
from marketplace.foundation.worker import Task
from marketplace.web.identity import current_actor
from marketplace.web.plate import Capability, Named, Recorded

SHRED_EVERY = 600.0
MISS_EVERY = 60.0
SHOWN = 3


def blueprint() -> Blueprint:
    """The blueprint ``bids``, made anew for each app."""
    pages = Blueprint("bids", __name__, url_prefix="/bids")
    opening_views.add_routes(pages)
    correcting_views.add_routes(pages)
    views.add_routes(pages)
    return pages


def changed(message: Message) -> None:
    """A material addendum was issued: bids sealed before it must be confirmed again."""
    addendum = db.session.get_one(Addendum, message.subject_id)
    services.ask_again(addendum.challenge)


def _miss_papers() -> bool:
    with transaction():
        correcting.miss_due()
    return False


def _shred() -> bool:
    with transaction():
        return services.shred_left()


def named(ids: Sequence[int]) -> Mapping[int, Named]:
    """Bids as the logs name them, without a way in: administrators read none.

    To an expert his own history names none: he knows a bid by its code, and a bidder could tell him its number.
    """
    actor = current_actor()
    known = sa.true() if actor.administrator else visible_to(actor)
    found = db.session.execute(sa.select(Bid.id, Bid.number).where(Bid.id.in_(ids), known))
    return {key: Named(number) for key, number in found}


def challenges_named(ids: Sequence[int]) -> Mapping[int, Named]:
    """An opening is called by its challenge."""
    found = db.session.execute(sa.select(Challenge.id, Challenge.number).where(Challenge.id.in_(ids)))
    return {key: Named(number, url_for("bids.record", challenge=number)) for key, number in found}


def corrections_named(ids: Sequence[int]) -> Mapping[int, Named]:
    """A correction is called by its bid."""
    select = sa.select(Correction.id, Bid.number).join(Bid, Bid.id == Correction.bid_id)
    return {key: Named(number) for key, number in db.session.execute(select.where(Correction.id.in_(ids)))}


RECORDED = (
    Recorded("bid", BID.label, acts=DONE, lifecycle=BID, named=named),
    Recorded(
        "correction",
        CORRECTION.label,
        acts={"ask": Text("要求补正材料", "Papers asked for")},
        lifecycle=CORRECTION,
        named=corrections_named,
    ),
    Recorded("opening", Text("申报的开启", "Opening of bids"), acts=opening.ACTS, named=challenges_named),
)


def workspace_panel(actor: Actor) -> Markup | None:
    """The bids of one's organizations."""
    bids = queries.own_bids(actor)
    if not bids:
        return None
    return Markup(get_template_attribute("bids/panels.html", "workspace_panel")(bids[:SHOWN], BID.mark))


def challenge_panel(challenge: Challenge, actor: Actor) -> Markup | None:
    """What the page of a challenge says of bids: that they are sealed, and the way to one's own. Never a count."""
    if challenge.published_at is None and not names_openers(actor, challenge):
        return None
    made = queries.opening_of(challenge)
    draw = get_template_attribute("bids/panels.html", "challenge_panel")
    recorded = made is not None and made.done_at is not None
    own = queries.own_bid(challenge, actor) if actor.signed_in else None
    open_now = closed_by(challenge, moment()) is None
    return Markup(draw(challenge, open_now, own, names_openers(actor, challenge), recorded))


def _init(app: Flask) -> None:
    drafts.init_drafts(app)
    require("open", "bids", unsealing.counted)
    require("fail", "bids", unsealing.too_few)
    app.extensions.setdefault("workspace_panels", []).append(workspace_panel)
    app.extensions.setdefault("challenge_panels", []).append(challenge_panel)


BIDS = Capability(
    name="bids",
    blueprints=lambda: (blueprint(),),
    topics={"addendum.issue": changed},
    letters={
        "opening.name": notify.named,
        "challenge.close": notify.closed,
        "challenge.fail": notify.failed,
        **{f"bid.{step}": notify.decided for step in notify.TOLD},
        "correction.ask": notify.papers_asked,
        "correction.give": notify.papers_came,
        "correction.miss": notify.papers_came,
    },
    letter_groups=(DESK, DECISIONS),
    tasks=(Task("bids.shred", _shred, SHRED_EVERY), Task("bids.miss_papers", _miss_papers, MISS_EVERY)),
    settings=SETTINGS,
    records=RECORDED,
    duties=duties.duties,
    duty_selects=duties.selects,
    personal=leaving.personal,
    keeps=leaving.keeps,
    init=_init,
)
