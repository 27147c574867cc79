"""The app with one small kind of listing, as in tests/listings."""

from __future__ import annotations

from tests.listings.conftest import app

__all__ = ["app"]
