"""Files of listings on the site: who may read one, how it is sent, how pages show those of a content."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.core.actor import Actor
from marketplace.core.errors import NotFound
from marketplace.foundation.db import db
from marketplace.foundation.files import StoredFile, response_headers, store
from marketplace.listings import queries
from marketplace.listings.kind import kind_named
from marketplace.listings.models import Listing
from marketplace.web.identity import ask_to_sign_in, current_actor
from marketplace.web.plate import capabilities


def blueprint() -> Blueprint:
    """The blueprint ``files``, made anew for each app."""
    files = Blueprint("files", __name__, url_prefix="/files")
    files.add_url_rule("/<int:file_id>/<name>", "show", show)
    return files


def show(file_id: int, name: str) -> ResponseReturnValue:
    """A stored file, or its smaller picture (?size=list, ?size=page), for whoever may read what it belongs to.

    Who has not signed in is asked to, whether there is such a file or not; a picture inside a page is just missing.
    """
    file, size = db.session.get(StoredFile, file_id), request.args.get("size", "")
    if file is None or not _can_read(current_actor(), file):
        if size or current_actor().signed_in:
            raise NotFound
        return ask_to_sign_in()
    variant = file.variant(size) if size else None
    if size and variant is None:
        raise NotFound
    # Whole in memory: the largest has 20 MB, and a handle that a broken connection leaves open is worse.
    with store().open((variant or file).sha256) as stored:
        response = Response(stored.read(), headers=response_headers(file, variant))
    return response.make_conditional(request)


def _can_read(actor: Actor, file: StoredFile) -> bool:
    """As the owner's capability says on its plate; files of listings by the one rule for all kinds."""
    for capability in capabilities():
        if file.owner_type in capability.file_policies:
            return capability.file_policies[file.owner_type](actor, file)
    return kind_named(file.owner_type) is not None and queries.can_read_file(actor, file)


def file_href(file: StoredFile, size: str = "") -> str:
    """The address of a stored file."""
    return url_for("files.show", file_id=file.id, name=file.name, size=size or None)


def shown_files(listing: Listing, content: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Pictures and files of a content as ``picture_list`` and ``file_list`` draw them, each with its ``id``."""
    stored = queries.files_of(listing, content)
    return {
        "pictures": [
            _picture(stored[each["file"]], each.get("caption", ""))
            for each in content.get("pictures") or []
            if each["file"] in stored
        ],
        "files": [
            shown_file(stored[each["file"]], each.get("title", ""))
            for each in content.get("files") or []
            if each["file"] in stored
        ],
    }


def _picture(file: StoredFile, caption: str) -> dict[str, Any]:
    drawn = file.variant("page") or file
    return {
        "id": file.id, "src": file_href(file, "page" if drawn is not file else ""), "href": file_href(file),
        "width": drawn.width, "height": drawn.height, "alt": caption, "caption": caption,
    }  # fmt: skip


def shown_file(file: StoredFile, title: str = "") -> dict[str, Any]:
    """A stored file as ``file_list`` draws it. A picture is kept as WebP, whatever it came as."""
    kind = "WEBP" if file.purpose == "picture" else file.name.rpartition(".")[2].upper()
    return {
        "id": file.id, "href": file_href(file), "title": title or file.name, "kind": kind, "size": in_bytes(file.size),
    }  # fmt: skip


def in_bytes(size: int) -> str:
    """A size in bytes as people write it: 812 KB, 1.2 MB."""
    return f"{max(size, 1024) / 1024:.0f} KB" if size < 1024 * 1024 else f"{size / 1024 / 1024:.1f} MB"
