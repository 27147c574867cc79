"""What a kind of listing is: its model, its life, the shape of its content, its form and its checks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from marketplace.accounts.models import Organization
from marketplace.core.lifecycle import Lifecycle
from marketplace.core.text import Text
from marketplace.listings.models import Listing

Content = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ContentField:
    """One field of the content, for the difference between revisions, lists in and out, and checks.

    ``show``: the value as a reader sees it, in a language. ``parts``: for a value of several claims or rows,
    (key, label, shown) of each, so that a difference names the row.
    """

    key: str
    label: Text
    show: Callable[[Any, str], str]
    parts: Callable[[Any, str], Sequence[tuple[str, str, str]]] | None = None
    private: bool = False


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

    ``form(content, organization)`` makes the form for a GET (filled from the content) or a POST (from the
    request); ``write(form, content)`` returns the changed content. ``template`` draws the fields.
    """

    key: str
    title: Text
    form: Callable[[Content], Any]
    write: Callable[[Any, Content], Content]
    template: str
    note: Callable[[Content], Text | None] = lambda _content: None
    lead: Text | None = None


@dataclass(frozen=True)
class Kind:
    """Everything the shared mechanism needs to know of products, or of scenarios."""

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

    def blocking(self, content: Content) -> list[Check]:
        """What must be mended before the content can be submitted."""
        return [each for each in self.check(content) if each.kind == "fix"]


@dataclass(frozen=True, slots=True)
class Difference:
    """One row of the difference between two contents; ``old`` or ``new`` is empty where a part came or went."""

    key: str
    label: str
    old: str
    new: str


def differences(kind: Kind, old: Mapping[str, Any], new: Mapping[str, Any], language: str) -> list[Difference]:
    """What changed from ``old`` to ``new`` as a reader sees it, in the order of the fields."""
    rows = []
    for each in kind.fields:
        before, after = old.get(each.key), new.get(each.key)
        if before == after:
            continue
        if each.parts is None:
            rows.append(Difference(each.key, each.label.say(language), each.show(before, language), each.show(after, language)))
            continue
        was = {key: (label, text) for key, label, text in each.parts(before, language)}
        now = {key: (label, text) for key, label, text in each.parts(after, language)}
        for key in list(dict.fromkeys((*was, *now))):
            old_text, new_text = was.get(key, ("", ""))[1], now.get(key, ("", ""))[1]
            if old_text != new_text:
                label = (now.get(key) or was[key])[0]
                rows.append(Difference(f"{each.key}.{key}", label, old_text, new_text))
    return [row for row in rows if row.old != row.new]
