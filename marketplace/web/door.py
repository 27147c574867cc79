"""The front door: which host name a request may use, and whose network address counts behind proxies."""

from __future__ import annotations

from http import HTTPStatus

from flask import Flask, Response, request
from flask.globals import request_ctx
from flask.typing import ResponseReturnValue
from werkzeug.middleware.proxy_fix import ProxyFix

from marketplace.config import Config
from marketplace.core.text import Text
from marketplace.web import errors
from marketplace.web.languages import current_language

THIS_MACHINE = frozenset(("localhost", "127.0.0.1", "::1"))
# Asked by machines that know an address, not a name.
WITHOUT_NAME = frozenset(("site.healthz", "site.readyz"))


def init_door(app: Flask, config: Config) -> None:
    """Refuse foreign host names; believe as many entries of X-Forwarded-For as there are trusted proxies.

    Nothing else that a proxy may add is read: the address of the site is BASE_URL, however a request came.
    """
    names = hosts(config)

    @app.before_request
    def known_host() -> ResponseReturnValue | None:
        if host_name(request.host) in names or request.endpoint in WITHOUT_NAME:
            return None
        return misdirected(config.base_url)

    if config.trusted_proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=config.trusted_proxies, x_proto=0, x_host=0, x_port=0, x_prefix=0
        )


def hosts(config: Config) -> frozenset[str]:
    """The host names under which the site answers: BASE_URL's; where nobody else can come, this machine's too."""
    inside = config.demo or config.testing or config.host in THIS_MACHINE
    return frozenset((config.host,)) | (THIS_MACHINE if inside else frozenset())


def host_name(host: str) -> str:
    """The name of a Host header without its port, brackets and final dot, in lower case."""
    name = host[: host.find("]")].lstrip("[") if host.startswith("[") else host.partition(":")[0]
    return name.rstrip(".").lower()


def misdirected(base_url: str) -> ResponseReturnValue:
    """The page for who came under another name. It names the right address and repeats nothing of the wrong one."""
    words = Text("本站的网址是 %(address)s", "The address of this site is %(address)s") % {"address": base_url}
    message = words.say(current_language())
    if request_ctx.url_adapter is None:  # such a name cannot even be taken apart, and no page could make its links
        return Response(message, HTTPStatus.MISDIRECTED_REQUEST, mimetype="text/plain")
    return errors.page(HTTPStatus.MISDIRECTED_REQUEST, "errors/421.html", message=message, detail=message)
