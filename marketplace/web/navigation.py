"""Menus, made from the plates: only capabilities that exist are in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Flask, url_for

from marketplace.core.text import Text
from marketplace.web.identity import current_actor
from marketplace.web.languages import current_language
from marketplace.web.plate import capabilities, queues, waiting

FOOTER_HEADS = (Text("供需", "Market"), Text("办事", "Services"), Text("公开", "Openness"), Text("帮助", "Help"))


@dataclass(frozen=True, slots=True)
class Entry:
    """A menu entry in the reader's language."""

    key: str
    label: str
    href: str


def navigation() -> Sequence[Entry]:
    """The main menu."""
    items = sorted((item for c in capabilities() for item in c.navigation), key=lambda item: item.order)
    return [Entry(item.key, item.label.say(current_language()), url_for(item.endpoint)) for item in items]


def footer_columns() -> Sequence[tuple[str, Sequence[tuple[str, str]]]]:
    """The footer's columns; an empty one is left out."""
    language, signed_in = current_language(), current_actor().signed_in
    columns: list[list[tuple[int, str, str]]] = [[] for _head in FOOTER_HEADS]
    for capability in capabilities():
        for link in capability.footer:
            if signed_in and link.visitors:
                continue
            columns[link.column].append((link.order, link.label.say(language), url_for(link.endpoint)))
    heads = zip(FOOTER_HEADS, columns, strict=True)
    return [
        (head.say(language), [(label, href) for _o, label, href in sorted(links)]) for head, links in heads if links
    ]


def duty_count() -> int:
    """How much waits for the reader of the page."""
    actor = current_actor()
    return waiting(actor) if actor.signed_in else 0


def has_desk() -> bool:
    """Whether any queue is the actor's: a post may have duties that decide on nothing that is filed."""
    return bool(current_actor().posts and queues(current_actor()))


def init_navigation(app: Flask) -> None:
    """Give the templates their menus."""

    @app.context_processor
    def supply() -> dict[str, Any]:
        return {
            "navigation": navigation,
            "footer_columns": footer_columns,
            "inbox_count": duty_count,
            "has_desk": has_desk,
        }
