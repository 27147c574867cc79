"""``python -m marketplace`` and the console script ``marketplace``: hand over to the command line."""

from __future__ import annotations

from marketplace.cli import main

__all__ = ["main"]

if __name__ == "__main__":
    raise SystemExit(main())
