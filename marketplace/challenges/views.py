"""Pages of challenges: the public list and page, the owner's form, questions, addenda."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from werkzeug.datastructures import FileStorage

from marketplace.challenges import addenda, export, queries, questions, services, showing, timetable
from marketplace.challenges.addenda import ADDENDUM, Change
from marketplace.challenges.forms import AddendumForm, AnswerForm, AskForm, ChallengeForm, domain_choices
from marketplace.challenges.lifecycle import CHALLENGE, SHOWN, WRITABLE, to_mend
from marketplace.challenges.models import Addendum, Challenge
from marketplace.challenges.policy import can_edit, can_post
from marketplace.core.actor import Actor
from marketplace.core.errors import FieldError, Invalid, NotFound
from marketplace.core.lifecycle import Step
from marketplace.core.text import Text
from marketplace.foundation.db import moment
from marketplace.foundation.files import Prepared, prepare_document
from marketplace.listings.queries import listing_by_number
from marketplace.organizations.models import Organization
from marketplace.organizations.queries import my_organizations
from marketplace.scenarios.kind import SCENARIO
from marketplace.scenarios.models import Scenario
from marketplace.web.actions import ActionRoute, add_actions, offers, seen_version
from marketplace.web.feed import Entry, atom
from marketplace.web.forms import clean, form_name, form_page, named_anew
from marketplace.web.identity import current_actor, signed_in
from marketplace.web.languages import current_language
from marketplace.web.languages import gettext as _
from marketplace.web.paging import paginate
from marketplace.web.ready import ready_for_visitors, true_until
from marketplace.web.rows import change_rows


def blueprints() -> tuple[Blueprint, Blueprint, Blueprint]:
    """The blueprints, made anew for each app."""
    both = ["GET", "POST"]
    pages = Blueprint("challenges", __name__, url_prefix="/challenges")
    pages.add_url_rule("", "home", home)
    pages.add_url_rule("/feed.xml", "feed", feed)
    pages.add_url_rule("/new", "new", signed_in(new), methods=both)
    pages.add_url_rule("/<number>", "show", show)
    pages.add_url_rule("/<number>/edit", "edit", signed_in(edit), methods=both)
    pages.add_url_rule("/<number>/editions/<int:edition>.json", "edition", edition)
    pages.add_url_rule("/<number>/watch", "watch", signed_in(watch), methods=["POST"])
    pages.add_url_rule("/<number>/ask", "ask", signed_in(ask), methods=both)
    pages.add_url_rule("/<number>/questions", "answer", signed_in(answer), methods=both)
    pages.add_url_rule("/<number>/questions/<int:key>/decline", "decline", signed_in(decline), methods=["POST"])
    pages.add_url_rule("/<number>/addendum", "amend", signed_in(amend), methods=both)
    add_actions(pages, ActionRoute(CHALLENGE, queries.challenge_by_number, services.take_step, href))
    changes = Blueprint("addenda", __name__, url_prefix="/challenge-addenda")
    add_actions(changes, ActionRoute(ADDENDUM, queries.addendum_by_key, _take_addendum, _after_addendum))
    files = Blueprint("challenge_list", __name__)
    files.add_url_rule("/challenges.<any(csv, json, xlsx):ending>", "twin", twin)
    return pages, changes, files


def href(challenge: Challenge) -> str:
    """The page of a challenge."""
    return url_for("challenges.show", number=challenge.number)


def _take_addendum(addendum: Addendum, step: Step, actor: Actor, reason: str, seen: int | None) -> None:
    addenda.take_step(addendum, step, actor, reason, seen)


def _after_addendum(addendum: Addendum) -> str:
    return href(addendum.challenge) + "#fix"


# ---- what everybody reads ----


@ready_for_visitors
def home() -> ResponseReturnValue:
    """The list of challenges."""
    asked, states = export.question(), queries.public_states()
    page = paginate(queries.challenges(current_actor(), **asked))
    now = moment()
    true_until(*(showing.changes_at(each, now) for each in page.items))
    return render_template(
        "challenges/home.html", page=page, asked=asked, mark=SHOWN, funds=showing.funds,
        states=[(key, state.label) for key, state in SHOWN.items() if key in states],
        domains=[(each.value, each.label) for each in domain_choices() if each.value],
        domain_names={each.value: each.label for each in domain_choices()},
        downloads=export.downloads(), time_left={each.id: showing.time_left(each, now) for each in page.items},
    )  # fmt: skip


def twin(ending: str) -> ResponseReturnValue:
    """The same list as a file, with the conditions of its address."""
    return export.answer(ending)


def feed() -> Response:
    """The challenges published last, for feed readers."""
    found = export.newest()
    return atom(
        _("揭榜挂帅"), url_for("challenges.feed"), url_for("challenges.home"),
        [
            Entry(href(each), each.label.say(current_language()), each.published_at, each.updated_at,
                  each.organization.label.say(current_language()))
            for each in found if each.published_at is not None
        ],
    )  # fmt: skip


@ready_for_visitors  # read again and again as the deadline comes near
def show(number: str) -> ResponseReturnValue:
    """A challenge: its terms, times, addenda, answers; for its owner and officials also what they may do."""
    actor = current_actor()
    challenge = queries.challenge_by_number(number, actor)
    now = moment()
    true_until(showing.changes_at(challenge, now))
    owns = can_edit(actor, challenge)
    inside = owns or actor.post_for("challenge", challenge.region) is not None
    return render_template(
        "challenges/show.html", challenge=challenge, content=challenge.content, mark=SHOWN[challenge.shown_state],
        rail=showing.rail(challenge), rows=showing.rows(challenge), eligibility=showing.eligibility(challenge),
        summary=showing.summary(challenge), tie=showing.tie_rule(challenge), files=showing.files(challenge),
        history=showing.history(challenge), remaining=showing.remaining(challenge, now),
        addenda=queries.addenda(challenge), answers=queries.answers(challenge),
        own_questions=queries.own_questions(challenge, actor), watches=queries.watches(challenge, actor),
        offers=offers(CHALLENGE, challenge), owns=owns, inside=inside, asks=timetable.takes_questions(challenge),
        late=timetable.is_late(challenge), writable=challenge.state in WRITABLE, labels=timetable.LABELS,
        to_mend=to_mend(challenge) if inside and challenge.published_at is None else [],
        waiting=queries.unanswered(challenge) if owns else 0, ended=challenge.state in showing.ENDED,
        proposed=showing.proposed_addendum(challenge) if inside else None, domain_name=_domain(challenge),
        takes_bids=timetable.takes_bids(challenge), added=added_panels(challenge, actor),
    )  # fmt: skip


def added_panels(challenge: Challenge, actor: Actor) -> list[Markup]:
    """What upper capabilities show on the page of a challenge (bids: the way to one's own)."""
    panels = current_app.extensions.get("challenge_panels", ())
    return [drawn for panel in panels if (drawn := panel(challenge, actor)) is not None]


def _domain(challenge: Challenge) -> Any:
    return next((each.label for each in domain_choices() if each.value and each.value == challenge.domain), "")


def edition(number: str, edition: int) -> Response:
    """The terms as they were frozen: these very bytes have the hash that the page shows."""
    challenge = queries.challenge_by_number(number, current_actor())
    found = queries.edition(challenge, edition)
    if found is None:
        raise NotFound
    response = Response(found.text, content_type="application/json; charset=utf-8")
    response.set_etag(found.digest)
    response.make_conditional(request)
    return response


# ---- the owner's form ----


def new() -> ResponseReturnValue:
    """Begin a challenge: in whose name, and from which need, if any."""
    actor = current_actor()
    scenario_number = request.values.get("scenario", "")
    scenario = listing_by_number(SCENARIO, scenario_number, actor) if scenario_number else None
    assert scenario is None or isinstance(scenario, Scenario)
    own = {each.id: each for each in _posting(actor)}
    if scenario is not None:
        own = {key: each for key, each in own.items() if key == scenario.organization_id}
    if request.method == "POST":
        chosen = request.form.get("organization", "")
        organization = own.get(int(chosen)) if chosen.isascii() and chosen.isdigit() and len(chosen) < 10 else None
        if organization is None:
            raise NotFound
        made = queries.begun_with(form_name(), actor) or services.create(
            organization, actor, scenario=scenario, form_key=form_name()
        )
        return redirect(url_for("challenges.edit", number=made.number))
    if not form_name():
        return named_anew()
    return render_template("challenges/new.html", organizations=list(own.values()), scenario=scenario)


def _posting(actor: Actor) -> Sequence[Organization]:
    """The organizations in whose name the actor may post."""
    return [each for each in my_organizations(actor) if can_post(actor, each)]


def edit(number: str) -> ResponseReturnValue:
    """The form of the whole challenge; rows come and go, files are checked before anything is written."""
    challenge = queries.own_challenge(number, current_actor())
    if challenge.state not in WRITABLE:
        return redirect(href(challenge))
    form = ChallengeForm(challenge)
    if request.method == "POST" and not change_rows(form, request.form) and form.validate():
        columns, content = form.read()
        content["files"] = [
            each for each in challenge.content["files"] if str(each["file"]) in (form.keep_files.data or [])
        ]
        prepared = _uploads(form)
        if not form.errors and prepared is not None:
            services.save(challenge, columns, content, current_actor(), seen_version())
            services.attach(challenge, prepared[0], prepared[1], current_actor())
            flash(_("草稿已保存。"))
            return redirect(href(challenge) if request.form.get("go") == "check" else request.url)
    return form_page(
        "challenges/form.html", form, challenge=challenge, errors=form.problems(), files=showing.files(challenge),
        version=request.form.get("version", challenge.version),
    )  # fmt: skip


def _uploads(form: ChallengeForm) -> tuple[Prepared | None, list[Prepared]] | None:
    """The uploaded files, checked; None when one was refused, which is said at its field."""
    try:
        contract = _sent([form.contract.data])
        new_files = _sent(form.new_files.data or [])
        return (
            prepare_document(*contract[0], field="contract") if contract else None,
            [prepare_document(*each, field="new_files") for each in new_files],
        )
    except FieldError as error:
        form.refuse([error])
        return None


def _sent(uploads: Sequence[Any]) -> list[tuple[Any, str]]:
    return [(each.stream, each.filename) for each in uploads if isinstance(each, FileStorage) and each.filename]


# ---- questions ----


def watch(number: str) -> ResponseReturnValue:
    """Hear of it, or no more."""
    challenge = queries.challenge_by_number(number, current_actor())
    if challenge.published_at is None:
        raise NotFound
    if request.form.get("watch") == "1":
        questions.watch(challenge, current_actor())
        flash(_("已关注：有答疑、更正时每天汇总告诉您。"))
    else:
        questions.unwatch(challenge, current_actor())
        flash(_("已取消关注。"))
    return redirect(href(challenge))


def ask(number: str) -> ResponseReturnValue:
    """Ask in the name of one's organization."""
    actor = current_actor()
    challenge = queries.challenge_by_number(number, actor)
    if challenge.published_at is None or can_edit(actor, challenge):
        raise NotFound
    own = {str(each.id): each for each in _posting(actor)}
    form = AskForm({key: each.label for key, each in own.items()})
    if own and form.validate_on_submit():
        questions.ask(challenge, own[form.organization.data], actor, form.body.data or "")
        flash(_("问题已提交。答复后公开，不显示提问单位。"))
        return redirect(href(challenge) + "#qa")
    return form_page(
        "challenges/ask.html", form, challenge=challenge, organizations=own, errors=form.problems(),
        late=timetable.is_late(challenge), asks=timetable.takes_questions(challenge),
        mine=queries.own_questions(challenge, actor), labels=questions.QUESTION.mark,
    )  # fmt: skip


def answer(number: str) -> ResponseReturnValue:
    """The owner's desk of questions: nobody's name, the days, and one answer for those that ask the same."""
    actor = current_actor()
    challenge = queries.own_challenge(number, actor)
    if challenge.published_at is None:
        raise NotFound
    form = AnswerForm()
    if form.validate_on_submit():
        said = Text(form.question.data or "", form.question_en.data or "")
        words = Text(form.answer.data or "", form.answer_en.data or "")
        try:
            questions.answer(challenge, form.keys(), actor, said, words)
        except Invalid as invalid:
            form.refuse(invalid)
        else:
            flash(_("答复已公开，关注的人会收到汇总。"))
            return redirect(url_for("challenges.answer", number=number))
    return form_page(
        "challenges/answer.html", form, challenge=challenge, errors=form.problems(),
        waiting=queries.waiting_questions(challenge, late=False), late=queries.waiting_questions(challenge, late=True),
        answers=queries.answers(challenge),
    )  # fmt: skip


def decline(number: str, key: int) -> ResponseReturnValue:
    """Leave a question unanswered, with a reason for its asker."""
    challenge = queries.own_challenge(number, current_actor())
    question = queries.question_of(challenge, key)
    questions.decline(question, current_actor(), clean(request.form.get("reason")), seen_version())
    flash(_("已记下，提问人会看到理由。"))
    return redirect(url_for("challenges.answer", number=number))


# ---- addenda ----


def amend(number: str) -> ResponseReturnValue:
    """Propose a change or a clarification."""
    actor = current_actor()
    challenge = queries.own_challenge(number, actor)
    refusal = addenda.in_time(challenge)
    if refusal is not None:
        raise refusal
    form = AddendumForm(challenge)
    if request.method == "POST" and not change_rows(form, request.form) and form.validate():
        change = _change(form)
        if not form.errors:
            try:
                addenda.propose(challenge, change, actor)
            except Invalid as invalid:
                form.refuse(invalid)
            else:
                flash(_("已提交，经办人发布后生效。"))
                return redirect(href(challenge) + "#fix")
    return form_page(
        "challenges/addendum.html", form, challenge=challenge, errors=form.problems(),
        waiting=queries.proposed(challenge),
    )  # fmt: skip


def _change(form: AddendumForm) -> Change:
    material = form.material.data == "y"
    instants = form.read_instants() if material else {}
    return Change(
        material, form.text.data or "", form.text_en.data or "", form.terms() if material else None,
        {key: at for key, at in instants.items() if at is not None},
    )  # fmt: skip
