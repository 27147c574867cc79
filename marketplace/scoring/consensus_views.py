"""Pages behind the last sheet: consensus with changes, votes and the signature, and the ranking with its report."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.bids.queries import challenge_by_number
from marketplace.challenges.lifecycle import SHOWN
from marketplace.challenges.models import Challenge
from marketplace.challenges.showing import tie_rule
from marketplace.core.errors import Invalid, NotFound
from marketplace.scoring import consensus, lots, queries, ranking, showing
from marketplace.scoring.forms import ChangeForm, LotForm
from marketplace.scoring.models import Ranking
from marketplace.scoring.policy import chairs, concludes, draws, member, sees_scores
from marketplace.web.actions import seen_version
from marketplace.web.forms import form_page
from marketplace.web.identity import current_actor, signed_in
from marketplace.web.languages import gettext as _


def add_routes(pages: Blueprint) -> None:
    """The pages on the blueprint."""
    add = pages.add_url_rule
    add("/<challenge>/consensus", "consensus", signed_in(show))
    add("/<challenge>/consensus/change", "change", signed_in(change), methods=["POST"])
    add("/<challenge>/consensus/vote", "vote", signed_in(vote), methods=["POST"])
    add("/<challenge>/consensus/sign", "sign", signed_in(sign), methods=["POST"])
    add("/<challenge>/ranking", "ranking", signed_in(result))
    add("/<challenge>/ranking/lots/<int:rank>", "prepare_lots", signed_in(prepare_lots), methods=["POST"])
    add("/<challenge>/ranking/lots/<int:rank>/draw", "draw_lots", signed_in(draw_lots), methods=["POST"])
    add("/<challenge>/ranking/<int:number>.json", "report", signed_in(report))


def _seen(number: str) -> Challenge:
    """A challenge whose single scores the actor may see."""
    actor = current_actor()
    found = challenge_by_number(number, actor)
    if not sees_scores(actor, found):
        raise NotFound
    return found


def _on_panel(number: str) -> Challenge:
    """The same for who sits on its panel: nobody else acts here."""
    found = _seen(number)
    if member(current_actor(), found) is None:
        raise NotFound
    return found


def show(challenge: str) -> ResponseReturnValue:
    """Every score beside every other: the panel in consensus, officials and owner once it is ranked."""
    return _page(_seen(challenge))


def _page(challenge: Challenge, form: ChangeForm | None = None) -> ResponseReturnValue:
    actor = current_actor()
    now = consensus.standing_of(challenge)
    form = form or ChangeForm(formdata=None)
    _offer(form, now)
    one = member(actor, challenge)
    body = render_template(
        "scoring/consensus.html", challenge=challenge, mark=SHOWN[challenge.shown_state], rows=showing.table(now),
        placed=showing.placed_rows(challenge, now), form=form, one=one, tie=tie_rule(challenge),
        chair=chairs(actor, challenge), talks=challenge.state == "consensus" and one is not None,
        votes=_votes(now, one), waits=now.waiting_votes, shown=showing.mark_words,
    )  # fmt: skip
    return body, HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK


def _offer(form: ChangeForm, now: consensus.Standing) -> None:
    codes = [each.code for each in now.codes]
    form.offer(codes, now.criteria, {code: showing.bid_name(code) for code in codes})


def _votes(now: consensus.Standing, one: Any) -> list[dict[str, Any]]:
    """The ties that the panel votes on: the bids, how many voted, and the actor's own vote."""
    if now.tie_rule != "vote":
        return []
    return [
        {
            "group": "-".join(group), "bids": [(code, showing.bid_name(code)) for code in group],
            "count": len(now.votes["-".join(group)]), "all": len(now.members),
            "own": now.votes["-".join(group)].get(one.id) if one is not None else None,
        }
        for group in now.ties
    ]  # fmt: skip


def change(challenge: str) -> ResponseReturnValue:
    """The chair changes a mark."""
    found = _on_panel(challenge)
    form = ChangeForm()
    _offer(form, consensus.standing_of(found))
    try:
        if form.validate():
            consensus.change(
                found, form.bid.data or "", form.criterion.data or "", form.mark.data or "", form.reason.data or "",
                current_actor(),
            )  # fmt: skip
            flash(_("已调整，理由记入评审记录。"))
            return redirect(url_for("scoring.consensus", challenge=challenge))
    except Invalid as error:
        form.refuse(error)
    return _page(found, form)


def vote(challenge: str) -> ResponseReturnValue:
    """A member votes on a tie."""
    found = _on_panel(challenge)
    consensus.vote(found, request.form.get("among", ""), request.form.get("code", ""), current_actor())
    flash(_("已记名表决。"))
    return redirect(url_for("scoring.consensus", challenge=challenge))


def sign(challenge: str) -> ResponseReturnValue:
    """The chair signs the order."""
    found = _on_panel(challenge)
    made = consensus.sign(found, current_actor())
    if made is None:
        flash(_("签署前的回避核对有变化，已退回补评，请等候补专家评完。"))
        return redirect(url_for("scoring.home", challenge=challenge))
    flash(_("排序已签署，报告摘要值已记入留痕。"))
    return redirect(url_for("scoring.ranking", challenge=challenge))


def result(challenge: str) -> ResponseReturnValue:
    """The ranking, for owner, officials and the panel."""
    return _ranking_page(_seen(challenge))


def _ranking_page(found: Challenge, form: LotForm | None = None) -> ResponseReturnValue:
    made = queries.valid_ranking(found)
    if made is None:
        raise NotFound
    named = member(current_actor(), found) is None
    rows = [
        {
            "name": showing.bid_name(each.code), "bid": each.bid if named or not found.blind else None,
            "total": ranking.shown(each.total), "exact": ranking.exact(each.total), "rank": each.rank,
            "shared": each.shared and not each.lot, "failed": showing.failed_words(found, each.failed),
        }
        for each in queries.ranking(found)
    ]  # fmt: skip
    return form_page(
        "scoring/ranking.html", form or LotForm(formdata=None), challenge=found, mark=SHOWN[found.shown_state],
        earlier=[each for each in queries.rankings_of(found) if each is not made], tie=tie_rule(found), rows=rows,
        made=made, named=named, ties=_ties(found, made) if named else [],
        runs=found.state == "ranked" and concludes(current_actor(), found),
    )  # fmt: skip


def _ties(challenge: Challenge, made: Ranking) -> list[dict[str, Any]]:
    """The shared ranks, each with its draw and whether the actor is the one who draws."""
    drawn = {each.rank: each for each in queries.draws_of(made)}
    return [
        {
            "rank": rank, "bids": bids, "draw": drawn.get(rank),
            "second": rank in drawn and draws(current_actor(), drawn[rank]),
        }
        for rank, bids in lots.shared_ranks(challenge).items()
    ]  # fmt: skip


def prepare_lots(challenge: str, rank: int) -> ResponseReturnValue:
    """An official begins a draw among equal ranks."""
    lots.prepare(_seen(challenge), rank, current_actor())
    flash(_("已备签，由另一名经办人抽签。"))
    return redirect(url_for("scoring.ranking", challenge=challenge) + "#lots")


def draw_lots(challenge: str, rank: int) -> ResponseReturnValue:
    """A second official draws."""
    found = _seen(challenge)
    made = queries.draw_of(found, rank)
    if not concludes(current_actor(), found):
        raise NotFound
    form = LotForm()
    try:
        if form.validate():
            lots.draw(made, form.words.data or "", current_actor(), seen_version())
            flash(_("已抽签，次序随公示公布。"))
            return redirect(url_for("scoring.ranking", challenge=challenge) + "#lots")
    except Invalid as error:
        form.refuse(error)
    return _ranking_page(found, form)


def report(challenge: str, number: int) -> ResponseReturnValue:
    """The report of a ranking as a file whose SHA-256 is in history. Numbers of bids are in it: not for experts."""
    found = _seen(challenge)
    made = next((each for each in queries.rankings_of(found) if each.number == number), None)
    if made is None or (found.blind and member(current_actor(), found) is not None):
        raise NotFound
    headers = {"Content-Disposition": f'attachment; filename="ranking-{found.number}-{number}.json"'}
    return Response(made.text, mimetype="application/json", headers=headers)
