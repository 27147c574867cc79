"""``python -m marketplace`` and the console script ``marketplace``: the app, handed to the command line."""

from __future__ import annotations

from marketplace.app import CAPABILITIES, create_app, start_worker
from marketplace.cli import command_line

COMMANDS = [command for capability in CAPABILITIES for command in capability.commands]


def main() -> int:
    """Run one command and return its exit status: 0 done, 1 refused or failed, 2 usage."""
    return command_line(create_app, start_worker, COMMANDS)


if __name__ == "__main__":
    raise SystemExit(main())
