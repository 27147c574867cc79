"""Pages of the register: the expert's own with its guided form, and the list and page for officials."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from http import HTTPStatus
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.errors import NotFound
from marketplace.core.lifecycle import Step
from marketplace.core.text import Text
from marketplace.experts import content, queries, services
from marketplace.experts.forms import STEPS, FormStep, PromiseForm, category_choices, domain_choices
from marketplace.experts.lifecycle import EXPERT, complete
from marketplace.experts.models import Expert
from marketplace.experts.policy import is_self, keeps_register
from marketplace.foundation import ledger
from marketplace.posts.queries import posts_by_id
from marketplace.web.actions import ActionRoute, add_actions, offers, seen_version
from marketplace.web.identity import current_actor, signed_in
from marketplace.web.languages import gettext as _
from marketplace.web.paging import paginate
from marketplace.web.rows import change_rows
from marketplace.web.twins import asked_status

CHECK = "check"
# How history names what no step of the life cycle did.
DONE = {
    "begin": Text("开始申请", "Application begun"),
    "declare": Text("申报变更", "Change declared"),
}


def blueprint() -> Blueprint:
    """The blueprint, made anew for each app."""
    both = ["GET", "POST"]
    pages = Blueprint("experts", __name__, url_prefix="/experts")
    pages.add_url_rule("/", "register", signed_in(register))
    pages.add_url_rule("/me", "me", signed_in(me))
    pages.add_url_rule("/me/edit/<step>", "edit", signed_in(edit), methods=both)
    pages.add_url_rule("/me/check", CHECK, signed_in(check), methods=both)
    pages.add_url_rule("/<number>", "show", signed_in(show))
    add_actions(pages, ActionRoute(EXPERT, queries.expert_by_number, _take, href))
    return pages


def href(expert: Expert) -> str:
    """The page of an expert, for who looks at it: his own, or the official's."""
    if is_self(current_actor(), expert):
        return url_for("experts.me")
    return url_for("experts.show", number=expert.number)


def _take(expert: Expert, step: Step, actor: Actor, reason: str, seen: int | None) -> None:
    services.take_step(expert, step.name, actor, reason, seen)


# ---- his own ----


def me() -> ResponseReturnValue:
    """Where he stands in the register, what he declared, and what he may do; for others, what the register is."""
    expert = queries.expert_of(current_actor().user_id)
    if expert is None:
        return render_template("experts/invitation.html", first=STEPS[0].key)
    last = queries.declaration(expert, expert.declared)
    shown = last.content if last else services.as_written(expert)
    return render_template(
        "experts/me.html", expert=expert, mark=EXPERT.mark(expert.state), last=last, sections=sections(shown),
        unsaid=content.changes(last.content, services.as_written(expert)) if last else [],
        offers=offers(EXPERT, expert), writable=expert.state in (*services.UNJUDGED, *services.IN_FORCE),
        renewable=services.renewable(expert), history=history_lines(expert), first=STEPS[0].key,
        remark=_remark(expert),
    )  # fmt: skip


def edit(step: str) -> ResponseReturnValue:
    """One page of the form: save and go on, go back, keep the draft, add or drop a row."""
    page = _step(step)
    expert = queries.expert_of(current_actor().user_id)
    if expert is not None:
        services.writable(expert)
    written = deepcopy(dict(services.as_written(expert)))
    form = page.form(written)
    if request.method == "POST" and not change_rows(form, request.form) and form.validate():
        changed = page.write(form, written)
        if expert is None:
            services.start(current_actor(), changed)
        else:
            services.save(expert, changed, seen_version())
        return _onward(page)
    return _form_page(page, form, expert)


def _onward(step: FormStep) -> ResponseReturnValue:
    keys = [each.key for each in STEPS]
    place = keys.index(step.key)
    go = request.form.get("go", "next")
    if go == "draft":
        flash(_("草稿已保存，可以随时回来接着写。"))
        return redirect(url_for("experts.me"))
    if go == "back" and place:
        return redirect(url_for("experts.edit", step=keys[place - 1]))
    return redirect(step_href(keys[place + 1] if place + 1 < len(keys) else CHECK))


def step_href(key: str) -> str:
    """A page of the form."""
    return url_for("experts.check") if key == CHECK else url_for("experts.edit", step=key)


def _form_page(step: FormStep, form: Any, expert: Expert | None) -> ResponseReturnValue:
    body = render_template(
        "experts/form.html", step=step, form=form, expert=expert, errors=form.problems(),
        place=STEPS.index(step) + 1, steps=_steps(expert, step.key, wrong=bool(form.errors)),
        # A refused form keeps the version it was drawn from, so that a change elsewhere is still noticed.
        version=request.form.get("version", expert.version if expert else ""), remark=_remark(expert),
    )  # fmt: skip
    failed = request.method == "POST" and bool(form.errors)
    return body, HTTPStatus.UNPROCESSABLE_ENTITY if failed else HTTPStatus.OK


def _steps(expert: Expert | None, current: str, wrong: bool = False) -> list[tuple[Any, ...]]:
    """The steps as the macro ``form_steps`` draws them."""
    to_mend = {each.step for each in content.blocking(services.as_written(expert))}
    items: list[tuple[Any, ...]] = []
    for each in STEPS:
        state = "done" if each.key not in to_mend else "bad" if current == CHECK else "next"
        note = _("有要改的") if wrong and each.key == current else ""
        link = step_href(each.key) if expert else ""
        items.append((each.title, "now" if each.key == current else state, note, link))
    items.append((_("核对并提交"), "now" if current == CHECK else "next", "", step_href(CHECK) if expert else ""))
    return items


def check() -> ResponseReturnValue:
    """The check, what has changed, and the declaration itself."""
    expert = queries.expert_of(current_actor().user_id)
    if expert is None:
        raise NotFound
    form = PromiseForm()
    if form.validate_on_submit():
        services.declare(expert, current_actor(), seen_version())
        flash(_declared(expert))
        return redirect(url_for("experts.me"))
    services.writable(expert)
    written = services.as_written(expert)
    last = queries.declaration(expert, expert.declared)
    body = render_template(
        "experts/check.html", expert=expert, form=form, steps=_steps(expert, CHECK), back=step_href(STEPS[-1].key),
        checks=[_line(each) for each in content.checks(written)], sections=sections(written),
        rows=content.changes(last.content, written) if last else None, remark=_remark(expert),
        refusal=complete(expert) or services.nothing_new(expert), renews=services.renewable(expert),
        at_once=expert.state in services.IN_FORCE,
    )  # fmt: skip
    return body, HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK


def _declared(expert: Expert) -> str:
    if expert.state in services.IN_FORCE:
        return _("已申报，回避核对从现在起按新内容进行。")
    return _("已提交。审核结果会发到您的邮箱，也会显示在这里。")


def _line(each: content.Check) -> dict[str, Any]:
    link = step_href(each.step) if each.step and each.kind != "ok" else ""
    return {"kind": each.kind, "text": each.text, "why": each.why, "href": link}


def _remark(expert: Expert | None) -> ledger.LedgerEntry | None:
    """What the official wrote when he returned it."""
    entry = ledger.latest(expert) if expert is not None and expert.state == "returned" else None
    return entry if entry is not None and entry.action == "return" else None


def _step(key: str) -> FormStep:
    for each in STEPS:
        if each.key == key:
            return each
    raise NotFound


# ---- for officials ----


def register() -> ResponseReturnValue:
    """The experts an official may see, by state and field."""
    actor = current_actor()
    if not keeps_register(actor):
        raise NotFound
    states = queries.register_states(actor)
    state, field = asked_status(EXPERT.states), request.args.get("field", "")
    choices = field_choices()
    if field and field not in {each for each, _label in choices}:
        raise NotFound
    page = paginate(queries.register(actor, state, field))
    return render_template(
        "experts/register.html", page=page, state=state, field=field, choices=choices, mark=EXPERT.mark,
        states={key: states[key] for key in EXPERT.states if key in states}, place=content.place,
        fields=_field_labels(page.items),
    )  # fmt: skip


def field_choices() -> list[tuple[str, Any]]:
    """The fields an official may choose by."""
    domains = [(f"domain.{each.value}", each.label) for each in domain_choices()]
    return [*domains, *((f"category.{each.value}", each.label) for each in category_choices())]


def _field_labels(experts: Sequence[Expert]) -> Mapping[int, list[Text]]:
    found = queries.fields_of_experts(experts)
    return {key: [content.field_label(each) for each in fields] for key, fields in found.items()}


def show(number: str) -> ResponseReturnValue:
    """An expert before an official: what he declared, what ties count, what happened."""
    actor = current_actor()
    expert = queries.expert_by_number(number, actor)
    if is_self(actor, expert):
        return redirect(url_for("experts.me"))
    last = queries.declaration(expert, expert.declared)
    if last is None:
        raise NotFound
    return render_template(
        "experts/show.html", expert=expert, mark=EXPERT.mark(expert.state), sections=sections(last.content), last=last,
        offers=offers(EXPERT, expert), history=history_lines(expert), waits=expert.submitted_at is not None,
        ties=tie_lines(expert), declarations=queries.declarations(expert),
    )  # fmt: skip


def sections(declared: Mapping[str, Any]) -> dict[str, Any]:
    """A declaration in words: pairs of the person, and for each kind of tie its lines, None where not declared."""
    tables = []
    for key, label in content.SECTIONS.items():
        rows = [(content.line_head(key, row), content.line_words(row)) for row in declared.get(key) or []]
        tables.append((label, rows, bool(declared.get(f"no_{key}"))))
    return {"person": [(label, words) for _key, label, words in content.person_pairs(declared)], "tables": tables}


def tie_lines(expert: Expert) -> list[dict[str, Any]]:
    """The ties that a conflict check would read today, as rows of a table."""
    today = clock.today()
    return [
        {
            "kind": content.kind_of(one.tie), "who": content.who_of(one.tie), "known": one.organization_id is not None,
            "since": one.tie.since, "until": one.tie.until, "percent": one.tie.percent, "now": one.tie.holds_on(today),
        }
        for one in queries.interests(expert.id, today)
    ]  # fmt: skip


def history_lines(expert: Expert) -> list[dict[str, Any]]:
    """History for the macro ``log``, newest first: officials by their post, the expert as himself."""
    entries = ledger.history(expert)
    posts = posts_by_id([entry.post_id for entry in entries if entry.post_id])
    lines = []
    for entry in reversed(entries):
        step = EXPERT.by_name.get(entry.action)
        act = step.told if step else DONE[entry.action]
        who = posts[entry.post_id].label if entry.post_id in posts else Text("系统", "System")
        if entry.actor_id == expert.user_id:
            who = Text("本人", "The expert")
        text = entry.told(act)
        lines.append({"at": entry.at, "text": text, "who": who})
    return lines
