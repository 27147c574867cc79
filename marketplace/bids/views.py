"""Pages of a bidder: his bids, the guided form, sealing, receipts, his own copy, and answers to invitations."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from marketplace.bids import (
    codes,
    consortium,
    content,
    drafting,
    eligibility,
    envelope,
    files,
    queries,
    services,
    unsealing,
)
from marketplace.bids.diary import history_lines
from marketplace.bids.forms import (
    CHECK,
    STEPS,
    BidStep,
    CodeForm,
    FilesForm,
    MarketplaceForm,
    PartnerForm,
    PlanForm,
    ProposalForm,
    SealForm,
    indicators_form,
)
from marketplace.bids.lifecycle import BID, CORRECTION, KNOWN, PARTICIPATION, WRITABLE, before_deadline, in_time
from marketplace.bids.models import Bid
from marketplace.bids.owncopy import own_copy
from marketplace.bids.policy import checks_papers, is_bidder, is_lead
from marketplace.bids.terms import closed_by
from marketplace.challenges.content import COMPARATORS
from marketplace.core.actor import Actor
from marketplace.core.errors import Conflict, FieldError, Invalid, NotFound
from marketplace.core.lifecycle import Step
from marketplace.core.text import Text
from marketplace.foundation.db import moment, transaction
from marketplace.foundation.files import DOCUMENT_HINT
from marketplace.listings.files import in_bytes
from marketplace.members.queries import organization_asked
from marketplace.organizations.queries import my_organizations
from marketplace.web.actions import ActionRoute, add_actions, offers, seen_version
from marketplace.web.identity import current_actor, signed_in
from marketplace.web.languages import current_language
from marketplace.web.languages import gettext as _
from marketplace.web.request import own_transaction, takes_files

# Where a new code waits in the bidder's own browser (a signed cookie) until he says that he has written it down.
HELD = "bid_codes"
WRONG_CODE = Text("取回码不对：请逐组核对，共 9 组，每组 4 位", "Not the code of this bid: compare it group by group")


def add_routes(pages: Blueprint) -> None:
    """The pages of a bidder on the blueprint."""
    both = ["GET", "POST"]
    add = pages.add_url_rule
    add("/", "mine", signed_in(mine))
    add("/new/<challenge>", "begin", signed_in(begin), methods=both)
    add("/<number>", "show", signed_in(show))
    add("/<number>/edit/<step>", "edit", signed_in(edit), methods=both)
    add("/<number>/files", "attach", takes_files(own_transaction(signed_in(attach))), methods=["POST"])
    add("/<number>/check", CHECK, own_transaction(signed_in(check)), methods=both)
    add("/<number>/again", "again", signed_in(again), methods=["POST"])
    add("/<number>/copy", "copy", signed_in(copy), methods=["POST"])
    add("/<number>/noted", "noted", signed_in(noted), methods=["POST"])
    add("/<number>/receipts/<int:version>", "receipt", signed_in(receipt))
    add("/invitations/<int:key>", "answer", signed_in(answer), methods=["POST"])
    add_actions(pages, ActionRoute(BID, queries.bid_by_number, _take, href))


def href(bid: Bid) -> str:
    """The page of a bid."""
    return url_for("bids.show", number=bid.number)


def _take(bid: Bid, step: Step, actor: Actor, _reason: str, seen: int | None) -> None:
    services.take_step(bid, step.name, actor, seen)


# ---- his bids ----


def mine() -> ResponseReturnValue:
    """Every bid of one's organizations, and the consortiums that ask them."""
    actor = current_actor()
    return render_template(
        "bids/mine.html", bids=queries.own_bids(actor), asked=queries.asked_of(actor), mark=BID.mark,
        owns=actor.owns,
    )  # fmt: skip


def begin(challenge: str) -> ResponseReturnValue:
    """What sealing means, for which organization to bid, and the start; who has begun goes on."""
    actor = current_actor()
    found = queries.challenge_by_number(challenge, actor)
    there = queries.own_bid(found, actor)
    if there is not None:
        return redirect(href(there))
    ours = my_organizations(actor)
    form = MarketplaceForm()
    if form.validate_on_submit():
        wanted = next((each for each in ours if each.number == request.form.get("organization")), None)
        if wanted is None:
            raise NotFound
        bid = drafting.start(found, wanted, actor)
        return redirect(url_for("bids.edit", number=bid.number, step=STEPS[0].key))
    return render_template(
        "bids/begin.html", challenge=found, organizations=ours, form=form, closed=closed_by(found, moment()),
        barriers=[list(eligibility.barriers(found, each, lead=True)) for each in ours],
    )  # fmt: skip


def show(number: str) -> ResponseReturnValue:
    """A bid before who takes part in it; from the opening on also before the office and the owner."""
    actor = current_actor()
    bid = queries.bid_by_number(number, actor)
    mine_too = is_bidder(actor, bid)
    opened = bid.state in KNOWN
    reads = opened and bid.readable and (mine_too or unsealing.has_read(bid, actor))
    written = unsealing.content_of(bid)[0] if reads else None
    return render_template(
        "bids/show.html", bid=bid, mark=BID.mark(bid.state), mine=mine_too, leads=is_lead(actor, bid),
        versions=queries.versions(bid), code=session.get(HELD, {}).get(bid.number), closed=before_deadline(bid),
        writable=is_lead(actor, bid) and bid.state in WRITABLE, offers=offers(BID, bid), form=CodeForm(),
        history=history_lines(bid, named=mine_too), written=written, pairs=content.pairs(written or {}),
        kinds=content.FILE_KINDS,
        checks=bid.state == "opened" and checks_papers(actor, bid), first=STEPS[0].key,
        to_read=opened and bid.readable and not reads, correction_mark=CORRECTION.mark,
        parts=_own_parts(bid, actor),
        may_correct=bid.correction is not None and bid.correction.state == "asked" and is_lead(actor, bid)
        and in_time(bid.correction) is None,
    )  # fmt: skip


def _own_parts(bid: Bid, actor: Actor) -> list[dict[str, Any]]:
    """Parts of one's organizations in another's bid while it is not over: whether one may leave it, as buttons."""
    return [
        {"part": each, "offers": offers(PARTICIPATION, each), "owns": actor.owns(each.organization_id)}
        for each in bid.participations
        if bid.state in WRITABLE and each.role == "partner" and each.state == "live"
        and each.organization_id in actor.organization_ids
    ]  # fmt: skip


# ---- the guided form ----


def edit(number: str, step: str) -> ResponseReturnValue:
    """One page of the form: save and go on, go back, keep the draft; sent by itself while somebody writes."""
    bid = _own(number)
    page = _step(step)
    written = drafting.draft_of(bid)
    if written is None:
        return redirect(href(bid))
    form = _form(page, bid, written)
    if request.method == "POST":
        if page.write is None:
            acted = _act(page, bid, form)
            if acted is not None:
                return acted
        elif form.validate():
            try:
                drafting.save(bid, page.write(form, written), current_actor(), seen_version())
            except Conflict as error:
                # What was typed stays before its writer, who can look at the other text in a second window.
                flash(error.message.say(current_language()))
                return _form_page(page, bid, form, HTTPStatus.CONFLICT)
        if not form.errors:
            return _onward(page, bid)
    return _form_page(page, bid, form)


def _own(number: str) -> Bid:
    """A bid that the actor writes; it is nobody else's business that it is there."""
    bid = queries.bid_by_number(number, current_actor())
    if not is_lead(current_actor(), bid):
        raise NotFound
    return bid


def _form(page: BidStep, bid: Bid, written: dict[str, Any]) -> Any:
    match page.key:
        case "proposal":
            return ProposalForm(data=written)
        case "indicators":
            return indicators_form(bid.challenge.content.get("indicators") or [], written)
        case "plan":
            return PlanForm(data=written)
        case "partners":
            return PartnerForm()
    return FilesForm()


def _act(page: BidStep, bid: Bid, form: Any) -> ResponseReturnValue | None:
    """What the buttons of a page do at once (partners asked or dropped, files taken out), and where it leads."""
    actor, asked = current_actor(), request.form
    if asked.get("drop", "").isdigit():
        consortium.drop_partner(bid, int(asked["drop"]), actor)
        return redirect(request.url)
    if asked.get("remove"):
        drafting.detach(bid, asked["remove"], actor, seen_version())
        return redirect(request.url)
    if page.key == "partners" and form.organization.data:
        wanted = organization_asked(form.organization.data, actor)
        if wanted is None:
            form.refuse([FieldError("organization", Text("没有找到已认证的单位", "No verified organization found"))])
        else:
            consortium.ask_partner(bid, wanted, actor)
    return None


def _onward(step: BidStep, bid: Bid) -> ResponseReturnValue:
    keys = [each.key for each in STEPS]
    at = keys.index(step.key)
    go = request.form.get("go", "next")
    if go == "auto":
        return jsonify(version=bid.version)
    if go == "draft":
        flash(_("草稿已保存，可以随时回来接着写。"))
        return redirect(href(bid))
    if go == "stay":
        return redirect(step_href(bid, step.key))
    if go == "back" and at:
        return redirect(step_href(bid, keys[at - 1]))
    return redirect(step_href(bid, keys[at + 1] if at + 1 < len(keys) else CHECK))


def step_href(bid: Bid, key: str) -> str:
    """A page of the form."""
    if key == CHECK:
        return url_for("bids.check", number=bid.number)
    return url_for("bids.edit", number=bid.number, step=key)


def _form_page(page: BidStep, bid: Bid, form: Any, status: HTTPStatus = HTTPStatus.OK) -> ResponseReturnValue:
    written = drafting.draft_of(bid) or {}
    body = render_template(
        "bids/form.html", step=page, form=form, bid=bid, errors=form.problems(), steps=_steps(bid, page.key),
        place=STEPS.index(page) + 1, version=request.form.get("version", bid.version), files=written.get("files", []),
        file_hint=DOCUMENT_HINT, signs=COMPARATORS, in_bytes=in_bytes, kinds=content.FILE_KINDS,
        retracted=consortium.retracted(bid) if page.key == "partners" else (),
        required=content.required_papers(consortium=len(services.live(bid)) > 1),
    )  # fmt: skip
    return body, HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else status


def _steps(bid: Bid, current: str) -> list[tuple[Any, ...]]:
    """The steps as the macro ``form_steps`` draws them."""
    to_mend = {each.step for each in content.blocking(services.check(bid, drafting.draft_of(bid) or {}))}
    items: list[tuple[Any, ...]] = []
    for each in STEPS:
        state = "done" if each.key not in to_mend else "bad" if current == CHECK else "next"
        items.append((each.title, "now" if each.key == current else state, "", step_href(bid, each.key)))
    items.append((_("核对并封存"), "now" if current == CHECK else "next", "", step_href(bid, CHECK)))
    return items


def _step(key: str) -> BidStep:
    for each in STEPS:
        if each.key == key:
            return each
    raise NotFound


def attach(number: str) -> ResponseReturnValue:
    """Take a file: sealed and stored before the transaction, named in the draft inside it."""
    bid = _own(number)
    form, page, sent = FilesForm(), _step("files"), request.files.get("file")
    try:
        if before_deadline(bid) is None and sent is not None and sent.filename:
            entry = files.sealed_file(sent.stream, sent.filename, form.kind.data or "", blind=bid.challenge.blind)
            with transaction():
                drafting.attach(_own(number), entry, current_actor(), seen_version())
            return redirect(step_href(bid, page.key))
        form.refuse([FieldError("file", Text("请选择要上传的文件", "Choose a file"))])
    except FieldError as error:
        form.refuse([error])
    return _form_page(page, bid, form)


# ---- sealing ----


def check(number: str) -> ResponseReturnValue:
    """The check before sealing, and the sealing itself."""
    bid = _own(number)
    written = drafting.draft_of(bid)
    if written is None:
        return redirect(href(bid))
    form = SealForm()
    if form.validate_on_submit():
        return _seal(number)
    found = services.check(bid, written)
    body = render_template(
        "bids/check.html", bid=bid, form=form, steps=_steps(bid, CHECK), back=step_href(bid, STEPS[-1].key),
        checks=[_line(bid, each) for each in found], pairs=content.pairs(written),
        written=written, kinds=content.FILE_KINDS, closed=before_deadline(bid) or services.not_ready(bid.challenge),
        missing=content.blocking(found),
    )  # fmt: skip
    return body, HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK


def _seal(number: str) -> ResponseReturnValue:
    with transaction():
        bid = _own(number)
        made, code = services.seal(bid, current_actor(), seen_version())
    services.shred(bid)
    if code:
        session[HELD] = {**session.get(HELD, {}), bid.number: code}
    flash(
        _("已封存第 %(number)s 版，回执 %(receipt)s。", number=made.number, receipt=made.receipt["receipt"]["number"])
    )
    return redirect(href(bid))


def _line(bid: Bid, each: content.Check) -> dict[str, Any]:
    link = step_href(bid, each.step) if each.step else ""
    return {"kind": each.kind, "text": each.text, "why": each.why, "href": link}


def noted(number: str) -> ResponseReturnValue:
    """The bidder has written his code down: his browser forgets it too."""
    bid = _own(number)
    session[HELD] = {key: code for key, code in session.get(HELD, {}).items() if key != number}
    return redirect(href(bid))


def receipt(number: str, version: int) -> ResponseReturnValue:
    """The signed receipt as a file."""
    bid = queries.bid_by_number(number, current_actor())
    found = queries.version_numbered(bid, version)
    if found is None or not is_bidder(current_actor(), bid):
        raise NotFound
    name = found.receipt["receipt"]["number"]
    return _download(json.dumps(found.receipt, ensure_ascii=False, indent=1).encode() + b"\n", f"{name}.json")


def _download(data: bytes, name: str, media_type: str = "application/json") -> Response:
    return Response(data, mimetype=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})


# ---- his own copy ----


def again(number: str) -> ResponseReturnValue:
    """Begin another version: from the sealed one with its code, or from nothing without."""
    bid = _own(number)
    try:
        drafting.write_again(bid, current_actor(), request.form.get("code", ""))
    except (codes.Misread, envelope.Broken):
        return _wrong_code()
    return redirect(step_href(bid, STEPS[0].key))


def copy(number: str) -> ResponseReturnValue:
    """The bid file whose digest is on the receipt, opened with the bidder's code."""
    bid = queries.bid_by_number(number, current_actor())
    if not is_bidder(current_actor(), bid):
        raise NotFound
    try:
        file = own_copy(bid, request.form.get("code", ""))[1]
    except (codes.Misread, envelope.Broken):
        return _wrong_code()
    return _download(file, f"{bid.number}-{bid.sealed}.json")


def _wrong_code() -> ResponseReturnValue:
    raise Invalid([FieldError("code", WRONG_CODE)])


# ---- partners ----


def answer(key: int) -> ResponseReturnValue:
    """An owner of the organization that is asked says yes or no, or takes back that he said yes."""
    asked = queries.invitation(key, current_actor())
    consent = request.form.get("consent")
    if request.form.get("transition") == "retract":
        consortium.retract(asked, current_actor())
        flash(_("已收回同意，不再参加这份申报。"))
        return redirect(url_for("bids.mine"))
    if consent not in ("yes", "no"):
        raise Invalid([FieldError("consent", Text("请选择同意或谢绝", "Join or decline"))])
    consortium.answer(asked, consent == "yes", current_actor())
    flash(_("已同意参加联合体。") if consent == "yes" else _("已谢绝。"))
    return redirect(url_for("bids.mine"))
