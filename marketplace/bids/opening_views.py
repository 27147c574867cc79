"""Pages of the opening: who opens, codes, coming together, the public record, files of an opened bid."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, current_app, flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue

from marketplace.bids import opening, queries, receipt, unsealing
from marketplace.bids.forms import OpenerCodeForm, OpenersForm, opener_choices
from marketplace.bids.lifecycle import BID, TOGETHER_MINUTES
from marketplace.bids.models import Bid, Opening
from marketplace.bids.policy import can_read, is_bidder, is_opener, names_openers, reads_all
from marketplace.challenges.models import Challenge
from marketplace.core.errors import Invalid, NotFound
from marketplace.foundation import ledger
from marketplace.foundation.files import StoredFile, response_headers
from marketplace.posts.queries import signatures
from marketplace.settings.queries import value
from marketplace.web.identity import current_actor, signed_in
from marketplace.web.languages import gettext as _
from marketplace.web.ready import ready_for_visitors

# Where a code waits in the opener's own browser (a signed cookie) until he has typed it back.
HELD = "opener_codes"
# From these states on the public may know who bid (product.md 5).
TOLD_TO_ALL = ("notice", "confirmed", "executing", "accepted", "partly_accepted", "terminated")


def add_routes(pages: Blueprint) -> None:
    """The pages of the opening on the blueprint."""
    add = pages.add_url_rule
    add("/opening/<challenge>", "opening", signed_in(show))
    add("/opening/<challenge>/openers", "name_openers", signed_in(name_openers), methods=["POST"])
    add("/opening/<challenge>/code", "take_code", signed_in(take_code), methods=["POST"])
    add("/opening/<challenge>/confirm", "confirm_code", signed_in(confirm_code), methods=["POST"])
    add("/opening/<challenge>/come", "come", signed_in(come), methods=["POST"])
    add("/record/<challenge>", "record", record)
    add("/receipts", "receipts", receipts)
    add("/<number>/read", "read", signed_in(read), methods=["POST"])
    add("/<number>/papers/<sha256>", "paper", signed_in(paper))


# ---- before the opening ----


def _opening(number: str) -> tuple[Challenge, Opening | None]:
    """The challenge with its key, for who names openers or is one."""
    actor = current_actor()
    challenge = queries.challenge_by_number(number, actor)
    made = queries.opening_of(challenge)
    mine = made is not None and any(is_opener(actor, each) for each in made.openers)
    if not mine and not names_openers(actor, challenge):
        raise NotFound
    return challenge, made


def _page(number: str, code_form: Any = None, openers_form: Any = None) -> ResponseReturnValue:
    challenge, made = _opening(number)
    actor = current_actor()
    openers = list(made.openers) if made else []
    choosing = openers_form or OpenersForm(formdata=None, data={"users": [str(each.user_id) for each in openers]})
    choosing.users.choices = opener_choices(queries.candidates(challenge))
    typing = code_form or OpenerCodeForm(formdata=None)
    body = render_template(
        "bids/opening.html", challenge=challenge, opening=made, openers=openers, form=choosing, code_form=typing,
        me=next((each for each in openers if is_opener(actor, each)), None), names=names_openers(actor, challenge),
        code=session.get(HELD, {}).get(number), minutes=value(TOGETHER_MINUTES),
        present={each.id for each in opening.present(made)} if made else set(),
        closed=opening.not_now(made) if made else None, history=_history(made) if made else [],
    )  # fmt: skip
    failed = bool(choosing.errors or typing.errors)
    return body, HTTPStatus.UNPROCESSABLE_ENTITY if failed else HTTPStatus.OK


def show(challenge: str) -> ResponseReturnValue:
    """Who opens, what each has still to do, and coming together."""
    return _page(challenge)


def _back(number: str) -> ResponseReturnValue:
    return redirect(url_for("bids.opening", challenge=number))


def name_openers(challenge: str) -> ResponseReturnValue:
    """The official in charge says who opens."""
    found, _made = _opening(challenge)
    form = OpenersForm()
    form.users.choices = opener_choices(queries.candidates(found))
    try:
        opening.name_openers(found, [int(key) for key in form.users.data or () if key.isdigit()], current_actor())
    except Invalid as error:
        form.refuse(error)
        return _page(challenge, openers_form=form)
    flash(_("开启人已确定，他们会在工作台看到待办。"))
    return _back(challenge)


def take_code(challenge: str) -> ResponseReturnValue:
    """A code for an opener: in his browser until he has typed it back, nowhere else."""
    _found, made = _opening(challenge)
    if made is None:
        raise NotFound
    session[HELD] = {**session.get(HELD, {}), challenge: opening.take_code(made, current_actor())}
    return _back(challenge)


def confirm_code(challenge: str) -> ResponseReturnValue:
    """He types it back, and his browser forgets it."""
    _found, made = _opening(challenge)
    form = OpenerCodeForm()
    if made is None:
        raise NotFound
    try:
        opening.confirm_code(made, form.code.data or "", current_actor())
    except Invalid as error:
        form.refuse(error)
        return _page(challenge, form)
    session[HELD] = {key: code for key, code in session.get(HELD, {}).items() if key != challenge}
    flash(_("开启码已确认。请妥善保管，平台没有存。"))
    return _back(challenge)


# ---- the opening ----


def come(challenge: str) -> ResponseReturnValue:
    """An opener comes with his code; with the last one needed the bids are opened."""
    found, _made = _opening(challenge)
    form = OpenerCodeForm()
    try:
        done = unsealing.come(found, form.code.data or "", current_actor())
    except Invalid as error:
        form.refuse(error)
        return _page(challenge, form)
    if not done:
        flash(_("您的一份已收到，请另一位开启人在 %(minutes)s 分钟内输入开启码。", minutes=value(TOGETHER_MINUTES)))
        return _back(challenge)
    return redirect(url_for("bids.record", challenge=challenge))


@ready_for_visitors  # read again and again as the deadline comes near, and no sealed bid changes it
def record(challenge: str) -> ResponseReturnValue:
    """The record of an opening: for everybody that and when it took place; names as far as the reader may know them."""
    actor = current_actor()
    found = queries.challenge_by_number(challenge, actor)
    made = queries.opening_of(found)
    if made is None or made.public is None:
        raise NotFound
    everything = reads_all(actor, found) or found.state in TOLD_TO_ALL
    bids = queries.known_bids(found) if made.done_at and everything else []
    return render_template(
        "bids/record.html", challenge=found, opening=made, openers=made.openers, bids=bids, everything=everything,
        mark=BID.mark, versions={bid.id: queries.version_of(bid) for bid in bids}, office=reads_all(actor, found),
        history=_history(made), own=queries.own_bid(found, actor),
    )  # fmt: skip


def _history(made: Opening) -> list[dict[str, Any]]:
    """Who did what for the opening, by their posts: codes and shares are told of, never what they are.

    Openers are told apart by their place, so that everybody can see that more than one came; names stay inside.
    """
    entries = ledger.history(made)
    signed = signatures(entries, named=False)
    places = {each.user_id: place for place, each in enumerate(queries.openers_of(made.challenge_id), 1)}
    return [
        {
            "at": each.at,
            "text": opening.told(each.action, places.get(each.actor_id or 0)),
            "who": signed.get(each.id, ""),
        }
        for each in reversed(entries)
    ]


def receipts() -> ResponseReturnValue:
    """How a receipt is checked, and the keys that signed them."""
    config = current_app.extensions["config"]
    keys = [receipt.public_of(receipt.site_key(each)) for each in (config.secret_key, *config.old_secret_keys)]
    return render_template("bids/receipts.html", keys=keys)


# ---- an opened bid ----


def _opened(number: str) -> Bid:
    bid = queries.bid_by_number(number, current_actor())
    if not can_read(current_actor(), bid):
        raise NotFound
    return bid


def read(number: str) -> ResponseReturnValue:
    """Whoever is no bidder opens a bid by a deliberate act, which history keeps."""
    bid = _opened(number)
    unsealing.note_reading(bid, current_actor())
    return redirect(url_for("bids.show", number=number))


def paper(number: str, sha256: str) -> ResponseReturnValue:
    """A file of an opened bid, unsealed while it is sent."""
    bid = _opened(number)
    if not is_bidder(current_actor(), bid) and not unsealing.has_read(bid, current_actor()):
        raise NotFound
    for entry in unsealing.content_of(bid)[0]["files"]:
        if entry["sha256"] == sha256:
            # Whole before it is sent: a piece that does not hold must not follow others that were sent.
            data = b"".join(unsealing.file_pieces(entry))
            file = StoredFile(
                purpose="document", **{key: entry[key] for key in ("sha256", "name", "media_type", "size")}
            )
            return Response(data, headers=response_headers(file))
    raise NotFound
