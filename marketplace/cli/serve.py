"""The web server: gunicorn with threads inside this process's children, the background worker beside the pages."""

from __future__ import annotations

import errno
import os
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.glogging import Logger
from gunicorn.http.errors import LimitRequestLine
from gunicorn.util import write_nonblock
from gunicorn.workers.gthread import ThreadWorker

from marketplace.web.request import loggable, security_headers

AppFactory = Callable[[], Flask]
StopWorker = Callable[[], None]
StartWorker = Callable[[Flask], StopWorker]

# No query, no referrer, no cookie, no header: what people search for and the links they hold are not for the log.
ACCESS_FORMAT = "%(t)s %(h)s %(m)s %(U)s %(s)s %(B)s bytes %(M)s ms"


class RequestLog(Logger):
    """gunicorn's log with the tokens in paths blotted out."""

    def atoms(self, resp: Any, req: Any, environ: dict[str, Any], request_time: Any) -> dict[str, Any]:
        atoms: dict[str, Any] = super().atoms(resp, req, environ, request_time)
        atoms["U"] = loggable(str(environ.get("PATH_INFO", "")))
        return atoms

    def exception(self, msg: str, *args: Any, **kwargs: Any) -> None:
        """What the server itself tells of a failed request; it would name the whole address."""
        super().exception(msg, *(loggable(each) if isinstance(each, str) else each for each in args), **kwargs)


# What is said before there is a request that could name its language: in both.
TOO_LONG = """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>网址太长 · The address is too long</title></head>
<body><h1>网址太长</h1><p>搜索词最多用 200 个字；请缩短网址后再打开。没有改动任何数据。</p>
<section lang="en"><h1>The address is too long</h1>
<p>A search uses 200 characters at most; shorten the address and open it again. Nothing was changed.</p></section>
<p><a href="/">回首页 <span lang="en">Go to the home page</span></a></p></body></html>
"""


class Threads(ThreadWorker):
    """gunicorn's threads, with words of ours for an address longer than it reads."""

    def handle_error(self, req: Any, client: Any, addr: Any, exc: BaseException) -> None:
        if not isinstance(exc, LimitRequestLine):
            super().handle_error(req, client, addr, exc)
            return
        self.log.warning("address too long: from %s", (addr or ("",))[0])
        body = TOO_LONG.encode()
        given = security_headers(secure=False) | {
            "Content-Type": "text/html; charset=utf-8", "Content-Length": str(len(body)), "Connection": "close",
        }  # fmt: skip
        head = "".join(f"{name}: {value}\r\n" for name, value in given.items())
        with suppress(OSError):  # who sent it may be gone
            write_nonblock(client, f"HTTP/1.1 414 URI Too Long\r\n{head}\r\n".encode() + body)


class Server(BaseApplication):
    """gunicorn told by us alone: it reads no file and no command line of its own."""

    def __init__(self, app_factory: AppFactory, settings: dict[str, Any]) -> None:
        self._app_factory = app_factory
        self._settings = settings
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._settings.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return self._app_factory()


SETTINGS: dict[str, Any] = {
    "worker_class": Threads,
    # Longer than the slowest page: an import of many rows runs in a request.
    "timeout": 120,
    "graceful_timeout": 10,
    "keepalive": 5,
    # The most gunicorn reads of a first line: a search of several hundred Chinese characters fits.
    "limit_request_line": 8190,
    "loglevel": "warning",
    "access_log_format": ACCESS_FORMAT,
    "logger_class": RequestLog,
    # Its heartbeat file: in memory where that is possible, so that a slow disk does not look like a hung process.
    "worker_tmp_dir": "/dev/shm" if Path("/dev/shm").is_dir() else None,
    # No second door: the server is steered by signals alone.
    "control_socket_disable": True,
}


class Hooks:
    """What happens in a serving process when it begins and ends."""

    def __init__(self, on_ready: Callable[[], None], start_worker: StartWorker | None) -> None:
        self._on_ready = on_ready
        self._start_worker = start_worker
        self._stop_worker: StopWorker | None = None

    def began(self, process: Any) -> None:
        """The application is loaded and the address answers. Said once, not again when a process is replaced.

        Ctrl-C reaches the whole group and is passed on by the arbiter as QUIT: taken twice, the second would cut short
        the ending. And QUIT ends in the middle of whatever runs, even while a lock is held; here it ends as TERM does.
        """
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGQUIT, process.handle_exit)
        if self._start_worker is not None:
            self._stop_worker = self._start_worker(process.wsgi)
        if process.age == 1:
            self._on_ready()

    def ended(self, _arbiter: Any, _process: Any) -> None:
        if self._stop_worker is not None:
            self._stop_worker()


def serve(
    app_factory: AppFactory,
    host: str,
    port: int,
    on_ready: Callable[[], None],
    *,
    start_worker: StartWorker | None = None,
    processes: int = 1,
    threads: int = 8,
    access_log: bool = False,
) -> int:
    """Serve until told to stop (TERM or INT) and return the exit status: 0, or 1 where it could not begin.

    Args:
        app_factory: makes the app, called in each serving process after the fork.
        port: 1 to 65535.
        on_ready: called once, when the address answers.
        start_worker: starts the background worker beside the pages and returns what stops it.
    """
    refusal = why_not(host, port)
    if refusal:
        print(refusal, file=sys.stderr)
        return 1
    hooks = Hooks(on_ready, start_worker)
    settings = {
        "bind": f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
        "workers": processes,
        "threads": threads,
        "accesslog": "-" if access_log else None,
        "post_worker_init": hooks.began,
        "worker_exit": hooks.ended,
    }
    return run(Server(app_factory, SETTINGS | settings))


def run(server: Server) -> int:
    """Run the arbiter to its end and turn its exit into a status; its forked children do exit here."""
    arbiter_pid = os.getpid()
    try:
        Arbiter(server).run()
    except SystemExit as ended:
        if os.getpid() != arbiter_pid:
            raise
        return 0 if ended.code in (None, 0) else 1
    return 0


def why_not(host: str, port: int) -> str:
    """One line that says why the address cannot be served and what to do, or an empty one."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError as error:
        return f"cannot serve {host}:{port}: {error.strerror}; choose another with HOST= or --host"
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return f"cannot serve {host}:{port}: another program uses it; stop it or choose another with PORT="
            return f"cannot serve {host}:{port}: {error.strerror}; choose another with HOST= and PORT="
    return ""
