"""The plate of reference: it has no pages, only the command that keeps the table of working days."""

from __future__ import annotations

from marketplace.reference.commands import workdays
from marketplace.web.plate import Capability

REFERENCE = Capability(name="reference", commands=(workdays,))
