"""Where to go on from a page that answered a form, or from an address that only takes forms."""

from __future__ import annotations

from urllib.parse import quote, unquote, urlsplit

from flask import current_app, request

SAFE = frozenset(("GET", "HEAD"))


def way_back() -> str:
    """The page to go back to from the answer to a form: the one that the form stood on, else the nearest; or "".

    That it can be opened by this person is not known: a link, no promise.
    """
    if request.method in SAFE:
        return ""
    came = urlsplit(request.referrer or "")
    if came.netloc == request.host and openable(unquote(came.path)):
        return _inside(unquote(came.path)) + ("?" + came.query if came.query else "")
    return nearest(request.path)


def nearest(path: str) -> str:
    """The page at this path, or at the next shorter one that has a page: that of the object; "" where only home is."""
    while path.strip("/"):
        if openable(path):
            return _inside(path)
        path = path.rstrip("/").rpartition("/")[0]
    return ""


def same_page() -> str:
    """The address that was asked for, for who may try it again after a while; "" for what was sent by a form."""
    if request.method not in SAFE:
        return ""
    query = request.query_string.decode("ascii", "ignore")
    return _inside(request.path) + ("?" + query if query else "")


def list_of_file() -> str:
    """The page of the list that was asked for as a file, under the same question; "" for everything else."""
    path = request.path.rpartition(".")[0] if request.method in SAFE else ""
    query = request.query_string.decode("ascii", "ignore")
    return _inside(path) + ("?" + query if query else "") if path and openable(path) else ""


def openable(path: str) -> bool:
    """Whether the address of this path takes a link."""
    adapter = current_app.create_url_adapter(request)
    return adapter is not None and adapter.test(path, "GET")


def _inside(path: str) -> str:
    """The path as a link writes it; two slashes at its beginning would name another host."""
    return "/" + quote(path.lstrip("/"))
