"""The plate of notices."""

from __future__ import annotations

from marketplace.web.plate import Capability

NOTICES = Capability(name="notices")
