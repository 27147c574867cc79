"""What panels judge: upper capabilities register a kind of subject and say who its parties are and who is in charge."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from marketplace.core.actor import Actor, Duty
from marketplace.core.text import Text
from marketplace.panels.models import Assignment, Panel

# (key of an organization, what it is to the subject: "lead", "partner", "applicant" … in both languages)
Part = tuple[int, Text]
# Organizations → with whom each of them stood together in anything since a day, as far as that may be known.
Allies = Callable[[Iterable[int], date], Mapping[int, frozenset[int]]]


def _nothing(_assignment: Assignment) -> None:
    return None


def _always_named(_subject: Any) -> bool:
    return False


def _nobody(_subject: Any) -> frozenset[int]:
    return frozenset()


@dataclass(frozen=True)
class SubjectKind:
    """A kind of thing that panels judge. ``name`` is its ``subject_type``; subjects have number, label and region.

    ``find(number, actor)``: the subject, or NotFound when the actor may not know of it. ``load(key)``: whoever asks.
    ``parties(subject)``: the organizations that an expert must not be tied to, as they are now.
    ``runs(actor, subject)``: who draws, and who waives; ``duty`` is theirs.
    ``judged(subject)``: whether it is at a stage in which a panel is convened or works.
    ``fields(subject)``: the fields that are proposed for the draw.
    ``blind(subject)``: experts do not learn who the parties are.
    ``earlier(subject)``: keys of the experts who judged an earlier stage of it, and so are no fresh eyes.
    ``work(subject)``: the address where an expert judges; ``home(subject)``: its own page.
    ``seated(panel)``: called when every seat has an expert who accepted.
    ``left(assignment)``: called when an expert who had accepted no longer counts; what he judged is void.
    """

    name: str
    label: Text
    duty: Duty
    find: Callable[[str, Actor], Any]
    load: Callable[[int], Any]
    parties: Callable[[Any], Sequence[Part]]
    runs: Callable[[Actor, Any], bool]
    judged: Callable[[Any], bool]
    fields: Callable[[Any], Sequence[str]]
    home: Callable[[Any], str]
    work: Callable[[Any], str]
    blind: Callable[[Any], bool] = _always_named
    earlier: Callable[[Any], frozenset[int]] = _nobody
    seated: Callable[[Panel], None] = lambda _panel: None
    left: Callable[[Assignment], None] = _nothing


_kinds: dict[str, SubjectKind] = {}
_allies: dict[str, Allies] = {}


def register(kind: SubjectKind) -> None:
    """Have panels judge this kind; the same name again replaces it (an app may be composed twice)."""
    _kinds[kind.name] = kind


def kind_of(about: str | Panel) -> SubjectKind | None:
    """The kind of a subject type, or of what a panel judges."""
    return _kinds.get(about if isinstance(about, str) else about.about_type)


def subject_of(panel: Panel) -> Any:
    """What a panel judges."""
    return _kinds[panel.about_type].load(panel.about_id)


def register_allies(name: str, allies: Allies) -> None:
    """Tell with whom organizations stood together (bids: consortiums that were opened)."""
    _allies[name] = allies


def allies_of(organization_ids: Sequence[int], since: date) -> dict[int, frozenset[int]]:
    """Organization → those with whom it stood together since a day, from every capability that knows of such."""
    found = dict.fromkeys(organization_ids, frozenset[int]())
    for ask in _allies.values():
        for key, others in ask(organization_ids, since).items():
            found[key] |= others
    return found
