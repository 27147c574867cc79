"""``run`` serves with the worker beside the pages; ``worker`` works alone."""

from __future__ import annotations

import signal
import threading
from typing import Any

import click

from marketplace.cli.database import prepare
from marketplace.cli.demo import ACCOUNTS, PASSWORD
from marketplace.cli.serve import serve
from marketplace.web.command import Setup


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="address to serve on")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--demo", is_flag=True, help="the demonstration: sample data and demo accounts")
@click.pass_obj
def run(setup: Setup, host: str, port: int, demo: bool) -> None:
    """Serve the site, the background worker in the same process."""
    setup.demo = demo or setup.demo
    setup.address = address_of(host, port)
    prepare(setup)
    status = serve(lambda: setup.app(), host, port, lambda: _ready(setup), start_worker=setup.start_worker)
    raise click.exceptions.Exit(status)


def address_of(host: str, port: int) -> str:
    """The address a person on this machine opens; a host that means every interface is reached as this machine."""
    shown = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://[{shown}]:{port}" if ":" in shown else f"http://{shown}:{port}"


def _ready(setup: Setup) -> None:
    click.echo(f"\n机遇 Jiyu: {setup.address}\n")
    if setup.config.demo:
        click.echo(f"演示账号 demo accounts (密码 password: {PASSWORD})")
        for account in ACCOUNTS:
            click.echo(f"  {account.email:<26}{account.what}")
        click.echo()


@click.command()
@click.pass_obj
def worker(setup: Setup) -> None:
    """Drain the outbox, keep the index, run what is due; several may run at once."""
    ended = threading.Event()

    def end(*_: Any) -> None:
        ended.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    stop = setup.start_worker(setup.app())
    click.echo("worker: running")
    ended.wait()
    stop()
