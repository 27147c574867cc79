"""Pages of the result of a challenge: who is proposed and awarded, the notice, what bidders read, the case file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.awards import casefile_views, feedback, queries, ranking, services, showing, stages
from marketplace.awards.carrying_views import blueprints as carrying_blueprints
from marketplace.awards.carrying_views import milestone_href as milestone_href
from marketplace.awards.concluding_views import acceptance_href as acceptance_href
from marketplace.awards.forms import NoticeForm
from marketplace.awards.lifecycle import AWARD, notice_over
from marketplace.awards.models import Award
from marketplace.awards.policy import sees_inside
from marketplace.bids.policy import reads_all
from marketplace.bids.queries import own_bid
from marketplace.challenges.lifecycle import SHOWN
from marketplace.challenges.models import Challenge
from marketplace.challenges.queries import challenge_by_number
from marketplace.core.actor import Actor
from marketplace.core.errors import Invalid, NotFound
from marketplace.notices.lifecycle import DAYS, NOTICE
from marketplace.scoring.policy import concludes
from marketplace.settings.queries import value
from marketplace.web.actions import offers, seen_version
from marketplace.web.forms import clean, form_page
from marketplace.web.identity import current_actor, signed_in
from marketplace.web.languages import gettext as _

# The states in which the page is there before anybody was ever proposed, for those who read the ranking.
BEFORE_NOTICE = ("opened", "ranked", "no_suitable")


def blueprints() -> tuple[Blueprint, ...]:
    """The blueprints, made anew for each app."""
    pages = Blueprint("awards", __name__, url_prefix="/awards")
    pages.add_url_rule("/<challenge>", "show", show)
    pages.add_url_rule("/<challenge>/announce", "announce", signed_in(announce), methods=["GET", "POST"])
    for path, view in {"confirm": confirm, "annul": annul, "again": again, "proceed": proceed, "none": none}.items():
        pages.add_url_rule(f"/<challenge>/{path}", path, signed_in(view), methods=["POST"])
    pages.add_url_rule("/<challenge>/feedback", "own", signed_in(own))
    casefile_views.add_routes(pages)
    return pages, *carrying_blueprints()


def href(challenge: Challenge) -> str:
    """The page of the result."""
    return url_for("awards.show", challenge=challenge.number)


def _page(number: str, actor: Actor) -> tuple[Challenge, Sequence[Award]]:
    """The challenge with its awards, when the actor may read of its result.

    Raises:
        NotFound: nobody was ever on notice, and he is none of those who read the ranking.
    """
    challenge = challenge_by_number(number, actor)
    given = queries.awards_of(challenge)
    if given or (challenge.state in BEFORE_NOTICE and reads_all(actor, challenge)):
        return challenge, given
    raise NotFound


def _run(number: str) -> tuple[Challenge, Actor]:
    actor = current_actor()
    challenge, _given = _page(number, actor)
    if not concludes(actor, challenge):
        raise NotFound
    return challenge, actor


def show(challenge: str) -> ResponseReturnValue:
    """Who was proposed, awarded, and what became of it; for those concerned also what they may do."""
    actor = current_actor()
    found, given = _page(challenge, actor)
    awards = [_award(each, actor) for each in given if each.live] + [
        _award(each, actor) for each in reversed(given) if not each.live
    ]
    bid = own_bid(found, actor) if actor.signed_in else None
    return render_template(
        "awards/show.html", challenge=found, mark=SHOWN[found.shown_state], awards=awards,
        results=showing.results(found, given), notices=_notices(given), notice_mark=NOTICE.mark,
        runs=concludes(actor, found),
        acts=_acts(found) if concludes(actor, found) else {}, told=bid is not None and feedback.is_told(found),
        corrected=[each for each in given if each.state == "undone"], reads_case=casefile_views.reads(actor, found),
    )  # fmt: skip


def _award(award: Any, actor: Actor) -> dict[str, Any]:
    return {
        "row": award, "mark": AWARD.mark(award.state), "partners": showing.partners(award),
        "inside": sees_inside(actor, award), "offers": offers(AWARD, award),
        "note": showing.ending(award), "accepted": showing.acceptance_of(award),
    }  # fmt: skip


def _notices(given: Any) -> list[Any]:
    """The notices there were, the newest first."""
    return list({each.notice_id: each.notice for each in reversed(given)}.values())


def _acts(challenge: Challenge) -> dict[str, Any]:
    """What the official in charge can do now: act → why it cannot be done yet, or None."""
    found: dict[str, Any] = {}
    proposed = queries.live_of(challenge, "proposed")
    if challenge.state == "ranked":
        found["announce"] = None if ranking.next_ones(challenge) else services.nobody()
    if challenge.state in ("opened", "ranked"):
        found["none"] = stages.none_suits(challenge)
    if proposed:
        found["confirm"] = notice_over(proposed[0])
        found["annul"] = None
    if challenge.state == "confirmed" and stages.vacant(challenge) is None and ranking.candidates(challenge):
        found["again"] = None
        found["proceed"] = stages.at_work(challenge)
    return found


def announce(challenge: str) -> ResponseReturnValue:
    """Read what will be published, and publish it."""
    found, actor = _run(challenge)
    form = NoticeForm(data={"days": str(value(DAYS))})
    if form.validate_on_submit() and (days := form.read()) is not None:
        try:
            notice = services.announce(found, actor, days, seen_version())
        except Invalid as error:
            form.refuse(error)
        else:
            flash(_("公示已发布，申报单位会收到通知。"))
            return redirect(url_for("notices.show", number=notice.number))
    chosen = ranking.next_ones(found) if found.state == "ranked" else ()
    return form_page(
        "awards/announce.html", form, challenge=found, chosen=chosen,
        results=showing.results(found, queries.awards_of(found), {place.bid.id for _lot, place in chosen}),
        refusal=ranking.undecided(found) if chosen else services.nobody(),
    )  # fmt: skip


def confirm(challenge: str) -> ResponseReturnValue:
    """Award what was on notice."""
    found, actor = _run(challenge)
    services.confirm(found, actor, seen_version())
    flash(_("已立榜，各申报单位会收到结果。"))
    return redirect(href(found))


def annul(challenge: str) -> ResponseReturnValue:
    """Take the notice back."""
    found, actor = _run(challenge)
    services.take_back(found, actor, clean(request.form.get("reason")))
    flash(_("公示已撤销，可以重新公示。"))
    return redirect(href(found))


def again(challenge: str) -> ResponseReturnValue:
    """Fill an empty place of a race from the ranking."""
    found, actor = _run(challenge)
    services.fill_again(found, actor, clean(request.form.get("reason")))
    flash(_("已回到排序，可以公示递补单位。"))
    return redirect(href(found))


def proceed(challenge: str) -> ResponseReturnValue:
    """Leave an empty place of a race empty."""
    found, actor = _run(challenge)
    services.proceed(found, actor)
    flash(_("不再递补，已转入执行。"))
    return redirect(href(found))


def none(challenge: str) -> ResponseReturnValue:
    """No bid is suitable."""
    found, actor = _run(challenge)
    services.find_none(found, actor, clean(request.form.get("reason")), seen_version())
    flash(_("已认定无合适申报，各申报单位会收到结果。"))
    return redirect(href(found))


def own(challenge: str) -> ResponseReturnValue:
    """What a bidder reads of its own bid."""
    actor = current_actor()
    found = challenge_by_number(challenge, actor)
    return render_template("awards/feedback.html", challenge=found, own=feedback.of_own(found, actor))
