"""What every command of the command line gets: the settings, and the app made when it is first needed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, wraps
from typing import Any, TypeVar

import click
from flask import Flask

from marketplace.config import Config

Command = TypeVar("Command", bound=Callable[..., Any])


@dataclass
class Setup:
    """How to make the app, and the environment it is made from."""

    create_app: Callable[[Config], Flask]
    start_worker: Callable[[Flask], Callable[[], None]]
    environ: Mapping[str, str]
    demo: bool = False
    address: str = ""

    @cached_property
    def config(self) -> Config:
        """The settings; ``run --demo`` is MARKETPLACE_DEMO=1, and what is served names itself in mails unless told."""
        own = {"MARKETPLACE_BASE_URL": self.address} if self.address else {}
        forced = {"MARKETPLACE_DEMO": "1"} if self.demo else {}
        return Config.from_environment({**own, **self.environ, **forced})

    def app(self, **changes: Any) -> Flask:
        """The app of these settings."""
        return self.create_app(replace(self.config, **changes))


def in_app(command: Command) -> Command:
    """Run a command inside the app's context."""

    @wraps(command)
    @click.pass_obj
    def inside(setup: Setup, *args: Any, **kwargs: Any) -> Any:
        with setup.app().app_context():
            return command(*args, **kwargs)

    return inside  # type: ignore[return-value]
