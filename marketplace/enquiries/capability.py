"""The plate of talks: pages, panels, letters, what waits, what time does, and what happens when a listing ends."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Flask, url_for

from marketplace.core.actor import Actor
from marketplace.core.text import Text
from marketplace.enquiries import (
    chained,
    figures,
    lifecycle,
    notify,
    opening,
    opening_views,
    queries,
    services,
    showing,
    views,
)
from marketplace.enquiries.lifecycle import ENQUIRY, OUTCOME
from marketplace.enquiries.models import Enquiry
from marketplace.enquiries.policy import is_asked
from marketplace.foundation.db import transaction
from marketplace.foundation.outbox import Message
from marketplace.foundation.worker import Task
from marketplace.web.languages import current_language
from marketplace.web.limits import A_MINUTE, Limit, figure
from marketplace.web.plate import Capability, Duty, FooterLink, Named, Recorded

REMIND_SECONDS = 60.0
WRITING = figure("enquiries.writing", Text("对接留言和发起对接", "Messages in talks, and talks opened"), 60, A_MINUTE)


def _remind() -> bool:
    with transaction():
        return services.remind_due()


def _settle() -> bool:
    with transaction():
        return services.settle_ends()


def _lapse(message: Message) -> None:
    """What nobody has answered lapses with the listing that it is about."""
    services.lapse_about(message.subject_type, message.subject_id)


def duties(actor: Actor) -> list[Duty]:
    """Talks to answer and outcomes to confirm, the oldest first."""
    return [_duty(each, actor) for each in queries.waiting(actor)]


def _duty(enquiry: Enquiry, actor: Actor) -> Duty:
    to_answer = enquiry.state == "opened" and is_asked(actor, enquiry)
    proposal = enquiry.proposal
    other = enquiry.organization_of(enquiry.opened_side if to_answer or proposal is None else proposal.side)
    why = Text("%(name)s 发起对接", "%(name)s wants to talk") if to_answer else Text(
        "%(name)s 提出了对接结果", "%(name)s proposed an outcome"
    )  # fmt: skip
    return Duty(
        verb=Text("答复", "Answer") if to_answer else Text("确认", "Confirm"),
        title=enquiry.title.say(current_language()),
        href=url_for("enquiries.show", number=enquiry.number),
        why=why % {"name": other.label},
        since=enquiry.opened_at if proposal is None else proposal.proposed_at,
        due=views.answer_due(enquiry) if to_answer else None,
    )


def _named(numbers: dict[int, str]) -> dict[int, Named]:
    return {key: Named(number, url_for("enquiries.show", number=number)) for key, number in numbers.items()}


def named(ids: Sequence[int]) -> dict[int, Named]:
    """Talks as the logs name them: by number alone."""
    return _named(queries.numbers_of(ids))


def named_outcomes(ids: Sequence[int]) -> dict[int, Named]:
    """Outcomes by the number of their talk."""
    return _named(queries.outcome_numbers(ids))


def _init(app: Flask) -> None:
    acts = app.extensions.setdefault("listing_acts", {})
    acts.setdefault("scenario", []).append(opening_views.scenario_acts)
    acts.setdefault("product", []).append(opening_views.product_acts)
    app.extensions["compare_ways"] = opening_views.compare_ways
    app.extensions.setdefault("organization_panels", []).append(opening_views.organization_panel)
    app.extensions.setdefault("workspace_panels", []).append(opening_views.workspace_panel)
    app.extensions.setdefault("signatures", []).append(showing.signature)


ENDINGS = ("scenario.withdraw", "scenario.close", "scenario.fulfil", "product.withdraw")
STEPS = ("accept", "decline", "withdraw", "lapse")
ANSWERS = ("propose", "confirm", "settle", "refuse", "take_back")

ENQUIRIES = Capability(
    name="enquiries",
    chain=chained.CHAIN,
    blueprints=views.blueprints,
    footer=(FooterLink(1, Text("我的对接", "My talks"), "enquiry_ways.table", 45),),
    topics=dict.fromkeys(ENDINGS, _lapse),
    letters={
        "enquiry.open": notify.opened,
        "enquiry.remind": notify.reminded,
        "enquiry.message": notify.said,
        "enquiry.meet": notify.said,
        **{f"enquiry.{step}": notify.changed for step in STEPS},
        **{f"outcome.{step}": notify.outcome_changed for step in ANSWERS},
    },
    letter_groups=(notify.ENQUIRIES,),
    tasks=(
        Task("enquiries.remind", _remind, REMIND_SECONDS),
        Task("enquiries.settle_ends", _settle, REMIND_SECONDS),
    ),
    settings=(
        services.REMIND_DAYS,
        lifecycle.END_DAYS,
        figures.ANSWER_DAYS,
        figures.RESPONSE_LEAST,
        opening.WAITING_MOST,
        opening.AGAIN_DAYS,
    ),
    limits=(Limit(WRITING, ("enquiries.write", "enquiry_ways.answer", "enquiry_ways.invite"), methods=("POST",)),),
    records=(
        Recorded("enquiry", ENQUIRY.label, acts=showing.ACTS, lifecycle=ENQUIRY, named=named, key_of=queries.key_of),
        Recorded("outcome", OUTCOME.label, acts=showing.OUTCOME_ACTS, lifecycle=OUTCOME, named=named_outcomes),
    ),
    file_policies={"enquiry_message": queries.can_read_file},
    personal=queries.personal,
    duties=duties,
    duty_selects=queries.duty_selects,
    init=_init,
)
