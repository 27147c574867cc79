"""The web server of one process: says when it answers, starts the worker once, ends cleanly, and logs no secret."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from flask import Flask

from marketplace.cli.running import address_of
from marketplace.cli.serve import why_not
from marketplace.web.command import Setup
from tests.support.servers import ROOT, free_port

PROGRAM = """
import sys
from flask import Flask
from marketplace.cli.serve import serve

def app():
    made = Flask("trial")
    made.add_url_rule("/mail/<token>", view_func=lambda token: token)
    return made

def start_worker(app):
    print("worker begins in", app.name, flush=True)
    return lambda: print("worker ends", flush=True)

status = serve(app, "127.0.0.1", int(sys.argv[1]), lambda: print("answers", flush=True),
               start_worker=start_worker, access_log=True)
print("status", status, flush=True)
sys.exit(status)
"""


@dataclass
class Trial:
    """The program above in a process group of its own."""

    port: int
    process: subprocess.Popen[str]
    lines: list[str] = field(default_factory=list)

    def read_until(self, wanted: str) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.strip())
            if wanted in line:
                return
        raise AssertionError(f"the server ended without saying {wanted!r}: {self.lines}")

    def ask(self, path: str) -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
            return str(answer.read().decode())

    def end(self) -> list[str]:
        out, _ = self.process.communicate(timeout=20)
        return self.lines + out.splitlines()


@pytest.fixture
def trial() -> Iterator[Trial]:
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(port)],
        cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
    )  # fmt: skip
    started = Trial(port, process)
    started.read_until("answers")
    yield started
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


@pytest.mark.parametrize("to_group", [False, True], ids=["the server alone", "the whole group, as Ctrl-C does"])
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_told_to_stop_it_stops_the_worker_and_exits_0(trial: Trial, how: signal.Signals, to_group: bool) -> None:
    assert trial.ask("/mail/hello") == "hello"
    if to_group:
        os.killpg(trial.process.pid, how)
    else:
        trial.process.send_signal(how)
    said = trial.end()
    assert trial.process.returncode == 0
    assert [line for line in said if not line.startswith("[")] == [
        "worker begins in trial", "answers", "worker ends", "status 0",
    ]  # fmt: skip


def test_the_log_holds_no_query_and_no_token(trial: Trial) -> None:
    token = "k7" * 20
    trial.ask(f"/mail/{token}?word=hidden")
    trial.process.send_signal(signal.SIGTERM)
    logged = [line for line in trial.end() if line.startswith("[")]
    assert len(logged) == 1
    assert "GET /mail/… 200" in logged[0]
    assert token not in logged[0]
    assert "hidden" not in logged[0]


def test_an_address_that_is_too_long_is_answered_in_both_languages(trial: Trial) -> None:
    with socket.create_connection(("127.0.0.1", trial.port), timeout=10) as client:
        client.sendall(b"GET /search?q=" + b"x" * 10_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n")
        answer = b"".join(iter(lambda: client.recv(65536), b"")).decode()
    head, _blank, body = answer.partition("\r\n\r\n")
    assert head.startswith("HTTP/1.1 414 ")
    assert "default-src 'none'" in head
    assert "网址太长" in body
    assert "The address is too long" in body
    assert '<a href="/">' in body
    assert trial.ask("/mail/hello") == "hello"


def test_a_taken_port_is_said_in_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        said = why_not("127.0.0.1", taken.getsockname()[1])
    assert "another program uses it" in said
    assert "PORT=" in said


def test_a_free_port_is_not_refused() -> None:
    assert why_not("127.0.0.1", free_port()) == ""


def test_an_app_that_cannot_be_made_ends_with_status_1() -> None:
    broken = PROGRAM.replace('made = Flask("trial")', 'raise RuntimeError("no database")')
    ended = subprocess.run(
        [sys.executable, "-c", broken, str(free_port())], cwd=ROOT, text=True, capture_output=True, timeout=30
    )
    assert ended.returncode == 1
    assert "no database" in ended.stderr
    assert "answers" not in ended.stdout


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "http://127.0.0.1:8102"), ("0.0.0.0", "http://127.0.0.1:8102"), ("::", "http://[::1]:8102"),
        ("jiyu.example.cn", "http://jiyu.example.cn:8102"),
    ],
)  # fmt: skip
def test_the_address_that_is_printed_can_be_opened(host: str, address: str) -> None:
    assert address_of(host, 8102) == address


def test_mails_name_the_address_that_is_served_unless_told(tmp_path: Path) -> None:
    def of(**environ: str) -> str:
        given = {"MARKETPLACE_DATA_DIR": str(tmp_path), "MARKETPLACE_DEMO": "1", **environ}
        return Setup(
            lambda _config: Flask("trial"), lambda _app: lambda: None, given, address="http://a:1"
        ).config.base_url

    assert of() == "http://a:1"
    assert of(MARKETPLACE_BASE_URL="https://jiyu.example.cn") == "https://jiyu.example.cn"
