"""Selects of talks: one, mine, what waits, what may be opened, and what is counted."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from marketplace.accounts.models import User
from marketplace.accounts.queries import can_sign_in
from marketplace.core.actor import Actor
from marketplace.core.errors import NotFound
from marketplace.core.text import Text
from marketplace.enquiries.models import (
    ENDING,
    LIVE,
    PROPOSALS,
    SUPPLIER,
    ContactReading,
    Enquiry,
    EnquiryMessage,
    EnquiryProduct,
    Outcome,
)
from marketplace.enquiries.policy import asked_of, can_view, proposed_to, visible_to
from marketplace.foundation import once
from marketplace.foundation.db import db
from marketplace.foundation.files import StoredFile
from marketplace.foundation.ledger import LedgerEntry
from marketplace.listings.models import Listing
from marketplace.organizations.models import Member, Organization
from marketplace.products.models import Product
from marketplace.scenarios.models import Scenario
from marketplace.web.plate import PersonalPart


def whole(select: sa.Select[Enquiry]) -> sa.Select[Enquiry]:
    """With everything that a row of a list shows: six statements, however many rows."""
    return select.options(
        joinedload(Enquiry.supplier), joinedload(Enquiry.demander), joinedload(Enquiry.scenario),
        selectinload(Enquiry.offered), selectinload(Enquiry.outcomes),
    )  # fmt: skip


def enquiry_by_number(number: str, actor: Actor) -> Enquiry:
    """The talk if the actor belongs to one of its sides.

    Raises:
        NotFound: there is none, or it is not for him to know.
    """
    found = db.session.scalar(whole(sa.select(Enquiry).where(Enquiry.number == number, visible_to(actor))))
    if found is None:
        raise NotFound
    return found


def enquiry_of(entry: LedgerEntry, actor: Actor) -> Enquiry | None:
    """The talk of the actor's that an entry of history is about, or its outcome; None when there is none."""
    if entry.subject_type not in ("enquiry", "outcome"):
        return None
    proposed = sa.select(Outcome.enquiry_id).where(Outcome.id == entry.subject_id).scalar_subquery()
    key = proposed if entry.subject_type == "outcome" else entry.subject_id
    return db.session.scalar(whole(sa.select(Enquiry).where(Enquiry.id == key, visible_to(actor))))


def outcome_by_key(key: str, actor: Actor) -> Outcome:
    """An outcome of a talk of the actor's.

    Raises:
        NotFound: there is none, or it is not for him to know.
    """
    wanted = int(key) if key.isascii() and key.isdecimal() and len(key) < 10 else 0
    select = sa.select(Outcome).join(Outcome.enquiry).where(Outcome.id == wanted, visible_to(actor))
    found = db.session.scalar(select.options(contains_eager(Outcome.enquiry)))
    if found is None:
        raise NotFound
    return found


def mine(actor: Actor, state: str = "") -> sa.Select[Enquiry]:
    """The talks of the actor's organizations: those that wait for him, then others that go on, then those that are
    over; the newest change first in each."""
    place = sa.case((Enquiry.id.in_(waiting_ids(actor)), 0), (Enquiry.state.in_(LIVE), 1), else_=2)
    wanted = Enquiry.state == state if state else sa.true()
    select = whole(sa.select(Enquiry).where(visible_to(actor), wanted))
    return select.order_by(place, Enquiry.updated_at.desc(), Enquiry.id.desc())


def waiting_ids(actor: Actor) -> sa.Select[int]:
    """The keys of the talks in which the actor's side owes an answer: to the talk itself or to an outcome."""
    asked = sa.select(Enquiry.id).where(Enquiry.state == "opened", asked_of(actor))
    proposed = sa.select(Enquiry.id).join(Outcome, Outcome.enquiry_id == Enquiry.id)
    proposed = proposed.where(Outcome.state == "proposed", proposed_to(actor))
    return sa.select(sa.union(asked, proposed).subquery().c.id)


def waiting(actor: Actor, limit: int = 50) -> Sequence[Enquiry]:
    """Those talks, the oldest first."""
    if not actor.organization_ids:
        return ()
    select = whole(sa.select(Enquiry).where(Enquiry.id.in_(waiting_ids(actor))))
    return db.session.scalars(select.order_by(Enquiry.opened_at, Enquiry.id).limit(limit)).all()


def duty_selects(actor: Actor) -> list[sa.Select[int]]:
    """The same, a row each."""
    return [waiting_ids(actor)] if actor.organization_ids else []


def states_of(actor: Actor) -> dict[str, int]:
    """State → how many of the actor's talks are in it."""
    select = sa.select(Enquiry.state, sa.func.count()).where(visible_to(actor)).group_by(Enquiry.state)
    return {row[0]: row[1] for row in db.session.execute(select)}


# ---- what a talk holds ----------------------------------------------------------------------------------------------


def messages_of(enquiry: Enquiry) -> Sequence[EnquiryMessage]:
    """What was said, the oldest first."""
    select = sa.select(EnquiryMessage).where(EnquiryMessage.enquiry_id == enquiry.id)
    return db.session.scalars(select.order_by(EnquiryMessage.id)).all()


def files_of(messages: Sequence[EnquiryMessage]) -> dict[int, list[StoredFile]]:
    """The files of messages, by the key of the message."""
    theirs = (StoredFile.owner_type == "enquiry_message") & StoredFile.owner_id.in_([each.id for each in messages])
    found: dict[int, list[StoredFile]] = {}
    for file in db.session.scalars(sa.select(StoredFile).where(theirs).order_by(StoredFile.id)):
        found.setdefault(file.owner_id, []).append(file)
    return found


def said_already(enquiry: Enquiry, actor: Actor, form_key: str, text: str, digests: Sequence[str]) -> bool:
    """Whether this form has said these words already, with files of these digests: pressed twice, it says them once.

    Who goes back to it and writes something else says something else.
    """
    if once.begun_with(form_key, actor, enquiry.subject_type) != enquiry.id:
        return False
    mine = (EnquiryMessage.enquiry_id == enquiry.id) & (EnquiryMessage.author_id == actor.user_id)
    last = db.session.scalars(sa.select(EnquiryMessage).where(mine).order_by(EnquiryMessage.id.desc()).limit(1)).one()
    return (last.text, [each.sha256 for each in files_of([last]).get(last.id, [])]) == (text, list(digests))


def can_read_file(actor: Actor, file: StoredFile) -> bool:
    """A file of a message: whoever may read the talk."""
    message = db.session.get(EnquiryMessage, file.owner_id)
    enquiry = db.session.get(Enquiry, message.enquiry_id) if message else None
    return enquiry is not None and can_view(actor, enquiry)


def history(enquiry: Enquiry) -> Sequence[LedgerEntry]:
    """What happened to the talk and to its outcomes, the newest first."""
    own = (LedgerEntry.subject_type == "enquiry") & (LedgerEntry.subject_id == enquiry.id)
    keys = [each.id for each in enquiry.outcomes]
    theirs = (LedgerEntry.subject_type == "outcome") & LedgerEntry.subject_id.in_(keys)
    return db.session.scalars(sa.select(LedgerEntry).where(own | theirs).order_by(LedgerEntry.id.desc())).all()


def leaving(enquiry: Enquiry) -> LedgerEntry | None:
    """The entry with which a talk was declined or ended, or lapsed, None for one that was not."""
    own = (LedgerEntry.subject_type == "enquiry") & (LedgerEntry.subject_id == enquiry.id)
    select = sa.select(LedgerEntry).where(own, LedgerEntry.action.in_(("decline", "end", "lapse")))
    return db.session.scalar(select.order_by(LedgerEntry.id.desc()).limit(1))


def end_of(listing: Listing) -> LedgerEntry | None:
    """The entry with which a listing came into its present state."""
    own = (LedgerEntry.subject_type == listing.subject_type) & (LedgerEntry.subject_id == listing.id)
    select = sa.select(LedgerEntry).where(own, LedgerEntry.after == listing.state)
    return db.session.scalar(select.order_by(LedgerEntry.id.desc()).limit(1))


def refusals_of(enquiry: Enquiry) -> dict[int, str]:
    """Outcome that was refused → the reason; no statement where none was."""
    keys = [each.id for each in enquiry.outcomes if each.state == "refused"]
    if not keys:
        return {}
    select = sa.select(LedgerEntry.subject_id, LedgerEntry.reason)
    theirs = (LedgerEntry.subject_type == "outcome") & LedgerEntry.subject_id.in_(keys)
    return {row[0]: row[1] for row in db.session.execute(select.where(theirs, LedgerEntry.action == "refuse"))}


# ---- opening one ----------------------------------------------------------------------------------------------------


def has_people(organization_id: int) -> bool:
    """Whether somebody of the organization can sign in and answer."""
    return organization_id in with_people([organization_id])


def with_people(organization_ids: Collection[int]) -> set[int]:
    """Those of the organizations of which somebody can sign in and answer."""
    select = sa.select(Member.organization_id).join(User).where(Member.organization_id.in_(organization_ids))
    return set(db.session.scalars(select.where(can_sign_in()).distinct()))


def verified_of(actor: Actor) -> Sequence[Organization]:
    """The actor's organizations that are verified."""
    ids = sorted(each.organization_id for each in actor.memberships)
    select = sa.select(Organization).where(Organization.id.in_(ids), Organization.state == "verified")
    return db.session.scalars(select.order_by(Organization.id)).all()


def published_products(organization_ids: Sequence[int]) -> Sequence[Product]:
    """What these organizations have published."""
    select = sa.select(Product).where(Product.organization_id.in_(organization_ids), Product.state == "published")
    return db.session.scalars(select.options(joinedload(Product.organization)).order_by(Product.id)).all()


def published_scenarios(organization_ids: Sequence[int]) -> Sequence[Scenario]:
    """The open needs of these organizations."""
    select = sa.select(Scenario).where(Scenario.organization_id.in_(organization_ids), Scenario.state == "published")
    return db.session.scalars(select.options(joinedload(Scenario.organization)).order_by(Scenario.id)).all()


def no_more_open(numbers: Sequence[str], actor: Actor) -> Sequence[Listing]:
    """The actor's listings of these numbers that are not published, or not any more."""
    own = sorted(actor.organization_ids)
    return [
        each
        for model in (Product, Scenario)
        for each in db.session.scalars(
            sa.select(model).where(
                model.number.in_(numbers), model.organization_id.in_(own), model.state != "published"
            )
        )
    ]


def live_about_scenario(scenario_id: int, supplier_ids: Sequence[int]) -> dict[int, Enquiry]:
    """Supplier → the live talk that it has about the scenario."""
    select = sa.select(Enquiry).where(
        Enquiry.scenario_id == scenario_id, Enquiry.supplier_id.in_(supplier_ids), Enquiry.state.in_(LIVE)
    )
    return {each.supplier_id: each for each in db.session.scalars(select)}


def live_with_supplier(supplier_id: int, demander_ids: Sequence[int]) -> Sequence[Enquiry]:
    """The live talks of a supplier with these demanders."""
    select = sa.select(Enquiry).where(
        Enquiry.supplier_id == supplier_id, Enquiry.demander_id.in_(demander_ids), Enquiry.state.in_(LIVE)
    )
    return db.session.scalars(select).all()


def standing_between(supplier_ids: Collection[int], demander_ids: Collection[int]) -> Sequence[Enquiry]:
    """The talks of these suppliers with these demanders that are live or agreed, the oldest first."""
    select = sa.select(Enquiry).where(
        Enquiry.supplier_id.in_(supplier_ids), Enquiry.demander_id.in_(demander_ids),
        Enquiry.state.in_((*LIVE, "agreed")),
    )  # fmt: skip
    return db.session.scalars(select.options(selectinload(Enquiry.offered)).order_by(Enquiry.id)).all()


def last_declines(
    supplier_ids: Collection[int], demander_ids: Collection[int], side: str
) -> dict[tuple[int, int, int | None], datetime]:
    """(supplier, demander, scenario or None) → when what ``side`` opened about it was last declined."""
    keys = Enquiry.supplier_id, Enquiry.demander_id, Enquiry.scenario_id
    select = sa.select(*keys, sa.func.max(Enquiry.answered_at)).where(
        Enquiry.supplier_id.in_(supplier_ids), Enquiry.demander_id.in_(demander_ids),
        Enquiry.state == "declined", Enquiry.opened_side == side,
    )  # fmt: skip
    return {(row[0], row[1], row[2]): row[3] for row in db.session.execute(select.group_by(*keys)) if row[3]}


def unanswered_counts(organization_ids: Collection[int], side: str) -> dict[int, int]:
    """Organization → how many talks that it opened on ``side`` wait for an answer, where any does."""
    column = Enquiry.supplier_id if side == SUPPLIER else Enquiry.demander_id
    theirs = column.in_(organization_ids) & (Enquiry.opened_side == side) & (Enquiry.state == "opened")
    select = sa.select(column, sa.func.count()).where(theirs).group_by(column)
    return {row[0]: row[1] for row in db.session.execute(select)}


def first_words(number: str, user_id: int | None) -> str | None:
    """With what words the person opened a talk; None when it was not this person who did."""
    select = sa.select(EnquiryMessage.text).join(Enquiry, Enquiry.id == EnquiryMessage.enquiry_id)
    mine = (Enquiry.number == number) & (Enquiry.opened_by == user_id)
    return db.session.scalar(select.where(mine).order_by(EnquiryMessage.id).limit(1))


# ---- the clock ------------------------------------------------------------------------------------------------------


def to_remind(opened_before: datetime, limit: int) -> Sequence[Enquiry]:
    """Talks opened before that instant that nobody has answered or was reminded of."""
    due = (Enquiry.state == "opened") & Enquiry.reminded_at.is_(None) & (Enquiry.opened_at < opened_before)
    return db.session.scalars(sa.select(Enquiry).where(due).order_by(Enquiry.opened_at).limit(limit)).all()


def ends_proposed(before: datetime) -> Sequence[Outcome]:
    """Proposals to end a talk from before that instant that wait for an answer, the oldest first."""
    waits = (Outcome.kind == ENDING) & (Outcome.state == "proposed") & (Outcome.proposed_at < before)
    select = sa.select(Outcome).where(waits).options(joinedload(Outcome.enquiry)).order_by(Outcome.proposed_at)
    return db.session.scalars(select).all()


def unanswered_about(kind: str, listing_id: int) -> Sequence[Enquiry]:
    """The unanswered talks about a listing."""
    if kind == "scenario":
        about = Enquiry.scenario_id == listing_id
    else:
        about = Enquiry.id.in_(sa.select(EnquiryProduct.enquiry_id).where(EnquiryProduct.product_id == listing_id))
    return db.session.scalars(whole(sa.select(Enquiry).where(Enquiry.state == "opened", about))).all()


def waiting_about(scenario_id: int) -> int:
    """How many talks about a need nobody has answered: they lapse when it ends."""
    theirs = (Enquiry.scenario_id == scenario_id) & (Enquiry.state == "opened")
    return db.session.scalar(sa.select(sa.func.count()).select_from(Enquiry).where(theirs)) or 0


# ---- for the logs, and for who wants his data -----------------------------------------------------------------------


def numbers_of(ids: Sequence[int]) -> dict[int, str]:
    """Key → number, whoever asks (for the logs)."""
    return {
        row[0]: row[1] for row in db.session.execute(sa.select(Enquiry.id, Enquiry.number).where(Enquiry.id.in_(ids)))
    }


def outcome_numbers(ids: Sequence[int]) -> dict[int, str]:
    """Key of an outcome → number of its talk, whoever asks (for the logs)."""
    select = sa.select(Outcome.id, Enquiry.number).join(Outcome.enquiry).where(Outcome.id.in_(ids))
    return {row[0]: row[1] for row in db.session.execute(select)}


def key_of(number: str) -> int | None:
    """The key of a number, None when no talk has it."""
    return db.session.scalar(sa.select(Enquiry.id).where(Enquiry.number == number))


def personal(user_id: int) -> Sequence[PersonalPart]:
    """What a person opened, wrote, looked at and proposed, for the copy of his data."""
    when = Text("时间", "When")
    return (
        _part("enquiry", Text("发起的对接", "Talks opened"), {"opened_at": when},
              sa.select(Enquiry.number, Enquiry.opened_at).where(Enquiry.opened_by == user_id)),
        _part("enquiry_message", Text("对接留言", "Messages in talks"), {"text": Text("内容", "Text"), "at": when},
              _with_number(EnquiryMessage, EnquiryMessage.text, EnquiryMessage.at)
              .where(EnquiryMessage.author_id == user_id)),
        _part("contact_reading", Text("查看联系方式", "Contact data read"), {"at": when},
              _with_number(ContactReading, ContactReading.at).where(ContactReading.user_id == user_id)),
        _part("enquiry_outcome", Text("提出的对接结果", "Outcomes proposed"),
              {"kind": Text("结果", "Outcome"), "note": Text("说明", "Note"), "proposed_at": when},
              _with_number(Outcome, Outcome.kind, Outcome.note, Outcome.proposed_at)
              .where(Outcome.proposed_by == user_id)),
    )  # fmt: skip


def _with_number(model: Any, *columns: Any) -> sa.Select[Any]:
    return sa.select(Enquiry.number, *columns).join(model, model.enquiry_id == Enquiry.id).order_by(model.id)


def _part(table: str, title: Text, labels: dict[str, Text], select: Any) -> PersonalPart:
    rows = [dict(row) for row in db.session.execute(select).mappings()]
    for row in rows:
        if "kind" in row:
            row["kind"] = PROPOSALS[row["kind"]]
    return PersonalPart(table, title, {"number": Text("编号", "Number"), **labels}, rows)
