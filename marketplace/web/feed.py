"""Atom feeds (RFC 4287): the newest entries of a public list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from xml.etree import ElementTree

from flask import Response, current_app, request

from marketplace.config import Config
from marketplace.core import clock

ATOM = "http://www.w3.org/2005/Atom"
AT_MOST = 50


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: the address of its page (a path), which is its identity too, its title, instants and author."""

    href: str
    title: str
    published: datetime
    updated: datetime
    author: str
    summary: str = ""


def atom(title: str, own: str, page: str, entries: Sequence[Entry]) -> Response:
    """A feed; ``own`` and ``page`` are the paths of the feed and of the list it follows."""
    config: Config = current_app.extensions["config"]
    base = config.base_url.rstrip("/")
    ElementTree.register_namespace("", ATOM)
    root = ElementTree.Element(f"{{{ATOM}}}feed")
    _text(root, "id", base + own)
    _text(root, "title", title)
    _text(root, "updated", _instant(max((each.updated for each in entries), default=clock.now())))
    _link(root, "self", base + own)
    _link(root, "alternate", base + page)
    for each in entries[:AT_MOST]:
        entry = ElementTree.SubElement(root, f"{{{ATOM}}}entry")
        _text(entry, "id", base + each.href)
        _text(entry, "title", each.title)
        _text(entry, "published", _instant(each.published))
        _text(entry, "updated", _instant(each.updated))
        _text(ElementTree.SubElement(entry, f"{{{ATOM}}}author"), "name", each.author)
        _link(entry, "alternate", base + each.href)
        if each.summary:
            _text(entry, "summary", each.summary)
    body = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    response = Response(body, content_type="application/atom+xml; charset=utf-8")
    response.vary.update(("Cookie", "Accept-Language"))
    response.add_etag()
    response.make_conditional(request)
    return response


def _text(parent: ElementTree.Element, name: str, text: str) -> None:
    ElementTree.SubElement(parent, f"{{{ATOM}}}{name}").text = text


def _link(parent: ElementTree.Element, rel: str, href: str) -> None:
    ElementTree.SubElement(parent, f"{{{ATOM}}}link", {"rel": rel, "href": href})


def _instant(moment: datetime) -> str:
    return clock.beijing(moment).isoformat(timespec="seconds")
