"""Who may evaluate a site: experts of the register, but none with a tie to anybody it concerns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from marketplace.core import clock
from marketplace.core.text import Text
from marketplace.experts.models import Expert
from marketplace.experts.queries import approved, interests_of
from marketplace.experts.ties import TIES
from marketplace.organizations.queries import organizations_with
from marketplace.organizations.tree import line_of
from marketplace.sites.models import Site
from marketplace.sites.policy import concerned


@dataclass(frozen=True, slots=True)
class Candidate:
    """An expert who may be drawn, with the tie that speaks against it."""

    expert: Expert
    tie: Text | None


def candidates(site: Site) -> Sequence[Candidate]:
    """The experts approved today, each with the first tie that he ever declared to anybody the site concerns."""
    parties = concerned(site)
    above, below = line_of(parties)
    barred = parties | above | below
    names = {each.id: each.label for each in organizations_with(sorted(barred))}
    experts = approved()
    known = interests_of([each.id for each in experts], clock.today())
    found = []
    for expert in experts:
        hit = next((each for each in known[expert.id] if each.organization_id in barred), None)
        tie = None
        if hit is not None and hit.organization_id is not None:
            tie = Text("%(kind)s：%(name)s", "%(kind)s: %(name)s") % {
                "kind": TIES[hit.tie.kind], "name": names[hit.organization_id],
            }  # fmt: skip
        found.append(Candidate(expert, tie))
    return found
