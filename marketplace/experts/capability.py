"""The plate of the register: its pages, its letters, what time does, and who an expert is to the rest of the site."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Flask, get_template_attribute, url_for
from markupsafe import Markup

from marketplace.accounts.models import User
from marketplace.core.actor import Actor
from marketplace.core.reasons import in_words
from marketplace.core.text import Text
from marketplace.experts import leaving, notify, queries, services, views
from marketplace.experts.lifecycle import DECISION_DAYS, EXPERT, SETTINGS
from marketplace.experts.models import Expert
from marketplace.experts.policy import decides, keeps_register
from marketplace.foundation import ledger
from marketplace.foundation.db import transaction
from marketplace.foundation.letters import DECISIONS, DESK
from marketplace.foundation.worker import Task
from marketplace.web.languages import current_language
from marketplace.web.plate import Capability, Duty, Named, Queue, Recorded, Waiting, WayOn

EVERY = 600.0


def _expire() -> bool:
    with transaction():
        return services.expire_due()


def _remind() -> bool:
    with transaction():
        return services.remind_due()


def actor_part(user: User) -> dict[str, Any]:
    """What an actor knows of his place in the register."""
    return {"expert_id": queries.registered_id(user)}


def waiting_rows(ids: Sequence[int]) -> list[Waiting]:
    """Experts to decide on, for the queue of an official."""
    return [_row(each) for each in queries.experts_with(ids)]


def _row(expert: Expert) -> Waiting:
    what = Text("入库", "Entry") if expert.state == "in_review" else Text("变更", "Change")
    return Waiting(
        key=expert.id, title=Text(expert.name, expert.name), number=expert.number,
        what=Text("续期", "Renewal") if expert.renewal_asked_at else what,
        organization=Text(expert.title, expert.title),
        at=expert.submitted_at, href=url_for("review.expert", number=expert.number),
    )  # fmt: skip


REGISTER = Queue(
    key="experts",
    label=Text("评审专家", "Experts"),
    verb=Text("审核", "Review"),
    model=Expert,
    held=decides,
    waits=queries.waits_for_decision,
    rows=waiting_rows,
    days=DECISION_DAYS,
)


def named(ids: Sequence[int]) -> dict[int, Named]:
    """Experts as the logs name them: by number alone, because the register's names are for few."""
    return {
        each.id: Named(each.number, url_for("experts.show", number=each.number)) for each in queries.experts_with(ids)
    }


RECORDED = Recorded(
    "expert", Text("评审专家", "Expert"), acts=views.DONE, lifecycle=EXPERT, named=named, key_of=queries.key_of
)


def duties(actor: Actor) -> list[Duty]:
    """What waits for the expert himself: to correct, or to renew."""
    expert = queries.own_duty(actor)
    if expert is None:
        return []
    if expert.state == "returned":
        remark = ledger.latest(expert)
        why = in_words(remark.reason) if remark else None
        verb, title = (
            Text("补正", "Correct"),
            Text("专家入库申请被退回", "Your application to the register was returned"),
        )
        return [Duty(verb, title.say(current_language()), url_for("experts.me"), why, expert.updated_at)]
    title = Text("核对申报内容并续期", "Check your declaration and renew it")
    why = Text("到期未续的不参加抽取", "Who has not renewed is not drawn for panels")
    return [
        Duty(
            Text("续期", "Renew"), title.say(current_language()), url_for("experts.me"), why,
            expert.approved_at, expert.valid_until,
        )
    ]  # fmt: skip


def workspace_panel(actor: Actor) -> Markup | None:
    """His place in the register, for the workspace of an expert; the way into the register for its officials."""
    expert = queries.expert_of(actor.user_id)
    if expert is None and not keeps_register(actor):
        return None
    draw = get_template_attribute("experts/workspace_panel.html", "workspace_panel")
    mark = EXPERT.mark(expert.state) if expert else None
    return Markup(draw(expert, mark, keeps_register(actor)))


def _init(app: Flask) -> None:
    app.extensions.setdefault("actor_parts", []).append(actor_part)
    app.extensions.setdefault("workspace_panels", []).append(workspace_panel)


EXPERTS = Capability(
    name="experts",
    blueprints=lambda: (views.blueprint(),),
    letters={
        "expert.submit": notify.declared,
        "expert.declare": notify.declared,
        "expert.renewal_due": notify.renewal_due,
        **{f"expert.{step}": notify.decided for step in notify.TOLD},
    },
    letter_groups=(DESK, DECISIONS),
    strict=lambda actor: actor.expert_id is not None,
    personal=leaving.personal,
    keeps=leaving.keeps,
    forget=leaving.forget,
    tasks=(Task("expert.expire", _expire, EVERY), Task("expert.remind", _remind, EVERY)),
    settings=SETTINGS,
    records=(RECORDED,),
    queues=lambda: (REGISTER,),
    duties=duties,
    duty_selects=queries.duty_selects,
    ways=(
        WayOn(
            Text("申请成为评审专家", "Apply as an expert"),
            Text("以个人身份参加揭榜挂帅评审。", "Judge the bids of challenges in your own name."),
            "experts.me",
            90,
        ),
    ),
    init=_init,
)
