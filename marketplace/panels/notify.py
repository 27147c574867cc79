"""Topic → who is told what. An expert is never told who is judged, nor by which hit he is out."""

from __future__ import annotations

from collections.abc import Iterator

from marketplace.accounts.notify import letter
from marketplace.config import Config
from marketplace.core.actor import Duty
from marketplace.core.text import Text
from marketplace.foundation.db import db
from marketplace.foundation.ledger import LedgerEntry
from marketplace.foundation.letters import DESK, Letter, LetterGroup, Link
from marketplace.foundation.outbox import Message
from marketplace.panels.models import Assignment, Panel
from marketplace.panels.subjects import kind_of
from marketplace.posts.queries import officials

ASSIGNMENTS = LetterGroup(
    "assignments",
    Text("评审任务", "Assignments to judge"),
    Text("请您评审、任务有变化时", "When you are asked to judge, and when that changes"),
    owed=Text("逾期未答复的由候补递补", "Who does not answer in time is replaced"),
    concerns=lambda actor: actor.expert_id is not None,
)
# Steps after which an expert who was called is not needed any more.
ENDED = ("block", "void", "release", "lapse")


def called(message: Message, config: Config) -> Iterator[Letter]:
    """The expert is asked; nothing when it has passed meanwhile."""
    one = db.session.get_one(Assignment, message.subject_id)
    if one.state == "proposed":
        yield _to_expert(one, "panels/called", config)


def ended(message: Message, config: Config) -> Iterator[Letter]:
    """He is told that he does not judge, if he was ever asked; the reason is for the officials."""
    one = db.session.get_one(Assignment, message.subject_id)
    entry = db.session.get_one(LedgerEntry, message.payload["entry"])
    if entry.before != "reserve" and one.called_at is not None:
        yield _to_expert(one, "panels/ended", config)
    if message.topic == "assignment.void":
        yield from _to_officials(one.panel, "panels/void", config)


def vacant(message: Message, config: Config) -> Iterator[Letter]:
    """The officials draw further reserves."""
    panel = db.session.get_one(Panel, message.subject_id)
    if panel.state == "open":
        yield from _to_officials(panel, "panels/vacant", config)


def _to_expert(one: Assignment, template: str, config: Config) -> Letter:
    panel, kind = one.panel, kind_of(one.panel)
    link = Link(f"{config.base_url}/panel/assignments/{one.id}")
    return letter(
        one.expert.user, template, ASSIGNMENTS, number=panel.about_number, title=panel.label, until=one.answer_by,
        what=kind.label if kind else Text("评审", "judging"), link=link,
    )  # fmt: skip


def _to_officials(panel: Panel, template: str, config: Config) -> Iterator[Letter]:
    link = Link(f"{config.base_url}/panel/{panel.about_type}/{panel.about_number}")
    duty: Duty = panel.duty  # type: ignore[assignment]  # a column of texts
    for user in officials(duty, panel.region):
        yield letter(user, template, DESK, number=panel.about_number, title=panel.label, link=link)
