"""The page of the guided form that asks for specs: one field for each of the category, each with what proves it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wtforms import Field, FormField, StringField

from marketplace.core.errors import FieldError
from marketplace.core.text import Text
from marketplace.listings.kind import Content
from marketplace.products.content import EVIDENCE, in_order
from marketplace.products.forms import OneOf, SomeOf, text
from marketplace.reference import catalogue, values
from marketplace.reference.terms import Spec
from marketplace.web.forms import MarketplaceForm, at_most
from marketplace.web.languages import current_language
from marketplace.web.rows import RowForm

# What an owner may say of a claim himself; "proven" comes only from a pilot on this site.
OWN_EVIDENCE = tuple(code for code in EVIDENCE if code != "proven")
UNKNOWN = Text("未公开", "Unknown")
YES_NO = [("", UNKNOWN), ("1", Text("是", "Yes")), ("0", Text("否", "No"))]


class ClaimForm(RowForm):
    """One claim: its value, and what proves it."""

    value: Any = StringField(validators=[at_most(values.TEXT_LIMIT)])
    evidence = OneOf()
    source = text("spec_source", None)
    file = OneOf()
    note = text("spec_note", None)

    def raw(self, spec: Spec) -> Any:
        """The value as ``values.parse`` reads it."""
        given = self.value.data or ""
        return {spec.kind: given} if spec.kind in ("choice", "choices", "flag") else given


class OneChoiceClaimForm(ClaimForm):
    """A claim whose value is one of a list."""

    value = OneOf()


class ManyChoicesClaimForm(ClaimForm):
    """A claim whose value is several of a list."""

    value = SomeOf()


CLAIM_FORMS = {"choice": OneChoiceClaimForm, "flag": OneChoiceClaimForm, "choices": ManyChoicesClaimForm}
PREFIX = "specs-"


class SpecsForm(MarketplaceForm):
    """The specs of the draft's category; ``specs_form`` makes the class with a field for each.

    ``claims`` are the checked values after ``validate``. What a draft has beyond its category is asked for too.
    """

    specs: Mapping[str, Spec]

    def __init__(self, content: Content) -> None:
        self.stored: Mapping[str, Any] = content.get("specs") or {}
        self.claims: dict[str, Any] = {}
        self.category = catalogue.category(content["category"]) if content.get("category") else None
        super().__init__(data={PREFIX + key: _as_typed(self.specs[key], claim) for key, claim in self.stored.items()})
        documents = [
            (str(each["file"]), _file_label(place, each)) for place, each in enumerate(content.get("files") or [], 1)
        ]
        for key, spec in self.specs.items():
            _dress(self.claim(key), spec, documents, (self.stored.get(key) or {}).get("evidence", ""))

    def claim(self, key: str) -> ClaimForm:
        """The fields of one spec."""
        form: ClaimForm = self[PREFIX + key].form
        return form

    def groups(self) -> list[tuple[Text, list[tuple[Spec, ClaimForm]]]]:
        """The specs as the page asks for them: first those that lists show, then by heading."""
        headline = [key for key in (self.category.headline if self.category else ()) if key in self.specs]
        found: dict[Text, list[str]] = {
            Text("列表和对比先显示的参数", "Specs that lists and comparisons show first"): headline
        }
        for key, spec in self.specs.items():
            if key not in headline:
                found.setdefault(catalogue.group_label(spec.group), []).append(key)
        return [(head, [(self.specs[key], self.claim(key)) for key in keys]) for head, keys in found.items() if keys]

    def validate(self, extra_validators: Any = None) -> bool:
        """Read every value by the rules of its spec; each refusal stands at its field."""
        good = super().validate(extra_validators)
        for key, spec in self.specs.items():
            good = self._read(key, spec) and good
        return good

    def _read(self, key: str, spec: Spec) -> bool:
        claim = self.claim(key)
        if claim.value.errors:
            return False
        try:
            value = values.parse(spec, claim.raw(spec), PREFIX + key)
        except FieldError as error:
            return _refuse(claim.value, error.message)
        if value is None:
            return self._is_empty(claim, spec)
        if claim.evidence.data == "proven" and value != (self.stored.get(key) or {}).get("value"):
            return _refuse(claim.evidence, _PROVEN_CHANGED % {"name": spec.label})
        self.claims[key] = {
            "value": value, "evidence": claim.evidence.data or "declared", "source": claim.source.data or "",
            "file": int(claim.file.data) if claim.file.data else None, "note": claim.note.data or "",
        }  # fmt: skip
        return True

    def _is_empty(self, claim: ClaimForm, spec: Spec) -> bool:
        """Without a value nothing else is kept, which its writer must know."""
        if claim.source.data or claim.note.data or claim.file.data:
            return _refuse(claim.value, _NO_VALUE % {"name": spec.label})
        return True


_NO_VALUE = Text(
    "“%(name)s”写了出处、文件或说明，但没有值。请填上值，或把它们清空",
    "“%(name)s” has a source, file or note but no value. Give the value, or clear them",
)
_PROVEN_CHANGED = Text(
    "“%(name)s”改了数值，原来的实测不再是它的依据，请另选",
    "The value of “%(name)s” changed, so that the pilot no longer proves it; choose again",
)


def _refuse(field: Field, message: Text) -> bool:
    field.errors = [*field.errors, message.say(current_language())]
    return False


def _as_typed(spec: Spec, claim: Mapping[str, Any]) -> dict[str, Any]:
    """A stored claim as the fields show it."""
    value: Any = claim.get("value")
    if spec.kind == "choices":
        typed: Any = list(value["choices"]) if value else []
    elif spec.kind == "choice":
        typed = value["choice"] if value else ""
    elif spec.kind == "flag":
        typed = "" if value is None else "1" if value["flag"] else "0"
    else:
        typed = values.export_text(spec, value, current_language())
    file = str(claim["file"]) if claim.get("file") else ""
    return {
        "value": typed, "evidence": claim.get("evidence") or "declared", "source": claim.get("source", ""),
        "file": file, "note": claim.get("note", ""),
    }  # fmt: skip


def _dress(claim: ClaimForm, spec: Spec, documents: list[tuple[str, Any]], stored_evidence: str) -> None:
    """Give a claim's fields their names, choices and hints."""
    _name(claim.value, spec.label)
    claim.value.description = spec.hint
    if spec.kind in ("choice", "choices"):
        choices = [(each.code, each.label) for each in spec.choices]
        claim.value.offer(choices if spec.kind == "choices" else [("", UNKNOWN), *choices])
    elif spec.kind == "flag":
        claim.value.offer(YES_NO)
    named: dict[str, object] = {"name": spec.label}
    _name(claim.evidence, Text("“%(name)s”的依据", "Evidence of “%(name)s”") % named)
    levels = [code for code in EVIDENCE if code in OWN_EVIDENCE or code == stored_evidence]
    claim.evidence.offer([(code, EVIDENCE[code]) for code in levels])
    claim.evidence.data = claim.evidence.data or "declared"
    _name(claim.source, Text("“%(name)s”的出处", "Source of “%(name)s”") % named)
    _name(claim.file, Text("“%(name)s”的证明文件", "File that proves “%(name)s”") % named)
    claim.file.offer([("", Text("无", "None")), *documents])
    _name(claim.note, Text("“%(name)s”的说明", "Note on “%(name)s”") % named)


def _name(field: Any, label: Text) -> None:
    field.label.text = label


def _file_label(place: int, file: Mapping[str, Any]) -> Text:
    title = file.get("title") or ""
    named = {"place": place, "title": title}
    return Text("附件 %(place)s　%(title)s", "File %(place)s  %(title)s") % named


def specs_form(content: Content) -> SpecsForm:
    """The form of the draft's category, filled from the draft or from the request."""
    stored = content.get("specs") or {}
    asked = catalogue.category(content["category"]).specs if content.get("category") else ()
    specs = {key: catalogue.spec(key) for key in dict.fromkeys((*asked, *in_order(stored)))}
    fields = {PREFIX + key: FormField(CLAIM_FORMS.get(spec.kind, ClaimForm)) for key, spec in specs.items()}
    made: type[SpecsForm] = type("SpecsForm", (SpecsForm,), {**fields, "specs": specs})
    return made(content)


def write_specs(form: SpecsForm, content: Content) -> Content:
    content["specs"] = form.claims
    return content


def specs_note(content: Content) -> Text | None:
    given = len(content.get("specs") or {})
    return Text("已填 %(count)s 项", "%(count)s given") % {"count": given} if given else None
