"""What a row of a file means for the database: new, a change, the same as before, or wrong and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from marketplace.core import clock
from marketplace.core.errors import FieldError
from marketplace.core.text import Text
from marketplace.listings.kind import Kind
from marketplace.listings.models import Listing
from marketplace.lists import queries
from marketplace.lists.columns import Sheet, Values
from marketplace.lists.reading import Given, Problem, problems_of
from marketplace.organizations.models import Organization
from marketplace.reference.catalogue import fold

Action = Literal["new", "change", "same", "wrong"]

Write = Callable[[Mapping[str, Any], Values], dict[str, Any]]
"""Content, changed columns → the new content."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to be done with one row. ``values`` are those to write; ``subject`` the object there is already."""

    given: Given
    action: Action
    problems: tuple[Problem, ...] = ()
    values: Values = field(default_factory=dict)
    subject: Any = None
    organization: Organization | None = None


@dataclass
class Seen:
    """What earlier rows of the same file have said, so that nothing is said twice."""

    rows: dict[tuple[str, str], int] = field(default_factory=dict)

    def first(self, key: str, value: Any, row: int) -> FieldError | None:
        """The error when an earlier row has the same value of a column that must differ."""
        if not value:
            return None
        earlier = self.rows.setdefault((key, value), row)
        message = Text("与第 %(row)d 行重复", "The same as in row %(row)d")
        return FieldError(key, message % {"row": earlier}) if earlier != row else None


def changed_columns(sheet: Sheet, before: Values, given: Values) -> dict[str, Any]:
    """The columns whose text would differ. A value that reads the same is left as it is stored."""
    found = {}
    for key, value in given.items():
        show = sheet.by_key[key].show
        if show(value, "zh_CN") != show(before.get(key), "zh_CN"):
            found[key] = value
    return found


def wrong(given: Given, sheet: Sheet, *errors: FieldError | None) -> Decision:
    """The decision on a row with these mistakes beside those found when it was read."""
    found = problems_of(given, sheet, [error for error in errors if error is not None])
    return Decision(given, "wrong", (*given.problems, *found))


@dataclass(frozen=True, slots=True)
class Owner:
    """What is asked of the organization of a listing."""

    kind: Kind
    found: Mapping[str, Organization]

    def errors(self, values: Values) -> list[FieldError]:
        """Why its row cannot be published in its name."""
        code, name = values.get("organization_code", ""), values.get("organization_name", "")
        organization = self.found.get(code)
        if not code:
            return []
        if organization is None:
            return [
                FieldError(
                    "organization_code",
                    Text("没有这个代码的单位，请先导入单位", "No such organization; import it first"),
                )
            ]
        errors = []
        if organization.state != "verified":
            errors.append(FieldError("organization_code", Text("单位还没有核验", "The organization is not verified")))
        if not self.kind.may_file(organization):
            message = Text(
                "“%(kind)s”类单位不登记此类清单", "An organization of the kind “%(kind)s” does not file these"
            )
            kind = self.kind.label
            errors.append(FieldError("organization_code", message % {"kind": kind}))
        if name and fold(name) not in (fold(organization.name), fold(organization.name_en)):
            message = Text("与代码对应的单位“%(name)s”不符", "The organization with this code is “%(name)s”")
            errors.append(FieldError("organization_name", message % {"name": organization.name}))
        return errors


def judge_listings(sheet: Sheet, kind: Kind, rows: Sequence[Given], seen: Seen) -> list[Decision]:
    """Decide on some rows of products or scenarios with a fixed number of selects."""
    owner = Owner(kind, queries.organizations_by_code({given.values.get("organization_code", "") for given in rows}))
    known = queries.listings_by_number(kind, {given.values.get("number", "") for given in rows})
    open_ids = queries.with_open_revision(kind, [listing.id for listing in known.values()])
    return [_judge(sheet, owner, given, known.get(given.values.get("number", "")), open_ids, seen) for given in rows]


def _judge(
    sheet: Sheet, owner: Owner, given: Given, listing: Listing | None, open_ids: frozenset[int], seen: Seen
) -> Decision:
    before: Values = sheet.record(listing) if listing is not None else {}
    errors = [seen.first("number", given.values.get("number"), given.row), *owner.errors(given.values)]
    errors += sheet.check(before, given.values)
    organization = owner.found.get(given.values.get("organization_code", ""))
    values = changed_columns(sheet, before, given.values) if listing is not None else dict(given.values)
    values.pop("organization_name", None)
    if listing is not None:
        errors += _against(listing, values, open_ids)
    errors.append(_past(values))
    if given.problems or any(errors) or organization is None:
        return wrong(given, sheet, *errors)
    if listing is None:
        return Decision(given, "new", (), values, None, organization)
    return Decision(given, "change" if values else "same", (), values, listing, organization)


def _against(listing: Listing, changed: Values, open_ids: frozenset[int]) -> list[FieldError]:
    """What speaks against replacing a listing that is there."""
    if "organization_code" in changed:
        return [FieldError("number", Text("这个编号属于另一个单位", "This number belongs to another organization"))]
    errors = []
    if "compiled" in changed:
        errors.append(FieldError("compiled", Text("已登记的不能改这一项", "This is not changed once it is entered")))
    if changed and listing.state != "published":
        message = Text("已不公开（%(state)s），不能覆盖", "It is not public (%(state)s)")
        errors.append(FieldError("number", message % {"state": listing.state}))
    elif changed and listing.id in open_ids:
        message = Text("单位正在修订或已送审，不能覆盖", "Its owner is revising it or has submitted a revision")
        errors.append(FieldError("number", message))
    return errors


def _past(changed: Values) -> FieldError | None:
    until = changed.get("valid_until")
    if until and until < clock.today().isoformat():
        return FieldError("valid_until", Text("有效期已过，不会公开", "The validity is over; it would not be public"))
    return None


def judge_organizations(
    sheet: Sheet, rows: Sequence[Given], seen: Seen, codes_in_file: frozenset[str]
) -> list[Decision]:
    """Decide on some rows of organizations; a code is the same organization wherever it stands."""
    codes = {given.values.get(key, "") for given in rows for key in ("credit_code", "parent_code")}
    known = queries.organizations_by_code(codes)
    by_number = queries.codes_by_number({given.values.get("number", "") for given in rows})
    peopled = queries.with_members([each.id for each in known.values()])
    decisions = []
    for given in rows:
        code = given.values.get("credit_code", "")
        subject = known.get(code)
        before = sheet.record(subject) if subject is not None else {}
        values = changed_columns(sheet, before, given.values) if subject is not None else dict(given.values)
        errors = [
            seen.first("number", given.values.get("number"), given.row),
            seen.first("credit_code", code, given.row),
            *sheet.check(before, given.values),
            *_organization_errors(given.values, subject, values, by_number, peopled),
        ]
        parent = given.values.get("parent_code")
        if parent and parent not in known and parent not in codes_in_file:
            message = Text("没有这个代码的单位，文件中也没有", "No organization has this code, and no row of this file")
            errors.append(FieldError("parent_code", message))
        if given.problems or any(errors):
            decisions.append(wrong(given, sheet, *errors))
        else:
            action: Action = "new" if subject is None else "change" if values else "same"
            decisions.append(Decision(given, action, (), values, subject))
    return decisions


def _organization_errors(
    values: Values, subject: Organization | None, changed: Values, by_number: Mapping[str, str], peopled: frozenset[int]
) -> list[FieldError]:
    number = values.get("number", "")
    errors = []
    if number and by_number.get(number, values.get("credit_code")) != values.get("credit_code"):
        errors.append(
            FieldError("number", Text("这个编号属于另一个单位", "This number belongs to another organization"))
        )
    if subject is None:
        return errors
    if number and number != subject.number:
        message = Text(
            "这个信用代码的单位编号是 %(number)s", "The organization with this code has the number %(number)s"
        )
        errors.append(FieldError("number", message % {"number": subject.number}))
    for key in ("compiled", "demo"):
        if key in changed:
            errors.append(FieldError(key, Text("已登记的不能改这一项", "This is not changed once it is entered")))
    if changed.keys() - {"number", "compiled", "demo"} and subject.id in peopled:
        message = Text("单位已有成员，由成员自己修改", "It has members, who change it themselves")
        errors.append(FieldError("credit_code", message))
    return errors
