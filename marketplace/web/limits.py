"""How often one network address, or one account, may ask for the same thing; who asks faster waits (429)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Literal

from flask import Flask, current_app, make_response, request
from flask.typing import ResponseReturnValue
from flask_limiter import ApplicationLimit, Limiter, RateLimitExceeded
from limits import RateLimitItemPerMinute

from marketplace.core import clock
from marketplace.core.setting import Setting
from marketplace.core.text import Text
from marketplace.web import errors
from marketplace.web.identity import current_actor
from marketplace.web.languages import current_language
from marketplace.web.ways import same_page, way_back

log = logging.getLogger(__name__)

# A figure that an operator changes counts within so many seconds; asking the database on every request costs a page.
REMEMBERED = timedelta(seconds=10)
# Where one line of IPv6 subscribers ends: a provider gives each of them a whole /64.
IPV6_SUBSCRIBER = 64
TOLD = RateLimitItemPerMinute(1)
REDIS_OPTIONS: dict[str, str | int] = {"socket_connect_timeout": 1, "socket_timeout": 1}


@dataclass(frozen=True, slots=True)
class Limit:
    """Declared on the plate of the capability that owns the pages.

    ``figure``: requests in a ``window``, changeable by the operator; its key names the counter. ``endpoints``: names of
    views or beginnings of names ("api."); where several fit, the longest decides. ``methods``: empty means all.
    """

    figure: Setting[int]
    endpoints: tuple[str, ...]
    window: Literal["minute", "hour"] = "minute"
    methods: tuple[str, ...] = ()

    def fits(self, endpoint: str, method: str) -> int:
        """How many characters of the endpoint's name are named here; -1 when it is none of them."""
        if self.methods and method not in self.methods:
            return -1
        return max((len(name) for name in self.endpoints if endpoint.startswith(name)), default=-1)


def figure(key: str, label: Text, default: int, unit: Text) -> Setting[int]:
    """The setting of a limit, at least 1: a site is shut in another way."""
    hint = Text(
        "按账号计，未登录按网络地址计；修改后 10 秒内生效",
        "Counted per account, for visitors per network address; a change counts within 10 seconds",
    )
    return Setting(key, label, default, hint=hint, unit=unit, least=1, most=1_000_000)


A_MINUTE = Text("次/分钟", "a minute")
AN_HOUR = Text("次/小时", "an hour")


class Figures:
    """The figures in force, each remembered for a moment."""

    def __init__(self, read: Callable[[Setting[int]], int]) -> None:
        self._read = read
        self._known: dict[str, tuple[datetime, int]] = {}

    def of(self, setting: Setting[int]) -> int:
        """What the setting is now, or was at most ``REMEMBERED`` ago."""
        now = clock.now()
        since, value = self._known.get(setting.key, (None, 0))
        if since is None or not since <= now < since + REMEMBERED:  # also when somebody set the clock back
            value = self._read(setting)
            self._known[setting.key] = (now, value)
        return value


def init_limits(app: Flask, limits: Sequence[Limit], read: Callable[[Setting[int]], int], storage_url: str) -> None:
    """Count requests against ``limits``. ``read`` gives the figure of a setting.

    With redis:// all processes share the counts; while it is away each counts for itself.
    """
    figures = Figures(read)
    limiter = Limiter(
        whose,
        app=app,
        storage_uri=storage_url,
        storage_options={} if storage_url.startswith("memory:") else REDIS_OPTIONS,
        strategy="moving-window",  # exact: no double portion at the turn of a window
        in_memory_fallback_enabled=not storage_url.startswith("memory:"),
        application_limits=[
            ApplicationLimit(
                lambda: _figure_of(limits, figures), scope=lambda _endpoint: _name_of(limits), exempt_when=from_here
            )
        ],
    )
    app.extensions["limiter_of_requests"] = limiter
    app.register_error_handler(RateLimitExceeded, too_many)


def limit_of(limits: Sequence[Limit], endpoint: str, method: str) -> Limit | None:
    """The limit for a request, or None."""
    best = max(limits, key=lambda limit: limit.fits(endpoint, method), default=None)
    return best if best is not None and best.fits(endpoint, method) >= 0 else None


def _limit(limits: Sequence[Limit]) -> Limit | None:
    return limit_of(limits, request.endpoint or "", request.method) if request.endpoint else None


def _figure_of(limits: Sequence[Limit], figures: Figures) -> str:
    limit = _limit(limits)
    return f"{figures.of(limit.figure)} per {limit.window}" if limit and not from_here() else ""


def _name_of(limits: Sequence[Limit]) -> str:
    limit = _limit(limits)
    return limit.figure.key if limit else ""


def whose() -> str:
    """Whose count a request goes to: the account's; a visitor's network address."""
    actor = current_actor()
    return f"account {actor.user_id}" if actor.signed_in else f"address {network(request.remote_addr or '')}"


def network(address: str) -> str:
    """An IPv4 address, or the network of one IPv6 subscriber; what is neither stands for itself."""
    try:
        known = ip_address(address)
    except ValueError:
        return address
    if isinstance(known, IPv6Address):
        return str(known.ipv4_mapped or ip_network((known, IPV6_SUBSCRIBER), strict=False))
    return address


def from_here() -> bool:
    """Whether a program of this machine asks directly. What a proxy passed on is never that."""
    if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False
    try:
        return ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False


def too_many(error: RateLimitExceeded) -> ResponseReturnValue:
    """How long to wait, in words and as Retry-After; logged once a minute for each of those who meet it."""
    limiter: Limiter = current_app.extensions["limiter_of_requests"]
    who = whose()
    if limiter.limiter.hit(TOLD, who, "told"):
        log.warning("too many requests: %s at %s, more than %s", who, request.endpoint, error.limit.limit)
    met = limiter.current_limit
    wait = max(1, met.reset_at - int(clock.now().timestamp())) if met else 60
    words = waiting(wait).say(current_language())
    ways = {"href": way_back(), "again": same_page()}
    answer = make_response(errors.page(HTTPStatus.TOO_MANY_REQUESTS, detail=words, typed=errors.typed(), **ways))
    answer.headers["Retry-After"] = str(wait)
    return answer


def waiting(seconds: int) -> Text:
    """When the next try makes sense, in words."""
    if seconds <= 90:
        return Text("请在 %(count)d 秒后再试", "Try again in %(count)d seconds") % {"count": seconds}
    return Text("请在 %(count)d 分钟后再试", "Try again in %(count)d minutes") % {"count": -(-seconds // 60)}
