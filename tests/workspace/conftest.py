"""The app with one small kind of listing, as in tests/listings."""

from __future__ import annotations

from tests.listings.conftest import app, statements

__all__ = ["app", "statements"]
