"""The pages every kind of listing has: guided form, pre-check, submitting, revising, files. Kinds add their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from flask import Blueprint, current_app, flash, get_template_attribute, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from marketplace.core.actor import Actor
from marketplace.core.errors import Conflict, FieldError, Invalid, NotFound, Refused
from marketplace.core.lifecycle import Offer, State, Step
from marketplace.core.text import Text
from marketplace.foundation.db import transaction
from marketplace.foundation.ledger import LedgerEntry
from marketplace.listings import queries, services
from marketplace.listings.files import shown_files
from marketplace.listings.kind import KINDS, Check, FormStep, Kind
from marketplace.listings.lifecycle import REVIEW_DAYS, REVISION
from marketplace.listings.models import Listing, Revision
from marketplace.listings.policy import PUBLIC_STATES, can_edit, can_file, can_review
from marketplace.listings.queries import listing_by_number, open_revision
from marketplace.organizations.models import Organization
from marketplace.organizations.queries import my_organizations
from marketplace.settings.queries import value
from marketplace.web.actions import ActionRoute, add_actions, offers, seen_version
from marketplace.web.errors import acted, typed
from marketplace.web.forms import form_name, named_anew
from marketplace.web.identity import current_actor, signed_in
from marketplace.web.languages import gettext as _
from marketplace.web.plate import sources
from marketplace.web.request import own_transaction, takes_files
from marketplace.web.rows import change_rows

MOST_OF_ONE = 30  # listings of one kind on the page of an organization
CHECK = "check"  # the last page of every guided form


@dataclass(frozen=True, slots=True)
class Desk:
    """What the viewer may do with a listing now, for listings/panel.html. Addresses are ready to use."""

    links: Sequence[tuple[Text, str]]
    steps: Sequence[Offer]
    href: str
    version: int
    revision: Revision | None
    mark: State | None
    revision_steps: Sequence[Offer]
    revision_href: str
    may_revise: bool
    revise_href: str
    public: bool
    edition: int


class ListingPages:
    """Adds the shared pages of one kind to its blueprint (named as the kind's plural)."""

    def __init__(self, kind: Kind, blueprint: Blueprint) -> None:
        self.kind = kind
        add = blueprint.add_url_rule
        both = ["GET", "POST"]
        add("/new", "new", signed_in(self.new), methods=both)
        add("/<number>/edit", "edit", signed_in(self.edit_first))
        # Pictures take their time to be checked, and nobody else shall wait for that.
        add("/<number>/edit/<step>", "edit_step", takes_files(own_transaction(signed_in(self.edit))), methods=both)
        add("/<number>/check", CHECK, signed_in(self.check), methods=both)
        add("/<number>/revise", "revise", signed_in(self.revise), methods=["POST"])
        add_actions(blueprint, ActionRoute(kind.lifecycle, self._load, self._take, self.href))
        add_actions(blueprint, ActionRoute(REVISION, self._load, self._take_revision, self.href, "revision"))

    # ---- addresses ----

    def href(self, listing: Listing) -> str:
        """The page of a listing."""
        return url_for(f"{self.kind.plural}.show", number=listing.number)

    def step_href(self, listing: Listing, step: str) -> str:
        """A page of its guided form."""
        if step == CHECK:
            return url_for(f"{self.kind.plural}.{CHECK}", number=listing.number)
        return url_for(f"{self.kind.plural}.edit_step", number=listing.number, step=step)

    # ---- what the kind's own page shows ----

    def desk(self, listing: Listing) -> Desk | None:
        """What the viewer may do with the listing; None for who is neither of its owner nor in charge of it."""
        actor, plural = current_actor(), self.kind.plural
        if not (can_edit(actor, listing) or can_review(actor, listing)):
            return None
        revision = queries.readable_revision(listing, actor)
        links = self._links(listing, revision, actor)
        steps = offers(REVISION, revision) if revision else []
        open_to = {"recall"} | ({"discard"} if listing.state in services.REVISABLE else set())
        return Desk(
            links=links,
            steps=offers(self.kind.lifecycle, listing),
            href=url_for(f"{plural}.act_do", number=listing.number),
            version=listing.version,
            revision=revision,
            mark=REVISION.mark(revision.state) if revision else None,
            revision_steps=[offer for offer in steps if offer.step.name in open_to],
            revision_href=url_for(f"{plural}.act_revision", number=listing.number),
            may_revise=can_edit(actor, listing) and revision is None and listing.state in services.REVISABLE,
            revise_href=url_for(f"{plural}.revise", number=listing.number),
            public=listing.state in PUBLIC_STATES,
            edition=listing.edition,
        )

    def _links(self, listing: Listing, revision: Revision | None, actor: Actor) -> list[tuple[Text, str]]:
        if revision is None:
            return []
        if not can_edit(actor, listing):
            href = url_for("review.decide", plural=self.kind.plural, number=listing.number)
            return [(Text("审核", "Review"), href)] if revision.state == "in_review" else []
        if revision.state == "in_review":
            return []
        word = Text("补正", "Correct it") if revision.state == "returned" else Text("继续填写", "Continue writing")
        check = (Text("预检并提交", "Pre-check and submit"), self.step_href(listing, CHECK))
        return [(word, self.step_href(listing, self.kind.steps[0].key)), check]

    # ---- the guided form ----

    def new(self) -> ResponseReturnValue:
        """The first page of the form; the draft begins when it is saved, once however often this form is sent."""
        mine = my_organizations(current_actor())
        organizations = [one for one in mine if can_file(current_actor(), one) and self.kind.may_file(one)]
        if not organizations:
            return render_template("listings/no_organization.html", kind=self.kind, organizations=mine)
        organization = self._chosen(organizations)
        form_key = form_name()
        if request.method != "POST" and not form_key:
            return named_anew()
        onward = self._already_begun(form_key)
        if onward is not None:
            return onward
        step = self.kind.steps[0]
        content = self.kind.blank(organization)
        form = step.form(content)
        if request.method == "POST" and not change_rows(form, request.form) and form.validate():
            try:
                content = step.write(form, deepcopy(content))
            except Invalid as error:
                form.refuse(error)
            else:
                listing = services.create(self.kind, organization, current_actor(), content, form_key)
                return self._onward(listing, step)
        return self._page(step, form, content, organizations=organizations, organization=organization)

    def _already_begun(self, form_key: str) -> ResponseReturnValue | None:
        """Where a form leads that has begun something before; what is sent once more is saved there while it can be."""
        listing = queries.begun_with(self.kind, form_key, current_actor())
        if listing is None:
            return None
        revision = open_revision(listing)
        first = self.step_href(listing, self.kind.steps[0].key)
        if request.method == "POST" and revision is None:
            begun = Text("没有建立第二份：这张表单建立的 %(number)s 已经办结。要修改它，请从它的页面开始",
                         "No second one was begun: what this form began, %(number)s, has been decided. "
                         "To change it, start from its page")  # fmt: skip
            return self.conflict(Conflict(begun % {"number": listing.number}, queries.latest(listing)), listing)
        if request.method == "POST":
            return redirect(first, HTTPStatus.TEMPORARY_REDIRECT)
        return redirect(first if revision is not None and revision.state != "in_review" else self.href(listing))

    def _chosen(self, organizations: Sequence[Organization]) -> Organization:
        wanted = request.values.get("organization", "")
        if not wanted:
            return organizations[0]
        for one in organizations:
            if one.number == wanted:
                return one
        raise NotFound

    def edit_first(self, number: str) -> ResponseReturnValue:
        """The form at its first page."""
        listing, _revision = self._draft(number)
        return redirect(self.step_href(listing, self.kind.steps[0].key))

    def edit(self, number: str, step: str) -> ResponseReturnValue:
        """One page of the form: save and go on, go back, keep the draft, add or drop a row, take files."""
        page = self._step(step)
        if request.method == "GET":
            listing, revision = self._draft(number)
            _writable(revision)
            return self._page(page, page.form(revision.content), revision.content, listing=listing, revision=revision)
        listing, revision = self._draft(number)
        form = page.form(revision.content)
        if not change_rows(form, request.form) and form.validate():
            try:
                return self._save(page, form, number, revision)
            except Invalid as error:
                form.refuse(error)
            except FieldError as error:
                form.refuse([error])
            except Conflict as error:
                return self.conflict(error, self._load(number, current_actor()))
        listing, revision = self._draft(number)
        return self._page(page, form, revision.content, listing=listing, revision=revision)

    def _save(self, page: FormStep, form: Any, number: str, revision: Revision) -> ResponseReturnValue:
        pictures, files = _sent_files(form) if page.uploads else ([], [])
        prepared = services.prepare(pictures, files, revision.content)
        removed = request.form.get("remove", "") if page.uploads else ""
        with transaction():
            listing, revision = self._draft(number)
            content = page.write(form, deepcopy(revision.content))
            content = services.attach(listing, content, prepared, current_actor())
            if removed.isascii() and removed.isdigit():
                content = services.detach(content, int(removed))
            services.save(self.kind, listing, content, current_actor(), seen_version())
        return self._onward(listing, page, stay=bool(removed))

    def _onward(self, listing: Listing, step: FormStep, stay: bool = False) -> ResponseReturnValue:
        keys = [each.key for each in self.kind.steps]
        place = keys.index(step.key)
        go = request.form.get("go", "next")
        if go == "draft":
            flash(_("草稿已保存，可以随时回来接着写。"))
            return redirect(url_for("workspace.home"))
        if go == "stay" or stay:
            flash(_("已保存。"))
            return redirect(self.step_href(listing, step.key))
        if go == "back" and place:
            return redirect(self.step_href(listing, keys[place - 1]))
        following = keys[place + 1] if place + 1 < len(keys) else CHECK
        return redirect(self.step_href(listing, following))

    def _page(
        self, step: FormStep, form: Any, content: Mapping[str, Any], listing: Listing | None = None, **context: Any
    ) -> ResponseReturnValue:
        attached = shown_files(listing, content) if listing and step.uploads else None
        body = render_template(
            "listings/form.html", kind=self.kind, step=step, form=form, content=content, listing=listing,
            place=self.kind.steps.index(step) + 1, attached=attached, errors=form.problems(),
            steps=self._steps(listing, content, step.key, wrong=bool(form.errors)),
            **{"revision": None, "organizations": [], **context},
        )  # fmt: skip
        failed = request.method == "POST" and bool(form.errors)
        return body, HTTPStatus.UNPROCESSABLE_ENTITY if failed else HTTPStatus.OK

    def _steps(
        self, listing: Listing | None, content: Mapping[str, Any], current: str, wrong: bool = False
    ) -> list[tuple[Any, ...]]:
        """The steps as the macro ``form_steps`` draws them."""
        checks = self.kind.check(dict(content)) if listing else []
        to_mend = {each.step for each in checks if each.kind == "fix"}
        items: list[tuple[Any, ...]] = []
        for each in self.kind.steps:
            state = "bad" if each.key in to_mend and current == CHECK else "next"
            if listing is not None and each.key not in to_mend:
                state = "done"
            note = _("有要改的") if wrong and each.key == current else each.note(dict(content))
            href = self.step_href(listing, each.key) if listing else ""
            items.append((each.title, "now" if each.key == current else state, note, href))
        href = self.step_href(listing, CHECK) if listing else ""
        items.append((_("预检并提交"), "now" if current == CHECK else "next", "", href))
        return items

    def check(self, number: str) -> ResponseReturnValue:
        """The pre-check with the preview of what the public will see; POST submits."""
        listing, revision = self._draft(number)
        if request.method == "POST":
            services.submit(self.kind, listing, current_actor(), seen_version())
            flash(_("已送审。审核结果会发到您的邮箱，也会显示在工作台。"))
            return redirect(self.href(listing))
        _writable(revision)
        checks = self.kind.check(revision.content)
        return render_template(
            "listings/check.html", kind=self.kind, listing=listing, revision=revision, content=revision.content,
            checks=[self.check_line(listing, each) for each in checks],
            steps=self._steps(listing, revision.content, CHECK), back=self.step_href(listing, self.kind.steps[-1].key),
            refusal=services.refusal_to_submit(self.kind, listing, revision),
            shown=self.kind.preview(listing, revision.content), days=value(REVIEW_DAYS),
        )  # fmt: skip

    def check_line(self, listing: Listing, check: Check, link: bool = True) -> dict[str, Any]:
        """A line as the macro ``precheck`` draws it; with ``link`` to the page where it is mended."""
        href = self.step_href(listing, check.step) if link and check.step and check.kind != "ok" else ""
        return {"kind": check.kind, "text": check.text, "why": check.why, "href": href}

    def conflict(self, error: Conflict, listing: Listing) -> ResponseReturnValue:
        """The page that says who was first, with what the person had typed."""
        return conflict_page(self.kind, error, listing, self.href(listing))

    # ---- steps ----

    def revise(self, number: str) -> ResponseReturnValue:
        """Begin a revision of what is public."""
        listing = self._load(number, current_actor())
        services.revise(self.kind, listing, current_actor())
        return redirect(self.step_href(listing, self.kind.steps[0].key))

    def _take(self, listing: Listing, step: Step, actor: Actor, reason: str, seen: int | None) -> None:
        services.take_step(self.kind, listing, step, actor, reason, seen)

    def _take_revision(self, listing: Listing, step: Step, actor: Actor, reason: str, seen: int | None) -> None:
        commands = {
            "recall": lambda: services.recall(self.kind, listing, actor, seen),
            "discard": lambda: services.discard(listing, actor, seen),
            "submit": lambda: services.submit(self.kind, listing, actor, seen),
            "approve": lambda: services.approve(self.kind, listing, actor, reason, seen),
            "return": lambda: services.send_back(self.kind, listing, actor, reason, seen),
        }
        commands[step.name]()

    # ---- loading ----

    def _load(self, number: str, actor: Actor) -> Listing:
        return listing_by_number(self.kind, number, actor)

    def _draft(self, number: str) -> tuple[Listing, Revision]:
        """The listing with the draft that the actor may write now."""
        listing = self._load(number, current_actor())
        revision = open_revision(listing)
        if revision is None or not can_edit(current_actor(), listing):
            raise NotFound
        return listing, revision

    def _step(self, key: str) -> FormStep:
        for each in self.kind.steps:
            if each.key == key:
                return each
        raise NotFound


def _writable(revision: Revision) -> None:
    """What is being reviewed stays as the reviewer reads it."""
    if revision.state == "in_review":
        raise Refused(
            Text("审核中的内容不能修改", "What is being reviewed cannot be changed"),
            Text("第 %(number)s 版正在审核", "Revision %(number)s is being reviewed") % {"number": revision.number},
            Text("请先撤回送审，或等审核结果", "Recall it first, or wait for the decision"),
        )


def _sent_files(form: Any) -> tuple[list[services.Upload], list[services.Upload]]:
    """The pictures and the documents that came with the form."""

    def sent(name: str) -> list[services.Upload]:
        return [(each.stream, each.filename or "") for each in form[name].data or () if not isinstance(each, str)]

    return sent("new_pictures"), sent("new_files")


def plural_label(kind: Kind) -> Text:
    """What many of a kind are called, as their list is; a kind without a list is called by its life cycle."""
    source = sources().get(kind.name)
    return source.label if source else kind.lifecycle.label


def organization_panel(organization: Organization, _actor: Actor) -> Markup:
    """What an organization offers and needs, for its page."""
    kinds = KINDS.values()
    tables = [(kind, plural_label(kind), *queries.public_of(kind, organization, MOST_OF_ONE)) for kind in kinds]
    draw = get_template_attribute("listings/organization_panel.html", "organization_panel")
    return Markup(draw(tables))


def added_panels(listing: Listing, actor: Actor, place: str = "listing_panels") -> list[Markup]:
    """What upper capabilities add to the page of a listing, in the order of the table of contents.

    ``place``: "listing_panels" below the content, "listing_acts" beside it, where one acts.
    """
    panels = current_app.extensions.get(place, {}).get(listing.subject_type, ())
    return [drawn for panel in panels if (drawn := panel(listing, actor))]


def ended(kind: Kind, listing: Listing, lines: Sequence[queries.LogLine]) -> queries.LogLine | None:
    """The line of history that ended a listing or took it out of sight; None while it is open."""
    if listing.state in ("draft", "in_review", "returned", "published"):
        return None
    told = {step.told for step in kind.lifecycle.steps if step.target == listing.state}
    return next((line for line in lines if line.what in told), None)


def conflict_page(kind: Kind, error: Conflict, listing: Listing, href: str, words: Any = None) -> ResponseReturnValue:
    """409: who did what when, and what was typed (``words``: [(label, text)]; else every field by its name)."""
    line = None
    if isinstance(error.happened, LedgerEntry):
        line = queries.log_line(kind, listing, error.happened, current_actor())
    kept = typed() if words is None else words
    body = render_template(
        "listings/conflict.html", message=error.message, line=line, href=href, typed=kept, **acted(error.happened)
    )
    return body, HTTPStatus.CONFLICT
