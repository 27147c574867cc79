"""The plate of settings. Their pages belong to the administration."""

from __future__ import annotations

from marketplace.web.plate import Capability

SETTINGS = Capability(name="settings")
