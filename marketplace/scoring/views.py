"""Pages of scoring: the way into it, an expert's sheets, files of a bid, consensus, the ranking and its report."""

from __future__ import annotations

import hashlib
from http import HTTPStatus

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.bids.properties import Unstrippable, stripped
from marketplace.bids.queries import challenge_by_number
from marketplace.bids.unsealing import content_of, file_pieces, has_read, note_reading
from marketplace.challenges.lifecycle import SHOWN
from marketplace.challenges.models import Challenge
from marketplace.challenges.policy import runs
from marketplace.core.errors import Conflict, Invalid, NotFound, Refused
from marketplace.core.text import Text
from marketplace.foundation import ledger
from marketplace.foundation.files import StoredFile, response_headers
from marketplace.foundation.files.names import split_extension
from marketplace.panels.models import Assignment
from marketplace.panels.queries import chair_of, panel_of
from marketplace.scoring import blinding, marks, queries, services, showing
from marketplace.scoring.consensus_views import add_routes
from marketplace.scoring.forms import AgainForm, SheetForm, sheet_form
from marketplace.scoring.lifecycle import REASON_LEAST, SHEET
from marketplace.scoring.models import BidCode, Sheet
from marketplace.scoring.policy import can_view, member, reads_bid, sees_scores
from marketplace.settings.queries import value
from marketplace.web.actions import seen_version
from marketplace.web.identity import current_actor, signed_in
from marketplace.web.languages import current_language
from marketplace.web.languages import gettext as _


def blueprint() -> Blueprint:
    """The blueprint, made anew for each app."""
    pages = Blueprint("scoring", __name__, url_prefix="/scoring")
    add = pages.add_url_rule
    add("/<challenge>", "home", signed_in(home))
    add("/<challenge>/begin", "begin", signed_in(begin), methods=["POST"])
    add("/<challenge>/again", "again", signed_in(again), methods=["POST"])
    add("/<challenge>/bids/<code>", "sheet", signed_in(sheet), methods=["GET", "POST"])
    add("/<challenge>/bids/<code>/open", "read", signed_in(read), methods=["POST"])
    add("/<challenge>/bids/<code>/files/<int:place>", "paper", signed_in(paper), methods=["POST"])
    add_routes(pages)
    return pages


def home(challenge: str) -> ResponseReturnValue:
    """Where scoring stands: for an expert his bids, for officials and owner the stage and how far it is."""
    return _home(_seen(challenge))


def _seen(number: str) -> Challenge:
    actor = current_actor()
    found = challenge_by_number(number, actor)
    if not can_view(actor, found):
        raise NotFound
    return found


def _home(challenge: Challenge, form: AgainForm | None = None) -> ResponseReturnValue:
    actor = current_actor()
    one, panel = member(actor, challenge), panel_of(challenge)
    official = one is None and runs(actor, challenge)
    form = form or AgainForm(formdata=None)
    body = render_template(
        "scoring/home.html", challenge=challenge, mark=SHOWN[challenge.shown_state], panel=panel, one=one,
        chair=panel is not None and one is not None and chair_of(panel) is one, official=official, form=form,
        bids=showing.own_bids(challenge, one) if one is not None else [], sheet_mark=SHEET.mark,
        progress=showing.progress(challenge, panel) if official and panel is not None else [],
        refusal=services.ready(challenge) if official and challenge.state == "opened" else None,
        scores=sees_scores(actor, challenge), ranking=queries.valid_ranking(challenge),
    )  # fmt: skip
    return body, HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK


# ---- the official ----


def _run(number: str) -> Challenge:
    found = _seen(number)
    if member(current_actor(), found) is not None or not runs(current_actor(), found):
        raise NotFound
    return found


def begin(challenge: str) -> ResponseReturnValue:
    """Begin scoring."""
    found = _run(challenge)
    services.start_scoring(found, current_actor(), seen_version())
    flash(_("评审已开始，专家会收到通知。"))
    return redirect(url_for("scoring.home", challenge=challenge))


def again(challenge: str) -> ResponseReturnValue:
    """Have everybody score once more, with a reason."""
    found = _run(challenge)
    form = AgainForm()
    if not form.validate():
        return _home(found, form)
    services.send_back(found, current_actor(), form.reason.data or "", seen_version())
    flash(_("已退回重评，专家的评分表已解锁。"))
    return redirect(url_for("scoring.home", challenge=challenge))


# ---- the expert ----


def _bid(challenge: str, code: str) -> tuple[BidCode, Assignment]:
    """A bid before an expert who may read it now."""
    actor = current_actor()
    found = challenge_by_number(challenge, actor)
    called = queries.bid_called(found, code)
    one = member(actor, found)
    if one is None or not reads_bid(actor, called.bid):
        raise NotFound
    return called, one


def read(challenge: str, code: str) -> ResponseReturnValue:
    """An expert opens a bid by a deliberate act, which history keeps."""
    called, one = _bid(challenge, code)
    services.sheet_for(called.bid, one)
    note_reading(called.bid, current_actor())
    return redirect(url_for("scoring.sheet", challenge=challenge, code=code))


def sheet(challenge: str, code: str) -> ResponseReturnValue:
    """A bid and the expert's sheet: kept while he writes, submitted by the button; afterwards as he locked it."""
    called, one = _bid(challenge, code)
    own = queries.sheet_of(called.bid, one)
    # What was typed overnight is taken all the same: reading asks for the act, writing does not.
    if own is None or not (request.method == "POST" or has_read(called.bid, current_actor())):
        return render_template(
            "scoring/unread.html", challenge=called.bid.challenge, code=code, name=showing.bid_name(code),
            mark=SHOWN[called.bid.challenge.shown_state], bids=showing.own_bids(called.bid.challenge, one),
        )  # fmt: skip
    form = sheet_form(marks.criteria_of(own.challenge), own.marks)
    if request.method == "POST":
        answered = _written(called, own, form)
        if answered is not None:
            return answered
    return _sheet_page(called, own, form)


def _written(called: BidCode, own: Sheet, form: SheetForm) -> ResponseReturnValue | None:
    """What the buttons do; None when the page is to be shown again with what must be mended."""
    actor, go = current_actor(), request.form.get("go", "draft")
    if not form.validate():
        return None
    try:
        services.save(own, form.given(marks.criteria_of(own.challenge)), actor, seen_version())
        if go == "auto":
            return jsonify(version=own.version)
        if go == "lock":
            return _locked(called, own)
    except Invalid as error:
        form.refuse(error)
        return None
    except Conflict as error:
        # What was typed stays before the expert, who can look at the other text in a second window.
        flash(error.message.say(current_language()))
        return _sheet_page(called, own, form, HTTPStatus.CONFLICT)
    flash(_("草稿已保存，可以随时回来接着写。"))
    return redirect(url_for("scoring.home", challenge=own.challenge.number))


def _locked(called: BidCode, own: Sheet) -> ResponseReturnValue:
    if services.lock_sheet(own, current_actor()):
        flash(_("申报 %(code)s 的评分已提交并锁定。", code=called.code))
        return redirect(url_for("scoring.home", challenge=own.challenge.number))
    flash(_("按最新的回避核对结果，您不再参加这次评审，评分不计入。"))
    return redirect(url_for("panels.assignment", key=own.assignment_id))


def _sheet_page(
    called: BidCode, own: Sheet, form: SheetForm, status: HTTPStatus = HTTPStatus.OK
) -> ResponseReturnValue:
    challenge, criteria = own.challenge, marks.criteria_of(own.challenge)
    total, given = marks.total_of(criteria, own.marks)
    body = render_template(
        "scoring/sheet.html", challenge=challenge, code=called.code, name=showing.bid_name(called.code), sheet=own,
        mark=SHOWN[challenge.shown_state], state=SHEET.mark(own.state), form=form, criteria=criteria,
        bids=showing.own_bids(challenge, own.assignment), read=showing.bid_content(called.bid, blind=challenge.blind),
        total=f"{total:f}", given=given, writable=own.state == "draft" and challenge.state == "scoring",
        version=request.form.get("version", own.version), words=showing.mark_words, least=value(REASON_LEAST),
    )  # fmt: skip
    return body, HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else status


def _anonymous(data: bytes, media_type: str) -> bytes:
    try:
        return stripped(data, media_type)
    except Unstrippable as error:
        raise Refused(
            Text("盲评时不显示文件的作者信息", "Under blind review nobody learns who wrote a document"),
            Text("这份 PDF 加密或压缩方式特殊，去不掉作者信息", "The properties of this PDF cannot be taken out"),
            Text(
                "请按申报书正文和其他文件评分，或联系经办人",
                "Judge by the text and the other files, or ask the official",
            ),
        ) from error


def paper(challenge: str, code: str, place: int) -> ResponseReturnValue:
    """A file of a bid for an expert; under blind review under another name and without its properties."""
    called, _one = _bid(challenge, code)
    blind = called.bid.challenge.blind
    files = blinding.files_of(content_of(called.bid)[0], blind=blind)
    if not 1 <= place <= len(files):
        raise NotFound
    name, entry = files[place - 1]
    data = b"".join(file_pieces(entry))
    shown = entry["name"]
    if blind:
        data = _anonymous(data, entry["media_type"])
        shown = f"{called.code} {name.zh}.{split_extension(entry['name'])[1].lstrip('.')}"
    ledger.record(called.bid, "read_file", current_actor(), data={"sha256": entry["sha256"]})
    file = StoredFile(
        purpose="document", name=shown, media_type=entry["media_type"], size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
    )  # fmt: skip
    return Response(data, headers=response_headers(file))
