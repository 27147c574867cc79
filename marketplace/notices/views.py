"""Pages of notices: the public list, page and feed; objections and their decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from marketplace.config import Config
from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.errors import FieldError, NotFound
from marketplace.core.lifecycle import Step
from marketplace.core.text import Text
from marketplace.foundation.db import db
from marketplace.foundation.files import Prepared, prepare_document
from marketplace.listings.files import shown_file
from marketplace.notices import queries, services, window
from marketplace.notices.content import KINDS, in_words
from marketplace.notices.forms import MOST_FILES, DecisionForm, ObjectionForm
from marketplace.notices.lifecycle import NOTICE, OBJECTION, window_open
from marketplace.notices.models import Notice, Objection
from marketplace.notices.policy import can_decide
from marketplace.organizations.queries import my_organizations
from marketplace.reference.services import overrides
from marketplace.web.actions import ActionRoute, add_actions, offers, seen_version
from marketplace.web.feed import AT_MOST, Entry, atom
from marketplace.web.forms import form_page
from marketplace.web.identity import current_actor, signed_in
from marketplace.web.languages import current_language
from marketplace.web.languages import gettext as _
from marketplace.web.paging import paginate
from marketplace.web.twins import NAMES, asked_status, items_answer, table_answer

TITLE = Text("公告公示", "Notices")
TOO_MANY = Text("证据文件最多 5 个，请合并", "At most 5 files; merge some")


def blueprints() -> tuple[Blueprint, Blueprint, Blueprint]:
    """The blueprints, made anew for each app."""
    both = ["GET", "POST"]
    pages = Blueprint("notices", __name__, url_prefix="/notices")
    pages.add_url_rule("", "home", home)
    pages.add_url_rule("/feed.xml", "feed", feed)
    pages.add_url_rule("/<number>", "show", show)
    pages.add_url_rule("/<number>/text.json", "text", text)
    pages.add_url_rule("/<number>/object", "object_to", signed_in(object_to), methods=both)
    objections = Blueprint("objections", __name__, url_prefix="/objections")
    objections.add_url_rule("/<number>", "show", signed_in(objection), methods=both)
    add_actions(objections, ActionRoute(OBJECTION, objection_by_key, _recall, objection_href))
    files = Blueprint("notice_list", __name__)
    files.add_url_rule("/notices.<any(csv, json, xlsx):ending>", "twin", twin)
    return pages, objections, files


def href(notice: Notice) -> str:
    """The page of a notice."""
    return url_for("notices.show", number=notice.number)


def objection_href(objection: Objection) -> str:
    """The page of an objection, for who raised it and the officials."""
    return url_for("objections.show", number=objection.id)


def objection_by_key(number: str, actor: Actor) -> Objection:
    """An objection by its key; raises NotFound."""
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        raise NotFound
    return queries.objection(int(number), actor)


def _recall(objection: Objection, _step: Step, actor: Actor, _reason: str, seen: int | None) -> None:
    services.recall(objection, actor, seen)


def home() -> ResponseReturnValue:
    """The list of notices."""
    state, kind = _asked()
    page = paginate(queries.notices(state=state, kind=kind))
    return render_template(
        "notices/home.html", page=page, cards=[card(each) for each in page.items], state=state, kind=kind, kinds=KINDS,
        states=[(key, NOTICE.mark(key).label) for key in NOTICE.states],
        downloads=[
            (name, url_for("notice_list.twin", ending=ending, status=state or None, kind=kind or None))
            for name, ending in NAMES
        ],
    )  # fmt: skip


def _asked() -> tuple[str, str]:
    kind = request.args.get("kind", "")
    if kind and kind not in KINDS:
        raise NotFound
    return asked_status(NOTICE.states), kind


def twin(ending: str) -> Response:
    """The same list as a file, with the conditions of its address."""
    state, kind = _asked()
    found = db.session.scalars(queries.notices(state=state, kind=kind)).all()
    name, language = f"notices-{clock.today().isoformat()}", current_language()
    if ending == "json":
        return items_answer(name, [item(each) for each in found])
    rows = ([cell.say(language) for cell in cells(each)] for each in found)
    return table_answer(name, ending, [each.say(language) for each in HEAD], rows, TITLE.say(language))


HEAD = (
    Text("编号", "Number"), Text("标题", "Title"), Text("类别", "Kind"), Text("事项编号", "About"),
    Text("发布单位", "Issued by"), Text("发布", "Published"), Text("公示期（工作日）", "Working days"),
    Text("截止", "Last day"), Text("状态", "State"), Text("摘要值", "SHA-256"),
)  # fmt: skip


def cells(notice: Notice) -> Sequence[Text]:
    """One row of the table; instants and days are Beijing's."""
    plain = (f"{clock.beijing(notice.opened_at):%Y-%m-%d %H:%M}", str(notice.days), notice.last_day.isoformat())
    return [
        _plain(notice.number), notice.label, KINDS[notice.kind], _plain(notice.about_number), notice.issued_by,
        *map(_plain, plain), NOTICE.mark(notice.state).label, _plain(notice.digest),
    ]  # fmt: skip


def _plain(words: str) -> Text:
    return Text(words, words)


def cards(ids: Sequence[int], _actor: Actor) -> list[Mapping[str, Any]]:
    """Notices as hits are drawn, in the order given."""
    found = {each.id: card(each) for each in queries.notices_with(ids)}
    return [found[key] for key in ids if key in found]


def card(notice: Notice) -> Mapping[str, Any]:
    """What the macro ``hit_notice`` draws."""
    return {
        "id": notice.id, "number": notice.number, "href": href(notice), "title": notice.label,
        "text": notice.summary, "state": NOTICE.mark(notice.state), "kind": KINDS[notice.kind],
        "issuer": notice.issued_by, "opened_at": notice.opened_at,
        "last_day": notice.last_day if notice.state in ("open", "closed") else None,
        "demo": notice.demo,
    }  # fmt: skip


def item(notice: Notice) -> dict[str, Any]:
    """A notice as programs read it; objections only as far as they were decided and published."""
    config: Config = current_app.extensions["config"]
    return {
        "number": notice.number, "url": f"{config.base_url.rstrip('/')}/notices/{notice.number}", "kind": notice.kind,
        "about": notice.about_number, "title": notice.title, "title_en": notice.title_en, "state": notice.state,
        "issuer": notice.issuer, "days": notice.days,
        "opened_at": clock.beijing(notice.opened_at).isoformat(timespec="seconds"),
        "last_day": notice.last_day.isoformat(), "sha256": notice.digest,
    }  # fmt: skip


def feed() -> Response:
    """The newest notices, for feed readers."""
    language = current_language()
    found = db.session.scalars(queries.notices().limit(AT_MOST)).all()
    return atom(
        _("公告公示"), url_for("notices.feed"), url_for("notices.home"),
        [Entry(href(each), each.label.say(language), each.opened_at, each.updated_at, each.issued_by.say(language))
         for each in found],
    )  # fmt: skip


def show(number: str) -> ResponseReturnValue:
    """A notice: what was decided, until when objections are taken, and what became of them."""
    notice = queries.notice_by_number(number)
    language = current_language()
    before, after = queries.neighbours(notice)
    decided = [each for each in queries.objections(notice) if each.state != "raised"]
    return render_template(
        "notices/show.html", notice=notice, mark=NOTICE.mark(notice.state), kind=KINDS[notice.kind], before=before,
        sections=[in_words(each, language) for each in notice.content["sections"]], after=after,
        days=[] if notice.stopped_on else list(window.window_days(notice, overrides())), decided=decided,
        waiting=queries.open_objections(notice), own=queries.own_objections(current_actor(), notice),
        objection_mark=OBJECTION.mark, takes=window_open(notice) is None,
    )  # fmt: skip


def text(number: str) -> Response:
    """The text whose hash the page shows, byte for byte."""
    notice = queries.notice_by_number(number)
    return Response(services.text_of(notice), content_type="application/json; charset=utf-8")


def object_to(number: str) -> ResponseReturnValue:
    """Raise an objection."""
    notice, actor = queries.notice_by_number(number), current_actor()
    refusal = window_open(notice)
    if refusal is not None:
        raise refusal
    own = {str(each.id): each for each in my_organizations(actor)}
    form = ObjectionForm({key: each.label for key, each in own.items()}, actor.name)
    if form.validate_on_submit():
        prepared = _evidence(form)
        if prepared is not None:
            said = {key: form[key].data or "" for key in ("name", "phone", "subject", "facts")}
            made = services.object_to(notice, actor, said, prepared, own.get(form.organization.data or ""))
            flash(_("异议已提交，公示期中止计算，答复会发到您的收件箱。"))
            return redirect(objection_href(made))
    return form_page("notices/object.html", form, notice=notice, errors=form.problems())


def _evidence(form: ObjectionForm) -> list[Prepared] | None:
    """The files, checked; None when one was refused, which is said at its field."""
    sent: list[Any] = [each for each in form.files.data or [] if isinstance(each, FileStorage) and each.filename]
    if len(sent) > MOST_FILES:
        form.refuse([FieldError("files", TOO_MANY)])
        return None
    try:
        return [prepare_document(each.stream, each.filename or "", field="files") for each in sent]
    except FieldError as error:
        form.refuse([error])
        return None


def objection(number: str) -> ResponseReturnValue:
    """An objection before who raised it, and before the official who decides."""
    actor = current_actor()
    found = objection_by_key(number, actor)
    decides = found.state == "raised" and can_decide(actor, found)
    form = DecisionForm()
    if request.method == "POST" and not decides:
        raise NotFound
    if form.validate_on_submit():
        said = {key: form[key].data or "" for key in ("gist", "reply", "reply_en")}
        services.decide(found, form.result.data, actor, said, seen_version())
        flash(_("答复已公开。"))
        return redirect(href(found.notice))
    return form_page(
        "notices/objection.html", form, objection=found, notice=found.notice, mark=OBJECTION.mark(found.state),
        decides=decides, errors=form.problems(), files=[shown_file(each) for each in queries.evidence(found)],
        offers=offers(OBJECTION, found),
    )  # fmt: skip
