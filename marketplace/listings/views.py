"""The pages every kind of listing has: guided form, pre-check, submitting, revising, deciding. Kinds add their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.models import Organization
from marketplace.accounts.queries import my_organizations
from marketplace.core.actor import Actor
from marketplace.core.errors import Invalid, NotFound
from marketplace.core.lifecycle import Step
from marketplace.listings import services
from marketplace.listings.kind import FormStep, Kind
from marketplace.listings.lifecycle import REVISION
from marketplace.listings.models import Listing, Revision
from marketplace.listings.policy import can_edit, can_file
from marketplace.listings.queries import listing_by_number, open_revision
from marketplace.web.actions import ActionRoute, add_actions, seen_version
from marketplace.web.identity import current_actor, signed_in
from marketplace.web.languages import gettext as _

CHECK = "check"  # the last page of every guided form


class ListingPages:
    """Adds the shared pages of one kind to its blueprint (named as the kind's plural)."""

    def __init__(self, kind: Kind, blueprint: Blueprint) -> None:
        self.kind = kind
        add = blueprint.add_url_rule
        both = ["GET", "POST"]
        add("/new", "new", signed_in(self.new), methods=both)
        add("/<number>/edit", "edit", signed_in(self.edit_first))
        add("/<number>/edit/<step>", "edit_step", signed_in(self.edit), methods=both)
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

    # ---- the guided form ----

    def new(self) -> ResponseReturnValue:
        """The first page of the form; the draft begins when it is saved."""
        organizations = [one for one in my_organizations(current_actor()) if can_file(current_actor(), one)]
        organizations = [one for one in organizations if self.kind.may_file(one)]
        if not organizations:
            return render_template("listings/no_organization.html", kind=self.kind)
        organization = self._chosen(organizations)
        step = self.kind.steps[0]
        content = self.kind.blank(organization)
        form = step.form(content)
        context = {"organizations": organizations, "organization": organization, "listing": None, "revision": None}
        if request.method == "POST" and form.validate():
            try:
                content = step.write(form, content)
            except Invalid as error:
                form.refuse(error)
            else:
                listing = services.create(self.kind, organization, current_actor(), content)
                return self._onward(listing, step)
        return self._page(step, form, content, **context)

    def _chosen(self, organizations: Sequence[Organization]) -> Organization:
        wanted = request.values.get("organization", "")
        return next((one for one in organizations if one.number == wanted), organizations[0])

    def edit_first(self, number: str) -> ResponseReturnValue:
        """The form at its first page."""
        listing, _revision = self._draft(number)
        return redirect(self.step_href(listing, self.kind.steps[0].key))

    def edit(self, number: str, step: str) -> ResponseReturnValue:
        """One page of the form: save and go on, go back, keep the draft, add or drop a row."""
        listing, revision = self._draft(number)
        page = self._step(step)
        form = page.form(revision.content)
        if request.method == "GET":
            return self._page(page, form, revision.content, listing=listing, revision=revision)
        if self._changed_rows(form) or not form.validate():
            return self._page(page, form, revision.content, listing=listing, revision=revision)
        try:
            content = page.write(form, revision.content)
        except Invalid as error:
            form.refuse(error)
            return self._page(page, form, revision.content, listing=listing, revision=revision)
        services.save(self.kind, listing, content, current_actor(), seen_version())
        return self._onward(listing, page)

    def _changed_rows(self, form: Any) -> bool:
        """Add or drop a row of a form that has rows; the page is drawn again with everything typed in place."""
        rows = getattr(form, "rows", None)
        if rows is None:
            return False
        if "add" in request.form:
            rows.append_entry()
            return True
        dropped = request.form.get("drop", "")
        if dropped.isdigit() and int(dropped) < len(rows.entries):
            del rows.entries[int(dropped)]
            return True
        return False

    def _onward(self, listing: Listing, step: FormStep) -> ResponseReturnValue:
        keys = [each.key for each in self.kind.steps]
        place = keys.index(step.key)
        go = request.form.get("go", "next")
        if go == "draft":
            flash(_("草稿已保存，可以随时回来接着写。"))
            return redirect(url_for("workspace.home"))
        if go == "stay":
            flash(_("已保存。"))
            return redirect(self.step_href(listing, step.key))
        if go == "back" and place:
            return redirect(self.step_href(listing, keys[place - 1]))
        following = keys[place + 1] if place + 1 < len(keys) else CHECK
        return redirect(self.step_href(listing, following))

    def _page(self, step: FormStep, form: Any, content: Mapping[str, Any], **context: Any) -> ResponseReturnValue:
        listing = context.get("listing")
        body = render_template(
            "listings/form.html", kind=self.kind, step=step, form=form, content=content,
            place=self.kind.steps.index(step) + 1, steps=self._steps(listing, content, step.key), **context,
        )  # fmt: skip
        failed = request.method == "POST" and bool(form.errors)
        return body, HTTPStatus.UNPROCESSABLE_ENTITY if failed else HTTPStatus.OK

    def _steps(self, listing: Listing | None, content: Mapping[str, Any], current: str) -> list[tuple[Any, ...]]:
        """The steps as the macro ``form_steps`` draws them."""
        checks = self.kind.check(dict(content)) if listing else []
        wrong = {each.step for each in checks if each.kind == "fix"}
        items = []
        for each in self.kind.steps:
            state = "now" if each.key == current else "next" if listing is None or each.key in wrong else "done"
            href = self.step_href(listing, each.key) if listing else ""
            items.append((each.title, state, each.note(dict(content)), href))
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
        checks = self.kind.check(revision.content)
        return render_template(
            "listings/check.html", kind=self.kind, listing=listing, revision=revision, content=revision.content,
            checks=[self._line(listing, each) for each in checks], steps=self._steps(listing, revision.content, CHECK),
            refusal=services.refusal_to_submit(self.kind, listing, revision),
        )  # fmt: skip

    def _line(self, listing: Listing, check: Any) -> dict[str, Any]:
        href = self.step_href(listing, check.step) if check.step and check.kind != "ok" else ""
        return {"kind": check.kind, "text": check.text, "why": check.why, "href": href}

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
