"""Selects for lists as files: what an export holds, what the public may read, what an import asks."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from marketplace.challenges.models import Challenge
from marketplace.core.actor import VISITOR
from marketplace.foundation.db import db
from marketplace.listings.kind import Kind
from marketplace.listings.models import OPEN, Listing, Revision
from marketplace.notices.models import Notice
from marketplace.organizations.models import Member, Organization
from marketplace.products.kind import PRODUCT
from marketplace.scenarios.kind import SCENARIO
from marketplace.search.queries import Question, matching_keys, visible_keys
from marketplace.sites.models import Site
from marketplace.web.plate import sources

KINDS: dict[str, Kind] = {"products": PRODUCT, "scenarios": SCENARIO}
PORTION = 500
MOST_HITS = 1_000_000  # far above what the site holds

Model = type[Listing] | type[Organization]
# What is found beside the lists.
BESIDE: dict[str, Any] = {"challenges": Challenge, "notices": Notice, "sites": Site}


def model_of(name: str) -> Any:
    """The table behind a list."""
    if name in BESIDE:
        return BESIDE[name]
    return KINDS[name].model if name in KINDS else Organization


# ---- what an import asks --------------------------------------------------------------------------------------------


def organizations_by_code(codes: AbstractSet[str]) -> dict[str, Organization]:
    """Credit code → organization, in whatever state."""
    select = sa.select(Organization).where(Organization.credit_code.in_(sorted(codes - {""})))
    return {each.credit_code: each for each in db.session.scalars(select.options(joinedload(Organization.parent)))}


def codes_by_number(numbers: AbstractSet[str]) -> dict[str, str]:
    """Number → credit code of the organization that has it."""
    wanted = Organization.number.in_(sorted(numbers - {""}))
    return dict(db.session.execute(sa.select(Organization.number, Organization.credit_code).where(wanted)).all())


def parents() -> dict[str, str]:
    """Credit code → credit code of the parent, of all that have one."""
    upper = sa.orm.aliased(Organization)
    select = sa.select(Organization.credit_code, upper.credit_code).join(upper, Organization.parent_id == upper.id)
    return dict(db.session.execute(select).all())


def with_members(ids: Sequence[int]) -> frozenset[int]:
    """Those of these organizations that people belong to."""
    return frozenset(db.session.scalars(sa.select(Member.organization_id).where(Member.organization_id.in_(ids))))


def listings_by_number(kind: Kind, numbers: AbstractSet[str]) -> dict[str, Listing]:
    """Number → listing, in whatever state, with its organization."""
    model = kind.model
    select = sa.select(model).where(model.number.in_(sorted(numbers - {""})))
    return {each.number: each for each in db.session.scalars(select.options(joinedload(model.organization)))}


def with_open_revision(kind: Kind, ids: Sequence[int]) -> frozenset[int]:
    """Those of these listings that somebody is revising."""
    mine = (Revision.listing_type == kind.name) & Revision.listing_id.in_(ids) & Revision.state.in_(OPEN)
    return frozenset(db.session.scalars(sa.select(Revision.listing_id).where(mine)))


# ---- what an export holds -------------------------------------------------------------------------------------------


def exported_ids(name: str) -> Sequence[int]:
    """The keys of what an operator exports, by number: published listings, verified organizations."""
    model = model_of(name)
    state = "published" if name in KINDS else "verified"
    return db.session.scalars(sa.select(model.id).where(model.state == state).order_by(model.number)).all()


def objects(name: str, ids: Iterable[int]) -> Iterator[Any]:
    """The rows with these keys in their order, read in portions and forgotten again."""
    model = model_of(name)
    related = model.parent if model is Organization else model.organization
    keys = iter(ids)
    while portion := list(islice(keys, PORTION)):
        select = sa.select(model).where(model.id.in_(portion)).options(joinedload(related))
        found = {each.id: each for each in db.session.scalars(select)}
        yield from (found[each] for each in portion if each in found)
        db.session.expunge_all()


def specs_used(ids: Sequence[int]) -> set[str]:
    """The specs that any of these products states."""
    specs = sa.type_coerce(PRODUCT.model.content, sa.JSON)["specs"]
    if db.engine.dialect.name == "sqlite":
        keys = sa.func.json_each(PRODUCT.model.content, "$.specs").table_valued("key")
        select = sa.select(keys.c.key).select_from(PRODUCT.model).join(keys, sa.true()).distinct()
    else:
        select = sa.select(sa.func.json_object_keys(specs)).distinct()
    found: set[str] = set()
    for start in range(0, len(ids), PORTION):
        found.update(db.session.scalars(select.where(PRODUCT.model.id.in_(ids[start : start + PORTION]))))
    return found


# ---- what the public may read ---------------------------------------------------------------------------------------


def public_keys(kind: str, after: int = 0, limit: int | None = None) -> Sequence[int]:
    """The keys that a visitor may see, ascending, behind ``after``."""
    select, key = _public(kind)
    return db.session.scalars(select.where(key > after).order_by(key).limit(limit)).all()


def newest_public_keys(name: str) -> Sequence[int]:
    """The keys of the whole public list, the newest first."""
    model = model_of(name)
    select, key = _public(KINDS[name].name if name in KINDS else "organization")
    since = model.published_at if name in KINDS else model.verified_at
    return db.session.scalars(select.order_by(since.desc(), key.desc())).all()


def public_count(kind: str) -> int:
    """How many a visitor may see."""
    select, _key = _public(kind)
    return db.session.scalar(sa.select(sa.func.count()).select_from(select.subquery())) or 0


def narrows(question: Question) -> bool:
    """Whether the question leaves anything out; the whole list needs no index."""
    return bool(question.text or question.wanted) or any(facet != "kind" for facet in question.filters)


def found_keys(question: Question, kind: str) -> list[int]:
    """The keys of everything of a kind that a visitor finds with a question, in the order of the hits."""
    ids = matching_keys(question, kind, MOST_HITS)
    portions = (ids[start : start + PORTION] for start in range(0, len(ids), PORTION))
    return [key for portion in portions for key in visible_keys(kind, portion, VISITOR)]


def _public(kind: str) -> tuple[sa.Select[Any], Any]:
    select = sources()[kind].visible(VISITOR)
    return select, next(iter(select.selected_columns))


def fingerprint(name: str, ids: Sequence[int]) -> str:
    """A hash that changes when any of these rows, their order or their organization's names change."""
    model = model_of(name)
    other = sa.orm.aliased(Organization)
    joined = model.organization_id == other.id if name in KINDS else model.parent_id == other.id
    select = sa.select(model.id, model.version, other.version).outerjoin(other, joined)
    seen = hashlib.sha256()
    for start in range(0, len(ids), PORTION):
        portion = ids[start : start + PORTION]
        rows = {row[0]: row for row in db.session.execute(select.where(model.id.in_(portion)))}
        seen.update(repr([tuple(rows.get(each, (each,))) for each in portion]).encode())
    return seen.hexdigest()[:32]


def public_key(name: str, number: str) -> int | None:
    """The key of the object with this number, if a visitor may see it."""
    model = model_of(name)
    select, _key = _public(KINDS[name].name if name in KINDS else "organization")
    found: int | None = db.session.scalar(select.where(model.number == number))
    return found
