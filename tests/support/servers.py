"""Servers to test against: the app in a thread beside its worker, or a whole process that can be killed."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.support.databases import Databases
from tests.support.settings import environment, settings

ROOT = Path(__file__).parents[2]
PATIENCE = 30.0


def free_port() -> int:
    """A port of this machine that nobody uses now."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def wait_until(true: Callable[[], bool], what: str, seconds: float = PATIENCE) -> None:
    """Ask again until ``true()``; the way to wait for a worker.

    Raises:
        AssertionError: it did not come true in time.
    """
    pause = threading.Event()
    for _ in range(int(seconds / 0.02)):
        if true():
            return
        pause.wait(0.02)
    raise AssertionError(f"not within {seconds:.0f} s: {what}")


class Quiet(WSGIRequestHandler):
    """Says nothing of the requests it serves."""

    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: object) -> None:
        """Nothing: the tests' own output is enough."""


@dataclass
class LiveSite:
    """The app behind a real port, its worker running. ``app`` is there to prepare and to look at data directly."""

    url: str
    app: Flask

    def settle(self) -> None:
        """Wait until the worker has done everything that is due: outbox and search index."""
        wait_until(self._is_idle, "the worker finishes what is due")

    def _is_idle(self) -> bool:
        from marketplace.foundation import dirty, outbox

        with self.app.app_context():
            return outbox.waiting()[0] == 0 and not dirty.pending(1)


def _tests_of(module: pytest.Module, session: pytest.Session) -> list[pytest.Item]:
    return [item for item in session.items if item.getparent(pytest.Module) is module]


@pytest.fixture(scope="module")
def live(
    request: pytest.FixtureRequest, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LiveSite]:
    """The site of this test module: one database for the whole module, SQLite unless ``database("postgresql")``.

    Where a test of the module asks for ``sample``, it begins with a copy of the loaded demonstration.
    """
    from marketplace.app import create_app, start_worker
    from tests.support.sample_site import sample_database
    from tests.support.site import Client, close

    marker = request.node.get_closest_marker("database")
    kind = marker.args[0] if marker else "sqlite"
    folder = tmp_path_factory.mktemp("live")
    loaded = any("sample" in getattr(item, "fixturenames", ()) for item in _tests_of(request.node, request.session))
    listening = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    with sample_database(databases, folder, kind, synonyms=True) if loaded else databases.fresh(kind) as database_url:
        app = create_app(settings(database_url, folder, base_url=url))
        app.test_client_class = Client
        server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet, fd=os.dup(listening.fileno()))
        listening.close()
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, name="live site")
        thread.start()
        stop_worker = start_worker(app)
        yield LiveSite(url, app)
        stop_worker()
        server.shutdown()
        thread.join(PATIENCE)
        server.server_close()
        close(app)


@dataclass
class ServerProcess:
    """``python -m marketplace run`` in a process group of its own, on its own port and data folder."""

    data_dir: Path
    environment: dict[str, str]
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        """What it printed so far, over all starts."""
        path = self.data_dir / "server.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def start(self) -> ServerProcess:
        """Start it and wait until it is ready."""
        assert self.process is None, "it runs already"
        self.data_dir.mkdir(parents=True, exist_ok=True)
        with (self.data_dir / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "marketplace", "run", "--host", "127.0.0.1", "--port", str(self.port)],
                cwd=ROOT, env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip
        wait_until(self._is_ready, f"the server at {self.url} is ready", 60.0)
        return self

    def kill(self) -> None:
        """kill -9: the server, its children and the worker in them end at once, in the middle of whatever they do."""
        assert self.process is not None, "it does not run"
        with suppress(ProcessLookupError):  # it ended by itself, with all its children
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(PATIENCE)
        self.process = None

    def stop(self) -> int:
        """Ask it to stop, and say its exit status."""
        assert self.process is not None, "it does not run"
        self.process.terminate()
        status = self.process.wait(PATIENCE)
        self.process = None
        return status

    def restart(self) -> ServerProcess:
        """Start again what was killed, on the same port and data."""
        return self.start()

    def _is_ready(self) -> bool:
        assert self.process is not None
        status = self.process.poll()
        assert status is None, f"the server ended with {status}:\n{self.log}"
        return answers(f"{self.url}/readyz")


def answers(url: str) -> bool:
    """Whether the address answers with success."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


@pytest.fixture
def server_process(database_url: str, tmp_path: Path) -> Iterator[ServerProcess]:
    """A server to kill: not started yet, on a fresh migrated database, once on SQLite and once on PostgreSQL."""
    folder = tmp_path / "server"
    own = {name: value for name, value in os.environ.items() if not name.startswith("MARKETPLACE_")}
    server = ServerProcess(folder, {**own, **environment(database_url, folder)})
    yield server
    if server.process is not None:
        server.kill()
