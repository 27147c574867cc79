"""What a kind of listing is: its model, its life, the shape of its content, its form and its checks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from marketplace.core.lifecycle import Lifecycle
from marketplace.core.text import Text
from marketplace.listings.models import Listing
from marketplace.organizations.models import Organization

Content = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ContentField:
    """One field of the content, for the difference between revisions, lists in and out, and checks.

    ``show``: the value as a reader sees it, in a language. ``parts``: for a value of several claims or rows,
    (key, label, shown) of each, so that a difference names the row. ``evidence``: for a claim, given the whole content
    and the key of its part, how well it is proved and by what ("tested", "报告 12"); then ``shown`` leaves it out.
    """

    key: str
    label: Text
    show: Callable[[Any, str], str]
    parts: Callable[[Any, str], Sequence[tuple[str, str, str]]] | None = None
    private: bool = False
    evidence: Callable[[Mapping[str, Any], str], tuple[str, str]] | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the pre-check: what is right, what must be mended before submitting, what would help."""

    kind: Literal["ok", "fix", "tip"]
    text: Text
    why: Text | None = None
    step: str = ""


@dataclass(frozen=True, slots=True)
class FormStep:
    """One page of the guided form.

    ``form(content)`` makes the form for a GET (filled from the content) or a POST (from the request);
    ``write(form, content)`` returns the changed content. ``template`` draws the fields and nothing else; it reads
    ``form``. A form with rows has them as a FieldList: submit buttons add=1 and drop=<index> change them (with
    several lists in one form add=<name> and drop=<name>-<index>). ``uploads``: content keys ("pictures",
    "files") that this page fills; the form is then an ``UploadForm`` (listings.forms.upload_step makes the step).
    The first step has none: a file belongs to a listing that exists.
    """

    key: str
    title: Text
    form: Callable[[Content], Any]
    write: Callable[[Any, Content], Content]
    template: str
    note: Callable[[Content], Text | None] = lambda _content: None
    lead: Text | None = None
    uploads: tuple[str, ...] = ()


@dataclass(frozen=True)
class Kind:
    """Everything the shared mechanism needs to know of products, or of scenarios.

    ``name`` is the name of the table, of the subject in history and of the kind in search; ``plural`` names the
    blueprint and the templates. ``preview(listing, content)``: what ``<plural>/preview.html`` reads as ``shown``.
    ``act``: the words of the button that begins one (发布场景需求).
    """

    name: str
    plural: str
    letter: str
    label: Text
    model: type[Listing]
    lifecycle: Lifecycle
    fields: tuple[ContentField, ...]
    check: Callable[[Content], Sequence[Check]]
    project: Callable[[Any, Content], None]
    blank: Callable[[Organization], Content]
    steps: tuple[FormStep, ...] = field(default=())
    may_file: Callable[[Organization], bool] = lambda _organization: True
    preview: Callable[[Any, Content], Any] = lambda _listing, _content: None
    act: Text | None = None

    @property
    def filing(self) -> Text:
        """What the button that begins one says: ``act``, or 登记 and the kind."""
        return self.act or Text("登记%(kind)s", "Add a %(kind)s") % {"kind": self.label}

    def blocking(self, content: Content) -> list[Check]:
        """What must be mended before the content can be submitted."""
        return [each for each in self.check(content) if each.kind == "fix"]


# Plural → kind, in the order of the table of contents. What is common to all kinds (the queue of an official, the
# workspace, files, mails, expiry) goes over these and knows no kind by name.
KINDS: dict[str, Kind] = {}


def register_kind(kind: Kind) -> Kind:
    """Make a kind known, once, where it is defined: ``PRODUCT = register_kind(Kind("product", "products", …))``.

    The plate of its capability imports it, so that every composed app knows it.

    Raises:
        ValueError: another kind has its plural, or its name is not that of its table.
    """
    if kind.name != kind.model.__tablename__:
        raise ValueError(f"{kind.name}: a kind is named as its table, {kind.model.__tablename__}")
    if KINDS.setdefault(kind.plural, kind) is not kind:
        raise ValueError(f"{kind.plural}: there is such a kind already")
    return kind


def kind_named(name: str) -> Kind | None:
    """The kind of a listing type ("product"), or None."""
    return next((kind for kind in KINDS.values() if kind.name == name), None)


@dataclass(frozen=True, slots=True)
class Difference:
    """One row of the difference between two contents; ``old`` or ``new`` is empty where a part came or went.

    ``old_evidence`` and ``new_evidence``: (level, source) of a claim, when the field has evidence.
    """

    key: str
    label: str
    old: str
    new: str
    old_evidence: tuple[str, str] = ("", "")
    new_evidence: tuple[str, str] = ("", "")
    same: bool = False


def differences(
    kind: Kind, old: Mapping[str, Any], new: Mapping[str, Any], language: str, *, unchanged: bool = False
) -> list[Difference]:
    """What changed from ``old`` to ``new`` as a reader sees it, in the order of the fields.

    ``unchanged``: also what stayed, marked ``same``; what is empty in both is left out.
    """
    rows = [row for each in kind.fields for row in _rows(each, old, new, language)]
    return [row for row in rows if (unchanged and (row.old or row.new)) or not row.same]


def _rows(field: ContentField, old: Mapping[str, Any], new: Mapping[str, Any], language: str) -> list[Difference]:
    before, after = old.get(field.key), new.get(field.key)
    if field.parts is None:
        label = field.label.say(language)
        return [_row(field, "", label, (old, field.show(before, language)), (new, field.show(after, language)))]
    was = {key: (label, text) for key, label, text in field.parts(before, language)}
    now = {key: (label, text) for key, label, text in field.parts(after, language)}
    rows = []
    for key in dict.fromkeys((*was, *now)):
        label = (now.get(key) or was[key])[0]
        rows.append(_row(field, key, label, (old, was.get(key, ("", ""))[1]), (new, now.get(key, ("", ""))[1])))
    return rows


def _row(
    field: ContentField,
    part: str,
    label: str,
    before: tuple[Mapping[str, Any], str],
    after: tuple[Mapping[str, Any], str],
) -> Difference:
    """``before``, ``after``: the whole content, and what it says here."""
    proofs = [
        field.evidence(content, part) if field.evidence is not None and text else ("", "")
        for content, text in (before, after)
    ]
    same = before[1] == after[1] and proofs[0] == proofs[1]
    key = f"{field.key}.{part}" if part else field.key
    return Difference(key, label, before[1], after[1], proofs[0], proofs[1], same)
