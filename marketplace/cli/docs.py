"""``docs lifecycles``: the life cycles as a document, written from the tables that the code runs on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from marketplace.awards.lifecycle import EVERY as AWARD_LIVES
from marketplace.bids.lifecycle import BID, CORRECTION, PARTICIPATION
from marketplace.challenges.addenda import ADDENDUM
from marketplace.challenges.lifecycle import CHALLENGE
from marketplace.challenges.questions import QUESTION
from marketplace.core.lifecycle import Lifecycle
from marketplace.cultivation.lifecycle import CULTIVATION
from marketplace.enquiries.lifecycle import ENQUIRY, OUTCOME
from marketplace.experts.lifecycle import EXPERT
from marketplace.listings.lifecycle import REVISION
from marketplace.members.lifecycle import INVITATION, REQUEST
from marketplace.notices.lifecycle import NOTICE, OBJECTION
from marketplace.organizations.lifecycle import ORGANIZATION, PARENT, PROPOSAL
from marketplace.panels.lifecycle import ASSIGNMENT, PANEL
from marketplace.pilots.lifecycle import PILOT
from marketplace.posts.lifecycle import DELEGATION
from marketplace.products.lifecycle import PRODUCT_LIFE
from marketplace.scenarios.lifecycle import SCENARIO_LIFE
from marketplace.scoring.lifecycle import SHEET
from marketplace.sites.lifecycle import SITE
from marketplace.takeovers.lifecycle import TAKEOVER

LIFECYCLES: tuple[Lifecycle, ...] = (
    ORGANIZATION,
    PROPOSAL,
    PARENT,
    REQUEST,
    INVITATION,
    DELEGATION,
    TAKEOVER,
    EXPERT,
    PANEL,
    ASSIGNMENT,
    BID,
    PARTICIPATION,
    CORRECTION,
    SHEET,
    PRODUCT_LIFE,
    SCENARIO_LIFE,
    REVISION,
    CHALLENGE,
    ADDENDUM,
    QUESTION,
    NOTICE,
    OBJECTION,
    *AWARD_LIVES,
    ENQUIRY,
    OUTCOME,
    PILOT,
    SITE,
    CULTIVATION,
)

HEAD = """# Life cycles

Written by `marketplace docs lifecycles docs/lifecycles.md` from the tables in the code; a test holds both equal.
Buttons, rights, history and messages come from the same tables. “Who” names the predicate of the policy that decides,
“holds” the guard that must agree; a reason is asked where it says so.
"""


@click.group()
def docs() -> None:
    """Documents that are written from the code."""


@docs.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def lifecycles(file: Path) -> None:
    """Write the life cycles to FILE."""
    file.write_text(lifecycle_document(), encoding="utf-8")
    click.echo(f"{file}: {len(LIFECYCLES)} life cycles")


def lifecycle_document() -> str:
    """The whole document."""
    return "\n".join([HEAD, *(line for each in LIFECYCLES for line in _section(each))])


def _section(cycle: Lifecycle) -> Iterator[str]:
    yield f"## {cycle.label.en} {cycle.label.zh}\n"
    states = ", ".join(f"{name} {mark.label.zh}" for name, mark in cycle.states.items())
    yield f"Begins as **{cycle.start}**. States: {states}.\n"
    yield "| step | from | to | who | holds | reason |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for step in cycle.steps:
        sources = [name for name in cycle.states if name in step.sources]
        yield (
            f"| {step.name} {step.label.zh} | {', '.join(sources)} | {step.target} | {step.who.__name__} "
            f"| {step.guard.__name__ if step.guard else ''} | {'asked' if step.asks_reason else ''} |"
        )
    yield ""
