"""The plate of scoring: pages, what a challenge demands of it, and challenges and bids as panels judge them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta

import sqlalchemy as sa
from flask import Flask, get_template_attribute, url_for
from markupsafe import Markup
from sqlalchemy.orm import aliased

from marketplace.bids.lifecycle import KNOWN
from marketplace.bids.models import Bid, Participation
from marketplace.bids.queries import challenge_by_number, own_bid
from marketplace.challenges import policy as challenge_policy
from marketplace.challenges.conditions import require
from marketplace.challenges.lifecycle import CHALLENGE
from marketplace.challenges.models import Challenge
from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.text import Text
from marketplace.foundation.db import db
from marketplace.foundation.letters import DESK
from marketplace.foundation.outbox import Message
from marketplace.panels import checking
from marketplace.panels.notify import ASSIGNMENTS
from marketplace.panels.subjects import Part, SubjectKind, register, register_allies
from marketplace.scoring import consensus, duties, leaving, notify, queries, ranking, services, views
from marketplace.scoring.lifecycle import SETTINGS, SHEET, TIE_DRAW
from marketplace.scoring.policy import JUDGED, TOLD, can_view
from marketplace.web.plate import Capability, Named, Recorded

OWNER = Text("需求单位", "Owner")
ROLES = {"lead": Text("牵头单位", "Lead"), "partner": Text("参加单位", "Partner")}


# ---- challenges, as panels judge them ----


def parties(challenge: Challenge) -> list[Part]:
    """Who an expert must not be tied to: the owner, and of every bid that is not out who leads, and all partners."""
    rows = db.session.execute(
        sa.select(Participation.organization_id, Participation.role)
        .join(Bid, Bid.id == Participation.bid_id)
        .where(Bid.challenge_id == challenge.id, Bid.state.in_(("opened", "qualified")), Participation.state == "live")
        .order_by(Participation.id)
    )
    return [(challenge.organization_id, OWNER), *((key, ROLES[role]) for key, role in rows)]


def allies(organization_ids: Iterable[int], since: date) -> Mapping[int, frozenset[int]]:
    """With whom organizations stood together in bids opened since a day; sealed ones are nobody's knowledge."""
    one, other = aliased(Participation), aliased(Participation)
    rows = db.session.execute(
        sa.select(one.organization_id, other.organization_id)
        .join(other, other.bid_id == one.bid_id)
        .join(Bid, Bid.id == one.bid_id)
        .where(one.organization_id.in_(sorted(organization_ids)), one.organization_id != other.organization_id)
        .where(one.state.in_(("live", "ended")), other.state.in_(("live", "ended")), Bid.state.in_(KNOWN))
        .where(Bid.created_at >= clock.end_of_day(since - timedelta(days=1)))
    )
    found: dict[int, frozenset[int]] = {}
    for key, ally in rows:
        found[key] = found.get(key, frozenset()) | {ally}
    return found


CHALLENGES = SubjectKind(
    name="challenge",
    label=CHALLENGE.label,
    duty="challenge",
    find=challenge_by_number,
    load=lambda key: db.session.get_one(Challenge, key),
    parties=parties,
    runs=challenge_policy.runs,
    judged=lambda challenge: challenge.state in JUDGED,
    fields=lambda challenge: [f"domain.{challenge.domain}"] if challenge.domain else [],
    home=lambda challenge: url_for("challenges.show", number=challenge.number),
    work=lambda challenge: url_for("scoring.home", challenge=challenge.number),
    blind=lambda challenge: challenge.blind,
    left=services.expert_left,
)


def bid_changed(message: Message) -> None:
    """A bid came in, went out or changed its partners: whoever judges is held against them again."""
    bid = db.session.get_one(Bid, message.subject_id)
    checking.check_about("challenge", bid.challenge_id)


def part_changed(message: Message) -> None:
    """The same of one partner."""
    part = db.session.get_one(Participation, message.subject_id)
    checking.check_about("challenge", part.challenge_id)


def challenge_moved(message: Message) -> None:
    """Behind the ranking, or with its end, the panel is not needed any more."""
    services.settle(db.session.get_one(Challenge, message.subject_id))


# ---- what other pages show ----


def challenge_panel(challenge: Challenge, actor: Actor) -> Markup | None:
    """The way into scoring for who has one, and for a bidder his own total from the notice on."""
    own = queries.own_total(challenge, own_bid(challenge, actor)) if _told(challenge, actor) else None
    inside = actor.signed_in and can_view(actor, challenge)
    if own is None and not inside:
        return None
    runs = inside and challenge_policy.runs(actor, challenge)
    total = ranking.shown(own.total) if own is not None else ""
    draw = get_template_attribute("scoring/panels.html", "challenge_panel")
    return Markup(draw(challenge, inside, runs, own, total))


def _told(challenge: Challenge, actor: Actor) -> bool:
    return actor.signed_in and bool(actor.organization_ids) and challenge.state in TOLD


def _init(app: Flask) -> None:
    register(CHALLENGES)
    register_allies("bids", allies)
    require("score", "scoring", services.ready)
    require("gather", "scoring", services.all_in)
    require("score_again", "scoring", services.may_send_back)
    require("rank", "scoring", consensus.signed)
    app.extensions.setdefault("challenge_panels", []).append(challenge_panel)


# ---- the logs ----


def named(subject_type: str) -> Callable[[Sequence[int]], dict[int, Named]]:
    """Sheets, changes, votes and rankings go by their challenge, and lead nowhere: administrators read no scores."""
    return lambda ids: {key: Named(number) for key, number in queries.challenge_numbers(subject_type, ids).items()}


SCORING = Capability(
    name="scoring",
    blueprints=lambda: (views.blueprint(),),
    topics={"bid.*": bid_changed, "participation.*": part_changed, "challenge.*": challenge_moved},
    letters={
        **{f"challenge.{step}": notify.to_experts for step in notify.TO_EXPERTS},
        "challenge.rank": notify.ranked,
    },
    letter_groups=(DESK, ASSIGNMENTS),
    settings=SETTINGS,
    records=(
        Recorded("sheet", SHEET.label, lifecycle=SHEET, named=named("sheet")),
        Recorded("score_change", Text("合议调整", "Change in consensus"),
                 acts={"change": Text("调整分数", "Mark changed")}, named=named("score_change")),
        Recorded("tie_vote", Text("同分表决", "Vote on a tie"), acts={"vote": Text("表决", "Voted")},
                 named=named("tie_vote")),
        Recorded("tie_draw", TIE_DRAW.label, acts={"prepare": Text("备签", "Draw prepared")}, lifecycle=TIE_DRAW,
                 named=named("tie_draw")),
        Recorded("ranking", Text("排序", "Ranking"),
                 acts={"sign": Text("签署排序", "Ranking signed"), "annul": Text("排序作废", "Ranking annulled")},
                 named=named("ranking")),
    ),
    duties=duties.duties,
    duty_selects=duties.selects,
    personal=leaving.personal,
    init=_init,
)  # fmt: skip
