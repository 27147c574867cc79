"""Scenario → document of the search index, or None when it is not public."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from marketplace.core.actor import SYSTEM, Actor
from marketplace.core.text import Text
from marketplace.foundation.index.interface import IndexDocument
from marketplace.listings.policy import PUBLIC_STATES, visible_to
from marketplace.listings.queries import public_contents
from marketplace.reference import catalogue, regions
from marketplace.scenarios.models import Scenario
from marketplace.scenarios.queries import scenarios_by_id
from marketplace.scenarios.sheet import LANGUAGES, conditions

KIND = "scenario"
# What the public reads and may search for; contact data are not among it.
BODY = ("situation", "situation_en", "task", "task_en", "data_terms", "safety_terms")


def document(scenario: Scenario) -> IndexDocument | None:
    """What can be found of a scenario: its public content."""
    if scenario.state not in PUBLIC_STATES:
        return None
    content = scenario.content
    return IndexDocument(
        kind=KIND,
        doc_id=scenario.id,
        version=scenario.version,
        number=scenario.number,
        title=_joined(scenario.title, scenario.title_en),
        body=_body(content),
        tags=_tags(content),
        facets={
            "domain": (scenario.domain,) if scenario.domain else (),
            "city": regions.places(scenario.site_region),
            "status": (scenario.state,),
        },
        timestamp=int((scenario.published_at or scenario.created_at).timestamp()),
        names=(scenario.title, scenario.title_en),
    )


def documents(ids: Sequence[int]) -> Iterator[IndexDocument]:
    """The documents of these rows as they are now, from one statement; what is not public has none."""
    for scenario in scenarios_by_id(ids, SYSTEM):
        found = document(scenario)
        if found is not None:
            yield found


def texts(ids: Sequence[int]) -> Mapping[int, str]:
    """Title, tags and body of these rows, for the order of hits and for highlighting."""
    return {
        doc_id: _joined(content["title"], content["title_en"], _tags(content), _body(content))
        for doc_id, content, *_owner in public_contents(Scenario, ids)
    }


def visible(actor: Actor) -> sa.Select[int]:
    """The keys that the actor may see."""
    return sa.select(Scenario.id).where(visible_to(actor, Scenario))


def _body(content: Mapping[str, Any]) -> str:
    words = [content.get(key, "") for key in BODY]
    words += [target["name"] for target in content.get("targets") or []]
    words += [f"{name.say(tongue)} {value.say(tongue)}" for name, value in conditions(content) for tongue in LANGUAGES]
    return _joined(*words)


def _tags(content: Mapping[str, Any]) -> str:
    labels: list[Text] = []
    if content.get("domain"):
        labels.append(catalogue.domain(content["domain"]).label)
    if content.get("subscenario"):
        labels.append(catalogue.subscenario(content["subscenario"]).label)
    if content.get("region"):
        labels.append(regions.full_name(content["region"]))
    labels.append(Text(content.get("place", ""), content.get("place_en", "")))
    labels += [catalogue.spec(each["spec"]).label for each in content.get("requirements") or []]
    return _joined(*dict.fromkeys(word for label in labels for word in (label.zh, label.en)))


def _joined(*words: str) -> str:
    return " ".join(word for word in words if word)
